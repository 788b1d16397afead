package delivery_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow/delivery"
)

// Two replicas on one database, each with its own store: one works at a time,
// the other goes on when it stops, and every event arrives once.
func TestOneReplicaWorksAtATime(t *testing.T) {
	t.Parallel()
	for name, opener := range map[string]func(*testing.T) func() (*store.Store, error){
		"sqlite": func(t *testing.T) func() (*store.Store, error) {
			path := filepath.Join(t.TempDir(), "juece.db")
			return func() (*store.Store, error) {
				return sqlite.Open(t.Context(), "file:"+path+"?_synchronous=OFF")
			}
		},
		"postgres": func(t *testing.T) func() (*store.Store, error) {
			dsn := postgrestest.DSN(t)
			return func() (*store.Store, error) { return postgres.Open(t.Context(), dsn, postgres.Connections(8)) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := opener(t)
			oneReplicaWorks(t, func() *store.Store {
				s, err := open()
				ok(t, err)
				t.Cleanup(func() { _ = s.Close() })
				ok(t, s.Migrate(t.Context()))
				return s
			})
		})
	}
}

func oneReplicaWorks(t *testing.T, open func() *store.Store) {
	const decisions, entries = 6, 6
	s := open()
	var mu sync.Mutex
	working := map[string]int{} // requests under way, by who sent them
	all := make(chan struct{})
	left := int32(decisions * entries * 2)
	r := newReceiver(t, func(_ http.ResponseWriter, d delivered) {
		mu.Lock()
		working[d.event.Source]++
		for who, n := range working {
			if who != d.event.Source && n > 0 {
				t.Errorf("%s works beside %s", d.event.Source, who)
			}
		}
		mu.Unlock()
		defer func() {
			mu.Lock()
			working[d.event.Source]--
			mu.Unlock()
			if atomic.AddInt32(&left, -1) == 0 {
				close(all)
			}
		}()
	})
	ctx, stopAll := context.WithCancel(t.Context())
	var running sync.WaitGroup
	start := func(name string) (stop func()) {
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan struct{})
		d := deliverer(open(), nil, subscriber(t, "x", r.URL+"/x"), subscriber(t, "y", r.URL+"/y"))
		d.Source, d.Now, d.Parallel, d.Retention = name, time.Now, 3, 100*365*24*time.Hour
		running.Go(func() {
			defer close(ended)
			d.Run(ctx, time.Millisecond)
		})
		return func() { cancel(); <-ended }
	}
	stopFirst := start("first")
	start("second")
	for i := range int64(decisions) {
		if i == decisions/2 {
			stopFirst()
		}
		record(t, s, fmt.Sprint("d", i), 1, entries)
	}
	select {
	case <-all:
	case <-time.After(30 * time.Second):
		t.Error("not all arrived")
	}
	stopAll()
	running.Wait()
	seen := map[string]int64{}
	byWhom := map[string]int{}
	for _, d := range r.got {
		seen[d.id]++
		byWhom[d.event.Source]++
	}
	for id, n := range seen {
		if n != 2 {
			t.Errorf("%s arrived %d times", id, n)
		}
	}
	same(t, "events", len(seen), decisions*entries)
	if byWhom["second"] == 0 {
		t.Errorf("the second did nothing: %v", byWhom)
	}
	open2, err := s.Undelivered(t.Context(), delivery.Query{Limit: 10})
	ok(t, err)
	same(t, "left", len(open2), 0)
}

// A replica whose lease ran out, and was taken by another, sends nothing more of
// what it had read.
func TestALeaseThatRanOutEndsTheRound(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 1)
	record(t, s, "b", 1, 1)
	r := newReceiver(t, nil)
	d := deliverer(s, c, subscriber(t, "oa", r.URL))
	r.says = func(http.ResponseWriter, delivered) { // while it is asked, the clock leaps and another begins
		c.add(time.Hour)
		held, err := s.Lease(t.Context(), "deliver", "another", c.Now().Add(time.Minute), c.Now())
		if err != nil || !held {
			t.Error(held, err)
		}
	}
	same(t, "report", once(t, d), delivery.Report{Held: true, Routed: 2, Done: 1})
	rep, err := d.Once(t.Context())
	ok(t, err)
	same(t, "while another works", rep, delivery.Report{})
	c.add(time.Hour)
	r.says = nil
	same(t, "after it", once(t, d), delivery.Report{Held: true, Done: 1})
}
