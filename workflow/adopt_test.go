package workflow_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
)

// packsWith loads the packs that come with the module and more, as YAML by
// name.
func packsWith(t *testing.T, more map[string]string) *pack.Set {
	t.Helper()
	files := map[string][]byte{}
	for name, text := range more {
		files[name] = []byte(text)
	}
	set, err := pack.EmbeddedWith(files, workflow.Severities())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

const newRules = `pack: local-2026
extends: d713
title: {zh: 本地规则, en: local rules}
norm: {zh: 本地规定, number: "1"}
from: "2026-04-01"
numbers:
  comment_days: {value: 45, unit: day, source: 第九条, strict: true}
severities: {R15.1: hard}
`

// A newer pack is adopted by an act that names everything that differs (Art
// 44); what was done before is judged by the pack of its day.
func TestArt44ANewerPackIsAdoptedWithItsDifferences(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.svc.Packs = packsWith(t, map[string]string{"local-2026": newRules})
	local, err := b.svc.Packs.Named("local-2026")
	if err != nil {
		t.Fatal(err)
	}
	d713, _ := b.svc.Packs.Named("d713")
	id := b.perform(sample.Before("d713", "state_adoption"))
	adopt := decision.AdoptPack{Pack: local.Name, Digest: local.Digest(), Changes: []string{"title.zh"}, Decider: "行政首长", Reason: "新规施行"}

	err = b.do(id, step(office, "04-21", adopt))
	b.refused(err, workflow.CodeRule)
	if !strings.Contains(err.Error(), "numbers.comment_days.value（30 → 45）") {
		t.Errorf("the refusal does not show the difference: %v", err)
	}
	changes, err := pack.Diff(d713, local)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		adopt.Changes = append(adopt.Changes, c.Field)
	}
	unknown := adopt
	unknown.Digest = sample.Named("没有的规则包").Digest
	if err := b.do(id, step(office, "04-21", unknown)); !errors.Is(err, pack.ErrUnknown) {
		t.Errorf("an unknown pack: %v", err)
	}
	henan, _ := b.svc.Packs.Named("henan-210")
	elsewhere, err := pack.Diff(d713, henan)
	if err != nil {
		t.Fatal(err)
	}
	foreign := decision.AdoptPack{Pack: henan.Name, Digest: henan.Digest(), Decider: "行政首长", Reason: "新规施行"}
	for _, c := range elsewhere {
		foreign.Changes = append(foreign.Changes, c.Field)
	}
	b.refused(b.do(id, step(office, "04-21", foreign)), workflow.CodeRule) // another place's
	if err := b.do(id, step(office, "04-21", adopt)); err != nil {
		t.Fatal(err)
	}
	c, err := b.svc.Read(t.Context(), id)
	if err != nil || c.Pack.Name != "local-2026" {
		t.Fatalf("the pack is %v, %v", c.Pack.Name, err)
	}
	// The round of 31 days was lawful when it was opened.
	if f := finding(t, workflow.Evaluate(c, judged), "R15.1"); f.Status != workflow.Satisfied || f.Severity != workflow.Norm {
		t.Errorf("R15.1 of the round before: %+v", f)
	}
	round := acts("open_comment")[0]
	a := round.Act.(decision.OpenComment)
	a.Activity, a.StartsOn, a.EndsOn = "c2", date("04-22"), date("05-25")
	round.Act, round.On = a, date("04-22")
	b.refused(b.do(id, round), workflow.CodeRule)
	b.refused(b.do(id, step(office, "04-22", adopt)), workflow.CodeRule) // in force already
}

// A special law is not shaken off by adopting a newer pack that does not know
// it.
func TestArt44ASpecialLawStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.svc.Packs = packsWith(t, map[string]string{"local-2026": newRules})
	special, err := b.svc.Packs.Named("expropriation")
	if err != nil {
		t.Fatal(err)
	}
	local, _ := b.svc.Packs.Named("local-2026")
	id, err := sample.Perform(b.Context(), b.svc, b.clock, special.Name, sample.Before("d713", "state_adoption"))
	if err != nil {
		t.Fatal(err)
	}
	changes, err := pack.Diff(special, local)
	if err != nil {
		t.Fatal(err)
	}
	adopt := decision.AdoptPack{Pack: local.Name, Digest: local.Digest(), Decider: "行政首长", Reason: "新规施行"}
	for _, c := range changes {
		adopt.Changes = append(adopt.Changes, c.Field)
	}
	b.refused(b.do(id, step(office, "04-21", adopt)), workflow.CodeRule)
}

// A case that names no pack is opened under the one that governs by organ and
// day.
func TestArt44APackIsChosenForTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	open := acts("propose")[0]
	for area, want := range map[string]string{"": "d713", "河南省信阳市新县": "henan-210"} {
		a := open.Act.(decision.Propose)
		a.Organ.Area, a.Category = area, map[string]string{"d713": "public_policy", "henan-210": "administration"}[want]
		r, err := b.svc.Propose(t.Context(), workflow.Request{Act: a, Actor: open.Actor, OccurredOn: open.On})
		if err != nil {
			t.Fatal(err)
		}
		if c, err := b.svc.Read(t.Context(), r.Decision); err != nil || c.Pack.Name != want {
			t.Errorf("%q: %s, %v", area, c.Pack.Name, err)
		}
	}
	a := open.Act.(decision.Propose)
	_, err := b.svc.Propose(t.Context(), workflow.Request{Act: a, Actor: open.Actor, OccurredOn: calendar.MustParseDate("2019-08-31")})
	if !errors.Is(err, pack.ErrUnknown) {
		t.Errorf("before any pack holds: %v", err)
	}
}

// A pack is not for whoever proposes to choose: the one that governs by organ
// and day is named, or none.
func TestArt44ThePackThatGovernsIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	open := acts("propose")[0]
	propose := func(name, area, level string) error {
		a := open.Act.(decision.Propose)
		a.Organ.Area, a.Organ.Level = area, level
		_, err := b.svc.Propose(t.Context(), workflow.Request{Pack: name, Act: a, Actor: open.Actor, OccurredOn: open.On})
		return err
	}
	for _, c := range []struct{ name, area, level string }{
		{"d713", "河南省信阳市新县", "county"},    // the province has a norm of its own
		{"henan-210", "广东省广州市", "county"}, // which is not another's
		{"henan-210", "", "county"},       // nor that of who does not say where
	} {
		b.refused(propose(c.name, c.area, c.level), workflow.CodePack)
	}
	for _, c := range []struct{ name, area, level string }{
		{"d713", "广东省广州市", "county"},
		{"henan-210", "河南省信阳市新县", "county"},
		{"expropriation", "", "county"}, // what law prevails, the organ knows
		{"strict-five", "", "department"},
	} {
		var refused *workflow.RefusedError
		if err := propose(c.name, c.area, c.level); errors.As(err, &refused) && refused.Code == workflow.CodePack {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A norm that came into force after the proposal governs what is initiated
// under it: the newer pack is adopted first.
func TestArt44TheDayOfInitiationCounts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.svc.Packs = packsWith(t, map[string]string{"local-2026": strings.Replace(newRules, "2026-04-01", "2026-03-03", 1)})
	id := b.perform(sample.Before("d713", "initiate"))
	initiate := acts("initiate")[0]
	b.refused(b.do(id, initiate), workflow.CodePack)
	if err := b.do(id, step(office, "03-05", adoption(t, b.svc.Packs, "d713", "local-2026"))); err != nil {
		t.Fatal(err)
	}
	if err := b.do(id, initiate); err != nil {
		t.Error(err)
	}
}

// adoption names everything in which two packs differ.
func adoption(t *testing.T, packs *pack.Set, from, to string) decision.AdoptPack {
	t.Helper()
	was, err := packs.Named(from)
	if err != nil {
		t.Fatal(err)
	}
	is, err := packs.Named(to)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := pack.Diff(was, is)
	if err != nil {
		t.Fatal(err)
	}
	act := decision.AdoptPack{Pack: is.Name, Digest: is.Digest(), Changes: []string{"title.zh"}, Decider: "行政首长", Reason: "应当适用"}
	for _, c := range changes {
		act.Changes = append(act.Changes, c.Field)
	}
	return act
}

// A special law that is found to prevail (Art 3 ¶2) is taken on by adopting the
// pack that adds it, though it holds from the same day.
func TestArt44ASpecialLawIsTakenOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.perform(sample.Before("d713", "open_comment"))
	if err := b.do(id, step(office, "03-13", adoption(t, b.svc.Packs, "d713", "expropriation"))); err != nil {
		t.Fatal(err)
	}
	c, err := b.svc.Read(t.Context(), id)
	if err != nil || c.Pack.Name != "expropriation" {
		t.Fatalf("%s, %v", c.Pack.Name, err)
	}
}

// A pack file that was changed leaves the cases under its earlier text as they
// are, once that text is kept; until then one such case does not hide the
// others of the organ.
func TestArt44AnEarlierTextOfAPackIsKept(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	text := strings.Replace(newRules, "2026-04-01", "2026-01-01", 1)
	b.svc.Packs = packsWith(t, map[string]string{"local-2026": text})
	was, _ := b.svc.Packs.Named("local-2026")
	first := acts("propose")[0]
	open := func() string {
		r, err := b.svc.Propose(t.Context(), workflow.Request{Act: first.Act, Actor: first.Actor, OccurredOn: first.On})
		if err != nil {
			t.Fatal(err)
		}
		return r.Decision
	}
	early := open()
	b.svc.Packs = packsWith(t, map[string]string{"local-2026": text + "# 更正后的文本\n"})
	late := open()
	if _, err := b.svc.Read(t.Context(), early); !workflow.Unreadable(err) {
		t.Fatalf("under a text that nobody kept: %v", err)
	}
	if _, unreadable, err := b.svc.Roster(t.Context(), first.Act.(decision.Propose).Organ.Name, date("05-07")); err != nil || len(unreadable) != 1 || unreadable[0] != early {
		t.Errorf("the roster: %v, %v", unreadable, err)
	}
	kept, err := b.svc.Packs.Keep(was.Source())
	if err != nil {
		t.Fatal(err)
	}
	b.svc.Packs = kept
	for id, digest := range map[string]bool{early: true, late: false} {
		c, err := b.svc.Read(t.Context(), id)
		if err != nil || (c.Pack.Digest() == was.Digest()) != digest {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// Only a newer pack in force for the same object and kind of organ takes the
// place of the one a case is under.
func TestArt44WhatCannotBeAdopted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.svc.Packs = packsWith(t, map[string]string{
		"local-2026": newRules, "local-2027": strings.NewReplacer("local-2026", "local-2027", "2026-04-01", "2027-01-01").Replace(newRules),
		"other-2026": strings.NewReplacer("local-2026", "other-2026", "2026-04-01", "2026-03-15").Replace(newRules),
	})
	id := b.perform(sample.Before("d713", "state_adoption"))
	for _, name := range []string{"normative-document", "d713-township", "local-2027"} {
		if err := b.do(id, step(office, "04-21", adoption(t, b.svc.Packs, "d713", name))); err == nil {
			t.Errorf("%s was adopted", name)
		} else {
			b.refused(err, workflow.CodeRule)
		}
	}
	if err := b.do(id, step(office, "04-21", adoption(t, b.svc.Packs, "d713", "local-2026"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"d713", "other-2026"} { // back to an older one
		b.refused(b.do(id, step(office, "04-22", adoption(t, b.svc.Packs, "local-2026", name))), workflow.CodeRule)
	}
}
