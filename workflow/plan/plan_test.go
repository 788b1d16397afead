package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/plan"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

func date(day string) calendar.Date { return calendar.MustParseDate(day) }

func mustMake(t *testing.T, c workflow.Case, o plan.Options) plan.Plan {
	t.Helper()
	p, err := plan.Make(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func step(t *testing.T, p plan.Plan, act decision.Kind) plan.Step {
	t.Helper()
	i := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Act == act })
	if i < 0 {
		t.Fatalf("no %s in the plan", act)
	}
	return p.Steps[i]
}

func has(p plan.Plan, act decision.Kind) bool {
	return slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Act == act })
}

func rules(findings []workflow.Finding) []string {
	var ids []string
	for _, f := range findings {
		ids = append(ids, f.Rule)
	}
	return ids
}

// Counted by hand: thirty days after 20 January end on 19 February; seven
// working days after the 20th, Spring Festival and a worked Saturday between
// them, end on 3 March.
func TestPlanForwards(t *testing.T) {
	t.Parallel()
	p := mustMake(t, workflowtest.Case(t, "d713"), plan.Options{Start: date("2026-01-20")})
	comment, review := step(t, p, "open_comment"), step(t, p, "submit_for_review")
	if comment.Earliest != date("2026-01-20") || comment.Until != date("2026-02-19") || comment.Article != 15 || comment.Slack() != 3 {
		t.Errorf("comment: %s until %s, slack %d", comment.Earliest, comment.Until, comment.Slack()) // the 24th is worked again
	}
	if review.Earliest != date("2026-02-20") || review.Until != date("2026-03-03") || !slices.Contains(review.Roles, workflow.RoleUndertakingUnit) {
		t.Errorf("review: %s until %s", review.Earliest, review.Until)
	}
	if p.Decision != date("2026-03-03") || p.Meeting != p.Decision || p.Publication != p.Decision || !p.Feasible || p.Provisional {
		t.Errorf("decision %s, meeting %s, publication %s, feasible %v, %v", p.Decision, p.Meeting, p.Publication, p.Feasible, rules(p.Binding))
	}
	if got := rules(p.Binding); !slices.Equal(got, []string{"R15.5", "R26.3"}) {
		t.Errorf("bound by %v", got)
	}
	if has(p, "hold_hearing") || has(p, "record_congress_act") || !has(p, "file_expert_opinion") || !has(p, "report_to_party") {
		t.Error("a step is missing, or one too many")
	}
	if expert := step(t, p, "file_expert_opinion"); expert.Slack() != 34 || expert.Bound.Rule != "" {
		t.Errorf("expert review runs beside the comment round: slack %d, %s", expert.Slack(), expert.Bound.Rule)
	}
	if s := step(t, p, "publish"); !s.Latest.IsZero() || s.Earliest != p.Publication {
		t.Errorf("publication: %s, latest %s", s.Earliest, s.Latest)
	}
}

func TestPlanBackwards(t *testing.T) {
	t.Parallel()
	p := mustMake(t, workflowtest.Case(t, "d713"), plan.Options{Start: date("2026-01-20"), Meeting: date("2026-03-31"), Hearing: true})
	for act, want := range map[decision.Kind][2]string{
		"initiate": {"2026-02-19", ""}, "open_comment": {"2026-02-19", "2026-03-21"}, "close_comment": {"2026-03-22", ""},
		"announce_hearing": {"2026-03-14", ""}, "deliver_materials": {"2026-03-15", ""}, "hold_hearing": {"2026-03-22", ""},
		"submit_for_review": {"2026-03-22", "2026-03-31"}, "issue_legality_opinion": {"2026-03-31", ""}, "decide": {"2026-03-31", ""},
	} {
		s := step(t, p, act)
		if s.Latest != date(want[0]) || (want[1] != "" && s.LatestUntil != date(want[1])) {
			t.Errorf("%s: latest %s until %s, want %v", act, s.Latest, s.LatestUntil, want)
		}
	}
	if p.Decision != date("2026-03-03") || p.Publication != date("2026-03-31") || !p.Feasible || !slices.Equal(rules(p.Binding), []string{"R15.5", "R26.3"}) {
		t.Errorf("decision %s, meeting %s, publication %s, feasible %v, %v", p.Decision, p.Meeting, p.Publication, p.Feasible, rules(p.Binding))
	}
	// Who is told of the hearing is told the day on which the plan holds it.
	for _, d := range p.AtLatest() {
		if a, ok := d.Act.(decision.AnnounceHearing); ok && a.HearingOn != date("2026-03-22") {
			t.Errorf("announced for %s", a.HearingOn)
		}
	}
}

func TestAMeetingThatCannotLawfullyBe(t *testing.T) {
	t.Parallel()
	p := mustMake(t, workflowtest.Case(t, "strict-five"), plan.Options{Start: date("2026-01-20"), Meeting: date("2026-03-02")})
	if p.Feasible || p.Meeting != date("2026-03-02") || p.Decision != date("2026-03-03") || !slices.Equal(rules(p.Binding), []string{"R15.5", "R26.3"}) {
		t.Errorf("decision %s, meeting %s, publication %s, feasible %v, %v", p.Decision, p.Meeting, p.Publication, p.Feasible, rules(p.Binding))
	}
	for _, f := range p.Binding {
		if f.Article == 0 || f.Zh == "" || f.En == "" {
			t.Errorf("it does not cite: %+v", f)
		}
	}
	if s := step(t, p, "decide"); s.Earliest != p.Decision {
		t.Errorf("the steps are not those of the earliest day: %s", s.Earliest)
	}
}

// A day that rests on a year whose notice is not loaded is provisional, one
// before it is not.
func TestAPlanIsProvisionalWhereTheCalendarIs(t *testing.T) {
	t.Parallel()
	p := mustMake(t, workflowtest.Case(t, "d713"), plan.Options{Start: date("2026-11-23")})
	if !p.Provisional || p.Decision != date("2027-01-04") {
		t.Errorf("%s %v", p.Decision, p.Provisional)
	}
	for act, want := range map[decision.Kind]bool{"issue_legality_opinion": true, "decide": true, "publish": true, "open_comment": true} {
		if s := step(t, p, act); s.Provisional != want {
			t.Errorf("%s: %v", act, s.Provisional)
		}
	}
	late := mustMake(t, workflowtest.Case(t, "d713"), plan.Options{Start: date("2026-10-15")})
	if late.Provisional {
		t.Error("provisional within a year that is loaded")
	}
}

func TestWhatAPlanAssumes(t *testing.T) {
	t.Parallel()
	because := func(p plan.Plan, step decision.Step) plan.Assumption {
		i := slices.IndexFunc(p.Assumed, func(a plan.Assumption) bool { return a.Step == step })
		return p.Assumed[i]
	}
	byDefault := mustMake(t, workflowtest.Case(t, "strict-five"), plan.Options{Start: date("2026-03-02")})
	asked := mustMake(t, workflowtest.Case(t, "d713"), plan.Options{Start: date("2026-03-02"), Steps: map[decision.Step]bool{
		decision.StepExpert: false, decision.StepCongress: true, decision.StepRisk: false,
	}})
	for _, c := range []struct {
		p       plan.Plan
		step    decision.Step
		applies bool
		because string
		act     decision.Kind
	}{
		{byDefault, decision.StepExpert, true, "pack", "file_expert_opinion"},
		{byDefault, decision.StepCompetition, true, "default", "file_competition_review"},
		{byDefault, decision.StepCongress, false, "default", "record_congress_act"},
		{asked, decision.StepExpert, false, "asked", "file_expert_opinion"},
		{asked, decision.StepRisk, false, "asked", "file_risk_assessment"},
		{asked, decision.StepCongress, true, "asked", "record_congress_act"},
	} {
		if got := because(c.p, c.step); got.Applies != c.applies || got.Because != c.because || got.Zh == "" || got.En == "" || has(c.p, c.act) != c.applies {
			t.Errorf("%s under %s: %+v, in the plan: %v", c.step, c.p.Pack, got, has(c.p, c.act))
		}
	}
	played := workflowtest.Play(t, "d713", sample.Before("d713", "open_comment"))
	fromCase := mustMake(t, played, plan.Options{Start: date("2026-03-16")})
	if got := because(fromCase, decision.StepExpert); got.Because != "case" || !got.Applies {
		t.Errorf("%+v", got)
	}
}

// From wherever the sample stands, a plan leads to publication, and can be
// followed.
func TestAPlanFromWhereverACaseStands(t *testing.T) {
	t.Parallel()
	for _, pack := range []string{"d713", "strict-five"} {
		walk := sample.Walk(pack)
		for i := range walk {
			again := i > 0 && walk[i].Act.Kind() == walk[i-1].Act.Kind()
			if again || pack != "d713" && i%6 > 0 {
				continue // the packs differ in little
			}
			t.Run(fmt.Sprintf("%s/%02d_%s", pack, i, walk[i].Act.Kind()), func(t *testing.T) {
				t.Parallel()
				c := workflowtest.Play(t, pack, walk[:i])
				p, err := plan.Make(c, plan.Options{Start: walk[i].On})
				if len(c.Deeds) > 0 && workflow.Ahead(c.Stage, "publish") == nil {
					if !errors.Is(err, plan.ErrEnded) {
						t.Errorf("%v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				followed(t, c, p)
			})
		}
	}
}

func followed(t *testing.T, c workflow.Case, p plan.Plan) {
	t.Helper()
	for _, deeds := range [][]workflow.Deed{p.AtEarliest(), p.AtLatest()} {
		end, err := perform(c, deeds)
		if err != nil {
			t.Fatal(err)
		}
		if deeds != nil && end.Stage != workflow.StagePublished {
			t.Errorf("it came to %s", end.Stage)
		}
	}
}

// A case that went wrong is put right on the way.
func TestAPlanPutsRightWhatWentWrong(t *testing.T) {
	t.Parallel()
	change := func(kind decision.Kind, spoil func(decision.Act) decision.Act) workflow.Case {
		steps := sample.Walk("d713")
		i := slices.IndexFunc(steps, func(s sample.Step) bool { return s.Act.Kind() == kind })
		steps[i].Act = spoil(steps[i].Act)
		return workflowtest.Play(t, "d713", steps[:i+1])
	}
	for name, c := range map[string]struct {
		spoiled workflow.Case
		acts    []decision.Kind // that the plan has for it
	}{
		"uncontrollable": {change("file_risk_assessment", func(a decision.Act) decision.Act {
			r := a.(decision.FileRiskAssessment)
			r.Controllable = new(false)
			return r
		}), []decision.Kind{"submit_draft", "file_risk_assessment"}},
		"unlawful": {change("issue_legality_opinion", func(a decision.Act) decision.Act {
			o := a.(decision.IssueLegalityOpinion)
			o.Conclusion, o.Content.Finding, o.Comments = "unlawful", "does_not_conform", nil
			return o
		}), []decision.Kind{"submit_draft", "submit_for_review", "issue_legality_opinion"}},
		"lawful after changes": {
			change("issue_legality_opinion", func(a decision.Act) decision.Act { return a }),
			[]decision.Kind{"submit_draft", "confirm_still_stands"},
		},
		"a supplement asked for": {change("request_supplement", func(a decision.Act) decision.Act { return a }), []decision.Kind{"supplement_package"}},
		"a unit that disagrees": {change("record_reply", func(a decision.Act) decision.Act {
			r := a.(decision.RecordReply)
			r.Position = "disagree"
			return r
		}), []decision.Kind{"open_comment", "consult_group"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := mustMake(t, c.spoiled, plan.Options{Start: date("2026-03-02")})
			for _, act := range c.acts {
				if !has(p, act) {
					t.Errorf("no %s in the plan", act)
				}
			}
			followed(t, c.spoiled, p)
		})
	}
}

func TestWhatCannotBePlanned(t *testing.T) {
	t.Parallel()
	excluded := sample.Before("d713", "initiate")
	propose := excluded[0].Act.(decision.Propose)
	propose.Exclusion, propose.ExclusionBasis = "emergency", "突发事件应对法"
	excluded[0].Act = propose
	start := date("2026-03-02")
	for name, c := range map[string]struct {
		c     workflow.Case
		o     plan.Options
		field string // "" when the procedure has ended
	}{
		"no start":                   {workflowtest.Case(t, "d713"), plan.Options{}, "start"},
		"a distant meeting":          {workflowtest.Case(t, "d713"), plan.Options{Start: start, Meeting: date("2046-03-02")}, "meeting"},
		"no such step":               {workflowtest.Case(t, "d713"), plan.Options{Start: start, Steps: map[decision.Step]bool{"vote": true}}, "steps"},
		"a step that always applies": {workflowtest.Case(t, "strict-five"), plan.Options{Start: start, Steps: map[decision.Step]bool{decision.StepExpert: false}}, "steps"},
		"decided already":            {workflowtest.Play(t, "d713", sample.Before("d713", "publish")), plan.Options{Start: start, Meeting: date("2026-05-30")}, "meeting"},
		"not a live case":            {workflow.Case{}, plan.Options{Start: start}, "case"},
		"archived":                   {workflowtest.Play(t, "d713", sample.Walk("d713")), plan.Options{Start: start}, ""},
	} {
		_, err := plan.Make(c.c, c.o)
		if option, ok := errors.AsType[*plan.OptionError](err); c.field != "" && (!ok || option.Field != c.field || option.Message("zh") == option.Message("en")) {
			t.Errorf("%s: %v", name, err)
		}
		if c.field == "" && !errors.Is(err, plan.ErrEnded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := plan.Make(workflowtest.Play(t, "d713", excluded), plan.Options{Start: start})
	stuck, ok := errors.AsType[*plan.StuckError](err)
	if !ok || !slices.Contains(rules(stuck.Findings), "R3.2") || stuck.Stage != workflow.StageStudied {
		t.Errorf("an emergency: %v", err)
	}
}

// With a meeting in a year that is loaded, what comes after the review rests
// on no other year.
func TestOnlyWhatRestsOnAnUnloadedYearIsProvisional(t *testing.T) {
	t.Parallel()
	p := mustMake(t, workflowtest.Case(t, "d713"), plan.Options{Start: date("2026-11-20"), Meeting: date("2027-02-01")})
	for act, want := range map[decision.Kind]bool{
		"open_comment": true, "submit_for_review": true, // by their latest days
		"file_competition_review": false, "publish": false, // by the meeting that was asked for
	} {
		if s := step(t, p, act); s.Provisional != want {
			t.Errorf("%s from %s to %s: provisional %v", act, s.Earliest, s.Latest, s.Provisional)
		}
	}
}

// Every pack that ends in a meeting has a plan that can be followed, with the
// numbers and steps of its own norm.
func TestEveryPackHasAPlan(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packs.All() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			c := workflowtest.Case(t, p.Name)
			made, err := plan.Make(c, plan.Options{Start: date("2026-03-02")})
			if p.Object == pack.ObjectContract {
				if _, ok := errors.AsType[*plan.OptionError](err); !ok {
					t.Errorf("a review without a meeting: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			followed(t, c, made)
			if hearing := has(made, "hold_hearing"); hearing != (p.Hearing == "compulsory") {
				t.Errorf("a hearing is in the plan: %v", hearing)
			}
		})
	}
}
