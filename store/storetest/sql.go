package storetest

import (
	"context"
	"crypto/sha512"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// Migrated opens a store on the database and creates its tables.
func Migrated(t *testing.T, db Database) *store.Store {
	t.Helper()
	s := db.Open(t)
	ok(t, s.Migrate(t.Context()))
	return s
}

func migrationsRace(t *testing.T, db Database) {
	const starters = 4
	stores := make([]*store.Store, starters)
	for i := range stores {
		stores[i] = db.Open(t)
	}
	have, want, err := stores[0].SchemaVersion(t.Context())
	ok(t, err)
	if have != 0 || want < 1 {
		t.Errorf("an empty database has version %d of %d", have, want)
	}
	begin := time.Now()
	var wg sync.WaitGroup
	for _, s := range stores {
		wg.Go(func() {
			if err := s.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	t.Logf("%d starters: %v", starters, time.Since(begin).Round(time.Millisecond))
	ok(t, stores[0].Migrate(t.Context()))
	if have, _, err = stores[0].SchemaVersion(t.Context()); err != nil || have != want {
		t.Errorf("version %d, %v; want %d", have, err, want)
	}
	host, _ := db.Host(t)
	same(t, "versions applied twice", count(t, host, `SELECT COUNT(*) - COUNT(DISTINCT version_id) FROM juece_schema_version WHERE version_id > 0`), 0)
	ok(t, stores[1].Append(t.Context(), Act("d", 1)))
	ok(t, stores[2].Append(t.Context(), Act("d", 2)))
}

func reopen(t *testing.T, db Database) {
	s := db.Open(t)
	ok(t, s.Migrate(t.Context()))
	w := Act("d", 1)
	w.Materials = []workflow.Material{Material("m")}
	ok(t, s.Append(t.Context(), w))
	ok(t, s.Receive(t.Context(), "d", Opinions(0, 2)))
	ok(t, s.Close())

	s = db.Open(t)
	ok(t, s.Migrate(t.Context()))
	records, err := s.Load(t.Context(), "d")
	ok(t, err)
	same(t, "entries", records, []history.Record{w.Entry})
	pending, err := s.Pending(t.Context(), "d", 10)
	ok(t, err)
	same(t, "opinions", pending, Opinions(0, 2))
	ok(t, s.Append(t.Context(), Act("d", 2)))
}

// tables are those that an append writes to.
var tables = []string{
	`SELECT COUNT(*) FROM juece_decisions`,
	`SELECT COUNT(*) FROM juece_entries`,
	`SELECT COUNT(*) FROM juece_tasks`,
	`SELECT COUNT(*) FROM juece_opinion_positions`,
	`SELECT COUNT(*) FROM juece_materials`,
	`SELECT COUNT(*) FROM juece_material_chunks`,
	`SELECT COUNT(*) FROM juece_idempotency`,
	`SELECT COUNT(*) FROM juece_outbox`,
	`SELECT COUNT(*) FROM juece_unsealed`,
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func count(t *testing.T, db querier, query string) (n int) {
	t.Helper()
	ok(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

func rows(t *testing.T, db querier) []int {
	t.Helper()
	counts := make([]int, len(tables))
	for i, query := range tables {
		counts[i] = count(t, db, query)
	}
	return counts
}

// full is an act on decision d that writes to every table.
func full(seq int64, data string, opinion workflow.Opinion) workflow.Write {
	w := ActOf("d", seq, []byte(data))
	w.Materials = []workflow.Material{Material(data)}
	w.Positions = Positions(seq, []workflow.Opinion{opinion})
	return w
}

func noRowOfALoser(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	opinions := Opinions(0, 3)
	ok(t, s.Receive(t.Context(), "d", opinions))
	winners := contend(t, 16, s, func(i int) workflow.Write {
		return full(1, string(rune('a'+i)), opinions[0])
	})
	same(t, "winners", len(winners), 1)
	same(t, "rows", rows(t, host), []int{1, 1, 1, 1, 1, 1, 1, 1, 1})
	winners = contend(t, 16, s, func(i int) workflow.Write { // the one-statement path
		return ActOf("d", 2, []byte{byte(i)})
	})
	same(t, "winners", len(winners), 1)
	same(t, "rows", rows(t, host), []int{1, 2, 1, 1, 1, 1, 2, 2, 2})

	// Refused at the very last table, when all others are written.
	late := full(3, "late", opinions[0])
	is(t, s.Append(t.Context(), late), workflow.ErrConflict)
	// An event that was told already is the caller's mistake, not a conflict.
	retold := Act("d", 3)
	retold.Events = append(retold.Events, retold.Events[0])
	if err := s.Append(t.Context(), retold); err == nil || errors.Is(err, workflow.ErrConflict) {
		t.Errorf("an event twice: got error %v, want one of the database", err)
	}
	same(t, "rows", rows(t, host), []int{1, 2, 1, 1, 1, 1, 2, 2, 2})
}

func hostCommits(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, hosted := db.Host(t)
	opinions := Opinions(0, 2)
	ok(t, s.Receive(t.Context(), "d", opinions))

	tx, err := host.BeginTx(t.Context(), nil)
	ok(t, err)
	defer func() { _ = tx.Rollback() }()
	joined := hosted.Join(tx)
	ok(t, joined.Append(t.Context(), Act("d", 1)))
	ok(t, joined.Append(t.Context(), full(2, "second", opinions[0])))
	ok(t, joined.Keep(t.Context(), "d", Material("other")))
	ok(t, joined.Receive(t.Context(), "d", Opinions(10, 1)))
	ok(t, joined.Refuse(t.Context(), workflow.Refusal{ID: "r", At: noon}))
	if err := joined.Migrate(t.Context()); err == nil {
		t.Error("migrated inside a transaction")
	}
	ok(t, joined.Close()) // closes nothing that is not its own
	inside, err := joined.Load(t.Context(), "d")
	ok(t, err)
	same(t, "entries inside", len(inside), 2)
	_, err = s.Load(t.Context(), "d") // outside, nothing is seen yet
	is(t, err, workflow.ErrNotFound)
	ok(t, tx.Commit())

	outside, err := s.Load(t.Context(), "d")
	ok(t, err)
	same(t, "entries outside", outside, inside)
	same(t, "rows", rows(t, host), []int{1, 2, 1, 1, 2, 2, 2, 2, 2})
	ok(t, s.Append(t.Context(), Act("d", 3)))
}

func hostRollsBack(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, hosted := db.Host(t)
	opinions := Opinions(0, 1)
	ok(t, s.Receive(t.Context(), "d", opinions))
	tx, err := host.BeginTx(t.Context(), nil)
	ok(t, err)
	joined := hosted.Join(tx)
	ok(t, joined.Append(t.Context(), full(1, "first", opinions[0])))
	ok(t, joined.Receive(t.Context(), "d", Opinions(10, 1)))
	ok(t, tx.Rollback())

	same(t, "rows", rows(t, host), []int{0, 0, 0, 0, 0, 0, 0, 0, 0})
	pending, err := s.Pending(t.Context(), "d", 10)
	ok(t, err)
	same(t, "opinions", pending, opinions)
	ok(t, s.Append(t.Context(), full(1, "first", opinions[0])))
}

func conflictInsideHost(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, hosted := db.Host(t)
	ctx := t.Context()
	opinions := Opinions(0, 2)
	ok(t, s.Receive(ctx, "d", opinions))
	first := full(1, "first", opinions[0])
	ok(t, s.Append(ctx, first))

	tx, err := host.BeginTx(ctx, nil)
	ok(t, err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(ctx, `CREATE TABLE host_orders (n INTEGER)`)
	ok(t, err)
	joined := hosted.Join(tx)
	ok(t, joined.Append(ctx, Act("e", 1)))
	before := rows(t, tx)
	is(t, joined.Append(ctx, Act("d", 1)), workflow.ErrConflict)
	is(t, joined.Append(ctx, Act("d", 3)), workflow.ErrConflict)
	is(t, joined.Append(ctx, full(2, "late", opinions[0])), workflow.ErrConflict)
	reused := Act("d", 2)
	reused.Use.Key = first.Use.Key
	is(t, joined.Append(ctx, reused), workflow.ErrKeyReused)
	forged := opinions[1:]
	forged[0].Digest = history.OpinionDigest([]byte("another text"))
	is(t, joined.Receive(ctx, "d", append(Opinions(10, 1), forged...)), workflow.ErrConflict)
	_, err = joined.Load(ctx, "none")
	is(t, err, workflow.ErrNotFound)
	same(t, "rows after conflicts", rows(t, tx), before)
	same(t, "opinions after conflicts", count(t, tx, `SELECT COUNT(*) FROM juece_opinions`), 2)

	// The host's own work goes on, and so does ours.
	_, err = tx.ExecContext(ctx, `INSERT INTO host_orders (n) VALUES (1)`)
	ok(t, err)
	ok(t, joined.Append(ctx, Act("d", 2)))
	ok(t, tx.Commit())
	same(t, "the host's rows", count(t, host, `SELECT COUNT(*) FROM host_orders`), 1)
	for decision, want := range map[string]int{"d": 2, "e": 1} {
		records, err := s.Load(ctx, decision)
		ok(t, err)
		same(t, "entries of "+decision, len(records), want)
	}
}

func historyIsAppendOnly(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	opinions := Opinions(0, 1)
	ok(t, s.Receive(t.Context(), "d", opinions))
	ok(t, s.Append(t.Context(), full(1, "first", opinions[0])))
	for _, statement := range []string{
		`UPDATE juece_entries SET digest = 'x'`,
		`DELETE FROM juece_entries`,
		`UPDATE juece_opinion_positions SET position = 9`,
		`DELETE FROM juece_opinion_positions`,
	} {
		if _, err := host.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s: went through", statement)
		}
	}
	same(t, "rows", rows(t, host), []int{1, 1, 1, 1, 1, 1, 1, 1, 1})
}

// stateRowLies: the state row is derived, and whatever somebody does to it,
// no entry gets a number that is not the next.
func stateRowLies(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	for seq := range int64(3) {
		ok(t, s.Append(t.Context(), Act("d", seq+1)))
	}
	for _, statement := range []string{
		`UPDATE juece_decisions SET version = 1`,
		`UPDATE juece_decisions SET version = 9`,
	} {
		_, err := host.ExecContext(t.Context(), statement)
		ok(t, err)
		for _, seq := range []int64{1, 2, 4, 10} {
			is(t, s.Append(t.Context(), Act("d", seq)), workflow.ErrConflict)
		}
	}
	_, err := host.ExecContext(t.Context(), `DELETE FROM juece_decisions`)
	ok(t, err)
	is(t, s.Append(t.Context(), Act("d", 1)), workflow.ErrConflict)
	same(t, "entries", count(t, host, `SELECT COUNT(*) FROM juece_entries`), 3)
}

// cutOffWhileWaiting: a deadline that ends while the append waits for another
// transaction is a deadline, whatever the driver calls it, and keeps nothing.
func cutOffWhileWaiting(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	ok(t, s.Append(t.Context(), Act("d", 1)))
	tx, err := host.BeginTx(t.Context(), nil)
	ok(t, err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(t.Context(), `UPDATE juece_decisions SET title = 'held'`)
	ok(t, err)

	for _, w := range []workflow.Write{Act("d", 2), full(2, "x", Opinions(0, 1)[0])} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		begin := time.Now()
		err = s.Append(ctx, w)
		cancel()
		is(t, err, context.DeadlineExceeded)
		if waited := time.Since(begin); waited > 5*time.Second {
			t.Errorf("the deadline was noticed after %v", waited)
		}
	}
	ok(t, tx.Rollback())
	same(t, "rows", rows(t, host), []int{1, 1, 1, 0, 0, 0, 1, 1, 1})
	ok(t, s.Append(t.Context(), Act("d", 2)))
}

// erasureInsideHost: what the host takes back was not erased, and what it
// commits leaves no content in any row.
func erasureInsideHost(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, hosted := db.Host(t)
	ctx := t.Context()
	a, b, _ := held(t, s)
	erasure := Act("d", 2)
	erasure.Erasures = []workflow.Erasure{{Material: a.Digest}, {Material: b.Digest}, {Position: 1}}
	for _, commit := range []bool{false, true} {
		tx, err := host.BeginTx(ctx, nil)
		ok(t, err)
		ok(t, hosted.Join(tx).Append(ctx, erasure))
		if !commit {
			ok(t, tx.Rollback())
			got, err := s.Material(ctx, "d", a.Digest)
			ok(t, err)
			same(t, "after a rollback", got, a)
			continue
		}
		ok(t, tx.Commit())
	}
	same(t, "contents, salts and names", count(t, host, `
		SELECT COUNT(*)
		FROM juece_materials
		WHERE size + LENGTH(salt) + LENGTH(name) + LENGTH(media_type) > 0`), 0)
	same(t, "parts", count(t, host, `SELECT COUNT(*) FROM juece_material_chunks`), 0)
	same(t, "bodies", count(t, host, `SELECT COUNT(*) FROM juece_opinions WHERE LENGTH(body) > 0`), 2)
	same(t, "rows that stay", count(t, host, `SELECT COUNT(*) FROM juece_materials WHERE erased = 2`), 2)
}

// A material is kept when its digest can be checked: by SHA-256, and by what
// the store was given.
func materialsByAnotherAlgorithm(t *testing.T, db Database) {
	ctx := t.Context()
	s := Migrated(t, db)
	other := history.NewAlgorithm("sha512-256", sha512.New512_256)
	knowing := s.Knowing(other)
	host, hosted := db.Host(t)
	m, forged := Material("m"), Material("forged")
	m.Digest, forged.Digest = other.Material([]byte("m")), other.Material([]byte("another text"))

	is(t, s.Keep(ctx, "d", m), history.ErrAlgorithm)
	w := Act("d", 1)
	w.Materials = []workflow.Material{m}
	is(t, s.Append(ctx, w), history.ErrAlgorithm)
	same(t, "rows", count(t, host, `SELECT COUNT(*) FROM juece_materials`), 0)
	is(t, knowing.Keep(ctx, "d", forged), history.ErrBroken)
	ok(t, knowing.Append(ctx, w))
	ok(t, knowing.Keep(ctx, "d", Material("m"))) // the same bytes by SHA-256
	got, err := s.Material(ctx, "d", m.Digest)   // what was checked once is handed out by any
	ok(t, err)
	same(t, "material", got, m)

	tx, err := host.BeginTx(ctx, nil)
	ok(t, err)
	defer func() { _ = tx.Rollback() }()
	is(t, hosted.Join(tx).Keep(ctx, "d", m), history.ErrAlgorithm)
	ok(t, hosted.Knowing(other).Join(tx).Keep(ctx, "d", m))
	ok(t, hosted.Join(tx).Knowing(other).Keep(ctx, "d", m))
}
