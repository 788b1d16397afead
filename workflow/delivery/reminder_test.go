package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
)

// withTasks records an act after which these tasks are open, due on these days.
func withTasks(t *testing.T, s *store.Store, decision string, seq int64, due ...string) {
	t.Helper()
	w := act(decision, seq)
	w.Events = nil
	for i, d := range due {
		one := workflow.Task{
			Decision: decision, Key: fmt.Sprint("issue_legality_opinion/legality_reviewer/", i), Act: "issue_legality_opinion",
			Rule: "R27.1", Role: "legality_reviewer", Unit: "司法局", Organ: w.Summary.Organ,
		}
		if d != "" {
			one.Due = calendar.MustParseDate(d)
		}
		w.Tasks = append(w.Tasks, one)
	}
	ok(t, s.Append(t.Context(), w))
}

// reminder is what a reminder says, without what every one of these says.
type reminder struct {
	Type, Due   string
	Left        int
	Provisional bool
}

func reminders(t *testing.T, r *receiver) []reminder {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []reminder{}
	for _, d := range r.got {
		var data delivery.TaskDue
		ok(t, json.Unmarshal(d.event.Data, &data))
		list = append(list, reminder{d.event.Type, data.Due.String(), data.WorkingDays, data.Provisional})
	}
	r.got = nil
	return list
}

func TestDeadlinesAreRemindedOfOnceByWorkingDays(t *testing.T) {
	t.Parallel()
	s := database(t)
	c := newClock("2026-02-12T16:30:00Z") // Friday the 13th in China; the Spring Festival is from the 15th to the 23rd
	withTasks(t, s, "a", 1, "2026-02-25", "", "2026-02-26", "2026-02-12", "2026-02-13")
	r := newReceiver(t, nil)
	d := deliverer(s, c, subscriber(t, "oa", r.URL))
	d.Calendar = calendar.China()
	same(t, "report", once(t, d), delivery.Report{Held: true, Routed: 3, Reminded: 3, Done: 3})
	sample := r.got[0]
	// Saturday the 14th is worked; then come the 24th and the 25th.
	got := reminders(t, r)
	same(t, "of three", len(got), 3)
	for _, want := range []reminder{
		{delivery.TypeTaskDue, "2026-02-25", 3, false}, {delivery.TypeTaskDue, "2026-02-13", 0, false}, {delivery.TypeTaskOverdue, "2026-02-12", -1, false},
	} {
		found := false
		for _, g := range got {
			found = found || g == want
		}
		if !found {
			t.Errorf("no %+v among %+v", want, got)
		}
	}
	var data map[string]any
	ok(t, json.Unmarshal(sample.event.Data, &data))
	delete(data, "due")
	delete(data, "working_days")
	same(t, "data", data, map[string]any{
		"decision": "a", "seq": 1.0, "act": "issue_legality_opinion", "rule": "R27.1", "role": "legality_reviewer", "unit": "司法局",
		"organ": "某市人民政府", "provisional": false,
	})
	same(t, "subject", sample.event.Subject, "a")

	same(t, "once", once(t, d).Reminded, 0)
	c.add(24 * time.Hour)
	same(t, "the next day", once(t, d).Reminded, 2)
	got = reminders(t, r)
	days := []string{got[0].Due, got[1].Due} // both of one version: in no order that matters
	slices.Sort(days)
	same(t, "the next day", days, []string{"2026-02-13", "2026-02-26"})
	// A changed day reminds again, and the first day once more does not.
	withTasks(t, s, "a", 2, "2026-02-24")
	same(t, "changed", once(t, d).Reminded, 1)
	same(t, "changed", reminders(t, r), []reminder{{delivery.TypeTaskDue, "2026-02-24", 1, false}})
	withTasks(t, s, "a", 3, "2026-02-25")
	same(t, "changed back", once(t, d).Reminded, 0)
	c.add(30 * 24 * time.Hour)
	same(t, "overdue", once(t, d).Reminded, 1)
	same(t, "overdue", reminders(t, r), []reminder{{delivery.TypeTaskOverdue, "2026-02-25", -14, false}})
}

func TestADeadlineBeyondTheCalendarIsProvisional(t *testing.T) {
	t.Parallel()
	s := database(t)
	c := newClock("2026-12-28T01:00:00Z")
	withTasks(t, s, "a", 1, "2027-01-04", "2026-12-28")
	withTasks(t, s, "ancient", 1, "0026-12-28")
	r := newReceiver(t, nil)
	d := deliverer(s, c, subscriber(t, "oa", r.URL))
	d.Calendar, d.DueWithin = calendar.China(), 7
	same(t, "report", once(t, d).Reminded, 3)
	provisional := map[string]bool{}
	for _, one := range reminders(t, r) {
		provisional[one.Due] = one.Provisional
	}
	same(t, "provisional", provisional, map[string]bool{"2027-01-04": true, "2026-12-28": false, "0026-12-28": true})
}

// Nobody asks for reminders: none is made, and the first who asks gets them.
func TestRemindersAreMadeForThoseWhoAsk(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	withTasks(t, s, "a", 1, "2026-03-03", "2026-02-27")
	r := newReceiver(t, nil)
	one := subscriber(t, "oa", r.URL)
	for _, types := range [][]string{{delivery.TypeActRecorded}, {delivery.TypeTaskOverdue}, {delivery.TypeTaskDue}} {
		one.Types = types
		d := deliverer(s, c, one)
		d.Calendar = calendar.China()
		once(t, d)
	}
	same(t, "reminders", reminders(t, r), []reminder{{delivery.TypeTaskOverdue, "2026-02-27", -2, false}, {delivery.TypeTaskDue, "2026-03-03", 1, false}})
}

// forgetful cannot say what is due.
type forgetful struct{ delivery.Store }

var errForgetful = errors.New("no tasks")

func (forgetful) Unreminded(context.Context, string, calendar.Date, calendar.Date, int) ([]workflow.Task, error) {
	return nil, errForgetful
}

func TestRemindersThatFailHoldUpNothing(t *testing.T) {
	t.Parallel()
	s, c := database(t), newClock("2026-03-02T01:00:00Z")
	record(t, s, "a", 1, 2)
	r := newReceiver(t, nil)
	d := deliverer(forgetful{s}, c, subscriber(t, "oa", r.URL))
	d.Calendar = calendar.China()
	if _, err := d.Once(t.Context()); !errors.Is(err, errForgetful) {
		t.Errorf("%v", err)
	}
	same(t, "requests", r.ids(), []string{"a-001", "a-002"})
}
