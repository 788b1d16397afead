package statistics

import (
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// HeadCounts counts what the head of the organ did personally, as the first
// person responsible (第一责任人), and how execution was urged and suspended.
type HeadCounts struct {
	Acts      int64   `json:"acts" doc:"行政首长亲自进行的程序行为。Acts recorded by the chief executive."`
	ByKind    []Count `json:"by_kind"`
	Urgings   int64   `json:"urgings" doc:"督办次数，不论何人。Urgings, whoever urged."`
	HeadUrged int64   `json:"head_urged" doc:"其中行政首长督办的。Of those, by the chief executive."`
	ByLevel   []Count `json:"by_level" doc:"督办，按级别。Urgings by level."`
	Suspended int64   `json:"suspended" doc:"中止执行次数。Suspensions of an execution."`
	Undated   int64   `json:"undated" doc:"以上各类中发生日未载明、不归入任何期间的。Such acts on a day that is not told; in no period."`
	// ByUnit counts suspensions by the unit whose problem led to them.
	ByUnit []Count `json:"suspended_by_unit"`
}

// head is the part of a tally about the head's acts.
type head struct {
	kinds, levels, units counter
	headUrged, undated   int64
}

func (t *head) add(c workflow.Case, p Period) {
	for _, d := range c.Deeds {
		personally := slices.Contains(d.Actor.Roles, workflow.RoleChiefExecutive)
		kind := d.Act.Kind()
		if d.OccurredOn.IsZero() && (personally || kind == "urge_execution" || kind == "suspend_execution") {
			t.undated++
		}
		if !p.Contains(d.OccurredOn) {
			continue
		}
		if personally {
			t.kinds.add(string(kind), 1)
		}
		switch a := d.Act.(type) {
		case decision.UrgeExecution:
			t.levels.add(a.Level, 1)
			if personally {
				t.headUrged++
			}
		case decision.SuspendExecution:
			t.units.add(unitOf(c.Decision, a.Problem), 1)
		}
	}
}

// unitOf returns the unit that reported a problem.
func unitOf(d decision.Decision, problem string) string {
	for _, p := range d.Problems {
		if p.Act.Problem == problem {
			return p.Act.Unit
		}
	}
	return ""
}

func (t *head) merge(o head) {
	t.kinds.merge(o.kinds)
	t.levels.merge(o.levels)
	t.units.merge(o.units)
	t.headUrged += o.headUrged
	t.undated += o.undated
}

func (t head) report() HeadCounts {
	return HeadCounts{
		Acts: t.kinds.total(), ByKind: t.kinds.rows(),
		Urgings: t.levels.total(), HeadUrged: t.headUrged, ByLevel: t.levels.rows(),
		Suspended: t.units.total(), Undated: t.undated, ByUnit: t.units.rows(),
	}
}
