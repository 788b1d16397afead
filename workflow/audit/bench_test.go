package audit_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/juece/juece/workflow/audit"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
)

// BenchmarkVerify verifies a store of 100,000 entries, 10,000 under -short:
// cases of one kind, sealed 4096 at a time.
//
//	go test -run none -bench Verify -benchtime 1x ./workflow/audit
func BenchmarkVerify(b *testing.B) {
	entries := int64(100_000)
	if testing.Short() {
		entries = 10_000
	}
	for name, fresh := range map[string]func(testing.TB) database{"sqlite": onSQLite, "postgres": onPostgres} {
		b.Run(name, func(b *testing.B) {
			in := install(b, fresh(b))
			in.sealer.Batch = 4096
			in.multiply(b, in.perform(b, sample.Walk("d713")), entries)
			in.seal(b)
			o := in.options()
			b.ReportAllocs()
			for b.Loop() {
				r, err := audit.Verify(b.Context(), in.Store, o)
				ok(b, err)
				if r.Found > 0 || r.Entries.Checked < entries {
					b.Fatalf("%+v", r)
				}
			}
			b.ReportMetric(float64(entries)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// multiply copies a case under other names until there are so many entries.
func (in *installation) multiply(b testing.TB, id string, entries int64) {
	b.Helper()
	records, err := in.Load(b.Context(), id)
	ok(b, err)
	tx, err := in.sql.BeginTx(b.Context(), nil)
	ok(b, err)
	exec := func(statement string, args ...any) {
		if _, err := tx.ExecContext(b.Context(), statement, args...); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
	have := int64(len(records))
	for have < entries {
		copied := uuid.Must(uuid.NewV7()).String()
		prev := history.Digest("")
		for _, r := range records {
			e, err := history.Parse(r.Data)
			ok(b, err)
			e.Decision, e.Prev = copied, prev
			again, err := e.Encode()
			ok(b, err)
			prev = again.Digest
			exec(`INSERT INTO juece_entries (decision_id, seq, data, digest) VALUES ($1, $2, $3, $4)`, copied, e.Seq, again.Data, string(prev))
			exec(`INSERT INTO juece_unsealed (decision_id, seq, digest, recorded_at) VALUES ($1, $2, $3, 0)`, copied, e.Seq, string(prev))
		}
		exec(`INSERT INTO juece_decisions SELECT CAST($1 AS TEXT), version, CAST($2 AS TEXT), stage, title, organ, lead_unit, pack, pack_name, created_at, updated_at FROM juece_decisions WHERE decision_id = $3`, copied, string(prev), id)
		exec(`INSERT INTO juece_tasks SELECT CAST($1 AS TEXT), task_key, act, rule, role, unit, organ, undated, due FROM juece_tasks WHERE decision_id = $2`, copied, id)
		exec(`INSERT INTO juece_materials SELECT CAST($1 AS TEXT), digest, media_type, name, created_at, salt, class, ground, erased, size FROM juece_materials WHERE decision_id = $2`, copied, id)
		exec(`INSERT INTO juece_material_chunks SELECT CAST($1 AS TEXT), digest, start, content FROM juece_material_chunks WHERE decision_id = $2`, copied, id)
		exec(`INSERT INTO juece_opinions SELECT CAST($1 AS TEXT), opinion_id, digest, body, received_at, erased FROM juece_opinions WHERE decision_id = $2`, copied, id)
		exec(`INSERT INTO juece_opinion_positions SELECT CAST($1 AS TEXT), position, opinion_id, seq FROM juece_opinion_positions WHERE decision_id = $2`, copied, id)
		have += int64(len(records))
	}
	ok(b, tx.Commit())
}
