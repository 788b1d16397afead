package workflow_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// recorded is the history of a whole sample case, and the texts it names.
func recorded(t *testing.T, p string) (string, []history.Entry, workflow.Texts) {
	t.Helper()
	steps := sample.Walk(p)
	clock := sample.NewClock(steps[0].On)
	svc := workflowtest.Service(t, workflowtest.SQLite(t), clock)
	id, err := sample.Perform(t.Context(), svc, clock, p, steps)
	if err != nil {
		t.Fatal(err)
	}
	records, err := svc.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := history.Verify(id, records)
	if err != nil {
		t.Fatal(err)
	}
	return id, entries, workflow.Held{Packs: svc.Packs, Years: svc.Calendar}
}

func TestEveryActOfAHistoryIsLawfulAgain(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"d713", "d713-department", "d713-township", "contract"} {
		t.Run(p, func(t *testing.T) {
			t.Parallel()
			id, entries, texts := recorded(t, p)
			again, err := workflow.Replay(id, entries, texts)
			if err != nil {
				t.Fatal(err)
			}
			if got := again.Case.Version(); got != int64(len(entries)) {
				t.Errorf("version %d after %d entries", got, len(entries))
			}
			if again.Judged == 0 {
				t.Errorf("%d answers compared over %d entries", again.Judged, len(entries))
			}
		})
	}
}

// A well-hashed history that the procedure would not have taken: the chain
// holds, and the entry that breaks the law is named.
func TestAnUnlawfulHistoryIsNamedByItsFirstEntry(t *testing.T) {
	t.Parallel()
	id, entries, texts := recorded(t, "d713")
	at := func(kind string) int {
		for i, e := range entries {
			if e.Kind == kind {
				return i
			}
		}
		t.Fatalf("no %s", kind)
		return 0
	}
	change := func(i int, fn func(*history.Entry)) []history.Entry {
		list := append([]history.Entry(nil), entries...)
		fn(&list[i])
		return list
	}
	without := func(i int) []history.Entry {
		list := append(append([]history.Entry(nil), entries[:i]...), entries[i+1:]...)
		for j := range list {
			list[j].Seq = int64(j + 1)
		}
		return list
	}
	review, publish, meeting := at("issue_legality_opinion"), at("publish"), at("open_meeting")
	for name, c := range map[string]struct {
		entries []history.Entry
		seq     int
		says    string
	}{
		"no legality review":     {without(review), review + 1, ""},
		"another role":           {change(publish, func(e *history.Entry) { e.Actor.Roles = []string{"public"} }), publish + 1, "roles"},
		"another organ":          {change(publish, func(e *history.Entry) { e.Actor.Organ = "他县人民政府" }), publish + 1, "another organ"},
		"before it could happen": {change(meeting, func(e *history.Entry) { e.OccurredOn = "2099-01-01" }), meeting + 1, "after today"},
		"a finding that was not made": {change(publish, func(e *history.Entry) {
			e.Findings = append(e.Findings, history.Finding{Rule: "R32.1", Status: "violated", Severity: "soft"})
		}), publish + 1, "findings"},
		"an act of no kind":       {change(publish, func(e *history.Entry) { e.Kind = "sign_off" }), publish + 1, "unknown act"},
		"a field that no act has": {change(publish, func(e *history.Entry) { e.Act = json.RawMessage(`{"more":1}`) }), publish + 1, "unknown field"},
		"a spelling that no act writes": {change(publish, func(e *history.Entry) {
			e.Act = json.RawMessage(strings.Replace(string(e.Act), "{", `{"channels":null,`, 1))
		}), publish + 1, ""},
		"a pack that no act adopted": {change(publish, func(e *history.Entry) {
			p, err := texts.(workflow.Held).Packs.Named("d713-township")
			if err != nil {
				t.Fatal(err)
			}
			e.Pack = history.Digest(p.Digest())
		}), publish + 1, "no act adopted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := workflow.Replay(id, c.entries, texts)
			unlawful, ok := errors.AsType[*workflow.UnlawfulError](err)
			if !ok {
				t.Fatalf("got %v, want an unlawful entry", err)
			}
			if unlawful.Seq != int64(c.seq) || !strings.Contains(unlawful.En, c.says) || unlawful.Zh == "" {
				t.Errorf("got entry %d (%s), want %d (…%s…)", unlawful.Seq, unlawful.En, c.seq, c.says)
			}
		})
	}
	t.Run("a text that nobody has", func(t *testing.T) {
		t.Parallel()
		_, err := workflow.Replay(id, change(3, func(e *history.Entry) { e.Pack = history.DataDigest(nil) }), texts)
		if !errors.Is(err, pack.ErrUnknown) {
			t.Errorf("got %v, want an unknown pack", err)
		}
	})
}
