package pack

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// check looks at the pack as a whole and reports everything that is wrong.
func (l *loader) check(p *Pack) error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }

	for field, empty := range map[string]bool{
		"title": p.Title == Text{}, "from": p.From.IsZero(), "norm": p.Norm == Norm{}, "levels": len(p.Levels) == 0,
		"categories": len(p.Categories) == 0, "forums": len(p.Forums) == 0, "reviewer": p.Reviewer == Text{},
	} {
		if empty {
			say("%s: missing", field)
		}
	}
	for _, name := range stepNames {
		step, ok := p.Steps[name]
		switch {
		case !ok:
			say("steps.%s: missing; every pack says whether each step applies", name)
		case step.Applies != "always" && step.Applies != "when":
			say("steps.%s.applies: %q is neither always nor when", name, step.Applies)
		case step.Applies == "when" && step.Condition == Text{}:
			say("steps.%s.condition: missing; a step that applies sometimes says when", name)
		}
	}
	for name := range p.Steps {
		if !slices.Contains(stepNames, name) {
			say("steps.%s: there is no such step", name)
		}
	}
	// Arts 25 and 30 leave no condition and no exemption.
	for _, name := range []string{"legality_review", "collective_discussion"} {
		if step := p.Steps[name]; !step.Always() || len(step.Exempt) > 0 {
			say("steps.%s: always applies, without exemption (Arts 25, 30)", name)
		}
	}
	review, discussion := slices.Index(p.Order, "legality_review"), slices.Index(p.Order, "collective_discussion")
	if review < 0 || discussion < 0 || review > discussion {
		say("order: legality review must come before collective discussion (Art 25)")
	}
	for name, unit := range map[string]string{
		CommentDays: "day", HearingMaterialDays: "day", ReviewWorkingDays: "working_day",
	} {
		n, ok := p.Numbers[name]
		switch {
		case !ok || n.Value <= 0:
			say("numbers.%s: missing", name)
		case n.Unit != unit:
			say("numbers.%s.unit: %q, must be %q: days and working days are different things", name, n.Unit, unit)
		case n.Source == "":
			say("numbers.%s.source: missing; a number says where it stands", name)
		}
	}
	if !slices.Contains([]string{ObjectDecision, ObjectNormativeDocument, ObjectContract}, p.Object) {
		say("object: %q is none of decision, normative_document, contract", p.Object)
	}
	for _, name := range p.Rules {
		if _, ok := l.rules[name]; !ok {
			say("rules: there is no rule %s", name)
		}
	}
	for _, a := range p.Adopts {
		if _, ok := l.rules[a.Rule]; !ok {
			say("adopts: there is no rule %s", a.Rule)
		}
		if a.Norm == "" {
			say("adopts: %s: norm: missing; a rule that is taken over says by which norm", a.Rule)
		}
		if p.Object == ObjectDecision {
			say("adopts: %s: the decree holds for decisions as it stands", a.Rule)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Severities)) {
		base, ok := l.rules[name]
		switch {
		case !ok:
			say("severities.%s: there is no such rule", name)
		case rank(p.Severities[name]) < 0:
			say("severities.%s: %q is none of hard, norm, soft", name, p.Severities[name])
		case rank(p.Severities[name]) < rank(base):
			say("severities.%s: loosens the rule from %s to %s", name, base, p.Severities[name])
		}
	}
	return errors.Join(wrong...)
}

// tightens reports whether an overlay leaves everything in its base at least
// as strict as it was.
func tightens(base, over *Pack) error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(over.Numbers)) {
		n, was := over.Numbers[name], base.Numbers[name]
		if n.Value < was.Value || (was.Strict && !n.Strict) {
			say("numbers.%s: %d loosens the %d of %s", name, n.Value, was.Value, base.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(over.Steps)) {
		step, was := over.Steps[name], base.Steps[name]
		if was.Always() && !step.Always() {
			say("steps.%s: %s applies it always", name, base.Name)
		}
		for _, ground := range step.Exempt {
			if was.Always() && !slices.Contains(was.Exempt, ground) {
				say("steps.%s.exempt: %s knows no exemption %q", name, base.Name, ground)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(over.Severities)) {
		if was, ok := base.Severities[name]; ok && rank(over.Severities[name]) < rank(was) {
			say("severities.%s: loosens the rule from %s to %s", name, was, over.Severities[name])
		}
	}
	if over.Object != "" && over.Object != base.Object {
		say("object: %s is for another object", base.Name)
	}
	// A department publishes where departments publish (Art 42); a
	// government cannot drop a channel.
	if over.Channels != nil && !over.ByReference {
		for _, c := range base.Channels {
			if !slices.Contains(over.Channels, c) {
				say("channels: %s owes publication by %s", base.Name, c)
			}
		}
	}
	return errors.Join(wrong...)
}

// overlay returns the base with what the overlay says put over it.
func overlay(base, over *Pack) *Pack {
	p := *base
	p.Name, p.Extends, p.Title, p.Norm, p.From = over.Name, over.Extends, over.Title, over.Norm, over.From
	p.Rules = slices.Concat(base.Rules, over.Rules)
	p.Adopts = slices.Concat(base.Adopts, over.Adopts)
	p.ByReference = over.ByReference
	// By reference (Art 42) another organ stands in for the government, so
	// the levels, the forums and the reviewer are its own.
	if over.Levels != nil {
		p.Levels, p.Government = over.Levels, over.Government
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

// rank orders severities; -1 is none.
func rank(severity string) int { return slices.Index([]string{"soft", "norm", "hard"}, severity) }
