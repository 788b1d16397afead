package audit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/juece/juece/workflow/dossier"
)

// Problem is something that does not hold, or that cannot be verified.
//
// The codes, of the log: no_log (nothing was sealed), leaf (one is missing or
// malformed), hash (a stored hash is not that of the leaves), root (of a
// checkpoint is not that of the leaves), checkpoint (malformed, or the row says
// otherwise), key (not signed by keys that are trusted and in force),
// unsigned (leaves after the last checkpoint), rolled_back (an outside
// checkpoint covers more than there is), fork (an outside checkpoint is of
// another tree), witness, count (entries neither sealed nor queued).
//
// Of a decision: malformed and chain (an entry), algorithm, log (an entry and
// its leaf differ), cut (the log holds an entry that is not there), queue,
// no_entries, missing and material and erased (a material), opinion, register
// (a batch of opinions), unlawful, pack and calendar (a text that the verifier
// does not have), state, tasks, moving.
//
// Of the whole: empty, incomplete.
type Problem struct {
	Code     string `json:"code"`
	Decision string `json:"decision,omitempty"`
	Seq      int64  `json:"seq,omitempty"` // the entry, where it is one
	Zh       string `json:"zh"`
	En       string `json:"en"`
	// Unusable: it could not be verified, for want of something that the
	// verifier did not bring. It does not say that anything is wrong.
	Unusable bool `json:"unusable,omitempty"`
}

// compare puts the first entry that does not hold before what is no entry's.
func (p Problem) compare(other Problem) int {
	return cmp.Or(cmp.Compare(p.Decision, other.Decision), cmp.Compare(uint64(p.Seq-1), uint64(other.Seq-1)), cmp.Compare(p.Code, other.Code), cmp.Compare(p.En, other.En))
}

func broken(code string, seq int64, zh, en string) Problem {
	return Problem{Code: code, Seq: seq, Zh: zh, En: en}
}

func unusable(code string, seq int64, zh, en string) Problem {
	return Problem{Code: code, Seq: seq, Zh: zh, En: en, Unusable: true}
}

// Report is what was found.
type Report struct {
	Verdict  dossier.Verdict `json:"verdict"`
	Problems []Problem       `json:"problems"` // those of the log first, then by decision and entry
	Found    int64           `json:"found"`    // problems, also those that are not listed
	Broken   int64           `json:"broken"`   // decisions with a problem

	Checkpoint dossier.CheckpointLine `json:"checkpoint"`  // to which the log was read
	KeyTrusted bool                   `json:"key_trusted"` // the verifier brought the key; otherwise it is the log's own
	Witnesses  int                    `json:"witnesses"`   // that the verifier named, and that cosigned
	Outside    dossier.Tally          `json:"outside"`     // checkpoints from elsewhere that the log continues

	Leaves      dossier.Tally `json:"leaves"`      // hashed into the tree, and met by an entry where they are one's
	Hashes      dossier.Tally `json:"hashes"`      // stored, and computed again
	Checkpoints dossier.Tally `json:"checkpoints"` // root and signatures
	Decisions   dossier.Tally `json:"decisions"`   // of which everything holds
	Entries     dossier.Tally `json:"entries"`     // hashed, chained, and found in the log or the queue
	Acts        dossier.Tally `json:"acts"`        // done again
	Rules       int64         `json:"rules"`       // answers compared
	Materials   dossier.Tally `json:"materials"`   // read and hashed
	Opinions    dossier.Tally `json:"opinions"`    // hashed
	Rows        dossier.Tally `json:"rows"`        // state rows and lists of tasks, made again and compared

	Unsealed int64          `json:"unsealed"` // entries after the checkpoint; no signature covers them
	Erased   dossier.Counts `json:"erased"`   // by entries that name what they erase
}

// whole finds what was left out: a verifier that looked at less than there is
// must not say that it is sound.
func (r *Report) whole() {
	if r.Found > 0 {
		return
	}
	if r.Entries.Of == 0 {
		r.add(unusable("empty", 0, "没有记录，无从核验", "there is no entry: nothing to verify"))
		return
	}
	for _, t := range []struct {
		what string
		dossier.Tally
	}{
		{"leaves", r.Leaves},
		{"hashes", r.Hashes},
		{"checkpoints", r.Checkpoints},
		{"outside", r.Outside},
		{"decisions", r.Decisions},
		{"entries", r.Entries},
		{"acts", r.Acts},
		{"materials", r.Materials},
		{"opinions", r.Opinions},
		{"rows", r.Rows},
	} {
		if t.Checked != t.Of {
			r.add(broken("incomplete", 0, fmt.Sprintf("应核验%s共%d项，只核验了%d项", t.what, t.Of, t.Checked),
				fmt.Sprintf("%d of %d %s were checked", t.Checked, t.Of, t.what)))
		}
	}
}

func (r *Report) add(problems ...Problem) {
	r.Problems = append(r.Problems, problems...)
	r.Found += int64(len(problems))
}

// list keeps the first problems, in order.
func (r *Report) list(limit int) {
	slices.SortFunc(r.Problems, Problem.compare)
	r.Problems = r.Problems[:min(limit, len(r.Problems))]
}

// judge comes to the verdict. The list may be cut: whether anything is broken
// is told apart.
func (r *Report) judge(anyBroken bool) {
	switch {
	case anyBroken:
		r.Verdict = dossier.Broken
	case r.Found > 0:
		r.Verdict = dossier.Unusable
	default:
		r.Verdict = dossier.Sound
	}
}
