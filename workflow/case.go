package workflow

import (
	"cmp"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// Evidence says what the absence of something means in a case.
type Evidence string

// The three kinds of evidence.
const (
	// Live: the system holds the whole record. Absence counts from the gate
	// at which a thing is owed.
	Live Evidence = "live"
	// Published: what a source tells. Absence means nothing.
	Published Evidence = "published"
	// Complete: a file that claims to tell the whole procedure. An act that
	// is absent was not done; a field that is absent is still unknown.
	Complete Evidence = "complete"
)

// Deed is an act with its place in the history.
type Deed struct {
	decision.Ref
	Act decision.Act
	// Reasons are what the actor stated for departing from a norm, by rule.
	Reasons map[string]string
	// Pack is the rule pack in force from this deed on; nil for the one that
	// was. Only the act that opens a case and one that adopts a newer pack
	// (Art 44) change it.
	Pack *pack.Pack
}

// Case is a decision under a rule pack and a calendar: everything that the
// evaluator reads. The zero value is not useful; a case without deeds is.
type Case struct {
	ID       string
	Evidence Evidence
	Pack     *pack.Pack
	Calendar *calendar.Calendar
	Deeds    []Deed            // in order of sequence number
	Decision decision.Decision // the fold of the deeds
	Stage    Stage             // of a live case
}

// with returns the case with one more deed. The receiver is not changed.
func (c Case) with(d Deed) Case {
	c.Stage, _ = next(c.Stage, d.Act, c.Decision)
	c.Pack = cmp.Or(d.Pack, c.Pack)
	d.Pack = c.Pack
	c.Deeds = append(c.Deeds[:len(c.Deeds):len(c.Deeds)], d)
	c.Decision = c.Decision.Record(d.Act, d.Ref)
	return c
}

// until returns the case as it stood right after the deed with the sequence
// number.
func (c Case) until(seq int64) Case {
	n := len(c.Deeds)
	for n > 0 && c.Deeds[n-1].Seq > seq {
		n--
	}
	if n == len(c.Deeds) {
		return c
	}
	return c.Fold(c.Deeds[:n])
}

// Fold returns the case with just these deeds, in their order.
func (c Case) Fold(deeds []Deed) Case {
	c.Deeds, c.Decision, c.Stage = slices.Clone(deeds), decision.Decision{}, StageNone
	for i, d := range c.Deeds {
		c.Stage, _ = next(c.Stage, d.Act, c.Decision)
		c.Decision.Add(d.Act, d.Ref)
		c.Pack = cmp.Or(d.Pack, c.Pack)
		c.Deeds[i].Pack = c.Pack
	}
	return c
}

// Version is the sequence number of the last deed.
func (c Case) Version() int64 {
	last, _ := decision.Last(c.Deeds)
	return last.Seq
}

// Title is what the matter is called.
func (c Case) Title() string {
	first, _ := decision.Last(c.Decision.Proposals)
	return first.Act.Title
}

// Organ is the decision-making organ.
func (c Case) Organ() decision.Organ {
	first, _ := decision.Last(c.Decision.Proposals)
	return first.Act.Organ
}

// passings returns the sequence numbers of the deeds at which a gate of a rule
// counts as passed, none when it was not. It is the last, as long as that was the gate
// passed once more. A late entry (补录) of what is said to have happened before
// the gate was recorded as passed does not take the place of that passing: both
// count.
func (c Case) passings(r Rule, gate decision.Kind) []int64 {
	var counted []int64
	var later Deed
	for _, d := range slices.Backward(c.Deeds) {
		if d.Act.Kind() != gate || !r.owedAt(d.Act) {
			continue
		}
		if counted != nil && (later.Lag() == 0 || !later.OccurredOn.Before(d.RecordedOn)) {
			break
		}
		counted, later = append(counted, d.Seq), d
	}
	return counted
}
