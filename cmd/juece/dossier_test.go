package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/sample"
)

// juece runs one command line.
func juece(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, complaint bytes.Buffer
	if code := run(t.Context(), args, strings.NewReader(""), &out, &complaint); code != want {
		t.Fatalf("juece %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, &out, &complaint)
	}
	return out.String() + complaint.String()
}

// recordCase makes a database with one whole case in it.
func recordCase(t *testing.T) (dsn, id string) {
	t.Helper()
	dsn = "sqlite:" + filepath.Join(t.TempDir(), "juece.db")
	juece(t, exitOK, "migrate", "--db", dsn)
	st, err := openStore(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	svc, err := newService(st, nil, "", "")
	if err != nil {
		t.Fatal(err)
	}
	steps := sample.Walk(demoPack)
	clock := sample.NewClock(steps[0].On)
	svc.Now = clock.Now
	if id, err = sample.Perform(t.Context(), svc, clock, demoPack, steps); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	return dsn, id
}

// An auditor's work on the command line: export, verify, a receipt, and what
// is said when something does not hold.
func TestExportAndVerify(t *testing.T) {
	t.Parallel()
	dsn, id := recordCase(t)
	key, vkey := newKey(t)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	public := file("key.pub")
	if err := os.WriteFile(public, []byte(vkey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	if text := juece(t, exitUsage, "export", id, "--db", dsn, "-o", file("early.zip")); !strings.Contains(text, "还没有封存") {
		t.Error(text)
	}
	juece(t, exitOK, "seal", "--once", "--db", dsn, "--key", key, "--checkpoint-file", file("checkpoint"))
	if text := juece(t, exitUsage, "export", "nobody", "--db", dsn, "-o", file("nobody.zip")); !strings.Contains(text, "没有这个案件") {
		t.Error(text)
	}
	if text := juece(t, exitOK, "export", id, "--db", dsn, "-o", file("a.zip"), "--lang", "en"); !strings.Contains(text, "91 entries, 35 materials, 3 opinions") {
		t.Error(text)
	}
	if text := juece(t, exitUsage, "export", id, "--db", dsn, "-o", file("a.zip")); !strings.Contains(text, "文件已经存在") {
		t.Error(text)
	}
	if left, err := filepath.Glob(file(".juece*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	for _, k := range []string{vkey, public} {
		text := juece(t, exitOK, "verify", file("a.zip"), "--key", k, "--checkpoint", file("checkpoint"))
		for _, want := range []string{"核验结论：完好", "由核验者指定", "记录91/91，材料35/35，意见3/3，程序行为91/91", "在外的检查点：1个", "规则包：d713（随本程序提供）", "核验发现不了"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not said:\n%s", want, text)
			}
		}
	}
	if text := juece(t, exitOK, "verify", file("a.zip"), "--lang", "en"); !strings.Contains(text, "does not show who made it") {
		t.Errorf("without a key:\n%s", text)
	}
	_, stranger := newKey(t)
	if text := juece(t, exitFailed, "verify", file("a.zip"), "--key", stranger); !strings.Contains(text, "核验结论：不成立") {
		t.Error(text)
	}
	if text := juece(t, exitUsage, "verify", file("a.zip"), "--key", key); strings.Contains(text, "PRIVATE") || !strings.Contains(text, "公钥") {
		t.Errorf("a private key: %s", text)
	}
	if text := juece(t, exitUsage, "verify", public); !strings.Contains(text, "核验结论：无法核验") {
		t.Error(text)
	}

	whole, err := os.ReadFile(file("a.zip"))
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.ReplaceAll(whole, []byte("过渡期应为一年"), []byte("过渡期应为两年"))
	if err := os.WriteFile(file("bad.zip"), bad, 0o600); err != nil {
		t.Fatal(err)
	}
	var report dossier.Report
	if err := json.Unmarshal([]byte(juece(t, exitFailed, "verify", file("bad.zip"), "--key", vkey, "--format", "json")), &report); err != nil {
		t.Fatal(err)
	}
	text := juece(t, exitFailed, "verify", file("bad.zip"), "--key", vkey)
	if report.Verdict != dossier.Broken || report.Failure.Code != "chain" || report.Failure.Seq != 51 || !strings.Contains(text, "第一处不符：第51条记录") {
		t.Errorf("%+v\n%s", report.Failure, text)
	}

	juece(t, exitOK, "receipt", id, "--db", dsn, "--opinion", "2", "-o", file("opinion.json"))
	if text := juece(t, exitOK, "verify", "receipt", file("opinion.json"), "--key", vkey); !strings.Contains(text, "第2号意见：安装期限太短") {
		t.Error(text)
	}
	if text := juece(t, exitOK, "verify", file("a.zip"), "--key", vkey, "--receipt", file("opinion.json")); !strings.Contains(text, "回执：1份") {
		t.Error(text)
	}
	juece(t, exitUsage, "receipt", id, "--db", dsn, "-o", file("none.json"))
	juece(t, exitUsage, "receipt", id, "--db", dsn, "--entry", "4000", "-o", file("none.json"))

	juece(t, exitUsage, "export", id, "--db", dsn, "-o", file("w.zip"), "--withhold", "deliberation")
	juece(t, exitUsage, "export", id, "--db", dsn, "-o", file("w.zip"), "--withhold", "everything", "--ground", "x")
	juece(t, exitOK, "export", id, "--db", dsn, "-o", file("w.zip"), "--withhold", "personal", "--ground", "个人信息保护法第二十五条", "--earlier", file("checkpoint"))
	if text := juece(t, exitOK, "verify", file("w.zip"), "--key", vkey, "--earlier", file("checkpoint")); !strings.Contains(text, "不予提供：记录0条，材料0件，意见3条") {
		t.Error(text)
	}
	var register []byte
	for line := range strings.Lines(string(unzipped(t, file("a.zip"), "history/register.jsonl"))) {
		var o dossier.RegisterLine
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		if o.Position == 1 {
			register = []byte(*o.Body)
		}
	}
	if err := os.WriteFile(file("opinion1"), register, 0o600); err != nil {
		t.Fatal(err)
	}
	if text := juece(t, exitOK, "verify", file("w.zip"), "--key", vkey, "--reveal", "opinion:1="+file("opinion1")); !strings.Contains(text, "后来出示的内容：1项") {
		t.Error(text)
	}
	juece(t, exitFailed, "verify", file("w.zip"), "--key", vkey, "--reveal", "opinion:2="+file("opinion1"))
	juece(t, exitUsage, "verify", file("w.zip"), "--key", vkey, "--reveal", "opinion")
}

func unzipped(t *testing.T, path, name string) []byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	data, err := fs.ReadFile(z, name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
