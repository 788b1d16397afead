package casefile_test

import (
	"fmt"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
)

// A published notice judged: the period is long enough in both ways of
// counting. A mistyped field is refused with its line.
func Example() {
	packs, err := workflow.Packs()
	if err != nil {
		fmt.Println(err)
		return
	}
	const text = `
case: example
pack: d713
acts:
  - kind: open_comment
    occurred_on: 2025-03-07
    act: {activity: open-comment, ends_on: 2025-04-07}
`
	file, err := casefile.Parse("example.yaml", []byte(text))
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := file.Case(packs, calendar.China())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range workflow.Check(c, calendar.MustParseDate("2026-01-05")) {
		if f.Rule == "R15.1" || f.Rule == "R25.1" {
			fmt.Println(f.Rule, f.Status, "-", f.En)
		}
	}

	_, err = casefile.Parse("wrong.yaml", []byte("case: wrong\npack: d713\nacts:\n  - {kind: withdraw, act: {reasons: x}}\n"))
	fmt.Println(err)
	// Output:
	// R15.1 satisfied - 31 days without the first day, 32 with it, not less than 30 required
	// R25.1 not_evidenced - no legality opinion is recorded
	// casefile: wrong.yaml:4: acts[0].act.reasons: there is no such field; there are: decider, reason
}
