package casefile

import (
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// Live returns the case as if it ran in the system and stood where the file
// ends, for asking what it lacks and for planning. Only a file that tells the
// whole procedure can stand for a record: elsewhere what is absent may have
// been done. The error is an [Errors].
func (f File) Live(packs *pack.Set, cal *calendar.Calendar) (workflow.Case, error) {
	c, err := f.Case(packs, cal)
	if err != nil {
		return workflow.Case{}, err
	}
	if !f.Complete {
		return workflow.Case{}, Errors{{
			File: f.Name, Field: "complete",
			Zh: "须为完整案卷（complete: true），否则无从知道什么没有做", En: "the file must tell the whole procedure (complete: true); otherwise nobody knows what was not done",
		}}
	}
	c.Evidence = workflow.Live
	return c.Fold(f.Deeds), nil
}
