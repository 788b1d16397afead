package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// onBoth runs a test on a fresh SQLite and a fresh PostgreSQL database.
func onBoth(t *testing.T, test func(t *testing.T, h *harness)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T) workflowtest.Storage{"sqlite": openSQLite, "postgres": openPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, serve(t, open(t)))
		})
	}
}

// want sends a call that must be answered with a status.
func (h *harness) want(t *testing.T, status int, c call) *httptest.ResponseRecorder {
	t.Helper()
	w := h.do(c)
	if w.Code != status {
		t.Fatalf("%s %s: %d, want %d: %s", c.method, c.path, w.Code, status, w.Body)
	}
	return w
}

// reach walks up to the first act of a kind, uploads what that act names, and
// returns the call that does it.
func (h *harness) reach(t *testing.T, kind decision.Kind) (id string, version int64, next call) {
	t.Helper()
	before := sample.Before("d713", kind)
	id, version = h.walk("d713", before)
	step := sample.Walk("d713")[len(before)]
	h.clock.Set(step.On)
	for _, f := range step.Files {
		h.want(t, http.StatusCreated, call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: step.Actor, body: f.Content})
	}
	return id, version, call{
		method: "POST", path: "/decisions/" + id + "/acts/" + string(kind), actor: step.Actor,
		body: map[string]any{"act": step.Act, "occurred_on": step.On}, header: map[string]string{"If-Match": tagOf(version)},
	}
}

func tagOf(version int64) string { return fmt.Sprintf("%q", fmt.Sprint(version)) }

// atOnce sends the same call eight times at the same time.
func (h *harness) atOnce(c call) []*httptest.ResponseRecorder {
	answers := make([]*httptest.ResponseRecorder, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = h.do(c) })
	}
	wg.Wait()
	return answers
}

func TestOfActsOnOneVersionOneWins(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		id, version, act := h.reach(t, "record_investigation")
		count := map[int]int{}
		for _, w := range h.atOnce(act) {
			count[w.Code]++
			if w.Code != http.StatusOK && decode[httpapi.Problem](t, w).Code != "version_conflict" {
				t.Errorf("a loser: %d %s", w.Code, w.Body)
			}
		}
		if count[http.StatusOK] != 1 || count[http.StatusPreconditionFailed] != 7 {
			t.Errorf("answers %v", count)
		}
		if records, err := h.svc.History(t.Context(), id); err != nil || int64(len(records)) != version+1 {
			t.Errorf("%d entries, %v", len(records), err)
		}
	})
}

func TestEveryRepeatIsAnsweredTheSame(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		id, version, act := h.reach(t, "record_investigation")
		act.header["Idempotency-Key"] = "k1"
		answers := append(h.atOnce(act), h.do(act))
		fresh := 0
		for _, w := range answers {
			if w.Code != http.StatusOK || w.Body.String() != answers[0].Body.String() || w.Header().Get("ETag") != tagOf(version+1) {
				t.Errorf("a repeat: %d %s", w.Code, w.Body)
			}
			if w.Header().Get("Idempotent-Replayed") == "" {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%d of %d were recorded", fresh, len(answers))
		}
		if records, err := h.svc.History(t.Context(), id); err != nil || int64(len(records)) != version+1 {
			t.Errorf("%d entries, %v", len(records), err)
		}
		// It is the same request in another language, after the case moved on.
		act.header["Accept-Language"], act.header["If-Match"] = "en", tagOf(version+1)
		if w := h.do(act); w.Body.String() != answers[0].Body.String() {
			t.Errorf("in another language: %d %s", w.Code, w.Body)
		}
		act.body = map[string]any{"act": decision.RecordInvestigation{Unit: "另一单位", Summary: "另一内容", Report: sample.Named("调研报告")}}
		if w := h.do(act); w.Code != http.StatusUnprocessableEntity || decode[httpapi.Problem](t, w).Code != "key_reused" {
			t.Errorf("the key for another request: %d %s", w.Code, w.Body)
		}
	})
}

// Opinions that are sent again under their key are entered once; each answer is
// the first one, byte for byte.
func TestOpinionsThatAreRepeatedAreEnteredOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		id, _, _ := h.reach(t, "announce_hearing") // the comment period is open
		opinions := []decision.Opinion{
			{Activity: "c1", Channel: "web", Verification: "anonymous", Text: "甲"},
			{Activity: "c1", Channel: "web", Verification: "anonymous", Text: "乙"},
		}
		c := call{
			method: "POST", path: "/decisions/" + id + "/opinions", actor: sample.Actor("d713", workflow.RolePublic),
			body: map[string]any{"opinions": opinions}, header: map[string]string{"Idempotency-Key": "k1"},
		}
		answers := append(h.atOnce(c), h.do(c))
		fresh := 0
		for _, w := range answers {
			if w.Code != http.StatusAccepted || w.Body.String() != answers[0].Body.String() {
				t.Errorf("%d %s, not %s", w.Code, w.Body, answers[0].Body)
			}
			switch w.Header().Get("Idempotent-Replayed") {
			case "":
				fresh++
			case "true":
			default:
				t.Errorf("%v", w.Header())
			}
		}
		if fresh != 1 {
			t.Errorf("entered %d times", fresh)
		}
		another := c
		another.body = map[string]any{"opinions": opinions[:1]}
		if w := h.do(another); w.Code != http.StatusUnprocessableEntity || decode[httpapi.Problem](t, w).Code != "key_reused" {
			t.Errorf("another request: %d %s", w.Code, w.Body)
		}
		barred := c
		barred.actor.Roles = []decision.Role{workflow.RoleExpert} // takes no part in this
		if w := h.do(barred); w.Code != http.StatusForbidden {
			t.Errorf("by who may not: %d %s", w.Code, w.Body)
		}
		if pending, err := h.svc.Register.Pending(t.Context(), id, 100); err != nil || len(pending) != len(opinions) {
			t.Errorf("%d opinions, %v", len(pending), err)
		}
		c.header = nil
		if w := h.do(c); w.Code != http.StatusAccepted || w.Body.String() == answers[0].Body.String() || w.Header().Get("Idempotent-Replayed") != "" {
			t.Errorf("without a key: %d %s", w.Code, w.Body)
		}
	})
}

func TestAProposalThatIsRepeatedOpensOneCase(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		step := sample.Walk("d713")[0]
		h.clock.Set(step.On)
		answers := h.atOnce(call{
			method: "POST", path: "/decisions", actor: step.Actor, body: map[string]any{"pack": "d713", "act": step.Act},
			header: map[string]string{"Idempotency-Key": "k1"},
		})
		for _, w := range answers {
			id := decode[httpapi.Receipt](t, w).Decision
			if w.Code != http.StatusCreated || w.Body.String() != answers[0].Body.String() || w.Header().Get("Location") != "decisions/"+id {
				t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
			}
		}
	})
}

func TestIfMatchIsReadStrictly(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	_, version, act := h.reach(t, "record_investigation")
	for _, header := range []string{
		fmt.Sprint(version), "W/" + tagOf(version), `"0` + fmt.Sprint(version) + `"`, `"+` + fmt.Sprint(version) + `"`,
		`"` + tagOf(version) + `"`, tagOf(version) + `, "9"`, `"-1"`, `"0"`, `""`, `"*"`, "x", tagOf(version + 1),
	} {
		act.header["If-Match"] = header
		if w := h.do(act); w.Code != http.StatusPreconditionFailed || decode[httpapi.Problem](t, w).Code != "version_conflict" {
			t.Errorf("%s: %d %s", header, w.Code, w.Body)
		}
	}
	act.header["If-Match"] = "*"
	if got := decode[httpapi.Receipt](t, h.want(t, http.StatusOK, act)); got.Version != version+1 {
		t.Errorf("any version: %+v", got)
	}
}
