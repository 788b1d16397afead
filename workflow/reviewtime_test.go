package workflow_test

import (
	"maps"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// The package was sent on 23 April and completed on 27 April; the time counts
// from there, over the holidays of May.
func TestReviewTimesCountFromTheCompletePackage(t *testing.T) {
	t.Parallel()
	c := workflowtest.Play(t, "d713", sample.Walk("d713"))
	times := c.ReviewTimes()
	if len(times) != 1 {
		t.Fatalf("%+v", times)
	}
	got := times[0]
	// 28, 29, 30 April, 6, 7, 8, 9 (worked for the holiday) and 11 May.
	if got.Received != date("04-27") || got.Due != date("05-11") || got.Issued != date("05-08") || *got.Given != 8 || *got.Taken != 6 || got.Provisional {
		t.Errorf("%+v: given %d, taken %d", got, *got.Given, *got.Taken)
	}
	sent := decision.Materials(c.Decision.Submissions[0].Act)
	if got.Materials != len(sent)+1 || got.Read != len(c.Decision.LegalityOpinions[0].Act.Read) || got.Read == 0 {
		t.Errorf("%d materials, %d read", got.Materials, got.Read)
	}
}

func TestReviewTimesLeaveUnknownWhatIsNotTold(t *testing.T) {
	t.Parallel()
	day := calendar.MustParseDate
	review := func(sent, due, issued string) workflow.ReviewTime {
		var submit decision.SubmitForReview
		at := func(seq int64, on string) decision.Ref {
			r := decision.Ref{Seq: seq}
			if on != "" {
				r.OccurredOn = day(on)
			}
			return r
		}
		if due != "" {
			submit.OpinionDue = day(due)
		}
		c := workflowtest.Case(t, "d713").Fold([]workflow.Deed{
			{Ref: at(1, sent), Act: submit},
			{Ref: at(2, issued), Act: decision.IssueLegalityOpinion{}},
			// What comes after the opinion is another package.
			{Ref: at(3, "2026-06-01"), Act: decision.SupplementPackage{Materials: []decision.Material{{Title: "补充"}}}},
			{Ref: at(4, "2026-06-02"), Act: decision.SubmitForReview{}},
		})
		got := c.ReviewTimes()[0]
		if got.Materials != 0 {
			t.Errorf("%+v", got)
		}
		return got
	}
	if r := review("2026-03-02", "2026-03-03", "2026-03-02"); *r.Taken != 0 || *r.Given != 1 {
		t.Errorf("on the same day: %+v", r)
	}
	for name, r := range map[string]workflow.ReviewTime{
		"no day of receipt":       review("", "2026-03-03", "2026-03-04"),
		"an opinion before it":    review("2026-03-02", "2026-02-27", "2026-03-01"),
		"no day of the opinion":   review("2026-03-02", "", ""),
		"further than is counted": review("1926-03-02", "2026-03-02", "2026-03-04"),
	} {
		if r.Given != nil || r.Taken != nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if r := review("2031-03-03", "", "2031-03-04"); r.Taken == nil || !r.Provisional {
		t.Errorf("a year without its notice: %+v", r)
	}
}

func TestStepsOfTheSample(t *testing.T) {
	t.Parallel()
	c := workflowtest.Play(t, "d713", sample.Walk("d713"))
	states := c.Steps(date("06-30"))
	for i, s := range workflow.Steps() {
		got := states[i]
		if got.Step != s {
			t.Errorf("%s stands where %s should", got.Step, s)
		}
		wantPerformed := s != decision.StepCongress
		if got.Performed != wantPerformed || (got.Applicability == workflow.Excused) == wantPerformed {
			t.Errorf("%+v", got)
		}
	}
	if n := len(workflow.Steps()); n != 8 {
		t.Errorf("%d steps", n)
	}
	empty := workflowtest.Case(t, "d713").Steps(date("06-30"))
	if empty[0].Performed || empty[0].Applicability != workflow.Applies || empty[1].Applicability != workflow.Undetermined {
		t.Errorf("%+v", empty)
	}
}

func TestCommentPeriodsAreCountedAsTheRuleCounts(t *testing.T) {
	t.Parallel()
	empty := workflowtest.Case(t, "d713")
	stricter := *empty.Pack
	stricter.Numbers = maps.Clone(stricter.Numbers)
	stricter.Numbers[pack.CommentDays] = pack.Number{Value: 40, Unit: "day"}
	c := empty.Fold([]workflow.Deed{
		{Ref: decision.Ref{Seq: 1, OccurredOn: date("03-03")}, Act: decision.OpenComment{Activity: "a", StartsOn: date("03-01"), EndsOn: date("03-31"), ShortenedReason: "汛期"}},
		{Ref: decision.Ref{Seq: 2}, Act: decision.OpenComment{Activity: "b", StartsOn: date("03-01"), EndsOn: date("03-30")}},
		{Ref: decision.Ref{Seq: 3}, Act: decision.OpenComment{Activity: "c", EndsOn: date("03-30")}},
		{Ref: decision.Ref{Seq: 4}, Act: decision.OpenComment{Activity: "d", StartsOn: date("03-30"), EndsOn: date("03-01")}},
		{Ref: decision.Ref{Seq: 5}, Act: decision.AdoptPack{}, Pack: &stricter}, // which changes nothing of before
	})
	for i, want := range []workflow.CommentPeriod{
		{Seq: 1, Activity: "a", Opened: date("03-03"), Days: 29, Required: 30, Reason: "汛期"},
		{Seq: 2, Activity: "b", Opened: date("03-01"), Days: 30, Required: 30},
		{Seq: 3, Activity: "c", Required: 30},
		{Seq: 4, Activity: "d", Opened: date("03-30"), Required: 30},
	} {
		if got := c.CommentPeriods()[i]; got != want || got.Shortened() != (i == 0) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
