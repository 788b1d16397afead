package audit_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/audit"
	"github.com/juece/juece/workflow/dossier"
)

// evidence are the columns that a verification covers, and the keys of their
// tables. What is not here is told in the package documentation.
var evidence = []struct{ table, key, columns string }{
	{"entries", "decision_id, seq", "data, digest"},
	{"decisions", "decision_id", "version, head, stage, title, organ, lead_unit, pack, pack_name, created_at, updated_at"},
	{"tasks", "decision_id, task_key", "act, rule, role, unit, organ, task_key"},
	{"materials", "decision_id, digest", "size, erased, digest"},
	{"material_chunks", "decision_id, digest, start", "content, start, digest"},
	{"opinions", "decision_id, opinion_id", "digest, body, erased, opinion_id"},
	{"opinion_positions", "decision_id, position", "position, opinion_id"},
	{"unsealed", "decision_id, seq", "digest, seq"},
	{"log_leaves", "log, position", "leaf, position"},
	{"log_hashes", "log, idx", "hash, idx"},
	{"log_checkpoints", "log, size", "root, note, size"},
	{"log_positions", "decision_id, log, seq", "position, seq"},
}

// One value after the other is changed by chance in a store that is sound, and
// changed back: every change is found.
func TestEveryMutationIsFound(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("SQLite in Go is slow under -race")
	}
	template := inhabited(t, onSQLite(t))
	template.close(t)
	f := template.fork(t)
	f.exec(`DROP INDEX IF EXISTS juece_log_leaves_keys`)
	mutations, seed := 300, uint64(20260908)
	if testing.Short() {
		mutations = 100
	}
	random := rand.New(rand.NewPCG(seed, 0))
	found := map[string]int{}
	for n := range mutations {
		e := evidence[random.IntN(len(evidence))]
		columns := strings.Split(e.columns, ", ")
		m := f.mutate(random, e.table, e.key, columns[random.IntN(len(columns))])
		if m.after == nil {
			continue
		}
		r := verify(t, f.installation, f.options())
		// A digest that nobody names cannot be told from one of a hash function
		// that is not known here.
		unknown := r.Verdict == dossier.Unusable && e.table == "materials" && r.Problems[0].Code == "algorithm"
		if r.Verdict != dossier.Broken && !unknown {
			t.Errorf("mutation %d of seed %d: %s: %s", n, seed, m, r.Verdict)
		}
		if strings.HasPrefix(e.key, "decision_id") && e.table != "log_positions" {
			m.named(t, r)
		}
		found[e.table]++
		m.undo()
	}
	sound(t, f.installation, f.options())
	t.Logf("seed %d: found %v", seed, found)
}

// mutation is one value that was changed.
type mutation struct {
	f             *fork
	table, column string
	keys          []string
	values        []any // of the keys
	before, after any
}

func (m *mutation) String() string {
	return fmt.Sprintf("%s.%s of %v: %.80q became %.80q", m.table, m.column, m.values, m.before, m.after)
}

// mutate changes one value of one row. There is nothing after it when the row
// that would be changed cannot be.
func (f *fork) mutate(random *rand.Rand, table, key, column string) *mutation {
	f.t.Helper()
	m := &mutation{f: f, table: "juece_" + table, column: column}
	f.row(random, m, key)
	switch v := m.before.(type) {
	case int64:
		m.after = v + 1 + random.Int64N(5)
	case string:
		m.after = changed(random, v)
	case []byte:
		m.after = []byte(changed(random, string(v)))
	}
	if !m.set(m.after) { // it would be another row's key
		m.after = nil
	}
	return m
}

// named checks that the decision is found whose row was changed, and no other;
// and the very entry when it is one that was changed.
func (m *mutation) named(t *testing.T, r *audit.Report) {
	t.Helper()
	for _, p := range r.Problems {
		if p.Decision != m.values[0] && p.Decision != "" {
			t.Errorf("%s: a false alarm: %+v", m, p)
		}
	}
	at := slices.IndexFunc(r.Problems, func(p audit.Problem) bool { return p.Decision == m.values[0] })
	if at < 0 || m.table == "juece_entries" && r.Problems[at].Seq != m.values[1] {
		t.Errorf("%s: %+v", m, r.Problems)
	}
}

// row picks one by chance and reads its value.
func (f *fork) row(random *rand.Rand, m *mutation, key string) {
	f.t.Helper()
	count := column[int](f, `SELECT COUNT(*) FROM `+m.table)[0]
	m.keys = strings.Split(key, ", ")
	m.values = make([]any, len(m.keys))
	into := []any{&m.before}
	for i := range m.values {
		into = append(into, &m.values[i])
	}
	ok(f.t, f.sql.QueryRowContext(f.t.Context(), fmt.Sprintf(`SELECT %s, %s FROM %s ORDER BY %s LIMIT 1 OFFSET %d`, m.column, key, m.table, key, random.IntN(count))).Scan(into...))
}

// changed is a text with another letter somewhere. What stands at the end of
// Base64 can be written in more than one way and mean the same, so it is left.
func changed(random *rand.Rand, text string) string {
	if text == "" {
		return "x"
	}
	data := []byte(text)
	if at := random.IntN(max(1, len(data)-4)); data[at] == 'x' {
		data[at] = 'y'
	} else {
		data[at] = 'x'
	}
	return string(data)
}

// set reports whether the row took the value.
func (m *mutation) set(value any) bool {
	if data, is := value.([]byte); is && data == nil {
		value = []byte{} // not NULL
	}
	where := make([]string, len(m.keys))
	for i, k := range m.keys {
		where[i] = fmt.Sprintf("%s = $%d", k, i+2)
	}
	res, err := m.f.sql.ExecContext(m.f.t.Context(), `UPDATE `+m.table+` SET `+m.column+` = $1 WHERE `+strings.Join(where, " AND "), append([]any{value}, m.values...)...)
	if err != nil {
		return false
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		m.f.t.Fatalf("%s: %d rows, %v", m, n, err)
	}
	if i := slices.Index(m.keys, m.column); i >= 0 {
		m.values[i] = value
	}
	return true
}

func (m *mutation) undo() {
	m.f.t.Helper()
	if !m.set(m.before) {
		m.f.t.Fatalf("%s cannot be undone", m)
	}
}
