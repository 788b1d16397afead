package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// As of a moment, a case is what it was: every answer given when the entry was
// the last is the answer given later about that entry, and about that time.
func TestACaseAsItWasAtTheTime(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	auditor := sample.Actor("d713", workflow.RoleAuditor)
	walk := sample.Walk("d713")
	get := func(path string) string {
		t.Helper()
		return h.want(t, http.StatusOK, call{method: "GET", path: path, actor: auditor}).Body.String()
	}
	type answers struct {
		at                   time.Time
		one, history, lacked string
	}
	then := map[int]answers{}
	id, version := "", int64(0)
	for chunk := range slices.Chunk(walk, 13) {
		id, version = h.walkOn("d713", id, version, chunk)
		path := "/decisions/" + id
		then[int(version)] = answers{h.clock.Now(), get(path), get(path + "/history"), get(path + "/missing")}
	}
	for n, was := range then {
		for what, moment := range map[string]string{
			"entry": fmt.Sprintf("as_of_seq=%d", n),
			"time":  "as_of=" + url.QueryEscape(was.at.Format(time.RFC3339Nano)),
		} {
			for part, want := range map[string]string{"": was.one, "/history": was.history, "/missing": was.lacked} {
				got := get("/decisions/" + id + part + "?" + moment)
				if part == "/history" { // how far it was sealed then is not known
					want, _, _ = strings.Cut(want, `,"sealing"`)
					got = strings.TrimSuffix(got, "}\n")
				}
				if got != want {
					t.Errorf("by %s %d, %s: %s", what, n, part, cmp.Diff(want, got))
				}
			}
		}
	}
	path := "/decisions/" + id
	for query, status := range map[string]int{
		"as_of_seq=0":                                   422,
		"as_of_seq=1000":                                404,
		"as_of=2019-01-01T00:00:00Z":                    404,
		"as_of=2199-01-01T00:00:00Z":                    422,
		"as_of=yesterday":                               422,
		"as_of_seq=1&as_of=2026-03-02T10:00:00%2B08:00": 422,
	} {
		for _, part := range []string{"", "/history", "/missing"} {
			if w := h.do(call{method: "GET", path: path + part + "?" + query, actor: auditor}); w.Code != status {
				t.Errorf("%s?%s: %d, want %d: %s", part, query, w.Code, status, w.Body)
			}
		}
	}
	if w := h.do(call{method: "GET", path: path + "?as_of_seq=1", actor: identityOf(workflow.RoleGovOffice, elsewhere)}); w.Code != http.StatusNotFound {
		t.Errorf("another organ: %d", w.Code)
	}
}

// What was recorded later is not there, whatever day it is said to have
// happened on: a paper that was written afterwards was missing at the time.
func TestALateEntryWasNotThereAtTheTime(t *testing.T) {
	t.Parallel()
	h := serve(t, openSQLite(t))
	office := sample.Actor("d713", workflow.RoleGovOffice)
	id, version, late := h.reach(t, "study_proposal")
	before := h.clock.Now()
	h.clock.Set(sample.Walk("d713")[30].On) // entered weeks later, for the day of the sample
	h.want(t, http.StatusOK, late)
	at := func(m time.Time) httpapi.Case {
		return decode[httpapi.Case](t, h.want(t, http.StatusOK, call{
			method: "GET", path: "/decisions/" + id + "?as_of=" + url.QueryEscape(m.Format(time.RFC3339Nano)), actor: office,
		}))
	}
	if then, now := at(before), at(h.clock.Now()); now.Version != version+1 || then.Version != version || then.Stage.ID != workflow.StageProposed {
		t.Errorf("then %d %s, now %d", then.Version, then.Stage.ID, now.Version)
	}
}
