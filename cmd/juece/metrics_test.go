package main

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
)

// watchedServer is a demonstration that is watched.
type watchedServer struct {
	*testing.T
	out, log      output
	root, metrics string // the API, and its metrics when it serves any
	stop          func() int
}

var metricsLine = regexp.MustCompile(`"address":"(http://127\.0\.0\.1:\d+/metrics)"`)

func watch(t *testing.T, args ...string) *watchedServer {
	t.Helper()
	s := &watchedServer{T: t}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	ended := make(chan int, 1)
	args = append([]string{"serve", "--demo", "--addr", "127.0.0.1:0", "--log-format", "json"}, args...)
	go func() { ended <- run(ctx, args, strings.NewReader(""), &s.out, &s.log) }()
	s.eventually("it starts", func() bool {
		found := curlLine.FindStringSubmatch(s.out.String())
		if found != nil {
			s.root = strings.TrimSuffix(found[2], "/tasks")
		}
		return found != nil
	})
	if found := metricsLine.FindStringSubmatch(s.log.String()); found != nil {
		s.metrics = found[1]
	}
	s.stop = func() int {
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(time.Minute):
			t.Error("it did not stop")
			return -1
		}
	}
	return s
}

func (s *watchedServer) eventually(what string, holds func() bool) {
	s.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("%s, it was hoped: %s%s", what, &s.out, &s.log)
		}
	}
}

// token is that of an identity of the demonstration.
func (s *watchedServer) token(role decision.Role) string {
	s.Helper()
	found := regexp.MustCompile(`([0-9a-f]{32})  ` + string(role) + ` `).FindStringSubmatch(s.out.String())
	if found == nil {
		s.Fatalf("no token for %s: %s", role, &s.out)
	}
	return found[1]
}

// ask sends a request with headers, "Name: value".
func (s *watchedServer) ask(method, path string, body []byte, headers ...string) (int, string) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.root+path, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// proposalTitle stands in what is proposed, and must not stand elsewhere.
const proposalTitle = "只有案卷里才有的标题"

// propose opens a case, and returns its id.
func (s *watchedServer) propose(headers ...string) string {
	s.Helper()
	act, _ := sample.Walk(demoPack)[0].Act.(decision.Propose)
	act.Title = proposalTitle
	body, err := json.Marshal(map[string]any{"pack": demoPack, "act": act})
	if err != nil {
		s.Fatal(err)
	}
	var receipt struct{ Decision string }
	code, text := s.ask(http.MethodPost, "/decisions", body, append(headers, "Content-Type: application/json", "Authorization: Bearer "+s.token(workflow.RoleGovOffice))...)
	if err := json.Unmarshal([]byte(text), &receipt); err != nil || code != http.StatusCreated {
		s.Fatalf("%d %s, %v", code, text, err)
	}
	return receipt.Decision
}

// scrape returns the series of the product by their name and labels.
func (s *watchedServer) scrape() (series map[string]string, text string) {
	s.Helper()
	code, body := fetch(s.T, s.metrics, "")
	if code != http.StatusOK {
		s.Fatalf("%d %s", code, body)
	}
	return seriesOf(string(body)), string(body)
}

func seriesOf(text string) map[string]string {
	series := map[string]string{}
	for line := range strings.Lines(text) {
		if at := strings.LastIndex(line, " "); strings.HasPrefix(line, "juece_") && at > 0 {
			series[line[:at]] = strings.TrimSpace(line[at:])
		}
	}
	return series
}

// What was done stands in the metrics, on both databases, and nothing of what
// was said.
func TestMetricsTellWhatWasDone(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "juece.db") },
		"postgres": func(t *testing.T) string { return postgrestest.DSN(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, _ := newKey(t)
			hook := newHooked(t)
			s := watch(t, "--db", database(t), "--metrics-addr", "127.0.0.1:0", "--log-key", key, "--log-every", "20ms", "--hooks", hook.file(t), "--limit-actor-writes", "0.1")
			id := s.propose()
			adviser := "Authorization: Bearer " + s.token(workflow.RoleLegalAdviser)
			s.ask(http.MethodGet, "/tasks", nil, adviser)
			s.ask(http.MethodGet, "/tasks", nil, adviser)
			s.ask(http.MethodGet, "/tasks", nil, "Authorization: Bearer sesame")
			s.ask(http.MethodGet, "/decisions/"+id, nil, adviser)
			s.ask(http.MethodGet, "/decisions/0198c0de", nil, adviser)
			for range 2 {
				s.ask(http.MethodPost, "/decisions/"+id+"/acts/study_proposal", []byte(`{"act":{}}`), "Content-Type: application/json", adviser)
			}
			// It is sealed and delivered before it is read: what was read holds.
			s.eventually("something is sealed and delivered", func() bool {
				code, _ := s.ask(http.MethodGet, "/log/checkpoint", nil, adviser)
				return code == http.StatusOK && hook.count() > 0
			})
			series, text := s.scrape()
			for want, value := range map[string]string{
				`juece_http_requests_total{operation="propose",status="201"}`:                              "1",
				`juece_http_requests_total{operation="list-tasks",status="200"}`:                           "2",
				`juece_http_requests_total{operation="list-tasks",status="401"}`:                           "1",
				`juece_http_requests_total{operation="get-decision",status="404"}`:                         "1",
				`juece_http_requests_total{operation="study-proposal",status="429"}`:                       "1",
				`juece_http_request_duration_seconds_count{class="2xx",operation="list-tasks"}`:            "2",
				`juece_http_request_duration_seconds_bucket{class="2xx",operation="list-tasks",le="+Inf"}`: "2",
				`juece_http_requests_in_flight`:                                                            "0",
				`juece_problems_total{code="unauthenticated"}`:                                             "1",
				`juece_problems_total{code="too_many_requests"}`:                                           "1",
				`juece_requests_limited_total{limit="actor"}`:                                              "1",
				`juece_requests_limited_total{limit="address"}`:                                            "0",
				`juece_requests_limited_total{limit="concurrent"}`:                                         "0",
				`juece_acts_recorded_total{kind="propose"}`:                                                "1",
				`juece_ready`:       "1",
				`juece_database_up`: "1",
				`juece_outbox_deliveries{state="dead",subscriber="oa"}`: "0",
				`juece_outbox_subscriber_disabled{subscriber="oa"}`:     "0",
			} {
				if series[want] != value {
					t.Errorf("%s is %q, want %s", want, series[want], value)
				}
			}
			if v := series["juece_log_leaves_total"]; v == "" || v == "0" {
				t.Errorf("%q leaves", v)
			}
			for _, want := range []string{
				"juece_log_unsealed_entries", "juece_log_unsealed_oldest_age_seconds", "juece_tasks_overdue",
				"juece_outbox_unrouted_events", `juece_outbox_deliveries{state="waiting",subscriber="oa"}`,
			} {
				if _, told := series[want]; !told {
					t.Errorf("%s is not told", want)
				}
			}
			pools := map[string][]string{"sqlite": {"read", "write"}, "postgres": {"all"}}[name]
			for _, pool := range pools {
				if v := series[fmt.Sprintf("juece_database_connections_limit{pool=%q}", pool)]; v == "" || v == "0" {
					t.Errorf("the pool %s: %q", pool, v)
				}
			}
			for _, want := range []string{"go_goroutines ", "process_start_time_seconds ", `juece_build_info{goversion="go`} {
				if !strings.Contains(text, "\n"+want) {
					t.Errorf("no %s", want)
				}
			}
			private(t, text, s, id)
			if code := s.stop(); code != exitOK {
				t.Errorf("it stopped with %d", code)
			}
			address := strings.TrimSuffix(strings.TrimPrefix(s.metrics, "http://"), "/metrics")
			if c, err := net.Dial("tcp", address); err == nil {
				t.Errorf("the metrics are served after the end: %v", c.Close())
			}
		})
	}
}

// private fails the test when something of a request stands in a text.
func private(t *testing.T, text string, s *watchedServer, id string) {
	t.Helper()
	office := sample.Actor(demoPack, workflow.RoleGovOffice)
	for _, secret := range []string{
		id, proposalTitle, office.ID, office.Organ, s.token(workflow.RoleGovOffice), s.token(workflow.RoleLegalAdviser), "sesame", "127.0.0.1", "0198c0de",
	} {
		if secret == "" || strings.Contains(text, secret) {
			t.Errorf("%q stands in it:\n%s", secret, text)
		}
	}
}

// Whatever is asked for, the series stay those of the product: nobody can fill
// the memory of who scrapes.
func TestNoRequestMakesASeries(t *testing.T) {
	t.Parallel()
	s := watch(t, "--metrics-addr", "127.0.0.1:0", "--limit-address-reads", "0", "--limit-address-writes", "0")
	strange := func(from, to int) {
		for i := from; i < to; i++ {
			s.ask(fmt.Sprintf("METHOD%d", i), "/tasks", nil)
			s.ask(http.MethodGet, fmt.Sprintf("/nothing/%d", i), nil)
			s.ask(http.MethodGet, fmt.Sprintf("/decisions/%d", i), nil, fmt.Sprintf("Authorization: Bearer %d", i))
			s.ask(http.MethodPost, fmt.Sprintf("/decisions/x/acts/act_%d", i), []byte("{}"), fmt.Sprintf("X-Request-Id: %d", i))
		}
	}
	names := func() []string {
		series, _ := s.scrape()
		return slices.Sorted(maps.Keys(series))
	}
	strange(0, 3)
	before := names()
	strange(3, 250)
	if after := names(); !slices.Equal(before, after) {
		t.Errorf("%d series, %d before:\n%s", len(after), len(before), strings.Join(after, "\n"))
	}
	if series, _ := s.scrape(); series[`juece_http_requests_total{operation="none",status="404"}`] == "" {
		t.Error("what there is not was not counted")
	}
}

// openWatched opens a store of which the test holds the pools.
func openWatched(t *testing.T) (st *store.Store, pools []*sql.DB) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "juece.db"), sqlite.Readers(2), sqlite.Pool(func(c driver.Connector) *sql.DB {
		pools = append(pools, sql.OpenDB(c))
		return pools[len(pools)-1]
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return st, pools
}

// The names follow the conventions of Prometheus, and so do the units.
func TestMetricsAreNamedAsPrometheusWants(t *testing.T) {
	t.Parallel()
	st, _ := openWatched(t)
	if err := st.Append(t.Context(), storetest.Act("d", 1)); err != nil {
		t.Fatal(err)
	}
	if err := st.Admit(t.Context(), "oa", "1"); err != nil {
		t.Fatal(err)
	}
	registry, m := newMetrics(t.Context(), subject{st, transparency.Log{Store: st, Origin: sealOrigin}, func(context.Context) error { return nil }})
	m.answered(t.Context(), &request{})
	m.answered(t.Context(), &request{probe: true})
	m.recorded(t.Context(), "propose", workflow.Receipt{})
	m.problems.WithLabelValues("busy").Inc()
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%+v, %v", problems, err)
	}
	for _, want := range []string{"juece_log_unsealed_entries", "juece_outbox_unrouted_events", "juece_tasks_overdue"} {
		if n, err := testutil.GatherAndCount(registry, want); err != nil || n != 1 {
			t.Errorf("%s: %d, %v", want, n, err)
		}
	}
}

// Who is turned away is counted by the limit that was reached; what an operation
// answers for reasons of its own is none.
func TestWhoIsTurnedAwayIsCountedByTheLimit(t *testing.T) {
	t.Parallel()
	st, _ := openWatched(t)
	_, m := newMetrics(t.Context(), subject{store: st})
	for _, o := range []httpapi.Observation{
		{Code: "busy"},
		{Code: "busy"},
		{Code: "too_many_requests"},
		{Operation: "list-tasks", Code: "too_many_requests"},
		{Operation: "stream-entries", Code: "busy"},
		{Operation: "list-tasks", Code: "not_found"},
	} {
		m.answered(t.Context(), &request{Observation: o})
	}
	for limit, want := range map[string]float64{limitConcurrent: 2, limitAddress: 1, limitActor: 1} {
		if got := testutil.ToFloat64(m.limited.WithLabelValues(limit)); got != want {
			t.Errorf("%s: %v, want %v", limit, got, want)
		}
	}
}

// However often it is scraped, the database is asked now and then.
func TestScrapingOftenAsksTheDatabaseNowAndThen(t *testing.T) {
	t.Parallel()
	st, _ := openWatched(t)
	g := newGauges(t.Context(), subject{store: st, log: transparency.Log{Store: st, Origin: sealOrigin}})
	for i, want := range []int64{0, 0, 2} {
		if i == 2 {
			g.asked = g.asked.Add(-gaugeRest)
		}
		if d, err := g.depths(); err != nil || d.unsealed.Entries != want {
			t.Errorf("scrape %d: %+v, %v", i, d, err)
		}
		if i < 2 {
			if err := st.Append(t.Context(), storetest.Act("d", int64(i+1))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A database that hangs or is gone makes the metrics neither hang nor fail: what
// needs no database is told.
func TestMetricsOutliveTheDatabase(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(*testing.T, *store.Store, []*sql.DB){
		"gone": func(_ *testing.T, st *store.Store, _ []*sql.DB) { _ = st.Close() },
		"hangs": func(t *testing.T, _ *store.Store, pools []*sql.DB) {
			for _, p := range pools {
				for range p.Stats().MaxOpenConnections { // nobody else gets one
					c, err := p.Conn(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { _ = c.Close() })
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, pools := openWatched(t)
			registry, m := newMetrics(t.Context(), subject{st, transparency.Log{Store: st, Origin: sealOrigin}, (&health{schema: st.SchemaVersion, logger: slog.New(slog.DiscardHandler)}).ready})
			m.answered(t.Context(), &request{})
			broken(t, st, pools)
			page := metricsPage(registry, nil)
			for range 2 {
				start := time.Now()
				w := httptest.NewRecorder()
				page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
				series := seriesOf(w.Body.String())
				if took := time.Since(start); w.Code != http.StatusOK || took > scrapeTime-probeTime {
					t.Errorf("%d after %s", w.Code, took)
				}
				if series["juece_database_up"] != "0" || series["juece_ready"] != "0" || series[`juece_http_requests_total{operation="none",status="0"}`] != "1" || series[`juece_database_connections_limit{pool="read"}`] != "2" {
					t.Errorf("%v", series)
				}
				if _, told := series["juece_log_unsealed_entries"]; told {
					t.Error("a number that nobody knows is told")
				}
			}
		})
	}
}

// The commands that seal and deliver are watched as well.
func TestSealAndDeliverAreWatched(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t)
	hooks := newHooked(t).file(t)
	for want, args := range map[string][]string{
		"juece_log_unsealed_entries":   {"seal", "--key", key},
		"juece_outbox_unrouted_events": {"deliver", "--hooks", hooks},
	} {
		db := "sqlite:" + filepath.Join(t.TempDir(), "juece.db")
		var out, log output
		if code := run(t.Context(), []string{"migrate", "--db", db}, strings.NewReader(""), &out, &log); code != exitOK {
			t.Fatal(log.String())
		}
		s := &watchedServer{T: t}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		go func() {
			ended <- run(ctx, append(args, "--db", db, "--every", "10ms", "--metrics-addr", "127.0.0.1:0"), strings.NewReader(""), &s.out, &s.log)
		}()
		s.eventually("it starts", func() bool {
			found := regexp.MustCompile(`address=(http://127\.0\.0\.1:\d+/metrics)`).FindStringSubmatch(s.log.String())
			if found != nil {
				s.metrics = found[1]
			}
			return found != nil
		})
		s.eventually("the subscriber is admitted", func() bool {
			st, err := openExisting(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			subscribers, err := st.Subscribers(t.Context())
			return err == nil && (len(subscribers) > 0 || args[0] == "seal")
		})
		if series, _ := s.scrape(); series[want] != "0" || series["juece_database_up"] != "1" {
			t.Errorf("%s: %v", args[0], series)
		}
		cancel()
		if code := <-ended; code != exitOK {
			t.Errorf("%s ended with %d: %s", args[0], code, &s.log)
		}
	}
}
