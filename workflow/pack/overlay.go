package pack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tightens says where an overlay is looser than its base; see the package
// documentation for what that means.
func tightens(base, over *Pack, wrong *problems) {
	tightensScope(base, over, wrong)
	tightensReference(base, over, wrong)
	tightensNumbers(base, over, wrong)
	tightensSteps(base, over, wrong)
	for _, name := range slices.Sorted(maps.Keys(over.Severities)) {
		if was, ok := base.Severities[name]; ok && rank(over.Severities[name]) < rank(was) {
			wrong.say("severities."+name, fmt.Sprintf("由%s放宽为%s", was, over.Severities[name]), fmt.Sprintf("loosens the rule from %s to %s", was, over.Severities[name]))
		}
	}
}

// tightensScope looks at whom the overlay serves, with what forums, channels
// and categories.
func tightensScope(base, over *Pack, wrong *problems) {
	loose := func(field, zh, en string) { wrong.say(field, base.Name+zh, base.Name+en) }
	if over.Object != "" && over.Object != base.Object {
		loose("object", "的对象不同", " is for another object")
	}
	if !over.From.IsZero() && over.From.Before(base.From) {
		loose("from", fmt.Sprintf("自%s起施行，不得早于此", base.From), fmt.Sprintf(" holds from %s; no overlay holds earlier", base.From))
	}
	if over.Area != "" && !strings.HasPrefix(over.Area, base.Area) {
		loose("area", "适用于"+base.Area, " is of "+base.Area)
	}
	if base.ByReference && !over.ByReference {
		loose("by_reference", "系参照执行", " is applied by reference")
	}
	if base.SpecialLaw != "" && over.SpecialLaw != "" && over.SpecialLaw != base.SpecialLaw {
		loose("special_law", "系另一特别法", " is of another special law")
	}
	if base.Hearing != "" && over.Hearing != "" && over.Hearing != base.Hearing {
		loose("hearing", "要求听证", " makes the hearing compulsory")
	}
	for _, c := range base.Categories {
		covered := over.Categories == nil || slices.ContainsFunc(over.Categories, func(n Named) bool { return n.ID == c.ID || n.Of == c.ID })
		if !covered {
			loose("categories", "有类别“"+c.ID+"”，既未保留也未细化", " has the category "+c.ID+", which is neither kept nor refined")
		}
	}
	if refers(base, over) {
		return // another organ stands in: levels, forums and channels are its own (Art 42)
	}
	if over.Reviewer != (Text{}) && over.Reviewer != base.Reviewer && !over.ByReference {
		loose("reviewer", "的审查机构是“"+base.Reviewer.Zh+"”", " has the review done by "+base.Reviewer.En)
	}
	for _, level := range over.Levels {
		if !base.HasLevel(level) {
			loose("levels."+level, "不适用于此层级机关", " does not serve organs of this level")
		}
	}
	for _, f := range over.Forums {
		if !base.HasForum(f.ID) {
			loose("forums."+f.ID, "没有此种决策会议", " knows no such forum")
		}
	}
	for _, c := range base.Channels {
		if over.Channels != nil && !slices.Contains(over.Channels, c) {
			loose("channels", "要求通过"+c+"公布", " owes publication by "+c)
		}
	}
}

// refers reports whether the overlay is the first that applies its norm by
// reference.
func refers(base, over *Pack) bool { return over.ByReference && !base.ByReference }

// tightensReference holds to Art 42 what applies the decree by reference:
// departments and townships do, a government at county level or above is bound
// by it, and what stands in for the government's own is named.
func tightensReference(base, over *Pack, wrong *problems) {
	if !refers(base, over) {
		return
	}
	if base.SpecialLaw != "" {
		wrong.say("by_reference", "参照执行的是条例（第四十二条），特别法自有其适用的机关", "the decree is applied by reference (Art 42); a special law names its own organs")
	}
	for _, f := range []struct {
		field string
		empty bool
	}{
		{"levels", len(over.Levels) == 0},
		{"forums", len(over.Forums) == 0},
		{"reviewer", over.Reviewer == Text{}},
		{"channels", len(over.Channels) == 0},
	} {
		if f.empty {
			wrong.say(f.field, "首次参照执行的规则包须自行规定此项（第四十二条）", "missing; a pack that first applies by reference names its own (Art 42)")
		}
	}
	for _, level := range over.Levels {
		if level != "department" && level != "township" {
			wrong.say("levels."+level, "县级以上人民政府直接适用条例，不得参照（第二条、第四十二条）", "the decree binds this organ itself and is not applied by reference (Arts 2, 42)")
		}
	}
}

func tightensNumbers(base, over *Pack, wrong *problems) {
	for _, name := range slices.Sorted(maps.Keys(over.Numbers)) {
		n, was := over.Numbers[name], base.Numbers[name]
		looser := n.Value < was.Value
		if measures[name].ceiling {
			looser = n.Value > was.Value
		}
		known := was.Value > 0
		if was.Default && !n.Default && n.Source == was.Source {
			wrong.say("numbers."+name+".default", base.Name+"的这个数字未经核对；要去掉这一标注，须注明所核对的出处", "nobody has verified this number of "+base.Name+"; who has names another source")
		}
		if known && (looser || n.Unknown || (was.Strict && !n.Strict)) {
			wrong.say("numbers."+name, fmt.Sprintf("%d宽于%s的%d", n.Value, base.Name, was.Value), fmt.Sprintf("%d loosens the %d of %s", n.Value, was.Value, base.Name))
		}
	}
}

func tightensSteps(base, over *Pack, wrong *problems) {
	for _, name := range slices.Sorted(maps.Keys(over.Steps)) {
		step, was := over.Steps[name], base.Steps[name]
		field := "steps." + name
		switch {
		case was.Always() && !step.Always():
			wrong.say(field, base.Name+"要求一律适用", base.Name+" applies it always")
		case !step.Always() && step.Condition != was.Condition:
			wrong.say(field+".condition", "适用条件以"+base.Name+"为准", "the condition of "+base.Name+" stands")
		}
		for _, ground := range step.Exempt {
			// Art 22 ¶2 excuses a risk assessment under every pack.
			lawful := slices.Contains(was.Exempt, ground) || (!was.Always() && name == "risk_assessment" && ground == "already_assessed")
			if !lawful {
				wrong.say(field+".exempt", base.Name+"没有此项例外："+ground, base.Name+" knows no exemption "+ground)
			}
		}
	}
}

// overlay returns the base with what the overlay says put over it.
func overlay(base, over *Pack) *Pack {
	p := *base
	p.Name, p.Extends, p.Title, p.Norm = over.Name, over.Extends, over.Title, over.Norm
	if !over.From.IsZero() {
		p.From = over.From
	}
	p.ByReference, p.ByName, p.base = over.ByReference, over.ByName, base
	if over.Area != "" {
		p.Area = over.Area
	}
	p.Rules = slices.Concat(base.Rules, over.Rules)
	p.Adopts = slices.Concat(base.Adopts, over.Adopts)
	p.GroupVoices = slices.Concat(base.GroupVoices, over.GroupVoices)
	// By reference (Art 42) another organ stands in for the government, so
	// the levels, the forums and the reviewer are its own.
	if over.Levels != nil {
		p.Levels = over.Levels
	}
	if refers(base, over) {
		p.Government = over.Government
	}
	if over.Categories != nil {
		p.Categories = over.Categories
	}
	if over.Forums != nil {
		p.Forums = over.Forums
	}
	if over.Reviewer != (Text{}) {
		p.Reviewer = over.Reviewer
	}
	if over.Channels != nil {
		p.Channels = over.Channels
	}
	if over.Order != nil {
		p.Order = over.Order
	}
	if over.SpecialLaw != "" {
		p.SpecialLaw = over.SpecialLaw
	}
	if over.Hearing != "" {
		p.Hearing = over.Hearing
	}
	p.Steps = merged(base.Steps, over.Steps)
	p.Numbers = merged(base.Numbers, over.Numbers)
	p.Severities = merged(base.Severities, over.Severities)
	return &p
}

func merged[V any](base, over map[string]V) map[string]V {
	all := maps.Clone(base)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, over)
	return all
}
