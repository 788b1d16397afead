package workflow

import (
	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// ReviewTime is how long one legality review had, how long it took, and how
// much there was to read (Art 26).
type ReviewTime struct {
	Seq   int64 // of the opinion
	Draft int
	// Received is the day the package was complete: of its submission, or of
	// the last supplement. Due is the day the opinion was asked for.
	Received, Due, Issued calendar.Date
	// Given and Taken are working days from the day of receipt, which is not
	// counted, to the day the opinion was due and was issued. They are nil
	// where a day is not told, or comes before the receipt.
	Given, Taken *int
	Provisional  bool // a year's notice of working days is not loaded
	Materials    int  // in the package, supplements included, each counted once
	Read         int  // that the opinion says it read
}

// ReviewTimes returns the time of every legality review that came to an
// opinion, in order. Where the record does not show the package, no day of it
// is told.
func (c Case) ReviewTimes() []ReviewTime {
	times := make([]ReviewTime, len(c.Decision.LegalityOpinions))
	for i, o := range c.Decision.LegalityOpinions {
		p, _ := packageBefore(c.Decision, o.Seq)
		t := ReviewTime{
			Seq: o.Seq, Draft: o.Act.Draft, Received: p.received, Due: p.due, Issued: o.OccurredOn, Read: len(o.Act.Read),
		}
		seen := map[decision.Material]bool{}
		for _, m := range p.materials {
			seen[m] = true
		}
		t.Materials = len(seen)
		t.Given = t.count(c.Calendar, t.Due)
		t.Taken = t.count(c.Calendar, t.Issued)
		times[i] = t
	}
	return times
}

// count counts the working days from the receipt to a day, and notes when the
// count is provisional.
func (t *ReviewTime) count(cal *calendar.Calendar, until calendar.Date) *int {
	if t.Received.IsZero() || until.IsZero() || until.Before(t.Received) {
		return nil
	}
	n, provisional, err := workingDays(cal, t.Received, until)
	if err != nil { // further apart than any calendar counts
		return nil
	}
	t.Provisional = t.Provisional || provisional
	return &n
}
