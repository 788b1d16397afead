package transparency_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/transparency"
)

const origin = "juece.example/测试"

// engines are how to open further stores on one fresh database.
var engines = map[string]func(t *testing.T) func() *store.Store{
	"sqlite": func(t *testing.T) func() *store.Store {
		path := filepath.Join(t.TempDir(), "juece.db")
		return func() *store.Store {
			s, err := sqlite.Open(t.Context(), path)
			return opened(t, s, err)
		}
	},
	"postgres": func(t *testing.T) func() *store.Store {
		dsn := postgrestest.DSN(t)
		return func() *store.Store {
			s, err := postgres.Open(t.Context(), dsn, postgres.Connections(6))
			return opened(t, s, err)
		}
	},
}

func opened(t *testing.T, s *store.Store, err error) *store.Store {
	t.Helper()
	ok(t, err)
	t.Cleanup(func() { _ = s.Close() })
	ok(t, s.Migrate(t.Context()))
	return s
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func signer(t *testing.T) history.Signer {
	t.Helper()
	secret, _, err := note.GenerateKey(rand.Reader, origin)
	ok(t, err)
	s, err := history.NewSigner(secret)
	ok(t, err)
	return s
}

// fresh is a sealer on a SQLite database, and that database.
func fresh(t *testing.T) (*store.Store, *transparency.Sealer) {
	t.Helper()
	s := engines["sqlite"](t)()
	return s, &transparency.Sealer{Log: transparency.Log{Store: s, Origin: origin}, Signers: []history.Signer{signer(t)}}
}

func do(t *testing.T, s *store.Store, decision string, seq int64) {
	t.Helper()
	ok(t, s.Append(t.Context(), storetest.Act(decision, seq)))
}

// verify holds a log to all that it promises, by what anybody can read of it:
// every checkpoint is signed by one of the keys and consistent with every
// later one, and every entry of the decisions is proven, in order and once.
func verify(t *testing.T, log transparency.Log, signers []history.Signer, decisions map[string]int) {
	t.Helper()
	ctx := t.Context()
	var known []note.Verifier
	for _, s := range signers {
		v, err := note.NewVerifier(s.VKey())
		ok(t, err)
		known = append(known, v)
	}
	list, err := log.Store.Checkpoints(ctx, origin, 0, 1<<20)
	ok(t, err)
	for i, c := range list {
		n, err := note.Open(c.Note, note.VerifierList(known...))
		ok(t, err)
		if want := fmt.Sprintf("%s\n%d\n%s\n", origin, c.Size, c.Root); n.Text != want {
			t.Fatalf("checkpoint %d: %q", c.Size, n.Text)
		}
		if i == 0 {
			continue
		}
		before := list[i-1]
		proof, err := log.Consistency(ctx, before.Size, c.Size)
		ok(t, err)
		ok(t, tlog.CheckTree(proof, c.Size, c.Root, before.Size, before.Root))
	}
	seen := map[int64]bool{}
	for decision, n := range decisions {
		p, err := log.Prove(ctx, decision)
		ok(t, err)
		if len(p.Entries) != n {
			t.Fatalf("%s: %d entries proven, want %d", decision, len(p.Entries), n)
		}
		last := int64(-1)
		for i, e := range p.Entries {
			text := fmt.Sprintf("juece-leaf/1\nentry\n%s\n%d\n%s\n", decision, i+1, storetest.Act(decision, int64(i+1)).Entry.Digest)
			if e.Seq != int64(i+1) || e.Position <= last || seen[e.Position] {
				t.Fatalf("%s: entry %d at %d after %d", decision, e.Seq, e.Position, last)
			}
			last, seen[e.Position] = e.Position, true
			ok(t, tlog.CheckRecord(e.Proof, p.Checkpoint.Size, p.Checkpoint.Root, e.Position, tlog.RecordHash([]byte(text))))
		}
	}
	keys, err := log.Keys(ctx, list[len(list)-1])
	ok(t, err)
	if total := list[len(list)-1].Size; int64(len(seen)+len(keys)) != total {
		t.Errorf("%d entries and %d keys on %d leaves", len(seen), len(keys), total)
	}
}

func TestSealingAddsWhatIsQueuedAndNothingElse(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	ctx := t.Context()
	_, err := sealer.Log.Latest(ctx)
	is(t, err, transparency.ErrNotFound)
	first, err := sealer.Seal(ctx) // the key alone
	ok(t, err)
	if first.Checkpoint.Size != 1 || !first.New || first.Entries != 0 {
		t.Errorf("%+v", first)
	}
	again, err := sealer.Seal(ctx)
	ok(t, err)
	if again.New || again.Checkpoint.Size != 1 || string(again.Checkpoint.Note) != string(first.Checkpoint.Note) {
		t.Errorf("with nothing queued: %+v", again)
	}
	do(t, s, "a", 1)
	do(t, s, "b", 1)
	do(t, s, "a", 2)
	backlog, err := sealer.Log.Backlog(ctx, "a")
	ok(t, err)
	if backlog.Entries != 2 {
		t.Errorf("%+v", backlog)
	}
	sealer.Batch = 2
	for _, want := range []int{2, 1, 0} {
		sealed, err := sealer.Seal(ctx)
		ok(t, err)
		if sealed.Entries != want {
			t.Errorf("%d entries, want %d", sealed.Entries, want)
		}
	}
	verify(t, sealer.Log, sealer.Signers, map[string]int{"a": 2, "b": 1})
	for _, sizes := range [][2]int64{{0, 2}, {3, 2}, {1, 5}} {
		_, err := sealer.Log.Consistency(ctx, sizes[0], sizes[1])
		is(t, err, transparency.ErrNotFound)
	}
}

// Three sealers and eight writers on one database: every entry has one leaf.
func TestSealersAndWritersRace(t *testing.T) {
	t.Parallel()
	for name, engine := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			race(t, engine(t), 8, 25)
		})
	}
}

func race(t *testing.T, open func() *store.Store, writers, acts int) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	key := signer(t)
	sealer := func(holder string) *transparency.Sealer {
		return &transparency.Sealer{
			Log: transparency.Log{Store: open(), Origin: origin}, Signers: []history.Signer{key}, Holder: holder, Batch: 7,
			Logger: slog.New(slog.DiscardHandler),
		}
	}
	open() // the tables
	var sealing, writing sync.WaitGroup
	for i := range 2 { // who take turns
		s := sealer(fmt.Sprint(i))
		sealing.Go(func() { s.Run(ctx, 3*time.Millisecond) })
	}
	rude := sealer("rude") // who does not ask for the lease
	conflicts := 0
	sealing.Go(func() {
		for ctx.Err() == nil {
			_, err := rude.Seal(ctx)
			switch {
			case errors.Is(err, transparency.ErrConflict):
				conflicts++
			case err != nil && ctx.Err() == nil:
				t.Error(err)
			}
		}
	})
	decisions := map[string]int{}
	for w := range writers {
		decision := fmt.Sprintf("d%d", w)
		decisions[decision] = acts
		s := open()
		writing.Go(func() {
			for seq := range int64(acts) {
				if err := s.Append(ctx, storetest.Act(decision, seq+1)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	for {
		b, err := rude.Log.Backlog(ctx, "")
		ok(t, err)
		if b.Entries == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	sealing.Wait()
	list, err := rude.Log.Store.Checkpoints(t.Context(), origin, 0, 1<<20)
	ok(t, err)
	t.Logf("%d checkpoints, %d conflicts outlasted %s", len(list), conflicts, "the attempts")
	verify(t, rude.Log, []history.Signer{key}, decisions)
}

// One replica works at a time; the next one begins when it ends.
func TestReplicasTakeTurns(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	first, second := *sealer, *sealer
	first.Holder, second.Holder = "first", "second"
	start := func(s *transparency.Sealer) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx, time.Millisecond); close(ended) }()
		return func() { cancel(); <-ended }
	}
	holds := func(name string) bool {
		now := time.Now()
		held, err := s.Lease(t.Context(), "seal "+origin, name, now.Add(time.Minute), now)
		ok(t, err)
		return held
	}
	sealed := func(n int64) {
		for {
			if head, err := s.Head(t.Context(), origin); err == nil && head.Size == n {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	stopFirst := start(&first)
	sealed(1)
	stopSecond := start(&second)
	do(t, s, "a", 1)
	sealed(2)
	if holds("second") || !holds("first") {
		t.Error("the second works while the first does")
	}
	stopFirst()
	do(t, s, "a", 2)
	sealed(3)
	if holds("first") || !holds("second") {
		t.Error("the second did not go on")
	}
	stopSecond()
}

func TestAnEntryThatWasNeverQueuedIsFound(t *testing.T) {
	t.Parallel()
	for _, seq := range []int{2, 3} { // one before others, and the last
		path := filepath.Join(t.TempDir(), "juece.db")
		s, err := sqlite.Open(t.Context(), path)
		s = opened(t, s, err)
		for i := range int64(3) {
			do(t, s, "a", i+1)
		}
		change(t, path, fmt.Sprintf(`DELETE FROM juece_unsealed WHERE seq = %d`, seq))
		sealer := &transparency.Sealer{Log: transparency.Log{Store: s, Origin: origin}, Signers: []history.Signer{signer(t)}}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { sealer.Run(ctx, time.Millisecond); close(ended) }()
		for {
			if positions, err := s.Positions(ctx, origin, "a"); err == nil && len(positions) == 3 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		cancel()
		<-ended
		verify(t, sealer.Log, sealer.Signers, map[string]int{"a": 3})
	}
}

// After a restore the histories are sealed anew, in a log of another name.
func TestAnotherLogTakesEverythingOnceMore(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	for seq := range int64(3) {
		do(t, s, "a", seq+1)
	}
	_, _, err := sealer.Drain(t.Context())
	ok(t, err)
	secret, _, err := note.GenerateKey(rand.Reader, "another.example")
	ok(t, err)
	key, err := history.NewSigner(secret)
	ok(t, err)
	other := &transparency.Sealer{Log: transparency.Log{Store: s, Origin: "another.example"}, Signers: []history.Signer{key}, Batch: 2}
	c, n, err := other.Drain(t.Context())
	ok(t, err)
	if n != 3 || c.Size != 4 {
		t.Errorf("%d entries, size %d", n, c.Size)
	}
	file := transparency.File{Path: filepath.Join(t.TempDir(), "checkpoint")}
	ok(t, file.Publish(t.Context(), c))
	sealer.Publishers = []transparency.Publisher{file} // the file of another log
	_, err = sealer.Seal(t.Context())
	is(t, err, transparency.ErrForked)
}

// An identifier with a line feed in it could speak for another entry.
func TestNoLeafSpeaksForAnotherEntry(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	do(t, s, "a\n1\nsha256:00", 1)
	if _, err := sealer.Seal(t.Context()); err == nil {
		t.Error("it was sealed")
	}
}

// change is what somebody does who owns the file.
func change(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_busy_timeout=10000")
	ok(t, err)
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		ok(t, err)
	}
}

func TestAKeyIsRotatedByAHandoverThatBothSign(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	ctx := t.Context()
	do(t, s, "a", 1)
	_, err := sealer.Seal(ctx)
	ok(t, err)
	do(t, s, "a", 2)
	k1, k2, k3 := sealer.Signers[0], signer(t), signer(t)
	for range 2 { // the second time it is done
		handover, err := sealer.Rotate(ctx, k1, k2)
		ok(t, err)
		v1, err := note.NewVerifier(k1.VKey())
		ok(t, err)
		v2, err := note.NewVerifier(k2.VKey())
		ok(t, err)
		n, err := note.Open(handover.Checkpoint.Note, note.VerifierList(v1, v2))
		ok(t, err)
		if len(n.Sigs) != 2 || handover.Checkpoint.Size != 5 {
			t.Errorf("the handover: %d signatures, size %d", len(n.Sigs), handover.Checkpoint.Size)
		}
	}
	keys, err := s.KeyLeaves(ctx, origin)
	ok(t, err)
	want := []transparency.Leaf{
		{Key: true, Text: "juece-leaf/1\nkey\nadd\n" + k1.VKey() + "\n"},
		{Key: true, Position: 3, Text: "juece-leaf/1\nkey\nadd\n" + k2.VKey() + "\n"},
		{Key: true, Position: 4, Text: "juece-leaf/1\nkey\nretire\n" + k1.VKey() + "\n"},
	}
	if !slices.Equal(keys, want) {
		t.Errorf("keys: %+v", keys)
	}
	covering, err := sealer.Log.Covering(ctx, 4)
	ok(t, err)
	if covering.Size != 5 {
		t.Errorf("the handover is that of size %d", covering.Size)
	}

	do(t, s, "a", 3)
	_, err = sealer.Seal(ctx) // by the key that ended
	is(t, err, history.ErrKey)
	backlog, err := s.Backlog(ctx, "")
	ok(t, err)
	if backlog.Entries != 1 {
		t.Errorf("%+v", backlog)
	}
	sealer.Signers = []history.Signer{k3, k1, k2} // one was not added, one has ended
	_, err = sealer.Seal(ctx)
	ok(t, err)
	for name, rotate := range map[string]func() (transparency.Sealed, error){
		"from an ended key":    func() (transparency.Sealed, error) { return sealer.Rotate(ctx, k1, k3) },
		"from an unknown key":  func() (transparency.Sealed, error) { return sealer.Rotate(ctx, k3, signer(t)) },
		"back to an ended key": func() (transparency.Sealed, error) { return sealer.Rotate(ctx, k2, k1) },
	} {
		if _, err := rotate(); !errors.Is(err, history.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = sealer.Rotate(ctx, k2, k3)
	ok(t, err)
	verify(t, sealer.Log, []history.Signer{k1, k2, k3}, map[string]int{"a": 3})
}

// A log that began under one suite takes up a key of another type; from there
// on every checkpoint has a signature by both.
func TestALogTakesUpAnotherTypeOfKey(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, sealer := fresh(t)
	first := sealer.Signers[0]
	do(t, s, "a", 1)
	before, err := sealer.Seal(ctx)
	ok(t, err)
	alone := *sealer
	secret, _, err := gm.GenerateKey(rand.Reader, origin)
	ok(t, err)
	second, err := gm.NewSigner(secret)
	ok(t, err)
	sealer.Signers, sealer.Verifiers = []history.Signer{first, second}, gm.Verifiers()
	added, err := sealer.Seal(ctx) // though nothing is queued
	ok(t, err)
	again, err := sealer.Seal(ctx)
	ok(t, err)
	if added.Checkpoint.Size != before.Checkpoint.Size+1 || again.New || again.Checkpoint.Size != added.Checkpoint.Size {
		t.Errorf("sizes %d, %d, %d", before.Checkpoint.Size, added.Checkpoint.Size, again.Checkpoint.Size)
	}
	do(t, s, "a", 2)
	alone.Verifiers = gm.Verifiers()
	_, err = alone.Seal(ctx)
	is(t, err, history.ErrKey)
	alone.Verifiers = nil
	_, err = alone.Seal(ctx)
	is(t, err, history.ErrKey)
	now, err := sealer.Seal(ctx)
	ok(t, err)

	keys, err := sealer.Log.Keys(ctx, now.Checkpoint)
	ok(t, err)
	proof, err := sealer.Log.Consistency(ctx, before.Checkpoint.Size, now.Checkpoint.Size)
	ok(t, err)
	earlier := []history.EarlierProof{{Checkpoint: string(before.Checkpoint.Note), Proof: proof}}
	trust := history.Trust{Keys: []string{first.VKey()}, Verifiers: gm.Verifiers()}
	view, err := history.NewView(now.Checkpoint.Note, history.KeyFile{Keys: keys}, earlier, trust)
	ok(t, err)
	ok(t, view.Against(before.Checkpoint.Note, nil)) // signed when there was one type
	lines := bytes.SplitAfter(now.Checkpoint.Note, []byte("\n"))
	stripped := bytes.Join(slices.Delete(lines, 5, 6), nil)
	if _, err := history.NewView(stripped, history.KeyFile{Keys: keys}, earlier, trust); !errors.Is(err, history.ErrKey) {
		t.Errorf("without the second signature: %v", err)
	}
}

func TestASealerWithoutAKeyOfTheLogSignsNothing(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	do(t, s, "a", 1)
	stranger := &transparency.Sealer{Log: sealer.Log}
	_, err := stranger.Seal(t.Context())
	is(t, err, history.ErrKey)
	_, err = sealer.Seal(t.Context())
	ok(t, err)
	do(t, s, "a", 2)
	stranger.Signers = []history.Signer{signer(t)}
	_, err = stranger.Seal(t.Context())
	is(t, err, history.ErrKey)
}

// Whoever owns the database can change it; the sealer does not put its name to
// what came of that.
func TestASealerSignsNoForkedLog(t *testing.T) {
	t.Parallel()
	rewind := []string{
		`DROP TRIGGER juece_log_checkpoints_no_delete`, `DROP TRIGGER juece_log_leaves_no_delete`, `DROP TRIGGER juece_log_hashes_no_delete`, `DROP TRIGGER juece_log_positions_no_delete`,
		`DELETE FROM juece_log_checkpoints WHERE size > 2`, `DELETE FROM juece_log_leaves WHERE position >= 2`, `DELETE FROM juece_log_hashes WHERE idx >= 3`, `DELETE FROM juece_log_positions WHERE position >= 2`,
	}
	for name, tt := range map[string]struct {
		published  bool // there is a file
		statements []string
	}{
		"a hash": {false, []string{`DROP TRIGGER juece_log_hashes_no_update`, `UPDATE juece_log_hashes SET hash = (SELECT hash FROM juece_log_hashes WHERE idx = 0)`}},
		"a root": {false, []string{`DROP TRIGGER juece_log_checkpoints_no_update`, `UPDATE juece_log_checkpoints SET root = (SELECT hash FROM juece_log_hashes WHERE idx = 0)`}},
		"a note": {false, []string{`DROP TRIGGER juece_log_checkpoints_no_update`, `UPDATE juece_log_checkpoints SET note = (SELECT note FROM juece_log_checkpoints WHERE size = 2) WHERE size > 2`}},
		"an earlier state, with a file of a later one": {true, rewind},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "juece.db")
			s, err := sqlite.Open(t.Context(), path)
			s = opened(t, s, err)
			sealer := &transparency.Sealer{Log: transparency.Log{Store: s, Origin: origin}, Signers: []history.Signer{signer(t)}}
			if tt.published {
				sealer.Publishers = []transparency.Publisher{transparency.File{Path: filepath.Join(dir, "checkpoint")}}
			}
			for seq := range int64(3) {
				do(t, s, "a", seq+1)
				sealed, err := sealer.Seal(t.Context())
				ok(t, err)
				ok(t, sealer.Publish(t.Context(), sealed.Checkpoint))
			}
			change(t, path, tt.statements...)
			do(t, s, "a", 4)
			_, err = sealer.Seal(t.Context())
			is(t, err, transparency.ErrForked)
			_, err = sealer.Seal(t.Context())
			is(t, err, transparency.ErrForked)
		})
	}
}

func TestTheFileHoldsTheLatestCheckpointAndEachOne(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	ctx := t.Context()
	dir := t.TempDir()
	file := transparency.File{Path: filepath.Join(dir, "checkpoint")}
	_, err := file.Last(ctx)
	is(t, err, transparency.ErrNotFound)
	var list []transparency.Checkpoint
	for seq := range int64(3) {
		do(t, s, "a", seq+1)
		sealed, err := sealer.Seal(ctx)
		ok(t, err)
		list = append(list, sealed.Checkpoint)
	}
	for _, i := range []int{0, 2, 1} { // a slow replica comes late
		ok(t, file.Publish(ctx, list[i]))
	}
	last, err := file.Last(ctx)
	ok(t, err)
	if last.Size != list[2].Size || last.Root != list[2].Root {
		t.Errorf("the file holds size %d", last.Size)
	}
	found, err := os.ReadDir(dir)
	ok(t, err)
	var names []string
	for _, f := range found {
		names = append(names, f.Name())
	}
	if got := strings.Join(names, " "); got != "checkpoint checkpoint.2 checkpoint.3 checkpoint.4" {
		t.Errorf("files: %s", got)
	}
	data, err := os.ReadFile(file.Path + ".3")
	ok(t, err)
	if string(data) != string(list[1].Note) {
		t.Errorf("%s", data)
	}
	if err := (transparency.File{Path: filepath.Join(dir, "none", "checkpoint")}).Publish(ctx, list[0]); err == nil {
		t.Error("published to a directory that is not there")
	}
	ok(t, os.WriteFile(file.Path, []byte("half a checkp"), 0o600))
	if _, err := file.Last(ctx); err == nil || errors.Is(err, transparency.ErrNotFound) {
		t.Errorf("a broken file: %v", err)
	}
}
