package storetest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// Restricted returns a restricted material with the content.
func Restricted(content string) workflow.Material {
	m := Material(content)
	m.Salt = bytes.Repeat([]byte{7}, history.SaltSize)
	m.Digest = history.SHA256().Commit(m.Salt, []byte(content))
	m.Restricted = &decision.Restriction{Class: decision.ClassPersonal, Ground: "个人信息保护法第四十七条"}
	return m
}

func restrictedMaterials(t *testing.T, s Subject) {
	ctx := t.Context()
	m := Restricted("名单")
	ok(t, s.Keep(ctx, "d", m))
	ok(t, s.Keep(ctx, "d", m))
	got, err := s.Material(ctx, "d", m.Digest)
	ok(t, err)
	same(t, "restricted material", got, m)
	open := Material("名单")
	ok(t, s.Keep(ctx, "d", open)) // the same bytes are another material when they are open
	got, err = s.Material(ctx, "d", open.Digest)
	ok(t, err)
	same(t, "open material", got, open)

	for name, spoil := range map[string]func(*workflow.Material){
		"another salt": func(m *workflow.Material) { m.Salt = bytes.Repeat([]byte{8}, history.SaltSize) },
		"a short salt": func(m *workflow.Material) {
			m.Salt = m.Salt[:8]
			m.Digest = history.SHA256().Commit(m.Salt, []byte("名单四"))
		},
		"no restriction": func(m *workflow.Material) { m.Restricted = nil },
		"no commitment":  func(m *workflow.Material) { m.Digest = history.MaterialDigest([]byte("名单四")) },
		"a salt for nothing": func(m *workflow.Material) {
			*m = Material("名单二")
			m.Salt = []byte("salt of thirty-two bytes or more!")
		},
		"restricted in words": func(m *workflow.Material) { r := m.Restricted; *m = Material("名单三"); m.Restricted = r },
	} {
		bad := Restricted("名单四")
		spoil(&bad)
		if err := s.Keep(ctx, "d", bad); err == nil {
			t.Errorf("%s: it was kept", name)
		}
	}
}

// held is a decision with an open and a restricted material and three
// committed opinions.
func held(t *testing.T, s Subject) (a, b workflow.Material, opinions []workflow.Opinion) {
	t.Helper()
	a, b = Material("签到表"), Restricted("身份证复印件")
	opinions = Opinions(0, 3)
	ok(t, s.Receive(t.Context(), "d", opinions))
	first := Act("d", 1)
	first.Materials, first.Positions = []workflow.Material{a, b}, Positions(1, opinions)
	ok(t, s.Append(t.Context(), first))
	for i := range opinions {
		opinions[i].Position = int64(i + 1)
	}
	return a, b, opinions
}

// gone fails the test unless the error says that entry 2 erased it.
func gone(t *testing.T, err error) {
	t.Helper()
	var erased *workflow.ErasedError
	if !errors.As(err, &erased) || !errors.Is(err, workflow.ErrErased) || erased.Seq != 2 {
		t.Fatalf("got error %v, want one that names entry 2", err)
	}
}

func contentsAreErased(t *testing.T, s Subject) {
	ctx := t.Context()
	a, b, opinions := held(t, s)
	ok(t, s.Keep(ctx, "e", a)) // the same file in another decision
	w := Act("d", 2)
	w.Erasures = []workflow.Erasure{{Material: a.Digest}, {Material: b.Digest}, {Position: 2}}
	ok(t, s.Append(ctx, w))

	for _, m := range []workflow.Material{a, b} {
		_, err := s.Material(ctx, "d", m.Digest)
		gone(t, err)
		gone(t, s.Keep(ctx, "d", m)) // it does not come back
		late := Act("d", 3)
		late.Materials = []workflow.Material{m}
		gone(t, s.Append(ctx, late))
	}
	lacking, err := s.Lacking(ctx, "d", []history.Digest{a.Digest, b.Digest})
	ok(t, err)
	same(t, "lacking", lacking, []history.Digest{a.Digest, b.Digest})
	got, err := s.Material(ctx, "e", a.Digest)
	ok(t, err)
	same(t, "the file of the other decision", got, a)

	ok(t, s.Receive(ctx, "d", Opinions(0, 3))) // nor does an opinion
	want := opinions
	want[1].Body, want[1].Erased = nil, 2
	ledger, err := s.Opinions(ctx, "d", 0, 10)
	ok(t, err)
	same(t, "ledger", ledger, want)
	all, err := s.Held(ctx, "d", []string{want[0].ID, want[1].ID, want[2].ID})
	ok(t, err)
	same(t, "held", all, want)
	records, err := s.Load(ctx, "d")
	ok(t, err)
	same(t, "entries", records, []history.Record{Act("d", 1).Entry, w.Entry})
}

// All of an erasure is kept together with its entry, or nothing of it: whatever
// stops it, the contents are still there, and the same write goes through
// afterwards; done, it is not done again.
func erasureIsWhole(t *testing.T, s Subject) {
	ctx := t.Context()
	a, b, opinions := held(t, s)
	erasure := func() workflow.Write {
		w := Act("d", 2)
		w.Erasures = []workflow.Erasure{{Material: a.Digest}, {Position: 1}, {Material: b.Digest}}
		return w
	}
	still := func(name string) {
		t.Helper()
		for _, want := range []workflow.Material{a, b} {
			got, err := s.Material(ctx, "d", want.Digest)
			ok(t, err)
			same(t, name, got, want)
		}
		ledger, err := s.Opinions(ctx, "d", 0, 10)
		ok(t, err)
		same(t, name+": ledger", ledger, opinions)
		records, err := s.Load(ctx, "d")
		ok(t, err)
		same(t, name+": entries", records, []history.Record{Act("d", 1).Entry})
	}
	for name, spoil := range map[string]func(*workflow.Write){
		"another act was first": func(w *workflow.Write) { w.Entry.Seq, w.Summary.Version, w.Use.Seq = 1, 1, 1 },
		"a material never held": func(w *workflow.Write) {
			w.Erasures = append(w.Erasures, workflow.Erasure{Material: Material("x").Digest})
		},
		"a position never given":   func(w *workflow.Write) { w.Erasures = append(w.Erasures, workflow.Erasure{Position: 4}) },
		"one material twice":       func(w *workflow.Write) { w.Erasures = append(w.Erasures, w.Erasures[0]) },
		"an opinion not committed": func(w *workflow.Write) { w.Positions = Positions(4, Opinions(9, 1)) },
	} {
		w := erasure()
		spoil(&w)
		is(t, s.Append(ctx, w), workflow.ErrConflict)
		still(name)
	}
	for name, spoil := range map[string]func(*workflow.Write){
		"nothing named":     func(w *workflow.Write) { w.Erasures[1] = workflow.Erasure{} },
		"two things in one": func(w *workflow.Write) { w.Erasures[1].Material = a.Digest },
		"an event twice":    func(w *workflow.Write) { w.Events = append(w.Events, w.Events[0]) },
	} {
		w := erasure()
		spoil(&w)
		if err := s.Append(ctx, w); err == nil || errors.Is(err, workflow.ErrConflict) {
			t.Errorf("%s: got error %v, want one that says what is wrong", name, err)
		}
		still(name)
	}

	w := erasure()
	ok(t, s.Append(ctx, w))
	is(t, s.Append(ctx, w), workflow.ErrConflict) // the same again: Replay has the answer
	use, err := s.Replay(ctx, "d", w.Use.Actor, w.Use.Key)
	ok(t, err)
	same(t, "use", use, *w.Use)
	_, err = s.Material(ctx, "d", a.Digest)
	gone(t, err)
}
