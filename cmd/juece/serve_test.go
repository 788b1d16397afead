package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/juece/juece/store/postgres/postgrestest"
)

// output is a buffer that a server writes while a test reads.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

var curlLine = regexp.MustCompile(`curl -s -H 'Authorization: (Bearer [0-9a-f]+)' (http://127\.0\.0\.1:\d+/v1/tasks)`)

// started runs a command line until its output matches.
func started(t *testing.T, want *regexp.Regexp, args ...string) (found []string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var out, complaint output
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, args, strings.NewReader(""), &out, &complaint) }()
	for deadline := time.Now().Add(time.Minute); found == nil; time.Sleep(10 * time.Millisecond) {
		if found = want.FindStringSubmatch(out.String()); time.Now().After(deadline) {
			cancel()
			t.Fatalf("it never said %s: %s%s", want, &out, &complaint)
		}
		select {
		case code := <-ended:
			cancel()
			t.Fatalf("it ended with %d: %s%s", code, &out, &complaint)
		default:
		}
	}
	return found, func() int {
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(time.Minute):
			t.Error("it did not stop")
			return -1
		}
	}
}

func fetch(t *testing.T, url, authorization string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func TestTheDemonstrationAnswersItsOwnCurlLine(t *testing.T) {
	t.Parallel()
	found, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0")
	code, body := fetch(t, found[2], found[1])
	var tasks struct{ Items []struct{ Act, Zh string } }
	if err := json.Unmarshal(body, &tasks); err != nil || code != http.StatusOK || len(tasks.Items) != 1 || tasks.Items[0].Act != "file_counsel_opinion" {
		t.Errorf("%d %s", code, body)
	}
	root := strings.TrimSuffix(found[2], "/v1/tasks")
	if code, body := fetch(t, root+"/v1/decisions", found[1]); code != http.StatusOK || strings.Count(string(body), `"id":"0`) < len(demoCases) {
		t.Errorf("the cases: %d %s", code, body)
	}
	if code, body := fetch(t, root+"/v1/decisions", "Bearer "+strings.Repeat("0", 32)); code != http.StatusUnauthorized || !strings.Contains(string(body), "unauthenticated") {
		t.Errorf("a made-up token: %d %s", code, body)
	}
	if code, body := fetch(t, root+"/", ""); code != http.StatusOK || !strings.Contains(string(body), "决策") {
		t.Errorf("the front page: %d %s", code, body)
	}
	if code, body := fetch(t, root+"/v1/openapi.json", ""); code != http.StatusOK || !json.Valid(body) {
		t.Errorf("the document: %d", code)
	}
	if code := stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
	}
}

var opinionLine = regexp.MustCompile(`curl -s -H 'Authorization: (Bearer [0-9a-f]+)' -H 'Content-Type: application/json' -d '([^']+)' (http://127\.0\.0\.1:\d+/v1/decisions/[0-9a-f-]+/opinions)`)

func TestThePublicCommentsOnTheDemonstration(t *testing.T) {
	t.Parallel()
	found, stop := started(t, opinionLine, "serve", "--demo", "--lang", "en", "--addr", "127.0.0.1:0")
	defer stop()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, found[3], strings.NewReader(found[2]))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", found[1])
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode/100 != 2 || !strings.Contains(string(body), "sha256:") {
		t.Errorf("%d %s, %v", response.StatusCode, body, err)
	}
}

func TestADemonstrationFillsAnEmptyDatabaseOnly(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "juece.db") },
		"postgres": func(t *testing.T) string { return postgrestest.DSN(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := database(t)
			found, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0", "--db", db)
			if code, body := fetch(t, found[2], found[1]); code != http.StatusOK || !strings.Contains(string(body), "file_counsel_opinion") {
				t.Errorf("%d %s", code, body)
			}
			stop()
			var out, complaint bytes.Buffer
			code := run(t.Context(), []string{"serve", "--demo", "--addr", "127.0.0.1:0", "--db", db}, strings.NewReader(""), &out, &complaint)
			if code != exitUsage || !strings.Contains(complaint.String(), "空数据库") {
				t.Errorf("%d: %s", code, complaint.String())
			}
		})
	}
}

func TestStaticTokensStayOnThisMachine(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "[::]:0", "example.com:80", "127.0.0.1"} {
		var out, complaint bytes.Buffer
		code := run(t.Context(), []string{"serve", "--demo", "--lang", "en", "--addr", addr}, strings.NewReader(""), &out, &complaint)
		if code != exitUsage || !strings.Contains(complaint.String(), "loopback") || out.Len() > 0 {
			t.Errorf("%s: %d, %s", addr, code, complaint.String())
		}
	}
}

func TestServeNeedsIdentities(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := "sqlite:" + filepath.Join(dir, "juece.db")
	token := strings.Repeat("a", minToken)
	write := func(text string) string {
		path := filepath.Join(dir, fmt.Sprintf("tokens-%d.yaml", len(text)))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, args := range map[string][]string{
		"none":            {"--db", db},
		"not a map":       {"--db", db, "--tokens", write("- " + token)},
		"a short token":   {"--db", db, "--tokens", write("abc: {id: 审计人员, organ: 县人民政府, roles: [auditor]}")},
		"an unknown word": {"--db", db, "--tokens", write(token + ": {name: 审计人员, roles: [auditor]}")},
		"no role":         {"--db", db, "--tokens", write(token + ": {id: 审计人员}")},
	} {
		var out, complaint bytes.Buffer
		if code := run(t.Context(), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), strings.NewReader(""), &out, &complaint); code != exitUsage || strings.Contains(complaint.String(), token) {
			t.Errorf("%s: %d, %s", name, code, complaint.String())
		}
	}
	supervisor := token + ": {id: 督查人员, organ: 市人民政府, roles: [supervisor], supervises: [县人民政府]}"
	known, err := readTokens(write(supervisor))
	if err != nil || !slices.Equal(known[sha256.Sum256([]byte(token))].Supervises, []string{"县人民政府"}) {
		t.Errorf("%v, %v", known, err)
	}
	path := write(token + ": {id: 审计人员, organ: 县人民政府, roles: [auditor]}")
	found, stop := started(t, regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/v1`), "serve", "--addr", "127.0.0.1:0", "--db", db, "--tokens", path)
	if code, body := fetch(t, found[1]+"/v1/decisions", "Bearer "+token); code != http.StatusOK {
		t.Errorf("%d %s", code, body)
	}
	stop()
}

func TestAServerWaitsForRequestsUnderWay(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	inside, finish := make(chan struct{}), make(chan struct{})
	listener, err := listenLoopback(t)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- (&front{logger: slog.New(slog.DiscardHandler)}).serve(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(inside)
			<-finish
			w.WriteHeader(http.StatusNoContent)
		}), nil, stopFlags{ShutdownTimeout: time.Minute})
	}()
	answered := make(chan int, 1)
	go func() {
		code, _ := fetch(t, "http://"+listener.Addr().String()+"/", "")
		answered <- code
	}()
	<-inside
	cancel()
	select {
	case err := <-ended:
		t.Errorf("it ended before the answer: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(finish)
	if code := <-answered; code != http.StatusNoContent {
		t.Errorf("the request under way got %d", code)
	}
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("shutdown: %v", err)
	}
}

func listenLoopback(t *testing.T) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
}

// Under the suite of the national standards every digest is by SM3 and every
// checkpoint bears two signatures; every command reads it.
func TestTheNationalSuiteIsServed(t *testing.T) {
	t.Parallel()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "juece.db")
	key := filepath.Join(t.TempDir(), "key")
	var out, complaint bytes.Buffer
	if code := run(t.Context(), []string{"key", "new", "--suite", "gm", "--origin", sealOrigin, "-o", key}, strings.NewReader(""), &out, &complaint); code != exitOK {
		t.Fatalf("%d: %s", code, &complaint)
	}
	found, stop := started(t, curlLine, "serve", "--demo", "--suite", "gm", "--addr", "127.0.0.1:0", "--db", dsn, "--log-key", key, "--log-every", "20ms")
	token, root := found[1], strings.TrimSuffix(found[2], "/tasks")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if status, note := fetch(t, root+"/log/checkpoint", token); status == http.StatusOK && strings.Count(string(note), "\n— "+sealOrigin+" ") == 2 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("no checkpoint with two signatures: %d %s", status, note)
		}
	}
	_, body := fetch(t, root+"/decisions", token)
	var list struct {
		Items []struct{ ID, Head string }
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Items) == 0 {
		t.Fatalf("%s: %v", body, err)
	}
	id := list.Items[0].ID
	if status, body := fetch(t, root+"/decisions/"+id+"/history", token); status != http.StatusOK || !strings.HasPrefix(list.Items[0].Head, "sm3:") || strings.Contains(string(body), `"digest":"sha256:`) {
		t.Errorf("%s: %d %s", list.Items[0].Head, status, body)
	}
	if code := stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
	}
	out.Reset()
	if code := run(t.Context(), []string{"stats", "--db", dsn}, strings.NewReader(""), &out, &complaint); code != exitOK {
		t.Errorf("the statistics: %d %s", code, &complaint)
	}
}
