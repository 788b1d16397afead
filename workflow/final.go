package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// finalRules are the rules of chapter 6 (附则) on which norm governs a case.
var finalRules = []Rule{
	{
		ID: "R44.1", Norm: d713, Article: 44, Severity: Hard, Zh: "规则包在启动之日已经施行", En: "the pack was in force when the procedure was initiated",
		Gates: []decision.Kind{"initiate"}, Own: true, Acts: []decision.Kind{"adopt_pack"}, check: packInForce,
	},
	{
		ID: "R44.2", Norm: d713, Article: 44, Every: true, Severity: Hard, Zh: "改用新规则包的，载明全部差异", En: "who adopts a newer pack was shown everything that differs",
		Gates: []decision.Kind{"adopt_pack"}, Own: true, Acts: []decision.Kind{"adopt_pack"}, check: changesShown,
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

// R44.2: a case keeps the pack it was begun under until somebody who saw what
// changes decides otherwise; and only a pack for the same kind of organ and
// object that is in force can take its place.
func changesShown(v *view) result {
	if !v.at("adopt_pack") || len(v.Deeds) < 2 {
		return v.noObject("没有改用新规则包", "no newer pack was adopted")
	}
	act, before := v.gateAct().(decision.AdoptPack), v.Deeds[len(v.Deeds)-2].Pack
	if act.Digest != v.Pack.Digest() {
		return v.unknown("所改用的规则包", "which pack was adopted")
	}
	if before.Digest() == v.Pack.Digest() {
		return v.broken("已经适用此规则包", "this pack is in force already")
	}
	// A pack that stands on the old one only adds to it: the special law that
	// was found to prevail (Art 3 ¶2). A file of the same name is its new text.
	adds, corrected := v.Pack.StandsOn(before), v.Pack.Name == before.Name
	if before.Object != v.Pack.Object || before.SpecialLaw != v.Pack.SpecialLaw && !adds || !v.Pack.HasLevel(v.Organ().Level) {
		return v.broken("规则包不适用于此类事项、特别法或者机关", "the pack is not for this object, special law or organ")
	}
	if v.Pack.ByName && !corrected && !adds || !strings.HasPrefix(v.Organ().Area, v.Pack.Area) {
		return v.broken("规则包属于其他地方或者其他机关", "the pack is another place's or another organ's own")
	}
	newer := before.From.Before(v.Pack.From) || adds || corrected
	if day := v.gateDay(); !day.IsZero() && (day.Before(v.Pack.From) || !newer) {
		return v.broken(fmt.Sprintf("规则包自%s起施行，不是现行的较新规则包", v.Pack.From), fmt.Sprintf("the pack holds from %s; it is not a newer one in force", v.Pack.From))
	}
	changes, err := pack.Diff(before, v.Pack)
	if err != nil {
		return v.unknown("两个规则包的差异："+err.Error(), "how the packs differ: "+err.Error())
	}
	var unseen []string
	for _, c := range changes {
		if !slices.Contains(act.Changes, c.Field) {
			unseen = append(unseen, fmt.Sprintf("%s（%s → %s）", c.Field, c.Was, c.Is))
		}
	}
	if len(unseen) > 0 {
		return v.broken("未载明的差异："+strings.Join(unseen, "；"), "differences that are not named: "+strings.Join(unseen, "; "))
	}
	return v.ok()
}
