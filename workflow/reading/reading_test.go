// Package reading_test reads the statute a second time: each rule once more,
// slowly and plainly, from the text of D713 and not from the code of package
// workflow. It was written without sight of that code; where the two differed,
// the article settled which was right. Random histories are put before both,
// and they must agree on what was broken, and satisfy nothing of which the
// reading cannot tell. A hundred thousand take some minutes:
//
//	go test ./workflow/reading -histories 100000 -seed 20190901 -v
package reading_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// answer is what a reader says of a rule. The order is the order of worse.
type answer int

const (
	fine answer = iota
	cannotTell
	broken
)

func (a answer) String() string { return [...]string{"fine", "cannot tell", "broken"}[a] }

// worst returns the worst of the answers: what was owed all at once.
func worst(answers ...answer) answer { return slices.Max(append(answers, fine)) }

// best returns the best of the answers: where one of several would do.
func best(answers ...answer) answer { return slices.Min(append(answers, broken)) }

// yes reads a yes or no that is owed.
func yes(b *bool) answer {
	if b == nil {
		return cannotTell
	}
	return unless(*b)
}

// no reads a yes or no that must not be yes.
func no(b *bool) answer {
	if b == nil {
		return cannotTell
	}
	return unless(!*b)
}

// unless is broken unless something known is so.
func unless(ok bool) answer {
	if ok {
		return fine
	}
	return broken
}

func said(text string) bool { return strings.TrimSpace(text) != "" }

// owed reads a text that is owed: in a file what is left out is unknown.
func owed(texts ...string) answer {
	for _, t := range texts {
		if !said(t) {
			return cannotTell
		}
	}
	return fine
}

// same compares two names: an unknown one may be any.
func same(a, b string) answer {
	if !said(a) || !said(b) {
		return cannotTell
	}
	return unless(a == b)
}

// among looks for a name in a list: it may be behind an unknown one.
func among(name string, list []string) answer {
	found := broken
	for _, n := range list {
		found = best(found, same(name, n))
	}
	return found
}

// before says whether one day is earlier than another, as far as both are
// known.
func before(a, b calendar.Date) answer {
	if a.IsZero() || b.IsZero() {
		return cannotTell
	}
	return unless(a.Before(b))
}

// notAfter is before, or the same day.
func notAfter(a, b calendar.Date) answer {
	if a.IsZero() || b.IsZero() {
		return cannotTell
	}
	return unless(!a.After(b))
}

// story is the record as it stood right after a gate, or the whole record.
type story struct {
	decision.Decision
	deeds []workflow.Deed
	pack  *pack.Pack
	gate  decision.Kind // "" for the whole record
	at    workflow.Deed // the deed that is the gate
}

// version is the version of the draft that the gate is about: its own, or the
// last submitted. 0 is unknown.
func (s story) version() int {
	if d, ok := s.at.Act.(decision.OnDraft); ok && d.Version() != 0 {
		return d.Version()
	}
	last, _ := decision.Last(s.Drafts)
	return last.Act.Draft
}

// day is the day of the gate, or the day on which the whole is judged.
func (s story) day() calendar.Date {
	if s.gate == "" {
		return calendar.MustParseDate(judgedOn)
	}
	return s.at.OccurredOn
}

// judgedOn is the day on which every history is judged.
const judgedOn = "2026-06-30"

// determined returns the last word on whether a step applies: fine when it
// does, broken when it does not.
func (s story) determined(step decision.Step) answer {
	last := broken // nobody said so
	for _, d := range s.Determinations {
		if d.Act.Step == step {
			last = yes(d.Act.Applies)
		}
		if d.Act.Step == "" {
			last = cannotTell // it may be the last word on this step
		}
	}
	return last
}

// where makes a demand depend on a condition: fine where the condition is
// not met, at most uncertain where it is not known.
func where(condition, demand answer) answer {
	switch condition {
	case broken:
		return fine
	case cannotTell:
		return min(demand, cannotTell)
	}
	return demand
}

// either follows a condition to one answer or the other: where it is not known,
// both must be the same.
func either(condition, then, otherwise answer) answer {
	switch {
	case condition == fine, then == otherwise:
		return then
	case condition == broken:
		return otherwise
	}
	return cannotTell
}

// reader reads one rule.
type reader func(s story) answer

// judge reads a rule over a history: on the record as it stood right after
// the last act of each of its gates, and the worst answer counts.
func judge(r workflow.Rule, read reader, stories map[decision.Kind]story, whole story) answer {
	result, reached := fine, false
	for _, g := range r.Gates {
		if g == "conclude_adjustment" && !r.Own {
			g = theEnd
		}
		if s, ok := stories[g]; ok {
			reached = true
			result = worst(result, read(s))
		}
	}
	if !reached && !r.Prohibits {
		return read(whole)
	}
	return result
}

// theEnd stands for the last adjustment by which the decision was no longer
// carried out: one that is given up, or that changes a part, ends nothing.
const theEnd decision.Kind = "the end"

// tell folds a history into the record at the last act of each kind, and the
// whole record.
func tell(p *pack.Pack, deeds []workflow.Deed) (map[decision.Kind]story, story) {
	last := map[decision.Kind]int{}
	for i, d := range deeds {
		last[d.Act.Kind()] = i
		if c, ok := d.Act.(decision.ConcludeAdjustment); ok && (c.Outcome == "changed" || c.Outcome == "stopped") {
			last[theEnd] = i
		}
	}
	stories := map[decision.Kind]story{}
	var d decision.Decision
	for i, deed := range deeds {
		d.Add(deed.Act, deed.Ref)
		for _, kind := range []decision.Kind{deed.Act.Kind(), theEnd} {
			if at, ok := last[kind]; ok && at == i {
				stories[kind] = story{Decision: d, deeds: deeds[:i+1], pack: p, gate: kind, at: deed}
			}
		}
	}
	return stories, story{Decision: d, deeds: deeds, pack: p}
}

// readers returns the rules as this package reads them.
func readers() map[string]reader {
	all := map[string]reader{}
	for _, chapter := range []map[string]reader{
		initiation, drafting, participation, hearing, experts, risk, competition, legality,
		deliberation, publication, execution, evaluation, adjustment,
	} {
		maps.Copy(all, chapter)
	}
	return all
}
