package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

func TestListsGoOnWhereThePageEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		for range 5 {
			h.walk("d713", sample.Walk("d713")[:1])
		}
		office := sample.Actor("d713", workflow.RoleGovOffice)
		ids, pages := map[string]bool{}, 0
		for after := ""; pages == 0 || after != ""; pages++ {
			got := decode[struct {
				Items []httpapi.Summary
				Next  string
			}](t, h.want(t, http.StatusOK, call{method: "GET", path: "/decisions?limit=2&after=" + after, actor: office}))
			for _, r := range got.Items {
				ids[r.ID] = true
			}
			after = got.Next
		}
		if len(ids) != 5 || pages != 3 {
			t.Errorf("%d cases on %d pages", len(ids), pages)
		}
		office.Roles = append(office.Roles, workflow.RoleUndertakingUnit, workflow.RoleGovOffice)
		type tasks struct {
			Items []httpapi.Task
			Next  string
		}
		all := decode[tasks](t, h.want(t, http.StatusOK, call{method: "GET", path: "/tasks?limit=200", actor: office})).Items
		var paged []httpapi.Task
		for after, n := "", 0; n == 0 || after != ""; n++ {
			got := decode[tasks](t, h.want(t, http.StatusOK, call{method: "GET", path: "/tasks?limit=3&after=" + after, actor: office}))
			paged, after = append(paged, got.Items...), got.Next
		}
		if len(all) < 5 || len(paged) != len(all) {
			t.Fatalf("%d tasks by page, %d at once", len(paged), len(all))
		}
		for i := range all {
			if paged[i] != all[i] {
				t.Errorf("task %d: %+v, %+v", i, paged[i], all[i])
			}
		}
		for _, after := range []string{"x", "IQ", strings.Repeat("A", 1001)} {
			h.want(t, http.StatusUnprocessableEntity, call{method: "GET", path: "/tasks?after=" + after, actor: office})
		}
	})
}

// Every finding is shown, one that is nobody's to clear as well.
func TestNothingThatIsMissingIsLeftOut(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	for _, kind := range []decision.Kind{"initiate", "open_comment", "close_comment", "submit_for_review", "issue_legality_opinion", "place_on_agenda", "decide", "publish", "archive_case"} {
		id, _ := h.walk("d713", sample.Before("d713", kind))
		for _, gate := range []string{"", "submit_for_review", "place_on_agenda", "decide", "publish", "archive_case"} {
			findings, err := h.svc.Missing(t.Context(), id, decision.Kind(gate))
			if err != nil {
				t.Fatal(err)
			}
			shown := map[string]bool{}
			w := h.want(t, http.StatusOK, call{method: "GET", path: "/decisions/" + id + "/missing?gate=" + gate, actor: sample.Actor("d713", workflow.RoleAuditor)})
			for _, g := range decode[httpapi.Missing](t, w).Groups {
				for _, f := range g.Findings {
					shown[f.Rule] = true
				}
			}
			for _, f := range findings {
				if !shown[f.Rule] {
					t.Errorf("before %s, gate %q: %s is left out", kind, gate, f.Rule)
				}
			}
		}
	}
}

func TestAnOpinionIsReceivedAndItsAuthorGetsAReceipt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		id, version, act := h.reach(t, "announce_hearing") // the comment period is open
		public := sample.Actor("d713", workflow.RolePublic)
		public.Organ = "" // the public belongs to none
		opinion := decision.Opinion{Activity: "c1", Channel: "web", Verification: "anonymous", Text: "希望尽快实施", Salt: "mine"}
		send := call{method: "POST", path: "/decisions/" + id + "/opinions", actor: public, body: map[string]any{"opinions": []decision.Opinion{opinion, opinion}}}
		got := decode[struct{ Items []httpapi.OpinionReceipt }](t, h.want(t, http.StatusAccepted, send)).Items
		if len(got) != 2 || got[0].ID == got[1].ID || got[0].Digest == got[1].Digest || got[0].Digest == "" {
			t.Errorf("receipts: %+v", got)
		}
		commit := call{method: "POST", path: "/decisions/" + id + "/opinions/commit", actor: act.actor}
		receipts := decode[struct{ Items []httpapi.Receipt }](t, h.want(t, http.StatusOK, commit)).Items
		if len(receipts) != 1 || receipts[0].Version != version+1 {
			t.Errorf("commit: %+v", receipts)
		}
		if again := h.want(t, http.StatusOK, commit); !strings.Contains(again.Body.String(), `"items":[]`) {
			t.Errorf("nothing was pending: %s", again.Body)
		}
		bad := opinion
		bad.Channel = secret
		send.body = map[string]any{"opinions": []decision.Opinion{opinion, bad}}
		w := h.want(t, http.StatusUnprocessableEntity, send)
		if p := decode[httpapi.Problem](t, w); len(p.Errors) != 1 || p.Errors[0].Field != "opinions[1].channel" || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s", w.Body)
		}
		send.body = `{"opinions":[]}`
		h.want(t, http.StatusUnprocessableEntity, send)
		send.body = map[string]any{"opinions": make([]decision.Opinion, 1001)}
		h.want(t, http.StatusUnprocessableEntity, send)
		if pending, err := h.svc.Register.Pending(t.Context(), id, 10); err != nil || len(pending) != 0 {
			t.Errorf("%d opinions were kept: %v", len(pending), err)
		}
	})
}

func TestAMaterialIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _, act := h.reach(t, "record_investigation")
	path := "/decisions/" + id + "/materials"
	upload := func(name, media, content string) call {
		return call{method: "POST", path: path + "?name=" + name, actor: act.actor, body: content, header: map[string]string{"Content-Type": media}}
	}
	page := "<html><script>alert(1)</script>"
	held := decode[httpapi.HeldMaterial](t, h.want(t, http.StatusCreated, upload("%E7%BA%AA%E8%A6%81%22;X:y", "text/plain", page)))
	w := h.want(t, http.StatusOK, call{method: "GET", path: path + "/" + string(held.Digest), actor: act.actor})
	if w.Body.String() != page || held.Digest != materialOf(page) || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("X") != "" {
		t.Errorf("%v", w.Header())
	}
	pdf := "%PDF-1.7\n..."
	if held := decode[httpapi.HeldMaterial](t, h.want(t, http.StatusCreated, upload("a", "application/octet-stream", pdf))); held.MediaType != "application/pdf" {
		t.Errorf("%+v", held)
	}
	for _, media := range []string{"multipart/mixed; boundary=x", "application/x-www-form-urlencoded", "text/html"} {
		w := h.want(t, http.StatusUnsupportedMediaType, upload("a", media, "x"))
		if decode[httpapi.Problem](t, w).Code != "unsupported_media_type" {
			t.Errorf("%s", w.Body)
		}
	}
	h.want(t, http.StatusUnprocessableEntity, call{method: "POST", path: path, actor: act.actor, body: "x"})
	h.want(t, http.StatusRequestEntityTooLarge, upload("a", "text/plain", strings.Repeat("x", 33<<20)))
	h.want(t, http.StatusUnprocessableEntity, call{method: "GET", path: path + "/" + secret, actor: act.actor})
	if w := h.do(call{method: "GET", path: path + "/" + string(materialOf("nothing")), actor: act.actor}); decode[httpapi.Problem](t, w).Code != "not_found" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// The roster of the caller's organ, on the day asked about.
func TestTheRosterIsOfTheCallersOrgan(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	h.walk("d713", sample.Before("d713", "file_counsel_opinion"))
	reviewer := sample.Actor("d713", workflow.RoleLegalityReviewer)
	ask := func(on string, actor decision.Actor) (int, []workflow.Engagement) {
		w := h.do(call{method: "GET", path: "/roster?on=" + on, actor: actor})
		return w.Code, decode[struct{ Items []workflow.Engagement }](t, w).Items
	}
	if code, lines := ask("2026-05-07", reviewer); code != 200 || len(lines) != 1 || !lines[0].Engaged || lines[0].Counsel != "法律顾问甲" {
		t.Errorf("%d %+v", code, lines)
	}
	if code, lines := ask("2027-01-01", reviewer); code != 200 || len(lines) != 1 || lines[0].Engaged {
		t.Errorf("after the engagement: %d %+v", code, lines)
	}
	if code, _ := ask("tomorrow", reviewer); code != 422 {
		t.Errorf("no date: %d", code)
	}
	reviewer.Organ = "邻县人民政府"
	if code, lines := ask("2026-05-07", reviewer); code != 200 || len(lines) != 0 {
		t.Errorf("another organ: %d %+v", code, lines)
	}
}
