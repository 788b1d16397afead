package plan_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/plan"
)

// TestMain fixes the seed of the property tests, so that a run repeats; the
// flags of rapid choose another.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "713", "rapid.checks": "20", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// numbers are those of a random pack, all of them at least the decree's.
type numbers struct{ comment, hearing, review int }

// tightened draws a pack that is stricter than its base.
func tightened(t *rapid.T) (*pack.Pack, numbers, bool) {
	n := numbers{
		comment: rapid.IntRange(30, 60).Draw(t, "comment days"), hearing: rapid.IntRange(7, 20).Draw(t, "hearing days"),
		review: rapid.IntRange(7, 15).Draw(t, "review working days"),
	}
	base := rapid.SampledFrom([]string{"d713", "strict-five"}).Draw(t, "base")
	compulsory := rapid.Bool().Draw(t, "compulsory hearing")
	severity := "soft"
	if compulsory {
		severity = "hard"
	}
	files := fstest.MapFS{}
	for _, name := range []string{"d713", "strict-five"} {
		data, err := os.ReadFile("../pack/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		files[name+".yaml"] = &fstest.MapFile{Data: data}
	}
	files["local.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, `
pack: local
extends: %s
title: {zh: 地方, en: Local}
norm: {zh: 地方规定, number: ""}
from: "2019-09-01"
by_reference: %t
numbers:
  comment_days: {value: %d, unit: day, source: 第一条, strict: %t}
  hearing_material_days: {value: %d, unit: day, source: 第二条}
  review_working_days: {value: %d, unit: working_day, source: 第三条, strict: %t}
severities: {R16.1: %s}
`, base, base == "strict-five", n.comment, rapid.Bool().Draw(t, "strict comment"), n.hearing, n.review, rapid.Bool().Draw(t, "strict review"), severity)}
	packs, err := pack.Load(files, workflow.Severities())
	if err != nil {
		t.Fatal(err)
	}
	p, err := packs.Named("local")
	if err != nil {
		t.Fatal(err)
	}
	return p, n, compulsory
}

// startDay draws a day of the years that are loaded, every other one around
// Spring Festival.
func startDay(t *rapid.T) calendar.Date {
	year := rapid.IntRange(2020, 2026).Draw(t, "year")
	first := calendar.MustParseDate(fmt.Sprintf("%d-01-01", year))
	if rapid.Bool().Draw(t, "before Spring Festival") {
		return first.AddDays(rapid.IntRange(-40, 45).Draw(t, "day"))
	}
	return first.AddDays(rapid.IntRange(0, 364).Draw(t, "day"))
}

func empty(p *pack.Pack) workflow.Case {
	return workflow.Case{ID: "case", Evidence: workflow.Live, Pack: p, Calendar: calendar.China()}
}

// perform does deeds one after the other.
func perform(c workflow.Case, deeds []workflow.Deed) (workflow.Case, error) {
	for _, d := range deeds {
		d.Seq, d.RecordedOn = c.Version()+1, d.OccurredOn
		applied, err := workflow.Apply(c, d)
		if err != nil {
			return c, err
		}
		c = applied.Case
	}
	return c, nil
}

func dayOf(t interface{ Fatalf(string, ...any) }, p plan.Plan, kind decision.Kind) (earliest, latest calendar.Date) {
	i := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Act == kind })
	if i < 0 {
		t.Fatalf("%s is not in the plan", kind)
	}
	return p.Steps[i].Earliest, p.Steps[i].Latest
}

// Whoever follows the plan to the day is not refused. Whoever does a step a
// day late, and all else as planned, is refused, or comes too late.
func TestFollowingThePlanIsNeverRefusedAndADayLaterIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, n, compulsory := tightened(t)
		o := plan.Options{Start: startDay(t), Hearing: rapid.Bool().Draw(t, "hearing")}
		made, err := plan.Make(empty(p), o)
		if err != nil {
			t.Fatal(err)
		}
		if slack := rapid.IntRange(0, 60).Draw(t, "slack"); slack > 0 {
			o.Meeting = made.Decision.AddDays(slack)
			if made, err = plan.Make(empty(p), o); err != nil {
				t.Fatal(err)
			}
		}
		if !made.Feasible {
			t.Fatalf("a meeting on %s is not feasible, the earliest is %s", o.Meeting, made.Decision)
		}
		countedByHand(t, made, n, o, o.Hearing || compulsory)
		for what, deeds := range map[string][]workflow.Deed{"earliest": made.AtEarliest(), "latest": made.AtLatest()} {
			c, err := perform(empty(p), deeds)
			if err != nil {
				t.Fatalf("each on its %s day: %v", what, err)
			}
			if c.Stage != workflow.StagePublished {
				t.Fatalf("each on its %s day: it came to %s", what, c.Stage)
			}
		}
		lateIsTooLate(t, empty(p), made)
	})
}

// timed are the steps for which the law sets a time, with the rule.
var timed = map[decision.Kind]string{
	"open_comment": "R15.5", "submit_for_review": "R26.3", "deliver_materials": "R16.5", "publish_selection_method": "R16.3",
}

// unordered may come a day later than planned: nothing in the law puts them
// before the act that the plan puts after them.
var unordered = []decision.Kind{"publish_participants"}

func lateIsTooLate(t *rapid.T, c workflow.Case, p plan.Plan) {
	for _, s := range p.Steps {
		if s.Latest.IsZero() {
			continue
		}
		end, err := perform(c, plan.Delayed(p.AtLatest(), s.Act))
		refused, ok := errors.AsType[*workflow.RefusedError](err)
		var rules []string
		if ok {
			for _, f := range refused.Findings {
				rules = append(rules, f.Rule)
			}
		}
		rule, isTimed := timed[s.Act]
		switch {
		case isTimed && (s.Bound.Rule != rule || !slices.Contains(rules, rule)):
			t.Fatalf("%s a day after %s: bound by %q, want %s; %v", s.Act, s.Latest, s.Bound.Rule, rule, err)
		case !isTimed && s.Bound.Rule != "":
			t.Fatalf("%s is bound by %s", s.Act, s.Bound.Rule)
		case err == nil && end.Decision.Decisions[0].OccurredOn == p.Meeting && !slices.Contains(unordered, s.Act):
			t.Fatalf("%s a day after %s is accepted", s.Act, s.Latest)
		}
	}
}

// countedByHand compares the plan with what a clerk would count.
func countedByHand(t *rapid.T, p plan.Plan, n numbers, o plan.Options, hearing bool) {
	same := func(what string, got, want calendar.Date) {
		if got != want {
			t.Fatalf("%s: %s, by hand %s", what, got, want)
		}
	}
	cal := calendar.China()
	sent := o.Start.AddDays(n.comment + 1)
	if held := o.Start.AddDays(1 + n.hearing); hearing && held.After(sent) {
		sent = held
	}
	due, err := cal.AddWorkingDays(sent, calendar.WorkingDays(n.review))
	if err != nil {
		t.Fatal(err)
	}
	same("earliest decision", p.Decision, due.Date)
	if o.Meeting.IsZero() {
		same("meeting", p.Meeting, p.Decision)
	}
	last := p.Meeting // to send the package on
	for given := 0; ; last = last.AddDays(-1) {
		if given >= n.review {
			break
		}
		if cal.Day(last).Working {
			given++
		}
	}
	check := func(kind decision.Kind, want calendar.Date) {
		_, got := dayOf(t, p, kind)
		same("latest "+string(kind), got, want)
	}
	check("submit_for_review", last)
	check("close_comment", last)
	check("open_comment", last.AddDays(-n.comment-1))
	check("issue_legality_opinion", p.Meeting)
	if hearing {
		check("hold_hearing", last)
		check("deliver_materials", last.AddDays(-n.hearing))
		check("publish_selection_method", last.AddDays(-n.hearing-1))
	}
}
