package workflow_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/postgres"
	"github.com/juece/juece/store/postgres/postgrestest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// said are opinions that differ by their text, on the period that is open.
func said(texts ...string) []decision.Opinion {
	list := make([]decision.Opinion, len(texts))
	for i, text := range texts {
		list[i] = decision.Opinion{Activity: "c1", Channel: "web", Verification: "anonymous", Text: text}
	}
	return list
}

// pending counts the opinions that wait in the register.
func pending(t *testing.T, svc *workflow.Service, id string) int {
	t.Helper()
	list, err := svc.Register.Pending(t.Context(), id, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func receipts(intake workflow.Intake) (list []string) {
	for _, o := range intake.Opinions {
		list = append(list, o.ID+" "+string(o.Digest))
	}
	return list
}

func TestOpinionsAreReceivedOnceUnderAKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		ctx := t.Context()
		id, err := sample.Perform(ctx, svc, clock, "d713", sample.Before("d713", "announce_hearing"))
		if err != nil {
			t.Fatal(err)
		}
		public := sample.Actor("d713", workflow.RolePublic)
		first, err := svc.ReceiveOpinions(ctx, id, public, "k", said("甲", "乙", "丙"))
		if err != nil || first.Replayed || len(first.Opinions) != 3 {
			t.Fatalf("%+v, %v", first, err)
		}
		again := func(when string) {
			t.Helper()
			sent := said("甲", "乙", "丙")
			sent[0].Salt = "not the author's" // who sends one is not asked
			got, err := svc.ReceiveOpinions(ctx, id, public, "k", sent)
			if err != nil || !got.Replayed {
				t.Errorf("%s: %+v, %v", when, got, err)
			}
			if diff := cmp.Diff(receipts(first), receipts(got)); diff != "" {
				t.Errorf("%s: %s", when, diff)
			}
		}
		another := func(when string, texts ...string) {
			t.Helper()
			if got, err := svc.ReceiveOpinions(ctx, id, public, "k", said(texts...)); !errors.Is(err, workflow.ErrKeyReused) {
				t.Errorf("%s: %+v, %v", when, got, err)
			}
		}
		again("at once")
		another("another text", "甲", "乙", "丁")
		another("another order", "乙", "甲", "丙")
		another("fewer", "甲", "乙")
		another("more", "甲", "乙", "丙", "丁")
		if n := pending(t, svc, id); n != 3 {
			t.Errorf("%d opinions", n)
		}

		other, organ, acting := public, public, public
		other.ID, organ.Organ = "另一人", "邻县人民政府"
		acting.OnBehalfOf, acting.Authority = "主任", "1号"
		for i, by := range []decision.Actor{other, organ, acting} {
			got, err := svc.ReceiveOpinions(ctx, id, by, "k", said("丁"))
			if err != nil || got.Replayed {
				t.Errorf("the key of %d: %+v, %v", i, got, err)
			}
		}
		for range 2 { // and without a key each time
			if got, err := svc.ReceiveOpinions(ctx, id, public, "", said("甲")); err != nil || got.Replayed {
				t.Errorf("without a key: %+v, %v", got, err)
			}
		}
		if n := pending(t, svc, id); n != 8 {
			t.Errorf("%d opinions", n)
		}

		if _, err := svc.CommitOpinions(ctx, id, sample.Actor("d713", unit)); err != nil {
			t.Fatal(err)
		}
		again("after they were committed to")
		clock.Set(date("04-17")) // the day after the period
		again("after the period")
		another("another text after the period", "丁")
		var refused *workflow.RefusedError
		if _, err := svc.ReceiveOpinions(ctx, id, public, "k2", said("甲")); !errors.As(err, &refused) || refused.Code != workflow.CodeOpinionsClosed {
			t.Errorf("a new one after the period: %v", err)
		}
		elsewhere := public
		elsewhere.Cases = []string{"another"}
		if _, err := svc.ReceiveOpinions(ctx, id, elsewhere, "k", said("甲", "乙", "丙")); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("by who does not reach the case: %v", err)
		}
	})
}

// A repeat of what was lawfully erased is still a repeat, and brings nothing
// back; how many there were is known for ever.
func TestErasedOpinionsAreNotReceivedAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		ctx := t.Context()
		id, err := sample.Perform(ctx, svc, clock, "d713", sample.Before("d713", "announce_hearing"))
		if err != nil {
			t.Fatal(err)
		}
		public, office := sample.Actor("d713", workflow.RolePublic), sample.Actor("d713", office)
		first, err := svc.ReceiveOpinions(ctx, id, public, "k", said("甲", "乙"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.CommitOpinions(ctx, id, sample.Actor("d713", unit)); err != nil {
			t.Fatal(err)
		}
		disposed := decision.DisposeOpinions{Groups: []decision.OpinionGroup{{
			Opinions: []decision.Range{{From: 1, To: 2}}, Summary: "反对", Disposition: "not_adopted", Reason: "已经修改",
		}}}
		for _, r := range []workflow.Request{{Act: disposed, Actor: sample.Actor("d713", unit)}, {Act: erase(nil, 1), Actor: office}} {
			r.Decision, r.Expect = id, workflow.Latest
			if _, err := svc.Do(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		got, err := svc.ReceiveOpinions(ctx, id, public, "k", said("甲", "乙"))
		if err != nil || !got.Replayed || got.Opinions[0].Erased == 0 || len(got.Opinions[0].Body) > 0 {
			t.Errorf("%+v, %v", got, err)
		}
		if diff := cmp.Diff(receipts(first), receipts(got)); diff != "" {
			t.Error(diff)
		}
		for _, texts := range [][]string{{"甲"}, {"甲", "丙"}, {"甲", "乙", "丙"}} {
			if _, err := svc.ReceiveOpinions(ctx, id, public, "k", said(texts...)); !errors.Is(err, workflow.ErrKeyReused) {
				t.Errorf("%v: %v", texts, err)
			}
		}
		if n := pending(t, svc, id); n != 0 {
			t.Errorf("%d opinions wait", n)
		}
	})
}

// The position of an opinion tells when it came, also when its id does not, and
// the opinions of one request stay together, as they were sent.
func TestOpinionsAreNumberedAsTheyCame(t *testing.T) {
	t.Parallel()
	svc, clock := newService(t, workflowtest.SQLite(t))
	ctx := t.Context()
	id, err := sample.Perform(ctx, svc, clock, "d713", sample.Before("d713", "announce_hearing"))
	if err != nil {
		t.Fatal(err)
	}
	public := sample.Actor("d713", workflow.RolePublic)
	var want []string
	for i := range 12 {
		key := ""
		if i%3 > 0 {
			key = fmt.Sprint("k", i)
		}
		clock.Set(date(fmt.Sprintf("04-%02d", i+2)))
		texts := []string{fmt.Sprint(i, "甲"), fmt.Sprint(i, "乙"), fmt.Sprint(i, "丙")}
		got, err := svc.ReceiveOpinions(ctx, id, public, key, said(texts...))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, receipts(got)...)
	}
	if _, err := svc.CommitOpinions(ctx, id, sample.Actor("d713", unit)); err != nil {
		t.Fatal(err)
	}
	ledger, err := svc.Register.Opinions(ctx, id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, receipts(workflow.Intake{Opinions: ledger})); diff != "" {
		t.Error(diff)
	}
}

// Replicas over one database receive a request once, whichever is asked and
// however many at a time; another request with the key leaves nothing; and one
// that is started later knows it.
func TestReplicasReceiveOpinionsOnceUnderAKey(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := postgrestest.DSN(t)
	replica := func() (*workflow.Service, *sample.Clock) {
		s, err := postgres.Open(ctx, dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		return newService(t, s)
	}
	one, clock := replica()
	id, err := sample.Perform(ctx, one, clock, "d713", sample.Before("d713", "announce_hearing"))
	if err != nil {
		t.Fatal(err)
	}
	two, later := replica()
	later.Set(date("04-10"))
	clock.Set(date("04-10"))
	public := sample.Actor("d713", workflow.RolePublic)
	const rounds, callers = 20, 6
	texts := []string{"甲", "乙", "丙"}
	sent := func(caller int) []decision.Opinion { return said(texts[:2+caller/3]...) } // two or three
	var got [rounds][callers]workflow.Intake
	var errs [rounds][callers]error
	for round := range rounds {
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				svc := []*workflow.Service{one, two}[i%2]
				got[round][i], errs[round][i] = svc.ReceiveOpinions(ctx, id, public, fmt.Sprint("k", round), sent(i))
			})
		}
		wg.Wait()
	}
	restarted, clock := replica()
	clock.Set(date("04-11"))
	total := 0
	for round := range rounds {
		fresh, held := 0, 0
		for i := range callers {
			if errs[round][i] == nil && !got[round][i].Replayed {
				fresh, held = fresh+1, len(got[round][i].Opinions)
			}
		}
		if total += held; fresh != 1 {
			t.Errorf("%d: received %d times", round, fresh)
		}
		for i := range callers {
			again, err := restarted.ReceiveOpinions(ctx, id, public, fmt.Sprint("k", round), sent(i))
			if len(sent(i)) != held {
				if !errors.Is(err, workflow.ErrKeyReused) || !errors.Is(errs[round][i], workflow.ErrKeyReused) {
					t.Errorf("%d by %d, another request: %v, then %v", round, i, errs[round][i], err)
				}
				continue
			}
			if err != nil || !again.Replayed || errs[round][i] != nil {
				t.Errorf("%d by %d: %v, then %v", round, i, errs[round][i], err)
			}
			if diff := cmp.Diff(receipts(got[round][i]), receipts(again)); diff != "" {
				t.Errorf("%d by %d: %s", round, i, diff)
			}
		}
	}
	if n := pending(t, one, id); n != total {
		t.Errorf("%d opinions are held, %d were received", n, total)
	}
}
