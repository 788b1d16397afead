package storetest

import (
	"strings"
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

func opinionsAreReceived(t *testing.T, s Subject) {
	ctx := t.Context()
	ok(t, s.Receive(ctx, "d", nil))
	list := Opinions(0, 1203) // more than one statement takes
	list[7].Body = []byte("\xff\x00 任意字节")
	ok(t, s.Receive(ctx, "d", list[600:]))
	ok(t, s.Receive(ctx, "d", list[:700])) // some again
	ok(t, s.Receive(ctx, "d", list))       // all again
	ok(t, s.Receive(ctx, "e", list[:1]))   // the same id elsewhere is another opinion

	got, err := s.Pending(ctx, "d", 5000)
	ok(t, err)
	same(t, "pending", got, list)
	got, err = s.Pending(ctx, "d", 10)
	ok(t, err)
	same(t, "ten pending", got, list[:10])

	// One opinion that contradicts what is held, and none of the call is kept.
	more := append(Opinions(5000, 3), list[3])
	more[3].Digest = history.OpinionDigest([]byte("another text"))
	is(t, s.Receive(ctx, "d", more), workflow.ErrConflict)
	twice := append(Opinions(6000, 1), Opinions(6000, 1)...)
	ok(t, s.Receive(ctx, "e", twice))
	twice = append(Opinions(7000, 1), Opinions(7000, 1)...)
	twice[1].Digest = history.OpinionDigest([]byte("another text"))
	is(t, s.Receive(ctx, "e", twice), workflow.ErrConflict)
	got, err = s.Pending(ctx, "d", 5000)
	ok(t, err)
	same(t, "pending after a contradiction", got, list)

	_, err = s.Load(ctx, "d")
	is(t, err, workflow.ErrNotFound) // receiving begins no history
}

func opinionsAreCommitted(t *testing.T, s Subject) {
	ctx := t.Context()
	list := Opinions(0, 10)
	ok(t, s.Receive(ctx, "d", list))
	ok(t, s.Receive(ctx, "e", list))
	ok(t, s.Append(ctx, Act("d", 1)))
	first, second := Act("d", 2), Act("d", 3)
	first.Positions = Positions(1, list[2:5])
	second.Positions = Positions(4, append(list[:2:2], list[5]))
	ok(t, s.Append(ctx, first))
	ok(t, s.Append(ctx, second))

	var ledger []workflow.Opinion
	for i, n := range []int{2, 3, 4, 0, 1, 5} {
		o := list[n]
		o.Position = int64(i + 1)
		ledger = append(ledger, o)
	}
	pending, err := s.Pending(ctx, "d", 100)
	ok(t, err)
	same(t, "pending", pending, list[6:])
	pending, err = s.Pending(ctx, "e", 100)
	ok(t, err)
	same(t, "pending elsewhere", pending, list)
	for _, page := range []struct{ after, limit, from, to int }{
		{0, 100, 0, 6}, {0, 2, 0, 2}, {2, 2, 2, 4}, {4, 2, 4, 6}, {6, 2, 6, 6}, {5, 100, 5, 6},
	} {
		got, err := s.Opinions(ctx, "d", int64(page.after), page.limit)
		ok(t, err)
		same(t, "ledger", got, ledger[page.from:page.to])
	}
	held, err := s.Held(ctx, "d", []string{list[7].ID, "none", list[4].ID, list[7].ID})
	ok(t, err)
	same(t, "held", held, []workflow.Opinion{ledger[2], list[7]})
	held, err = s.Held(ctx, "f", []string{list[7].ID})
	ok(t, err)
	same(t, "held of another decision", held, []workflow.Opinion{})
	held, err = s.Held(ctx, "d", nil)
	ok(t, err)
	same(t, "held of nothing", held, []workflow.Opinion{})
	// A committed opinion that comes again stays where it is.
	ok(t, s.Receive(ctx, "d", list))
	got, err := s.Opinions(ctx, "d", 0, 100)
	ok(t, err)
	same(t, "ledger after a repetition", got, ledger)
}

func materials(t *testing.T, s Subject) {
	ctx := t.Context()
	a, b, empty := Material("方案"), Material("\x00\xff\xfe binary"), Material("")
	ok(t, s.Keep(ctx, "d", a))
	renamed := a
	renamed.Name = "另一个名字.txt"
	ok(t, s.Keep(ctx, "d", renamed))
	ok(t, s.Keep(ctx, "d", empty))
	w := Act("d", 1)
	w.Materials = []workflow.Material{a, b}
	ok(t, s.Append(ctx, w))

	for _, want := range []workflow.Material{a, b, empty} {
		got, err := s.Material(ctx, "d", want.Digest)
		ok(t, err)
		same(t, want.Name, got, want)
	}
	_, err := s.Material(ctx, "e", a.Digest) // of another decision
	is(t, err, workflow.ErrNotFound)
	unknown := Material("unknown")
	_, err = s.Material(ctx, "d", unknown.Digest)
	is(t, err, workflow.ErrNotFound)

	lacking, err := s.Lacking(ctx, "d", []history.Digest{unknown.Digest, a.Digest, unknown.Digest, b.Digest})
	ok(t, err)
	same(t, "lacking", lacking, []history.Digest{unknown.Digest})
	lacking, err = s.Lacking(ctx, "e", []history.Digest{a.Digest, b.Digest})
	ok(t, err)
	same(t, "lacking elsewhere", lacking, []history.Digest{a.Digest, b.Digest})
	lacking, err = s.Lacking(ctx, "d", nil)
	ok(t, err)
	same(t, "lacking of nothing", lacking, []history.Digest{})

	forged := unknown
	forged.Content = strings.NewReader("something else")
	if err := s.Keep(ctx, "d", forged); err == nil {
		t.Error("a material was kept under a digest that is not its own")
	}
}
