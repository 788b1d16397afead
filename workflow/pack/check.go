package pack

import (
	"fmt"
	"maps"
	"slices"
)

// check looks at the pack as a whole and says everything that is wrong.
func (l *loader) check(p *Pack, wrong *problems) {
	l.checkFields(p, wrong)
	l.checkSteps(p, wrong)
	checkNumbers(p, wrong)
	l.checkRules(p, wrong)
}

func (l *loader) checkFields(p *Pack, wrong *problems) {
	for _, f := range []struct {
		field string
		empty bool
	}{
		{"title", p.Title == Text{}},
		{"from", p.From.IsZero()},
		{"norm", p.Norm == Norm{}},
		{"levels", len(p.Levels) == 0},
		{"categories", len(p.Categories) == 0},
		{"forums", len(p.Forums) == 0 && p.Object != ObjectContract},
		{"reviewer", p.Reviewer == Text{}},
	} {
		if f.empty {
			wrong.say(f.field, "缺少", "missing")
		}
	}
	if !slices.Contains([]string{ObjectDecision, ObjectNormativeDocument, ObjectContract}, p.Object) {
		wrong.say("object", fmt.Sprintf("没有%q这种对象", p.Object), fmt.Sprintf("%q is none of decision, normative_document, contract", p.Object))
	}
	// Art 2 binds governments; whoever is none is a department (Art 42).
	if government := !slices.Contains(p.Levels, "department"); p.Object == ObjectDecision && len(p.Levels) > 0 && p.Government != government {
		wrong.say("government", "与levels不符：部门不是政府，其他层级都是；两者不能在同一规则包中", "does not fit the levels: a department is no government, the others are, and one pack serves only one of the two kinds")
	}
	if p.Hearing != "" && p.Hearing != "compulsory" {
		wrong.say("hearing", fmt.Sprintf("%q既不为空也不是compulsory", p.Hearing), fmt.Sprintf("%q is neither empty nor compulsory", p.Hearing))
	}
}

func (l *loader) checkSteps(p *Pack, wrong *problems) {
	for _, name := range stepNames {
		step, ok := p.Steps[name]
		field := "steps." + name
		switch {
		case !ok && p.Object != ObjectDecision: // a step that is not named does not apply to another object
		case !ok:
			wrong.say(field, "缺少；规则包须说明每个程序是否适用", "missing; every pack says whether each step applies")
		case step.Applies != "always" && step.Applies != "when":
			wrong.say(field+".applies", fmt.Sprintf("%q既不是always也不是when", step.Applies), fmt.Sprintf("%q is neither always nor when", step.Applies))
		case step.Applies == "when" && step.Condition == Text{}:
			wrong.say(field+".condition", "缺少；有时适用的程序须说明何时适用", "missing; a step that applies sometimes says when")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Steps)) {
		if !slices.Contains(stepNames, name) {
			wrong.say("steps."+name, "没有这个程序", "there is no such step")
		}
	}
	// Arts 25 and 30 leave no condition and no exemption. A contract is
	// reviewed and not discussed.
	for _, name := range []string{"legality_review", "collective_discussion"} {
		step, ok := p.Steps[name]
		if !ok && p.Object == ObjectContract && name == "collective_discussion" {
			continue
		}
		if !step.Always() || len(step.Exempt) > 0 {
			wrong.say("steps."+name, "必须适用，没有例外（第二十五条、第三十条）", "always applies, without exemption (Arts 25, 30)")
		}
	}
	if p.Object == ObjectContract {
		return
	}
	review, discussion := slices.Index(p.Order, "legality_review"), slices.Index(p.Order, "collective_discussion")
	if review < 0 || discussion < 0 || review > discussion {
		wrong.say("order", "合法性审查须在集体讨论之前（第二十五条）", "legality review must come before collective discussion (Art 25)")
	}
}

func checkNumbers(p *Pack, wrong *problems) {
	for _, name := range slices.Sorted(maps.Keys(measures)) {
		if _, ok := p.Numbers[name]; !ok && measures[name].owed && p.Object == ObjectDecision {
			wrong.say("numbers."+name, "缺少", "missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Numbers)) {
		n, field := p.Numbers[name], "numbers."+name
		m, known := measures[name]
		switch {
		case !known:
			wrong.say(field, "没有这个数字", "there is no such number")
		case n.Unit != m.unit:
			wrong.say(field+".unit", fmt.Sprintf("%q应为%q：日和工作日不是一回事", n.Unit, m.unit), fmt.Sprintf("%q, must be %q: days and working days are different things", n.Unit, m.unit))
		case n.Source == "":
			wrong.say(field+".source", "缺少；数字须注明出处", "missing; a number says where it stands")
		case n.Unknown && (n.Value != 0 || m.owed):
			wrong.say(field+".unknown", "未知的数字没有数值，条例规定的数字不会未知", "a number that is unknown has no value, and those of the decree are known")
		case !n.Unknown && n.Value <= 0, n.Value > m.most():
			wrong.say(field+".value", fmt.Sprintf("%d不是可用的数值", n.Value), fmt.Sprintf("%d is no usable value", n.Value))
		}
	}
}

// ruleNumbers are the numbers without which a rule of a special law would ask
// for nothing.
var ruleNumbers = map[string]string{"P1": ConsumerSharePercent, "P2": HearingRecruitDays, "P3": HearingNoticeDays}

func (l *loader) checkRules(p *Pack, wrong *problems) {
	for _, name := range p.Rules {
		if _, ok := l.rules[name]; !ok {
			wrong.say("rules."+name, "没有这条规则", "there is no such rule")
		}
		if number, ok := ruleNumbers[name]; ok && p.Numbers[number].Value == 0 {
			wrong.say("rules."+name, "缺少它所依据的数字numbers."+number, "its number is missing: numbers."+number)
		}
	}
	for _, a := range p.Adopts {
		field := "adopts." + a.Rule
		if _, ok := l.rules[a.Rule]; !ok {
			wrong.say(field, "没有这条规则", "there is no such rule")
		}
		if a.Norm == "" {
			wrong.say(field, "缺少norm：须说明依何规范沿用", "norm: missing; a rule that is taken over says by which norm")
		}
		if p.Object == ObjectDecision {
			wrong.say(field, "条例对决策直接适用，无须沿用", "the decree holds for decisions as it stands")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Severities)) {
		base, ok := l.rules[name]
		field, is := "severities."+name, p.Severities[name]
		switch {
		case !ok:
			wrong.say(field, "没有这条规则", "there is no such rule")
		case rank(is) < 0:
			wrong.say(field, fmt.Sprintf("%q不是hard、norm、soft之一", is), fmt.Sprintf("%q is none of hard, norm, soft", is))
		case rank(is) < rank(base):
			wrong.say(field, fmt.Sprintf("由%s放宽为%s", base, is), fmt.Sprintf("loosens the rule from %s to %s", base, is))
		}
	}
}

// rank orders severities; -1 is none.
func rank(severity string) int { return slices.Index([]string{"soft", "norm", "hard"}, severity) }
