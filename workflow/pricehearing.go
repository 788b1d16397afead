package workflow

import (
	"fmt"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// priceHearing is the special norm behind the rules P1 to P3.
const priceHearing = "政府制定价格听证办法"

// priceHearingRules hold under packs of that norm. Its articles are not cited,
// because its text was not read; the numbers are the pack's, labelled default.
var priceHearingRules = []Rule{
	{
		ID: "P1", Norm: priceHearing, Severity: Hard, Listed: true, Zh: "消费者人数占听证会参加人的规定比例", En: "consumers are the prescribed share of the participants",
		Gates: []decision.Kind{"publish_participants", "hold_hearing"}, Own: true, Acts: []decision.Kind{"publish_participants"}, check: consumersShare,
	},
	{
		ID: "P2", Norm: priceHearing, Severity: Hard, Listed: true, Zh: "提前公告参加人的产生方式和报名办法", En: "the call for participants comes early enough",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Acts: []decision.Kind{"publish_selection_method"}, check: recruitedInTime,
	},
	{
		ID: "P3", Norm: priceHearing, Severity: Hard, Listed: true, Zh: "提前公告听证会时间、地点和参加人", En: "time, place and participants are announced early enough",
		Gates: []decision.Kind{"hold_hearing"}, Own: true, Acts: []decision.Kind{"announce_hearing", "publish_participants"}, check: announcedInTime,
	},
}

// consumer is the side that stands for consumers in a price hearing.
const consumer = "消费者"

// P1.
func consumersShare(v *view) result {
	least := v.Pack.Number(pack.ConsumerSharePercent).Value
	return v.hearings(func(h hearingCase) result {
		switch {
		case h.list == nil:
			return v.lost(h.loose.list, "没有参加人名单", "there is no participant list")
		case len(h.list.Act.Participants) == 0:
			return v.unknown("听证参加人名单", "who the participants were")
		}
		count, untold, all := 0, 0, len(h.list.Act.Participants)
		for _, p := range h.list.Act.Participants {
			switch p.Side {
			case consumer:
				count++
			case "":
				untold++
			}
		}
		zh := fmt.Sprintf("%d名参加人中有%d名消费者，要求不少于%d%%", all, count, least)
		en := fmt.Sprintf("%d of %d participants are consumers, not less than %d%% required", count, all, least)
		switch {
		case (count+untold)*100 < all*least:
			return v.broken(zh, en)
		case count*100 < all*least:
			return v.unknown("有的参加人代表哪一方", "for whom some participants speak")
		}
		return v.okBecause(zh, en)
	})
}

// early judges how many days before a hearing something was published.
func (v *view) early(h hearingCase, on decision.Ref, least int, zh, en string) result {
	if on.OccurredOn.IsZero() || h.day().IsZero() {
		return v.unknown(zh+"的日期或者听证日期", "the day of "+en+" or of the hearing")
	}
	days := h.day().DaysSince(on.OccurredOn)
	textZh, textEn := fmt.Sprintf("%s提前%d日，要求不少于%d日", zh, days, least), fmt.Sprintf("%s %d days before, not less than %d required", en, days, least)
	if days < least {
		res := v.broken(textZh, textEn)
		res.earliest = on.OccurredOn.AddDays(least)
		return res
	}
	return v.okBecause(textZh, textEn)
}

// P2.
func recruitedInTime(v *view) result {
	return v.hearings(func(h hearingCase) result {
		if h.method == nil {
			return v.lost(h.loose.method, "没有公告参加人的产生方式", "there was no call for participants")
		}
		return v.early(h, h.method.Ref, v.Pack.Number(pack.HearingRecruitDays).Value, "产生方式公告", "the call for participants")
	})
}

// P3.
func announcedInTime(v *view) result {
	least := v.Pack.Number(pack.HearingNoticeDays).Value
	return v.hearings(func(h hearingCase) result {
		if h.announced == nil || h.list == nil {
			return v.lost(h.announced == nil && h.loose.announced || h.list == nil && h.loose.list,
				"没有听证公告或者参加人名单", "there is no announcement or no participant list")
		}
		return worst(v.early(h, h.announced.Ref, least, "听证公告", "the announcement"), v.early(h, h.list.Ref, least, "参加人名单公告", "the list of participants"))
	})
}
