package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// Bounds of a run: the law has no period that comes near them.
const (
	maxDays = 3660
	maxActs = 1000
)

// run is one course of the procedure: from a case and a day on, it does a
// plausible act wherever the evaluator says that one is missing, and waits
// wherever the evaluator says that it is too early. It knows no rule.
type run struct {
	c     workflow.Case
	opts  Options
	start calendar.Date
	day   calendar.Date
	// held are days before which an act of a kind is not done, though it
	// could be.
	held map[decision.Kind]calendar.Date
	// promised are the days that acts name for what they announce, where
	// they are known from a run before: the hearing, the meeting.
	promised map[decision.Kind]calendar.Date
	terms    map[decision.Kind]calendar.Date // of today: the least day that an act must name

	comments bool // the public is to be heard, by open comment
	eager    bool // nothing is left for a later gate to ask

	done    []workflow.Deed
	before  []workflow.Case // as it stood before each deed
	wake    calendar.Date   // the next day on which something can change
	trying  map[decision.Kind]bool
	tried   map[string]bool
	stuck   []workflow.Finding // what refused last
	invalid error              // an act that could not be formed from what the record tells
	unsure  []int              // places in done whose term rests on a year that is not loaded
	waits   []wait
	// because is the rule behind the day that an act names.
	because map[decision.Kind]workflow.Finding
}

// begin returns a run over a case that starts on a day, or on the day of the
// last act where that is later.
func begin(c workflow.Case, o Options) *run {
	start := o.Start
	if last, ok := decision.Last(c.Deeds); ok && last.OccurredOn.After(start) {
		start = last.OccurredOn
	}
	return &run{
		c: c, opts: o, start: start, day: start,
		eager:    true,
		comments: assume(c, o, decision.StepParticipation).Applies && len(c.Decision.PublicHeard)+len(c.Decision.Hearings) == 0,
		held:     map[decision.Kind]calendar.Date{}, terms: map[decision.Kind]calendar.Date{},
		trying: map[decision.Kind]bool{}, tried: map[string]bool{}, because: map[decision.Kind]workflow.Finding{},
	}
}

// resume returns a run that stands where this one stood before one of its
// deeds.
func (r *run) resume(at int) *run {
	again := *r
	again.c, again.day, again.wake = r.before[at], r.done[at].OccurredOn, calendar.Date{}
	again.done, again.before, again.unsure, again.waits = nil, nil, nil, nil
	again.because, again.eager = map[decision.Kind]workflow.Finding{}, false
	again.terms, again.trying, again.tried = map[decision.Kind]calendar.Date{}, map[decision.Kind]bool{}, map[string]bool{}
	return &again
}

// to goes on until an act of the kind is done. It gives up after the last day;
// the zero day stands for no limit. The error is a [*StuckError].
func (r *run) to(goal decision.Kind, last calendar.Date) error {
	for {
		for r.advance(goal) {
		}
		if r.did(goal) {
			return nil
		}
		if r.wake.IsZero() || len(r.done) > maxActs || r.wake.DaysSince(r.start) > maxDays || (!last.IsZero() && r.wake.After(last)) {
			return &StuckError{Stage: r.c.Stage, Findings: r.stuck, Cause: r.invalid}
		}
		r.day, r.wake = r.wake, calendar.Date{}
		clear(r.terms)
	}
}

func (r *run) did(kind decision.Kind) bool { return r.place(kind) >= 0 }

// place is the place of the first deed of a kind, or -1.
func (r *run) place(kind decision.Kind) int {
	return slices.IndexFunc(r.done, func(d workflow.Deed) bool { return d.Act.Kind() == kind })
}

// advance does one act, and reports whether there was one to do today. What is
// wanted beside the law comes before the gate.
func (r *run) advance(goal decision.Kind) bool {
	if r.did(goal) || len(r.done) > maxActs {
		return false
	}
	r.stuck = nil
	complete := true
	for _, kind := range r.wanted() {
		if !allowed(r.c.Stage, kind) {
			continue
		}
		if r.try(kind, true) {
			return true
		}
		complete = false
	}
	return r.try(r.c.Stage.Info().Gate, complete) || r.eager && r.ahead()
}

// ahead does what later gates will ask for and this stage has a place for.
func (r *run) ahead() bool {
	stuck := r.stuck
	did := r.clear("", blocking(workflow.Before(r.c, "publish", r.day)))
	r.stuck = stuck
	return did
}

// wanted are the acts that the plan is to hold beside those the law demands.
func (r *run) wanted() []decision.Kind {
	var kinds []decision.Kind
	if _, _, ok := r.unsettled(); ok {
		kinds = append(kinds, "determine_step")
	}
	if changeWanted(r.c.Decision) {
		kinds = append(kinds, "submit_draft")
	}
	switch {
	case r.comments && r.comment() != nil:
		kinds = append(kinds, "open_comment")
	case r.commentClose() != nil:
		kinds = append(kinds, "close_comment")
	}
	if r.opts.Hearing && len(r.c.Decision.Hearings) == 0 {
		if _, announced := pendingHearing(r.c.Decision); announced {
			return append(kinds, "hold_hearing")
		}
		kinds = append(kinds, "announce_hearing")
	}
	return kinds
}

func allowed(stage workflow.Stage, kind decision.Kind) bool {
	return slices.ContainsFunc(workflow.Transitions(), func(t workflow.Transition) bool { return t.From == stage && t.Act == kind })
}

// try does an act of the kind, or one that clears what stands in its way, and
// reports whether it did any. With do false the act itself is left undone.
func (r *run) try(kind decision.Kind, do bool) bool {
	if r.trying[kind] {
		return false
	}
	r.trying[kind] = true
	defer delete(r.trying, kind)
	deed, applied, err := r.propose(kind)
	refused, isRefusal := errors.AsType[*workflow.RefusedError](err)
	switch {
	case deed.Act == nil:
		return false // no such act makes sense now
	case isRefusal && (refused.Code == workflow.CodeRule || refused.Code == workflow.CodeReason):
		return r.clear(kind, r.lacking(kind, refused.Findings))
	case isRefusal && (refused.Code == workflow.CodeForeignDraft || refused.Code == workflow.CodeForeignAct):
		return r.clear(kind, r.lacking(kind, nil)) // what it names is still to come
	case err != nil && !isRefusal:
		r.invalid = err
		return false
	case err != nil || !do:
		return false
	}
	if until, by := appointed(r.c.Decision, kind); until.After(r.day) {
		r.wait(until, r.because[by])
		return false
	}
	if until := r.held[kind]; until.After(r.day) {
		r.wait(until, workflow.Finding{})
		return false
	}
	r.record(deed, applied)
	return true
}

// propose forms an act for today and asks whether it may be done. Where the
// evaluator says that a day which the act names is too early, it names the
// earliest.
func (r *run) propose(kind decision.Kind) (workflow.Deed, workflow.Applied, error) {
	for {
		act := r.form(kind)
		if act == nil {
			return workflow.Deed{}, workflow.Applied{}, nil
		}
		deed := r.deed(act)
		applied, err := workflow.Apply(r.c, deed)
		refused, ok := errors.AsType[*workflow.RefusedError](err)
		if !ok || !r.setTerm(kind, refused.Findings) {
			return deed, applied, err
		}
	}
}

// clear waits for what time clears, and does an act for each finding that an
// act can clear. It reports whether it did any.
func (r *run) clear(kind decision.Kind, findings []workflow.Finding) bool {
	did := false
	for _, f := range findings {
		if f.Earliest.After(r.day) {
			r.wait(f.Earliest, f)
			continue
		}
		did = slices.ContainsFunc(f.Acts, func(act decision.Kind) bool { return act != kind && r.answer(f, act) }) || did
	}
	if !did {
		r.stuck = append(r.stuck, findings...)
	}
	return did
}

// answer does an act to clear a finding, or something on the way to it. An act
// that left a finding as it was is not done for it again.
func (r *run) answer(f workflow.Finding, act decision.Kind) bool {
	key := fmt.Sprint(f.Rule, act, f.En, r.version())
	if r.tried[key] || !r.try(act, true) {
		return false
	}
	if last, _ := decision.Last(r.done); last.Act.Kind() == act {
		r.tried[key] = true
	}
	return true
}

// lacking is what refused an act, and what Missing knows beside it: a refusal
// names the norms only when no hard rule refuses.
func (r *run) lacking(kind decision.Kind, refused []workflow.Finding) []workflow.Finding {
	for _, f := range workflow.Missing(r.c, kind, r.day) {
		if !slices.ContainsFunc(refused, func(have workflow.Finding) bool { return have.Rule == f.Rule }) {
			refused = append(refused, f)
		}
	}
	return blocking(refused)
}

// blocking are the findings that forbid going on. The planner departs from no
// norm.
func blocking(findings []workflow.Finding) []workflow.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f workflow.Finding) bool {
		return f.Status != workflow.Violated || f.Severity == workflow.Soft
	})
}

func (r *run) deed(act decision.Act) workflow.Deed {
	kind := act.Kind()
	actor := decision.Actor{ID: "plan:" + string(kind), Organ: r.c.Organ().Name, Roles: workflow.Permitted(kind)}
	if propose, ok := act.(decision.Propose); ok {
		actor.Organ = propose.Organ.Name
	}
	if slices.Contains(actor.Roles, workflow.RoleUndertakingUnit) {
		actor.Unit = r.c.Decision.LeadUnit()
	}
	if opinion, ok := act.(decision.FileCounselOpinion); ok {
		actor.ID = opinion.Counsel // counsel files in person (R28.4)
	}
	return workflow.Deed{Act: act, Ref: decision.Ref{Seq: r.c.Version() + 1, OccurredOn: r.day, RecordedOn: r.day, Actor: actor}}
}

func (r *run) record(deed workflow.Deed, applied workflow.Applied) {
	if kind := deed.Act.Kind(); !r.terms[kind].IsZero() && r.because[kind].Provisional {
		r.unsure = append(r.unsure, len(r.done))
	}
	r.done, r.before = append(r.done, deed), append(r.before, r.c)
	r.c = applied.Case
	delete(r.terms, deed.Act.Kind())
}
