package workflow

import (
	"cmp"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// Submission is the package under legality review (送审材料, Art 26 ¶1), with
// the rest of the record beside it: Art 27 (2) has the reviewer judge the steps
// by their evidence.
type Submission struct {
	Draft      int           // version under review
	Seq        int64         // the entry that sent it, or completed it last
	CompleteOn calendar.Date // from when the time for review counts
	OpinionDue calendar.Date
	// Reviewed is the entry of the reviewer's last word before: an opinion, a
	// return, a request for a supplement, a confirmation. 0 when there is none.
	Reviewed int64
	Enclosed []Enclosure // the package itself
	Evidence []Enclosure // of the steps before, as the record names it
	New      int         // how many materials came, or changed, since Reviewed
}

// Enclosure is a material with the act that has it.
type Enclosure struct {
	Digest string
	Title  string
	Act    decision.Kind
	Seq    int64
	New    bool // it came after the reviewer's last word
}

// Submission returns the package under review, the last one when several were
// sent; false when none was.
func (c Case) Submission() (Submission, bool) {
	p, ok := currentPackage(c.Decision)
	if !ok {
		return Submission{}, false
	}
	s := Submission{Draft: p.draft, CompleteOn: p.received, OpinionDue: p.due, Reviewed: c.lastReviewed()}
	var enclosed, evidence []Enclosure
	first := map[string]int64{} // the entry that sends a material first, or else names it
	sent, begun := map[string]bool{}, false
	for _, d := range c.Deeds {
		kind := d.Act.Kind()
		named := enclosures(d)
		for _, e := range named {
			// What the record had long since is new to the reviewer when it is sent.
			if first[e.Digest] == 0 || sends(kind) && !sent[e.Digest] {
				first[e.Digest] = d.Seq
			}
			sent[e.Digest] = sent[e.Digest] || sends(kind)
		}
		switch kind {
		case decision.SubmitForReview{}.Kind():
			begun, enclosed = true, named
			s.Seq = d.Seq
		case decision.SupplementPackage{}.Kind():
			if begun {
				enclosed = append(enclosed, named...)
				s.Seq = d.Seq
			}
		default:
			evidence = append(evidence, named...)
		}
	}
	s.Enclosed, s.Evidence = distinct(enclosed), distinct(evidence)
	in := map[string]bool{}
	for i := range s.Enclosed {
		in[s.Enclosed[i].Digest] = true
	}
	s.Evidence = slices.DeleteFunc(s.Evidence, func(e Enclosure) bool { return in[e.Digest] })
	for _, list := range [][]Enclosure{s.Enclosed, s.Evidence} {
		for i := range list {
			if list[i].New = first[list[i].Digest] > s.Reviewed; list[i].New {
				s.New++
			}
		}
	}
	return s, true
}

// sends reports whether an act puts materials into the package.
func sends(kind decision.Kind) bool {
	return kind == (decision.SubmitForReview{}).Kind() || kind == (decision.SupplementPackage{}).Kind()
}

// lastReviewed is the entry of the reviewer's last word, or 0.
func (c Case) lastReviewed() int64 {
	for _, d := range slices.Backward(c.Deeds) {
		switch d.Act.(type) {
		case decision.IssueLegalityOpinion, decision.ReturnPackage, decision.RequestSupplement, decision.ConfirmStillStands:
			return d.Seq
		}
	}
	return 0
}

func enclosures(d Deed) []Enclosure {
	var found []Enclosure
	for _, m := range decision.Materials(d.Act) {
		found = append(found, Enclosure{Digest: m.Digest, Title: m.Title, Act: d.Act.Kind(), Seq: d.Seq})
	}
	return found
}

// distinct leaves each material once, where the list has it first.
func distinct(all []Enclosure) []Enclosure {
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(e Enclosure) bool {
		again := seen[e.Digest]
		seen[e.Digest] = true
		return again
	})
	slices.SortStableFunc(all, func(a, b Enclosure) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}
