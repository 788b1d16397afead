package main

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/swaggest/swgui/v5/static"
)

// ownPage is what of the documentation page is ours. The rest is Swagger UI,
// embedded as well: it has to work where there is no internet.
//
//go:embed docs/index.html docs/page.js
var ownPage embed.FS

// pagePolicy lets the page run its own files and ask its own server, and
// nothing else: no inline script, no eval, no other origin. The stylesheet has
// pictures in it.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// documentation serves the page at /v1/docs, and its files below.
func documentation(mux *http.ServeMux) error {
	whole, err := fs.Sub(ownPage, "docs")
	if err != nil {
		return fmt.Errorf("documentation: %w", err)
	}
	for path, from := range map[string]struct {
		files fs.FS
		name  string
	}{
		"/v1/docs":                      {whole, "index.html"},
		"/v1/docs/page.js":              {whole, "page.js"},
		"/v1/docs/swagger-ui.css":       {static.FS, "swagger-ui.css.gz"},
		"/v1/docs/swagger-ui-bundle.js": {static.FS, "swagger-ui-bundle.js.gz"},
		"/v1/docs/favicon-32x32.png":    {static.FS, "favicon-32x32.png"},
	} {
		content, err := fs.ReadFile(from.files, from.name)
		if err != nil {
			return fmt.Errorf("documentation: %w", err)
		}
		name, packed := strings.CutSuffix(from.name, ".gz")
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", pagePolicy)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Referrer-Policy", "no-referrer")
			if packed {
				servePacked(w, r, name, content)
				return
			}
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
		})
	}
	return nil
}

// servePacked serves a file that is kept compressed, as it is to whoever
// takes it so.
func servePacked(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	w.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
		return
	}
	unpack, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	plain, err := io.ReadAll(unpack)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(plain))
}

var indexPath = regexp.MustCompile(`(?m)^/\S+`)

// frontPage serves the front page: as text, and to a browser with links.
func frontPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, index) // nobody is left to tell
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"zh\">\n<meta charset=\"utf-8\">\n<title>Juece 决策</title>\n<pre>%s</pre>\n</html>\n",
		indexPath.ReplaceAllString(html.EscapeString(index), `<a href="$0">$0</a>`))
}
