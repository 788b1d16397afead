package audit_test

import (
	"bytes"
	"cmp"
	"database/sql"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/audit"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// tables that take no second writing.
var tables = []string{
	"juece_entries", "juece_opinion_positions", "juece_log_leaves", "juece_log_hashes",
	"juece_log_checkpoints", "juece_log_cosignatures", "juece_log_positions",
}

// fork is another installation with the same rows, whose triggers do not
// guard them any more. The template's store is closed.
type fork struct {
	*installation
	template *installation
	t        testing.TB
}

func (in *installation) fork(t testing.TB) *fork {
	t.Helper()
	copied := *in
	if in.engine == "sqlite" {
		path := filepath.Join(t.TempDir(), "copy.db")
		_, err := in.sql.ExecContext(t.Context(), `VACUUM INTO '`+path+`'`)
		ok(t, err)
		s, err := sqlite.Open(t.Context(), path)
		copied.database = open(t, s, err, in.engine, fileURI(path))
	} else {
		copied.database = in.forkPostgres(t)
	}
	copied.svc = workflowtest.Service(t, copied.database, in.clock)
	sealer := *in.sealer
	sealer.Log.Store = copied.database
	copied.sealer = &sealer
	f := &fork{&copied, in, t}
	f.unlock()
	return f
}

func (in *installation) forkPostgres(t testing.TB) database {
	t.Helper()
	dsn := postgrestest.DSN(t)
	at, err := url.Parse(dsn)
	ok(t, err)
	name := strings.TrimPrefix(at.Path, "/")
	at.Path = "/postgres"
	admin, err := sql.Open("postgres", at.String())
	ok(t, err)
	defer admin.Close()
	for _, statement := range []string{`DROP DATABASE ` + name, `CREATE DATABASE ` + name + ` TEMPLATE ` + in.name} {
		_, err = admin.ExecContext(t.Context(), statement)
		ok(t, err)
	}
	s, err := postgres.Open(t.Context(), dsn)
	return open(t, s, err, in.engine, dsn)
}

func (f *fork) unlock() {
	f.t.Helper()
	if f.engine == "postgres" {
		for _, table := range tables {
			f.exec(`ALTER TABLE ` + table + ` DISABLE TRIGGER USER`)
		}
		return
	}
	for _, name := range column[string](f, `SELECT name FROM sqlite_master WHERE type = 'trigger'`) {
		f.exec(`DROP TRIGGER ` + name)
	}
}

func (f *fork) exec(statement string, args ...any) {
	f.t.Helper()
	res, err := f.sql.ExecContext(f.t.Context(), statement, args...)
	if err != nil {
		f.t.Fatalf("%s: %v", statement, err)
	}
	if n, err := res.RowsAffected(); err == nil && n == 0 && !strings.HasPrefix(statement, "DROP") && !strings.HasPrefix(statement, "ALTER") {
		f.t.Fatalf("%s: nothing was changed", statement)
	}
}

func column[T any](f *fork, query string, args ...any) []T {
	f.t.Helper()
	rows, err := f.sql.QueryContext(f.t.Context(), query, args...)
	ok(f.t, err)
	defer rows.Close()
	var list []T
	for rows.Next() {
		var v T
		ok(f.t, rows.Scan(&v))
		list = append(list, v)
	}
	ok(f.t, rows.Err())
	return list
}

func (f *fork) version(id string) int64 {
	records, err := f.Load(f.t.Context(), id)
	ok(f.t, err)
	return int64(len(records))
}

// rewrite changes an entry and gives it and all that follow their digests
// anew, and the state row its head: the chain holds.
func (f *fork) rewrite(id string, from int64, edit func(*history.Entry)) {
	f.t.Helper()
	records, err := f.Load(f.t.Context(), id)
	ok(f.t, err)
	for i := from - 1; i < int64(len(records)); i++ {
		e, err := history.Parse(records[i].Data)
		ok(f.t, err)
		if i == from-1 {
			edit(&e)
		} else {
			e.Prev = records[i-1].Digest
		}
		records[i], err = e.Encode()
		ok(f.t, err)
		f.exec(`UPDATE juece_entries SET data = $1, digest = $2 WHERE decision_id = $3 AND seq = $4`, records[i].Data, string(records[i].Digest), id, e.Seq)
	}
	f.exec(`UPDATE juece_decisions SET head = $1 WHERE decision_id = $2`, string(records[len(records)-1].Digest), id)
}

// reseal throws the log away and seals everything anew.
func (f *fork) reseal(key history.Signer) []byte {
	f.t.Helper()
	for _, table := range []string{"juece_log_leaves", "juece_log_hashes", "juece_log_checkpoints", "juece_log_positions"} {
		f.exec(`DELETE FROM ` + table)
	}
	f.sealer.Signers = []history.Signer{key}
	return f.seal(f.t)
}

// leaf rewrites the leaf of an entry to what the entry is now.
func (f *fork) leaf(id string, seq int64) (position int64, text string) {
	f.t.Helper()
	position = column[int64](f, `SELECT position FROM juece_log_positions WHERE decision_id = $1 AND seq = $2`, id, seq)[0]
	digest := column[string](f, `SELECT digest FROM juece_entries WHERE decision_id = $1 AND seq = $2`, id, seq)[0]
	data, err := history.Leaf{Decision: id, Seq: seq, Digest: history.Digest(digest)}.Text()
	ok(f.t, err)
	f.exec(`UPDATE juece_log_leaves SET leaf = $1 WHERE position = $2`, string(data), position)
	return position, string(data)
}

// rollBack takes the last entries of a case away, with all that tells of them,
// and writes the state row and tasks as they were.
func (f *fork) rollBack(id string, to int64) {
	f.t.Helper()
	for _, table := range []string{"entries", "log_positions", "idempotency", "outbox"} {
		_, err := f.sql.ExecContext(f.t.Context(), `DELETE FROM juece_`+table+` WHERE decision_id = $1 AND seq > $2`, id, to)
		ok(f.t, err)
	}
	records, err := f.Load(f.t.Context(), id)
	ok(f.t, err)
	entries, err := history.Verify(id, records)
	ok(f.t, err)
	again, err := workflow.Replay(id, entries, f.options().Texts)
	ok(f.t, err)
	created, err := history.ParseTime(entries[0].RecordedAt)
	ok(f.t, err)
	updated, err := history.ParseTime(entries[to-1].RecordedAt)
	ok(f.t, err)
	row, tasks := workflow.Summarize(again.Case, records[to-1].Digest, created, updated)
	f.exec(`UPDATE juece_decisions SET version = $1, head = $2, stage = $3, title = $4, lead_unit = $5, updated_at = $6 WHERE decision_id = $7`,
		row.Version, string(row.Head), row.Stage, row.Title, row.LeadUnit, row.UpdatedAt.UnixMicro(), id)
	_, err = f.sql.ExecContext(f.t.Context(), `DELETE FROM juece_tasks WHERE decision_id = $1`, id)
	ok(f.t, err)
	for _, t := range tasks {
		undated := 0
		if t.Due.IsZero() {
			undated = 1
		}
		f.exec(`INSERT INTO juece_tasks (decision_id, task_key, act, rule, role, unit, organ, undated, due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			id, t.Key, t.Act, t.Rule, t.Role, t.Unit, t.Organ, undated, t.Due.String())
	}
}

// forge signs the last checkpoint anew, with one key alone.
func (f *fork) forge(key history.Signer) {
	f.t.Helper()
	head, err := f.Head(f.t.Context(), f.key.Name())
	ok(f.t, err)
	c, err := history.Checkpoint{Origin: f.key.Name(), Size: head.Size, Root: head.Root}.Sign(key)
	ok(f.t, err)
	f.exec(`UPDATE juece_log_checkpoints SET note = $1 WHERE size = $2`, c.Note, head.Size)
}

// want is one problem: of the case full when it names an entry.
type want struct {
	code string
	seq  int64
	id   string // of which case; "" for the log
}

// tampering is one way to change a store behind the program's back, and the
// first of what is to be found.
type tampering struct {
	class, name string
	do          func(f *fork, o *audit.Options) want
}

func everyTampering() []tampering {
	return slices.Concat(entryTampering(), contentTampering(), logTampering(), derivedTampering())
}

func TestTamperingIsFoundAndNamed(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("SQLite in Go is slow under -race, and here nothing runs beside another that does not elsewhere")
	}
	for name, fresh := range map[string]func(testing.TB) database{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := inhabited(t, fresh(t))
			sound(t, template, template.options())
			template.close(t)
			for _, c := range everyTampering() {
				t.Run(c.class+" "+c.name, func(t *testing.T) {
					f := template.fork(t)
					o := f.options()
					w := c.do(f, &o)
					r := verify(t, f.installation, o)
					w.compare(t, r)
				})
			}
		})
	}
}

func (w want) compare(t *testing.T, r *audit.Report) {
	t.Helper()
	if r.Verdict != dossier.Broken {
		t.Fatalf("%s: %+v", r.Verdict, r)
	}
	var first *audit.Problem // of the case that is meant
	for i, p := range r.Problems {
		if p.Decision == w.id {
			first = &r.Problems[i]
			break
		}
	}
	if first == nil || first.Code != w.code || first.Seq != w.seq {
		t.Errorf("want %+v, found %+v", w, r.Problems)
	}
	for _, p := range r.Problems {
		if p.Decision != w.id && p.Decision != "" {
			t.Errorf("a false alarm: %+v", p)
		}
		if p.Zh == "" || p.En == "" || p.Unusable {
			t.Errorf("%+v", p)
		}
	}
}

func entryTampering() []tampering {
	return []tampering{
		{"T1", "a flipped byte", func(f *fork, _ *audit.Options) want {
			data := column[[]byte](f, `SELECT data FROM juece_entries WHERE decision_id = $1 AND seq = 7`, f.full)[0]
			changed := bytes.Replace(data, []byte(`"seq":7`), []byte(`"seq":6`), 1)
			f.exec(`UPDATE juece_entries SET data = $1 WHERE decision_id = $2 AND seq = 7`, changed, f.full)
			return want{"chain", 7, f.full}
		}},
		{"T1", "a spelling", func(f *fork, _ *audit.Options) want {
			data := column[[]byte](f, `SELECT data FROM juece_entries WHERE decision_id = $1 AND seq = 7`, f.full)[0]
			f.exec(`UPDATE juece_entries SET data = $1 WHERE decision_id = $2 AND seq = 7`, append(data, ' '), f.full)
			return want{"malformed", 7, f.full}
		}},
		{"T2", "another actor and digest", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.full, 9, func(e *history.Entry) { e.Actor.ID = "别人" })
			return want{"log", 9, f.full}
		}},
		{"T2", "another actor, unsealed", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_entries SET digest = (SELECT digest FROM juece_entries WHERE decision_id = $1 AND seq = 2) WHERE decision_id = $1 AND seq = 1`, f.late)
			return want{"chain", 1, f.late}
		}},
		{"T3", "another pack", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.begun, 4, func(e *history.Entry) { e.Pack = "sha256:" + history.Digest(strings.Repeat("0", 64)) })
			return want{"log", 4, f.begun}
		}},
		{"T4", "delete", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_entries WHERE decision_id = $1 AND seq = 5`, f.full)
			return want{"chain", 5, f.full}
		}},
		{"T5", "insert", func(f *fork, _ *audit.Options) want {
			for seq := f.version(f.full); seq >= 6; seq-- {
				f.exec(`UPDATE juece_entries SET seq = $1 WHERE decision_id = $2 AND seq = $3`, seq+1, f.full, seq)
			}
			f.exec(`INSERT INTO juece_entries (decision_id, seq, data, digest) SELECT decision_id, 6, data, digest FROM juece_entries WHERE decision_id = $1 AND seq = 5`, f.full)
			return want{"chain", 6, f.full}
		}},
		{"T5", "an entry at the end", func(f *fork, _ *audit.Options) want {
			n := f.version(f.full)
			records, err := f.Load(f.t.Context(), f.full)
			ok(f.t, err)
			e, err := history.Parse(records[n-1].Data)
			ok(f.t, err)
			e.Seq, e.Prev = n+1, records[n-1].Digest
			r, err := e.Encode()
			ok(f.t, err)
			f.exec(`INSERT INTO juece_entries (decision_id, seq, data, digest) VALUES ($1, $2, $3, $4)`, f.full, n+1, r.Data, string(r.Digest))
			return want{"queue", n + 1, f.full}
		}},
		{"T6", "reorder", func(f *fork, _ *audit.Options) want {
			for _, step := range [][2]int64{{3, 1000}, {4, 3}, {1000, 4}} {
				f.exec(`UPDATE juece_entries SET seq = $1 WHERE decision_id = $2 AND seq = $3`, step[1], f.full, step[0])
			}
			return want{"chain", 3, f.full}
		}},
		{"T7", "duplicate", func(f *fork, _ *audit.Options) want {
			n := f.version(f.begun)
			f.exec(`INSERT INTO juece_entries (decision_id, seq, data, digest) SELECT decision_id, seq + 1, data, digest FROM juece_entries WHERE decision_id = $1 AND seq = $2`, f.begun, n)
			return want{"chain", n + 1, f.begun}
		}},
		{"T8", "of another decision", func(f *fork, _ *audit.Options) want {
			for _, c := range []string{"data", "digest"} {
				f.exec(`UPDATE juece_entries SET `+c+` = (SELECT o.`+c+` FROM juece_entries AS o WHERE o.decision_id = $1 AND o.seq = 4) WHERE decision_id = $2 AND seq = 4`, f.begun, f.full)
			}
			return want{"chain", 4, f.full}
		}},
		{"T12", "cut the tail", func(f *fork, _ *audit.Options) want {
			n := f.version(f.full)
			f.rollBack(f.full, n-3)
			return want{"cut", n - 2, f.full}
		}},
		{"T12", "cut the tail, the index stays", func(f *fork, _ *audit.Options) want {
			n := f.version(f.begun)
			f.exec(`DELETE FROM juece_entries WHERE decision_id = $1 AND seq = $2`, f.begun, n)
			return want{"cut", n, f.begun}
		}},
		{"T12", "a whole decision", func(f *fork, _ *audit.Options) want {
			for _, table := range []string{"decisions", "entries", "tasks", "materials", "material_chunks", "log_positions", "outbox", "opinions", "opinion_positions"} {
				_, err := f.sql.ExecContext(f.t.Context(), `DELETE FROM juece_`+table+` WHERE decision_id = $1`, f.begun)
				ok(f.t, err)
			}
			return want{"cut", 1, f.begun}
		}},
		{"T12", "every entry of a decision", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_entries WHERE decision_id = $1`, f.withdrawn)
			return want{"no_entries", 1, f.withdrawn}
		}},
		{"T17", "the clock set back", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.full, 9, func(e *history.Entry) { e.RecordedAt = "2001-01-01T00:00:00.000000Z" })
			f.reseal(f.key)
			return want{"chain", 9, f.full}
		}},
		{"T20", "a key twice", func(f *fork, _ *audit.Options) want {
			data := column[[]byte](f, `SELECT data FROM juece_entries WHERE decision_id = $1 AND seq = 7`, f.full)[0]
			data = bytes.Replace(data, []byte(`"seq":7`), []byte(`"seq":7,"seq":7`), 1)
			f.exec(`UPDATE juece_entries SET data = $1, digest = $2 WHERE decision_id = $3 AND seq = 7`, data, string(history.EntryDigest(data)), f.full)
			return want{"malformed", 7, f.full}
		}},
		{"T21", "a hash function that nobody knows", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_entries SET digest = 'x' || digest WHERE decision_id = $1 AND seq = 7`, f.full)
			return want{"log", 7, f.full}
		}},
		{"T21", "the same, not sealed", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_entries SET digest = 'x' || digest WHERE decision_id = $1 AND seq = 2`, f.late)
			return want{"queue", 2, f.late}
		}},
		{"T22", "an unlawful entry, sealed", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.full, 9, func(e *history.Entry) { e.Actor.Roles = []string{string(workflow.RoleExpert)} })
			f.reseal(f.key)
			return want{"unlawful", 9, f.full}
		}},
		{"T22", "another finding", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.full, 9, func(e *history.Entry) {
				e.Findings = append(e.Findings, history.Finding{Rule: "R18.1", Status: "violated", Severity: "hard"})
			})
			f.reseal(f.key)
			return want{"unlawful", 9, f.full}
		}},
	}
}

func contentTampering() []tampering {
	// material is one that an act names, and the entry of the act.
	material := func(f *fork, n int) (history.Digest, int64) {
		title := []string{"调研报告", "决策草案第1版"}[n]
		digest := sample.Named(title).Digest
		records, err := f.Load(f.t.Context(), f.full)
		ok(f.t, err)
		at := slices.IndexFunc(records, func(r history.Record) bool { return bytes.Contains(r.Data, []byte(digest)) })
		return history.Digest(digest), int64(at + 1)
	}
	return []tampering{
		{"T9", "replace a material", func(f *fork, _ *audit.Options) want {
			digest, seq := material(f, 0)
			f.exec(`UPDATE juece_material_chunks SET content = $1 WHERE decision_id = $2 AND digest = $3`, []byte("x"), f.full, string(digest))
			return want{"material", seq, f.full}
		}},
		{"T10", "swap materials", func(f *fork, _ *audit.Options) want {
			a, first := material(f, 0)
			b, second := material(f, 1)
			for _, step := range [][2]string{{string(a), "x"}, {string(b), string(a)}, {"x", string(b)}} {
				f.exec(`UPDATE juece_material_chunks SET digest = $1 WHERE decision_id = $2 AND digest = $3`, step[1], f.full, step[0])
			}
			return want{"material", min(first, second), f.full}
		}},
		{"T11", "remove a material", func(f *fork, _ *audit.Options) want {
			digest, seq := material(f, 1)
			f.exec(`DELETE FROM juece_materials WHERE decision_id = $1 AND digest = $2`, f.full, string(digest))
			return want{"missing", seq, f.full}
		}},
		{"T11", "remove a part of a material", func(f *fork, _ *audit.Options) want {
			digest, seq := material(f, 1)
			f.exec(`DELETE FROM juece_material_chunks WHERE decision_id = $1 AND digest = $2`, f.full, string(digest))
			return want{"material", seq, f.full}
		}},
		{"T11", "a part beside a material", func(f *fork, _ *audit.Options) want {
			digest, seq := material(f, 1)
			f.exec(`INSERT INTO juece_material_chunks (decision_id, digest, start, content) VALUES ($1, $2, 4096, $3)`, f.full, string(digest), []byte("x"))
			return want{"material", seq, f.full}
		}},
		{"T11", "a part brought back after an erasure", func(f *fork, _ *audit.Options) want {
			digest := column[string](f, `SELECT digest FROM juece_materials WHERE decision_id = $1 AND erased > 0`, f.begun)[0]
			f.exec(`INSERT INTO juece_material_chunks (decision_id, digest, start, content) VALUES ($1, $2, 0, $3)`, f.begun, digest, []byte("x"))
			return want{"erased", f.version(f.begun), f.begun}
		}},
		{"T11", "a material said to be erased", func(f *fork, _ *audit.Options) want {
			digest, _ := material(f, 1)
			f.exec(`UPDATE juece_materials SET size = 0, erased = 12 WHERE decision_id = $1 AND digest = $2`, f.full, string(digest))
			f.exec(`DELETE FROM juece_material_chunks WHERE decision_id = $1 AND digest = $2`, f.full, string(digest))
			return want{"erased", 12, f.full}
		}},
		{"T11", "an erasure undone", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_materials SET erased = 0 WHERE decision_id = $1 AND erased > 0`, f.begun)
			return want{"erased", f.version(f.begun), f.begun}
		}},
		{"T9", "an opinion", func(f *fork, _ *audit.Options) want {
			seq := column[int64](f, `SELECT seq FROM juece_opinion_positions WHERE decision_id = $1 AND position = 1`, f.full)[0]
			f.exec(`UPDATE juece_opinions SET body = $1 WHERE decision_id = $2 AND opinion_id = (SELECT opinion_id FROM juece_opinion_positions WHERE decision_id = $2 AND position = 1)`, []byte("{}"), f.full)
			return want{"opinion", seq, f.full}
		}},
		{"T9", "an opinion and its digest", func(f *fork, _ *audit.Options) want {
			seq := column[int64](f, `SELECT seq FROM juece_opinion_positions WHERE decision_id = $1 AND position = 1`, f.full)[0]
			body := []byte("{}")
			f.exec(`UPDATE juece_opinions SET body = $1, digest = $2 WHERE decision_id = $3 AND opinion_id = (SELECT opinion_id FROM juece_opinion_positions WHERE decision_id = $3 AND position = 1)`,
				body, string(history.OpinionDigest(body)), f.full)
			return want{"register", seq, f.full}
		}},
		{"T10", "opinions change places", func(f *fork, _ *audit.Options) want {
			seq := column[int64](f, `SELECT seq FROM juece_opinion_positions WHERE decision_id = $1 AND position = 1`, f.full)[0]
			for _, step := range [][2]int64{{1, 1000}, {3, 1}, {1000, 3}} {
				f.exec(`UPDATE juece_opinion_positions SET position = $1 WHERE decision_id = $2 AND position = $3`, step[1], f.full, step[0])
			}
			return want{"register", seq, f.full}
		}},
		{"T11", "remove an opinion", func(f *fork, _ *audit.Options) want {
			seq := column[int64](f, `SELECT seq FROM juece_opinion_positions WHERE decision_id = $1 AND position = 3`, f.full)[0]
			f.exec(`DELETE FROM juece_opinions WHERE decision_id = $1 AND opinion_id = (SELECT opinion_id FROM juece_opinion_positions WHERE decision_id = $1 AND position = 3)`, f.full)
			return want{"register", seq, f.full}
		}},
	}
}

func logTampering() []tampering {
	return []tampering{
		{"T13", "an old backup", func(f *fork, o *audit.Options) want {
			later := f.template.fork(f.t)
			later.perform(f.t, sample.Before("d713", "initiate"))
			o.Outside = [][]byte{f.early, later.seal(f.t)}
			return want{code: "rolled_back"}
		}},
		{"T14", "leaves rewritten as well", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.full, 30, func(e *history.Entry) { e.Actor.ID = "别人" })
			for seq := int64(30); seq <= f.version(f.full); seq++ {
				f.leaf(f.full, seq)
			}
			return want{code: "hash"}
		}},
		{"T14", "a whole tree without its checkpoints", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.full, f.version(f.full), func(e *history.Entry) { e.Actor.ID = "别人" })
			position, text := f.leaf(f.full, f.version(f.full))
			f.rehash(position, text)
			return want{code: "root"}
		}},
		{"T14", "everything, with a key of one's own", func(f *fork, _ *audit.Options) want {
			f.rewrite(f.full, 30, func(e *history.Entry) { e.Actor.ID = "别人" })
			f.reseal(newKey(f.t))
			return want{code: "key"}
		}},
		{"T14", "everything, by the operator", func(f *fork, o *audit.Options) want {
			f.rewrite(f.full, 30, func(e *history.Entry) { e.Actor.ID = "别人" })
			f.reseal(f.key)
			o.Outside = [][]byte{f.last}
			return want{code: "fork"}
		}},
		{"T18", "a foreign key", func(f *fork, _ *audit.Options) want {
			f.forge(newKey(f.t))
			return want{code: "key"}
		}},
		{"T18", "a retired key", func(f *fork, _ *audit.Options) want {
			next := newKey(f.t)
			_, err := f.sealer.Rotate(f.t.Context(), f.key, next)
			ok(f.t, err)
			f.sealer.Signers = []history.Signer{next}
			f.perform(f.t, sample.Before("d713", "initiate"))
			f.seal(f.t)
			f.forge(f.key)
			return want{code: "key"}
		}},
		{"T18", "an outside checkpoint of a foreign key", func(f *fork, o *audit.Options) want {
			c, err := history.ParseCheckpoint(f.last)
			ok(f.t, err)
			c, err = c.Sign(newKey(f.t))
			ok(f.t, err)
			o.Outside = [][]byte{c.Note}
			return want{code: "key"}
		}},
		{"log", "a leaf", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_log_leaves SET leaf = (SELECT o.leaf FROM juece_log_leaves AS o WHERE o.position = 5) WHERE position = 6`)
			return want{"log", 6, f.full}
		}},
		{"log", "a leaf is missing", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_log_leaves WHERE position = 6`)
			return want{code: "count"} // and the leaf
		}},
		{"log", "the last leaves are missing", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_log_leaves WHERE position > 100`)
			return want{code: "count"}
		}},
		{"log", "a stored hash", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_log_hashes SET hash = $1 WHERE idx = 9`, tlog.Hash{1}.String())
			return want{code: "hash"}
		}},
		{"log", "no stored hash", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_log_hashes WHERE idx = 9`)
			return want{code: "hash"}
		}},
		{"log", "no hash at all", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_log_hashes SET hash = 'x' WHERE idx = 9`)
			return want{code: "hash"}
		}},
		{"log", "the root beside the note", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_log_checkpoints SET root = $1 WHERE size = (SELECT MIN(size) FROM juece_log_checkpoints)`, tlog.Hash{1}.String())
			return want{code: "checkpoint"}
		}},
		{"log", "no root", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_log_checkpoints SET root = 'x' WHERE size = (SELECT MAX(size) FROM juece_log_checkpoints)`)
			return want{code: "checkpoint"}
		}},
		{"log", "the last checkpoint is gone", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_log_checkpoints WHERE size = (SELECT MAX(size) FROM juece_log_checkpoints)`)
			return want{code: "unsigned"}
		}},
		{"log", "a position", func(f *fork, _ *audit.Options) want {
			f.exec(`UPDATE juece_log_positions SET position = 99 WHERE decision_id = $1 AND seq = 3`, f.full)
			return want{"log", 3, f.full}
		}},
		{"log", "no position", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_log_positions WHERE decision_id = $1 AND seq = 3`, f.full)
			return want{"queue", 3, f.full}
		}},
		{"log", "queued instead", func(f *fork, _ *audit.Options) want {
			n := f.version(f.begun)
			f.exec(`INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at) SELECT decision_id, seq, digest, 0 FROM juece_entries WHERE decision_id = $1 AND seq = $2`, f.begun, n)
			f.exec(`DELETE FROM juece_log_positions WHERE decision_id = $1 AND seq = $2`, f.begun, n)
			return want{"log", n, f.begun}
		}},
		{"log", "off the queue", func(f *fork, _ *audit.Options) want {
			f.exec(`DELETE FROM juece_unsealed`)
			return want{"queue", 1, f.late}
		}},
	}
}

// rehash writes the stored hashes anew that lead from a leaf to the root.
func (f *fork) rehash(position int64, text string) {
	f.t.Helper()
	head, err := f.Head(f.t.Context(), f.key.Name())
	ok(f.t, err)
	leaves, err := f.Leaves(f.t.Context(), f.key.Name(), 0, int(head.Size))
	ok(f.t, err)
	var hashes []tlog.Hash
	for _, l := range leaves {
		more, err := tlog.StoredHashes(l.Position, []byte(l.Text), tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			var list []tlog.Hash
			for _, i := range indexes {
				list = append(list, hashes[i])
			}
			return list, nil
		}))
		ok(f.t, err)
		hashes = append(hashes, more...)
	}
	for i, h := range hashes {
		f.exec(`UPDATE juece_log_hashes SET hash = $1 WHERE idx = $2`, h.String(), i)
	}
}

func derivedTampering() []tampering {
	var list []tampering
	add := func(code, name, statement string) {
		list = append(list, tampering{"T16", name, func(f *fork, _ *audit.Options) want {
			f.exec(statement, f.begun)
			return want{code, f.version(f.begun), f.begun}
		}})
	}
	for _, c := range []string{"version", "created_at", "updated_at"} {
		add("state", c, `UPDATE juece_decisions SET `+c+` = `+c+` + 1 WHERE decision_id = $1`)
	}
	for _, c := range []string{"head", "stage", "title", "organ", "lead_unit", "pack", "pack_name"} {
		add("state", c, `UPDATE juece_decisions SET `+c+` = `+c+` || 'x' WHERE decision_id = $1`)
	}
	add("state", "no state row", `DELETE FROM juece_decisions WHERE decision_id = $1`)
	for _, c := range []string{"task_key", "act", "rule", "role", "unit", "organ"} {
		add("tasks", c, `UPDATE juece_tasks SET `+c+` = `+c+` || 'x' WHERE decision_id = $1 AND task_key = (SELECT MIN(task_key) FROM juece_tasks WHERE decision_id = $1)`)
	}
	add("tasks", "due", `UPDATE juece_tasks SET due = '2026-01-01', undated = 0 WHERE decision_id = $1`)
	add("tasks", "no day", `UPDATE juece_tasks SET due = 'x', undated = 0 WHERE decision_id = $1`)
	add("tasks", "fewer", `DELETE FROM juece_tasks WHERE decision_id = $1 AND task_key = (SELECT MIN(task_key) FROM juece_tasks WHERE decision_id = $1)`)
	add("tasks", "more", `INSERT INTO juece_tasks (decision_id, task_key, act, rule, role, unit, organ, undated, due) SELECT decision_id, 'x', act, rule, role, unit, organ, undated, due FROM juece_tasks WHERE decision_id = $1 AND task_key = (SELECT MIN(task_key) FROM juece_tasks WHERE decision_id = $1)`)
	for _, table := range []string{"decisions", "tasks", "materials", "material_chunks", "unsealed"} {
		list = append(list, tampering{"T16", "a stray row in " + table, func(f *fork, _ *audit.Options) want {
			// Of another case, under a name that nobody has; to be found whichever table it stands in.
			columns := map[string]string{
				"decisions": "version, head, stage, title, organ, lead_unit, pack, pack_name, created_at, updated_at",
				"tasks":     "task_key, act, rule, role, unit, organ, undated, due",
				"materials": "digest, media_type, name, size, created_at", "material_chunks": "digest, start, content",
				"unsealed": "seq, digest, recorded_at",
			}[table]
			f.exec(`INSERT INTO juece_`+table+` (decision_id, `+columns+`) SELECT 'stray', `+columns+` FROM juece_`+table+` WHERE decision_id = $1`, cmp.Or(map[string]string{"unsealed": f.late}[table], f.begun))
			return want{"no_entries", 1, "stray"}
		}})
	}
	return list
}

// A store that was tampered with in one place is read to its end.
func TestItGoesOnAfterWhatIsBroken(t *testing.T) {
	t.Parallel()
	template := inhabited(t, onSQLite(t))
	template.close(t)
	f := template.fork(t)
	f.exec(`UPDATE juece_entries SET digest = 'sha256:' || substr(digest, 9) || '0' WHERE seq = 3`)
	r := verify(t, f.installation, f.options())
	ids := map[string]bool{}
	for _, p := range r.Problems {
		ids[p.Decision] = true
		if p.Seq != 3 {
			t.Errorf("%+v", p)
		}
	}
	if r.Verdict != dossier.Broken || r.Broken != 3 || len(ids) != 3 || r.Decisions != (dossier.Tally{Checked: 1, Of: 4}) {
		t.Errorf("%d broken, %+v: %+v", r.Broken, r.Decisions, r.Problems)
	}
	o := f.options()
	o.Problems = 1
	if cut := verify(t, f.installation, o); len(cut.Problems) != 1 || cut.Found != r.Found || cut.Problems[0] != r.Problems[0] {
		t.Errorf("of %d problems: %+v", cut.Found, cut.Problems)
	}
}

// Two things that are wrong with one decision are both told, and the loss of
// its tail is not hidden by a file that does not fit.
func TestEachProblemOfADecisionIsTold(t *testing.T) {
	t.Parallel()
	template := inhabited(t, onSQLite(t))
	template.close(t)
	f := template.fork(t)
	n := f.version(f.full)
	f.rollBack(f.full, n-1)
	f.exec(`UPDATE juece_material_chunks SET content = $1 WHERE decision_id = $2 AND digest = $3`, []byte("x"), f.full, sample.Named("调研报告").Digest)
	f.exec(`UPDATE juece_decisions SET title = 'x' WHERE decision_id = $1`, f.full)
	r := verify(t, f.installation, f.options())
	told := map[string]bool{}
	for _, p := range r.Problems {
		told[p.Code] = true
	}
	if !told["material"] || !told["cut"] || !told["state"] || r.Broken != 1 {
		t.Errorf("%d broken: %+v", r.Broken, r.Problems)
	}
}

// X2: what the operator, who holds the key, rewrites before anybody else holds
// a checkpoint of it cannot be detected. It is said, not hidden.
func TestWhatOnlyAnOutsideCheckpointShows(t *testing.T) {
	t.Parallel()
	template := inhabited(t, onSQLite(t))
	template.close(t)
	f := template.fork(t)
	f.rewrite(f.full, f.version(f.full), func(e *history.Entry) { e.Actor.ID = "别人" })
	f.reseal(f.key)
	sound(t, f.installation, f.options())
}
