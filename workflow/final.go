package workflow

import (
	"fmt"

	"github.com/juece/juece/decision"
)

// finalRules are the rules of chapter 6 (附则) on which norm governs a case.
var finalRules = []Rule{
	{
		ID: "R44.1", Norm: d713, Article: 44, Severity: Hard, Zh: "规则包在启动之日已经施行", En: "the pack was in force when the procedure was initiated",
		Gates: []decision.Kind{"initiate"}, Own: true, Acts: []decision.Kind{"adopt_pack"}, check: packInForce,
	},
}

// R44.1, Art 44: a norm governs what is initiated under it. What was begun
// earlier keeps the earlier one.
func packInForce(v *view) result {
	last, ok := decision.Last(v.d.Initiations)
	switch {
	case !ok:
		return v.noObject("没有启动决策程序", "the procedure was not initiated")
	case last.OccurredOn.IsZero():
		return v.unknown("启动日期", "the day of initiation")
	case last.OccurredOn.Before(v.Pack.From):
		return v.broken(fmt.Sprintf("启动于%s，规则包“%s”自%s起施行", last.OccurredOn, v.Pack.Title.Zh, v.Pack.From),
			fmt.Sprintf("initiated on %s; the pack %q holds from %s", last.OccurredOn, v.Pack.Name, v.Pack.From))
	}
	return v.ok()
}
