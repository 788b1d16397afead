package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

const (
	ground  = "个人信息保护法第四十七条第一款第三项：个人撤回同意"
	contact = "13900000000"
)

// registered brings a case to where opinions are in the register, one of them
// with a contact, and uploads a restricted file.
func (h *harness) registered(t *testing.T) (id string, restricted history.Digest) {
	t.Helper()
	walk := sample.Before("d713", "submit_for_review")
	for i := range walk {
		for j := range walk[i].Opinions {
			walk[i].Opinions[j].Author, walk[i].Opinions[j].Contact, walk[i].Opinions[j].Verification = "提出人甲", contact, "contact_given"
		}
	}
	id, _ = h.walk("d713", walk)
	query := url.Values{"name": {"参会人员名单"}, "restricted": {"true"}, "class": {"personal"}, "ground": {ground}}
	w := h.want(t, http.StatusCreated, call{
		method: "POST", path: "/decisions/" + id + "/materials?" + query.Encode(), actor: sample.Actor("d713", workflow.RoleUndertakingUnit), body: "名单",
		header: map[string]string{"Content-Type": "text/plain"},
	})
	held := decode[httpapi.HeldMaterial](t, w)
	if !held.Digest.Committed() || held.Digest == history.MaterialDigest([]byte("名单")) || held.Restricted == nil || held.Restricted.Ground != ground {
		t.Fatalf("%+v", held)
	}
	return id, held.Digest
}

// The table of access to opinions and restricted files, asked cell by cell.
func TestWhoMayReadPersonalData(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, restricted := h.registered(t)
	outside := sample.Actor("d713", workflow.RoleUndertakingUnit)
	outside.Unit = "县水利局"
	foreign := sample.Actor("d713", workflow.RoleGovOffice)
	foreign.Organ = "邻县人民政府"
	for name, c := range map[string]struct {
		actor    decision.Actor
		opinions int
		contacts bool
		file     int
	}{
		"the undertaking unit":      {sample.Actor("d713", workflow.RoleUndertakingUnit), 200, true, 200},
		"the government office":     {sample.Actor("d713", workflow.RoleGovOffice), 200, true, 200},
		"the deciding organ":        {sample.Actor("d713", workflow.RoleDecisionOrgan), 200, true, 200},
		"the chief executive":       {sample.Actor("d713", workflow.RoleChiefExecutive), 200, true, 200},
		"a superior organ":          {sample.Actor("d713", workflow.RoleSupervisor), 200, true, 200},
		"an auditor":                {sample.Actor("d713", workflow.RoleAuditor), 200, true, 200},
		"the legality reviewer":     {sample.Actor("d713", workflow.RoleLegalityReviewer), 200, false, 200},
		"the meeting secretary":     {sample.Actor("d713", workflow.RoleMeetingSecretary), 200, false, 200},
		"the archivist":             {sample.Actor("d713", workflow.RoleArchivist), 200, false, 200},
		"an executing unit":         {sample.Actor("d713", workflow.RoleExecutingUnit), 200, false, 403},
		"the evaluator":             {sample.Actor("d713", workflow.RoleEvaluator), 200, false, 403},
		"another undertaking unit":  {outside, 200, false, 403},
		"an expert":                 {sample.Actor("d713", workflow.RoleExpert), 403, false, 403},
		"a consulted unit":          {sample.Actor("d713", workflow.RoleConsultedUnit), 403, false, 403},
		"a legal adviser":           {sample.Actor("d713", workflow.RoleLegalAdviser), 403, false, 403},
		"the public":                {sample.Actor("d713", workflow.RolePublic), 403, false, 403},
		"the office of another one": {foreign, 404, false, 404},
	} {
		for _, path := range []string{"/opinions", "/opinions/1"} {
			w := h.do(call{method: "GET", path: "/decisions/" + id + path, actor: c.actor})
			if w.Code != c.opinions || strings.Contains(w.Body.String(), contact) != c.contacts || strings.Contains(w.Body.String(), "提出人甲") != c.contacts {
				t.Errorf("%s, %s: %d %s", name, path, w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), `"salt"`) {
				t.Errorf("%s: the salt is told: %s", name, w.Body)
			}
		}
		if w := h.do(call{method: "GET", path: "/decisions/" + id + "/materials/" + string(restricted), actor: c.actor}); w.Code != c.file {
			t.Errorf("%s, the restricted file: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestOpinionsByPage(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.registered(t)
	reader := sample.Actor("d713", workflow.RoleGovOffice)
	type list struct {
		Items []httpapi.RegisteredOpinion
		Next  string
	}
	var got []int64
	for after, n := "", 0; n == 0 || after != ""; n++ {
		p := decode[list](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/opinions?limit=1&after=" + after, actor: reader}))
		for _, o := range p.Items {
			got = append(got, o.Position)
			if o.Opinion == nil || o.Opinion.Text == "" || o.Digest == "" || o.ReceivedAt.IsZero() {
				t.Errorf("%+v", o)
			}
		}
		after = p.Next
	}
	if fmt.Sprint(got) != "[1 2]" {
		t.Errorf("positions %v", got)
	}
	h.want(t, http.StatusNotFound, call{method: "GET", path: "/decisions/" + id + "/opinions/9", actor: reader})
	for _, path := range []string{"/opinions?limit=0", "/opinions?after=-1", "/opinions/0", "/opinions/x"} {
		h.want(t, http.StatusUnprocessableEntity, call{method: "GET", path: "/decisions/" + id + path, actor: reader})
	}
}

// What was erased is gone, and not unknown: 410 with the entry that erased it.
func TestWhatWasErasedIsGone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		id, restricted := h.registered(t)
		office := sample.Actor("d713", workflow.RoleGovOffice)
		erase := call{
			method: "POST", path: "/decisions/" + id + "/acts/erase_data", actor: office, header: map[string]string{"If-Match": "*"},
			body: map[string]any{"act": decision.EraseData{
				Materials: []string{string(restricted)}, Opinions: []int64{2}, Class: decision.ClassPersonal, Ground: ground, DecidedBy: "行政首长",
			}},
		}
		receipt := decode[httpapi.Receipt](t, h.want(t, http.StatusOK, erase))
		for _, path := range []string{"/materials/" + string(restricted), "/opinions/2"} {
			w := h.want(t, http.StatusGone, call{method: "GET", path: "/decisions/" + id + path, actor: office})
			p := decode[httpapi.Problem](t, w)
			if p.Code != "erased" || p.Entry == nil || p.Entry.Seq != receipt.Version || p.Entry.Digest != receipt.Digest ||
				history.EntryDigest([]byte(p.Entry.Entry)) != receipt.Digest || !strings.Contains(p.Entry.Entry, ground) {
				t.Errorf("%s: %s", path, w.Body)
			}
		}
		w := h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/opinions", actor: office})
		got := decode[struct{ Items []httpapi.RegisteredOpinion }](t, w).Items
		if len(got) != 2 || got[0].Erased != 0 || got[0].Opinion == nil || got[1].Erased != receipt.Version || got[1].Opinion != nil || got[1].Digest == "" {
			t.Errorf("%s", w.Body)
		}
		again := h.want(t, http.StatusConflict, erase)
		if p := decode[httpapi.Problem](t, again); p.Code != "already_erased" || p.Detail == "" {
			t.Errorf("%s", again.Body)
		}
		// Nobody learns of it who may not read it, and another digest is unknown.
		h.want(t, http.StatusForbidden, call{method: "GET", path: "/decisions/" + id + "/materials/" + string(restricted), actor: sample.Actor("d713", workflow.RoleExpert)})
		none := strings.Repeat("0", 64)
		h.want(t, http.StatusNotFound, call{method: "GET", path: "/decisions/" + id + "/materials/hmac-sha256:" + none, actor: office})

		// An open file that was erased cannot be uploaded anew.
		text := sample.Named("调研报告")
		erase.body = map[string]any{"act": decision.EraseData{Materials: []string{text.Digest}, Class: decision.ClassPersonal, Ground: ground, DecidedBy: "行政首长"}}
		h.want(t, http.StatusOK, erase)
		_, file := sample.File("调研报告")
		h.want(t, http.StatusGone, call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: sample.Actor("d713", workflow.RoleUndertakingUnit), body: file.Content})
	})
}

func TestARestrictedUploadSaysWhy(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _, act := h.reach(t, "open_comment")
	for _, query := range []string{"restricted=true", "restricted=true&class=personal", "restricted=true&ground=x", "restricted=true&class=secret&ground=x", "class=personal&ground=x", "ground=x"} {
		h.want(t, http.StatusUnprocessableEntity, call{method: "POST", path: "/decisions/" + id + "/materials?name=a&" + query, actor: act.actor, body: "x"})
	}
}

// The history shows both times of an entry and how far they are apart.
func TestTheLagStandsInReceiptAndHistory(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	step := sample.Walk("d713")[0]
	h.clock.Set(step.On.AddDays(9))
	w := h.want(t, http.StatusCreated, call{method: "POST", path: "/decisions", actor: step.Actor, body: map[string]any{"pack": "d713", "act": step.Act, "occurred_on": step.On}})
	receipt := decode[httpapi.Receipt](t, w)
	if receipt.LagDays != 9 {
		t.Errorf("receipt: %s", w.Body)
	}
	w = h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + receipt.Decision + "/history", actor: step.Actor})
	e := decode[struct{ Items []httpapi.Entry }](t, w).Items[0]
	at, err := history.ParseTime(e.RecordedAt)
	if err != nil || e.LagDays != 9 || e.OccurredOn != step.On.String() || calendar.DateOf(at) != step.On.AddDays(9) {
		t.Errorf("%s", w.Body)
	}
}
