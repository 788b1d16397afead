package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// Every act of a whole decision, asked for again under its key once the case
// has ended, is answered as it was the first time: status, version, place, and
// the body byte for byte.
func TestARepeatIsAnsweredTheSameAfterTheCaseHasMovedOn(t *testing.T) {
	if storetest.RaceEnabled {
		t.Skip("one request after the other")
	}
	t.Parallel()
	h := serve(t, openSQLite(t))
	type asked struct {
		call
		status               int
		etag, location, body string
	}
	var all []asked
	id, version := "", int64(0)
	for i, s := range sample.Walk("d713") {
		h.clock.Set(s.On)
		if s.Opinions != nil {
			id, version = h.walkOn("d713", id, version, []sample.Step{s})
			continue
		}
		for _, f := range s.Files {
			if id != "" {
				h.want(t, http.StatusCreated, call{method: "POST", path: "/decisions/" + id + "/materials?name=a", actor: s.Actor, body: f.Content, header: map[string]string{"Content-Type": f.MediaType}})
			}
		}
		c := call{
			method: "POST", path: "/decisions/" + id + "/acts/" + string(s.Act.Kind()), actor: s.Actor,
			body:   map[string]any{"act": s.Act, "occurred_on": s.On, "reasons": s.Reasons},
			header: map[string]string{"If-Match": tagOf(version), "Idempotency-Key": fmt.Sprint("k", i)},
		}
		if id == "" {
			c.path, c.body = "/decisions", map[string]any{"act": s.Act, "pack": "d713"}
		}
		w := h.do(c)
		if w.Code/100 != 2 {
			t.Fatalf("%s: %d %s", s.Act.Kind(), w.Code, w.Body)
		}
		r := decode[httpapi.Receipt](t, w)
		id, version = r.Decision, r.Version
		all = append(all, asked{c, w.Code, w.Header().Get("ETag"), w.Header().Get("Location"), w.Body.String()})
	}
	h.clock.Set(calendar.DateOf(h.clock.Now()).AddDays(400))
	for _, a := range all {
		w := h.do(a.call)
		if w.Code != a.status || w.Header().Get("ETag") != a.etag || w.Header().Get("Location") != a.location || w.Body.String() != a.body || w.Header().Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s: %d %v\n%s\nwas %d\n%s", a.path, w.Code, w.Header(), w.Body, a.status, a.body)
		}
	}
}

// A key answers nobody who may not do the act any more, and nobody else.
func TestARepeatIsForWhoMayDoTheAct(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		_, version, act := h.reach(t, "record_investigation")
		act.header["Idempotency-Key"] = "k1"
		h.want(t, http.StatusOK, act)
		for name, c := range map[string]struct {
			change func(*decision.Actor)
			want   int
			code   string
		}{
			"the role was taken away":   {func(a *decision.Actor) { a.Roles = []decision.Role{workflow.RoleExpert} }, 403, "not_permitted"},
			"he went to another organ":  {func(a *decision.Actor) { a.Organ = "邻县人民政府" }, 404, "not_found"},
			"he is limited to others":   {func(a *decision.Actor) { a.Cases = []string{"another"} }, 404, "not_found"},
			"he acts for another":       {func(a *decision.Actor) { a.OnBehalfOf, a.Authority = "主任", "1号" }, 422, "key_reused"},
			"another one with that key": {func(a *decision.Actor) { a.ID = "身份乙" }, 412, "version_conflict"},
		} {
			again := act
			c.change(&again.actor)
			if w := h.do(again); w.Code != c.want || decode[httpapi.Problem](t, w).Code != c.code {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		act.header["If-Match"] = tagOf(version + 7)
		if w := h.do(act); w.Code != http.StatusOK || w.Header().Get("Idempotent-Replayed") != "true" {
			t.Errorf("of another version: %d %s", w.Code, w.Body)
		}
	})
}

// Two organs may call somebody by the same id, and each of the two may choose
// the same key.
func TestAKeyIsTheOrgansOwn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *harness) {
		step := sample.Walk("d713")[0]
		h.clock.Set(step.On)
		propose := func(organ string) *httpapi.Receipt {
			act, actor := step.Act.(decision.Propose), step.Actor
			act.Organ.Name, actor.Organ = organ, organ
			w := h.want(t, http.StatusCreated, call{
				method: "POST", path: "/decisions", actor: actor, body: map[string]any{"pack": "d713", "act": act},
				header: map[string]string{"Idempotency-Key": "k1"},
			})
			r := decode[httpapi.Receipt](t, w)
			return &r
		}
		if one, other := propose("县人民政府"), propose("邻县人民政府"); one.Decision == other.Decision {
			t.Error("one case for two organs")
		}
	})
}

// Who named no version and is overtaken again and again is told when to ask
// again; who named one reads the case again.
func TestWhoIsAlwaysOvertakenAsksAgain(t *testing.T) {
	t.Parallel()
	store := &frozen{Storage: openSQLite(t)}
	h := serve(t, store)
	_, _, act := h.reach(t, "record_investigation")
	store.cold.Store(true)
	h.want(t, http.StatusPreconditionFailed, act)
	act.header["If-Match"] = "*"
	if w := h.want(t, http.StatusServiceUnavailable, act); decode[httpapi.Problem](t, w).Code != "busy" || w.Header().Get("Retry-After") != "1" {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}
