package reading_test

import (
	"math"
	"slices"

	"github.com/juece/juece/decision"
)

// Chapter 2 section 2: Arts 16 and 17.
var hearing = map[string]reader{
	"R16.1": func(s story) answer { // Art 16 ¶1
		touched, ok := decision.Last(s.Affected)
		if len(s.Hearings) > 0 {
			return fine
		}
		if !ok {
			return cannotTell
		}
		cause := best(yes(touched.Act.VitalInterests), yes(touched.Act.WideDivergence))
		return where(cause, unless(len(s.Hearings) > 0))
	},
	"R16.2": func(s story) answer { // Art 16 ¶2
		a := fine
		if s.gate == "announce_hearing" {
			for i, n := range s.Announcements {
				again := slices.ContainsFunc(s.Announcements[i+1:], func(o decision.Done[decision.AnnounceHearing]) bool {
					return o.Act.Activity == n.Act.Activity // put off, and announced anew
				})
				if !again {
					a = worst(a, before(n.OccurredOn, n.Act.HearingOn))
				}
			}
			return a
		}
		for _, h := range s.Hearings {
			told := broken
			for _, n := range s.Announcements {
				if n.Seq < h.Seq {
					told = best(told, worst(same(n.Act.Activity, h.Act.Activity), before(n.OccurredOn, h.OccurredOn)))
				}
			}
			a = worst(a, told)
		}
		return a
	},
	"R16.3": func(s story) answer { // Art 16 ¶3
		a := fine
		for _, l := range lastLists(s, math.MaxInt64) {
			published := broken
			selected := l.Act.SelectedOn
			if selected.IsZero() {
				selected = l.OccurredOn // the list shows the selection
			}
			for _, m := range s.SelectionMethods {
				if m.Seq < l.Seq {
					published = best(published, worst(same(m.Act.Activity, l.Act.Activity), before(m.OccurredOn, selected)))
				}
			}
			a = worst(a, where(selects(s, l.Act.Activity), published))
		}
		for _, h := range s.Hearings {
			published := broken
			for _, m := range s.SelectionMethods {
				if m.Seq < h.Seq {
					published = best(published, same(m.Act.Activity, h.Act.Activity))
				}
			}
			a = worst(a, where(selects(s, h.Act.Activity), published))
		}
		return a
	},
	"R16.4": func(s story) answer { // Art 16 ¶3
		a := fine
		for _, h := range s.Hearings {
			told := broken
			for _, l := range s.ParticipantLists {
				if l.Seq < h.Seq {
					told = best(told, worst(same(l.Act.Activity, h.Act.Activity), before(l.OccurredOn, h.OccurredOn)))
				}
			}
			a = worst(a, told)
		}
		return a
	},
	"R16.5": func(s story) answer { // Art 16 ¶3
		a := fine
		for _, h := range s.Hearings {
			for _, p := range invited(s, h) {
				reached := broken
				for _, m := range s.Deliveries {
					if m.Seq > h.Seq {
						continue
					}
					for _, d := range m.Act.Deliveries {
						inTime := notAfter(d.On.AddDays(7), h.OccurredOn)
						switch is := worst(same(m.Act.Activity, h.Act.Activity), same(d.Participant, p)); is {
						case fine: // all the materials: those that came last too
							reached = inTime
						case cannotTell:
							reached = best(reached, cannotTell)
						}
						if same(m.Act.Activity, h.Act.Activity) == cannotTell {
							reached = best(reached, cannotTell) // whom it reached for which hearing
						}
					}
					if len(m.Act.Deliveries) == 0 {
						reached = best(reached, cannotTell)
					}
				}
				a = worst(a, reached)
			}
		}
		return a
	},
	"R16.6": func(s story) answer { // Art 16 ¶3
		a := fine
		for _, h := range s.Hearings {
			for _, n := range s.Announcements {
				if same(n.Act.Activity, h.Act.Activity) != fine {
					continue
				}
				for _, side := range n.Act.Sides {
					has := broken
					for _, l := range lastLists(s, h.Seq) {
						for _, p := range l.Act.Participants {
							has = best(has, worst(same(l.Act.Activity, h.Act.Activity), same(p.Side, side)))
						}
						if len(l.Act.Participants) == 0 || l.Act.Activity == "" {
							has = best(has, cannotTell) // a list that names no hearing leaves open who was invited to this one
						}
					}
					a = worst(a, has)
				}
			}
		}
		return a
	},
	"R17.1": func(s story) answer { // Art 17
		a := fine
		for _, h := range s.Hearings {
			a = worst(a, yes(h.Act.Public))
		}
		return a
	},
	"R17.2": func(s story) answer { // Art 17(1) to (3)
		a := fine
		for _, h := range s.Hearings {
			if len(h.Act.Agenda) == 0 || slices.Contains(h.Act.Agenda, "") {
				a = worst(a, cannotTell)
				continue
			}
			opened := slices.Index(h.Act.Agenda, "presentation")
			spoke := slices.Index(h.Act.Agenda, "statements")
			ended := len(h.Act.Agenda) - 1 // (3) comes when all else is done
			last := h.Act.Agenda[ended]
			a = worst(a, unless(opened == 0 && spoke > 0 && last == "confirmation" &&
				slices.Contains(h.Act.Agenda, "questions") && slices.Contains(h.Act.Agenda, "debate")))
		}
		return a
	},
	"R17.3": func(s story) answer { return fine }, // a signature, a refusal, or not known
}

// lastLists are the lists of participants as each was published last, up to an
// entry.
func lastLists(s story, until int64) []decision.Done[decision.PublishParticipants] {
	var last []decision.Done[decision.PublishParticipants]
	for _, l := range s.ParticipantLists {
		if l.Seq < until {
			last = slices.DeleteFunc(last, func(o decision.Done[decision.PublishParticipants]) bool { return o.Act.Activity == l.Act.Activity })
			last = append(last, l)
		}
	}
	return last
}

// invited lists the participants of a hearing: of the last list before it,
// and whoever took part.
func invited(s story, h decision.Done[decision.HoldHearing]) []string {
	var ids []string
	for _, l := range s.ParticipantLists {
		if l.Seq < h.Seq && l.Act.Activity == h.Act.Activity {
			ids = nil
			for _, p := range l.Act.Participants {
				ids = append(ids, p.ID)
			}
		}
	}
	if ids == nil {
		for _, p := range h.Act.Attendance {
			ids = append(ids, p.Participant)
		}
	}
	return ids
}

// selects says whether participants had to be selected for a hearing.
func selects(s story, activity string) answer {
	needed := cannotTell // nothing was announced
	for i, n := range s.Announcements {
		is := worst(same(n.Act.Activity, activity), yes(n.Act.Selection))
		if i == 0 {
			needed = is
		}
		needed = best(needed, is)
	}
	return needed
}
