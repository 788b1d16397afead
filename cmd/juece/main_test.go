package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/juece/juece/store/postgres/postgrestest"
)

// program runs a command line within the test.
func program(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		code   int
		stdout string // a part of it; "" is nothing at all
		stderr string
	}{
		"nothing":          {nil, 2, "", "Usage: juece"},
		"unknown command":  {[]string{"approve"}, 2, "", "unexpected argument approve"},
		"unknown flag":     {[]string{"check", "--vote", "a.yaml"}, 2, "", "unknown flag --vote"},
		"no file":          {[]string{"check"}, 2, "", "<path>"},
		"unknown language": {[]string{"check", "--lang", "fr", "a.yaml"}, 2, "", "--lang"},
		"bad day":          {[]string{"check", "--on", "2025-02-30", "a.yaml"}, 2, "", "2025-02-30"},
		"no database":      {[]string{"migrate"}, 2, "", "--db"},
		"help":             {[]string{"--help"}, 0, "Usage: juece", ""},
		"help of check":    {[]string{"check", "--help"}, 0, "--format", ""},
		"version":          {[]string{"--version"}, 0, "juece ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := program(t, c.args...)
			if code != c.code || !says(stdout, c.stdout) || !says(stderr, c.stderr) {
				t.Errorf("exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
			}
		})
	}
}

func says(text, part string) bool {
	if part == "" {
		return text == ""
	}
	return strings.Contains(text, part)
}

// Migrating again changes nothing.
func TestMigratePostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := postgrestest.DSN(t)
	for i, part := range []string{"schema version: 0 -> ", "schema version: "} {
		code, stdout, stderr := program(t, "migrate", "--db", dsn)
		if code != 0 || !strings.HasPrefix(stdout, part) || stderr != "" {
			t.Fatalf("run %d: exit %d, %q, %q", i, code, stdout, stderr)
		}
		if i == 1 && strings.Contains(stdout, "0 ->") {
			t.Errorf("migrated twice: %s", stdout)
		}
	}
}
