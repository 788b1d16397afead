package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// The acts that have a place in each stage, written down by hand from the
// decree and not taken from the table.
const (
	anywhere   = "order_correction open_rectification begin_rectification submit_rectification judge_rectification review_case_file erase_data"
	formDraft  = "assign_units record_investigation identify_affected determine_step state_expropriation submit_draft consult_unit record_reply state_dispute open_comment close_comment hear_public consult_group announce_hearing publish_selection_method publish_participants deliver_materials hold_hearing commit_opinions dispose_opinions state_adoption engage_expert file_expert_opinion dispose_expert_opinion file_risk_assessment rely_on_assessment file_competition_review correct_minutes"
	afterwards = "break_down_tasks report_progress close_task urge_execution report_problem handle_problem commit_opinions dispose_opinions open_adjustment conclude_adjustment correct_clerical link_case order_evaluation file_evaluation follow_evaluation"
)

var places = map[workflow.Stage]string{
	workflow.StageNone:      "propose",
	workflow.StageProposed:  anywhere + " study_proposal withdraw cite_catalogue adopt_pack",
	workflow.StageStudied:   anywhere + " initiate decline withdraw cite_catalogue adopt_pack",
	workflow.StageInitiated: anywhere + " assign_units determine_step identify_affected withdraw cite_catalogue adopt_pack engage_counsel",
	workflow.StageDrafting:  anywhere + " " + formDraft + " submit_for_review withdraw cite_catalogue adopt_pack engage_counsel link_case",
	workflow.StageReview: anywhere + " return_package request_supplement supplement_package file_counsel_opinion issue_legality_opinion withdraw" +
		" commit_opinions dispose_opinions state_adoption adopt_pack engage_counsel",
	workflow.StageReviewed: anywhere + " " + formDraft + " submit_for_review respond_to_review confirm_still_stands invoke_reform place_on_agenda" +
		" conclude_review withdraw adopt_pack engage_counsel link_case",
	workflow.StageAgenda:    anywhere + " submit_draft place_on_agenda open_meeting withdraw",
	workflow.StageMeeting:   anywhere + " record_statement decide",
	workflow.StageMinutes:   anywhere + " sign_minutes",
	workflow.StageDecided:   anywhere + " correct_minutes report_to_party record_congress_act review_secrecy determine_step state_adoption publish withhold_publication withdraw assign_execution link_case",
	workflow.StagePublished: anywhere + " " + afterwards + " correct_minutes archive_case suspend_execution assign_execution file_for_record",
	workflow.StageExecution: anywhere + " " + afterwards + " correct_minutes suspend_execution complete_execution assign_execution file_for_record",
	workflow.StageSuspended: anywhere + " " + afterwards + " resume_execution archive_case assign_execution file_for_record",
	workflow.StageCompleted: anywhere + " report_problem handle_problem commit_opinions dispose_opinions order_evaluation file_evaluation follow_evaluation open_adjustment conclude_adjustment correct_clerical",
	workflow.StageReplaced:  anywhere + " archive_case file_for_record",
	workflow.StageStopped:   anywhere + " archive_case file_for_record",
	workflow.StageConcluded: anywhere + " archive_case",
	workflow.StageArchived:  anywhere,
	workflow.StageDeclined:  anywhere + " archive_case",
	workflow.StageRejected:  anywhere + " archive_case correct_minutes",
	workflow.StageWithdrawn: anywhere + " archive_case",
}

// specimens are one well-formed act of every kind, with its actor.
func specimens(t *testing.T) map[decision.Kind]sample.Step {
	t.Helper()
	all := sample.Specimens()
	for _, info := range decision.Catalogue() {
		if _, known := all[info.Kind]; !known {
			t.Errorf("no specimen of %s", info.Kind)
		}
	}
	return all
}

// stageCases plays a case into each stage.
func stageCases(t *testing.T) map[workflow.Stage]workflow.Case {
	t.Helper()
	at := map[workflow.Stage]workflow.Case{workflow.StageNone: workflowtest.Case(t, "d713")}
	play := func(walk steps) {
		c := workflowtest.Case(t, "d713")
		for _, s := range archived(t, walk) {
			applied, err := workflowtest.Do(c, s)
			if err != nil {
				t.Fatalf("%s: %v", s.Act.Kind(), err)
			}
			if c = applied.Case; at[c.Stage].Deeds == nil {
				at[c.Stage] = c
			}
		}
		at[c.Stage] = c // the last case in a stage has most in it
	}
	some := specimens(t)
	play(sample.Walk("d713"))
	play(sample.Before("d713", "archive_case"))
	play(sample.Before("d713", "resume_execution"))
	play(slices.Concat(acts("propose", "study_proposal"), steps{some["decline"]}))
	play(slices.Concat(acts("propose", "study_proposal"), steps{some["decline"]}, acts("archive_case")))
	play(slices.Concat(sample.Before("d713", "submit_for_review"), steps{some["withdraw"]}))
	play(slices.Concat(sample.Before("d713", "place_on_agenda"), edit(func(a *decision.Decide) {
		a.Outcome, a.ReasonAgainstMajority = "rejected", "需进一步研究"
	})(acts("place_on_agenda", "open_meeting", "record_statement", "decide", "sign_minutes"))))
	for outcome, aim := range map[string]string{"changed": "change", "stopped": "stop"} {
		open := openChange
		open.Aim = aim
		play(slices.Concat(sample.Before("d713", "complete_execution"), steps{step(office, "06-28", open), step(office, "06-28", conclude(outcome))}))
	}
	for _, stage := range workflow.Stages() {
		// A review that ends as one has no decision behind it, so it is another object's.
		if stage.Stage == workflow.StageConcluded {
			c := workflowtest.Play(t, "d713", sample.Before("d713", "place_on_agenda"))
			c.Stage = workflow.StageConcluded
			at[stage.Stage] = c
		}
		if at[stage.Stage].Pack == nil {
			t.Errorf("no case reaches %s", stage.Stage)
		}
	}
	return at
}

// versioned returns the act on another version of the draft.
func versioned(act decision.Act, version int) decision.Act {
	v := reflect.New(reflect.TypeOf(act)).Elem()
	v.Set(reflect.ValueOf(act))
	v.FieldByName("Draft").SetInt(int64(version))
	return v.Interface().(decision.Act)
}

// stale are the acts that must not be done on a version that is not the one
// before the reviewer or the meeting.
var stale = []decision.Kind{"issue_legality_opinion", "place_on_agenda", "open_meeting", "decide"}

// matrix asks the cells and counts them.
type matrix struct {
	*testing.T
	cells, accepted int
}

// ask does an act to a case and returns the code of the refusal, or "".
func (m *matrix) ask(c workflow.Case, s sample.Step) workflow.Code {
	m.Helper()
	m.cells++
	applied, err := workflowtest.Do(c, s)
	var refused *workflow.RefusedError
	switch {
	case err == nil:
		m.accepted++
		if len(applied.Case.Deeds) != len(c.Deeds)+1 {
			m.Errorf("%q, %s: %d deeds became %d", c.Stage, s.Act.Kind(), len(c.Deeds), len(applied.Case.Deeds))
		}
		return ""
	case !errors.As(err, &refused):
		m.Errorf("%q, %s: %v", c.Stage, s.Act.Kind(), err)
		return "no refusal"
	case refused.Zh == "" || refused.En == "", refused.Code == workflow.CodeStage && !strings.Contains(refused.Zh, "阶段"):
		m.Errorf("%q, %s: a refusal that does not say what can be done: %v", c.Stage, s.Act.Kind(), refused)
	}
	return refused.Code
}

// actors asks the cells of those who may not.
func (m *matrix) actors(c workflow.Case, s sample.Step) {
	m.Helper()
	for name, change := range map[string]func(*decision.Actor){
		"no role":     func(a *decision.Actor) { a.Roles = nil },
		"an auditor":  func(a *decision.Actor) { a.Roles = []decision.Role{workflow.RoleAuditor} },
		"other organ": func(a *decision.Actor) { a.Organ = "邻县人民政府" },
	} {
		superior := s.Actor.Organ == sample.SuperiorOrgan // acts upon the cases of others (Art 8 ¶2)
		nobodys := len(c.Deeds) == 0 && s.Act.Kind() != "propose"
		if name == "other organ" && (superior || nobodys) {
			continue
		}
		other := s
		change(&other.Actor)
		if code := m.ask(c, other); code != workflow.CodeRole {
			m.Errorf("%q, %s by %s: %q", c.Stage, s.Act.Kind(), name, code)
		}
	}
}

// versions asks the cells of a version that was overtaken, and of one that
// does not exist.
func (m *matrix) versions(c workflow.Case, s sample.Step, here bool) {
	m.Helper()
	if _, ok := s.Act.(decision.OnDraft); !ok {
		return
	}
	for _, version := range []int{1, 9} {
		other := s
		other.Act = versioned(s.Act, version)
		code := m.ask(c, other)
		last, _ := c.Decision.Draft()
		switch {
		case !here && code != workflow.CodeStage:
			m.Errorf("%q, %s on version %d: %q", c.Stage, s.Act.Kind(), version, code)
		case here && version == 9 && code != workflow.CodeForeignDraft:
			m.Errorf("%q, %s on a version that does not exist: %q", c.Stage, s.Act.Kind(), code)
		case here && version == 1 && last.Act.Draft > 1 && slices.Contains(stale, s.Act.Kind()) && code == "":
			m.Errorf("%q, %s on a version that was overtaken is accepted", c.Stage, s.Act.Kind())
		}
	}
}

// Every stage meets every act, by an actor who may and by three who may not,
// on the version at hand, on one that was overtaken, and on one that does not
// exist. Each cell has one right answer.
func TestTheMatrixOfStagesAndActs(t *testing.T) {
	t.Parallel()
	all := specimens(t)
	m := &matrix{T: t}
	for stage, c := range stageCases(t) {
		allowed := strings.Fields(places[stage])
		if len(allowed) == 0 {
			t.Errorf("%s: nobody wrote down what has a place in it", stage)
		}
		for kind, s := range all {
			here := slices.Contains(allowed, string(kind))
			switch code := m.ask(c, s); {
			case !here && code != workflow.CodeStage:
				t.Errorf("%q, %s: has no place there, and the answer is %q", stage, kind, code)
			case here && (code == workflow.CodeStage || code == workflow.CodeRole):
				t.Errorf("%q, %s: has a place there, and is refused: %s", stage, kind, code)
			}
			m.actors(c, s)
			m.versions(c, s, here)
		}
	}
	t.Logf("%d stages, %d acts, %d cells, %d accepted", len(places), len(all), m.cells, m.accepted)
	if m.cells < len(places)*len(all)*4 || m.accepted < 100 {
		t.Errorf("only %d cells were asked, %d accepted", m.cells, m.accepted)
	}
}

// bare is a store that holds one history, keeps nothing and has no material.
type bare struct {
	workflow.Store
	workflow.Register
	workflow.Vault
	records []history.Record
}

func (b *bare) Load(context.Context, string) ([]history.Record, error) { return b.records, nil }
func (b *bare) Append(context.Context, workflow.Write) error           { return nil }
func (b *bare) Refuse(context.Context, workflow.Refusal) error         { return nil }

func (b *bare) Pending(context.Context, string, int) ([]workflow.Opinion, error) {
	return nil, nil
}

func (b *bare) Lacking(_ context.Context, _ string, digests []history.Digest) ([]history.Digest, error) {
	return digests, nil
}

// chain writes the deeds of a case as the entries they would have been.
func chain(t *testing.T, c workflow.Case) []history.Record {
	t.Helper()
	var records []history.Record
	prev := history.Digest("")
	for _, d := range c.Deeds {
		act, err := json.Marshal(d.Act)
		if err != nil {
			t.Fatal(err)
		}
		actor := history.Actor{ID: d.Actor.ID, Unit: d.Actor.Unit, Organ: d.Actor.Organ}
		for _, r := range d.Actor.Roles {
			actor.Roles = append(actor.Roles, string(r))
		}
		record, err := history.Entry{
			Format: history.Format, Decision: c.ID, Seq: d.Seq, Kind: string(d.Act.Kind()), Actor: actor,
			OccurredOn: d.OccurredOn.String(), RecordedAt: history.FormatTime(date("06-29").Time()),
			Pack: history.Digest(c.Pack.Digest()), Calendar: history.Digest(c.Calendar.Digest()), Act: act, Prev: prev,
		}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		records, prev = append(records, record), record.Digest
	}
	return records
}

// A step is its evidence: wherever an act would be accepted, it is refused
// when a material that it names is not held.
func TestTheMatrixOfMissingMaterials(t *testing.T) {
	t.Parallel()
	packs, err := workflow.Packs()
	if err != nil {
		t.Fatal(err)
	}
	cells := 0
	for stage, c := range stageCases(t) {
		if stage == workflow.StageNone || stage == workflow.StageConcluded {
			continue // nothing is held before a case; the other is not a stage of this history
		}
		store := &bare{records: chain(t, c)}
		for kind, s := range specimens(t) {
			if _, err := workflowtest.Do(c, s); err != nil || len(decision.Materials(s.Act)) == 0 || kind == "commit_opinions" {
				continue
			}
			cells++
			clock := sample.NewClock(date("06-30"))
			svc := &workflow.Service{Store: store, Register: store, Vault: store, Packs: packs, Calendar: calendar.China(), Now: clock.Now}
			_, err := svc.Do(t.Context(), workflow.Request{Decision: c.ID, Expect: workflow.Latest, Act: s.Act, Actor: s.Actor, OccurredOn: s.On})
			var refused *workflow.RefusedError
			if !errors.As(err, &refused) || refused.Code != workflow.CodeMaterial {
				t.Errorf("%q, %s without its materials: %v", stage, kind, err)
			}
			_, err = svc.Do(t.Context(), workflow.Request{Decision: c.ID, Expect: workflow.Latest, Act: s.Act, Actor: s.Actor, OccurredOn: s.On, Materials: s.Files})
			if err != nil && len(s.Files) > 0 {
				t.Errorf("%q, %s with its materials: %v", stage, kind, err)
			}
		}
	}
	t.Logf("%d cells", cells)
	if cells < 35 {
		t.Errorf("only %d cells were asked", cells)
	}
}
