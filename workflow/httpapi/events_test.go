package httpapi_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/httpapi/client"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// replica is one server of several over a database. Its clock runs.
type replica struct {
	url     string
	svc     *workflow.Service
	log     *strings.Builder
	replace atomic.Pointer[func(decision.Actor) (decision.Actor, error)] // who is identified
}

// dayOfStreams is when the clocks of replicas begin: after every day of the sample.
var dayOfStreams = calendar.MustParseDate("2026-11-02").Time()

// serveStreams serves a store by a clock that is ahead of others by so much.
func serveStreams(t *testing.T, s workflowtest.Storage, o httpapi.Streams, ahead time.Duration, tune ...func(*http.Server)) *replica {
	t.Helper()
	start := time.Now()
	r := &replica{svc: workflowtest.Service(t, s, nil), log: &strings.Builder{}}
	r.svc.Now = func() time.Time { return dayOfStreams.Add(time.Since(start) + ahead) }
	o.Poll, o.Retry = 20*time.Millisecond, 10*time.Millisecond
	mux := http.NewServeMux()
	err := httpapi.Register(humago.NewWithPrefix(mux, "/v1", httpapi.Config("test")), r.svc, httpapi.Options{
		Identify: func(ctx huma.Context) (decision.Actor, error) {
			var a decision.Actor
			err := json.Unmarshal([]byte(ctx.Header("X-Actor")), &a)
			if replace := r.replace.Load(); replace != nil && err == nil {
				return (*replace)(a)
			}
			return a, err
		},
		Logger: slog.New(slog.NewTextHandler(&locked{w: r.log}, nil)), Streams: o,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(mux)
	for _, f := range tune {
		f(server.Config)
	}
	server.Start()
	t.Cleanup(server.Close)
	r.url = server.URL + "/v1"
	return r
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// from now on everybody is who the function says.
func (r *replica) identify(f func(decision.Actor) (decision.Actor, error)) { r.replace.Store(&f) }

// perform does steps of the sample in a new case.
func (r *replica) perform(ctx context.Context, steps []sample.Step) (string, error) {
	return sample.Perform(ctx, r.svc, sample.NewClock(calendar.MustParseDate("2026-03-01")), "d713", steps)
}

func (r *replica) mustPerform(t *testing.T, steps []sample.Step) string {
	t.Helper()
	id, err := r.perform(t.Context(), steps)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// act does the next step of the sample in a case.
func (r *replica) act(ctx context.Context, id string, step sample.Step) error {
	_, err := r.svc.Do(ctx, workflow.Request{
		Decision: id, Expect: workflow.Latest, Act: step.Act, Actor: step.Actor, OccurredOn: step.On, Reasons: step.Reasons, Materials: step.Files,
	})
	return err
}

// event is one block of a stream.
type event struct {
	id, name, data string
	comment        bool
}

func (e event) entry(t *testing.T) httpapi.RecordedEntry {
	t.Helper()
	var v httpapi.RecordedEntry
	if err := json.Unmarshal([]byte(e.data), &v); err != nil || e.name != "entry" {
		t.Fatalf("%+v: %v", e, err)
	}
	return v
}

func (e event) code(t *testing.T) string {
	t.Helper()
	var p httpapi.Problem
	if err := json.Unmarshal([]byte(e.data), &p); err != nil || e.name != "end" {
		t.Fatalf("%+v: %v", e, err)
	}
	return p.Code
}

// reading is a stream that a test reads.
type reading struct {
	t      *testing.T
	answer *http.Response
	lines  *bufio.Scanner
}

// read asks for a stream as somebody. It is read for half a minute at most.
func (r *replica) read(t *testing.T, who decision.Actor, path, lastID string) *reading {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := json.Marshal(who)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Actor", string(actor))
	if lastID != "" {
		request.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	in := &reading{t: t, answer: answer, lines: bufio.NewScanner(answer.Body)}
	in.lines.Buffer(nil, 1<<20)
	return in
}

// block returns the next block, false at the end of the stream.
func (r *reading) block() (e event, ok bool) {
	r.t.Helper()
	for r.lines.Scan() {
		name, value, _ := strings.Cut(r.lines.Text(), ": ")
		switch name {
		case "":
			return e, true
		case ":":
			e.comment = true
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		}
	}
	if err := r.lines.Err(); err != nil {
		r.t.Fatalf("the stream was cut: %v", err)
	}
	return e, false
}

// event returns the next event, and passes over what is none.
func (r *reading) event() event {
	r.t.Helper()
	for {
		e, ok := r.block()
		if !ok {
			r.t.Fatal("the stream has ended")
		}
		if e.name != "" {
			return e
		}
	}
}

// rest reads to the end.
func (r *reading) rest() (all []event) {
	r.t.Helper()
	for {
		e, ok := r.block()
		if !ok {
			return all
		}
		if e.name != "" {
			all = append(all, e)
		}
	}
}

func auditor() decision.Actor { return sample.Actor("d713", workflow.RoleAuditor) }

// beforeComment are the first steps of the sample: some ten entries.
func beforeComment() []sample.Step { return sample.Before("d713", "open_comment") }

// After any entry a stream goes on with the next one, and shows what the
// history shows.
func TestAStreamGoesOnAfterAnyEntry(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, version := h.walk("d713", beforeComment())
	path := "/decisions/" + id
	past := decode[struct{ Items []json.RawMessage }](t, h.want(t, http.StatusOK, call{method: "GET", path: path + "/history", actor: auditor()})).Items
	for after := range version + 1 {
		for _, c := range []call{
			{path: path + "/events?follow=false&after=" + strconv.FormatInt(after, 10)},
			{path: path + "/events?follow=false&after=1", header: map[string]string{"Last-Event-ID": strconv.FormatInt(after, 10)}},
		} {
			if c.method, c.actor = "GET", auditor(); after == 0 && c.header != nil {
				continue
			}
			w := h.want(t, http.StatusOK, c)
			if got := w.Header(); got.Get("Content-Type") != "text/event-stream" || got.Get("Cache-Control") != "no-store" || got.Get("X-Accel-Buffering") != "no" {
				t.Errorf("%v", got)
			}
			stream := parseStream(w.Body.String())[1:]
			if int64(len(stream)) != version-after {
				t.Fatalf("after %d: %d events of %d entries", after, len(stream), version)
			}
			for i, e := range stream {
				e := e.(map[string]any)
				seq := after + int64(i) + 1
				want := `{"decision":"` + id + `",` + string(past[seq-1])[1:]
				if e["id"] != strconv.FormatInt(seq, 10) || e["event"] != "entry" || string(e["data"].(json.RawMessage)) != want {
					t.Errorf("after %d: %v, want %s", after, e, want)
				}
			}
		}
	}
	for query, header := range map[string]string{"after=" + strconv.FormatInt(version+1, 10): "", "after=x": "", "after=-1": "", "after=1": "x"} {
		w := h.want(t, http.StatusUnprocessableEntity, call{method: "GET", path: path + "/events?" + query, actor: auditor(), header: map[string]string{"Last-Event-ID": header}})
		if decode[httpapi.Problem](t, w).Code != "invalid_request" {
			t.Errorf("%s: %s", query, w.Body)
		}
	}
	other := sample.Actor("d713", workflow.RoleUndertakingUnit)
	other.Organ = "邻县人民政府"
	h.want(t, http.StatusNotFound, call{method: "GET", path: path + "/events?follow=false", actor: other})
	for _, e := range parseStream(h.want(t, http.StatusOK, call{method: "GET", path: "/events?follow=false&since=2026-01-01T00:00:00Z", actor: other}).Body.String()) {
		if e.(map[string]any)["event"] != nil {
			t.Errorf("another organ is told %v", e)
		}
	}
	h.want(t, http.StatusForbidden, call{method: "GET", path: "/events?organ=" + "县人民政府", actor: other})
}

// A stream of many cases tells each entry, in order within a case, and goes on
// after any of its ids: with what had come, at most.
func TestAStreamOfManyCasesGoesOnAfterAnyEntry(t *testing.T) {
	t.Parallel()
	r := serveStreams(t, openSQLite(t), httpapi.Streams{Overlap: time.Millisecond}, 0)
	ids := []string{r.mustPerform(t, beforeComment()[:6]), r.mustPerform(t, beforeComment()[:4]), r.mustPerform(t, beforeComment())}
	time.Sleep(5 * time.Millisecond) // the first case comes last, with entries from before the others
	if err := r.act(t.Context(), ids[0], beforeComment()[6]); err != nil {
		t.Fatal(err)
	}
	all := r.read(t, auditor(), "/events?follow=false&since=2026-01-01T00:00:00Z", "").rest()
	want := map[string]bool{}
	for _, id := range ids {
		records, err := r.svc.History(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range records {
			want[fmt.Sprint(id, e.Seq)] = true
		}
	}
	if len(all) != len(want) {
		t.Fatalf("%d events of %d entries", len(all), len(want))
	}
	for i := range all {
		owed := map[string]bool{}
		for _, e := range all[i+1:] {
			owed[fmt.Sprint(e.entry(t).Decision, e.entry(t).Seq)] = true
		}
		last := map[string]int64{}
		for _, e := range r.read(t, auditor(), "/events?follow=false", all[i].id).rest() {
			v := e.entry(t)
			if v.Seq <= last[v.Decision] {
				t.Errorf("after %s: entry %d after %d", all[i].id, v.Seq, last[v.Decision])
			}
			last[v.Decision] = v.Seq
			delete(owed, fmt.Sprint(v.Decision, v.Seq))
		}
		if len(owed) > 0 {
			t.Errorf("after event %d, %s: %d entries are lost", i, all[i].id, len(owed))
		}
	}
	unit := r.read(t, auditor(), "/events?follow=false&since=2026-01-01T00:00:00Z&lead_unit=none", "").rest()
	limited := auditor()
	limited.Cases = ids[1:2]
	some := r.read(t, limited, "/events?follow=false&since=2026-01-01T00:00:00Z", "").rest()
	if len(unit) != 0 || len(some) != 4 {
		t.Errorf("of another unit %d, of one case %d", len(unit), len(some))
	}
	for _, wrong := range []string{"after=1", "after=1-x", "after=99999999999999999-1", "since=2027-01-01T00:00:00Z"} {
		if in := r.read(t, auditor(), "/events?"+wrong, ""); in.answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", wrong, in.answer.StatusCode)
		}
	}
}

// Writers on two replicas whose clocks differ, readers on both, who leave and
// come again all the time: nothing is lost, and the order within a case is
// kept. Each entry of one case comes once.
func TestStreamsLoseNothingAcrossReplicasAndTellACaseOnce(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) [2]workflowtest.Storage{"sqlite": twoSQLite, "postgres": twoPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const writers, cases = 3, 2
			stores := open(t)
			// A writer that waits for the database is a transaction that lasts.
			options := httpapi.Streams{Time: 2 * time.Second, Overlap: 20 * time.Second}
			replicas := [2]*replica{serveStreams(t, stores[0], options, 0), serveStreams(t, stores[1], options, 300*time.Millisecond)}
			followed := replicas[0].mustPerform(t, beforeComment()[:1])
			steps := beforeComment()[:5]
			total := (writers*cases + 1) * len(steps)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					for range cases {
						if _, err := replicas[i%2].perform(ctx, steps); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Go(func() { // acts in the case that is followed
				for i, step := range steps[1:] {
					if err := replicas[i%2].act(ctx, followed, step); err != nil {
						t.Error(err)
					}
					time.Sleep(20 * time.Millisecond)
				}
			})
			for _, r := range replicas {
				wg.Go(func() { followAll(ctx, t, r, total) })
				wg.Go(func() {
					next := int64(1)
					for e, err := range r.client(t, auditor()).Events(ctx, client.Subscription{Case: followed}) {
						if err != nil {
							t.Error(err)
							return
						}
						if e.Entry.Seq != next {
							t.Errorf("of one case: entry %d, want %d", e.Entry.Seq, next)
						}
						if next++; next > int64(len(steps)) {
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// followAll reads until every entry has come, and comes anew after some of them.
func followAll(ctx context.Context, t *testing.T, r *replica, total int) {
	seen, last, again := map[string]bool{}, map[string]int64{}, 0
	from := client.Subscription{Since: dayOfStreams}
	for len(seen) < total {
		for e, err := range r.client(t, auditor()).Events(ctx, from) {
			if err != nil {
				t.Errorf("%d of %d entries have come: %v", len(seen), total, err)
				return
			}
			from.After = e.ID
			key := fmt.Sprint(e.Decision, e.Entry.Seq)
			if seen[key] {
				again++
				continue
			}
			seen[key] = true
			if e.Entry.Seq != last[e.Decision]+1 {
				t.Errorf("%s: entry %d after %d", e.Decision, e.Entry.Seq, last[e.Decision])
			}
			if last[e.Decision] = e.Entry.Seq; len(seen)%7 == 0 || len(seen) == total {
				break
			}
		}
	}
	t.Logf("%d entries, %d came again", total, again)
}

func (r *replica) client(t *testing.T, who decision.Actor) *client.Client {
	actor, err := json.Marshal(who)
	if err != nil {
		t.Error(err)
	}
	return &client.Client{Base: r.url, Backoff: client.Backoff{First: time.Millisecond}, Authorize: func(r *http.Request) error {
		r.Header.Set("X-Actor", string(actor))
		return nil
	}}
}

func twoSQLite(t *testing.T) [2]workflowtest.Storage {
	path := filepath.Join(t.TempDir(), "a.db")
	return two(t, func() (*store.Store, error) { return sqlite.Open(t.Context(), path) })
}

func twoPostgres(t *testing.T) [2]workflowtest.Storage {
	dsn := postgrestest.DSN(t)
	return two(t, func() (*store.Store, error) { return postgres.Open(t.Context(), dsn) })
}

func two(t *testing.T, open func() (*store.Store, error)) (both [2]workflowtest.Storage) {
	t.Helper()
	for i := range both {
		s, err := open()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		both[i] = s
	}
	return both
}

// An entry that was recorded in a transaction of the host's, and became
// visible after others that were recorded later, is told all the same.
func TestAnEntryThatCommitsLateIsTold(t *testing.T) {
	t.Parallel()
	dsn := postgrestest.DSN(t)
	st, err := postgres.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := serveStreams(t, st, httpapi.Streams{Overlap: 10 * time.Second}, 0)
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	in := r.read(t, auditor(), "/events", "")

	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	joined := st.Join(tx)
	host := &replica{svc: &workflow.Service{Store: joined, Register: joined, Vault: joined, Packs: r.svc.Packs, Calendar: r.svc.Calendar, Now: r.svc.Now}}
	late := host.mustPerform(t, beforeComment()[:2])
	time.Sleep(50 * time.Millisecond)
	sooner := r.mustPerform(t, beforeComment()[:1])
	if e := in.event().entry(t); e.Decision != sooner {
		t.Fatalf("%+v", e)
	}
	time.Sleep(100 * time.Millisecond) // some polls
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for seq := range int64(2) {
		if e := in.event().entry(t); e.Decision != late || e.Seq != seq+1 {
			t.Errorf("%s, entry %d", e.Decision, e.Seq)
		}
	}
}

// What a replica whose clock is behind records is told as well, and nothing
// is told twice while a stream goes on.
func TestAClockThatIsBehindHidesNothing(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	ahead := serveStreams(t, s, httpapi.Streams{Overlap: 10 * time.Second}, 5*time.Second)
	behind := serveStreams(t, s, httpapi.Streams{}, 0)
	in := ahead.read(t, auditor(), "/events", "")
	var want []string
	for _, r := range []*replica{ahead, behind, ahead, behind} {
		id := r.mustPerform(t, beforeComment()[:2])
		for seq := range 2 {
			want = append(want, fmt.Sprint(id, seq+1))
			e := in.event().entry(t)
			if got := fmt.Sprint(e.Decision, e.Seq); got != want[len(want)-1] {
				t.Fatalf("%s, want %s", got, want[len(want)-1])
			}
		}
	}
}

// A revocation counts for streams that are open: they end, say why, and tell
// nothing that was recorded after it.
func TestRevocationEndsAStream(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	for name, c := range map[string]struct {
		then func(decision.Actor) (decision.Actor, error)
		one  string // of a case
		all  string // of all of them
	}{
		"a token that has expired": {func(a decision.Actor) (decision.Actor, error) { return a, errors.New("expired") }, "unauthenticated", "unauthenticated"},
		"who may not call":         {func(a decision.Actor) (decision.Actor, error) { return a, httpapi.ErrNotPermitted }, "not_permitted", "not_permitted"},
		"no role that reads":       {func(a decision.Actor) (decision.Actor, error) { a.Roles = []decision.Role{"public"}; return a, nil }, "not_permitted", "not_permitted"},
		"another organ":            {func(a decision.Actor) (decision.Actor, error) { a.Organ = "邻县人民政府"; return a, nil }, "not_found", "not_permitted"},
		"other cases":              {func(a decision.Actor) (decision.Actor, error) { a.Cases = []string{"other"}; return a, nil }, "not_found", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := serveStreams(t, s, httpapi.Streams{}, 0)
			id := r.mustPerform(t, beforeComment()[:1])
			clerk := sample.Actor("d713", workflow.RoleUndertakingUnit)
			one := r.read(t, clerk, "/decisions/"+id+"/events", "")
			all := r.read(t, clerk, "/events", "")
			one.event().entry(t)
			for all.event().entry(t).Decision != id { // of other tests
			}
			r.identify(c.then)
			if err := r.act(t.Context(), id, beforeComment()[1]); err != nil {
				t.Fatal(err)
			}
			if rest := one.rest(); len(rest) != 1 || rest[0].code(t) != c.one || rest[0].id != "" {
				t.Errorf("the case: %+v", rest)
			}
			if c.all == "" {
				return // it goes on, and tells of the other cases
			}
			rest := all.rest()
			if len(rest) == 0 || rest[len(rest)-1].code(t) != c.all {
				t.Fatalf("all cases: %+v", rest)
			}
			for _, e := range rest[:len(rest)-1] {
				if v := e.entry(t); v.Decision == id {
					t.Errorf("it was told of entry %d", v.Seq)
				}
			}
		})
	}
}

// Who loses sight of what is said in the meeting loses it at once.
func TestAStreamWithholdsDeliberation(t *testing.T) {
	t.Parallel()
	r := serveStreams(t, openSQLite(t), httpapi.Streams{}, 0)
	walk := sample.Walk("d713")
	spoken := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "record_statement" })
	id := r.mustPerform(t, walk[:spoken+1])
	secretary := sample.Actor("d713", workflow.RoleMeetingSecretary)
	in := r.read(t, secretary, "/decisions/"+id+"/events", strconv.Itoa(spoken))
	if e := in.event().entry(t); e.Withheld != nil || !strings.Contains(e.Entry.Entry, "record_statement") {
		t.Fatalf("%+v", e)
	}
	r.identify(func(a decision.Actor) (decision.Actor, error) {
		a.Roles = []decision.Role{workflow.RoleExpert}
		return a, nil
	})
	next := walk[spoken+1]
	if err := r.act(t.Context(), id, next); err != nil {
		t.Fatal(err)
	}
	if e := in.event().entry(t); e.Withheld == nil || e.Entry.Entry != "" || e.Digest == "" || next.Act.Kind() != "record_statement" {
		t.Errorf("%s: %+v", next.Act.Kind(), e)
	}
	all := r.read(t, secretary, "/events?follow=false&since=2026-01-01T00:00:00Z", "").rest()
	withheld := 0
	for _, e := range all {
		if e.entry(t).Withheld != nil {
			withheld++
		}
	}
	if len(all) != spoken+2 || withheld != 2 {
		t.Errorf("%d events, %d withheld", len(all), withheld)
	}
}

// The deadlines of a server are for answers that end. A stream outlives them,
// and says something now and then.
func TestAStreamOutlivesTheDeadlinesOfTheServer(t *testing.T) {
	t.Parallel()
	const deadline = 200 * time.Millisecond
	r := serveStreams(t, openSQLite(t), httpapi.Streams{Heartbeat: 50 * time.Millisecond}, 0, func(s *http.Server) {
		s.ReadTimeout, s.WriteTimeout = deadline, deadline
	})
	id := r.mustPerform(t, beforeComment()[:1])
	in := r.read(t, auditor(), "/decisions/"+id+"/events", "1")
	begin, beats := time.Now(), 0
	for time.Since(begin) < 3*deadline {
		e, ok := in.block()
		if !ok || e.name != "" {
			t.Fatalf("%+v %v", e, ok)
		}
		if e.comment {
			beats++
		}
	}
	if beats < 3 {
		t.Errorf("%d heartbeats", beats)
	}
	if err := r.act(t.Context(), id, beforeComment()[1]); err != nil {
		t.Fatal(err)
	}
	if e := in.event().entry(t); e.Seq != 2 {
		t.Errorf("%+v", e)
	}
}

// A reader that does not read is cut off, and its place is free again.
func TestAReaderThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	r := serveStreams(t, openSQLite(t), httpapi.Streams{Write: 200 * time.Millisecond, Most: 1}, 0, func(s *http.Server) {
		s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
			if err := c.(*net.TCPConn).SetWriteBuffer(4 << 10); err != nil {
				t.Error(err)
			}
			return ctx
		}
	})
	id := r.mustPerform(t, sample.Walk("d713"))
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/v1"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	actor, err := json.Marshal(auditor())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET /v1/decisions/%s/events HTTP/1.1\r\nHost: x\r\nX-Actor: %s\r\n\r\n", id, actor)
	first := make([]byte, 12)
	if _, err := io.ReadFull(conn, first); err != nil || string(first) != "HTTP/1.1 200" {
		t.Fatalf("%q %v", first, err)
	}
	var taken bool
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		status := r.read(t, auditor(), "/decisions/"+id+"/events?follow=false", "").answer.StatusCode
		if status == http.StatusOK {
			break
		}
		if taken = status == http.StatusServiceUnavailable; !taken || time.Now().After(end) {
			t.Fatalf("%d: its place is still taken", status)
		}
	}
	if !taken {
		t.Error("it was never seen at its place: nothing was shown")
	}
}

// There are so many streams at once, and so many of one actor; a place that was
// left is free.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	r := serveStreams(t, openSQLite(t), httpapi.Streams{Most: 3, MostOfActor: 2}, 0)
	as := func(id string) decision.Actor {
		a := auditor()
		a.ID = id
		return a
	}
	ask := func(id string) (*reading, string) {
		in := r.read(t, as(id), "/events", "")
		if in.answer.StatusCode == http.StatusOK {
			if _, ok := in.block(); !ok {
				t.Fatal("nothing came")
			}
			return in, ""
		}
		var p httpapi.Problem
		if err := json.NewDecoder(in.answer.Body).Decode(&p); err != nil || p.Detail == "" || in.answer.Header.Get("Retry-After") != "1" {
			t.Errorf("%+v %v %v", p, in.answer.Header, err)
		}
		return in, p.Code
	}
	first, code := ask("甲")
	for i, want := range []struct{ id, code string }{{"甲", ""}, {"甲", "too_many_requests"}, {"乙", ""}, {"乙", "busy"}} {
		if _, got := ask(want.id); code != "" || got != want.code {
			t.Errorf("%d: %q, want %q", i, got, want.code)
		}
	}
	if err := first.answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, code = ask("甲"); code == "" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the place is still taken: " + code)
		}
	}
}

// A stream runs its time; one of a server that stops ends at once, and no other
// begins. Both say that it may be taken up again.
func TestAStreamEndsWithItsTimeAndWithTheServer(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	short := serveStreams(t, s, httpapi.Streams{Time: 100 * time.Millisecond}, 0)
	begin := time.Now()
	if rest := short.read(t, auditor(), "/events", "").rest(); len(rest) != 1 || rest[0].code(t) != "stream_over" || time.Since(begin) < 100*time.Millisecond {
		t.Errorf("%+v", rest)
	}
	stopping := make(chan struct{})
	r := serveStreams(t, s, httpapi.Streams{Stopping: stopping}, 0)
	in := r.read(t, auditor(), "/events", "")
	if _, ok := in.block(); !ok {
		t.Fatal("nothing came")
	}
	close(stopping)
	begin = time.Now()
	if rest := in.rest(); len(rest) != 1 || rest[0].code(t) != "not_ready" || time.Since(begin) > time.Second {
		t.Errorf("%+v after %s", rest, time.Since(begin))
	}
	if again := r.read(t, auditor(), "/events", ""); again.answer.StatusCode != http.StatusServiceUnavailable || again.answer.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v", again.answer.StatusCode, again.answer.Header)
	}
}

// spoilt is a store in which one case cannot be read.
type spoilt struct {
	workflowtest.Storage
	id atomic.Pointer[string]
}

func (b *spoilt) Load(ctx context.Context, id string) ([]history.Record, error) {
	records, err := b.Storage.Load(ctx, id)
	if is := b.id.Load(); is != nil && *is == id && err == nil {
		records[0].Data = append([]byte(" "), records[0].Data...)
	}
	return records, err
}

// A case that cannot be read is named, and does not hold up the others.
func TestACaseThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	s := &spoilt{Storage: openSQLite(t)}
	r := serveStreams(t, s, httpapi.Streams{}, 0)
	in := r.read(t, auditor(), "/events", "")
	bad := r.mustPerform(t, beforeComment()[:1])
	in.event().entry(t)
	s.id.Store(&bad)
	again := r.read(t, auditor(), "/events?since=2026-01-01T00:00:00Z", "")
	if e := again.event(); e.name != "unreadable" || !strings.Contains(e.data, bad) {
		t.Errorf("%+v", e)
	}
	good := r.mustPerform(t, beforeComment()[:1])
	for _, in := range []*reading{in, again} {
		if e := in.event().entry(t); e.Decision != good {
			t.Errorf("%+v", e)
		}
	}
	if code := r.read(t, auditor(), "/decisions/"+bad+"/events", "").answer.StatusCode; code != http.StatusInternalServerError {
		t.Errorf("the case itself: %d", code)
	}
}

// plain is a writer of a host's that cannot flush.
type plain struct{ http.ResponseWriter }

// Where nothing can be flushed, a reader gets what there is and comes again.
func TestAHostThatCannotFlushAnswersWithWhatThereIs(t *testing.T) {
	t.Parallel()
	r := serveStreams(t, openSQLite(t), httpapi.Streams{}, 0, func(s *http.Server) {
		next := s.Handler
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(plain{w}, r) })
	})
	id := r.mustPerform(t, beforeComment()[:2])
	if all := r.read(t, auditor(), "/decisions/"+id+"/events", "").rest(); len(all) != 2 || all[1].id != "2" {
		t.Errorf("%+v", all)
	}
}
