package workflow_test

import (
	"slices"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

func TestAheadLiesTheMainPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from workflow.Stage
		gate decision.Kind
		want []decision.Kind
	}{
		{workflow.StageNone, "initiate", []decision.Kind{"propose", "study_proposal", "initiate"}},
		{workflow.StageReview, "publish", []decision.Kind{"issue_legality_opinion", "place_on_agenda", "open_meeting", "decide", "sign_minutes", "publish"}},
		{workflow.StageDecided, "publish", []decision.Kind{"publish"}},
		{workflow.StagePublished, "publish", nil}, // behind
		{workflow.StageDrafting, "hold_hearing", nil},
		{workflow.StageArchived, "publish", nil},
		{workflow.StageWithdrawn, "publish", nil},
	} {
		if got := workflow.Ahead(c.from, c.gate); !slices.Equal(got, c.want) {
			t.Errorf("from %q to %s: %v, want %v", c.from, c.gate, got, c.want)
		}
	}
}

func rulesAt(findings []workflow.Finding) map[string]decision.Kind {
	at := map[string]decision.Kind{}
	for _, f := range findings {
		at[f.Rule] = f.Gate
	}
	return at
}

// Before publication every rule stands once, at the first gate that owes it.
func TestBeforePublication(t *testing.T) {
	t.Parallel()
	c := workflowtest.Play(t, "d713", sample.Before("d713", "record_investigation"))
	day := calendar.MustParseDate("2026-03-09")
	got := workflow.Before(c, "publish", day)
	at := rulesAt(got)
	if len(at) != len(got) {
		t.Errorf("a rule stands twice: %d findings of %d rules", len(got), len(at))
	}
	for rule, gate := range map[string]decision.Kind{
		"R12.1": "submit_for_review",
		"R12.2": "submit_draft", // what the one act lacks that clears R12.1
		"R14.1": "submit_for_review", "R19.1": "submit_for_review", "R22.1": "submit_for_review",
		"R28.1": "issue_legality_opinion", "R25.1": "place_on_agenda", "F1": "place_on_agenda",
		"R30.3": "decide", "R31.1": "publish", "G17.1": "publish",
	} {
		if at[rule] != gate {
			t.Errorf("%s stands at %q, want %q", rule, at[rule], gate)
		}
	}
	if i := slices.IndexFunc(got, func(f workflow.Finding) bool { return f.Rule == "R12.1" }); got[i+1].Rule != "R12.2" {
		t.Errorf("after R12.1 comes %s", got[i+1].Rule)
	}
	if len(workflow.Before(c, "initiate", day)) != 0 {
		t.Error("something stands before an act that lies behind")
	}
	if later := rulesAt(workflow.Before(workflowtest.Play(t, "d713", sample.Before("d713", "report_to_party")), "publish", date("05-18"))); len(later) != 3 || later["R34.1"] != "publish" || later["R31.1"] != "publish" || later["G17.1"] != "publish" {
		t.Errorf("decided: %v", later)
	}
}

// What nobody can clear has a group of its own, with the day until which it is
// waited for; what several roles can clear stands under each.
func TestFindingsAreGroupedByWhoCanClearThem(t *testing.T) {
	t.Parallel()
	c := workflowtest.Play(t, "d713", sample.Before("d713", "announce_hearing"))
	groups := workflow.ByRole(workflow.Missing(c, "", date("03-16")))
	group := func(role decision.Role) workflow.Group {
		i := slices.IndexFunc(groups, func(g workflow.Group) bool { return g.Role == role })
		if i < 0 {
			t.Fatalf("no group of %q in %+v", role, groups)
		}
		return groups[i]
	}
	waited := group("")
	if len(waited.Findings) != 1 || waited.Findings[0].Rule != "R15.5" || waited.Earliest != date("04-17") || waited.Provisional {
		t.Errorf("waited for: %+v", waited)
	}
	for _, role := range []decision.Role{workflow.RoleUndertakingUnit, workflow.RoleExpert} {
		if at := rulesAt(group(role).Findings); len(at) == 0 || !group(role).Earliest.IsZero() {
			t.Errorf("%s: %+v", role, group(role))
		} else if _, ok := at["R19.1"]; !ok {
			t.Errorf("%s cannot clear R19.1", role)
		}
	}
	if day, _ := workflow.Earliest(workflow.Missing(c, "", date("03-16"))); day != date("04-17") {
		t.Errorf("all of it from %s", day)
	}
	if got := workflow.ByRole(nil); got == nil || len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// A rule that refuses for time says from which day on it holds.
func TestTooEarlySaysWhenItWillDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		walk     steps
		at       decision.Kind
		rule     string
		earliest string
	}{
		"closed too early":   {on("close_comment", "04-10")(sample.Walk("d713")), "close_comment", "R15.5", "04-17"},
		"selected too early": {edit(func(a *decision.PublishParticipants) { a.SelectedOn = date("03-18") })(sample.Walk("d713")), "publish_participants", "R16.3", "03-19"},
		"announced that day": {on("announce_hearing", "04-10")(edit(func(a *decision.AnnounceHearing) { a.HearingOn = date("04-10") })(sample.Walk("d713"))), "announce_hearing", "R16.2", "04-11"},
		"listed that day":    {on("publish_participants", "04-10")(sample.Walk("d713")), "hold_hearing", "R16.4", "04-11"},
		"delivered too late": {edit(func(a *decision.DeliverMaterials) { a.Deliveries[0].On = date("04-08") })(sample.Walk("d713")), "hold_hearing", "R16.5", "04-15"},
		"decided before":     {on("decide", "05-14")(sample.Walk("d713")), "decide", "R30.2", "05-15"},
		"replied after":      {edit(func(a *decision.ReportToParty) { a.RepliedOn = date("05-21") })(sample.Walk("d713")), "publish", "R31.1", "05-21"},
		"too short a review": {edit(func(a *decision.SupplementPackage) { a.OpinionDue = date("05-08") })(sample.Walk("d713")), "supplement_package", "R26.3", "05-09"},
		"congress acts later": {both(
			determine(decision.StepCongress, func(a *decision.DetermineStep) { a.Applies = new(true) }), congressActs("05-22"),
		)(sample.Walk("d713")), "publish", "R8.1", "05-22"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings := refusalAt(t, c.walk, c.at)
			i := slices.IndexFunc(findings, func(f workflow.Finding) bool { return f.Rule == c.rule })
			if i < 0 || findings[i].Earliest != date(c.earliest) {
				t.Errorf("want %s from %s, got %+v", c.rule, c.earliest, findings)
			}
		})
	}
}

func congressActs(day string) func(steps) steps {
	return inserted("report_to_party", office, "05-18", decision.RecordCongressAct{
		Form: "report", Body: "县人大常委会", ActedOn: date(day), Reference: "〔2026〕1号", Result: "received",
	})
}

func TestEveryRoleHasAName(t *testing.T) {
	t.Parallel()
	for _, info := range decision.Catalogue() {
		for _, role := range workflow.Permitted(info.Kind) {
			if zh, en := workflow.RoleName(role, "zh"), workflow.RoleName(role, "en"); zh == string(role) || zh == en {
				t.Errorf("%s: %q %q", role, zh, en)
			}
		}
	}
}
