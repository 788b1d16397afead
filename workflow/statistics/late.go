package statistics

import (
	"cmp"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// LateCounts counts how long after it happened an act was recorded (补录), for
// the acts that were recorded in the period and happened on a known day.
type LateCounts struct {
	Acts        int64 `json:"acts"`
	SameDay     int64 `json:"same_day" doc:"当日记录。Recorded on the day."`
	WithinWeek  int64 `json:"within_week" doc:"1至7日。1 to 7 days later."`
	WithinMonth int64 `json:"within_month" doc:"8至30日。8 to 30 days later."`
	Beyond      int64 `json:"beyond" doc:"超过30日。More than 30 days later."`
	After       int   `json:"late_after" doc:"超过几日记录为补录。An act counts as late when it was recorded more days later than this."`
	Late        int64 `json:"late" doc:"补录。Recorded late."`
	// Largest is the act that was recorded latest, if any was recorded late.
	Largest *LateEntry `json:"largest,omitempty"`
}

// LateEntry is one act that was recorded late.
type LateEntry struct {
	Case string        `json:"case"`
	Seq  int64         `json:"seq"`
	Act  decision.Kind `json:"act"`
	Days int           `json:"days"`
}

// late is the part of a tally about late entries.
type late struct{ counts LateCounts }

func (t *late) add(c workflow.Case, p Period, after int) {
	for _, d := range c.Deeds {
		if d.OccurredOn.IsZero() || !p.Contains(d.RecordedOn) {
			continue
		}
		days := d.RecordedOn.DaysSince(d.OccurredOn)
		t.counts.Acts++
		switch {
		case days <= 0:
			t.counts.SameDay++
		case days <= 7:
			t.counts.WithinWeek++
		case days <= 30:
			t.counts.WithinMonth++
		default:
			t.counts.Beyond++
		}
		if days > after {
			t.counts.Late++
			t.largest(LateEntry{c.ID, d.Seq, d.Act.Kind(), days})
		}
	}
}

// largest keeps the entry that is later; of two that are as late, the first by
// case and number.
func (t *late) largest(e LateEntry) {
	if old := t.counts.Largest; old == nil ||
		cmp.Or(cmp.Compare(e.Days, old.Days), cmp.Compare(old.Case, e.Case), cmp.Compare(old.Seq, e.Seq)) > 0 {
		t.counts.Largest = &e
	}
}

func (t *late) merge(o late) {
	t.counts.Acts += o.counts.Acts
	t.counts.SameDay += o.counts.SameDay
	t.counts.WithinWeek += o.counts.WithinWeek
	t.counts.WithinMonth += o.counts.WithinMonth
	t.counts.Beyond += o.counts.Beyond
	t.counts.Late += o.counts.Late
	if o.counts.Largest != nil {
		t.largest(*o.counts.Largest)
	}
}

func (t late) report(after int) LateCounts {
	t.counts.After = after
	return t.counts
}
