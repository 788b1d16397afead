package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/juece/juece/store/storetest"
)

// browser starts a chromium with nothing in it, for one test. Without one the
// test fails: a page that nobody looked at is not known to work.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() || storetest.RaceEnabled {
		t.Skip("a browser runs neither with -short nor with -race")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing: make chromium installs it, and -short leaves this test out")
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path)} // with a profile of its own, which goes with it
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// sight is what a browser saw of a page.
type sight struct {
	mu         sync.Mutex
	requests   []string
	complaints []string
}

func (s *sight) see(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.requests = append(s.requests, e.Request.URL)
	case *log.EventEntryAdded:
		s.complaints = append(s.complaints, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		s.complaints = append(s.complaints, e.ExceptionDetails.Text)
	}
}

// violations collects what the policy of a page stops.
const violations = `window.violations = [];
document.addEventListener("securitypolicyviolation", e => window.violations.push(e.violatedDirective + " " + e.blockedURI));`

// browse does one thing in a browser.
func browse[T any](ctx context.Context, t *testing.T, do chromedp.Action[T]) T {
	t.Helper()
	got, err := chromedp.Run(ctx, do)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The page shows every operation with its example, asks nobody but its own
// server, and needs nothing that its policy forbids.
func TestTheDocumentationPageWorksWithoutTheInternet(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	server := httptest.NewServer(sealing(t))
	t.Cleanup(server.Close)
	var seen sight
	if err := chromedp.Listen(ctx, seen.see); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []func(context.Context, *chromedp.Target) error{
		func(ctx context.Context, to *chromedp.Target) error {
			_, err := cdp.Call(ctx, to, network.Enable, network.EnableParams{})
			return err
		},
		func(ctx context.Context, to *chromedp.Target) error {
			_, err := cdp.Call(ctx, to, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: violations})
			return err
		},
	} {
		browse(ctx, t, chromedp.Func(enable))
	}
	const operation = `[id$="-open-comment"]`
	browse(ctx, t, chromedp.Steps(
		chromedp.Navigate(server.URL+"/"),
		chromedp.Click(chromedp.CSS(`a[href="/v1/docs"]`)),
		chromedp.WaitVisible(chromedp.CSS(`#operations-tasks-list-tasks`)),
	))
	title := browse(ctx, t, chromedp.Text(chromedp.CSS(`.info .title`)))
	operations := browse(ctx, t, chromedp.Evaluate[int](`document.querySelectorAll(".opblock").length`))
	browse(ctx, t, chromedp.Click(chromedp.CSS(operation+` .opblock-summary-control`)))
	example := browse(ctx, t, chromedp.Text(chromedp.CSS(operation+` .body-param__example`)))
	stopped := browse(ctx, t, chromedp.Evaluate[[]string](`window.violations`))
	if operations < 100 || !strings.Contains(title, "决策") || !strings.Contains(example, "信函寄县城市管理局") {
		t.Errorf("%d operations under %q; the example: %.300s", operations, title, example)
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if len(stopped) > 0 || len(seen.complaints) > 0 {
		t.Errorf("the policy stopped %q, the browser said %q", stopped, seen.complaints)
	}
	home, err := url.Parse(server.URL)
	if err != nil || len(seen.requests) < 5 {
		t.Errorf("%d requests, %v", len(seen.requests), err)
	}
	for _, asked := range seen.requests {
		if to, err := url.Parse(asked); err != nil || (to.Host != home.Host && to.Scheme != "data") {
			t.Errorf("it asked for %.100s", asked)
		}
	}
}

func TestTheDocumentationIsServedWithAPolicy(t *testing.T) {
	t.Parallel()
	handler := sealing(t)
	for _, path := range []string{"", "/page.js", "/swagger-ui.css", "/swagger-ui-bundle.js", "/favicon-32x32.png"} {
		for _, encoding := range []string{"gzip", ""} {
			w := ask(t, handler, "/v1/docs"+path, "Accept-Encoding", encoding)
			policy := w.Header().Get("Content-Security-Policy")
			if w.Code != http.StatusOK || w.Body.Len() == 0 || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: %d, %d bytes, %s", path, w.Code, w.Body.Len(), policy)
			}
			if packed := w.Header().Get("Content-Encoding") == "gzip"; packed != strings.HasPrefix(w.Body.String(), "\x1f\x8b") || (encoding == "" && packed) {
				t.Errorf("%s with %q: %v", path, encoding, w.Header())
			}
		}
	}
	if w := ask(t, handler, "/", "Accept", "text/html"); !strings.Contains(w.Body.String(), `<a href="/v1/docs">`) {
		t.Errorf("the front page: %s", w.Body)
	}
	if w := ask(t, handler, "/"); !strings.Contains(w.Body.String(), "\n/v1/docs ") {
		t.Errorf("the front page as text: %s", w.Body)
	}
	for path, holds := range map[string]string{"/problems": "/problems/erased", "/problems/erased": "410"} {
		if w := ask(t, handler, path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), holds) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
