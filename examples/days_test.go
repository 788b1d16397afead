// Package examples_test lives the days of the examples, against the program as
// it is installed: on one machine, and on three replicas over one database.
package examples_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
)

// programs are built once for all tests.
func programs(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir+string(filepath.Separator), "../cmd/juece", "./counsel", "./audit")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// installation is a server or several over one database, with what its people
// have in their hands.
type installation struct {
	bin, dir string
	url      string
	tokens   map[decision.Role]string
	key      string // public key of the log
}

func (in *installation) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, complaint bytes.Buffer
	c := exec.CommandContext(ctx, filepath.Join(in.bin, name), args...)
	c.Dir, c.Stdout, c.Stderr = in.dir, &out, &complaint
	if err := c.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s\n%s", name, args, err, &out, &complaint)
	}
	return out.String()
}

var served = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)

// serve starts a server and returns its address.
func (in *installation) serve(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.Command(filepath.Join(in.bin, "juece"), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	c.Dir = in.dir
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		if err := c.Wait(); err != nil {
			t.Errorf("the server ended with %v: %s", err, &complaint)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "openapi") {
			go func() { // what it still says must not block it
				for lines.Scan() {
				}
			}()
			return served.FindString(lines.Text())
		}
	}
	t.Fatalf("the server did not start: %s", &complaint)
	return ""
}

// install makes the tokens and the key of an installation.
func install(t *testing.T) *installation {
	t.Helper()
	in := &installation{bin: programs(t), dir: t.TempDir(), tokens: map[decision.Role]string{}}
	var file strings.Builder
	for i, role := range []decision.Role{workflow.RoleLegalAdviser, workflow.RoleLegalityReviewer, workflow.RoleUndertakingUnit, workflow.RoleAuditor} {
		a := sample.Actor("d713", role)
		in.tokens[role] = strings.Repeat(fmt.Sprint(i), 40)
		fmt.Fprintf(&file, "%q: {id: %s, organ: %s, unit: %q, roles: [%s]}\n", in.tokens[role], a.ID, a.Organ, a.Unit, role)
	}
	if err := os.WriteFile(filepath.Join(in.dir, "tokens.yaml"), []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	in.key = strings.TrimSpace(in.run(t, "juece", "key", "new", "--origin", "juece.example/log", "-o", "log.key"))
	return in
}

// days are the day of counsel and the day of the auditor, who then verifies
// what counsel did.
func (in *installation) days(t *testing.T) {
	t.Helper()
	counsel := in.run(
		t, "counsel", "-url", in.url+"/v1", "-on", "2026-05-07", "-receipt", "receipt.json",
		"-adviser", in.tokens[workflow.RoleLegalAdviser], "-reviewer", in.tokens[workflow.RoleLegalityReviewer], "-unit", in.tokens[workflow.RoleUndertakingUnit],
	)
	for _, said := range []string{
		"待办", "送审材料", "听证笔录（新增）", "退回 第44条记录，案件回到“草案形成”；第45条重新送审", "征求有关单位意见情况（新增）",
		"补正 第46条记录要求，第47条补齐", "法律顾问意见 第48条记录", "合法性审查意见 第49条记录，案件进入“已出审查意见”", "回执 receipt.json",
	} {
		if !strings.Contains(counsel, said) {
			t.Errorf("counsel's day: %q is not in\n%s", said, counsel)
		}
	}
	if verdict := in.run(t, "juece", "verify", "receipt", "receipt.json", "--key", in.key); !strings.Contains(verdict, "完好") {
		t.Errorf("the receipt: %s", verdict)
	}
	audit := in.run(
		t, "audit", "-url", in.url+"/v1", "-token", in.tokens[workflow.RoleAuditor], "-key", in.key, "-o", "case.zip",
		"-unit", sample.LeadUnit, "-from", "2026-01-01", "-to", "2026-12-31", "-rule", "R29.2", "-as-of", "2026-05-06",
	)
	for _, said := range []string{
		"案件 县城区公共绿地保护办法", "共91条记录", "2026-05-06终了时（第43条记录）：处于“合法性审查”阶段，第2版草案", "尚缺 R25.1",
		"决定之前（第", "集体讨论", "当时尚缺0项", "核验结论：完好。",
	} {
		if !strings.Contains(audit, said) {
			t.Errorf("the auditor's day: %q is not in\n%s", said, audit)
		}
	}
	if strings.Contains(audit, "县城区机动车停车收费管理办法") {
		t.Errorf("the auditor finds a case that breaks no such rule\n%s", audit)
	}
	if verdict := in.run(t, "juece", "verify", "case.zip", "--key", in.key); !strings.Contains(verdict, "完好") {
		t.Errorf("the dossier: %s", verdict)
	}
}

// broken are days on which something is wrong: each ends with a complaint about
// just that, and not with success.
func (in *installation) broken(t *testing.T) {
	t.Helper()
	adviser, reviewer, unit, auditor := in.tokens[workflow.RoleLegalAdviser], in.tokens[workflow.RoleLegalityReviewer], in.tokens[workflow.RoleUndertakingUnit], in.tokens[workflow.RoleAuditor]
	counsel := func(adviser, reviewer, unit string) []string {
		return []string{"counsel", "-url", in.url + "/v1", "-adviser", adviser, "-reviewer", reviewer, "-unit", unit}
	}
	audit := func(args ...string) []string {
		return append([]string{"audit", "-url", in.url + "/v1", "-token", auditor, "-unit", sample.LeadUnit}, args...)
	}
	for complaint, args := range map[string][]string{
		"unauthenticated":       counsel("x", reviewer, unit),
		"退回 return the package": counsel(adviser, unit, unit),
		"没有这样的案件":               audit("-to", "2020-01-01"),
		"没有这项规则":                audit("-rule", "R99.9"),
		"案卷包不成立":                audit("-key", strings.Replace(in.key, "+A", "+B", 1)),
		"is a directory":        audit("-o", "."),
		"no answer":             {"audit", "-url", "http://127.0.0.1:1/v1", "-token", auditor},
		"2026-02-30":            audit("-as-of", "2026-02-30"),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		c := exec.CommandContext(ctx, filepath.Join(in.bin, args[0]), args[1:]...)
		c.Dir = in.dir
		out, err := c.CombinedOutput()
		cancel()
		if err == nil || !strings.Contains(string(out), complaint) {
			t.Errorf("%s: %v\n%s", complaint, err, out)
		}
	}
}

func TestTheDaysOnOneMachine(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and starts the program")
	}
	t.Parallel()
	in := install(t)
	in.url = in.serve(t, "--demo", "--tokens", "tokens.yaml", "--db", "sqlite:juece.db", "--log-key", "log.key")
	in.broken(t)
	in.days(t)
}

// Each request goes to another replica than the one before.
func TestTheDaysOnThreeReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts PostgreSQL")
	}
	t.Parallel()
	in := install(t)
	dsn := postgrestest.DSN(t)
	in.run(t, "juece", "migrate", "--db", dsn)
	replicas := []*httputil.ReverseProxy{}
	for _, args := range [][]string{{"--demo"}, {}, {}} {
		address, err := url.Parse(in.serve(t, append(args, "--db", dsn, "--tokens", "tokens.yaml", "--log-key", "log.key")...))
		if err != nil {
			t.Fatal(err)
		}
		replicas = append(replicas, httputil.NewSingleHostReverseProxy(address))
	}
	var turn atomic.Int64
	balancer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		replicas[int(turn.Add(1))%len(replicas)].ServeHTTP(w, r)
	}))
	t.Cleanup(balancer.Close)
	in.url = balancer.URL
	in.days(t)
	if n := turn.Load(); n < 10 {
		t.Errorf("%d requests went through the balancer", n)
	}
}
