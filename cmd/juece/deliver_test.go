package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
)

const hookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// hooked is a receiver that verifies what it gets as docs/events.md shows, and
// answers with a status.
type hooked struct {
	*httptest.Server
	status atomic.Int64
	mu     sync.Mutex
	types  []string
	ids    []string
}

func newHooked(t *testing.T) *hooked {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	h := &hooked{}
	h.status.Store(http.StatusNoContent)
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = hook.Verify(body, r.Header)
		}
		var event struct{ Type string }
		if err == nil {
			err = json.Unmarshal(body, &event)
		}
		if err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.types = append(h.types, event.Type)
		h.ids = append(h.ids, r.Header.Get(standardwebhooks.HeaderWebhookID))
		h.mu.Unlock()
		w.WriteHeader(int(h.status.Load()))
	}))
	t.Cleanup(h.Close)
	return h
}

// file writes a file of subscribers with one that is told at the receiver.
func (h *hooked) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hooks.yaml")
	text := fmt.Sprintf("source: https://juece.example.gov.cn\nsubscribers:\n  - {name: oa, url: '%s', secrets: [%s], allow_private: true}\n", h.URL, hookSecret)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (h *hooked) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.types)
}

// recorded is a database with an act in it that tells of itself.
func recorded(t *testing.T) (dsn string) {
	t.Helper()
	dsn = "sqlite:" + filepath.Join(t.TempDir(), "juece.db")
	st, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	w := storetest.Act("d1", 1)
	w.Tasks = nil
	w.Events = []workflow.Event{{ID: "e1", Type: workflow.EventRecorded, Body: []byte(`{}`)}}
	err = st.Migrate(t.Context())
	if err == nil {
		err = st.Append(t.Context(), w)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	h, dsn := newHooked(t), recorded(t)
	file := h.file(t)
	for i, step := range []struct {
		answer int
		args   []string
		code   int
		stdout string // patterns
		stderr string
	}{
		{410, []string{"deliver", "--hooks", file, "--once"}, 0, `routed: 1\nreminders: 0\ndelivered: 0\nfailed: 1\ndead: 0\n`, "the subscriber is gone"},
		{204, []string{"outbox", "list"}, 0, `^e1  等待  案件d1  第1条  juece\.entry\.recorded  →oa  \S+Z  已试0次  对方答复HTTP 410\n`, `^订阅者oa自\S+起停止：对方答复HTTP 410\n$`},
		{204, []string{"outbox", "list", "--dead", "--lang", "en"}, 0, `^$`, `^the subscriber oa is disabled since \S+: it answered HTTP 410\n$`},
		{204, []string{"deliver", "--hooks", file, "--once"}, 0, `delivered: 0\n`, ""},
		{204, []string{"outbox", "enable", "oa"}, 0, `^$`, `^$`},
		{204, []string{"outbox", "enable", "oa"}, 2, `^$`, "没有这个已停止的订阅者"},
		{204, []string{"outbox", "retry", "e1"}, 2, `^e1: 0\n$`, "are not dead"},
		{204, []string{"outbox", "list", "--format", "json"}, 0, `^\{"decision":"d1","seq":1,"event":"e1","type":"juece.entry.recorded","subscriber":"oa","state":"waiting","attempts":0,"reason":"http 410"`, ""},
		{204, []string{"deliver", "--hooks", file, "--once"}, 0, `delivered: 1\n`, ""},
		{204, []string{"outbox", "list"}, 0, `^$`, `^$`},
		{204, []string{"deliver", "--hooks", file, "--once", "--every", "0s"}, 2, `^$`, "间隔须大于零"},
		{204, []string{"deliver", "--hooks", file + "x", "--once"}, 2, `^$`, "不能读取"},
	} {
		h.status.Store(int64(step.answer))
		code, stdout, stderr := program(t, append(step.args, "--db", dsn)...)
		if code != step.code || !regexp.MustCompile(step.stdout).MatchString(stdout) || !regexp.MustCompile(step.stderr).MatchString(stderr) {
			t.Fatalf("step %d: exit %d\nstdout: %s\nstderr: %s", i, code, stdout, stderr)
		}
	}
	if n := h.count(); n != 2 { // it was answered 410, and taken
		t.Errorf("%d requests", n)
	}
}

func TestDeliverNamesWhatIsWrongWithItsFile(t *testing.T) {
	t.Parallel()
	h := newHooked(t)
	file := h.file(t)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte(", allow_private: true"), nil, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := program(t, "deliver", "--db", recorded(t), "--hooks", file, "--once")
	if code != 2 || !strings.Contains(stderr, "hooks.yaml:3: subscribers[0].url：须为https") || !strings.Contains(stderr, "must be https") || strings.Contains(stderr, "MfKQ9r8G") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	tokens := filepath.Join(t.TempDir(), "tokens.yaml")
	if err := os.WriteFile(tokens, []byte(strings.Repeat("a", minToken)+": {id: 经办人甲, organ: 某市人民政府, roles: [auditor]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = program(t, "serve", "--db", recorded(t), "--tokens", tokens, "--addr", "127.0.0.1:0", "--hooks", file, "--lang", "en")
	if code != 2 || !strings.Contains(stderr, "subscribers[0].url: must be https") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// The server delivers what is recorded through it, and ends with its goroutines.
func TestServeDelivers(t *testing.T) {
	t.Parallel()
	h := newHooked(t)
	_, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0", "--hooks", h.file(t))
	for end := time.Now().Add(time.Minute); h.count() < 20 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	if code := stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
	}
	n := h.count()
	if n < 20 {
		t.Errorf("%d events", n)
	}
	time.Sleep(20 * time.Millisecond)
	if h.count() != n {
		t.Error("it goes on after the end")
	}
}
