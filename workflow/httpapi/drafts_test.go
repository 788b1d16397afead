package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// Each version has its materials and what was given on it; what is on an
// earlier version is marked.
func TestTheVersionsOfADraft(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "place_on_agenda"))
	reviewer := sample.Actor("d713", workflow.RoleLegalityReviewer)
	drafts := decode[struct{ Items []httpapi.Draft }](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/drafts", actor: reviewer})).Items
	if len(drafts) != 3 || drafts[1].Draft != 2 || drafts[1].By != sample.LeadUnit || len(drafts[1].Materials) == 0 {
		t.Fatalf("%+v", drafts)
	}
	for i, d := range drafts {
		for _, n := range d.Named {
			if n.Stale != (i < 2) || n.Zh == "" {
				t.Errorf("version %d: %+v", d.Draft, n)
			}
		}
		opinions := slices.ContainsFunc(d.Named, func(n httpapi.NamedDraft) bool { return n.Kind == "issue_legality_opinion" })
		if opinions != (d.Draft == 2) {
			t.Errorf("version %d has the legality opinion: %v", d.Draft, opinions)
		}
	}
}

// Two versions are compared material by material, and line by line where they
// are plain text that the caller may read.
func TestWhatChangedBetweenTwoVersions(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "open_comment"))
	unit := sample.Actor("d713", workflow.RoleUndertakingUnit)
	upload := func(query, media, content string) decision.Material {
		t.Helper()
		w := h.want(t, http.StatusCreated, call{
			method: "POST", path: "/decisions/" + id + "/materials?" + query, actor: unit, body: content, header: map[string]string{"Content-Type": media},
		})
		return decision.Material{Digest: string(decode[httpapi.HeldMaterial](t, w).Digest)}
	}
	submit := func(n int, act decision.SubmitDraft) {
		t.Helper()
		act.Draft, act.Changes = n, "修改"
		act.Text.Title, act.Explanation.Title = "决策草案", "起草说明"
		act.LegalBasis = []decision.LegalBasis{{Title: "中华人民共和国大气污染防治法", Article: "第八十一条", Status: "in_force"}}
		h.want(t, http.StatusOK, call{
			method: "POST", path: "/decisions/" + id + "/acts/submit_draft", actor: unit, body: map[string]any{"act": act}, header: map[string]string{"If-Match": "*"},
		})
	}
	titled := func(m decision.Material, title string) decision.Material {
		m.Title = title
		return m
	}
	last := decode[struct{ Items []httpapi.Draft }](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/drafts", actor: unit})).Items
	n := last[len(last)-1].Draft
	const ten = "第一条\n第二条\n第三条\n第四条\n第五条\n第六条\n第七条\n第八条\n第九条\n第十条\n"
	same := titled(upload("name=a", "text/plain", "不变"), "依据")
	private := "name=a&restricted=true&class=commercial&ground=x"
	submit(n+1, decision.SubmitDraft{
		Text: upload("name=a", "text/plain", ten), Explanation: upload("name=a", "text/plain", "说明"),
		Materials: []decision.Material{same, titled(upload("name=a", "text/plain", "旧"), "甲"), titled(upload("name=a", "application/pdf", "%PDF-1.4 a"), "图"), titled(upload(private, "text/plain", "底价一"), "报价")},
	})
	submit(n+2, decision.SubmitDraft{
		Text:        upload("name=a", "text/plain", strings.Replace(ten, "第五条\n", "第五条 修改\n", 1)),
		Explanation: upload("name=a", "text/plain", "说明"),
		Materials:   []decision.Material{same, titled(upload("name=a", "text/plain", "新"), "乙"), titled(upload("name=a", "application/pdf", "%PDF-1.4 b"), "图"), titled(upload(private, "text/plain", "底价二"), "报价")},
	})
	path := "/decisions/" + id + "/drafts/"
	diff := func(actor decision.Actor, path string) map[string]httpapi.MaterialChange {
		t.Helper()
		byPlace := map[string]httpapi.MaterialChange{}
		for _, c := range decode[httpapi.DraftDiff](t, h.want(t, http.StatusOK, call{method: "GET", path: path, actor: actor})).Changes {
			byPlace[c.Place] = c
		}
		return byPlace
	}
	of := func(v int) string { return path + string(rune('0'+v)) + "/diff" }
	changes := diff(unit, of(n+2))
	want := []httpapi.DiffLine{
		{Op: "same", Text: "第二条"},
		{Op: "same", Text: "第三条"},
		{Op: "same", Text: "第四条"},
		{Op: "removed", Text: "第五条"},
		{Op: "added", Text: "第五条 修改"},
		{Op: "same", Text: "第六条"},
		{Op: "same", Text: "第七条"},
		{Op: "same", Text: "第八条"},
	}
	if d := cmp.Diff(want, changes["text"].Lines); d != "" {
		t.Error(d)
	}
	if changes["甲"].After != nil || changes["乙"].Before != nil || changes["图"].Why != "not_text" || len(changes["报价"].Lines) != 2 {
		t.Errorf("%+v", changes)
	}
	if _, there := changes["依据"]; there || len(changes) != 5 {
		t.Errorf("%d changes", len(changes))
	}
	expert := sample.Actor("d713", workflow.RoleExpert)
	if hidden := diff(expert, of(n+2))["报价"]; hidden.Why != "restricted" || hidden.Lines != nil {
		t.Errorf("an expert reads what is restricted: %+v", hidden)
	}
	if back := diff(unit, of(n+1)+"?against="+string(rune('0'+n+2))); back["甲"].Before != nil || back["乙"].After != nil {
		t.Errorf("%+v", back)
	}
	for p, status := range map[string]int{of(9): 404, of(1): 404, path + "x/diff": 422, of(n+2) + "?against=9": 404} {
		if w := h.do(call{method: "GET", path: p, actor: unit}); w.Code != status {
			t.Errorf("%s: %d, want %d", p, w.Code, status)
		}
	}
}

// The package shows what came since the reviewer's last word.
func TestThePackageUnderReview(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	walk := sample.Walk("d713")
	read := func(id string, as decision.Actor) httpapi.Package {
		t.Helper()
		return decode[httpapi.Package](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/package", actor: as}))
	}
	at := slices.IndexFunc(walk, func(s sample.Step) bool { return s.Act.Kind() == "submit_for_review" })
	counsel := sample.Actor("d713", workflow.RoleLegalAdviser)
	id, version := h.walkOn("d713", "", 0, walk[:at])
	if w := h.do(call{method: "GET", path: "/decisions/" + id + "/package", actor: counsel}); w.Code != http.StatusNotFound {
		t.Errorf("before it is sent: %d", w.Code)
	}
	id, version = h.walkOn("d713", id, version, walk[at:at+1])
	sent := read(id, counsel)
	if sent.Draft != 2 || sent.Seq != version || sent.Reviewed != 0 || len(sent.Enclosed) != 4 || sent.New != len(sent.Enclosed)+len(sent.Evidence) {
		t.Errorf("sent: %+v", sent)
	}
	id, version = h.walkOn("d713", id, version, walk[at+1:at+3]) // a supplement is asked for, and comes
	completed := read(id, counsel)
	var fresh []string
	for _, e := range append(completed.Enclosed, completed.Evidence...) {
		if e.SinceLastReview {
			fresh = append(fresh, e.Title)
		}
	}
	if completed.Reviewed != version-1 || completed.Seq != version || completed.New != 1 || !slices.Equal(fresh, []string{"听证笔录"}) {
		t.Errorf("completed: reviewed %d, %d new, %v", completed.Reviewed, completed.New, fresh)
	}
	if w := h.do(call{method: "GET", path: "/decisions/" + id + "/package", actor: sample.Actor("d713", workflow.RoleExpert)}); w.Code != http.StatusForbidden {
		t.Errorf("an expert reads the package: %d", w.Code)
	}
	if !completed.CompleteOn.After(sent.CompleteOn) || !completed.OpinionDue.After(sent.OpinionDue) {
		t.Errorf("the time for review does not begin anew: %s %s", completed.CompleteOn, completed.OpinionDue)
	}
}
