package workflow

import (
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
)

// Texts are the rule packs and the calendars that a history names, by digest.
type Texts interface {
	Pack(digest string) (*pack.Pack, error)
	Calendar(digest string) (*calendar.Calendar, error)
}

// Replayed is what a history comes to when every act is done once more.
type Replayed struct {
	Case   Case
	Judged int // answers of rules that were compared with those recorded
}

// UnlawfulError says that an entry could not have been recorded by this
// procedure: the chain may hold, the law does not.
type UnlawfulError struct {
	Seq    int64
	Kind   decision.Kind
	Zh, En string
	Err    error // why the act is refused; nil when something else is wrong with it
}

// Error names the entry and the act.
func (e *UnlawfulError) Error() string {
	return fmt.Sprintf("workflow: entry %d, %s: %s", e.Seq, e.Kind, e.En)
}

// Unwrap returns why the act is refused.
func (e *UnlawfulError) Unwrap() error { return e.Err }

// Replay does every act of a history again, under the rule pack and the
// calendar that its entry names, and compares what the rules say with what was
// recorded. The error is an [*UnlawfulError] for the first entry that the
// procedure would not have taken, or wraps what texts returned.
//
// What one record cannot tell is not judged: whether another case fits to which
// an act links this one, whether opinions were waiting in the register, which
// other packs there were, and which organs a supervisor's identity listed. They
// were checked when the act was done.
func Replay(id string, entries []history.Entry, texts Texts) (Replayed, error) {
	out := Replayed{Case: Case{ID: id, Evidence: Live}}
	for _, e := range entries {
		d, err := out.deed(e, texts)
		if err != nil {
			return out, err
		}
		applied, err := Apply(out.Case, d)
		if err != nil {
			return out, refusedAgain(e, err)
		}
		out.Case = applied.Case
		out.Judged += len(applied.Findings)
		if got := historyFindings(applied.Findings); !slices.Equal(got, e.Findings) {
			return out, unlawful(e, nil,
				fmt.Sprintf("记录的规则结论（%d项未满足）与重新适用规则的结果（%d项）不同", len(e.Findings), len(got)),
				fmt.Sprintf("the findings recorded (%d not satisfied) are not those of the rules (%d)", len(e.Findings), len(got)))
		}
	}
	return out, nil
}

// deed reads back an entry, and puts the case under the texts that it names.
func (r *Replayed) deed(e history.Entry, texts Texts) (Deed, error) {
	d, err := deedOf(e)
	if err != nil {
		return Deed{}, unlawful(e, err, "程序行为不能读取："+err.Error(), "the act cannot be read: "+err.Error())
	}
	// Nothing but what the type writes: a field that this reader passes over
	// could be read by another.
	if again, err := marshal(d.Act); err != nil || !slices.Equal(again, []byte(e.Act)) {
		return Deed{}, unlawful(e, err, "程序行为的写法与其类型不符", "the act is not written as an act of its kind")
	}
	if r.Case.Calendar, err = texts.Calendar(string(e.Calendar)); err != nil {
		return Deed{}, fmt.Errorf("workflow: calendar of entry %d: %w", e.Seq, err)
	}
	named, err := texts.Pack(string(e.Pack))
	if err != nil {
		return Deed{}, fmt.Errorf("workflow: pack of entry %d: %w", e.Seq, err)
	}
	adopt, adopts := d.Act.(decision.AdoptPack)
	switch {
	case adopts && (adopt.Digest != named.Digest() || adopt.Pack != named.Name):
		return Deed{}, unlawful(e, nil, "改用的规则包与记录所列不符", "the pack adopted is not the one that the entry names")
	case adopts:
		d.Pack = named
	case r.Case.Pack == nil:
		r.Case.Pack = named
	case r.Case.Pack.Digest() != named.Digest():
		return Deed{}, unlawful(e, nil, "未经改用（第四十四条）而换了规则包", "another pack, which no act adopted (Art 44)")
	}
	d.Actor = withAuthority(d.Actor, r.Case, d.Act)
	if err := decision.ValidateValue("actor", d.Actor); err != nil {
		return Deed{}, refusedAgain(e, err)
	}
	return d, nil
}

// withAuthority lists this case's organ among those that a supervisor oversees:
// the history does not keep the list, and whoever recorded the act had read it.
func withAuthority(by decision.Actor, c Case, act decision.Act) decision.Actor {
	if slices.Contains(by.Roles, RoleSupervisor) {
		by.Supervises = []string{caseOrgan(c, act)}
	}
	return by
}

func refusedAgain(e history.Entry, err error) error {
	zh := err.Error()
	if told, ok := err.(interface{ Message(lang string) string }); ok {
		zh = told.Message("zh")
	}
	return unlawful(e, err, "依规则不能进行此行为："+zh, "the rules refuse it: "+err.Error())
}

func unlawful(e history.Entry, err error, zh, en string) *UnlawfulError {
	return &UnlawfulError{Seq: e.Seq, Kind: decision.Kind(e.Kind), Zh: zh, En: en, Err: err}
}

// Held are the texts that a program holds.
type Held struct {
	Packs *pack.Set
	Years *calendar.Calendar
}

// Pack implements [Texts].
func (h Held) Pack(digest string) (*pack.Pack, error) { return h.Packs.Digested(digest) }

// Calendar implements [Texts].
func (h Held) Calendar(digest string) (*calendar.Calendar, error) { return h.Years.Digested(digest) }
