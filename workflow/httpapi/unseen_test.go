package httpapi_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// strangers may not read the case of the sample.
func strangers() map[string]decision.Actor {
	every := slices.DeleteFunc(everyRole(), func(r decision.Role) bool { return r == workflow.RoleAuditor || r == workflow.RolePublic })
	own := sample.Organ("d713").Name
	return map[string]decision.Actor{
		"every role in another organ": {ID: "身份甲", Organ: "邻县人民政府", Unit: sample.LeadUnit, Roles: every},
		"a superior of others":        {ID: "身份甲", Organ: sample.SuperiorOrgan, Roles: every, Supervises: []string{"邻县人民政府"}},
		"limited to other cases":      {ID: "身份甲", Organ: own, Unit: sample.LeadUnit, Roles: every, Cases: []string{"another"}},
		"of no organ":                 {ID: "身份甲", Unit: sample.LeadUnit, Roles: every},
		"an expert elsewhere":         {ID: "身份甲", Organ: "邻县人民政府", Roles: []decision.Role{workflow.RoleExpert}},
		"the public":                  {ID: "身份甲", Organ: own, Roles: []decision.Role{workflow.RolePublic}},
		"no role":                     {ID: "身份甲", Organ: own, Unit: sample.LeadUnit},
	}
}

// For who may not read a case it is not there: whatever is asked, however well
// or badly, the answer is that of a case that does not exist, byte for byte.
func TestACaseThatMayNotBeReadIsNotThere(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, version := h.walk("d713", sample.Before("d713", "announce_hearing"))
	sealer, _ := h.sealer()
	if _, _, err := sealer.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	none := "f" + id[1:]
	asked := newAsking(t, h)
	there := place{id: id, version: version, material: sample.Named("调研报告").Digest}
	turn := 0
	for name, who := range strangers() {
		for _, op := range asked.operations {
			if turn++; !strings.Contains(op.Path, "{id}") || strings.Contains(op.Path, "/acts/") && turn%16 > 0 {
				continue // the acts are alike: in turn
			}
			whole := asked.call(op, there)
			whole.actor = who
			if op.OperationID == "receive-opinions" { // of what was announced the public knows
				whole.body = map[string]any{"opinions": []decision.Opinion{{Activity: "c9", Channel: "letter", Verification: "anonymous", Text: "意见"}}}
			}
			for how, c := range badly(whole) {
				elsewhere := c
				elsewhere.path = strings.ReplaceAll(c.path, id, none)
				real, unreal := h.do(c), h.do(elsewhere)
				if told(real) != told(unreal) {
					t.Errorf("%s, %s, %s: %s, and of no case %s", op.OperationID, name, how, told(real), told(unreal))
				}
				if real.Code < 403 && how == "as it is" {
					t.Errorf("%s, %s, %s: %d", op.OperationID, name, how, real.Code)
				}
			}
		}
	}
}

// badly is a request as it is, and in the ways in which one can be wrong.
func badly(c call) map[string]call {
	with := func(name, value string) call {
		changed := c
		changed.header = map[string]string{}
		for k, v := range c.header {
			changed.header[k] = v
		}
		if changed.header[name] = value; value == "" {
			delete(changed.header, name)
		}
		return changed
	}
	ways := map[string]call{
		"as it is": c, "of any version": with("If-Match", "*"), "of an old version": with("If-Match", `"1"`), "of no version": with("If-Match", ""),
		"of what is no version": with("If-Match", "x"), "with a key": with("Idempotency-Key", "k1"), "with what is no key": with("Idempotency-Key", "a b"),
		"with an unknown parameter": {c.method, c.path + separator(c.path) + "orgn=a", c.actor, c.body, c.header},
	}
	if c.body != nil {
		for how, body := range map[string]string{"malformed": `{"act":`, "empty": "", "of another shape": `{"act":{"x":1},"y":2}`, "without an act": `{}`} {
			ways[how] = call{c.method, c.path, c.actor, body, c.header}
		}
		ways["of another type"] = with("Content-Type", "multipart/form-data")
	}
	if c.method == "GET" {
		ways["at a moment"] = call{c.method, c.path + separator(c.path) + "as_of_seq=1", c.actor, nil, c.header}
		ways["at no moment"] = call{c.method, c.path + separator(c.path) + "as_of_seq=99999", c.actor, nil, c.header}
		ways["head only"] = call{"HEAD", c.path, c.actor, nil, c.header}
	}
	return ways
}

func separator(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}

// told is all that an answer says, but for what differs by the case asked about.
func told(w *httptest.ResponseRecorder) string {
	header := w.Header().Clone()
	var lines []string
	for name, values := range header {
		lines = append(lines, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(lines)
	return strings.Join(append(lines, w.Result().Status, w.Body.String()), "\n")
}

// beforehand is what is wrong in a request before its operation is asked: it
// tells nothing of a case.
func beforehand(how string) bool {
	return slices.Contains([]string{"empty", "with what is no key", "with an unknown parameter"}, how)
}

// Who may read and not act is told that, before anything is said of how he asks.
func TestWhoMayNotActIsToldSoFirst(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	id, version, act := h.reach(t, "record_investigation")
	act.actor = sample.Actor("d713", workflow.RoleAuditor)
	for how, c := range badly(act) {
		if beforehand(how) {
			continue
		}
		if w := h.do(c); decode[httpapi.Problem](t, w).Code != "not_permitted" {
			t.Errorf("%s: %d %s", how, w.Code, w.Body)
		}
	}
	propose := call{method: "POST", path: "/decisions", actor: act.actor, body: map[string]any{"pack": "none", "act": sample.Walk("d713")[0].Act}}
	for how, c := range badly(propose) {
		if beforehand(how) {
			continue
		}
		if w := h.do(c); decode[httpapi.Problem](t, w).Code != "not_permitted" {
			t.Errorf("proposes, %s: %d %s", how, w.Code, w.Body)
		}
	}
	if records, err := h.svc.History(t.Context(), id); err != nil || int64(len(records)) != version {
		t.Errorf("%d entries, %v", len(records), err)
	}
}
