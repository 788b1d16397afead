package httpapi_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

var everyStage = flag.Bool("stages", false, "ask each cell of the authorisation matrix in every stage, not in one")

// frozen is a store that changes no more: what would be recorded comes as a
// conflict, so that a case can be asked about everything and stays what it is.
type frozen struct {
	workflowtest.Storage
	cold   atomic.Bool
	loaded sync.Map // records by decision, read once
}

func (f *frozen) Append(ctx context.Context, w workflow.Write) error {
	if f.cold.Load() {
		return workflow.ErrConflict
	}
	return f.Storage.Append(ctx, w)
}

func (f *frozen) Load(ctx context.Context, id string) ([]history.Record, error) {
	if !f.cold.Load() {
		return f.Storage.Load(ctx, id)
	}
	if known, ok := f.loaded.Load(id); ok {
		return known.([]history.Record), nil
	}
	records, err := f.Storage.Load(ctx, id)
	if err == nil {
		f.loaded.Store(id, records)
	}
	return records, err
}

func (f *frozen) Refuse(ctx context.Context, r workflow.Refusal) error {
	if f.cold.Load() {
		return nil
	}
	return f.Storage.Refuse(ctx, r)
}

func (f *frozen) Receive(ctx context.Context, id string, opinions []workflow.Opinion) error {
	if f.cold.Load() {
		return nil
	}
	return f.Storage.Receive(ctx, id, opinions)
}

func (f *frozen) Keep(ctx context.Context, id string, m workflow.Material) error {
	if f.cold.Load() {
		return nil
	}
	return f.Storage.Keep(ctx, id, m)
}

// relation is how who calls stands to the case.
type relation string

const (
	ownUnit   relation = "undertakes the case"
	otherUnit relation = "another unit of the organ"
	elsewhere relation = "another organ"
	above     relation = "a superior organ"
	homeless  relation = "no organ"
	confined  relation = "other cases only"
)

func relations() []relation {
	return []relation{ownUnit, otherUnit, elsewhere, above, homeless, confined}
}

// identityOf is an actor with a role in a relation to the case of the sample.
func identityOf(role decision.Role, r relation) decision.Actor {
	a := decision.Actor{ID: "身份甲", Organ: sample.Organ("d713").Name, Roles: []decision.Role{role}}
	switch r {
	case ownUnit:
		a.Unit = sample.LeadUnit
	case otherUnit:
		a.Unit = "县财政局"
	case elsewhere:
		a.Organ = "邻县人民政府"
	case above:
		a.Organ, a.Supervises = sample.SuperiorOrgan, []string{a.Organ}
	case homeless:
		a.Organ = ""
	case confined:
		a.Unit, a.Cases = sample.LeadUnit, []string{"another"}
	}
	return a
}

// answer is the sort of answer that a caller gets.
type answer string

const (
	letIn   answer = "let in"    // whatever comes of it
	refused answer = "refused"   // 403
	hidden  answer = "not there" // 404
	unknown answer = "unknown"   // 401
)

// expected is the answer that the table and the relation call for. It asks
// nothing of the code: a case is known to its organ, to auditors, and to the
// organ above, and is not there for anybody else.
func expected(op *huma.Operation, who decision.Actor, r relation) []answer {
	role, act := who.Roles[0], actOf(op) != ""
	auditor, public := role == workflow.RoleAuditor, role == workflow.RolePublic
	within := r == ownUnit || r == otherUnit
	supervised := role == workflow.RoleSupervisor && r == above
	switch {
	case !slices.Contains(handedOut(op), role):
		return []answer{refused} // whatever case is named
	case !strings.Contains(op.Path, "{id}"):
		return ofNoCase(op.OperationID, auditor, within, r)
	case r == homeless && strings.Contains(op.Path, "/acts/"):
		return []answer{refused} // whatever case is named
	case r == confined:
		return []answer{hidden}
	case op.OperationID == "receive-opinions" && public: // to any organ (Art 15), on what was announced
		return []answer{letIn, hidden}
	case op.OperationID == "get-opinion-receipt": // who knows the digest
		return []answer{letIn}
	case act && (within && role != workflow.RoleSupervisor || supervised):
		return []answer{letIn, refused} // the case may still be another unit's, or the act one for the organ above
	case act && within:
		return []answer{refused} // no organ is above itself
	case within, supervised, auditor:
		return []answer{letIn}
	}
	return []answer{hidden}
}

// ofNoCase is the answer of what is not about one case: catalogues are for
// everybody, lists for who belongs to an organ.
func ofNoCase(operation string, auditor, within bool, r relation) []answer {
	organs := []string{"list-tasks", "list-roster", "propose"}
	if !auditor {
		organs = append(organs, "list-decisions", "get-statistics", "stream-entries")
	}
	if r == homeless && slices.Contains(organs, operation) || operation == "propose" && !within {
		return []answer{refused}
	}
	return []answer{letIn}
}

// The authorisation matrix: every operation of the document, every role, every
// relation to the case, over the stages of the procedure.
func TestTheAuthorisationMatrix(t *testing.T) {
	if storetest.RaceEnabled {
		t.Skip("one request after the other")
	}
	t.Parallel()
	store := &frozen{Storage: openSQLite(t)}
	h := serve(t, store)
	cases := h.eachStage(t)
	sealer, _ := h.sealer()
	if _, err := sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	store.cold.Store(true)
	asked := newAsking(t, h)
	stages := slices.Sorted(maps.Keys(cases))
	cells, turn, recorded := 0, 0, 0
	seen := map[string]int{}
	for _, op := range asked.operations {
		for _, role := range append(everyRole(), "administrator") {
			for _, r := range relations() {
				at := stages
				if !*everyStage {
					at = stages[turn%len(stages) : turn%len(stages)+1]
					turn++
				}
				who := identityOf(role, r)
				want := expected(op, who, r)
				for _, stage := range at {
					c := asked.call(op, cases[stage])
					c.actor = who
					w := h.do(c)
					got := sort(w.Code)
					cells++
					seen[string(got)]++
					if got == hidden && slices.Contains(want, letIn) && !cases[stage].has(op.Path) {
						got = letIn // what is asked for is not there yet
					}
					if actOf(op) != "" && overtaken(w.Code) {
						recorded++ // but for the store
						if !mayBeRecorded(op, who, r, cases[stage].assigned) {
							t.Errorf("%s as %s of %s, case in stage %s, would be recorded", op.OperationID, role, r, stage)
						}
					}
					if !slices.Contains(want, got) {
						t.Errorf("%s as %s of %s, case in stage %s: %d, want %v: %.200s", op.OperationID, role, r, stage, w.Code, want, w.Body)
					}
				}
			}
		}
		if w := h.do(asked.call(op, cases[stages[0]])); sort(w.Code) != unknown {
			t.Errorf("%s without an identity: %d", op.OperationID, w.Code)
		}
		cells++
	}
	for id, version := range asked.versions {
		if records, err := store.Storage.Load(t.Context(), id); err != nil || int64(len(records)) != version {
			t.Errorf("%s has %d entries, had %d: %v", id, len(records), version, err)
		}
	}
	if recorded < 20 {
		t.Errorf("only %d acts came as far as the store", recorded)
	}
	t.Logf("%d operations, %d stages, %d cells: %v; %d came as far as the store", len(asked.operations), len(stages), cells, seen, recorded)
}

// overtaken reports whether an act would have been recorded in a store that is
// not frozen: the version that it names is the right one.
func overtaken(status int) bool {
	return status == http.StatusPreconditionFailed || status == http.StatusServiceUnavailable
}

func sort(status int) answer {
	switch status {
	case http.StatusUnauthorized:
		return unknown
	case http.StatusForbidden:
		return refused
	case http.StatusNotFound:
		return hidden
	}
	return letIn
}

// place is a case in a stage, and what stands in it.
type place struct {
	id       string
	version  int64
	material string         // "" while there is none
	drafts   int            // how many versions there are
	sent     bool           // for legality review
	opinion  history.Digest // of the first in the register
	assigned bool           // to units by name
}

// has reports whether the case has what a path names below it.
func (p place) has(path string) bool {
	switch {
	case strings.Contains(path, "/materials/"):
		return p.material != ""
	case strings.HasSuffix(path, "/package"):
		return p.sent
	case strings.Contains(path, "{draft}"):
		return p.drafts > 1
	}
	return p.opinion != "" || !strings.Contains(path, "{position}") && !strings.Contains(path, "/receipts/")
}

// eachStage makes a case in each stage that the sample passes.
func (h *harness) eachStage(t *testing.T) map[workflow.Stage]place {
	t.Helper()
	found := map[workflow.Stage]place{}
	walk := sample.Walk("d713")
	c := workflowtest.Case(t, "d713")
	for i, step := range walk {
		applied, err := workflowtest.Do(c, step)
		if err != nil {
			t.Fatal(err)
		}
		c = applied.Case
		last := i+1 == len(walk)
		if _, known := found[c.Stage]; known && !last {
			continue
		}
		id, version := h.walk("d713", walk[:i+1])
		p := place{id: id, version: version}
		for _, s := range walk[:i+1] {
			if named := decision.Materials(s.Act); len(named) > 0 && p.material == "" {
				p.material = named[0].Digest
			}
			switch s.Act.(type) {
			case decision.SubmitDraft:
				p.drafts++
			case decision.SubmitForReview:
				p.sent = true
			case decision.AssignUnits:
				p.assigned = true
			}
		}
		opinions, err := h.svc.Register.Opinions(t.Context(), id, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(opinions) > 0 {
			p.opinion = opinions[0].Digest
		}
		found[c.Stage] = p
	}
	return found
}

func everyRole() []decision.Role {
	return []decision.Role{
		workflow.RoleDecisionOrgan, workflow.RoleChiefExecutive, workflow.RoleGovOffice, workflow.RoleMeetingSecretary,
		workflow.RoleUndertakingUnit, workflow.RoleConsultedUnit, workflow.RolePublic, workflow.RoleExpert,
		workflow.RoleRiskAssessor, workflow.RoleFairCompetition, workflow.RoleLegalityReviewer, workflow.RoleLegalAdviser,
		workflow.RoleGovLawyer, workflow.RoleArchivist, workflow.RoleExecutingUnit, workflow.RoleEvaluator,
		workflow.RoleSupervisor, workflow.RoleAuditor,
	}
}

// asking makes a request of each operation that is well formed, so that what
// refuses it is who asks.
type asking struct {
	operations []*huma.Operation
	bodies     map[decision.Kind]any
	versions   map[string]int64
}

func newAsking(t *testing.T, h *harness) *asking {
	t.Helper()
	a := &asking{bodies: map[decision.Kind]any{}, versions: map[string]int64{}}
	for _, item := range h.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Head, item.Put, item.Post, item.Patch, item.Delete} {
			if op != nil {
				a.operations = append(a.operations, op)
			}
		}
	}
	slices.SortFunc(a.operations, func(x, y *huma.Operation) int { return strings.Compare(x.OperationID, y.OperationID) })
	for kind, s := range sample.Specimens() {
		a.bodies[kind] = map[string]any{"act": s.Act}
	}
	return a
}

// call is the request of an operation on a case.
func (a *asking) call(op *huma.Operation, p place) call {
	a.versions[p.id] = p.version
	digest := string(p.opinion)
	if strings.Contains(op.Path, "/materials/") {
		digest = p.material
	}
	if digest == "" {
		digest = sample.Named("没有").Digest
	}
	path := op.Path[strings.Index(op.Path, "/v1")+len("/v1"):]
	if !strings.HasPrefix(op.Path, "/v1") {
		path = op.Path
	}
	for name, value := range map[string]string{
		"{id}": p.id, "{seq}": "1", "{position}": "1", "{digest}": digest, "{name}": "d713", "{draft}": "2",
	} {
		path = strings.ReplaceAll(path, name, value)
	}
	c := call{method: op.Method, path: path, header: map[string]string{"If-Match": tagOf(p.version)}}
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required {
			c.path += "?" + p.Name + "=" + exampleOf(p)
		}
	}
	kind := decision.Kind(path[strings.LastIndex(path, "/")+1:])
	switch {
	case op.Method != http.MethodPost:
	case op.OperationID == "propose":
		c.body = map[string]any{"pack": "d713", "act": sample.Walk("d713")[0].Act}
	case op.OperationID == "receive-opinions":
		c.body = map[string]any{"opinions": []decision.Opinion{{Activity: "c1", Channel: "letter", Verification: "anonymous", Text: "意见"}}}
	case op.OperationID == "upload-material":
		c.body, c.header["Content-Type"] = "调研", "text/plain"
		c.path += "?name=a"
	case a.bodies[kind] != nil:
		c.body = a.bodies[kind]
	default:
		c.body = map[string]any{"act": map[string]any{}}
	}
	return c
}

func exampleOf(p *huma.Param) string {
	switch {
	case p.Name == "meeting" || p.Schema.Format == "date":
		return "2026-06-01"
	case p.Schema.Type == huma.TypeInteger:
		return "1"
	}
	return fmt.Sprint(p.Name)
}
