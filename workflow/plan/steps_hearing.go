package plan

import (
	"fmt"
	"slices"

	"github.com/juece/juece/decision"
)

// The templates of a hearing (Arts 16 and 17).

// pendingHearing is the last hearing that was announced and not held.
func pendingHearing(d decision.Decision) (decision.Done[decision.AnnounceHearing], bool) {
	for _, a := range slices.Backward(d.Announcements) {
		if !slices.ContainsFunc(d.Hearings, func(h decision.Done[decision.HoldHearing]) bool { return h.Act.Activity == a.Act.Activity }) {
			return a, true
		}
	}
	return decision.Done[decision.AnnounceHearing]{}, false
}

// listOf is the last participant list of a hearing.
func listOf(d decision.Decision, activity string) []decision.Participant {
	for _, l := range slices.Backward(d.ParticipantLists) {
		if l.Act.Activity == activity {
			return l.Act.Participants
		}
	}
	return nil
}

func (r *run) announcement() decision.Act {
	d := r.c.Decision
	if _, pending := pendingHearing(d); pending || len(d.Hearings) > 0 || r.version() == 0 {
		return nil
	}
	draft, _ := d.Draft()
	return decision.AnnounceHearing{
		Activity: "hearing", Draft: r.version(), Text: textOf(draft.Act), Explanation: material("起草说明"), Channels: channels(r.c.Pack.Channels),
		HearingOn: r.term("announce_hearing"), Place: text, Sides: []string{"消费者", "利益相关方"}, Selection: new(true),
	}
}

func (r *run) selectionMethod() decision.Act {
	a, ok := pendingHearing(r.c.Decision)
	if !ok {
		return nil
	}
	return decision.PublishSelectionMethod{Activity: a.Act.Activity, Method: text, Channels: channels(r.c.Pack.Channels)}
}

func (r *run) participants() decision.Act {
	a, ok := pendingHearing(r.c.Decision)
	if !ok {
		return nil
	}
	act := decision.PublishParticipants{Activity: a.Act.Activity, SelectedOn: r.day, Channels: channels(r.c.Pack.Channels)}
	for i, side := range a.Act.Sides {
		act.Participants = append(act.Participants, decision.Participant{ID: fmt.Sprint(i + 1), Side: side})
	}
	return act
}

func (r *run) delivery() decision.Act {
	a, ok := pendingHearing(r.c.Decision)
	list := listOf(r.c.Decision, a.Act.Activity)
	if !ok || len(list) == 0 {
		return nil
	}
	act := decision.DeliverMaterials{Activity: a.Act.Activity}
	for _, p := range list {
		act.Deliveries = append(act.Deliveries, decision.Delivery{Participant: p.ID, On: r.day})
	}
	return act
}

func (r *run) hearing() decision.Act {
	a, ok := pendingHearing(r.c.Decision)
	if !ok {
		return nil
	}
	act := decision.HoldHearing{
		Activity: a.Act.Activity, Host: "听证主持人", Public: new(true), Record: material("听证笔录"),
		Agenda: []string{"presentation", "statements", "questions", "debate", "confirmation"},
	}
	for _, p := range listOf(r.c.Decision, a.Act.Activity) {
		act.Attendance = append(act.Attendance, decision.Attendance{Participant: p.ID, Present: new(true), Signature: "signed"})
	}
	if act.Attendance == nil { // no list yet: the evaluator will say so
		act.Attendance = []decision.Attendance{{Participant: "1", Present: new(true), Signature: "signed"}}
	}
	return act
}
