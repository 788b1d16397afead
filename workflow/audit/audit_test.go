package audit_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/audit"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
	"github.com/juece/juece/workflow/transparency/witnesstest"
	"github.com/juece/juece/workflow/workflowtest"
)

// database is a store, and the rows behind it.
type database struct {
	*store.Store
	sql    *sql.DB
	engine string
	name   string // of a database of PostgreSQL
}

// close gives the database free, to be copied; rows of SQLite can still be read.
func (d database) close(t testing.TB) {
	t.Helper()
	ok(t, d.Close())
	if d.engine == "postgres" {
		ok(t, d.sql.Close())
	}
}

func onSQLite(t testing.TB) database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "juece.db")
	s, err := sqlite.Open(t.Context(), path)
	return open(t, s, err, "sqlite", fileURI(path))
}

func fileURI(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_busy_timeout=10000"
}

func onPostgres(t testing.TB) database {
	t.Helper()
	dsn := postgrestest.DSN(t)
	s, err := postgres.Open(t.Context(), dsn)
	return open(t, s, err, "postgres", dsn)
}

func open(t testing.TB, s *store.Store, err error, engine, dsn string) database {
	t.Helper()
	ok(t, err)
	t.Cleanup(func() { _ = s.Close() }) // the test is over
	ok(t, s.Migrate(t.Context()))
	db, err := sql.Open(engine, dsn)
	ok(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return database{s, db, engine, dsn[strings.LastIndexByte(dsn, '/')+1 : cmp.Or(max(strings.IndexByte(dsn, '?'), 0), len(dsn))]}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// installation is a service with a log, and cases in it.
type installation struct {
	database
	svc    *workflow.Service
	clock  *sample.Clock
	sealer *transparency.Sealer
	key    history.Signer

	full, begun, withdrawn, late string // late is not sealed
	early                        []byte // a checkpoint after full
	last                         []byte
}

func install(t testing.TB, db database) *installation {
	t.Helper()
	in := &installation{database: db, clock: sample.NewClock(sample.Walk("d713")[0].On), key: newKey(t)}
	in.svc = workflowtest.Service(t, db, in.clock)
	in.sealer = &transparency.Sealer{
		Log: transparency.Log{Store: db, Origin: in.key.Name()}, Signers: []history.Signer{in.key}, Now: in.clock.Now, Batch: 9,
	}
	return in
}

func newKey(t testing.TB) history.Signer {
	t.Helper()
	secret, _, err := note.GenerateKey(rand.Reader, "juece.test/log")
	ok(t, err)
	key, err := history.NewSigner(secret)
	ok(t, err)
	return key
}

// inhabited is an installation with a whole case, one that has begun, one that
// was withdrawn, erasures in two of them, and one that is not sealed.
func inhabited(t testing.TB, db database) *installation {
	t.Helper()
	in := install(t, db)
	in.full = in.perform(t, sample.Walk("d713"))
	in.erase(t, in.full, 2)
	in.early = in.seal(t)
	in.withdrawn = in.perform(t, sample.Before("d713", "submit_draft"))
	in.do(t, in.withdrawn, decision.Withdraw{Decider: "行政首长", Reason: "情况变化"})
	in.begun = in.perform(t, sample.Before("d713", "submit_for_review"))
	in.erase(t, in.begun)
	in.last = in.seal(t)
	in.late = in.perform(t, sample.Before("d713", "initiate"))
	return in
}

func (in *installation) perform(t testing.TB, steps []sample.Step) string {
	t.Helper()
	id, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", steps)
	ok(t, err)
	return id
}

func (in *installation) do(t testing.TB, id string, act decision.Act) {
	t.Helper()
	_, err := in.svc.Do(t.Context(), workflow.Request{Decision: id, Expect: workflow.Latest, Act: act, Actor: sample.Actor("d713", workflow.RoleGovOffice)})
	ok(t, err)
}

// erase keeps two files, one of them restricted, and erases them, with
// opinions.
func (in *installation) erase(t testing.TB, id string, opinions ...int64) {
	t.Helper()
	var digests []string
	for _, m := range []workflow.Material{
		{Name: "名单", MediaType: "text/plain", Content: strings.NewReader("名单\n")},
		{Name: "病历", MediaType: "text/plain", Content: strings.NewReader("病历\n"), Restricted: &decision.Restriction{Class: decision.ClassPersonal, Ground: "个人信息"}},
	} {
		kept, err := in.svc.KeepMaterial(t.Context(), id, m)
		ok(t, err)
		digests = append(digests, string(kept.Digest))
	}
	_, err := in.svc.KeepMaterial(t.Context(), id, workflow.Material{Name: "底稿", MediaType: "text/plain", Content: strings.NewReader("底稿\n")})
	ok(t, err)
	in.do(t, id, decision.EraseData{Materials: digests, Opinions: opinions, Class: decision.ClassPersonal, Ground: "个人信息保护法第四十七条", DecidedBy: "行政首长"})
}

func (in *installation) seal(t testing.TB) []byte {
	t.Helper()
	c, _, err := in.sealer.Drain(t.Context())
	ok(t, err)
	return c.Note
}

func (in *installation) options() audit.Options {
	return audit.Options{
		Origin: in.key.Name(), Trust: history.Trust{Keys: []string{in.key.VKey()}},
		Texts: workflow.Held{Packs: in.svc.Packs, Years: in.svc.Calendar},
	}
}

func verify(t testing.TB, in *installation, o audit.Options) *audit.Report {
	t.Helper()
	report, err := audit.Verify(t.Context(), in.Store, o)
	ok(t, err)
	return report
}

// onBoth runs a test on both engines.
func onBoth(t *testing.T, test func(t *testing.T, db database)) {
	t.Helper()
	for name, fresh := range map[string]func(testing.TB) database{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

func sound(t *testing.T, in *installation, o audit.Options) *audit.Report {
	t.Helper()
	r := verify(t, in, o)
	if r.Verdict != dossier.Sound || r.Found != 0 {
		t.Fatalf("%s: %+v", r.Verdict, r.Problems)
	}
	return r
}

func TestAnUntouchedStoreIsSound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		in := inhabited(t, db)
		o := in.options()
		o.Outside = [][]byte{in.early, in.last}
		var last audit.Progress
		o.Progress = func(p audit.Progress) { last = p }
		r := sound(t, in, o)
		t.Logf("%+v", r)
		totals, err := db.Totals(t.Context(), in.key.Name())
		ok(t, err)
		if r.Entries.Checked != totals.Entries || r.Acts.Checked != totals.Entries || r.Unsealed != totals.Queued || r.Unsealed == 0 ||
			r.Leaves.Checked != totals.Sealed+1 || r.Decisions.Checked != 4 || r.Outside.Checked != 2 || r.Checkpoints.Checked < 9 ||
			r.Erased != (dossier.Counts{Materials: 4, Opinions: 1}) || r.Materials.Checked == 0 || r.Opinions.Checked == 0 || r.Rules == 0 || !r.KeyTrusted {
			t.Errorf("%+v of %+v", r, totals)
		}
		if last.Entries != r.Entries || last.Decisions != r.Decisions || last.Leaves != r.Leaves {
			t.Errorf("the progress ends with %+v", last)
		}
		// The log goes on, with another key, and each of the keys reaches.
		next := newKey(t)
		_, err = in.sealer.Rotate(t.Context(), in.key, next)
		ok(t, err)
		in.sealer.Signers = []history.Signer{next}
		in.begun = in.perform(t, sample.Walk("d713"))
		in.seal(t)
		for _, vkey := range []string{in.key.VKey(), next.VKey()} {
			o.Trust.Keys = []string{vkey}
			if r := sound(t, in, o); r.Unsealed != 0 {
				t.Errorf("%d unsealed", r.Unsealed)
			}
		}
		o.Trust.Keys = nil
		if r := sound(t, in, o); r.KeyTrusted {
			t.Error("the key of the log itself was trusted")
		}
	})
}

// A store in use is no broken one.
func TestAStoreIsVerifiedWhileItIsUsed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, db database) {
		in := inhabited(t, db)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			var err error
			for err == nil && ctx.Err() == nil {
				_, err = sample.Perform(t.Context(), in.svc, in.clock, "d713", sample.Walk("d713"))
				if err == nil {
					_, _, err = in.sealer.Drain(t.Context())
				}
			}
			ended <- err
		}()
		for range 5 { // a decision that never pauses cannot be read, and is not broken for it
			r, err := audit.Verify(t.Context(), in.Store, in.options())
			ok(t, err)
			if r.Verdict == dossier.Broken || slices.ContainsFunc(r.Problems, func(p audit.Problem) bool { return p.Code != "moving" }) {
				t.Errorf("%s: %+v", r.Verdict, r.Problems)
			}
		}
		stop()
		ok(t, <-ended)
		sound(t, in, in.options())
	})
}

func TestWhatCannotBeVerifiedIsUnusable(t *testing.T) {
	t.Parallel()
	in := install(t, onSQLite(t))
	is := func(code string) {
		t.Helper()
		r := verify(t, in, in.options())
		if r.Verdict != dossier.Unusable || len(r.Problems) == 0 || r.Problems[0].Code != code {
			t.Errorf("%s: %+v", r.Verdict, r.Problems)
		}
	}
	is("no_log")
	in.seal(t) // the key alone
	is("empty")
	in = install(t, onSQLite(t))
	in.perform(t, sample.Before("d713", "submit_draft"))
	is("no_log")
	in.seal(t)
	sound(t, in, in.options())

	// Texts that are not at hand.
	o := in.options()
	o.Texts = workflow.Held{Packs: &pack.Set{}, Years: in.svc.Calendar}
	if r := verify(t, in, o); r.Verdict != dossier.Unusable || r.Problems[0].Code != "pack" || r.Problems[0].Seq != 1 {
		t.Errorf("%s: %+v", r.Verdict, r.Problems)
	}
	o.Texts = workflow.Held{Packs: in.svc.Packs, Years: &calendar.Calendar{}}
	if r := verify(t, in, o); r.Verdict != dossier.Unusable || r.Problems[0].Code != "calendar" {
		t.Errorf("%s: %+v", r.Verdict, r.Problems)
	}
}

// An installation under the suite of GM/T is verified by who knows its
// algorithms; to anybody else it is not broken.
func TestAnotherSuiteIsVerified(t *testing.T) {
	t.Parallel()
	in := install(t, onSQLite(t))
	in.Store = in.Knowing(gm.SM3())
	in.svc.Store, in.svc.Register, in.svc.Vault = in.Store, in.Store, in.Store
	in.svc.Suite, in.svc.Algorithms = gm.SM3(), history.Algorithms{gm.SM3()}
	secret, _, err := gm.GenerateKey(rand.Reader, in.key.Name())
	ok(t, err)
	second, err := gm.NewSigner(secret)
	ok(t, err)
	in.sealer.Log.Store, in.sealer.Verifiers = in.Store, gm.Verifiers()
	in.sealer.Signers = append(in.sealer.Signers, second)
	in.full = in.perform(t, sample.Walk("d713"))
	in.erase(t, in.full, 2)
	in.seal(t)
	o := in.options()
	o.Trust.Keys = append(o.Trust.Keys, second.VKey())
	o.Trust.Verifiers, o.Trust.Algorithms = gm.Verifiers(), history.Algorithms{gm.SM3()}
	sound(t, in, o)
	o.Trust.Algorithms = nil
	if r := verify(t, in, o); r.Verdict != dossier.Unusable || r.Problems[0].Code != "algorithm" || r.Problems[0].Seq != 1 {
		t.Errorf("%s: %+v", r.Verdict, r.Problems)
	}
}

// A witness that the verifier names has cosigned the last checkpoint.
func TestWitnessesHaveCosigned(t *testing.T) {
	t.Parallel()
	in := install(t, onSQLite(t))
	server := witnesstest.New(t, "witness.example/w1")
	server.Trust(t, in.key.VKey())
	verifier, err := history.Verifiers{}.Open(server.VKey())
	ok(t, err)
	in.sealer.Witnesses = []*transparency.Witness{{URL: server.URL() + "/", Verifier: verifier}}
	in.perform(t, sample.Before("d713", "initiate"))
	c, _, err := in.sealer.Drain(t.Context())
	ok(t, err)
	o := in.options()
	o.Trust.Witnesses = []string{server.VKey()}
	if r := verify(t, in, o); r.Verdict != dossier.Broken || r.Problems[0].Code != "witness" {
		t.Errorf("nobody cosigned: %s: %+v", r.Verdict, r.Problems)
	}
	ok(t, in.sealer.Publish(t.Context(), c))
	if r := sound(t, in, o); r.Witnesses != 1 {
		t.Errorf("%d witnesses", r.Witnesses)
	}
}

// What keeps a verification from its end is an error, and no verdict.
func TestThereIsNoVerdictBeforeTheEnd(t *testing.T) {
	t.Parallel()
	in := install(t, onSQLite(t))
	in.perform(t, sample.Before("d713", "initiate"))
	in.perform(t, sample.Before("d713", "initiate"))
	in.seal(t)
	o := in.options()
	o.Outside = [][]byte{[]byte("no checkpoint")}
	if r, err := audit.Verify(t.Context(), in.Store, o); !errors.Is(err, history.ErrMalformed) || r.Verdict != "" {
		t.Errorf("%q, %v", r.Verdict, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o = in.options()
	o.Workers = 1
	o.Progress = func(p audit.Progress) {
		if p.Decisions.Checked == 1 {
			cancel()
		}
	}
	if r, err := audit.Verify(ctx, in.Store, o); !errors.Is(err, context.Canceled) || r.Verdict != "" {
		t.Errorf("%q, %v", r.Verdict, err)
	}
	if _, err := in.sql.ExecContext(t.Context(), `ALTER TABLE juece_materials RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	if r, err := audit.Verify(t.Context(), in.Store, in.options()); err == nil || r.Verdict != "" {
		t.Errorf("%q without a table of materials", r.Verdict)
	}
}
