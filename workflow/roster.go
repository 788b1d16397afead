package workflow

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
)

// Engagement is one line of the roster of counsel (法律顾问名册): who was engaged
// for a case, as it was said last.
type Engagement struct {
	Case     string        `json:"case"`
	Counsel  string        `json:"counsel"`
	Type     string        `json:"type"` // legal_adviser or government_lawyer
	Firm     string        `json:"firm,omitempty"`
	From     calendar.Date `json:"from"`
	To       calendar.Date `json:"to"` // last day
	Scope    []string      `json:"scope"`
	Conflict bool          `json:"conflict"` // declared
	// Engaged says whether an opinion filed on the day that was asked about
	// would be one of counsel engaged (R28.4).
	Engaged  bool `json:"engaged"`
	Opinions int  `json:"opinions"` // filed in the case so far
}

// Roster lists the counsel engaged for the case, by name.
func (c Case) Roster(on calendar.Date) []Engagement {
	last := map[string]Engagement{}
	for _, e := range c.Decision.Counsel {
		a := e.Act
		conflict := a.Conflict == nil || *a.Conflict // unknown engages nobody
		last[a.Counsel] = Engagement{
			Case: c.ID, Counsel: a.Counsel, Type: a.Type, Firm: a.Firm, From: a.From, To: a.To, Scope: a.Scope, Conflict: conflict,
			Engaged: !conflict && !on.Before(a.From) && !on.After(a.To) && slices.Contains(a.Scope, c.Pack.Object),
		}
	}
	lines := make([]Engagement, 0, len(last))
	for _, line := range last {
		for _, o := range c.Decision.CounselOpinions {
			if o.Act.Counsel == line.Counsel {
				line.Opinions++
			}
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, byCounsel)
	return lines
}

// Roster lists the counsel engaged in the cases of an organ, by name and case:
// in all of them, or, where cases are named, in these. It reads every one, one
// at a time. A case that cannot be read does not hide the others: unreadable
// names it.
func (s *Service) Roster(ctx context.Context, organ string, on calendar.Date, cases ...string) (lines []Engagement, unreadable []string, err error) {
	for after := ""; ; {
		rows, err := s.Store.List(ctx, Query{Organ: organ, Cases: cases, After: after, Limit: 200})
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			c, err := s.Read(ctx, r.Decision)
			if Unreadable(err) {
				unreadable = append(unreadable, r.Decision)
				continue
			}
			if err != nil {
				return nil, nil, err
			}
			lines = append(lines, c.Roster(on)...)
		}
		last, more := decision.Last(rows)
		if !more {
			break
		}
		after = last.Decision
	}
	slices.SortFunc(lines, byCounsel)
	return lines, unreadable, nil
}

// Unreadable reports whether an error says that a stored case cannot be read:
// its history does not hold, or was written under a pack, with an act or by an
// algorithm that is not known here. Reading it again does not help.
func Unreadable(err error) bool {
	return slices.ContainsFunc([]error{history.ErrBroken, history.ErrMalformed, history.ErrAlgorithm, pack.ErrUnknown, decision.ErrUnknownKind},
		func(broken error) bool { return errors.Is(err, broken) })
}

func byCounsel(a, b Engagement) int {
	return cmp.Or(cmp.Compare(a.Counsel, b.Counsel), cmp.Compare(a.Case, b.Case))
}
