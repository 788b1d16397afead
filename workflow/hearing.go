package workflow

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// hearingRules are the rules on hearings (听证会, Arts 16 and 17).
var hearingRules = []Rule{
	{
		ID: "R16.1", Norm: d713, Article: 16, Paragraph: 1, Severity: Soft, Zh: "涉及切身利益或者存在较大分歧的，可以听证", En: "a hearing may be held where vital interests are touched or views differ widely",
		Gates: packageGates, Acts: []decision.Kind{"announce_hearing", "hold_hearing"}, check: hearingConsidered,
	},
	{
		ID: "R16.2", Norm: d713, Article: 16, Paragraph: 2, Severity: Hard, Zh: "提前公布草案、说明、时间和地点", En: "draft, explanation, time and place are published in advance",
		Gates: []decision.Kind{"announce_hearing", "hold_hearing"}, Own: true, Prohibits: true, Acts: []decision.Kind{"announce_hearing"}, check: hearingAnnounced,
	},
	{
		ID: "R16.3", Norm: d713, Article: 16, Paragraph: 3, Severity: Hard, Zh: "遴选前公布遴选办法", En: "the selection method is published before the selection",
		Gates: []decision.Kind{"publish_participants", "hold_hearing"}, Prohibits: true, Acts: []decision.Kind{"publish_selection_method"}, check: selectionPublished,
	},
	{
		ID: "R16.4", Norm: d713, Article: 16, Paragraph: 3, Severity: Hard, Zh: "提前公布听证参加人名单", En: "the participant list is published in advance",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Prohibits: true, Acts: []decision.Kind{"publish_participants"}, check: listPublished,
	},
	{
		ID: "R16.5", Norm: d713, Article: 16, Paragraph: 3, Severity: Hard, Zh: "听证材料于7日前送达每个参加人", En: "materials reach every participant seven days before",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Prohibits: true, Acts: []decision.Kind{"deliver_materials"}, check: materialsDelivered,
	},
	{
		ID: "R16.6", Norm: d713, Article: 16, Paragraph: 3, Severity: Hard, Zh: "相关各方都有代表参加", En: "every side is represented",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Prohibits: true, Acts: []decision.Kind{"publish_participants"}, check: sidesRepresented,
	},
	{
		ID: "R17.1", Norm: d713, Article: 17, Severity: Hard, Zh: "听证会公开举行", En: "the hearing is held in public",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Acts: []decision.Kind{"hold_hearing"}, check: heldInPublic,
	},
	{
		ID: "R17.2", Norm: d713, Article: 17, Severity: Hard, Zh: "按法定顺序进行", En: "the hearing follows the order of the statute",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Acts: []decision.Kind{"hold_hearing"}, check: heldInOrder,
	},
	{
		ID: "R17.3", Norm: d713, Article: 17, Severity: Hard, Zh: "参加人确认记录并签字", En: "participants confirm and sign the record",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Acts: []decision.Kind{"hold_hearing"}, check: recordSigned,
	},
}

// hearingCase is one hearing with what led to it.
type hearingCase struct {
	activity     string
	announced    *decision.Done[decision.AnnounceHearing]
	method       *decision.Done[decision.PublishSelectionMethod]
	list         *decision.Done[decision.PublishParticipants]
	held         *decision.Done[decision.HoldHearing]
	deliveries   map[string]calendar.Date // the last to each participant
	hasDelivered bool
	// loose tells of which kinds there is an act that does not say of which
	// hearing it is.
	loose struct{ announced, method, list, delivered bool }
}

// day is the day of the hearing: as held, or as announced.
func (h hearingCase) day() calendar.Date {
	if h.held != nil && !h.held.OccurredOn.IsZero() {
		return h.held.OccurredOn
	}
	if h.announced != nil {
		return h.announced.Act.HearingOn
	}
	return calendar.Date{}
}

// hearing collects what led to a hearing: what is recorded of the activity
// before the hearing was held, or at all where it was not.
func (v *view) hearing(activity string, held *decision.Done[decision.HoldHearing]) hearingCase {
	h := hearingCase{activity: activity, held: held, deliveries: map[string]calendar.Date{}}
	until := int64(math.MaxInt64)
	if held != nil {
		until = held.Seq
	}
	belongs := func(of string, seq int64, loose *bool) bool {
		*loose = *loose || seq < until && of != activity && (of == "" || activity == "")
		return of == activity && seq < until
	}
	for i, a := range v.d.Announcements {
		if belongs(a.Act.Activity, a.Seq, &h.loose.announced) {
			h.announced = &v.d.Announcements[i]
		}
	}
	for i, l := range v.d.ParticipantLists {
		if belongs(l.Act.Activity, l.Seq, &h.loose.list) {
			h.list = &v.d.ParticipantLists[i]
		}
	}
	for i, m := range v.d.SelectionMethods { // to publish the method again, after the list, undoes nothing
		again := h.method != nil && h.list != nil && m.Seq > h.list.Seq
		if belongs(m.Act.Activity, m.Seq, &h.loose.method) && !again {
			h.method = &v.d.SelectionMethods[i]
		}
	}
	for _, d := range v.d.Deliveries {
		if belongs(d.Act.Activity, d.Seq, &h.loose.delivered) {
			h.hasDelivered = true
			for _, x := range d.Act.Deliveries {
				h.deliveries[x.Participant] = x.On
			}
			if len(d.Act.Deliveries) == 0 {
				h.deliveries[""] = d.OccurredOn // not told to whom
			}
		}
	}
	return h
}

// activitiesHeard names the hearings in the order in which each was first
// heard of.
func (v *view) activitiesHeard() []string {
	var names []string
	for _, a := range v.d.Announcements {
		names = append(names, a.Act.Activity)
	}
	for _, m := range v.d.SelectionMethods {
		names = append(names, m.Act.Activity)
	}
	for _, l := range v.d.ParticipantLists {
		names = append(names, l.Act.Activity)
	}
	for _, h := range v.d.Hearings {
		names = append(names, h.Act.Activity)
	}
	for _, d := range v.d.Deliveries {
		names = append(names, d.Act.Activity)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(names, func(name string) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
}

// hearings asks a question of each hearing and returns the worst answer.
func (v *view) hearings(ask func(hearingCase) result) result {
	var cases []hearingCase
	for _, activity := range v.activitiesHeard() {
		held := false
		for i, h := range v.d.Hearings {
			if h.Act.Activity == activity && !v.at("publish_participants") { // a list is judged by what it says
				held = true
				cases = append(cases, v.hearing(activity, &v.d.Hearings[i]))
			}
		}
		if !held {
			cases = append(cases, v.hearing(activity, nil))
		}
	}
	// A hearing that was announced and not held yet does not stand in the way
	// of another.
	cases = slices.DeleteFunc(cases, func(h hearingCase) bool {
		return (v.at("hold_hearing") && h.held == nil) || (v.at("publish_participants") && h.list == nil)
	})
	if len(cases) == 0 {
		return v.noObject("没有举行听证会", "there was no hearing")
	}
	answers := make([]result, len(cases))
	for i, h := range cases {
		answers[i] = ask(h)
		if answers[i].subject == "" {
			answers[i] = answers[i].about("%s", h.activity)
		}
	}
	return worst(answers...)
}

// lost says that something which leads to a hearing is not in the record;
// where something of the kind names no hearing, it may be that.
func (v *view) lost(loose bool, zh, en string) result {
	if loose {
		return v.unknown("属于哪一次听证会", "which hearing it is of")
	}
	return v.absent(zh, en)
}

// R16.1, Art 16 ¶1. Nationally a hearing may be held; not holding one where it
// suggests itself is shown.
func hearingConsidered(v *view) result {
	if len(v.d.Hearings) > 0 {
		return v.ok()
	}
	if v.Pack.Hearing == "compulsory" {
		return v.absent("规则包要求举行听证会", "the pack makes a hearing compulsory").as(Hard)
	}
	said, ok := decision.Last(v.d.Affected)
	vital, wide := said.Act.VitalInterests, said.Act.WideDivergence
	switch {
	case vital != nil && *vital || wide != nil && *wide: // one of the two is enough
		return v.absent("涉及切身利益或者存在较大分歧，未举行听证会", "vital interests are touched or views differ widely, and no hearing was held")
	case !ok || vital == nil || wide == nil:
		return v.unknown("是否涉及切身利益或者存在较大分歧", "whether vital interests are touched or views differ widely")
	}
	return v.not("不涉及切身利益，也无较大分歧", "neither vital interests nor wide differences")
}

// R16.2, Art 16 ¶2. The decree says in advance and gives no number. An
// announcement is judged by the day that it names, a hearing by its own.
func hearingAnnounced(v *view) result {
	if !v.at("announce_hearing") {
		return v.hearings(v.announcedBefore)
	}
	var answers []result
	for _, activity := range v.activitiesHeard() {
		if h := v.hearing(activity, nil); h.announced != nil {
			answers = append(answers, v.announcedBefore(h).about("%s", activity))
		}
	}
	return worst(answers...)
}

func (v *view) announcedBefore(h hearingCase) result {
	switch {
	case h.announced == nil:
		return v.lost(h.loose.announced, "没有听证公告", "no announcement is recorded")
	case h.announced.OccurredOn.IsZero() || h.day().IsZero():
		return v.unknown("公告日期或者听证日期", "the day of the announcement or of the hearing")
	case !h.announced.OccurredOn.Before(h.day()):
		return v.broken("公告未早于听证日", "the announcement is not earlier than the hearing").from(h.announced.OccurredOn.AddDays(1))
	}
	return v.okBecause(fmt.Sprintf("提前%d日公告", h.day().DaysSince(h.announced.OccurredOn)),
		fmt.Sprintf("announced %d days before", h.day().DaysSince(h.announced.OccurredOn)))
}

// R16.3, Art 16 ¶3: only where participants have to be selected.
func selectionPublished(v *view) result {
	return v.hearings(func(h hearingCase) result {
		if h.announced == nil || h.announced.Act.Selection == nil {
			return v.unknown("是否需要遴选参加人", "whether participants had to be selected")
		}
		if !*h.announced.Act.Selection {
			return v.not("无需遴选参加人", "participants did not have to be selected")
		}
		if h.method == nil {
			return v.lost(h.loose.method, "没有公布遴选办法", "the selection method was not published")
		}
		if h.list == nil {
			return v.ok()
		}
		selected := h.list.Act.SelectedOn
		if selected.IsZero() {
			selected = h.list.OccurredOn
		}
		switch {
		case h.method.Seq > h.list.Seq:
			return v.broken("遴选办法公布在名单之后", "the method was published after the list")
		case h.method.OccurredOn.IsZero() || selected.IsZero():
			return v.unknown("遴选办法公布日期或者遴选日期", "when the method was published or the selection made")
		case !h.method.OccurredOn.Before(selected):
			return v.broken("遴选办法未在遴选之前公布", "the method was not published before the selection").from(h.method.OccurredOn.AddDays(1))
		}
		return v.ok()
	})
}

// R16.4, Art 16 ¶3.
func listPublished(v *view) result {
	return v.hearings(func(h hearingCase) result {
		switch {
		case h.list == nil:
			return v.lost(h.loose.list, "没有公布参加人名单", "the participant list was not published")
		case h.list.OccurredOn.IsZero() || h.day().IsZero():
			return v.unknown("名单公布日期或者听证日期", "when the list was published or the hearing held")
		case !h.list.OccurredOn.Before(h.day()):
			return v.broken("名单未在听证之前公布", "the list was not published before the hearing").from(h.list.OccurredOn.AddDays(1))
		}
		return v.okBecause(fmt.Sprintf("提前%d日公布", h.day().DaysSince(h.list.OccurredOn)),
			fmt.Sprintf("published %d days before", h.day().DaysSince(h.list.OccurredOn)))
	})
}

// R16.5, Art 16 ¶3: seven days, to every participant. The day of the hearing
// is not counted.
func materialsDelivered(v *view) result {
	return v.hearings(func(h hearingCase) result {
		if !h.hasDelivered {
			return v.lost(h.loose.delivered, "没有送达听证材料的记录", "no delivery of materials is recorded")
		}
		if h.day().IsZero() {
			return v.unknown("听证日期", "the day of the hearing")
		}
		participants := h.participants()
		if participants == nil {
			return v.unknown("听证参加人名单", "who the participants were")
		}
		var last calendar.Date // once everybody has them
		for _, id := range participants {
			if on := h.deliveries[id]; on.After(last) {
				last = on
			}
		}
		var answers []result
		for _, id := range participants {
			answers = append(answers, v.delivered(h, id, last))
		}
		if h.list == nil { // more may have been invited than came
			answers = append(answers, v.unknown("听证参加人名单", "who the participants were"))
		}
		return worst(answers...)
	})
}

// delivered judges the delivery to one participant; last is the day on which
// everybody had the materials.
func (v *view) delivered(h hearingCase, id string, last calendar.Date) result {
	least := v.Pack.Number(pack.HearingMaterialDays).Value
	on, ok := h.deliveries[id]
	_, untold := h.deliveries[""]
	days := h.day().DaysSince(on)
	switch {
	case !ok && (untold || id == "" || h.loose.delivered):
		return v.unknown("材料送达了哪些参加人", "whom the materials reached")
	case !ok:
		return v.absent("没有向参加人"+id+"送达的记录", "no delivery to participant "+id+" is recorded").about("%s", id)
	case on.IsZero():
		return v.unknown("向参加人"+id+"送达的日期", "when materials reached participant "+id).about("%s", id)
	case days < least:
		return v.broken(fmt.Sprintf("向参加人%s送达于听证%d日前，应不少于%d日", id, days, least),
			fmt.Sprintf("participant %s had the materials %d days before, not %d", id, days, least)).about("%s", id).from(last.AddDays(least))
	}
	return v.ok()
}

// participants are those of the list; where there is none, those who came.
func (h hearingCase) participants() []string {
	var ids []string
	if h.list != nil {
		for _, p := range h.list.Act.Participants {
			ids = append(ids, p.ID)
		}
	} else if h.held != nil {
		for _, a := range h.held.Act.Attendance {
			ids = append(ids, a.Participant)
		}
	}
	return ids
}

// R16.6, Art 16 ¶3.
func sidesRepresented(v *view) result {
	return v.hearings(func(h hearingCase) result {
		if h.announced == nil || h.announced.Act.Sides == nil {
			return v.unknown("涉及哪些利益方", "which sides there are")
		}
		switch {
		case h.list == nil:
			return v.lost(h.loose.list, "没有参加人名单", "there is no participant list")
		case len(h.list.Act.Participants) == 0:
			return v.lacking("参加人名单", "the list of participants")
		}
		sides := map[string]bool{}
		for _, p := range h.list.Act.Participants {
			if p.Side == "" {
				return v.unknown("参加人代表哪一方", "which side a participant stands for").about("%s", p.ID)
			}
			sides[p.Side] = true
		}
		for _, side := range h.announced.Act.Sides {
			if side != "" && !sides[side] {
				return v.broken("“"+side+"”没有代表参加", "nobody stands for "+side).about("%s", side)
			}
		}
		if slices.Contains(h.announced.Act.Sides, "") {
			return v.unknown("涉及哪些利益方", "which sides there are")
		}
		return v.ok()
	})
}

// held asks a question of each hearing that took place.
func (v *view) held(ask func(decision.HoldHearing) result) result {
	return v.hearings(func(h hearingCase) result {
		if h.held == nil {
			return v.noObject("听证会尚未举行", "the hearing was not held yet")
		}
		return ask(h.held.Act)
	})
}

// R17.1, Art 17.
func heldInPublic(v *view) result {
	return v.held(func(h decision.HoldHearing) result {
		switch {
		case h.Public == nil:
			return v.unknown("是否公开举行", "whether it was public")
		case !*h.Public:
			return v.broken("听证会未公开举行", "the hearing was not public")
		}
		return v.ok()
	})
}

// R17.2, Art 17: the unit presents; participants state their opinions, ask,
// challenge and debate; the record is confirmed. Only the explanation is as
// needed ("必要时").
func heldInOrder(v *view) result {
	return v.held(func(h decision.HoldHearing) result {
		if len(h.Agenda) == 0 || slices.Contains(h.Agenda, "") {
			return v.unknown("听证会的程序", "how the hearing went")
		}
		for _, part := range []struct{ name, zh string }{
			{"presentation", "承办单位介绍"}, {"statements", "参加人陈述"}, {"questions", "询问、质证"}, {"debate", "辩论"}, {"confirmation", "确认记录"},
		} {
			if !slices.Contains(h.Agenda, part.name) {
				return v.broken("缺少“"+part.zh+"”环节", "the hearing had no "+part.name)
			}
		}
		switch {
		case h.Agenda[0] != "presentation":
			return v.broken("听证会未以承办单位介绍开始", "the hearing did not open with the presentation")
		case h.Agenda[len(h.Agenda)-1] != "confirmation":
			return v.broken("确认记录之后还有其他环节", "the record was confirmed before the hearing was over")
		}
		return v.ok()
	})
}

// R17.3, Art 17: signed, or the refusal to sign recorded.
func recordSigned(v *view) result {
	return v.held(func(h decision.HoldHearing) result {
		if h.Attendance == nil {
			return v.unknown("谁到场、是否签字", "who came, and who signed")
		}
		var unsigned []string
		for _, a := range h.Attendance {
			if a.Present != nil && *a.Present && a.Signature == "" {
				unsigned = append(unsigned, a.Participant)
			}
		}
		if len(unsigned) > 0 {
			list := strings.Join(unsigned, "、")
			return v.lacking("下列参加人对记录的签字或者拒签："+list, "the signature, or its refusal, of "+list).about("%s", list)
		}
		return v.ok()
	})
}
