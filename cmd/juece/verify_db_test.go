package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/audit"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/sample"
)

// sealedCase is a database with one case, sealed, and a checkpoint of it.
func sealedCase(t *testing.T, path, key string) (dsn, checkpoint string) {
	t.Helper()
	dsn, checkpoint = "sqlite:"+path, path+".checkpoint"
	if code, _, stderr := program(t, "migrate", "--db", dsn); code != exitOK {
		t.Fatal(stderr)
	}
	propose(t, dsn)
	if code, _, stderr := program(t, "seal", "--db", dsn, "--key", key, "--once", "--checkpoint-file", checkpoint); code != exitOK {
		t.Fatal(stderr)
	}
	return dsn, checkpoint
}

func propose(t *testing.T, dsn string) {
	t.Helper()
	st, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }() // what was recorded is durable
	svc, err := newService(st, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	clock := sample.NewClock(sample.Walk("d713")[0].On)
	svc.Now = clock.Now
	if _, err := sample.Perform(t.Context(), svc, clock, "d713", sample.Before("d713", "submit_draft")); err != nil {
		t.Fatal(err)
	}
}

func TestADatabaseIsVerified(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, vkey := newKey(t)
	path := filepath.Join(dir, "juece.db")
	dsn, checkpoint := sealedCase(t, path, key)
	trusted := filepath.Join(dir, "trusted")
	if err := os.WriteFile(trusted, []byte(vkey+"\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	verify := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := program(t, append([]string{"verify"}, args...)...)
		if code != want || (stdout == "") != (stderr != "") {
			t.Errorf("%v: %d: %s%s", args, code, stdout, stderr)
		}
		return stdout + stderr
	}
	contains := func(text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in %s", part, text)
			}
		}
	}
	contains(verify(exitOK, "--db", dsn, "--key", vkey, "--checkpoint", checkpoint), "核验结论：完好", "案件：1/1", "外部检查点：1/1", "X2")
	contains(verify(exitOK, "--db", dsn, "--key", trusted, "--lang", "en"), "Verdict: sound", "no outside checkpoint", "decisions: 1 of 1")
	contains(verify(exitOK, "--db", dsn), "未给出所信任的公钥")

	// Nothing that could be verified, and nothing to verify it with.
	verify(int(exitUnusable), "--db", "sqlite:"+filepath.Join(dir, "none.db"))
	verify(int(exitUnusable), "--db", dsn, "--checkpoint", filepath.Join(dir, "none"))
	verify(int(exitUnusable), "--db", dsn, "--checkpoint", trusted)
	secret, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"x", key, strings.TrimSpace(string(secret))} {
		if text := verify(int(exitUnusable), "--db", dsn, "--key", wrong); strings.Contains(text, "PRIVATE") {
			t.Error("a private key was repeated")
		}
	}
	unsealed := "sqlite:" + filepath.Join(dir, "unsealed.db")
	if code, _, stderr := program(t, "migrate", "--db", unsealed); code != exitOK {
		t.Fatal(stderr)
	}
	contains(verify(int(exitUnusable), "--db", unsealed), "核验结论：无法核验", "no_log")
	contains(verify(exitFailed, "--db", unsealed, "--key", vkey, "--checkpoint", checkpoint), "rolled_back")

	// A row that was changed.
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), `UPDATE juece_decisions SET title = '别的'`); err != nil {
		t.Fatal(err)
	}
	contains(verify(exitFailed, "--db", dsn, "--key", vkey), "核验结论：不成立", "[state]", "title")
	var report struct {
		audit.Report
		NotDetectable []dossier.Limit `json:"not_detectable"`
	}
	if err := json.Unmarshal([]byte(verify(exitFailed, "--db", dsn, "--key", vkey, "--format", "json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.Verdict != "broken" || len(report.Problems) != 1 || report.Problems[0].Code != "state" || len(report.NotDetectable) != 3 {
		t.Errorf("%+v", report)
	}
}
