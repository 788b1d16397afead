package reading_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// seed is where one change draws from; a change that only drops makes a part
// of the walk.
type seed struct {
	from uint64
	drop bool
}

// history makes a random history: the walk, or a part of it, changed up to
// six times. Each change draws from a seed of its own.
func (w world) history(base int, seeds []seed) ([]workflow.Deed, []string) {
	deeds := slices.Clone(w.walk)
	var story []string
	if base < len(w.aims) {
		deeds = slices.Clone(w.aims[base].deeds)
		story = append(story, w.aims[base].name)
	}
	for _, seed := range seeds {
		var what string
		deeds, what = w.change(rand.New(rand.NewPCG(seed.from, 713)), deeds, seed.drop)
		story = append(story, what)
	}
	for i := range deeds {
		deeds[i].Seq = int64(i + 1)
	}
	return deeds, story
}

// change changes a history once and says how. It finds its act by the number
// that it had in the walk, so that each change stands for itself.
func (w world) change(r *rand.Rand, deeds []workflow.Deed, drop bool) ([]workflow.Deed, string) {
	seq := w.walk[r.IntN(len(w.walk))].Seq
	i := slices.IndexFunc(deeds, func(d workflow.Deed) bool { return d.Seq == seq })
	if i < 0 {
		return deeds, "nothing"
	}
	deeds = slices.Clone(deeds)
	at := fmt.Sprintf("%d %s", seq, deeds[i].Act.Kind())
	switch n := r.IntN(20); {
	case drop, n < 3:
		return slices.Delete(deeds, i, i+1), "drop " + at
	case n < 4:
		return dropKind(deeds, deeds[i].Act.Kind()), "drop every " + at
	case n < 5: // the same again, later
		j := i + r.IntN(len(deeds)-i)
		again := deeds[i]
		again.Seq, again.OccurredOn = 0, deeds[j].OccurredOn
		how := w.maybeAlter(r, &again)
		return slices.Insert(deeds, j+1, again), fmt.Sprintf("repeat %s after %d %s%s", at, deeds[j].Seq, deeds[j].Act.Kind(), how)
	case n < 6:
		j := (i + 1) % len(deeds)
		deeds[i], deeds[j] = deeds[j], deeds[i]
		return deeds, "swap " + at + " with the next"
	case n < 7:
		by := r.IntN(41) - 20
		deeds[i].OccurredOn = deeds[i].OccurredOn.AddDays(by)
		return deeds, fmt.Sprintf("move %s by %d days", at, by)
	case n < 8:
		deeds[i].Actor = w.who[r.IntN(len(w.who))]
		return deeds, at + " by " + deeds[i].Actor.ID
	case n < 10:
		deed := workflow.Deed{Ref: deeds[i].Ref, Act: w.spare[r.IntN(len(w.spare))]}
		deed.Seq = 0
		how := w.maybeAlter(r, &deed)
		return slices.Insert(deeds, i+1, deed), fmt.Sprintf("insert %s after %s%s", deed.Act.Kind(), at, how)
	}
	if r.IntN(3) > 0 {
		return w.alterSite(r, deeds)
	}
	return deeds, fmt.Sprintf("%d %s", seq, w.alterAct(r, &deeds[i]))
}

// alterSite changes one kind of field, each as often as another.
func (w world) alterSite(r *rand.Rand, deeds []workflow.Deed) ([]workflow.Deed, string) {
	sites := w.sites[r.IntN(len(w.sites))]
	at := sites[r.IntN(len(sites))]
	i := slices.IndexFunc(deeds, func(d workflow.Deed) bool { return d.Seq == at.seq })
	if i < 0 {
		return deeds, "nothing"
	}
	act := addressable(reflect.ValueOf(deeds[i].Act))
	all := inside(nil, act, string(deeds[i].Act.Kind()), "")
	if at.field >= len(all) {
		return deeds, "nothing"
	}
	f := all[at.field]
	was := fmt.Sprint(plain(f.v))
	w.alter(r, f)
	deeds[i].Act = act.Interface().(decision.Act)
	return deeds, fmt.Sprintf("%d %s: %s → %v", at.seq, f.path, was, plain(f.v))
}

func dropKind(deeds []workflow.Deed, kind decision.Kind) []workflow.Deed {
	return slices.DeleteFunc(deeds, func(d workflow.Deed) bool { return d.Act.Kind() == kind })
}

// maybeAlter changes every second act.
func (w world) maybeAlter(r *rand.Rand, d *workflow.Deed) string {
	if r.IntN(2) == 0 {
		return ""
	}
	return ", " + w.alterAct(r, d)
}

// alterAct changes one value inside an act: of those that have few values
// more often than of the texts.
func (w world) alterAct(r *rand.Rand, d *workflow.Deed) string {
	act := addressable(reflect.ValueOf(d.Act))
	all := inside(nil, act, string(d.Act.Kind()), "")
	telling := slices.DeleteFunc(slices.Clone(all), func(f field) bool { return !f.telling() })
	if len(telling) > 0 && r.IntN(2) == 0 {
		all = telling
	}
	f := all[r.IntN(len(all))]
	was := fmt.Sprint(plain(f.v))
	w.alter(r, f)
	d.Act = act.Interface().(decision.Act)
	return fmt.Sprintf("%s: %s → %v", f.path, was, plain(f.v))
}

// alter changes one value to another that its type allows.
func (w world) alter(r *rand.Rand, f field) {
	switch f.v.Kind() {
	case reflect.String:
		words := f.words()
		switch {
		case r.IntN(8) == 0:
			f.v.SetString("")
		case words != nil:
			f.v.SetString(words[r.IntN(len(words))])
		default:
			f.v.SetString(w.names[r.IntN(len(w.names))])
		}
	case reflect.Int, reflect.Int64:
		f.v.SetInt(max(0, f.v.Int()+int64(r.IntN(3)-1)))
	case reflect.Pointer:
		w.alterPointer(r, f.v)
	case reflect.Slice:
		if n := f.v.Len(); n > 0 {
			i := r.IntN(n)
			f.v.Set(reflect.AppendSlice(f.v.Slice3(0, i, i), f.v.Slice(i+1, n)))
		}
	case reflect.Struct: // a day
		day := f.v.Interface().(calendar.Date).AddDays(r.IntN(41) - 20)
		if r.IntN(8) == 0 {
			day = calendar.Date{}
		}
		f.v.Set(reflect.ValueOf(day))
	}
}

func (w world) alterPointer(r *rand.Rand, v reflect.Value) {
	switch {
	case r.IntN(4) == 0:
		v.SetZero()
	case v.Type().Elem().Kind() == reflect.Bool:
		v.Set(reflect.ValueOf(new(v.IsNil() || !v.Elem().Bool())))
	case v.Type().Elem().Kind() == reflect.Int:
		n := 1
		if !v.IsNil() {
			n = max(0, int(v.Elem().Int())+r.IntN(3)-1)
		}
		v.Set(reflect.ValueOf(new(n)))
	}
}
