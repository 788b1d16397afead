package plan

import (
	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// AtEarliest and AtLatest are the acts of the plan, each on its earliest and
// on its latest day.
func (p Plan) AtEarliest() []workflow.Deed { return p.deeds.earliest }
func (p Plan) AtLatest() []workflow.Deed   { return p.deeds.latest }

// Delayed returns the deeds with those of a kind done one day later.
func Delayed(deeds []workflow.Deed, kind decision.Kind) []workflow.Deed { return delayed(deeds, kind) }
