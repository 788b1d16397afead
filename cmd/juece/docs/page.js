// Shows the document that this server serves. It stands in a file of its own,
// for the policy of the page lets no inline script through.
window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1, // the schemas stand with their operations
  operationsSorter: (a, b) => (a.getIn(["operation", "x-article"]) ?? 0) - (b.getIn(["operation", "x-article"]) ?? 0), // as in the decree
  showExtensions: true, // x-roles: who may call
  filter: true,
  validatorUrl: null, // no request leaves this server
  persistAuthorization: false, // a token is gone with the page
});
