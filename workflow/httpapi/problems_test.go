package httpapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// secret is what no answer may repeat.
const secret = "410102199001011234"

// A field that is wrong is named by its path in the body, and not its value.
func TestAFieldThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	_, _, act := h.reach(t, "open_comment")
	for body, field := range map[string]string{
		`{"act":{"draft":"` + secret + `"}}`:                                 "act.draft",
		`{"act":{"draft":1.5}}`:                                              "act.draft",
		`{"act":{"channels":[{"kind":"gazette"},{"name":` + secret + `}]}}`:  "act.channels[1].name",
		`{"act":{"channels":{}}}`:                                            "act.channels",
		`{"act":{"ends_on":"2026-02-30"}}`:                                   "act.ends_on",
		`{"act":{"text":{"digest":[]}}}`:                                     "act.text.digest",
		`{"act":{"text":"` + secret + `"}}`:                                  "act.text",
		`{"act":{"text":{"digits":1}}}`:                                      "act.text.digits",
		`{"act":{"` + secret + `":1}}`:                                       "act",
		`{"act":{"Draft":1}}`:                                                "act",
		`{"act":{"draft":1,"draft":2}}`:                                      "act.draft",
		`{"act":{},"act":{}}`:                                                "act",
		`{"act":[]}`:                                                         "act",
		`{"act":null}`:                                                       "act",
		`{"act":{},"actor":{"id":"x"}}`:                                      "actor",
		`{"act":{},"occurred_on":"13.2.2026"}`:                               "occurred_on",
		`{"act":{},"occurred_on":20260213}`:                                  "occurred_on",
		`{"act":{},"reasons":{"R15.2":1}}`:                                   "reasons",
		`{"act":{},"reasons":{"R15.2":"` + strings.Repeat("长", 5001) + `"}}`: "reasons",
		`{"act":{},"pack":"d713"}`:                                           "pack",
		`[]`:                                                                 "body",
		`"` + secret + `"`:                                                   "body",
		`null`:                                                               "act",
	} {
		act.body = body
		w := h.do(act)
		p := decode[httpapi.Problem](t, w)
		if p.Code != "invalid_act" || len(p.Errors) != 1 || p.Errors[0].Field != field || p.Errors[0].Rule == "" {
			t.Errorf("%.80s: %d %s", body, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("%.80s: repeated: %s", body, w.Body)
		}
	}
	// All that an act lacks is said at once.
	act.body = `{"act":{}}`
	if p := decode[httpapi.Problem](t, h.do(act)); len(p.Errors) < 5 || !strings.HasPrefix(p.Errors[0].Field, "act.") {
		t.Errorf("%+v", p.Errors)
	}
}

// A refusal cites the law, and does not repeat the name that it did not find.
func TestARefusalRepeatsNoName(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	_, _, act := h.reach(t, "close_comment")
	act.body = map[string]any{"act": decision.CloseComment{Activity: secret, Received: new(1)}}
	for _, lang := range []string{"zh", "en"} {
		act.header["Accept-Language"] = lang
		if w := h.do(act); decode[httpapi.Problem](t, w).Code != "unknown_reference" || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestTheDayLiesAhead(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	_, _, act := h.reach(t, "record_investigation")
	act.body = map[string]any{"act": act.body.(map[string]any)["act"], "occurred_on": "2026-12-31"}
	if p := decode[httpapi.Problem](t, h.want(t, http.StatusUnprocessableEntity, act)); p.Code != "occurs_in_future" || p.Detail == "" {
		t.Errorf("%+v", p)
	}
}

func TestAReasonIsAskedForAndKept(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	_, version, act := h.reach(t, "submit_for_review")
	review := act.body.(map[string]any)["act"].(decision.SubmitForReview)
	on := act.body.(map[string]any)["occurred_on"].(calendar.Date)
	review.OpinionDue = on.AddDays(1) // Art 26: generally not less than 7 working days
	act.body = map[string]any{"act": review, "occurred_on": on}
	p := decode[httpapi.Problem](t, h.want(t, http.StatusConflict, act))
	if p.Code != "reason_required" || len(p.Findings) != 1 || p.Findings[0].Rule != "R26.3" || p.Findings[0].Article != 26 || p.Findings[0].Earliest.IsZero() {
		t.Errorf("%+v", p)
	}
	const reason = "上级要求提前出具"
	act.body = map[string]any{"act": review, "occurred_on": on, "reasons": map[string]string{"R26.3": reason}}
	got := decode[httpapi.Receipt](t, h.want(t, http.StatusOK, act))
	if got.Version != version+1 || len(got.Findings) != 1 || got.Findings[0].Reason != reason {
		t.Errorf("%+v", got)
	}
}

// Every refusal that the service knows has its problem.
func TestTheMappingIsTotal(t *testing.T) {
	t.Parallel()
	for code, want := range map[workflow.Code]int{
		workflow.CodeRule: 409, workflow.CodeReason: 409, workflow.CodeStage: 409, workflow.CodeOpinionsClosed: 409,
		workflow.CodeRole: 403, workflow.CodeForeignDraft: 422, workflow.CodeForeignAct: 422, workflow.CodeFuture: 422, workflow.CodeMaterial: 422,
	} {
		if status, known := httpapi.StatusOf(string(code)); !known || status != want {
			t.Errorf("%s: %d %t, want %d", code, status, known, want)
		}
	}
	if status, known := httpapi.StatusOf("anything"); known || status != http.StatusInternalServerError {
		t.Errorf("a code that is not known: %d", status)
	}
}

// broken is a store that fails with a text that must not leave the server.
type broken struct{ workflowtest.Storage }

func (broken) Load(context.Context, string) ([]history.Record, error) {
	return nil, errors.New("pq: password authentication failed for user " + secret)
}

func TestAnUnknownErrorIsLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	h := serve(t, broken{openSQLite(t)})
	w := h.want(t, http.StatusInternalServerError, call{method: "GET", path: "/decisions/x", actor: sample.Actor("d713", workflow.RoleAuditor)})
	if p := decode[httpapi.Problem](t, w); p.Code != "internal" || p.Detail != "" || strings.Contains(w.Body.String(), "pq") {
		t.Errorf("%s", w.Body)
	}
	if !strings.Contains(h.log.String(), "password authentication failed") {
		t.Errorf("not logged: %s", h.log)
	}
}

func TestTheLanguageIsTheCallers(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	for accept, english := range map[string]bool{
		"": false, "*": false, "zh-CN": false, "zh-Hant-TW, en;q=0.5": false, "fr": false, "not a tag;;;": false,
		"en": true, "en-GB,zh;q=0.5": true, "fr, en;q=0.3": true, "en;q=0.1, zh": false, "en;q=0, zh": false,
	} {
		w := h.do(call{method: "GET", path: "/nowhere", header: map[string]string{"Accept-Language": accept}})
		v := h.do(call{method: "GET", path: "/tasks", header: map[string]string{"Accept-Language": accept}})
		for _, w := range []*httptest.ResponseRecorder{w, v} {
			if p := decode[httpapi.Problem](t, w); strings.Contains(p.Title, "o") != english || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Language") {
				t.Errorf("%q: %s %v", accept, p.Title, w.Header())
			}
		}
	}
}

// The mux's own answers are problems, and what it redirects it still does.
func TestWhatHasNoHandlerIsAProblem(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	w := h.do(call{method: "DELETE", path: "/decisions/x/history"})
	if p := decode[httpapi.Problem](t, w); w.Code != http.StatusMethodNotAllowed || p.Code != "method_not_allowed" || !strings.Contains(w.Header().Get("Allow"), "GET") {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if w := h.do(call{method: "GET", path: "//decisions"}); w.Code/100 != 3 || w.Header().Get("Location") == "" {
		t.Errorf("a path that is not clean: %d %v", w.Code, w.Header())
	}
	for _, accept := range []string{"text/html", "application/xml"} {
		w := h.do(call{method: "GET", path: "/tasks", header: map[string]string{"Accept": accept}})
		if decode[httpapi.Problem](t, w).Code != "unauthenticated" || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %v %s", accept, w.Code, w.Header(), w.Body)
		}
	}
}
