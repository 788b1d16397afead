package statistics

import (
	"cmp"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// The kinds of things that are closed.
const (
	KindTask          = "task"          // 执行任务, Art 34
	KindRectification = "rectification" // 整改事项, Art 38
)

// Item is one thing to be closed: a line of the ledger (台账).
type Item struct {
	Case    string `json:"case"`
	Matter  string `json:"matter"` // what the case is called
	Organ   string `json:"organ"`
	Kind    string `json:"kind"`
	Item    string `json:"item"` // names it within the case
	What    string `json:"what"` // the task, or what was found wrong
	Source  string `json:"source,omitempty"`
	Unit    string `json:"unit"` // responsible; as said last
	Post    string `json:"post,omitempty"`
	Person  string `json:"person,omitempty"`
	Measure string `json:"measure,omitempty"`
	// Filed is the day of the act that first named it (立案).
	Filed calendar.Date `json:"filed,omitzero"`
	// Due is the day that counts: the one said last, but for a change that
	// was said only after the day had passed. Such a change does not make
	// what is late be on time.
	Due          calendar.Date `json:"due,omitzero"`
	Extended     bool          `json:"extended,omitempty"`      // moved to a later day before it had passed
	ExtendedLate bool          `json:"extended_late,omitempty"` // only afterwards, which does not count
	Closed       bool          `json:"closed"`
	ClosedOn     calendar.Date `json:"closed_on,omitzero"`
	// ClosureRecorded is the day the closing was recorded, as far as known.
	ClosureRecorded calendar.Date `json:"closure_recorded,omitzero"`
	// Lapsed is the day on which the decision was stopped or replaced while
	// the task was open (Art 37).
	Lapsed calendar.Date `json:"lapsed,omitzero"`
}

// Items returns everything in a case that is to be closed: its tasks, then its
// rectification items, each in the order in which they were first named.
func Items(c workflow.Case) []Item {
	return append(tasks(c), rectifications(c)...)
}

// The states of an item on a day.
const (
	StateOnTime  = "closed_on_time"
	StateLate    = "closed_late"
	StateOpen    = "open"
	StateOverdue = "overdue"
	StateLapsed  = "lapsed"
	StateUnknown = "unknown" // the due day or the day of closing is not told
)

// State tells how an item stands on a day.
func (i Item) State(on calendar.Date) string {
	switch closed := i.Closed && !i.ClosedOn.After(on); {
	case i.undated():
		return StateUnknown
	case closed && i.ClosedOn.After(i.Due):
		return StateLate
	case closed:
		return StateOnTime
	case i.lapsed() && !i.Lapsed.After(on):
		return StateLapsed
	case i.Due.Before(on):
		return StateOverdue
	}
	return StateOpen
}

// In reports whether an item belongs in the ledger of a period: it was filed
// in it or was due to close in it. One of which the record does not tell
// belongs in every ledger.
func (i Item) In(p Period) bool {
	return p.Contains(i.Filed) || i.undated() || (!i.lapsed() && i.dueToClose(p))
}

// undated reports whether the record does not tell what the rates need.
func (i Item) undated() bool {
	return i.Due.IsZero() || (i.Closed && i.ClosedOn.IsZero())
}

// lapsed reports whether the item fell away before it was due.
func (i Item) lapsed() bool { return !i.Lapsed.IsZero() && !i.Due.Before(i.Lapsed) }

// dueToClose reports whether an item was due in a period, or overdue and open
// when it began.
func (i Item) dueToClose(p Period) bool {
	if p.Contains(i.Due) {
		return true
	}
	if p.From.IsZero() || !i.Due.Before(p.From) || p.ahead() {
		return false
	}
	over := i.Lapsed
	if i.Closed {
		over = i.ClosedOn
	}
	return over.IsZero() || !over.Before(p.From)
}

// saying is a due day and when it was said.
type saying struct {
	seq     int64
	on, due calendar.Date
}

// settle finds the due day that counts.
func (i *Item) settle(said []saying) {
	slices.SortStableFunc(said, func(a, b saying) int { return cmp.Compare(a.seq, b.seq) })
	for n, s := range said {
		switch {
		case n == 0:
			i.Filed, i.Due = s.on, s.due
		case i.Due.IsZero():
			i.Due = s.due
		case s.due.IsZero() || s.due == i.Due:
		case !s.on.IsZero() && s.on.After(i.Due): // what had passed stays
			i.ExtendedLate = i.ExtendedLate || s.due.After(i.Due)
		default:
			i.Extended = i.Extended || s.due.After(i.Due)
			i.Due = s.due
		}
	}
}

func tasks(c workflow.Case) []Item {
	said := map[string][]saying{}
	for _, b := range c.Decision.Breakdowns {
		for _, t := range b.Act.Tasks {
			said[t.ID] = append(said[t.ID], saying{b.Seq, b.OccurredOn, t.Due})
		}
	}
	lapsed := lapse(c.Decision)
	var items []Item
	for _, t := range c.Decision.Tasks() {
		i := Item{
			Case: c.ID, Matter: c.Title(), Organ: c.Organ().Name, Kind: KindTask,
			Item: t.ID, What: t.Title, Unit: t.Unit, Post: t.Post, Person: t.Person, Measure: t.Measure,
		}
		i.settle(said[t.ID])
		if done, ok := c.Decision.Closed(t.ID); ok {
			i.Closed, i.ClosedOn, i.ClosureRecorded = true, done.OccurredOn, done.RecordedOn
		} else {
			i.Lapsed = lapsed
		}
		items = append(items, i)
	}
	return items
}

// lapse is the day on which the decision was stopped or replaced, or the zero
// date.
func lapse(d decision.Decision) calendar.Date {
	for _, a := range d.AdjustmentsConcluded {
		if a.Act.Outcome == "stopped" || a.Act.Outcome == "changed" {
			return a.OccurredOn
		}
	}
	return calendar.Date{}
}

func rectifications(c workflow.Case) []Item {
	said := map[string][]saying{}
	say := func(at decision.Ref, item string, due calendar.Date) {
		said[item] = append(said[item], saying{at.Seq, at.OccurredOn, due})
	}
	named := map[string]decision.OpenRectification{}
	for _, o := range c.Decision.CorrectionOrders {
		say(o.Ref, o.Act.Item, o.Act.Deadline)
	}
	for _, v := range c.Decision.FileReviews {
		for _, f := range v.Act.Findings {
			say(v.Ref, f.Item, f.Deadline)
			named[f.Item] = decision.OpenRectification{Person: f.Person, Measure: f.Measure}
		}
	}
	for _, o := range c.Decision.RectificationsOpened {
		say(o.Ref, o.Act.Item, o.Act.Deadline)
		named[o.Act.Item] = o.Act
	}
	var items []Item
	for _, r := range c.Decision.Rectifications() {
		who := named[r.Item]
		i := Item{
			Case: c.ID, Matter: c.Title(), Organ: c.Organ().Name, Kind: KindRectification,
			Item: r.Item, What: r.Finding, Source: r.Source, Unit: r.Unit, Post: who.Post, Person: who.Person, Measure: who.Measure,
		}
		i.settle(said[r.Item])
		if r.State == "accepted" {
			i.Closed, i.ClosedOn, i.ClosureRecorded = true, r.Closed, accepted(c.Decision, r.Item)
		}
		items = append(items, i)
	}
	return items
}

// accepted is the day on which the last acceptance of an item was recorded.
func accepted(d decision.Decision, item string) (recorded calendar.Date) {
	for _, j := range d.RectificationsJudged {
		if j.Act.Item == item && j.Act.Accepted != nil && *j.Act.Accepted {
			recorded = j.RecordedOn
		}
	}
	return recorded
}
