package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi/client"
	"github.com/juece/juece/workflow/sample"
)

var stops = flag.Int("stops", 4, "how often a server is stopped, every other time by kill -9")

// built is the program as it is installed.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "juece")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// process is a server that runs.
type process struct {
	*exec.Cmd
	address string
	log     *output
	ended   chan error
	killed  atomic.Bool // or about to be
}

var servedHere = regexp.MustCompile(`(https?://127\.0\.0\.1:\d+)/v1`)

// launch starts the program as a server, and waits until it serves.
func launch(t *testing.T, binary string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(context.WithoutCancel(t.Context()), binary, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...), log: &output{}, ended: make(chan error, 1)}
	p.Stderr = p.log
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() }) // a test that failed
	lines := bufio.NewScanner(out)
	for p.address == "" && lines.Scan() {
		if found := servedHere.FindStringSubmatch(lines.Text()); found != nil {
			p.address = found[1]
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, out) // what it still says must not block it
		p.ended <- p.Wait()
	}()
	if p.address == "" {
		t.Fatalf("the server did not start: %s", p.log)
	}
	return p
}

// end waits until the process has ended, and returns its exit code; -1 of one
// that was killed.
func (p *process) end(t *testing.T) int {
	t.Helper()
	select {
	case err := <-p.ended:
		if err == nil {
			return 0
		}
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return exit.ExitCode()
		}
		t.Fatal(err)
	case <-time.After(time.Minute):
		t.Fatalf("it did not end: %s", p.log)
	}
	return -1
}

// sent is a request that has a name.
type sent struct {
	key, path, match string
	body             []byte
	lost, killed     bool // an attempt got no answer; from a server that was killed
}

// confirmed is a request that was answered, and what was answered.
type confirmed struct {
	sent
	Decision string
	Version  int64
	Digest   string
	by       int // the replica
}

// clerk records one act after the other on a case of his own, and repeats what
// was not answered until it is.
type clerk struct {
	*office
	id        string
	confirmed []confirmed
}

// office is what the clerks have in common.
type office struct {
	token    string
	replicas []atomic.Pointer[process] // nil while one is away
	closed   atomic.Bool               // nothing new is begun
	turn     atomic.Int64

	replayed, unanswered, unconfirmed atomic.Int64
}

// next is the next act: the first opens the case.
func (c *clerk) next() sent {
	key := uuid.NewString()
	s := sent{key: key, path: "/v1/decisions"}
	act := sample.Walk(demoPack)[0].Act
	if c.id != "" {
		s.path += "/" + c.id + "/acts/cite_catalogue"
		s.match = fmt.Sprintf("%q", fmt.Sprint(len(c.confirmed)))
		day := sample.Walk(demoPack)[0].On
		act = decision.CiteCatalogue{Year: 2026, Version: 1, Entry: key, Committee: "县委", ConsentRef: "县委常委会会议纪要", ConsentedOn: day, PublishedOn: day}
	} else if p, ok := act.(decision.Propose); ok {
		p.Title = key
		act = p
	}
	s.body, _ = json.Marshal(map[string]any{"act": act}) // acts are JSON; the pack is the one that governs
	return s
}

// work goes on until the office is closed and everything is confirmed.
func (c *clerk) work(t *testing.T, over *http.Client) {
	for !c.closed.Load() {
		s := c.next()
		for !c.attempt(t, over, &s) {
			if t.Failed() {
				return
			}
		}
	}
}

// attempt sends a request to the next replica, and reports whether it was
// confirmed.
func (c *clerk) attempt(t *testing.T, over *http.Client, s *sent) bool {
	by := int(c.turn.Add(1)) % len(c.replicas)
	server := c.replicas[by].Load()
	if server == nil {
		time.Sleep(5 * time.Millisecond)
		return false
	}
	status, header, body, err := s.send(t.Context(), over, server.address, c.token)
	if err != nil {
		c.unanswered.Add(1)
		s.lost, s.killed = true, s.killed || server.killed.Load()
		time.Sleep(5 * time.Millisecond)
		return false
	}
	done := confirmed{sent: *s, by: by}
	replayed := header.Get("Idempotent-Replayed") == "true"
	switch {
	case json.Unmarshal(body, &done) != nil || status != http.StatusOK && status != http.StatusCreated:
		t.Errorf("%s: %d %s", s.path, status, body)
		return false
	case done.Version != int64(len(c.confirmed)+1):
		t.Errorf("entry %d after %d that were confirmed", done.Version, len(c.confirmed))
		return false
	case replayed && !s.lost:
		t.Errorf("%s was answered as a repeat and is none", s.path)
	case replayed:
		c.replayed.Add(1)
		if !s.killed { // done, and not answered, by a server that had time to
			c.unconfirmed.Add(1)
		}
	}
	c.id = done.Decision
	c.confirmed = append(c.confirmed, done)
	return true
}

func (s *sent) send(ctx context.Context, over *http.Client, address, token string) (int, http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+s.path, bytes.NewReader(s.body))
	if err != nil {
		return 0, nil, nil, err
	}
	r.GetBody = nil // net/http must not repeat it unseen
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", s.key)
	if s.match != "" {
		r.Header.Set("If-Match", s.match)
	}
	w, err := over.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	return w.StatusCode, w.Header, body, err
}

// What was acknowledged is in the history, once, however often the servers are
// stopped or killed meanwhile; what was not is done once when it is repeated,
// by whichever replica. A server that is stopped answers all that it does.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	if testing.Short() || storetest.RaceEnabled {
		t.Skip("it builds and starts the program")
	}
	t.Parallel()
	binary := built(t)
	for name, c := range map[string]struct {
		replicas int
		dsn      func(*testing.T) string
	}{
		"sqlite":   {1, func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "juece.db") }},
		"postgres": {2, func(t *testing.T) string { return postgrestest.DSN(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopWhileClerksWork(t, binary, c.dsn(t), c.replicas)
		})
	}
}

func stopWhileClerksWork(t *testing.T, binary, dsn string, replicas int) {
	if code, _, complaint := program(t, "migrate", "--db", dsn); code != exitOK {
		t.Fatal(complaint)
	}
	key, vkey := newKey(t)
	a := sample.Actor(demoPack, workflow.RoleUndertakingUnit)
	o := &office{token: strings.Repeat("7", minToken), replicas: make([]atomic.Pointer[process], replicas)}
	tokens := filepath.Join(t.TempDir(), "tokens.yaml")
	if err := os.WriteFile(tokens, fmt.Appendf(nil, "%q: {id: %s, organ: %s, unit: %q, roles: [%s]}\n", o.token, a.ID, a.Organ, a.Unit, workflow.RoleUndertakingUnit), 0o600); err != nil {
		t.Fatal(err)
	}
	servers := make([]*process, replicas)
	start := func(i int) {
		servers[i] = launch(t, binary, "--db", dsn, "--tokens", tokens, "--log-key", key, "--log-every", "50ms", "--drain-delay", "150ms",
			"--limit-actor-reads=0", "--limit-actor-writes=0", "--limit-address-reads=0", "--limit-address-writes=0", "--limit-concurrent=0", "--log-level=error")
		o.replicas[i].Store(servers[i])
	}
	for i := range servers {
		start(i)
	}
	clerks := make([]*clerk, 4)
	var working sync.WaitGroup
	for i := range clerks {
		clerks[i] = &clerk{office: o}
		working.Go(func() {
			over := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
			defer over.CloseIdleConnections()
			clerks[i].work(t, over)
		})
	}
	stopped, killed := 0, 0
	for round := range *stops {
		i := round / 2 % replicas
		time.Sleep(200*time.Millisecond + rand.N(200*time.Millisecond))
		signal, want := syscall.SIGTERM, exitOK
		if round%2 == 1 {
			signal, want = syscall.SIGKILL, -1
		}
		servers[i].killed.Store(signal == syscall.SIGKILL)
		if err := servers[i].Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := servers[i].end(t); code != want || strings.Contains(servers[i].log.String(), "level=ERROR") {
			t.Errorf("%s: exit code %d: %s", signal, code, servers[i].log)
		}
		o.replicas[i].Store(nil)
		if signal == syscall.SIGTERM {
			stopped++
		} else {
			killed++
		}
		start(i)
	}
	time.Sleep(100 * time.Millisecond)
	o.closed.Store(true)
	working.Wait()
	acknowledged, lost := o.compare(t, clerks)
	for i := range servers {
		if err := servers[i].Process.Signal(syscall.SIGTERM); err != nil || servers[i].end(t) != exitOK {
			t.Errorf("at the end: %v: %s", err, servers[i].log)
		}
	}
	// State rows and tasks are those of the history: no act is there by halves.
	if code, out, complaint := program(t, "verify", "--db", dsn, "--key", vkey); code != exitOK {
		t.Errorf("verify: %d %s%s", code, out, complaint)
	}
	if n := o.unconfirmed.Load(); n > 0 {
		t.Errorf("%d acts were done and not answered by a server that was stopped", n)
	}
	if acknowledged < 50 || stopped+killed != *stops {
		t.Errorf("%d acts in %d rounds", acknowledged, stopped+killed)
	}
	t.Logf("%d stopped, %d killed: %d acts acknowledged, %d lost; %d attempts without an answer, %d of them done all the same and answered as repeats",
		stopped, killed, acknowledged, lost, o.unanswered.Load(), o.replayed.Load())
}

// compare reads every history, and sends every tenth request that was confirmed
// once more, to another replica where there is one. It returns how many acts
// were confirmed, and how many of them are not there.
func (o *office) compare(t *testing.T, clerks []*clerk) (acts, lost int) {
	t.Helper()
	for _, c := range clerks {
		reader := client.Client{Base: o.replicas[0].Load().address + "/v1", Authorize: client.Bearer(o.token)}
		entries, err := reader.History(t.Context(), c.id, client.Moment{})
		if err != nil || len(entries) != len(c.confirmed) {
			t.Errorf("%d entries, %d were confirmed; %v", len(entries), len(c.confirmed), err)
		}
		for i, was := range c.confirmed {
			if i >= len(entries) || entries[i].Seq != was.Version || string(entries[i].Digest) != was.Digest || strings.Count(entries[i].Entry, was.key) != 1 {
				t.Errorf("entry %d is not what was confirmed", was.Version)
				lost++
			}
		}
		for i := 0; i < len(c.confirmed); i += 10 {
			was := c.confirmed[i]
			address := o.replicas[(was.by+1)%len(o.replicas)].Load().address
			status, header, body, err := was.send(t.Context(), http.DefaultClient, address, o.token)
			again := was
			if err != nil || json.Unmarshal(body, &again) != nil || status/100 != 2 || header.Get("Idempotent-Replayed") != "true" || again.Version != was.Version || again.Digest != was.Digest {
				t.Errorf("a repeat of entry %d: %d %s, %v", was.Version, status, body, err)
			}
		}
		acts += len(c.confirmed)
	}
	return acts, lost
}

// The second signal ends the program at once, whatever it is waiting for.
func TestASecondSignalEndsTheProgram(t *testing.T) {
	t.Parallel()
	p := launch(t, "juece", "--demo", "--drain-delay", "10m", "--log-level", "info")
	for range 2 {
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(30 * time.Second); !strings.Contains(p.log.String(), "msg=stopping") && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if code := p.end(t); code == exitOK {
		t.Error("it ended as if everything had been answered")
	}
}
