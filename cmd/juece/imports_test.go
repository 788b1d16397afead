package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/juece/juece/"

// links lists what a package links, itself included.
func links(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

// The arrows of the design: decision ← workflow ← store, workflow ← httpapi,
// and leaves that import nothing of ours.
func TestPackagesLinkOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	const (
		sql      = "database/sql"
		sqlx     = "github.com/jmoiron/sqlx"
		pq       = "github.com/lib/pq"
		modernc  = "modernc.org/sqlite"
		huma     = "github.com/danielgtaylor/huma/v2"
		goose    = "github.com/pressly/goose/v3"
		kong     = "github.com/alecthomas/kong"
		yaml     = "github.com/goccy/go-yaml"
		mod      = "golang.org/x/mod/sumdb/tlog"
		validate = "github.com/go-playground/validator/v10"
		uuid     = "github.com/google/uuid"
		bar      = "github.com/schollz/progressbar/v3"
		sm3      = "github.com/emmansun/gmsm/sm3"
		oidc     = "github.com/coreos/go-oidc/v3/oidc"
		prom     = "github.com/prometheus/client_golang/prometheus"
		otel     = "go.opentelemetry.io/otel"
		trace    = "go.opentelemetry.io/otel/trace"
		otelsql  = "github.com/XSAM/otelsql"
	)
	all := []string{sql, sqlx, pq, modernc, huma, goose, kong, yaml, mod, validate, uuid, bar, sm3, oidc, prom, otel, trace, otelsql, "testing"}
	for pkg, may := range map[string]struct{ ours, others []string }{
		"workflow/calendar": {},
		"workflow/history":  {others: []string{mod}},
		// Who puts a service together chooses the suite; nothing else links it.
		"workflow/history/gm": {ours: []string{"workflow/history"}, others: []string{mod, sm3}},
		// What is sealed is digests: no rule, and no act.
		"workflow/transparency": {ours: []string{"workflow/history"}, others: []string{mod}},
		// Events leave for others: the forms, the signatures and the guard of the way out.
		"workflow/delivery": {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack"}, others: []string{validate, yaml, mod, uuid}},
		// A civil date is one type everywhere, so decision may import the leaf.
		// validator's own go.mod links no SQL; database/sql/driver is not database/sql.
		"decision":            {ours: []string{"workflow/calendar"}, others: []string{validate}},
		"workflow/pack":       {ours: []string{"workflow/calendar"}, others: []string{yaml}},
		"workflow":            {ours: []string{"decision", "workflow/calendar", "workflow/history", "workflow/pack"}, others: []string{validate, yaml, mod, uuid}},
		"workflow/casefile":   {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack"}, others: []string{validate, yaml, mod, uuid}},
		"workflow/scoresheet": {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack"}, others: []string{validate, yaml, mod, uuid}},
		"workflow/statistics": {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack"}, others: []string{validate, yaml, mod, uuid}},
		"workflow/plan":       {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack"}, others: []string{validate, yaml, mod, uuid}},
		"workflow/audit":      {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/dossier", "workflow/history", "workflow/pack", "workflow/transparency"}, others: []string{validate, yaml, mod, uuid}},
		"workflow/dossier":    {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack", "workflow/transparency"}, others: []string{validate, yaml, mod, uuid}},
		"workflow/httpapi":    {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack", "workflow/transparency", "workflow/dossier", "workflow/plan", "workflow/scoresheet", "workflow/statistics"}, others: []string{validate, yaml, mod, uuid, huma}},
		// A program that asks over HTTP links neither a server nor a database.
		"workflow/httpapi/client": {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/history", "workflow/pack"}, others: []string{validate, yaml, mod, uuid}},
		"store":                   {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/delivery", "workflow/history", "workflow/pack", "workflow/transparency"}, others: []string{validate, yaml, mod, uuid, sql, sqlx, goose}},
		"store/postgres":          {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/delivery", "workflow/history", "workflow/pack", "workflow/transparency", "store"}, others: []string{validate, yaml, mod, uuid, sql, sqlx, goose, pq}},
		"store/sqlite":            {ours: []string{"decision", "workflow", "workflow/calendar", "workflow/delivery", "workflow/history", "workflow/pack", "workflow/transparency", "store"}, others: []string{validate, yaml, mod, uuid, sql, sqlx, goose, modernc}},
	} {
		t.Run(pkg, func(t *testing.T) {
			t.Parallel()
			for _, dep := range links(t, pkg) {
				if ours, ok := strings.CutPrefix(dep, module); ok && ours != pkg && !slices.Contains(may.ours, ours) {
					t.Errorf("%s links %s", pkg, ours)
				}
				if slices.Contains(all, dep) && !slices.Contains(may.others, dep) {
					t.Errorf("%s links %s", pkg, dep)
				}
			}
		})
	}
}

// The program is watched by Prometheus and OpenTelemetry; a host that imports a
// package of ours chooses for itself.
func TestOnlyTheProgramLinksWhatWatchesIt(t *testing.T) {
	t.Parallel()
	watching := func(dep string) bool {
		return strings.HasPrefix(dep, "github.com/prometheus/") || strings.HasPrefix(dep, "go.opentelemetry.io/") || strings.HasPrefix(dep, "github.com/XSAM/")
	}
	for _, pkg := range []string{"decision/...", "workflow/...", "store/...", "examples/..."} {
		if i := slices.IndexFunc(links(t, pkg), watching); i >= 0 {
			t.Errorf("%s links %s", pkg, links(t, pkg)[i])
		}
	}
	if !slices.ContainsFunc(links(t, "cmd/juece"), watching) {
		t.Error("nothing watches the program: the test has lost its subject")
	}
}

// Nothing but tests links a test library, the program included.
func TestTheProgramLinksNoTestLibrary(t *testing.T) {
	t.Parallel()
	for _, dep := range links(t, "cmd/juece") {
		if dep == "testing" || strings.Contains(dep, "go-cmp") || strings.Contains(dep, "rapid") || strings.Contains(dep, "jsonschema") || strings.Contains(dep, "chromedp") || strings.HasSuffix(dep, "test") && strings.HasPrefix(dep, module) {
			t.Errorf("the program links %s", dep)
		}
	}
}
