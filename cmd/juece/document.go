package main

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/workflow/httpapi"
)

// apiVersion is the version of what /v1 promises. The program's own version is
// another thing, and the document does not change with it.
const apiVersion = "1.0.0"

// documentConfig is the configuration of the API that this program serves. The
// address is relative: the document is the same wherever it is served.
func documentConfig() huma.Config {
	config := httpapi.Config(apiVersion)
	config.OpenAPIPath = "" // huma would write it at the first request, and again for whoever asks meanwhile
	config.Servers = []*huma.Server{{URL: "/v1", Description: "本服务。This server."}}
	return config
}

// describe serves the document of the API, in both versions.
func describe(mux *http.ServeMux, api huma.API) error {
	current, earlier, err := httpapi.Document(api)
	if err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	for path, text := range map[string][]byte{"/openapi.json": current, "/openapi-3.0.json": earlier} {
		serve := func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/openapi+json")
			_, _ = w.Write(text) // nobody is left to tell
		}
		mux.HandleFunc("GET "+path, serve)
		mux.HandleFunc("GET /v1"+path, serve)
	}
	return nil
}
