package httpapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/httpapi"
)

func page(t *testing.T, path, accept, lang string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	httpapi.ProblemPages().ServeHTTP(w, r)
	return w
}

func explained(t *testing.T, lang string) []httpapi.ProblemPage {
	t.Helper()
	return decode[struct{ Items []httpapi.ProblemPage }](t, page(t, "/problems", "application/json", lang)).Items
}

// The type of every problem leads to a page that says what it means and what
// to do, in both languages.
func TestEveryProblemIsExplained(t *testing.T) {
	t.Parallel()
	zh, en := explained(t, "zh"), explained(t, "en")
	if len(zh) < 30 || len(zh) != len(en) {
		t.Fatalf("%d and %d problems", len(zh), len(en))
	}
	chinese := func(text string) bool { return strings.ContainsFunc(text, func(r rune) bool { return r > 0x2e80 }) }
	for i := range zh {
		if status, known := httpapi.StatusOf(zh[i].Code); !known || status != zh[i].Status || zh[i].Type != "/problems/"+zh[i].Code || en[i].Type != zh[i].Type {
			t.Errorf("%+v", zh[i])
		}
		for _, text := range []string{zh[i].Title, zh[i].Meaning, zh[i].ToDo} {
			if !chinese(text) {
				t.Errorf("%s: not explained in Chinese: %q", zh[i].Code, text)
			}
		}
		for _, text := range []string{en[i].Title, en[i].Meaning, en[i].ToDo} {
			if text == "" || chinese(text) {
				t.Errorf("%s: not explained in English: %q", zh[i].Code, text)
			}
		}
		if one := decode[httpapi.ProblemPage](t, page(t, zh[i].Type, "application/json", "zh")); one != zh[i] {
			t.Errorf("by itself: %+v", one)
		}
	}
}

func TestAProblemPageIsWhatTheReaderAsksFor(t *testing.T) {
	t.Parallel()
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, c := range []struct{ path, accept, lang, media, holds string }{
		{"/problems/wrong_stage", browser, "", "text/html; charset=utf-8", "当前阶段不能进行"},
		{"/problems/wrong_stage", browser, "en-GB", "text/html; charset=utf-8", "has no place in this stage"},
		{"/problems/wrong_stage", "*/*", "", "text/html; charset=utf-8", "怎么办"},
		{"/problems/wrong_stage", "application/json, text/html;q=0.5", "en", "application/json", `"to_do":"`},
		{"/problems/wrong_stage", "application/json;q=0.5, text/html", "en", "text/html; charset=utf-8", "What to do"},
		{"/problems", browser, "", "text/html; charset=utf-8", `<a href="/problems/erased">`},
		{"/problems/", "application/problem+json", "", "application/json", `"code":"erased"`},
	} {
		w := page(t, c.path, c.accept, c.lang)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != c.media || !strings.Contains(w.Body.String(), c.holds) || !strings.Contains(w.Header().Get("Vary"), "Accept-Language") {
			t.Errorf("%+v: %d %v %.200s", c, w.Code, w.Header(), w.Body)
		}
		if policy := w.Header().Get("Content-Security-Policy"); strings.HasPrefix(c.media, "text/html") != strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%+v: policy %q", c, policy)
		}
	}
	if w := page(t, "/problems/"+secret, browser, ""); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), secret) {
		t.Errorf("what is no problem: %d %s", w.Code, w.Body)
	}
}

// docs/problems.md says the same.
func TestTheProblemsAreInDocs(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	got.WriteString("# Problems 问题\n\n" +
		"Written by `make golden` from the table of `workflow/httpapi`; do not edit. A problem (RFC 9457) has a `type` of `/problems/` and its code; a server\n" +
		"that mounts `httpapi.ProblemPages()` serves these texts there, as HTML or JSON, in the reader's language.\n")
	zh, en := explained(t, "zh"), explained(t, "en")
	for i := range zh {
		fmt.Fprintf(&got, "\n## `%s` (%d)\n", zh[i].Code, zh[i].Status)
		for _, p := range []httpapi.ProblemPage{zh[i], en[i]} {
			fmt.Fprintf(&got, "\n**%s**\n- %s\n- %s\n", p.Title, p.Meaning, p.ToDo)
		}
	}
	path := filepath.Join("..", "..", "docs", "problems.md")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("docs/problems.md is not what is said: make golden")
	}
}
