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

// A parameter that is not understood is not overlooked: a filter that was
// misspelt would otherwise show everything as if it were what was asked for.
func TestAParameterThatIsNotUnderstoodIsRefused(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _ := h.walk("d713", sample.Before("d713", "study_proposal"))
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	for query, field := range map[string]string{
		"/decisions?orgn=a":                                "query.orgn",
		"/decisions?stage=drafting&Stage=proposed":         "query",
		"/decisions?" + secret + "=1":                      "query",
		"/decisions?=1":                                    "query",
		"/decisions?%ff=1":                                 "query",
		"/decisions?stage=a&stage=b":                       "query.stage",
		"/decisions?limit=1&limit=1":                       "query.limit",
		"/decisions?organ=%ff":                             "query.organ",
		"/decisions?stage=%zz":                             "query",
		"/decisions/" + id + "?as_of_sequence=1":           "query.as_of_sequence",
		"/decisions/" + id + "/missing?gate=publish&g=1":   "query.g",
		"/decisions/" + id + "/history?limit=1":            "query.limit",
		"/decisions/" + id + "/plan?with=%ff":              "query.with",
		"/decisions/" + id + "/plan?with=expert_review;a":  "query.with",
		"/decisions/" + id + "/dossier?withheld=personal":  "query.withheld",
		"/decisions/" + id + "/dossier?size=1&size=2":      "query.size",
		"/tasks?organ=a":                                   "query.organ",
		"/statistics?form=2026-01-01":                      "query.form",
		"/acts?access_token=" + strings.Repeat(secret, 10): "query.access_token",
	} {
		w := h.do(call{method: "GET", path: query, actor: auditor})
		p := decode[httpapi.Problem](t, w)
		if w.Code != http.StatusUnprocessableEntity || p.Code != "invalid_request" || len(p.Errors) != 1 || p.Errors[0].Field != field || p.Errors[0].Message == "" {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s: repeated: %s", query, w.Body)
		}
		if w := h.do(call{method: "HEAD", path: query, actor: auditor}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("HEAD %s: %d", query, w.Code)
		}
	}
	for _, query := range []string{
		"/decisions?stage=", "/decisions?stage=drafting;organ=b", "/decisions?limit=1&organ=%E5%8E%BF", "/decisions/" + id + "/plan?with=expert_review&with=congress_act", "/decisions?",
		"/decisions/" + id + "/plan?meeting=2026-09-01&hearing=true",
	} {
		if w := h.do(call{method: "GET", path: query, actor: auditor}); w.Code >= 400 && w.Code != http.StatusConflict {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	// Who calls is asked before how.
	if w := h.do(call{method: "GET", path: "/decisions?orgn=a"}); w.Code != http.StatusUnauthorized {
		t.Errorf("by nobody: %d", w.Code)
	}
	if w := h.do(call{method: "GET", path: "/decisions?orgn=a", actor: sample.Actor("d713", workflow.RolePublic)}); w.Code != http.StatusForbidden {
		t.Errorf("by the public: %d", w.Code)
	}
}

// A header that decides what is done and comes twice is none: the two could
// say two things.
func TestAHeaderThatComesTwiceIsRefused(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	_, version, act := h.reach(t, "record_investigation")
	for name, values := range map[string][2]string{"If-Match": {tagOf(version), `"99"`}, "Idempotency-Key": {"k1", "k2"}} {
		r := h.request(act)
		r.Header[name] = values[:]
		if w := h.send(r); w.Code != http.StatusUnprocessableEntity || decode[httpapi.Problem](t, w).Errors[0].Field != "header."+name {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	h.want(t, http.StatusOK, act)
}

// A key that would not be honoured is refused: whoever sends one counts on it.
func TestAKeyThatIsNotHonouredIsRefused(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, _, act := h.reach(t, "announce_hearing") // the comment period is open
	key := map[string]string{"Idempotency-Key": "k1"}
	c := call{"POST", "/decisions/" + id + "/opinions/commit", act.actor, nil, key}
	if w := h.do(c); w.Code != http.StatusUnprocessableEntity || decode[httpapi.Problem](t, w).Errors[0].Field != "header.Idempotency-Key" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	h.want(t, http.StatusOK, call{"GET", "/decisions/" + id, act.actor, nil, key})
}

// What is kept is what was sent: a text in another encoding would be kept
// mutilated, for ever.
func TestABodyThatIsNoTextIsRefused(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	_, _, act := h.reach(t, "record_investigation")
	step := act.body.(map[string]any)["act"].(decision.RecordInvestigation)
	good := `{"act":{"unit":"` + step.Unit + `","summary":"%s","report":{"digest":"` + step.Report.Digest + `","title":"a"}}}`
	for name, text := range map[string]string{
		"GBK":             "\xd7\xdf\xb7\xc3",
		"half a sign":     "走\xe8",
		"half a pair":     `\ud83d`,
		"a pair reversed": `\ude00\ud83d`,
	} {
		act.body = strings.Replace(good, "%s", text, 1)
		if w := h.do(act); w.Code != http.StatusBadRequest || decode[httpapi.Problem](t, w).Code != "malformed_json" {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	act.body = strings.Replace(good, "%s", `走\ud83d\ude00 \\ud83d`, 1)
	h.want(t, http.StatusOK, act)
}
