package delivery_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/delivery"
)

const (
	source     = "https://juece.example.gov.cn"
	firstText  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	secondText = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock(text string) *clock {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return &clock{now: at.UTC()}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// database is a fresh one; what it holds need not survive the test.
func database(t *testing.T) *store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "juece.db")+"?_synchronous=OFF")
	ok(t, err)
	t.Cleanup(func() { _ = s.Close() })
	ok(t, s.Migrate(t.Context()))
	return s
}

// act is an act of a decision with the event that the service writes.
func act(decision string, seq int64) workflow.Write {
	w := storetest.Act(decision, seq)
	body, err := json.Marshal(workflow.Recorded{
		Decision: decision, Version: seq, Act: "open_comment", Stage: "participation", Digest: w.Entry.Digest, Pack: "d713", PackDigest: w.Summary.Pack,
	})
	if err != nil {
		panic(err)
	}
	w.Tasks = nil
	w.Events = []workflow.Event{{ID: fmt.Sprintf("%s-%03d", decision, seq), Type: workflow.EventRecorded, Body: body}}
	return w
}

func record(t *testing.T, s *store.Store, decision string, from, to int64) {
	t.Helper()
	for seq := from; seq <= to; seq++ {
		ok(t, s.Append(t.Context(), act(decision, seq)))
	}
}

// delivered is one request that a receiver got.
type delivered struct {
	id     string
	path   string
	body   []byte
	header http.Header
	event  delivery.CloudEvent
	gone   <-chan struct{} // closed when nobody waits for the answer
}

// receiver answers as it is told and keeps what it got.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	got  []delivered
	says func(w http.ResponseWriter, d delivered) // nil: 204
}

func newReceiver(t *testing.T, says func(http.ResponseWriter, delivered)) *receiver {
	t.Helper()
	r := &receiver{says: says}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		d := delivered{id: q.Header.Get("webhook-id"), path: q.URL.Path, body: body, header: q.Header, gone: q.Context().Done()}
		if err = errors.Join(err, json.Unmarshal(body, &d.event)); err != nil || q.Method != http.MethodPost {
			t.Errorf("%s: %v", q.Method, err)
		}
		r.mu.Lock()
		r.got = append(r.got, d)
		r.mu.Unlock()
		if r.says == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		r.says(w, d)
	}))
	t.Cleanup(r.Close)
	return r
}

// ids are those of the requests so far.
func (r *receiver) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []string{}
	for _, d := range r.got {
		list = append(list, d.id)
	}
	return list
}

func status(code int) func(http.ResponseWriter, delivered) {
	return func(w http.ResponseWriter, _ delivered) { w.WriteHeader(code) }
}

func secret(t *testing.T, text string) delivery.Secret {
	t.Helper()
	s, err := delivery.ParseSecret(text)
	ok(t, err)
	return s
}

func subscriber(t *testing.T, name, url string) delivery.Subscriber {
	t.Helper()
	return delivery.Subscriber{Name: name, URL: url, Secrets: []delivery.Secret{secret(t, firstText)}, AllowPrivate: true}
}

// deliverer tells the subscribers, with the longest pauses there are.
func deliverer(s delivery.Store, c *clock, subscribers ...delivery.Subscriber) *delivery.Deliverer {
	return &delivery.Deliverer{
		Store: s, Subscribers: subscribers, Source: source, Now: c.Now, Parallel: 1,
		Jitter: func(d time.Duration) time.Duration { return d }, Logger: slog.New(slog.DiscardHandler),
	}
}

func once(t *testing.T, d *delivery.Deliverer) delivery.Report {
	t.Helper()
	r, err := d.Once(t.Context())
	ok(t, err)
	if !r.Held {
		t.Fatal("the lease was not free")
	}
	return r
}

func TestAnEventArrivesAsDocumented(t *testing.T) {
	t.Parallel()
	s, now := database(t), time.Now()
	w := act("d1", 1)
	w.Events[0].Body = append([]byte(`{"text":"意见全文","actor":"某人",`), w.Events[0].Body[1:]...)
	ok(t, s.Append(t.Context(), w))
	r := newReceiver(t, nil)
	one := subscriber(t, "oa", r.URL+"/hooks?for=juece")
	one.Secrets = append(one.Secrets, secret(t, secondText))
	d := deliverer(s, &clock{now: now}, one)
	d.Retention = now.Sub(w.Summary.CreatedAt) + time.Hour
	same(t, "report", once(t, d), delivery.Report{Held: true, Routed: 1, Done: 1})
	same(t, "requests", r.ids(), []string{"d1-001"})

	got := r.got[0]
	same(t, "body", string(got.body), `{"specversion":"1.0","id":"d1-001","source":"https://juece.example.gov.cn","type":"cn.juece.act.recorded/1",`+
		`"subject":"d1","time":"2026-02-13T12:00:00.123457Z","datacontenttype":"application/json",`+
		`"data":{"decision":"d1","seq":1,"kind":"open_comment","digest":"`+string(w.Entry.Digest)+`","stage":"participation",`+
		`"pack":"d713","pack_digest":"`+string(w.Summary.Pack)+`"}}`)
	same(t, "content type", got.header.Get("Content-Type"), "application/cloudevents+json; charset=utf-8")
	same(t, "timestamp", got.header.Get("webhook-timestamp"), fmt.Sprint(now.Unix()))

	// The reference library takes either secret, and no other.
	for text, good := range map[string]bool{firstText: true, secondText: true, "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB": false} {
		hook, err := standardwebhooks.NewWebhook(text)
		ok(t, err)
		if err := hook.Verify(got.body, got.header); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
	// And by hand, from the text of the specification.
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(firstText, "whsec_"))
	ok(t, err)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "d1-001.%d.%s", now.Unix(), got.body)
	first, second, _ := strings.Cut(got.header.Get("webhook-signature"), " ")
	same(t, "signature", first, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	same(t, "another", strings.HasPrefix(second, "v1,") && second != first, true)
	same(t, "again", once(t, d), delivery.Report{Held: true})
}

func TestAFailureHoldsBackOnlyItsDecisionForItsSubscriber(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 3)
	record(t, s, "b", 1, 2)
	bad := newReceiver(t, nil)
	var mu sync.Mutex
	broken := true
	bad.says = func(w http.ResponseWriter, d delivered) {
		mu.Lock()
		defer mu.Unlock()
		if broken && d.id == "a-002" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
	good := newReceiver(t, nil)
	d := deliverer(s, c, subscriber(t, "bad", bad.URL), subscriber(t, "good", good.URL))
	same(t, "report", once(t, d), delivery.Report{Held: true, Routed: 5, Done: 8, Failed: 1})
	same(t, "bad", bad.ids(), []string{"a-001", "b-001", "a-002", "b-002"})
	same(t, "good", good.ids(), []string{"a-001", "b-001", "a-002", "b-002", "a-003"})
	record(t, s, "a", 4, 4)
	c.add(10 * time.Second)
	same(t, "not yet", once(t, d), delivery.Report{Held: true, Routed: 1, Done: 1})
	mu.Lock()
	broken = false
	mu.Unlock()
	c.add(time.Second)
	same(t, "then", once(t, d), delivery.Report{Held: true, Done: 3})
	same(t, "bad", bad.ids()[4:], []string{"a-002", "a-003", "a-004"})
	same(t, "the repeat", string(bad.got[4].body), string(bad.got[2].body))
}

// The schedule in docs/events.md: after the n-th attempt at most so long.
var schedule = []time.Duration{
	10 * time.Second, 40 * time.Second, 160 * time.Second, 640 * time.Second, 2560 * time.Second, 10240 * time.Second, 40960 * time.Second,
	12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 12 * time.Hour,
}

func TestAnEventIsDeadAfterItsAttemptsAndCanBeRetried(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 2)
	r := newReceiver(t, nil)
	r.says = func(w http.ResponseWriter, d delivered) {
		if d.id == "a-001" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
	d := deliverer(s, c, subscriber(t, "oa", r.URL))
	for n, pause := range schedule {
		rep := once(t, d)
		same(t, fmt.Sprint("attempt ", n+1), []int{rep.Done, rep.Failed, rep.Dead}, []int{0, 1, 0})
		c.add(pause + time.Second - time.Microsecond)
		same(t, "a moment before", once(t, d), delivery.Report{Held: true})
		c.add(time.Microsecond)
	}
	same(t, "the last attempt", once(t, d), delivery.Report{Held: true, Done: 1, Failed: 1, Dead: 1})
	same(t, "requests", r.ids()[14:], []string{"a-001", "a-002"})
	list, err := s.Undelivered(t.Context(), delivery.Query{Dead: true, Limit: 10})
	ok(t, err)
	same(t, "dead letters", list, []delivery.Listed{{
		Decision: "a", Seq: 1, Event: "a-001", Type: workflow.EventRecorded, Subscriber: "oa", State: delivery.Dead, Attempts: 15,
		Reason: "http 500", RecordedAt: act("a", 1).Summary.UpdatedAt, SettledAt: c.Now(),
	}})
	// It stays for as long as it takes.
	c.add(1000 * 24 * time.Hour)
	same(t, "much later", once(t, d), delivery.Report{Held: true, Swept: 1})
	n, err := s.Retry(t.Context(), "a-001", "", c.Now())
	ok(t, err)
	same(t, "retried", n, int64(1))
	r.says = nil
	same(t, "after the retry", once(t, d), delivery.Report{Held: true, Done: 1, Swept: 0})
	same(t, "swept at last", once(t, d).Swept, 1)
}

func TestPausesAreJitteredFully(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 1)
	d := deliverer(s, c, subscriber(t, "oa", newReceiver(t, status(500)).URL))
	d.Jitter = nil
	seen := map[time.Duration]bool{}
	for range 10 { // of the fifteen; some have the longest pause before them
		once(t, d)
		list, err := s.Undelivered(t.Context(), delivery.Query{Limit: 1})
		ok(t, err)
		pause := list[0].NextAt.Sub(c.Now())
		if most := schedule[list[0].Attempts-1] + time.Second; pause < time.Second || pause > most {
			t.Errorf("attempt %d: %v of %v", list[0].Attempts, pause, most)
		}
		seen[pause] = true
		c.add(pause)
	}
	if len(seen) < 9 {
		t.Errorf("pauses: %v", seen)
	}
}

func TestRetryAfterIsHonouredWithinABound(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	for text, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "3": 11 * time.Second, "99999999": 12 * time.Hour, "99999999999999999999": 11 * time.Second,
		"Mon, 02 Mar 2026 01:30:00 GMT": 30 * time.Minute, "Mon, 02 Mar 2020 01:30:00 GMT": 11 * time.Second, "-1": 11 * time.Second, "soon": 11 * time.Second,
	} {
		name := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:8]
		record(t, s, name, 1, 1)
		r := newReceiver(t, func(w http.ResponseWriter, _ delivered) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		same(t, text, once(t, deliverer(s, c, subscriber(t, name, r.URL))).Failed, 1)
		list, err := s.Undelivered(t.Context(), delivery.Query{Limit: 100})
		ok(t, err)
		for _, l := range list {
			if l.Subscriber == name {
				same(t, text, l.NextAt.Sub(c.Now()), want)
				same(t, text, l.Reason, delivery.Reason("http 429"))
			}
		}
	}
}

func TestASubscriberThatIsGoneGetsNothingUntilItIsConfiguredAgain(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 2)
	record(t, s, "b", 1, 1)
	r := newReceiver(t, status(http.StatusGone))
	gone := subscriber(t, "oa", r.URL)
	same(t, "the answer", once(t, deliverer(s, c, gone)).Failed, 1)
	c.add(time.Hour)
	record(t, s, "a", 3, 3)
	same(t, "an hour later", once(t, deliverer(s, c, gone)), delivery.Report{Held: true, Routed: 1})
	same(t, "requests", r.ids(), []string{"a-001"})
	r.says = nil
	gone.URL += "/new"
	same(t, "configured again", once(t, deliverer(s, c, gone)), delivery.Report{Held: true, Done: 4})
	same(t, "requests", r.ids(), []string{"a-001", "a-001", "b-001", "a-002", "a-003"})
}

func TestWhatASubscriberDoesIsBounded(t *testing.T) {
	t.Parallel()
	elsewhere := newReceiver(t, nil)
	for name, c := range map[string]struct {
		says func(http.ResponseWriter, delivered)
		want delivery.Reason
	}{
		"a redirect": {func(w http.ResponseWriter, _ delivered) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, "http 307"},
		"no end": {func(w http.ResponseWriter, _ delivered) {
			for { // until nobody listens
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, ""},
		"headers without end": {func(w http.ResponseWriter, _ delivered) { w.Header().Set("X", strings.Repeat("x", 1<<17)) }, delivery.ReasonConnection},
		"no answer":           {func(_ http.ResponseWriter, d delivered) { <-d.gone }, delivery.ReasonTimeout},
		"cut off":             {func(http.ResponseWriter, delivered) { panic(http.ErrAbortHandler) }, delivery.ReasonConnection},
		"unavailable":         {status(503), "http 503"},
		"accepted":            {status(202), ""},
		"not understood":      {status(400), "http 400"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deliverer(nil, newClock("2026-03-02T01:00:00Z"), subscriber(t, "oa", newReceiver(t, c.says).URL))
			d.Timeout = 2 * time.Second
			if c.want == delivery.ReasonTimeout {
				d.Timeout = 100 * time.Millisecond
			}
			same(t, "reason", reasonFor(t, d), c.want)
		})
	}
	t.Cleanup(func() { same(t, "elsewhere", elsewhere.ids(), []string{}) })
}

// cutting is a store that fails to remember, before or after it did.
type cutting struct {
	delivery.Store
	before, after bool
}

var errCut = errors.New("cut off")

func (c *cutting) Settle(ctx context.Context, o delivery.Outcome) error {
	if c.before {
		return errCut
	}
	err := c.Store.Settle(ctx, o)
	if c.after {
		err = errCut
	}
	return err
}

func TestCutOffInTheMiddleItRepeatsTheSame(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 3)
	r := newReceiver(t, nil)
	cut := &cutting{Store: s, before: true}
	d := deliverer(cut, c, subscriber(t, "oa", r.URL))
	for range 2 {
		if _, err := d.Once(t.Context()); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
	}
	cut.before, cut.after = false, true
	if _, err := d.Once(t.Context()); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	cut.after = false
	once(t, d)
	same(t, "requests", r.ids(), []string{"a-001", "a-001", "a-001", "a-002", "a-003"})
	same(t, "the repeat", string(r.got[2].body), string(r.got[0].body))
}

func TestWhatASubscriberAsksFor(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 1)
	other := act("b", 1)
	other.Summary.Organ = "某县人民政府"
	ok(t, s.Append(t.Context(), other))
	unknown := act("c", 1)
	unknown.Events[0].Type = "host.own"
	ok(t, s.Append(t.Context(), unknown))
	unreadable := act("d", 1)
	unreadable.Events[0].Body = []byte("{")
	ok(t, s.Append(t.Context(), unreadable))
	r := newReceiver(t, nil)
	var all []delivery.Subscriber
	for name, change := range map[string]func(*delivery.Subscriber){
		"all":    func(*delivery.Subscriber) {},
		"county": func(s *delivery.Subscriber) { s.Organs = []string{"某县人民政府"} },
		"tasks":  func(s *delivery.Subscriber) { s.Types = []string{delivery.TypeTaskDue, delivery.TypeTaskOverdue} },
		"acts": func(s *delivery.Subscriber) {
			s.Types, s.Organs = []string{delivery.TypeActRecorded}, []string{"某市人民政府"}
		},
		"later": func(s *delivery.Subscriber) { s.Since = other.Summary.UpdatedAt.Add(time.Microsecond) },
	} {
		one := subscriber(t, name, r.URL+"/"+name)
		change(&one)
		all = append(all, one)
	}
	same(t, "report", once(t, deliverer(s, c, all...)), delivery.Report{Held: true, Routed: 4, Done: 4, Failed: 2, Dead: 2})
	counted := map[string]int{}
	for _, id := range r.ids() {
		counted[id]++
	}
	same(t, "requests", counted, map[string]int{"a-001": 2, "b-001": 2})
	list, err := s.Undelivered(t.Context(), delivery.Query{Dead: true, Limit: 10})
	ok(t, err)
	same(t, "what cannot be read", []any{len(list), list[0].Event, list[0].Reason, list[1].Reason}, []any{2, "d-001", delivery.ReasonEvent, delivery.ReasonEvent})
}
