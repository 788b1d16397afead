package main

import (
	"bytes"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
	"github.com/juece/juece/workflow/workflowtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sealing is what juece serve serves when it seals its histories.
func sealing(t *testing.T) http.Handler {
	t.Helper()
	s := workflowtest.SQLite(t)
	svc := workflowtest.Service(t, s, sample.NewClock(calendar.MustParseDate("2026-03-02")))
	logger := slog.New(slog.DiscardHandler)
	who, err := newIdentities(tokens{}, "", logger)
	if err != nil {
		t.Fatal(err)
	}
	front := &front{logger: logger}
	handler, err := newHandler(svc, front.into(httpapi.Options{
		Identify: who.identify, Log: transparency.Log{Store: s, Origin: "juece.example/log"}, Program: "juece test",
	}))
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func ask(t *testing.T, handler http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// golden compares a text with a file under docs, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("docs/%s is not what is served: make golden, and read the difference", name)
	}
}

// What is served is what stands in docs, byte for byte, and the same each time.
func TestTheDocumentIsTheOneInDocs(t *testing.T) {
	t.Parallel()
	one, other := sealing(t), sealing(t)
	for _, name := range []string{"openapi.json", "openapi-3.0.json"} {
		w := ask(t, one, "/v1/"+name)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", name, w.Code)
		}
		golden(t, name, w.Body.Bytes())
		for _, path := range []string{"/v1/" + name, "/" + name} {
			if !bytes.Equal(ask(t, other, path).Body.Bytes(), w.Body.Bytes()) {
				t.Errorf("%s: not the same from another server", path)
			}
		}
	}
}
