package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/juece/juece/workflow/httpapi"
)

// A bucket lets twice the rate through at once, and then as much as was said;
// whoever was silent longest is forgotten.
func TestBuckets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, err := newBuckets[string](2, 2)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []time.Duration{0, 0, 0, 0, 500 * time.Millisecond, 500 * time.Millisecond} {
			if got := b.wait("a"); got != want {
				t.Errorf("request %d waits %s, want %s", i, got, want)
			}
		}
		time.Sleep(500 * time.Millisecond)
		if first, second := b.wait("a"), b.wait("a"); first != 0 || second == 0 {
			t.Errorf("after the wait: %s, %s", first, second)
		}
		if b.wait("b") != 0 || b.wait("c") != 0 || b.recent.Len() != 2 || b.wait("a") != 0 {
			t.Errorf("%d buckets", b.recent.Len())
		}
		if none, err := newBuckets[string](0, 2); none.wait("a") != 0 || err != nil {
			t.Error("no limit limits")
		}
	})
}

func TestTheAddressOfARequest(t *testing.T) {
	t.Parallel()
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"192.0.2.1:5", nil, "192.0.2.1/32"},
		{"192.0.2.1:5", []string{"198.51.100.1"}, "192.0.2.1/32"}, // no proxy of ours
		{"10.0.0.1:5", []string{"198.51.100.1"}, "198.51.100.1/32"},
		{"[::ffff:10.0.0.1]:5", []string{"198.51.100.1:80"}, "198.51.100.1/32"},
		{"10.0.0.1:5", []string{"203.0.113.9, 198.51.100.1", "10.1.1.1"}, "198.51.100.1/32"}, // the first was made up
		{"10.0.0.1:5", []string{"198.51.100.1, unknown, 10.1.1.1"}, "10.1.1.1/32"},
		{"10.0.0.1:5", nil, "10.0.0.1/32"},
		{"[2001:db8:1:2:3::4]:5", nil, "2001:db8:1:2::/64"},
		{"[fd00::1%eth0]:5", []string{"[2001:db8:1:2::9]:80"}, "2001:db8:1:2::/64"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := networkOf(trusted.client(r)).String(); got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

// limited is a front with limits before an API that answers when it is told to.
func limited(t *testing.T, f limitFlags, api http.Handler) http.Handler {
	t.Helper()
	l, err := f.limits(nil)
	if err != nil {
		t.Fatal(err)
	}
	return (&front{limits: l, logger: slog.New(slog.DiscardHandler)}).before(api)
}

func refused(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var p httpapi.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != status || p.Code != code || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%d %v %s, want %s: %v", w.Code, w.Header(), w.Body, code, err)
	}
}

func TestAnAddressThatAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	h := limited(t, limitFlags{AddressReads: 1, AddressWrites: 1}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	ask := func(method, path, from string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
		r.RemoteAddr = from
		h.ServeHTTP(w, r)
		return w
	}
	for range 2 {
		if w := ask(http.MethodGet, "/v1/tasks", "192.0.2.1:1"); w.Code != http.StatusOK {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	refused(t, ask(http.MethodGet, "/v1/tasks", "192.0.2.1:2"), http.StatusTooManyRequests, "too_many_requests")
	for _, free := range [][3]string{{"POST", "/v1/decisions", "192.0.2.1:1"}, {"GET", "/v1/tasks", "192.0.2.2:1"}, {"GET", "/livez", "192.0.2.1:1"}} {
		if w := ask(free[0], free[1], free[2]); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", free, w.Code, w.Body)
		}
	}
}

func TestNoMoreRequestsAtOnceThanPlaces(t *testing.T) {
	t.Parallel()
	inside, finish := make(chan struct{}), make(chan struct{})
	h := limited(t, limitFlags{Concurrent: 1}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		inside <- struct{}{}
		<-finish
	}))
	ask := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
		return w
	}
	first := make(chan int)
	go func() { first <- ask().Code }()
	<-inside
	refused(t, ask(), http.StatusServiceUnavailable, "busy")
	finish <- struct{}{}
	if code := <-first; code != http.StatusOK {
		t.Errorf("the first got %d", code)
	}
	go func() { first <- ask().Code }() // the place is free again
	<-inside
	finish <- struct{}{}
	if code := <-first; code != http.StatusOK {
		t.Errorf("the next got %d", code)
	}
}

// One identity that asks too often waits, others do not.
// A stream gives its place back when it begins: it has a limit of its own.
func TestAStreamTakesNoPlaceFromRequests(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	h := limited(t, limitFlags{Concurrent: 1}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stream" {
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(http.StatusOK)
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			close(begun)
			<-end
		}
	}))
	var wg sync.WaitGroup
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		return w
	}
	wg.Go(func() { ask("/stream") })
	<-begun
	for range 2 { // one after the other: there is one place, and not two
		if w := ask("/"); w.Code != http.StatusOK {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	close(end)
	wg.Wait()
	if w := ask("/"); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d", w.Code)
	}
}

func TestAnActorThatAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	found, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0", "--limit-actor-reads", "0.1")
	defer stop()
	if code, body := fetch(t, found[2], found[1]); code != http.StatusOK {
		t.Errorf("%d %s", code, body)
	}
	if code, body := fetch(t, found[2], found[1]); code != http.StatusTooManyRequests || !strings.Contains(string(body), "too_many_requests") {
		t.Errorf("%d %s", code, body)
	}
	if code, body := fetch(t, found[2], "Bearer x"); code != http.StatusUnauthorized {
		t.Errorf("another: %d %s", code, body)
	}
}

// send writes to a server byte by byte, as no client would, and returns the
// answer.
func send(t *testing.T, address, text string) string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(conn, text) }() // the server need not read all of it
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		t.Errorf("%.40q: %v", text, err)
	}
	return line
}

// Headers that never end, and headers that are huge, do not reach the API.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	server := newServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), nil)
	if server.ReadHeaderTimeout <= 0 || server.ReadTimeout <= 0 || server.WriteTimeout <= 0 || server.IdleTimeout <= 0 {
		t.Errorf("somebody is waited for: %+v", server)
	}
	server.ReadHeaderTimeout = 50 * time.Millisecond
	listener, err := listenLoopback(t)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	address := listener.Addr().String()
	const begun = "GET / HTTP/1.1\r\nHost: x\r\n"
	if line := send(t, address, begun); strings.Contains(line, "200") {
		t.Errorf("slow headers: %s", line)
	}
	if line := send(t, address, begun+"X: "+strings.Repeat("a", 80<<10)+"\r\n\r\n"); !strings.Contains(line, "431") {
		t.Errorf("huge headers: %s", line)
	}
	if line := send(t, address, begun+"\r\n"); !strings.Contains(line, "200") {
		t.Errorf("headers as they should be: %s", line)
	}
}

// A body that does not say how long it is, is bounded all the same.
func TestAChunkedBodyIsBounded(t *testing.T) {
	t.Parallel()
	found, stop := started(t, opinionLine, "serve", "--demo", "--lang", "en", "--addr", "127.0.0.1:0")
	defer stop()
	path := found[3][strings.Index(found[3], "/v1"):]
	address := strings.TrimSuffix(strings.TrimPrefix(found[3], "http://"), path)
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat(" ", 64<<10))
	line := send(t, address, "POST "+path+" HTTP/1.1\r\nHost: x\r\nAuthorization: "+found[1]+"\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+strings.Repeat(chunk, 40))
	if !strings.Contains(line, "413") {
		t.Errorf("%s", line)
	}
}
