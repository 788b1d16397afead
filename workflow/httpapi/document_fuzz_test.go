package httpapi_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

var (
	requests    = flag.Int("requests", 1500, "how many requests the document makes up")
	requestSeed = flag.Uint64("request-seed", 713, "seed of the requests")
)

// canary stands in what is sent and must never come back: an answer that holds
// it repeats a value that was rejected.
const canary = "410102199001011234"

// madeUp makes requests up from the document: of every operation, with
// parameters, headers and bodies that are right, nearly right, or nothing of
// the kind.
type madeUp struct {
	*asking
	r      *rand.Rand
	steps  map[string]sample.Step // the act of an operation, as the sample does it
	homes  map[string]moment      // where an operation has its place
	others []moment
	still  map[string]bool // cases that stay as they are
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// text is a value that a parameter or a field may get instead of its own.
func (m *madeUp) text() string {
	return pick(m.r, []string{
		"", canary, "0", "-1", "1", "99999999999999999999", "2026-02-30", "2026-06-01", "null", "*", `"7"`, "../..", "%00", "\x00", "\u2028",
		"'; DROP TABLE juece_entries; --", strings.Repeat("长", 6000), strings.Repeat("a", 129), "\xff\xfe", "😀", "d713", "sha256:" + strings.Repeat("0", 64), "NaN", "1e400",
	})
}

// value is any JSON.
func (m *madeUp) value(depth int) any {
	switch m.r.IntN(8) {
	case 0:
		return nil
	case 1:
		return m.r.IntN(2) == 0
	case 2:
		return m.r.Int64() - m.r.Int64()
	case 3:
		return 1.5e300
	case 4, 5:
		return m.text()
	}
	if depth > 3 {
		return []any{}
	}
	if m.r.IntN(2) == 0 {
		return []any{m.value(depth + 1), m.value(depth + 1)}
	}
	return map[string]any{canary: m.value(depth + 1), "act": m.value(depth + 1)}
}

// spoil changes one place of a JSON value.
func (m *madeUp) spoil(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 || m.r.IntN(6) == 0 {
			v[pick(m.r, []string{"extra", canary, "act", "", "Act"})] = m.value(0)
			return v
		}
		keys := slices.Sorted(func(yield func(string) bool) {
			for k := range v {
				if !yield(k) {
					return
				}
			}
		})
		k := pick(m.r, keys)
		switch m.r.IntN(4) {
		case 0:
			delete(v, k)
		case 1:
			v[k] = m.value(0)
		default:
			v[k] = m.spoil(v[k])
		}
		return v
	case []any:
		if len(v) == 0 || m.r.IntN(4) == 0 {
			return append(v, m.value(0))
		}
		i := m.r.IntN(len(v))
		v[i] = m.spoil(v[i])
		return v
	}
	return m.value(0)
}

// spoilt is a body that is nearly right, or nothing of the kind.
func (m *madeUp) spoilt(right any) any {
	data, err := json.Marshal(right)
	if text, is := right.(string); is {
		data, err = []byte(text), nil
	}
	if err != nil || right == nil {
		return m.text()
	}
	switch m.r.IntN(6) {
	case 0: // cut, or with something in it that is no JSON
		i := m.r.IntN(len(data) + 1)
		return slices.Concat(data[:i], []byte(pick(m.r, []string{"", "{", `"`, canary, "\x00", "\xff", strings.Repeat("[", 20000)})))
	case 1:
		out, err := json.Marshal(m.value(0))
		if err != nil {
			return "{}"
		}
		return out
	}
	var v any
	if json.Unmarshal(data, &v) != nil {
		return data
	}
	for range 1 + m.r.IntN(3) {
		v = m.spoil(v)
	}
	out, err := json.Marshal(v)
	if err != nil { // 1.5e300 and the like are JSON, and nothing else is made up
		return data
	}
	return out
}

// form is one with a file, or nearly.
func (m *madeUp) form() string {
	parts := []entry{attached("file", "a.txt", pick(m.r, []string{"text/plain", "application/pdf", canary}), m.text())}
	for range m.r.IntN(4) {
		name := pick(m.r, []string{"name", "restricted", "class", "ground", "file", canary})
		parts = append(parts, field(name, pick(m.r, []string{"true", "personal", m.text()})))
	}
	m.r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return written(parts...)
}

// settled is a request to be sent, and when.
type settled struct {
	call
	at time.Time
}

// call makes up a request of an operation: one that is right, as a rule where it
// leads somewhere, and in more than half of all cases something in it that is not.
func (m *madeUp) call(op *huma.Operation) settled {
	p := m.home(op)
	if m.r.IntN(8) == 0 {
		p = pick(m.r, m.others)
	}
	c := m.asking.call(op, p.place)
	c.path, _, _ = strings.Cut(c.path, "?")
	if !m.still[p.id] {
		c.header["If-Match"] = "*"
	}
	c.actor = sample.Actor("d713", pick(m.r, m.declared(op)))
	query := url.Values{}
	switch {
	case op.OperationID != "upload-material":
	case m.r.IntN(2) == 0:
		c.body, c.header["Content-Type"] = m.form(), "multipart/form-data; boundary="+boundary
	default:
		query.Set("name", "调研报告")
	}
	if step, act := m.steps[op.OperationID]; act {
		c.actor = step.Actor
		body := map[string]any{"act": step.Act, "occurred_on": step.On}
		if step.Reasons != nil {
			body["reasons"] = step.Reasons
		}
		c.body = body
		if op.OperationID == "propose" {
			body["pack"] = "d713"
		}
	}
	for _, param := range op.Parameters {
		if param.In == "query" && (param.Required || m.r.IntN(5) == 0) {
			query.Set(param.Name, m.right(param))
		}
	}
	if m.r.IntN(4) == 0 && op.Method == http.MethodPost {
		c.header["Idempotency-Key"] = pick(m.r, []string{"k1", "k2", fmt.Sprint(m.r.Uint64())})
	}
	if m.r.IntN(9) < 5 {
		for range 1 + m.r.IntN(2) {
			m.wrong(op, p.place, &c, query)
		}
	}
	for k, v := range c.header { // the client would not send it
		if strings.ContainsAny(v, "\x00\r\n") {
			delete(c.header, k)
		}
	}
	if len(query) > 0 {
		c.path += "?" + query.Encode()
	}
	return settled{c, p.at}
}

// wrong makes one thing wrong.
func (m *madeUp) wrong(op *huma.Operation, p place, c *call, query url.Values) {
	param := &huma.Param{}
	if len(op.Parameters) > 0 {
		param = pick(m.r, op.Parameters)
	}
	switch m.r.IntN(8) {
	case 0, 1, 2:
		if c.body != nil || m.r.IntN(4) == 0 {
			c.body = m.spoilt(c.body)
			return
		}
		fallthrough
	case 3, 4:
		switch param.In {
		case "path":
			c.path = strings.Replace(c.path, p.id, url.PathEscape(strings.Trim(m.text(), "./")+"x"), 1)
		case "query":
			query.Add(param.Name, m.text())
		case "header":
			c.header[param.Name] = m.text()
		}
	case 5:
		c.actor = m.stranger(op)
	case 6:
		switch m.r.IntN(4) {
		case 0:
			delete(c.header, "If-Match")
		case 1:
			c.header["If-Match"] = pick(m.r, []string{`"0"`, `"999"`, `W/"1"`, "1", m.text()})
		case 2:
			c.header["Content-Type"] = pick(m.r, []string{"text/plain", "multipart/form-data", "application/json; charset=gbk", canary, "application/x-www-form-urlencoded"})
		case 3:
			c.header["Accept"] = pick(m.r, []string{"text/html", "application/xml", "*/*;q=0", m.text()})
		}
	case 7:
		c.header["Accept-Language"] = pick(m.r, []string{"en", "zh", "de", "zh-Hant", "*", m.text()})
	}
}

// right is a value that a parameter may well have.
func (m *madeUp) right(p *huma.Param) string {
	known := map[string]string{
		"finding": "R16.4", "stage": "drafting", "lead_unit": sample.LeadUnit, "organ": sample.Organ("d713").Name, "as_of": "2026-03-10T09:00:00+08:00",
		"gate": "decide", "class": "personal", "ground": ground, "name": "调研报告.txt", "sheet": "d713", "after": "", "hearing": "2026-05-11", "meeting": "2026-07-31",
		"with": "hold_hearing", "without": "hold_hearing", "withhold": "personal", "size": "1", "from": "2026-01-01", "to": "2026-12-31",
	}
	value, is := known[p.Name]
	switch {
	case p.Schema != nil && len(p.Schema.Enum) > 0:
		return fmt.Sprint(pick(m.r, p.Schema.Enum))
	case p.Schema != nil && p.Schema.Type == huma.TypeInteger:
		return pick(m.r, []string{"1", "2", "20"})
	case p.Schema != nil && p.Schema.Type == huma.TypeBoolean:
		return pick(m.r, []string{"true", "false"})
	case is:
		return value
	}
	return exampleOf(p)
}

func (m *madeUp) declared(op *huma.Operation) []decision.Role {
	roles, _ := op.Extensions["x-roles"].([]decision.Role)
	return roles
}

// stranger is somebody who perhaps may not.
func (m *madeUp) stranger(op *huma.Operation) decision.Actor {
	switch m.r.IntN(4) {
	case 0:
		return decision.Actor{}
	case 1:
		return sample.Actor("d713", pick(m.r, m.declared(op)))
	}
	return identityOf(pick(m.r, everyRole()), pick(m.r, relations()))
}

// moment is a case as it was before an act, on the day of that act.
type moment struct {
	place
	at time.Time
}

// home is the case in which an operation is most likely to be answered: of an
// act, one where it is the next; of most others, one that has everything.
func (m *madeUp) home(op *huma.Operation) moment {
	if p, act := m.homes[op.OperationID]; act {
		return p
	}
	return m.others[0]
}

// trial is a store that tries what is to be recorded on a case, and takes it
// back: the case stays where the next act has its place. Cases of which no more
// is said are kept as they grow.
type trial struct {
	*store.Store
	host  *sql.DB
	still map[string]bool
}

func (s *trial) try(ctx context.Context, id string, write func(*store.Store) error) error {
	if !s.still[id] {
		return write(s.Store)
	}
	tx, err := s.host.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // that is what it is for
	return write(s.Join(tx))
}

func (s *trial) Append(ctx context.Context, w workflow.Write) error {
	return s.try(ctx, w.Summary.Decision, func(st *store.Store) error { return st.Append(ctx, w) })
}

func (s *trial) Receive(ctx context.Context, id string, opinions []workflow.Opinion) error {
	return s.try(ctx, id, func(st *store.Store) error { return st.Receive(ctx, id, opinions) })
}

func (s *trial) Keep(ctx context.Context, id string, f workflow.Material) error {
	return s.try(ctx, id, func(st *store.Store) error { return st.Keep(ctx, id, f) })
}

// openTrial opens a database whose cases can be held still.
func openTrial(t *testing.T) *trial {
	t.Helper()
	path := filepath.Join(t.TempDir(), "juece.db")
	st, err := sqlite.Open(t.Context(), "file:"+path+"?_synchronous=OFF")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() }) // the test is over
	host, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = host.Close() })
	if err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &trial{Store: st.Knowing(gm.SM3()), host: host, still: map[string]bool{}}
}

// apartAt says before which act of the sample those off its way have their place.
func apartAt() map[decision.Kind]decision.Kind {
	return map[decision.Kind]decision.Kind{
		"decline": "initiate", "return_package": "issue_legality_opinion", "invoke_reform": "place_on_agenda",
		"state_expropriation": "submit_for_review", "rely_on_assessment": "submit_for_review", "withdraw": "submit_for_review",
		"correct_minutes": "publish", "record_congress_act": "publish", "withhold_publication": "publish",
		"file_for_record": "complete_execution", "erase_data": "complete_execution",
	}
}

// prefixes says for each act how much of the sample goes before it, so that it
// can be done there: no more different prefixes than needed, because each is a case.
func prefixes(t *testing.T) map[decision.Kind]int {
	t.Helper()
	walk := sample.Walk("d713")
	then := []workflow.Case{workflowtest.Case(t, "d713")} // after so many steps
	var made []int                                        // the last of each stage, and what else is needed
	for i, s := range walk {
		done, err := workflowtest.Do(then[i], s)
		if err != nil {
			t.Fatal(err)
		}
		if then = append(then, done.Case); done.Case.Stage != then[i].Stage {
			made = append(made, i)
		}
	}
	found := map[decision.Kind]int{}
	specimens := sample.Specimens()
	for _, kind := range slices.Sorted(maps.Keys(specimens)) { // what is made up follows from the seed alone
		step, where := specimens[kind], kind
		if before, off := apartAt()[kind]; off {
			where = before
		} else if slices.Contains(unanswered(), kind) {
			where = "complete_execution"
		}
		found[kind] = len(sample.Before("d713", where))
		i := slices.IndexFunc(made, func(n int) bool {
			_, err := workflowtest.Do(then[n], step)
			return err == nil
		})
		if i >= 0 {
			found[kind] = made[i]
		} else if !slices.Contains(made, found[kind]) {
			made = append(made, found[kind])
		}
	}
	return found
}

// settle makes cases in which every act of the sample has its place, and holds
// them still; one more that is carried out; and one that grows.
func (m *madeUp) settle(t *testing.T, h *harness) {
	t.Helper()
	m.steps, m.homes = map[string]sample.Step{}, map[string]moment{}
	at := func(steps []sample.Step) moment {
		h.clock = sample.NewClock(calendar.MustParseDate("2026-03-01"))
		h.svc.Now = h.clock.Now
		p := place{id: "none"}
		if len(steps) > 0 {
			p.id, p.version = h.walk("d713", steps)
		}
		p.material = sample.Named("调研报告").Digest
		return moment{p, h.clock.Now().Add(time.Hour)}
	}
	before := map[int]moment{}
	specimens := sample.Specimens()
	needed := prefixes(t)
	for _, kind := range slices.Sorted(maps.Keys(needed)) {
		step, n := specimens[kind], needed[kind]
		if _, made := before[n]; !made {
			before[n] = at(sample.Walk("d713")[:n])
		}
		home := before[n]
		for _, f := range step.Files {
			if home.id != "none" {
				h.want(t, http.StatusCreated, call{method: "POST", path: "/decisions/" + home.id + "/materials?name=a", actor: step.Actor, body: f.Content})
			}
		}
		if day := step.On.Time().Add(2 * time.Hour); day.After(home.at) {
			home.at = day
		}
		if kind != (decision.CommitOpinions{}).Kind() {
			m.steps[operationOf(kind)], m.homes[operationOf(kind)] = step, home
		}
	}
	late := at(sample.Walk("d713"))
	opinions, err := h.svc.Register.Opinions(t.Context(), late.id, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	late.opinion = opinions[0].Digest
	for _, p := range append(slices.Collect(maps.Values(before)), late) {
		m.still[p.id] = true
	}
	grown := at(sample.Before("d713", "close_comment"))
	m.homes["commit-opinions"], m.homes["receive-opinions"], m.homes["upload-material"] = grown, grown, grown
	m.homes["get-plan"], m.homes["get-plan-picture"] = m.homes["study-proposal"], m.homes["study-proposal"]
	m.others = []moment{late, grown, m.homes["issue-legality-opinion"], m.homes["study-proposal"], {place{id: "none", version: 1}, late.at}}
	sealer, _ := h.sealer()
	if _, _, err := sealer.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Whatever is sent: no internal error, no status that the document does not
// have, every error a problem, and nothing of what was sent comes back in one.
// Every operation is answered with success as well, and so often that what is
// behind the first checks is tried too.
func TestRequestsMadeUpFromTheDocument(t *testing.T) {
	if storetest.RaceEnabled {
		t.Skip("one request after the other")
	}
	t.Parallel()
	st := openTrial(t)
	h := serve(t, st)
	m := &madeUp{asking: newAsking(t, h), r: rand.New(rand.NewPCG(*requestSeed, 1)), still: st.still}
	checked := h.handler
	h.handler = h.mux // the sample itself is checked elsewhere
	m.settle(t, h)
	h.handler = checked
	var now atomic.Int64
	h.svc.Now = func() time.Time { return time.UnixMicro(now.Add(1)) }
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	seen, sent, deep := map[string]map[int]int{}, 0, 0
	for n := range *requests {
		op := m.operations[n%len(m.operations)]
		c := m.call(op)
		now.Store(c.at.UnixMicro())
		w, ok := h.over(server, c.call)
		if !ok {
			continue // no client would send it
		}
		if seen[op.OperationID] == nil {
			seen[op.OperationID] = map[int]int{}
		}
		seen[op.OperationID][w.Code]++
		sent++
		if w.Code/100 == 2 || w.Code == http.StatusConflict {
			deep++
		}
		if wrong := h.wrong(op, w); wrong != "" {
			body := fmt.Sprintf("%s", c.body)
			t.Errorf("request %d, %s %.300s %v %.300s: %d: %s: %.300s", n, c.method, c.path, c.header, body, w.Code, wrong, w.Body)
		}
	}
	for _, op := range m.operations {
		t.Logf("%-26s %v", op.OperationID, seen[op.OperationID])
		unanswerable := slices.ContainsFunc(unanswered(), func(k decision.Kind) bool { return operationOf(k) == op.OperationID })
		if seen[op.OperationID][http.StatusOK]+seen[op.OperationID][http.StatusCreated]+seen[op.OperationID][http.StatusAccepted] == 0 && !unanswerable && *requests >= 1500 {
			t.Errorf("%s was never done", op.OperationID)
		}
	}
	t.Logf("%d requests of %d operations in %d cases, %d done or judged", sent, len(m.operations), len(m.still), deep)
	if deep*3 < sent {
		t.Errorf("%d of %d requests came to be done or judged", deep, sent)
	}
}

// over sends a call over a connection, when it can be sent.
func (h *harness) over(server *httptest.Server, c call) (w *httptest.ResponseRecorder, ok bool) {
	body, is := c.body.([]byte)
	if text, written := c.body.(string); written {
		body = []byte(text)
	} else if !is && c.body != nil {
		data, err := json.Marshal(c.body)
		if err != nil {
			h.t.Fatal(err)
		}
		body = data
	}
	r, err := http.NewRequestWithContext(h.t.Context(), c.method, server.URL+"/v1"+c.path, bytes.NewReader(body))
	if err != nil {
		return nil, false
	}
	if c.actor.ID != "" {
		actor, err := json.Marshal(c.actor)
		if err != nil {
			h.t.Fatal(err)
		}
		r.Header.Set("X-Actor", string(actor))
	}
	if c.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	answer, err := server.Client().Transport.RoundTrip(r)
	if err != nil {
		return nil, false
	}
	defer answer.Body.Close()
	w = httptest.NewRecorder()
	if _, err := io.Copy(w.Body, answer.Body); err != nil {
		h.t.Errorf("%s %s: the answer breaks off: %v", c.method, c.path, err)
	}
	w.Code = answer.StatusCode
	maps.Copy(w.Header(), answer.Header)
	return w, true
}

// wrong says what is wrong with an answer.
func (h *harness) wrong(op *huma.Operation, w *httptest.ResponseRecorder) string {
	switch declared := op.Responses[strconv.Itoa(w.Code)]; {
	case w.Code >= 500:
		return "an internal error"
	case w.Code >= 300 && w.Code < 400 && w.Header().Get("Location") != "":
		return ""
	case declared == nil:
		return "an undocumented status"
	case w.Code < 400:
		return ""
	case w.Header().Get("Content-Type") != "application/problem+json":
		return "no problem: " + w.Header().Get("Content-Type")
	case strings.Contains(w.Body.String(), canary):
		return "it repeats what was sent"
	}
	var p struct {
		Type, Code string
		Status     int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Type != "/problems/"+p.Code || p.Code == "internal" {
		return "a malformed problem"
	}
	return ""
}
