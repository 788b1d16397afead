package workflow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// Rule is one check of the statute.
type Rule struct {
	ID        string // as in docs/law.md, e.g. R15.1
	Norm      string
	Article   int
	Paragraph int
	Severity  Severity
	Zh, En    string // what it demands, in one line
	// Gates are the acts at which the rule is owed. What was recorded after
	// the last of them cannot satisfy it.
	Gates []decision.Kind
	// Own: the rule looks at what its gate itself says, so before the gate
	// it has no answer.
	Own bool
	// Prohibits: the rule forbids its gates and nothing else, so a case that
	// never came to one cannot have broken it.
	Prohibits bool
	// Object is what the rule is about, as pack.Pack.Object says; decisions
	// when it is empty.
	Object string
	// Listed: the rule is of a special law or a local norm, and holds only
	// under the packs that list it.
	Listed bool
	// Every: the rule is about the pack itself and holds under each one,
	// whatever its object, or a pack would be adopted by its own leave.
	Every bool
	// Number is the local number that the rule is about. It holds only under
	// the packs that have it, known or unknown.
	Number string
	// Acts are the acts that clear it; none where only time does.
	Acts  []decision.Kind
	check func(*view) result
}

// result is what a rule's function says.
type result struct {
	status      Status
	severity    Severity // where it differs from the rule's
	subject     string
	zh, en      string
	earliest    calendar.Date
	provisional bool
	reason      string
}

// rules lists every rule in the order of the statute.
var rules = slices.Concat(
	generalRules, initiationRules, draftRules, participationRules, hearingRules,
	dispositionRules, expertRules, riskRules, competitionRules, legalityRules, deliberationRules,
	publicationRules, archiveRules, executionRules, evaluationRules, adjustmentRules, correctionRules, finalRules,
	localRules, expropriationRules, priceHearingRules,
)

// under returns the rule as it holds under a pack, and false when it does not.
func (r Rule) under(p *pack.Pack) (Rule, bool) {
	if _, named := p.Numbers[r.Number]; r.Number != "" && !named {
		return r, false
	}
	if r.Every {
		return r, true
	}
	if r.Listed {
		return r, slices.Contains(p.Rules, r.ID)
	}
	if cmp.Or(r.Object, pack.ObjectDecision) == p.Object {
		return r, true
	}
	taken, ok := p.Adopted(r.ID)
	r.Norm, r.Article, r.Paragraph = taken.Norm, taken.Article, 0
	return r, ok
}

// RulesUnder lists the rules that hold under a pack, in the order of the
// statute.
func RulesUnder(p *pack.Pack) []Rule {
	held := make([]Rule, 0, len(rules))
	for _, r := range rules {
		if r, ok := r.under(p); ok {
			held = append(held, r)
		}
	}
	return held
}

// Rules lists every rule in the order of the statute.
func Rules() []Rule { return slices.Clone(rules) }

// Packs loads the packs that come with the module, checked against the rules.
func Packs() (*pack.Set, error) { return pack.Embedded(Severities()) }

// Severities maps each rule to its default severity.
func Severities() map[string]string {
	all := make(map[string]string, len(rules))
	for _, r := range rules {
		all[r.ID] = string(r.Severity)
	}
	return all
}

// Evaluate judges a whole case: every rule, at each gate at which it was owed,
// on the record as it stood there, and the worst answer counts. What was
// recorded later mends nothing there, whatever day it claims. A rule whose
// gates were not reached is judged on the whole record. Evaluate is pure; the
// same case and day give the same findings, in the order of the statute.
func Evaluate(c Case, on calendar.Date) []Finding {
	past := map[int64]Case{}
	held := RulesUnder(c.Pack)
	findings := make([]Finding, 0, len(held))
	for _, r := range held {
		var answers []Finding
		for _, gate := range r.Gates {
			for _, seq := range c.passings(r, gate) {
				if _, ok := past[seq]; !ok {
					past[seq] = c.until(seq)
				}
				answers = append(answers, passed(r, past[seq], on))
			}
		}
		if answers == nil {
			answers = []Finding{ungated(r, judge(r, c, on, c.Evidence == Complete, false), c.Evidence)}
		}
		findings = append(findings, slices.MinFunc(answers, func(a, b Finding) int {
			return cmp.Compare(weight(a.Status), weight(b.Status))
		}))
	}
	return findings
}

// owedAt reports whether an act of a gate's kind is one for the rule. An
// adjustment that does not end the decision is none, but to the rule on how it
// was concluded.
func (r Rule) owedAt(act decision.Act) bool {
	a, concluded := act.(decision.ConcludeAdjustment)
	return !concluded || r.Own || a.Ends()
}

// passed is the answer of a rule at its gate, which is the last deed of the
// case.
func passed(r Rule, c Case, on calendar.Date) Finding {
	then, held := r.under(c.Pack)
	if !held {
		return beforeThePack(r, c)
	}
	return judge(then, c, on, c.Evidence != Published, true)
}

// beforeThePack is the answer of a rule whose gate was passed before the pack
// that brought it was adopted (Art 44).
func beforeThePack(r Rule, c Case) Finding {
	return Finding{
		Rule: r.ID, Norm: r.Norm, Article: r.Article, Paragraph: r.Paragraph, Status: NotApplicable, Severity: r.Severity,
		Zh: "当时适用的规则包“" + c.Pack.Title.Zh + "”没有此项要求", En: "the pack in force then, " + c.Pack.Name + ", did not ask for it",
	}
}

// ungated is the answer of a rule in a case that came to none of its gates.
// Something that only forbids a gate was not broken there. That a step is
// missing altogether is for the rule that demands the step.
func ungated(r Rule, f Finding, evidence Evidence) Finding {
	if !r.Prohibits || f.Status != Violated {
		return f
	}
	f.Status, f.Zh, f.En = NotApplicable, "尚未到须满足此项要求的环节", "the act at which it is owed was not done"
	if evidence == Published {
		f.Status, f.Zh, f.En = NotEvidenced, "来源未载明是否已到须满足此项要求的环节", "the source does not say whether the act at which it is owed was done"
	}
	f.Acts, f.ClearedBy = nil, nil
	return f
}

// weight orders statuses from the worst.
func weight(s Status) int {
	return slices.Index([]Status{Violated, NotEvidenced, Satisfied, NotApplicable}, s)
}

// atGate judges the rules owed at an act, on the case as it stands: with the
// act in it when recorded is true, still without it when not.
func atGate(c Case, gate decision.Kind, on calendar.Date, recorded bool) []Finding {
	var findings []Finding
	for i := range rules {
		if !slices.Contains(rules[i].Gates, gate) || (rules[i].Own && !recorded) {
			continue
		}
		if recorded && !rules[i].owedAt(c.Deeds[len(c.Deeds)-1].Act) {
			continue
		}
		if r, ok := rules[i].under(c.Pack); ok {
			findings = append(findings, judge(r, c, on, true, recorded))
		}
	}
	return findings
}

// judge asks one rule. When the gate is recorded it is the last deed of the
// case.
func judge(r Rule, c Case, on calendar.Date, due, recorded bool) Finding {
	v := &view{Case: c, d: c.Decision, on: on, due: due}
	if recorded {
		v.gate = &c.Deeds[len(c.Deeds)-1]
	}
	res := r.check(v)
	f := Finding{
		Rule: r.ID, Norm: r.Norm, Article: r.Article, Paragraph: r.Paragraph,
		Status: res.status, Severity: cmp.Or(res.severity, r.Severity), Subject: res.subject,
		Zh: res.zh, En: res.en, Earliest: res.earliest, Provisional: res.provisional, Reason: res.reason,
	}
	if v.gate != nil {
		f.LagDays = v.gate.Lag()
	}
	f.Severity = stricter(f.Severity, Severity(c.Pack.Severities[r.ID]))
	if v.gate != nil && f.Status == Violated && f.Severity == Norm && f.Reason == "" {
		f.Reason = strings.TrimSpace(v.gate.Reasons[r.ID])
	}
	if f.Zh == "" {
		f.Zh, f.En = r.Zh, r.En
	}
	if f.Status == Violated || f.Status == NotEvidenced {
		f.Acts, f.ClearedBy = r.Acts, whoMay(r.Acts)
	}
	return f
}

// stricter returns the stricter of two severities; a pack can only tighten.
func stricter(a, b Severity) Severity {
	order := []Severity{Soft, Norm, Hard}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// view is what a rule's function sees, with the four answers it can give.
type view struct {
	Case
	d   decision.Decision
	on  calendar.Date
	due bool // absence of an act is a violation
	// gate is the deed at which the rule is owed; nil before it.
	gate *Deed
}

// gateDay is the day of the gate: as recorded, or today where it is still to
// come. It is the zero date when the record does not tell it.
func (v *view) gateDay() calendar.Date {
	switch {
	case v.gate != nil:
		return v.gate.OccurredOn
	case v.Evidence == Live:
		return v.on
	default:
		return calendar.Date{}
	}
}

// at reports whether the gate is recorded and of the kind.
func (v *view) at(kind decision.Kind) bool { return v.gate != nil && v.gate.Act.Kind() == kind }

func (v *view) ok() result                     { return result{status: Satisfied} }
func (v *view) okBecause(zh, en string) result { return result{status: Satisfied, zh: zh, en: en} }

// not says that the rule has no object here.
func (v *view) not(zh, en string) result {
	return result{status: NotApplicable, zh: zh, en: en}
}

// broken says that the record shows a breach.
func (v *view) broken(zh, en string) result {
	return result{status: Violated, zh: zh, en: en}
}

// absent says that an act is not in the record: a breach where the record is
// whole and the act is due, otherwise no evidence.
func (v *view) absent(zh, en string) result {
	if v.due {
		return v.broken(zh, en)
	}
	return result{status: NotEvidenced, zh: zh, en: en}
}

// unknown says that a field is not told.
func (v *view) unknown(zh, en string) result {
	return result{status: NotEvidenced, zh: "来源未载明：" + zh, en: "the source does not say: " + en}
}

// noObject says that the act which the rule speaks of is not in the record,
// for the reason given: not applicable where the record is whole, no evidence
// where it is not.
func (v *view) noObject(zh, en string) result {
	if v.Evidence == Published {
		return result{status: NotEvidenced, zh: "来源未载明；如果" + zh + "，则不适用", en: "the source does not say; does not apply if " + en}
	}
	return v.not(zh, en)
}

func (r result) about(format string, args ...any) result {
	r.subject = fmt.Sprintf(format, args...)
	return r
}

// from says from which day on it can be satisfied.
func (r result) from(day calendar.Date) result {
	r.earliest = day
	return r
}

func (r result) as(s Severity) result {
	r.severity = s
	return r
}

// worst returns the first of the worst answers.
func worst(results ...result) result {
	return slices.MinFunc(results, func(a, b result) int { return cmp.Compare(weight(a.status), weight(b.status)) })
}

// undecided says that nobody has determined whether a step applies.
func (v *view) undecided(step decision.Step) result {
	condition := v.Pack.Steps[string(step)].Condition
	if condition == (pack.Text{}) {
		return v.unknown("认定不适用的依据", "on what ground it was determined not to apply")
	}
	zh, en := "尚未认定是否适用（条件："+condition.Zh+"）", "nobody has determined whether it applies (condition: "+condition.En+")"
	if v.due && v.Evidence == Live {
		return v.broken(zh, en)
	}
	return v.unknown(zh, en)
}

// lacking says that something which belongs to a recorded act is missing:
// required when live, unknown elsewhere.
func (v *view) lacking(zh, en string) result {
	if v.Evidence == Live {
		return v.broken("缺少："+zh, "missing: "+en)
	}
	return v.unknown(zh, en)
}

// applicability is what is known of whether a step applies.
type applicability int

const (
	applies applicability = iota
	excused
	undetermined
)

// step tells whether a step applies to the case, by pack and determination,
// and with what determination it was excused.
func (v *view) step(step decision.Step) (applicability, decision.DetermineStep) {
	rule, named := v.Pack.Steps[string(step)]
	if !named { // only a pack of another object leaves a step out
		return excused, decision.DetermineStep{}
	}
	var last, nameless *decision.DetermineStep
	for i := range v.d.Determinations {
		switch a := &v.d.Determinations[i].Act; a.Step {
		case step:
			last, nameless = a, nil
		case "":
			nameless = a
		}
	}
	switch {
	case nameless != nil && (!rule.Always() || len(rule.Exempt) > 0): // it may be the last word on this step
		return undetermined, decision.DetermineStep{}
	case (last == nil || last.Applies == nil) && rule.Always():
		return applies, decision.DetermineStep{}
	case last == nil:
		return undetermined, decision.DetermineStep{}
	case last.Applies == nil:
		return undetermined, *last
	case *last.Applies:
		return applies, *last
	case slices.Contains(rule.Exempt, last.Ground):
		return excused, *last
	case rule.Always() && last.Ground == "" && len(rule.Exempt) > 0 && v.Evidence != Live:
		return undetermined, *last // a file that does not tell the ground
	case rule.Always():
		return applies, *last // a step that always applies is excused by its own grounds only
	case last.Ground == "condition_absent", last.Ground == "already_assessed" && step == decision.StepRisk, // Art 22 ¶2
		last.Ground == "" && v.Evidence != Live:
		return excused, *last
	default: // a ground that is of another step leaves open whether this one applies
		return undetermined, *last
	}
}
