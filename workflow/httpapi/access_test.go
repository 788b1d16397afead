package httpapi_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// The table of access, asked cell by cell: a row of callers against the
// operations that read.
func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _, act := h.reach(t, "open_comment")
	material := sample.Named("调研报告").Digest
	reads := []string{
		"/decisions", "/decisions/" + id, "/decisions/" + id + "/history", "/decisions/" + id + "/missing",
		"/decisions/" + id + "/materials/" + material, "/tasks",
	}
	const own, foreign = "县人民政府", "邻县人民政府"
	as := func(organ string, roles ...decision.Role) decision.Actor {
		return decision.Actor{ID: "身份甲", Organ: organ, Roles: roles}
	}
	over := func(organs ...string) decision.Actor {
		return decision.Actor{ID: "身份甲", Organ: foreign, Roles: []decision.Role{workflow.RoleSupervisor}, Supervises: organs}
	}
	for name, c := range map[string]struct {
		actor decision.Actor
		want  []int // by the order of reads
	}{
		"a clerk":                       {act.actor, []int{200, 200, 200, 200, 200, 200}},
		"an expert of the organ":        {as(own, workflow.RoleExpert), []int{200, 200, 200, 200, 200, 200}},
		"public and expert":             {as(own, workflow.RolePublic, workflow.RoleExpert), []int{200, 200, 200, 200, 200, 200}},
		"the public":                    {as(own, workflow.RolePublic), []int{403, 403, 403, 403, 403, 403}},
		"an auditor from outside":       {as(foreign, workflow.RoleAuditor), []int{200, 200, 200, 200, 200, 200}},
		"a superior organ":              {over(own), []int{200, 200, 200, 200, 200, 200}},
		"a superior organ of others":    {over("另一县人民政府"), []int{200, 404, 404, 404, 404, 200}},
		"a supervisor of nobody":        {over(), []int{200, 404, 404, 404, 404, 200}},
		"an auditor without organ":      {as("", workflow.RoleAuditor), []int{200, 200, 200, 200, 200, 403}},
		"another organ":                 {as(foreign, workflow.RoleUndertakingUnit), []int{200, 404, 404, 404, 404, 200}},
		"no organ":                      {as("", workflow.RoleUndertakingUnit), []int{403, 404, 404, 404, 404, 403}},
		"a role that nobody knows":      {as(own, "administrator"), []int{403, 403, 403, 403, 403, 403}},
		"no role":                       {as(own), []int{403, 403, 403, 403, 403, 403}},
		"an identity that is not whole": {decision.Actor{ID: strings.Repeat("x", 129), Organ: own, Roles: []decision.Role{workflow.RoleAuditor}}, []int{401, 401, 401, 401, 401, 401}},
	} {
		for i, path := range reads {
			if w := h.do(call{method: "GET", path: path, actor: c.actor}); w.Code != c.want[i] {
				t.Errorf("%s, %s: %d, want %d", name, strings.ReplaceAll(path, id, "…"), w.Code, c.want[i])
			}
		}
	}
	rows := decode[struct{ Items []httpapi.Summary }](t, h.do(call{method: "GET", path: "/decisions", actor: as(foreign, workflow.RoleUndertakingUnit)}))
	if len(rows.Items) != 0 {
		t.Errorf("another organ's list holds %+v", rows.Items)
	}
}

// What one organ does never reaches the cases of another, whichever way it is
// tried, and what the register has not received is not committed to.
func TestNobodyWritesIntoAnotherOrgan(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		id, version, act := h.reach(t, "announce_hearing") // the comment period is open
		other := act.actor
		other.Organ = "邻县人民政府"
		homeless := act.actor
		homeless.Organ = ""
		propose := map[string]any{"pack": "d713", "act": sample.Walk("d713")[0].Act}
		opinion := map[string]any{"opinions": []decision.Opinion{{Activity: "c1", Channel: "letter", Verification: "anonymous", Text: "意见"}}}
		forged := map[string]any{"act": decision.CommitOpinions{First: 1, Last: 1000000, Root: sample.Named("a").Digest}}
		asOther := func(method, path string, body any) call {
			return call{method: method, path: path, actor: other, body: body, header: act.header}
		}
		homelessAct := act
		homelessAct.actor = homeless
		auditorUnit := other
		auditorUnit.Roles = []decision.Role{workflow.RoleAuditor, workflow.RoleUndertakingUnit}
		for name, c := range map[string]struct {
			call call
			code string
		}{
			"proposes to it":               {asOther("POST", "/decisions", propose), "not_permitted"},
			"proposes without an organ":    {call{method: "POST", path: "/decisions", actor: homeless, body: propose}, "not_permitted"},
			"acts":                         {asOther("POST", strings.TrimPrefix(act.path, "/v1"), act.body), "not_found"},
			"acts without an organ":        {homelessAct, "not_permitted"},
			"enters opinions":              {asOther("POST", "/decisions/"+id+"/opinions", opinion), "not_found"},
			"commits opinions":             {asOther("POST", "/decisions/"+id+"/opinions/commit", nil), "not_found"},
			"uploads":                      {asOther("POST", "/decisions/"+id+"/materials?name=a", "x"), "not_found"},
			"uploads as an auditor":        {call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: auditorUnit, body: "x"}, "not_permitted"},
			"commits to what never came":   {call{method: "POST", path: "/decisions/" + id + "/acts/commit_opinions", actor: act.actor, body: forged, header: act.header}, "unknown_act"},
			"commits the opinions of none": {call{method: "POST", path: "/decisions/none/opinions/commit", actor: act.actor}, "not_found"},
			"comments on what is not open": {call{method: "POST", path: "/decisions/" + id + "/opinions", actor: sample.Actor("d713", workflow.RolePublic), body: map[string]any{"opinions": []decision.Opinion{{Activity: "c9", Channel: "web", Verification: "anonymous", Text: "意见"}}}}, "not_found"},
		} {
			if w := h.do(c.call); decode[httpapi.Problem](t, w).Code != c.code {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		if records, err := h.svc.History(t.Context(), id); err != nil || int64(len(records)) != version {
			t.Errorf("%d entries, want %d: %v", len(records), version, err)
		}
		if rows, err := h.svc.Store.List(t.Context(), workflow.Query{Limit: 10}); err != nil || len(rows) != 1 {
			t.Errorf("%d cases: %v", len(rows), err)
		}
		if pending, err := h.svc.Register.Pending(t.Context(), id, 10); err != nil || len(pending) != 0 {
			t.Errorf("%d opinions: %v", len(pending), err)
		}
		if _, err := h.svc.Vault.Material(t.Context(), id, materialOf("x")); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("a material was kept: %v", err)
		}
	})
}

// An operation that does not say who may call it is not served.
func TestAnOperationDeclaresWhoMayCallIt(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	if err := httpapi.RegisterUndeclared(humago.New(mux, httpapi.Config("test"))); err == nil {
		t.Error("registered")
	}
	if _, pattern := mux.Handler(&http.Request{Method: http.MethodGet, URL: mustURL(t, "/open")}); pattern != "" {
		t.Errorf("served under %s", pattern)
	}
}

func TestEveryRoleOfAnActIsKnownToTheTable(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	w := h.do(call{method: "GET", path: "/acts", actor: sample.Actor("d713", workflow.RoleAuditor)})
	catalogue := h.api.OpenAPI().Paths["/acts"].Get.Extensions["x-roles"].([]decision.Role)
	for _, a := range decode[struct{ Items []httpapi.Act }](t, w).Items {
		for _, r := range a.Roles {
			if !slices.Contains(catalogue, r) {
				t.Errorf("%s: %s may act and not read the catalogue", a.Kind, r)
			}
		}
	}
}

// A superior organ supervises (Art 8 ¶2): it reads, orders a correction (Art
// 38) with its own paper, and does nothing else in the case.
func TestASuperiorOrganReadsAndOrdersCorrections(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _, _ := h.reach(t, "open_comment")
	superior := sample.Actor("d713", workflow.RoleSupervisor)
	order := decision.OrderCorrection{
		Item: "z1", Issuer: sample.SuperiorOrgan, Addressee: sample.LeadUnit, Basis: "条例第十三条",
		Finding: "未与相关单位协商", Deadline: calendar.MustParseDate("2026-04-01"), Order: sample.Named("责令改正通知书"),
	}
	_, file := sample.File("责令改正通知书")
	if w := h.do(call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: superior, body: file.Content}); w.Code != http.StatusCreated {
		t.Fatalf("upload: %d %s", w.Code, w.Body)
	}
	latest := map[string]string{"If-Match": "*"}
	if w := h.do(call{"POST", "/decisions/" + id + "/acts/order_correction", superior, map[string]any{"act": order}, latest}); w.Code != http.StatusOK {
		t.Errorf("order: %d %s", w.Code, w.Body)
	}
	if w := h.do(call{"POST", "/decisions/" + id + "/acts/withdraw", superior, map[string]any{"act": decision.Withdraw{Decider: "督查人员", Reason: "违法"}}, latest}); w.Code != http.StatusForbidden {
		t.Errorf("withdraw: %d %s", w.Code, w.Body)
	}
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	if w := h.do(call{"POST", "/decisions/" + id + "/acts/order_correction", auditor, map[string]any{"act": order}, latest}); w.Code != http.StatusForbidden {
		t.Errorf("an auditor orders: %d %s", w.Code, w.Body)
	}
}
