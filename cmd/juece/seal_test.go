package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	signednote "golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/store"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow/transparency"
)

const sealOrigin = "juece.example/log"

// newKey makes a key of a log and returns its file and the verifier key.
func newKey(t *testing.T) (path, vkey string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "key")
	var out, complaint bytes.Buffer
	if code := run(t.Context(), []string{"key", "new", "--origin", sealOrigin, "-o", path}, strings.NewReader(""), &out, &complaint); code != exitOK {
		t.Fatalf("%d: %s", code, &complaint)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file: %v, %v", info, err)
	}
	return path, strings.TrimSpace(out.String())
}

// checkSealed reads a log as anybody may: signed and consistent checkpoints,
// every entry of the decisions once and in order.
func checkSealed(t *testing.T, log transparency.Log, vkey string, decisions map[string]int) {
	t.Helper()
	v, err := signednote.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	list, err := log.Store.Checkpoints(t.Context(), log.Origin, 0, 1<<20)
	if err != nil || len(list) == 0 {
		t.Fatalf("%d checkpoints, %v", len(list), err)
	}
	for i, c := range list {
		if _, err := signednote.Open(c.Note, signednote.VerifierList(v)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue
		}
		proof, err := log.Consistency(t.Context(), list[i-1].Size, c.Size)
		if err == nil {
			err = tlog.CheckTree(proof, c.Size, c.Root, list[i-1].Size, list[i-1].Root)
		}
		if err != nil {
			t.Fatalf("from %d to %d: %v", list[i-1].Size, c.Size, err)
		}
	}
	total := 1 // the key
	for decision, n := range decisions {
		total += n
		p, err := log.Prove(t.Context(), decision)
		if err != nil || len(p.Entries) != n {
			t.Fatalf("%s: %d of %d entries, %v", decision, len(p.Entries), n, err)
		}
		for i, e := range p.Entries {
			leaf := fmt.Sprintf("juece-leaf/1\nentry\n%s\n%d\n%s\n", decision, i+1, storetest.Act(decision, int64(i+1)).Entry.Digest)
			if err := tlog.CheckRecord(e.Proof, p.Checkpoint.Size, p.Checkpoint.Root, e.Position, tlog.RecordHash([]byte(leaf))); err != nil || e.Seq != int64(i+1) {
				t.Fatalf("%s, entry %d: %v", decision, i+1, err)
			}
		}
	}
	if last := list[len(list)-1].Size; last != int64(total) {
		t.Errorf("%d leaves for %d entries and keys", last, total)
	}
}

// A sealer that is killed in the middle, again and again, loses nothing.
func TestASealerThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "juece.db") },
		"postgres": func(t *testing.T) string { return postgrestest.DSN(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "sqlite" && storetest.RaceEnabled {
				t.Skip("too slow under the race detector")
			}
			killSealers(t, dsn(t), 8)
		})
	}
}

func killSealers(t *testing.T, dsn string, rounds int) {
	st, err := openStore(t.Context(), dsn)
	if err == nil {
		err = st.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	key, vkey := newKey(t)
	file := filepath.Join(t.TempDir(), "checkpoint")
	decisions := map[string]int{}
	var mu sync.Mutex
	var writing sync.WaitGroup
	defer writing.Wait() // before the store is closed
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for w := range 4 {
		writing.Go(func() {
			decision, n := fmt.Sprintf("d%d", w), 0
			for ctx.Err() == nil {
				if err := st.Append(context.WithoutCancel(ctx), storetest.Act(decision, int64(n+1))); err != nil {
					t.Error(err)
					break
				}
				n++
				// SQLite lets processes in by their polling: four that never pause
				// would keep the sealer out.
				time.Sleep(2 * time.Millisecond)
			}
			mu.Lock()
			defer mu.Unlock()
			decisions[decision] = n
		})
	}
	killed := 0
	for range rounds {
		sealer := exec.CommandContext(t.Context(), "juece", "seal", "--db", dsn, "--key", key, "--every", "1ms", "--checkpoint-file", file)
		if err := sealer.Start(); err != nil {
			t.Fatal(err)
		}
		awaitGrowth(t, st)
		time.Sleep(rand.N(50 * time.Millisecond))
		if err := sealer.Process.Kill(); err == nil {
			killed++
		}
		_ = sealer.Wait() // killed
		// The next one does not wait for the lease of the dead.
		if err := expire(t.Context(), dsn); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	writing.Wait()
	var out, complaint bytes.Buffer
	if code := run(t.Context(), []string{"seal", "--db", dsn, "--key", key, "--once", "--checkpoint-file", file}, strings.NewReader(""), &out, &complaint); code != exitOK {
		t.Fatalf("%d: %s", code, &complaint)
	}
	log := transparency.Log{Store: st, Origin: sealOrigin}
	checkSealed(t, log, vkey, decisions)
	latest, err := log.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if published, err := os.ReadFile(file); err != nil || !bytes.Equal(published, latest.Note) {
		t.Errorf("the file: %v\n%s\n%s", err, published, latest.Note)
	}
	list, err := st.Checkpoints(t.Context(), sealOrigin, 0, 1<<20)
	if err != nil || killed != rounds || len(list) < 2 {
		t.Errorf("%d killed, %d checkpoints, %v", killed, len(list), err)
	}
	t.Logf("%d killed, %d checkpoints over %d leaves", killed, len(list), latest.Size)
}

// awaitGrowth waits until a sealer is at work, so that it dies there and not
// while it starts.
func awaitGrowth(t *testing.T, st *store.Store) {
	t.Helper()
	before, err := st.Head(t.Context(), sealOrigin)
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(5 * time.Millisecond) {
		if err != nil && !errors.Is(err, transparency.ErrNotFound) {
			t.Fatal(err)
		}
		var now transparency.Head
		if now, err = st.Head(t.Context(), sealOrigin); err == nil && now.Size > before.Size {
			return
		}
	}
	t.Fatal("the sealer does not seal")
}

// expire ends every lease.
func expire(ctx context.Context, dsn string) error {
	driver, source := "postgres", dsn
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+path+"?_busy_timeout=10000"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, `UPDATE juece_leases SET expires_at = 0`)
	return err
}

// The owner migrates and grants; everything else, the sealing too, is done by a
// member of the application's role.
func TestTheWholeServiceRunsAsTheApplicationRole(t *testing.T) {
	t.Parallel()
	dsn := postgrestest.DSN(t)
	var out, complaint bytes.Buffer
	code := run(t.Context(), []string{"migrate", "--db", dsn, "--roles", "--app-role", "whole_app", "--auditor-role", "whole_auditor"}, strings.NewReader(""), &out, &complaint)
	if code != exitOK || !strings.Contains(out.String(), "roles: whole_app, whole_auditor") {
		t.Fatalf("%d: %s%s", code, &out, &complaint)
	}
	owner, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	if _, err := owner.ExecContext(t.Context(), `CREATE USER whole_service IN ROLE whole_app`); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User("whole_service")
	key, vkey := newKey(t)
	found, stop := started(t, curlLine, "serve", "--demo", "--addr", "127.0.0.1:0", "--db", u.String(), "--log-key", key, "--log-every", "20ms")
	root := strings.TrimSuffix(found[2], "/tasks")
	v, err := signednote.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	var left int
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err := owner.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM juece_unsealed`).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d entries are not sealed", left)
		}
	}
	status, note := fetch(t, root+"/log/checkpoint", found[1])
	if _, err := signednote.Open(note, signednote.VerifierList(v)); status != http.StatusOK || err != nil {
		t.Errorf("%d %s: %v", status, note, err)
	}
	_, body := fetch(t, root+"/decisions", found[1])
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Items) == 0 {
		t.Fatalf("%s: %v", body, err)
	}
	if status, body := fetch(t, root+"/decisions/"+list.Items[0].ID+"/history", found[1]); status != http.StatusOK || !bytes.Contains(body, []byte("条记录全部封存")) {
		t.Errorf("%d %s", status, body)
	}
	if code := stop(); code != exitOK {
		t.Errorf("it stopped with %d", code)
	}
}
