package storetest

import (
	"testing"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
)

// whatWaitsIsCounted, for who watches the queues; the pools are known.
func whatWaitsIsCounted(t *testing.T, db Database) {
	s := Migrated(t, db)
	due := Act("a", 1).Tasks[0].Due
	check := func(what string, today calendar.Date, want store.Queues) {
		t.Helper()
		got, err := s.Queues(t.Context(), today)
		ok(t, err)
		same(t, what, got, want)
	}
	check("of nothing", due, store.Queues{})
	routed(t, s, "a", 1, 3, "x", "y")
	ok(t, s.Append(t.Context(), Act("b", 1))) // not routed
	settle(t, s, "a", 1, delivery.Outcome{Subscriber: "x", State: delivery.Dead, Attempts: 1, At: noon, Reason: delivery.ReasonTimeout})
	settle(t, s, "a", 1, delivery.Outcome{Subscriber: "y", State: delivery.Done, Attempts: 1, At: noon})
	want := store.Queues{Unrouted: 1, Undelivered: []store.Undelivered{
		{Subscriber: "x", State: delivery.Dead, Count: 1},
		{Subscriber: "x", State: delivery.Waiting, Count: 2},
		{Subscriber: "y", State: delivery.Waiting, Count: 2},
	}}
	check("on the day itself nothing is overdue", due, want)
	want.Overdue = 2 // a task of each decision
	check("a day later", due.AddDays(1), want)

	connections := 0
	for _, p := range s.Pools() {
		if p.Name == "" || p.MaxOpenConnections == 0 {
			t.Errorf("a pool: %+v", p)
		}
		connections += p.OpenConnections
	}
	if connections == 0 {
		t.Error("no connection is open")
	}
}
