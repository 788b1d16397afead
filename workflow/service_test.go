package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// onBoth runs a test on a fresh SQLite and a fresh PostgreSQL database.
func onBoth(t *testing.T, test func(t *testing.T, s workflowtest.Storage)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) workflowtest.Storage{"sqlite": workflowtest.SQLite, "postgres": workflowtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func newService(t *testing.T, s workflowtest.Storage) (*workflow.Service, *sample.Clock) {
	clock := sample.NewClock(date("03-01"))
	return workflowtest.Service(t, s, clock), clock
}

func TestAServiceWalksFromProposalToTheEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		walk := sample.Walk("d713")
		id, err := sample.Perform(t.Context(), svc, clock, "d713", walk)
		if err != nil {
			t.Fatal(err)
		}
		c, err := svc.Read(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if c.Stage != workflow.StageCompleted || c.Version() != int64(len(walk)) {
			t.Errorf("stage %s, version %d of %d", c.Stage, c.Version(), len(walk))
		}
		for _, f := range workflow.Open(workflow.Evaluate(c, calendar.DateOf(clock.Now()))) {
			if f.Severity == workflow.Soft {
				continue
			}
			t.Errorf("%s: %s", f.Rule, f.En)
		}
		rows, err := svc.Store.List(t.Context(), workflow.Query{Limit: 10})
		if err != nil || len(rows) != 1 || rows[0].Stage != "completed" || rows[0].LeadUnit != sample.LeadUnit || rows[0].Title == "" {
			t.Errorf("the state row: %+v, %v", rows, err)
		}
		if open, err := svc.Store.Tasks(t.Context(), workflow.TaskQuery{Limit: 10}); err != nil || len(open) != 0 {
			t.Errorf("a completed case has open tasks: %+v, %v", open, err)
		}
		records, err := svc.History(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := history.Verify(id, records); err != nil {
			t.Errorf("the chain: %v", err)
		}
		kept, err := svc.Register.Opinions(t.Context(), id, 0, 10)
		if err != nil || len(kept) != 3 || kept[0].Position != 1 || kept[1].Position != 2 {
			t.Errorf("the ledger of opinions: %+v, %v", kept, err)
		}
		root, err := history.Root([]history.Digest{kept[0].Digest, kept[1].Digest})
		if err != nil || string(root) != c.Decision.OpinionBatches[0].Act.Root {
			t.Errorf("the history does not commit to the register: %v", err)
		}
	})
}

func TestTasksTellWhatWaitsForWhom(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		id, err := sample.Perform(t.Context(), svc, clock, "d713", sample.Before("d713", "file_counsel_opinion"))
		if err != nil {
			t.Fatal(err)
		}
		counsel, err := svc.Store.Tasks(t.Context(), workflow.TaskQuery{Role: string(workflow.RoleLegalAdviser), Limit: 10})
		if err != nil || len(counsel) != 1 || counsel[0].Decision != id || counsel[0].Rule != "R28.1" {
			t.Errorf("counsel's tasks: %+v, %v", counsel, err)
		}
		missing, err := svc.Missing(t.Context(), id, "")
		if err != nil || len(missing) != 1 || missing[0].Rule != "R28.1" || missing[0].ClearedBy[0] != workflow.RoleLegalAdviser {
			t.Errorf("missing: %+v, %v", missing, err)
		}
	})
}

func TestNothingIsWrittenWhenAnActIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		ctx := t.Context()
		before := sample.Before("d713", "open_comment")
		id, err := sample.Perform(ctx, svc, clock, "d713", before)
		if err != nil {
			t.Fatal(err)
		}
		version := int64(len(before))
		step := sample.Walk("d713")[len(before)]
		comment := step.Act.(decision.OpenComment)
		comment.EndsOn = date("04-13") // 29 days with the first
		request := workflow.Request{Decision: id, Expect: version, Act: comment, Actor: step.Actor, OccurredOn: step.On, Materials: step.Files}

		var refused *workflow.RefusedError
		if _, err := svc.Do(ctx, request); !errors.As(err, &refused) || refused.Code != workflow.CodeRule || refused.Findings[0].Rule != "R15.2" || refused.Findings[0].Article != 15 {
			t.Errorf("29 days without a reason in the notice: %v", err)
		}
		unknown := sample.Named("没有上传的材料")
		comment.EndsOn, comment.Explanation = date("04-16"), unknown
		request.Act = comment
		if _, err := svc.Do(ctx, request); !errors.As(err, &refused) || refused.Code != workflow.CodeMaterial {
			t.Errorf("a material that is not held: %v", err)
		}
		comment.Draft = 7
		request.Act = comment
		if _, err := svc.Do(ctx, request); !errors.As(err, &refused) || refused.Code != workflow.CodeForeignDraft {
			t.Errorf("a foreign version: %v", err)
		}
		comment.Draft = 0
		request.Act = comment
		var invalid *decision.InvalidError
		if _, err := svc.Do(ctx, request); !errors.As(err, &invalid) || invalid.Fields[0].Field != "draft" {
			t.Errorf("no version: %v", err)
		}
		request.Act, request.OccurredOn = step.Act, date("12-31")
		if _, err := svc.Do(ctx, request); !errors.As(err, &refused) || refused.Code != workflow.CodeFuture {
			t.Errorf("a day to come: %v", err)
		}
		request.OccurredOn, request.Expect = step.On, version-1
		if _, err := svc.Do(ctx, request); !errors.Is(err, workflow.ErrConflict) {
			t.Errorf("an old version: %v", err)
		}
		request.Decision = "00000000-0000-7000-8000-000000000000"
		if _, err := svc.Do(ctx, request); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("another case: %v", err)
		}
		if _, err := svc.Propose(ctx, workflow.Request{Act: sample.Walk("d713")[0].Act, Actor: step.Actor, Pack: "d714"}); !errors.Is(err, pack.ErrUnknown) {
			t.Errorf("an unknown pack: %v", err)
		}
		if records, err := svc.History(ctx, id); err != nil || int64(len(records)) != version {
			t.Errorf("%d entries, %v; want %d", len(records), err, version)
		}
		if rows, err := svc.Store.List(ctx, workflow.Query{Limit: 10}); err != nil || len(rows) != 1 || rows[0].Version != version {
			t.Errorf("state rows %+v, %v", rows, err)
		}
	})
}

func TestARepeatIsAnsweredTheSame(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		ctx := t.Context()
		var mu sync.Mutex
		var told []decision.Kind
		svc.Observe = func(_ context.Context, kind decision.Kind, r workflow.Receipt) {
			mu.Lock()
			defer mu.Unlock()
			if told = append(told, kind); r.Version != int64(len(told)) {
				t.Errorf("told of %s: %+v", kind, r)
			}
		}
		walk := sample.Walk("d713")
		clock.Set(walk[0].On)
		propose := workflow.Request{Act: walk[0].Act, Actor: walk[0].Actor, Pack: "d713", Key: "k1", Materials: walk[0].Files}
		first, err := svc.Propose(ctx, propose)
		if err != nil {
			t.Fatal(err)
		}
		clock.Set(walk[0].On.AddDays(1)) // after midnight it is still the same request
		if again, err := svc.Propose(ctx, propose); err != nil || !again.Replayed || again.Decision != first.Decision || again.Digest != first.Digest {
			t.Errorf("the same proposal again: %+v, %v", again, err)
		}
		study := workflow.Request{Decision: first.Decision, Expect: 1, Act: walk[1].Act, Actor: walk[1].Actor, Key: "k2", Materials: walk[1].Files}
		clock.Set(walk[1].On)

		const callers = 8
		receipts := make([]workflow.Receipt, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				var err error
				if receipts[i], err = svc.Do(ctx, study); err != nil {
					t.Errorf("repeat %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		fresh := 0
		for _, r := range receipts {
			if r.Version != 2 || r.Digest != receipts[0].Digest {
				t.Errorf("a repeat was answered otherwise: %+v", r)
			}
			if !r.Replayed {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%d of %d repeats were recorded", fresh, callers)
		}
		study.Act = decision.StudyProposal{Unit: "县政府办公室", Conclusion: "另一结论", Report: walk[1].Act.(decision.StudyProposal).Report}
		if _, err := svc.Do(ctx, study); !errors.Is(err, workflow.ErrKeyReused) {
			t.Errorf("the key for another request: %v", err)
		}
		if want := []decision.Kind{"propose", "study_proposal"}; !slices.Equal(told, want) {
			t.Errorf("told of %v, want each act once: %v", told, want)
		}
	})
}

func TestOneOfManyActsWins(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		ctx := t.Context()
		before := sample.Before("d713", "record_investigation")
		id, err := sample.Perform(ctx, svc, clock, "d713", before)
		if err != nil {
			t.Fatal(err)
		}
		step := sample.Walk("d713")[len(before)]
		clock.Set(step.On)
		const callers = 32
		errs := make([]error, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				_, errs[i] = svc.Do(ctx, workflow.Request{Decision: id, Expect: int64(len(before)), Act: step.Act, Actor: step.Actor, Materials: step.Files})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, workflow.ErrConflict):
				t.Errorf("a loser got %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of %d won", won, callers)
		}
	})
}

// The office's acts go on while opinions come in by the thousand.
func TestOpinionsDoNotDisturbTheOffice(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, clock := newService(t, s)
		ctx := t.Context()
		before := sample.Before("d713", "announce_hearing")
		id, err := sample.Perform(ctx, svc, clock, "d713", before)
		if err != nil {
			t.Fatal(err)
		}
		public := sample.Actor("d713", workflow.RolePublic)
		opinions := make([]decision.Opinion, 100)
		for i := range opinions {
			opinions[i] = decision.Opinion{Activity: "c1", Channel: "web", Verification: "anonymous", Text: fmt.Sprintf("意见%d", i)}
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 3 {
					if _, err := svc.ReceiveOpinions(ctx, id, public, "", opinions); err != nil {
						t.Errorf("receive: %v", err)
					}
				}
			})
		}
		version := int64(len(before))
		consult := sample.Actor("d713", unit)
		for range 5 { // with the expected version: any conflict would show
			receipt, err := svc.Do(ctx, workflow.Request{
				Decision: id, Expect: version, Actor: consult,
				Act: decision.RecordReply{Unit: "县财政局", Draft: 1, Position: "agree"},
			})
			if err != nil {
				t.Fatalf("the office's act: %v", err)
			}
			version = receipt.Version
		}
		wg.Wait()
		receipts, err := svc.CommitOpinions(ctx, id, consult)
		if err != nil || len(receipts) != 1 {
			t.Fatalf("commit: %+v, %v", receipts, err)
		}
		c, err := svc.Read(ctx, id)
		if err != nil || c.Decision.OpinionCount() != 2400 {
			t.Errorf("%d opinions are committed, %v", c.Decision.OpinionCount(), err)
		}
		if _, err := svc.CommitOpinions(ctx, "none", consult); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("the opinions of no case: %v", err)
		}
		clock.Set(date("04-17")) // the day after the period
		stranger := consult
		stranger.Organ = "邻县人民政府"
		if _, err := svc.ReceiveOpinions(ctx, id, stranger, "", opinions[:1]); !errors.Is(err, workflow.ErrRefused) {
			t.Errorf("staff of another organ enters an opinion: %v", err)
		}
		if _, err := svc.ReceiveOpinions(ctx, id, consult, "", opinions[:1]); err != nil {
			t.Errorf("staff enters a late letter: %v", err)
		}
		var refused *workflow.RefusedError
		if _, err := svc.ReceiveOpinions(ctx, id, public, "", opinions[:1]); !errors.As(err, &refused) || refused.Code != workflow.CodeOpinionsClosed {
			t.Errorf("an opinion after the period: %v", err)
		}
	})
}

func TestTheClockSetBackDoesNotTurnTheHistoryRound(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, _ := newService(t, s)
		walk := sample.Walk("d713")
		now := time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC)
		svc.Now = func() time.Time { return now }
		receipt, err := svc.Propose(t.Context(), workflow.Request{Act: walk[0].Act, Actor: walk[0].Actor, Pack: "d713"})
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(-48 * time.Hour)
		if _, err := svc.Do(t.Context(), workflow.Request{Decision: receipt.Decision, Expect: 1, Act: walk[1].Act, Actor: walk[1].Actor, Materials: walk[1].Files}); err != nil {
			t.Fatal(err)
		}
		records, err := svc.History(t.Context(), receipt.Decision)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := history.Verify(receipt.Decision, records); err != nil {
			t.Errorf("after the clock went back: %v", err)
		}
	})
}

func TestACancelledCallWritesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s workflowtest.Storage) {
		svc, _ := newService(t, s)
		walk := sample.Walk("d713")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := svc.Propose(ctx, workflow.Request{Act: walk[0].Act, Actor: walk[0].Actor, Pack: "d713"}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if rows, err := svc.Store.List(t.Context(), workflow.Query{Limit: 10}); err != nil || len(rows) != 0 {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}
