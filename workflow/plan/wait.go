package plan

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// wait is that an act had to wait.
type wait struct {
	since, until calendar.Date
	finding      workflow.Finding // empty where no rule but the plan or the record says so
}

// wait notes that something can change on a day to come.
func (r *run) wait(until calendar.Date, f workflow.Finding) {
	if r.wake.IsZero() || until.Before(r.wake) {
		r.wake = until
	}
	known := slices.ContainsFunc(r.waits, func(w wait) bool { return w.until == until && w.finding.Rule == f.Rule })
	if !known {
		r.waits = append(r.waits, wait{since: r.day, until: until, finding: f})
	}
}

// chain lists the rules that leave no earlier day for something done on a day:
// what it waited for, what came on the day that this waiting began, and so on
// back to the start.
func (r *run) chain(day calendar.Date) []workflow.Finding {
	rules := []workflow.Finding{}
	for day.After(r.start) {
		begun := day
		for _, w := range slices.Backward(r.waits) {
			if w.until != day {
				continue
			}
			if w.since.Before(begun) {
				begun = w.since
			}
			known := slices.ContainsFunc(rules, func(f workflow.Finding) bool { return f.Rule == w.finding.Rule })
			if w.finding.Rule != "" && !known {
				rules = append(rules, demand(w.finding))
			}
		}
		if begun == day {
			break // nothing waited: the case stood there already
		}
		day = begun
	}
	slices.Reverse(rules)
	return rules
}

// naming are the acts that name a day to come: the end of the period, the
// hearing, the day the opinion is asked for, the meeting.
var naming = []decision.Kind{"open_comment", "announce_hearing", "submit_for_review", "supplement_package", "place_on_agenda"}

// appointed is the day that the record names for an act, or the zero day, with
// the act that named it. The legality opinion is planned for the day it is due:
// Art 26 ¶2 gives the reviewer that time.
func appointed(d decision.Decision, kind decision.Kind) (day calendar.Date, by decision.Kind) {
	switch kind {
	case "hold_hearing":
		if a, ok := pendingHearing(d); ok {
			return a.Act.HearingOn, "announce_hearing"
		}
	case "issue_legality_opinion":
		sent, _ := decision.Last(d.Submissions)
		if s, ok := decision.Last(d.Supplements); ok && s.Seq > sent.Seq {
			return s.Act.OpinionDue, "supplement_package"
		}
		return sent.Act.OpinionDue, "submit_for_review"
	case "open_meeting":
		placed, _ := decision.Last(d.Agendas)
		return placed.Act.MeetingOn, "place_on_agenda"
	}
	return calendar.Date{}, ""
}

// setTerm takes over the earliest day that an act may name, and reports
// whether there was one.
func (r *run) setTerm(kind decision.Kind, findings []workflow.Finding) bool {
	if !slices.Contains(naming, kind) {
		return false
	}
	set := false
	for _, f := range findings {
		if ownRules[f.Rule] && f.Earliest.After(r.term(kind)) {
			r.terms[kind], r.because[kind], set = f.Earliest, f, true
		}
	}
	return set
}

// ownRules are the rules that look at what their act says.
var ownRules = func() map[string]bool {
	own := map[string]bool{}
	for _, r := range workflow.Rules() {
		own[r.ID] = r.Own
	}
	return own
}()

// term is the day that an act of the kind names today.
func (r *run) term(kind decision.Kind) calendar.Date {
	return later(r.day, later(r.promised[kind], r.terms[kind]))
}

func later(a, b calendar.Date) calendar.Date {
	if b.After(a) {
		return b
	}
	return a
}
