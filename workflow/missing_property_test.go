package workflow_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// TestMain fixes the seed of the property tests, so that a run repeats; the
// flags of rapid choose another.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "713", "rapid.checks": "150", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// An act is refused exactly for what Missing names, beside the rules that look
// at what the act itself says: on any record, for any act of the sample.
func TestAnActIsRefusedExactlyForWhatMissingNames(t *testing.T) {
	t.Parallel()
	seen := map[string]int{} // what the walks came upon
	rapid.Check(t, func(t *rapid.T) {
		pack := rapid.SampledFrom([]string{"d713", "strict-five"}).Draw(t, "pack")
		walk, changed := spoilt(t, sample.Walk(pack))
		c := workflowtest.Case(silent{}, pack)
		for i, s := range walk {
			if rapid.IntRange(0, 5).Draw(t, "out of turn") == 0 {
				whole := sample.Walk(pack)
				other := whole[rapid.IntRange(0, len(whole)-1).Draw(t, "other")]
				other.On = s.On
				compare(t, c, other, seen)
			}
			before := c.Version()
			if c = compare(t, c, s, seen); c.Version() > before {
				continue
			}
			// Refused: put right what was changed so far, and ask again.
			for _, right := range changed[:min(len(changed), rapid.IntRange(0, 9).Draw(t, "put right"))] {
				if right.at <= i {
					right.step.On = s.On
					c = compare(t, c, right.step, seen)
				}
			}
			c = compare(t, c, s, seen)
		}
	})
	if testing.Short() { // fewer walks come upon fewer rules
		return
	}
	for _, what := range []string{"refused", "reason", "accepted", "R14.3", "R15.5", "R19.1", "R22.1", "R25.1", "R28.1", "R29.1", "R31.1", "G17.1", "R34.1", "R34.4", "R35.3", "R36.5", "R38.1"} {
		if seen[what] == 0 {
			t.Errorf("the walks never came upon %s: %v", what, seen)
		}
	}
}

// silent is a test that fails at nothing but a broken installation.
type silent struct{ testing.TB }

func (silent) Helper() {}

// change is a step of the sample that was changed, and where in the walk.
type change struct {
	at   int
	step sample.Step
}

// spoilt drops, moves, swaps and alters a few acts of a walk, and returns what
// they were. The beginning is often left alone, so that the later gates are
// come to as well.
func spoilt(t *rapid.T, walk steps) (kept steps, changed []change) {
	from := rapid.IntRange(0, len(walk)-1).Draw(t, "from")
	for i, s := range walk {
		if i < from {
			kept = append(kept, s)
			continue
		}
		how := rapid.IntRange(0, 29).Draw(t, "change")
		if how < 4 {
			changed = append(changed, change{len(kept), s})
		}
		switch how {
		case 0:
			continue
		case 1:
			s.On = s.On.AddDays(rapid.IntRange(-9, 40).Draw(t, "days"))
		case 2, 3:
			s.Act = altered(s.Act)
		}
		kept = append(kept, s)
		if n := len(kept); how == 4 && n > 1 {
			kept[n-1], kept[n-2] = kept[n-2], kept[n-1]
		}
	}
	return kept, changed
}

// altered changes what an act says, so that rules answer otherwise.
func altered(act decision.Act) decision.Act {
	switch a := act.(type) {
	case decision.Propose:
		a.Exclusion, a.ExclusionBasis = "emergency", "突发事件应对法"
		return a
	case decision.DetermineStep:
		a.Applies, a.Ground, a.LegalBasis = new(!*a.Applies), "condition_absent", "规定"
		return a
	case decision.IdentifyAffected:
		a.Units, a.Groups = append(slices.Clone(a.Units), "县住房和城乡建设局"), append(slices.Clone(a.Groups), "居民")
		return a
	case decision.SubmitDraft:
		a.LegalBasis, a.Changes = []decision.LegalBasis{{Title: "旧法", Status: "repealed"}}, ""
		return a
	case decision.RecordReply:
		a.Position = "disagree"
		return a
	case decision.OpenComment:
		a.EndsOn = a.EndsOn.AddDays(-20)
		return a
	case decision.CloseComment:
		a.Received = new(5)
		return a
	case decision.DisposeOpinions:
		a.Groups = a.Groups[:1]
		return a
	case decision.PublishParticipants:
		a.SelectedOn = a.SelectedOn.AddDays(-10)
		return a
	case decision.FileExpertOpinion:
		a.Topics = []string{"other"}
		return a
	case decision.FileRiskAssessment:
		a.Controllable = new(false)
		return a
	case decision.FileCompetitionReview:
		a.Conclusion = "fails"
		return a
	case decision.SubmitForReview:
		a.OpinionDue = a.OpinionDue.AddDays(-8)
		return a
	case decision.FileCounselOpinion:
		a.Draft = 1
		return a
	case decision.IssueLegalityOpinion:
		a.Conclusion, a.Content.Finding, a.Comments = "unlawful", "does_not_conform", nil
		return a
	case decision.ConfirmStillStands:
		a.Verified = new(false)
		return a
	case decision.PlaceOnAgenda:
		a.Dossier = a.Dossier[:1]
		return a
	case decision.OpenMeeting:
		a.Draft = 2
		return a
	case decision.Decide:
		a.ReasonAgainstMajority, a.Outcome = "", "rejected"
		return a
	case decision.ReportToParty:
		a.RepliedOn = a.RepliedOn.AddDays(9)
		return a
	case decision.ReviewSecrecy:
		a.Result = "not_clear"
		return a
	case decision.FollowEvaluation:
		a.Action = "adjust"
		return a
	case decision.JudgeRectification:
		a.Accepted = new(false)
		return a
	}
	return act
}

var ownRule = func() map[string]bool {
	own := map[string]bool{}
	for _, r := range workflow.Rules() {
		own[r.ID] = r.Own
	}
	return own
}()

// named are the rules of a severity that are violated and do not look at what
// the act says.
func named(findings []workflow.Finding, severity workflow.Severity) []string {
	ids := []string{}
	for _, f := range workflow.Open(findings) {
		if f.Severity == severity && !ownRule[f.Rule] {
			ids = append(ids, f.Rule)
		}
	}
	return ids
}

// compare does a step, and compares the refusal with what was missing before.
// It returns the case that results.
func compare(t *rapid.T, c workflow.Case, s sample.Step, seen map[string]int) workflow.Case {
	kind := s.Act.Kind()
	missing := workflow.Missing(c, kind, s.On)
	applied, err := workflowtest.Do(c, s)
	refused, isRefusal := errors.AsType[*workflow.RefusedError](err)
	hard, norm := named(missing, workflow.Hard), named(missing, workflow.Norm)
	var wantHard, wantNorm []string
	switch {
	case err == nil:
		seen["accepted"]++
		wantHard, wantNorm = []string{}, named(applied.Findings, workflow.Norm)
	case isRefusal && refused.Code == workflow.CodeRule:
		seen["refused"]++
		wantHard, wantNorm = named(refused.Findings, workflow.Hard), norm // the norms are asked only after it
	case isRefusal && refused.Code == workflow.CodeReason:
		seen["reason"]++
		wantHard, wantNorm = []string{}, named(refused.Findings, workflow.Norm)
	default:
		return c // by stage, role or reference: no rule was asked
	}
	for _, id := range wantHard {
		seen[id]++
	}
	say := names(s.Act, c)
	differs := func(got, want []string) bool {
		drop := func(ids []string) []string {
			return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(say, id) })
		}
		return !slices.Equal(drop(got), drop(want))
	}
	if differs(hard, wantHard) || differs(norm, wantNorm) {
		t.Fatalf("%s on %s: missing %s and %s, refused %s and %s (%v)", kind, s.On,
			strings.Join(hard, ","), strings.Join(norm, ","), strings.Join(wantHard, ","), strings.Join(wantNorm, ","), err)
	}
	if err != nil {
		return c
	}
	return applied.Case
}

// names lists the rules on which an act decides by something that it names
// itself and that Missing cannot know: another version than the last, a
// dossier that leaves out what the record has, a day of selection, whose
// statement it is. For an act that names what Missing presumes there are none.
func names(act decision.Act, c workflow.Case) []string {
	last, _ := c.Decision.Draft()
	switch a := act.(type) {
	case decision.PlaceOnAgenda:
		switch {
		case a.Draft != last.Act.Draft:
			return []string{"R12.1", "R25.1", "R25.2", "R25.3", "R25.4", "R28.3", "R29.1"}
		case !whole(a.Dossier, c.Decision):
			return []string{"R29.1"}
		}
	case decision.SubmitForReview:
		if a.Draft != last.Act.Draft {
			return []string{"R12.1"}
		}
	case decision.OpenMeeting:
		if a.Draft != last.Act.Draft {
			return []string{"R25.1", "R25.2", "R25.3", "R25.4"}
		}
	case decision.Decide:
		if a.Draft != last.Act.Draft {
			return []string{"R25.1", "R25.2", "R25.3", "R25.4"}
		}
	case decision.RecordStatement:
		return []string{"R30.3"}
	case decision.PublishParticipants:
		for _, m := range c.Decision.SelectionMethods {
			if !a.SelectedOn.After(m.OccurredOn) {
				return []string{"R16.3"}
			}
		}
	}
	return nil
}

// whole reports whether a dossier has everything that the record holds for it.
func whole(dossier []decision.Material, d decision.Decision) bool {
	in := func(m decision.Material) bool {
		return !m.Known() || slices.ContainsFunc(dossier, func(x decision.Material) bool { return x.Digest == m.Digest })
	}
	last, _ := d.Draft()
	risk, _ := decision.Last(d.RiskAssessments)
	competition, _ := decision.Last(d.CompetitionReviews)
	opinion, _ := decision.Last(d.LegalityOpinions)
	return in(last.Act.Text) && in(risk.Act.Report) && in(competition.Act.Text) && in(opinion.Act.Text)
}
