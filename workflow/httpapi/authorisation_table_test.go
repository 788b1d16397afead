package httpapi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// Who may do what, written down by hand and by role, as an office would hand it
// out. The code has it by act and by operation: neither is made from the other,
// and where they part one of the two is wrong.
var duties = map[decision.Role]string{
	workflow.RoleDecisionOrgan: "propose initiate decline assign_units determine_step invoke_reform withdraw adopt_pack erase_data" +
		" report_to_party record_congress_act review_secrecy publish withhold_publication file_for_record" +
		" assign_execution break_down_tasks close_task urge_execution complete_execution report_problem handle_problem resume_execution" +
		" order_evaluation follow_evaluation open_adjustment conclude_adjustment correct_clerical" +
		" order_correction open_rectification judge_rectification",
	workflow.RoleGovOffice: "propose study_proposal initiate decline assign_units determine_step invoke_reform withdraw adopt_pack cite_catalogue erase_data" +
		" commit_opinions dispose_opinions engage_counsel conclude_review place_on_agenda link_case" +
		" report_to_party record_congress_act review_secrecy publish withhold_publication file_for_record" +
		" assign_execution break_down_tasks close_task urge_execution complete_execution report_problem handle_problem" +
		" order_evaluation file_evaluation follow_evaluation open_adjustment conclude_adjustment correct_clerical" +
		" order_correction open_rectification begin_rectification submit_rectification judge_rectification review_case_file",
	workflow.RoleChiefExecutive:   "initiate decline decide urge_execution handle_problem suspend_execution resume_execution",
	workflow.RoleMeetingSecretary: "open_meeting record_statement decide sign_minutes correct_minutes",
	workflow.RoleUndertakingUnit: "propose study_proposal cite_catalogue determine_step record_investigation identify_affected state_expropriation submit_draft" +
		" consult_unit record_reply state_dispute link_case" +
		" open_comment close_comment hear_public consult_group announce_hearing publish_selection_method publish_participants deliver_materials hold_hearing" +
		" commit_opinions dispose_opinions state_adoption engage_expert file_expert_opinion dispose_expert_opinion" +
		" file_risk_assessment rely_on_assessment file_competition_review" +
		" submit_for_review supplement_package respond_to_review conclude_review place_on_agenda archive_case begin_rectification submit_rectification",
	workflow.RoleConsultedUnit:   "record_reply",
	workflow.RoleExpert:          "file_expert_opinion",
	workflow.RoleRiskAssessor:    "file_risk_assessment rely_on_assessment",
	workflow.RoleFairCompetition: "file_competition_review",
	workflow.RoleLegalityReviewer: "return_package request_supplement issue_legality_opinion confirm_still_stands engage_counsel" +
		" open_rectification judge_rectification review_case_file",
	workflow.RoleLegalAdviser:  "file_counsel_opinion",
	workflow.RoleGovLawyer:     "file_counsel_opinion",
	workflow.RoleArchivist:     "archive_case",
	workflow.RoleExecutingUnit: "commit_opinions dispose_opinions break_down_tasks report_progress report_problem begin_rectification submit_rectification",
	workflow.RoleEvaluator:     "file_evaluation",
	workflow.RoleSupervisor:    "order_correction judge_rectification",
	workflow.RoleAuditor:       "",
	workflow.RolePublic:        "",
}

// Who else may call the operations that are no act. Catalogues, the log, and a
// receipt by its digest are for everybody.
const (
	forEverybody = "list-acts list-packs get-pack list-scoresheets get-scoresheet" +
		" get-checkpoint list-checkpoints get-consistency get-opinion-receipt"
	forStaff = "list-decisions get-decision get-history stream-case-entries stream-entries get-missing list-drafts diff-draft get-plan get-plan-picture" +
		" list-tasks list-roster get-statistics prefill-scoresheet download-material export-dossier get-entry-receipt get-proofs"
)

var besides = map[string][]decision.Role{
	"upload-material":  staffBut(workflow.RoleAuditor),
	"receive-opinions": {workflow.RolePublic, workflow.RoleUndertakingUnit, workflow.RoleExecutingUnit},
	"get-package": staffBut(workflow.RoleConsultedUnit, workflow.RoleExpert, workflow.RoleRiskAssessor, workflow.RoleFairCompetition,
		workflow.RoleExecutingUnit, workflow.RoleEvaluator),
	"list-opinions": opinionStaff(),
	"get-opinion":   opinionStaff(),
}

func opinionStaff() []decision.Role {
	return staffBut(workflow.RoleConsultedUnit, workflow.RoleExpert, workflow.RoleRiskAssessor, workflow.RoleFairCompetition,
		workflow.RoleLegalAdviser, workflow.RoleGovLawyer)
}

func staffBut(some ...decision.Role) []decision.Role {
	return slices.DeleteFunc(everyRole(), func(r decision.Role) bool { return r == workflow.RolePublic || slices.Contains(some, r) })
}

// actOf is the kind of the act that an operation does, "" when it does none.
func actOf(op *huma.Operation) decision.Kind {
	switch {
	case op.OperationID == "propose":
		return "propose"
	case strings.HasSuffix(op.Path, "/opinions/commit"):
		return "commit_opinions"
	}
	_, kind, _ := strings.Cut(op.Path, "/acts/")
	return decision.Kind(kind)
}

// handedOut are the roles that the table gives an operation.
func handedOut(op *huma.Operation) []decision.Role {
	has := func(list, name string) bool { return slices.Contains(strings.Fields(list), name) }
	if kind := actOf(op); kind != "" {
		return slices.DeleteFunc(everyRole(), func(r decision.Role) bool { return !has(duties[r], string(kind)) })
	}
	switch {
	case has(forEverybody, op.OperationID):
		return everyRole()
	case has(forStaff, op.OperationID):
		return staffBut()
	}
	return besides[op.OperationID]
}

// What an operation declares in the document is what the table hands out: none
// has more roles, none fewer, and a new one has no row until somebody writes it.
func TestOperationsDeclareWhatTheTableHandsOut(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	operations := newAsking(t, h).operations
	for _, op := range operations {
		declared, _ := op.Extensions["x-roles"].([]decision.Role)
		want := handedOut(op)
		if len(want) == 0 {
			t.Errorf("%s has no row in the table", op.OperationID)
		}
		for _, r := range everyRole() {
			if slices.Contains(declared, r) != slices.Contains(want, r) {
				t.Errorf("%s, %s: declared %t", op.OperationID, r, slices.Contains(declared, r))
			}
		}
		if len(declared) != len(want) {
			t.Errorf("%s declares %d roles, of which one is unknown or stands twice", op.OperationID, len(declared))
		}
	}
	rows := strings.Fields(forEverybody + " " + forStaff)
	for name := range besides {
		rows = append(rows, name)
	}
	for _, name := range rows {
		if !slices.ContainsFunc(operations, func(op *huma.Operation) bool { return op.OperationID == name }) {
			t.Errorf("%s is in the table and no operation", name)
		}
	}
	for r, list := range duties {
		for _, kind := range strings.Fields(list) {
			if _, err := decision.Describe(decision.Kind(kind)); err != nil {
				t.Errorf("%s: %s is no act", r, kind)
			}
		}
	}
}

// mayBeRecorded reports whether an act of who calls can at all become an entry:
// within the organ, by a unit only in the case that it was named for (the case
// of the sample), or upon the cases of others by who supervises them.
func mayBeRecorded(op *huma.Operation, who decision.Actor, r relation, assigned bool) bool {
	role := who.Roles[0]
	switch {
	case !slices.Contains(handedOut(op), role):
		return false
	case role == workflow.RoleSupervisor:
		return r == above
	case actOf(op) != "propose" && r == otherUnit && (role == workflow.RoleUndertakingUnit || role == workflow.RoleExecutingUnit):
		return !assigned
	}
	return who.Organ == sample.Organ("d713").Name && r != confined
}
