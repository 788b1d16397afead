package dossier

import (
	"fmt"

	"github.com/juece/juece/workflow/history"
)

// Verdict is what a verification comes to.
type Verdict string

// The three verdicts.
const (
	Sound    Verdict = "sound"    // everything that was there was checked, and holds
	Broken   Verdict = "broken"   // something does not hold
	Unusable Verdict = "unusable" // there is nothing here that could be verified
)

// Failure is the first thing that does not hold.
type Failure struct {
	Code string `json:"code"`          // stable; docs/history-format.md lists them
	Seq  int64  `json:"seq,omitempty"` // the entry, where it is one
	Zh   string `json:"zh"`
	En   string `json:"en"`

	unusable bool
}

// Error says what it is, in English.
func (f *Failure) Error() string { return "dossier: " + f.Code + ": " + f.En }

func broken(code string, seq int64, zh, en string) *Failure {
	return &Failure{Code: code, Seq: seq, Zh: zh, En: en}
}

func unusable(code, zh, en string) *Failure {
	return &Failure{Code: code, Zh: zh, En: en, unusable: true}
}

// Tally counts what was checked, of how much there was to check.
type Tally struct {
	Checked int64 `json:"checked"`
	Of      int64 `json:"of"`
}

// Report is what was found.
type Report struct {
	Verdict  Verdict  `json:"verdict"`
	Failure  *Failure `json:"failure,omitempty"`
	Decision string   `json:"decision,omitempty"`
	Title    string   `json:"title,omitempty"`
	Program  string   `json:"program,omitempty"` // that wrote the file, as it says itself

	Checkpoint CheckpointLine `json:"checkpoint"`
	KeyTrusted bool           `json:"key_trusted"` // the verifier brought the key; otherwise it is the file's own
	Witnesses  int            `json:"witnesses"`   // that the verifier named, and that cosigned
	Outside    int            `json:"outside"`     // checkpoints from elsewhere that the log continues

	Entries   Tally `json:"entries"`   // hashed, chained, and found in the log
	Materials Tally `json:"materials"` // read and hashed
	Opinions  Tally `json:"opinions"`  // hashed
	Acts      Tally `json:"acts"`      // done again
	Rules     int   `json:"rules"`     // answers compared
	Files     Tally `json:"files"`     // written again and compared
	Revealed  int   `json:"revealed,omitempty"`
	Receipts  int   `json:"receipts,omitempty"` // whose entries are in the dossier

	Withheld Counts `json:"withheld"`
	Erased   Counts `json:"erased"`
	// Packs are the rule packs in use; those that do not come with the program
	// are the installation's own.
	Packs []PackOrigin `json:"packs"`
	// PageCompared is false when another version of the program rendered it.
	PageCompared bool `json:"page_compared"`
}

// Counts are numbers of what is not in the file.
type Counts struct {
	Entries   int64 `json:"entries"`
	Materials int64 `json:"materials"`
	Opinions  int64 `json:"opinions"`
}

// PackOrigin says whose a rule pack is.
type PackOrigin struct {
	Name   string         `json:"name"`
	Digest history.Digest `json:"digest"`
	Own    bool           `json:"own"` // it does not come with the verifying program
}

// whole fails when anything was left unchecked: a verifier that looked at less
// than there is must not say that it is sound.
func (r *Report) whole() error {
	for _, t := range []struct {
		what string
		Tally
	}{{"entries", r.Entries}, {"materials", r.Materials}, {"opinions", r.Opinions}, {"acts", r.Acts}, {"files", r.Files}} {
		if t.Checked != t.Of {
			return broken("incomplete", 0, fmt.Sprintf("应核验%s共%d项，只核验了%d项", t.what, t.Of, t.Checked),
				fmt.Sprintf("%d of %d %s were checked", t.Checked, t.Of, t.what))
		}
	}
	if r.Entries.Of == 0 {
		return unusable("empty", "没有记录，无从核验", "there is no entry: nothing to verify")
	}
	return nil
}
