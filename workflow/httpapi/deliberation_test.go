package httpapi_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// What was said in the meeting is for those to whom its dossier or the final
// file goes; from others it is withheld whichever way they ask. What was decided
// is not.
func TestDeliberationIsPrivate(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, version := h.walk("d713", sample.Walk("d713"))
	sealer, _ := h.sealer()
	if _, err := sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A dissent, word for word, and the minutes.
	const dissent = "过渡期应为一年"
	minutes := sample.Named("会议记录").Digest
	_, content := sample.File("会议记录")
	said := map[int64]bool{}
	for i, s := range sample.Walk("d713") {
		said[int64(i+1)] = slices.Contains([]decision.Kind{"record_statement", "sign_minutes", "correct_minutes"}, s.Act.Kind())
	}
	spoken := slices.IndexFunc(sample.Walk("d713"), func(s sample.Step) bool { return s.Act.Kind() == "record_statement" }) + 1
	for role, may := range map[decision.Role]bool{
		workflow.RoleDecisionOrgan: true, workflow.RoleChiefExecutive: true, workflow.RoleGovOffice: true, workflow.RoleMeetingSecretary: true,
		workflow.RoleUndertakingUnit: true, workflow.RoleLegalityReviewer: true, workflow.RoleArchivist: true,
		workflow.RoleSupervisor: true, workflow.RoleAuditor: true,
		workflow.RoleConsultedUnit: false, workflow.RoleExpert: false, workflow.RoleRiskAssessor: false, workflow.RoleFairCompetition: false,
		workflow.RoleLegalAdviser: false, workflow.RoleGovLawyer: false, workflow.RoleExecutingUnit: false, workflow.RoleEvaluator: false,
	} {
		t.Run(string(role), func(t *testing.T) {
			who := sample.Actor("d713", role)
			get := func(path string, status int) []byte {
				t.Helper()
				return h.want(t, status, call{method: "GET", path: "/decisions/" + id + path, actor: who}).Body.Bytes()
			}
			allowed := http.StatusForbidden
			if may {
				allowed = http.StatusOK
			}
			for _, query := range []string{"", "?as_of_seq=" + strconv.FormatInt(version, 10)} {
				text := get("/history"+query, http.StatusOK)
				if bytes.Contains(text, []byte(dissent)) != may || bytes.Contains(text, []byte("record_statement")) != may {
					t.Errorf("history%s shows what was said: %v", query, !may)
				}
			}
			entries := decode[httpapi.History](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/history", actor: who})).Items
			for _, e := range entries {
				if e.Digest == "" || (e.Withheld != nil) != (said[e.Seq] && !may) || (e.Entry == "") != (e.Withheld != nil) {
					t.Errorf("entry %d: %+v", e.Seq, e.Withheld)
				}
			}
			if file := get("/materials/"+minutes, allowed); may != bytes.Equal(file, bytesOf(t, content.Content)) {
				t.Errorf("the minutes: %.60s", file)
			}
			if receipt := get("/history/"+strconv.Itoa(spoken)+"/receipt", allowed); bytes.Contains(receipt, []byte(dissent)) != may {
				t.Errorf("a receipt: %.60s", receipt)
			}
			get("/history/1/receipt", http.StatusOK)
			whole := unzip(t, get("/dossier", http.StatusOK))
			if strings.Contains(whole, dissent) != may || strings.Contains(whole, string(bytesOf(t, content.Content))) != may {
				t.Errorf("the dossier shows what was said: %v", !may)
			}
			if !strings.Contains(whole, "原则通过，按程序印发") {
				t.Error("the dossier hides what was decided")
			}
		})
	}
}

// unzip returns all that stands in a zip, one file after the other.
func unzip(t *testing.T, data []byte) string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range r.File {
		one, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, one); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
