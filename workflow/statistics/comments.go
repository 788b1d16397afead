package statistics

import (
	"cmp"
	"slices"
	"strings"

	"github.com/juece/juece/workflow"
)

// MaxListed is how many single occurrences a report lists.
const MaxListed = 100

// CommentCounts counts the rounds of open comment (公开征求意见, Art 15) whose
// notice appeared in the period.
type CommentCounts struct {
	Rounds    int64 `json:"rounds" doc:"公开征求意见次数。Rounds of open comment."`
	Unknown   int64 `json:"unknown" doc:"起止日期不明的。Rounds whose period is not told."`
	Shortened int64 `json:"shortened" doc:"期限短于规定的。Rounds shorter than required."`
	Reasoned  int64 `json:"reasoned" doc:"其中在公告中说明理由的。Of those, with the reason in the notice."`
	Undated   int64 `json:"undated" doc:"公告日未载明、不归入任何期间的。Rounds opened on a day that is not told; in no period."`
	// List names the shortened rounds, the shortest first, MaxListed at most.
	List []ShortPeriod `json:"list"`
}

// ShortPeriod is a comment period that was shortened.
type ShortPeriod struct {
	Case     string `json:"case"`
	Matter   string `json:"matter"`
	Activity string `json:"activity"`
	Days     int    `json:"days" doc:"计首日。The first day counted."`
	Required int    `json:"required"`
	Reason   string `json:"reason,omitempty" doc:"公告所载理由。The reason in the notice."`
}

// comments is the part of a tally about open comment.
type comments struct {
	rounds, unknown, shortened, reasoned, undated int64
	list                                          []ShortPeriod // ascending, MaxListed at most
}

func (t *comments) add(c workflow.Case, p Period) {
	for _, round := range c.CommentPeriods() {
		if round.Opened.IsZero() {
			t.undated++
		}
		if !p.Contains(round.Opened) {
			continue
		}
		t.rounds++
		reason := strings.TrimSpace(round.Reason)
		switch {
		case round.Days == 0:
			t.unknown++
		case round.Shortened():
			t.shortened++
			if reason != "" {
				t.reasoned++
			}
			t.insert(ShortPeriod{c.ID, c.Title(), round.Activity, round.Days, round.Required, clip(reason)})
		}
	}
}

// insert keeps the list in order and no longer than it may be. Which rounds
// are on it does not depend on the order in which they came.
func (t *comments) insert(s ShortPeriod) {
	i, _ := slices.BinarySearchFunc(t.list, s, func(a, b ShortPeriod) int {
		return cmp.Or(
			cmp.Compare(a.Days, b.Days), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Activity, b.Activity),
			cmp.Compare(a.Required, b.Required), cmp.Compare(a.Matter, b.Matter), cmp.Compare(a.Reason, b.Reason))
	})
	t.list = slices.Insert(t.list, i, s)
	t.list = t.list[:min(len(t.list), MaxListed)]
}

func (t *comments) merge(o comments) {
	t.rounds += o.rounds
	t.unknown += o.unknown
	t.shortened += o.shortened
	t.reasoned += o.reasoned
	t.undated += o.undated
	for _, s := range o.list {
		t.insert(s)
	}
}

func (t comments) report() CommentCounts {
	return CommentCounts{t.rounds, t.unknown, t.shortened, t.reasoned, t.undated, append([]ShortPeriod{}, t.list...)}
}
