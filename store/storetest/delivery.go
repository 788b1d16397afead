package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
)

// eventOf names the event of [Act].
func eventOf(decision string, seq int64) string { return Act(decision, seq).Events[0].ID }

// routed appends acts and routes their events to subscribers.
func routed(t *testing.T, s *store.Store, decision string, from, to int64, subscribers ...string) {
	t.Helper()
	for seq := from; seq <= to; seq++ {
		ok(t, s.Append(t.Context(), Act(decision, seq)))
	}
	events, err := s.Unrouted(t.Context(), 100)
	ok(t, err)
	same(t, "unrouted events", len(events), int(to-from+1))
	var targets []delivery.Target
	for _, e := range events {
		for _, name := range subscribers {
			targets = append(targets, delivery.Target{Decision: e.Decision, Event: e.ID, Subscriber: name, Seq: e.Seq})
		}
	}
	for range 2 { // again is nothing more
		ok(t, s.Route(t.Context(), events, targets, noon))
	}
}

// next lists what a subscriber is to be told at an instant.
func next(t *testing.T, s *store.Store, subscriber string, at time.Time) (ids []string) {
	t.Helper()
	list, err := s.Waiting(t.Context(), subscriber, at, 100)
	ok(t, err)
	for _, d := range list {
		same(t, "subscriber", d.Subscriber, subscriber)
		ids = append(ids, d.ID)
	}
	return ids
}

func settle(t *testing.T, s *store.Store, decision string, seq int64, o delivery.Outcome) {
	t.Helper()
	o.Decision, o.Event = decision, eventOf(decision, seq)
	ok(t, s.Settle(t.Context(), o))
}

// eventsWaitTheirTurn: in order within a decision, and nobody for another.
func eventsWaitTheirTurn(t *testing.T, db Database) {
	s := Migrated(t, db)
	routed(t, s, "a", 1, 3, "x", "y")
	routed(t, s, "b", 1, 1, "x")
	events, err := s.Unrouted(t.Context(), 100)
	ok(t, err)
	same(t, "unrouted", events, []delivery.Event{})
	list, err := s.Waiting(t.Context(), "y", noon, 1)
	ok(t, err)
	w := Act("a", 1)
	same(t, "a delivery", list, []delivery.Delivery{{Subscriber: "y", Event: delivery.Event{
		Decision: "a", ID: w.Events[0].ID, Seq: 1, Type: w.Events[0].Type, Body: w.Events[0].Body, Organ: w.Summary.Organ, RecordedAt: w.Summary.UpdatedAt,
	}}})
	same(t, "not yet", next(t, s, "x", noon.Add(-time.Second)), []string(nil))

	// One that fails holds back its decision for its subscriber.
	later := noon.Add(time.Hour)
	settle(t, s, "a", 1, delivery.Outcome{Subscriber: "x", State: delivery.Waiting, Attempts: 1, At: noon, Next: later, Reason: "http 503"})
	same(t, "x", next(t, s, "x", noon), []string{eventOf("b", 1)})
	same(t, "y", next(t, s, "y", noon), []string{eventOf("a", 1)})
	routed(t, s, "a", 4, 4, "x", "y") // recorded meanwhile
	same(t, "x meanwhile", next(t, s, "x", noon), []string{eventOf("b", 1)})
	settle(t, s, "b", 1, delivery.Outcome{Subscriber: "x", State: delivery.Done, Attempts: 1, At: noon})
	list, err = s.Waiting(t.Context(), "x", later, 100)
	ok(t, err)
	same(t, "attempts", []any{len(list), list[0].ID, list[0].Attempts}, []any{1, eventOf("a", 1), 1})

	// Dead, it lets the others go, and is not forgotten.
	settle(t, s, "a", 1, delivery.Outcome{Subscriber: "x", State: delivery.Dead, Attempts: 2, At: later, Reason: delivery.ReasonTimeout})
	settle(t, s, "a", 1, delivery.Outcome{Subscriber: "x", State: delivery.Done, Attempts: 3, At: later}) // too late
	same(t, "after it", next(t, s, "x", later), []string{eventOf("a", 2)})
	dead, err := s.Undelivered(t.Context(), delivery.Query{Dead: true, Limit: 10})
	ok(t, err)
	same(t, "dead", dead, []delivery.Listed{{
		Decision: "a", Seq: 1, Event: eventOf("a", 1), Type: "juece.act", Subscriber: "x", State: delivery.Dead,
		Attempts: 2, Reason: delivery.ReasonTimeout, RecordedAt: w.Summary.UpdatedAt, SettledAt: later,
	}})
	all, err := s.Undelivered(t.Context(), delivery.Query{Limit: 100})
	ok(t, err)
	same(t, "open", len(all), 8) // x: 1 dead, 3 wait; y: 4
	rest, err := s.Undelivered(t.Context(), delivery.Query{Limit: 100, After: &all[2]})
	ok(t, err)
	same(t, "the rest", rest, all[3:])
	for _, subscriber := range []string{"y", "", "x"} { // y has nothing dead, then x once
		n, err := s.Retry(t.Context(), eventOf("a", 1), subscriber, later)
		ok(t, err)
		same(t, "retried for "+subscriber, n == 1, subscriber == "")
	}
	same(t, "again first", next(t, s, "x", later), []string{eventOf("a", 1)})
}

// subscribersThatAreGone get nothing until they are configured again.
func subscribersThatAreGone(t *testing.T, db Database) {
	s := Migrated(t, db)
	ctx := t.Context()
	ok(t, s.Admit(ctx, "x", "1"))
	routed(t, s, "a", 1, 1, "x")
	gone := delivery.Outcome{Subscriber: "x", State: delivery.Waiting, At: noon, Next: noon, Reason: "http 410", Disable: true}
	check := func(what string, disabled bool) {
		t.Helper()
		list, err := s.Subscribers(ctx)
		ok(t, err)
		want := []delivery.Status{{Name: "x"}}
		waits := []string{eventOf("a", 1)}
		if disabled {
			want, waits = []delivery.Status{{Name: "x", DisabledAt: noon, Reason: "http 410"}}, nil
		}
		same(t, what, list, want)
		same(t, what, next(t, s, "x", noon), waits)
	}
	check("configured", false)
	settle(t, s, "a", 1, gone)
	check("gone", true)
	ok(t, s.Admit(ctx, "x", "1"))
	check("as it was", true)
	ok(t, s.Admit(ctx, "x", "2"))
	check("configured again", false)
	settle(t, s, "a", 1, gone)
	for _, want := range []bool{true, false} {
		was, err := s.Enable(ctx, "x")
		ok(t, err)
		same(t, "enabled", was, want)
		check("enabled", false)
	}
}

// tasksAreRemindedOfOnce for each type and due day.
func tasksAreRemindedOfOnce(t *testing.T, db Database) {
	s := Migrated(t, db)
	ctx := t.Context()
	day := calendar.MustParseDate
	act := func(seq int64, due ...string) {
		t.Helper()
		w := Act("a", seq)
		one := w.Tasks[0]
		w.Tasks, w.Events = nil, nil
		for i, d := range due {
			one.Key, one.Due = fmt.Sprint("task", i), calendar.Date{}
			if d != "" {
				one.Due = day(d)
			}
			w.Tasks = append(w.Tasks, one)
		}
		ok(t, s.Append(ctx, w))
	}
	find := func(typ string, from, until calendar.Date) []workflow.Task {
		t.Helper()
		tasks, err := s.Unreminded(ctx, typ, from, until, 10)
		ok(t, err)
		return tasks
	}
	act(1, "2026-03-02", "", "2026-03-05", "2026-03-09")
	march := [2]calendar.Date{day("2026-03-02"), day("2026-03-05")}
	found := find("due", march[0], march[1])
	same(t, "tasks that are due", []any{len(found), found[0].Key, found[1].Key, found[1].Due}, []any{2, "task0", "task2", march[1]})
	same(t, "every day before", len(find("due", calendar.Date{}, day("2026-03-04"))), 1)
	for _, task := range append(found, found...) {
		event := workflow.Event{ID: "reminder of " + task.Key, Type: "due", Body: []byte(`{}`)}
		ok(t, s.Remind(ctx, delivery.Reminder{Task: task, Event: event, At: noon}))
	}
	same(t, "reminded", len(find("due", march[0], march[1])), 0)
	same(t, "of another type", len(find("overdue", march[0], march[1])), 2)
	act(2, "2026-03-04", "2026-03-04", "2026-03-05")
	found = find("due", march[0], march[1])
	same(t, "a changed day, and a new one", []any{len(found), found[0].Key, found[1].Key}, []any{2, "task0", "task1"})
	events, err := s.Unrouted(ctx, 10)
	ok(t, err)
	reminder := delivery.Event{Decision: "a", ID: "reminder of task0", Seq: 1, Type: "due", Body: []byte(`{}`), Organ: Act("a", 1).Summary.Organ, RecordedAt: noon}
	other := reminder
	other.ID = "reminder of task2"
	same(t, "in the outbox", events, []delivery.Event{reminder, other})
}

// onlyWhatIsDoneIsSwept, with its deliveries.
func onlyWhatIsDoneIsSwept(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	routed(t, s, "a", 1, 4, "x", "y")
	routed(t, s, "nobody's", 1, 1)
	ok(t, s.Append(t.Context(), Act("new", 1))) // not routed
	done := delivery.Outcome{State: delivery.Done, Attempts: 1, At: noon}
	dead := delivery.Outcome{State: delivery.Dead, Attempts: 1, At: noon, Reason: "http 500"}
	for seq, outcomes := range map[int64][2]*delivery.Outcome{1: {&done, &done}, 2: {&done, &dead}, 3: {&done, nil}, 4: {nil, nil}} {
		for i, name := range []string{"x", "y"} {
			if o := outcomes[i]; o != nil {
				o.Subscriber = name
				settle(t, s, "a", seq, *o)
			}
		}
	}
	sweep := func(before time.Time, want int) {
		t.Helper()
		n, err := s.Sweep(t.Context(), before, 10)
		ok(t, err)
		same(t, "swept", n, want)
	}
	sweep(noon, 0)
	sweep(noon.Add(time.Hour), 2)
	sweep(noon.Add(time.Hour), 0)
	same(t, "events", count(t, host, `SELECT COUNT(*) FROM juece_outbox`), 4)
	same(t, "deliveries", count(t, host, `SELECT COUNT(*) FROM juece_deliveries`), 6)
}

// longDown: however much waits for a subscriber that does not answer, a failed
// attempt costs what it costs otherwise, because nobody else writes meanwhile;
// and what is to be told next is found without reading all that waits.
func longDown(t *testing.T, db Database) {
	const decisions, events, attempts = 1000, 50, 21
	s := Migrated(t, db)
	routed(t, s, "a", 1, 1, "down", "other")
	for d := range decisions {
		targets := make([]delivery.Target, events)
		for i := range targets {
			targets[i] = delivery.Target{Decision: fmt.Sprint("d", d), Event: fmt.Sprintf("%d-%d", d, i), Subscriber: "down", Seq: int64(i + 1)}
		}
		ok(t, s.Route(t.Context(), nil, targets, noon))
	}
	times := func(do func(i int)) []time.Duration {
		took := make([]time.Duration, attempts)
		for i := range took {
			begin := time.Now()
			do(i)
			took[i] = time.Since(begin)
		}
		slices.Sort(took)
		return took
	}
	failing := func(subscriber string) []time.Duration {
		return times(func(i int) {
			settle(t, s, "a", 1, delivery.Outcome{Subscriber: subscriber, State: delivery.Waiting, Attempts: i, At: noon, Next: noon.Add(time.Duration(i) * time.Minute), Reason: "http 503"})
		})
	}
	down, other := failing("down"), failing("other")
	logTimes(t, fmt.Sprintf("a failed attempt, %d waiting for the subscriber", decisions*events), down)
	logTimes(t, "a failed attempt, none waiting", other)
	if d, o := down[attempts/2], other[attempts/2]; d > 5*o+time.Millisecond {
		t.Errorf("a failed attempt takes %v when %d wait for the subscriber, and %v otherwise", d, decisions*events, o)
	}

	host, _ := db.Host(t)
	for _, statement := range []string{
		`INSERT INTO juece_outbox (decision_id, event_id, seq, type, body, created_at, routed)
		SELECT w.decision_id, w.event_id, w.seq, o.type, o.body, o.created_at, 1
		FROM juece_deliveries AS w, juece_outbox AS o
		WHERE w.decision_id <> 'a' AND o.decision_id = 'a'`,
		`ANALYZE`, // so that the planner knows as much as it ever will
	} {
		_, err := host.ExecContext(t.Context(), statement)
		ok(t, err)
	}
	medians := map[int]time.Duration{}
	for _, page := range []int{1, 200} {
		took := times(func(int) {
			list, err := s.Waiting(t.Context(), "down", noon, page)
			ok(t, err)
			same(t, "of a page", len(list), page)
		})
		logTimes(t, fmt.Sprintf("the next %d of %d", page, decisions*events), took)
		medians[page] = took[attempts/2]
	}
	if medians[200] > 100*medians[1]+200*time.Millisecond {
		t.Errorf("the next event is found in %v, the next 200 in %v", medians[1], medians[200])
	}
}
