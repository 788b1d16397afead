package store_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// An engine's package links its own driver and no other, and none of them
// links what is for tests only.
func TestLinks(t *testing.T) {
	t.Parallel()
	const pq, lite = "github.com/lib/pq", "modernc.org/sqlite"
	for pkg, unwanted := range map[string][]string{
		".":          {pq, lite, "testing"},
		"./postgres": {lite, "testing"},
		"./sqlite":   {pq, "testing"},
	} {
		out, err := exec.Command("go", "list", "-deps", pkg).Output()
		if err != nil {
			t.Fatalf("go list -deps %s: %v", pkg, err)
		}
		deps := strings.Fields(string(out))
		if !slices.Contains(deps, "github.com/jmoiron/sqlx") {
			t.Fatalf("%s: %d packages listed, and sqlx is not among them", pkg, len(deps))
		}
		for _, u := range unwanted {
			if slices.Contains(deps, u) {
				t.Errorf("%s links %s", pkg, u)
			}
		}
	}
}
