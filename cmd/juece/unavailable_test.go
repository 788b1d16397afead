package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/workflow/httpapi"
)

// A database that is gone is no error of the API's: who asks is told to ask
// again, and nothing of what the driver says.
func TestADatabaseThatIsGone(t *testing.T) {
	t.Parallel()
	cluster := postgrestest.Start(t, postgrestest.Options{})
	found, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0", "--db", cluster.DSN(t))
	defer stop()
	if code, body := fetch(t, found[2], found[1]); code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	cluster.Stop()
	for range 3 { // connections that are cut off, then none
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, found[2], http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", found[1])
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var p httpapi.Problem
		err = json.NewDecoder(w.Body).Decode(&p)
		_ = w.Body.Close()
		if err != nil || w.StatusCode != http.StatusServiceUnavailable || p.Code != "not_ready" || w.Header.Get("Retry-After") == "" || strings.Contains(p.Detail+p.Title, "pq") {
			t.Errorf("%d %v %+v: %v", w.StatusCode, w.Header, p, err)
		}
	}
}
