package workflow

import (
	"strings"

	"github.com/juece/juece/decision"
)

// expropriationLaw is the special law behind the rules E11.1 to E13.1.
const expropriationLaw = "国有土地上房屋征收与补偿条例"

// expropriationRules hold under packs of that law, which prevails over the
// decree (D713 Art 3 ¶2).
var expropriationRules = []Rule{
	{
		ID: "E11.1", Norm: expropriationLaw, Article: 11, Paragraph: 1, Severity: Hard, Listed: true, Zh: "公布征求意见和据此修改的情况", En: "what was said, and what was changed for it, is published",
		Gates: packageGates, Acts: []decision.Kind{"state_adoption"}, check: adoptionPublished,
	},
	{
		ID: "E11.2", Norm: expropriationLaw, Article: 11, Paragraph: 2, Severity: Hard, Listed: true, Zh: "旧城区改建且多数被征收人有异议的，举行听证会", En: "old-town renewal that most of those concerned object to has a hearing",
		Gates: packageGates, Acts: []decision.Kind{"hold_hearing", "state_expropriation"}, check: renewalHeard,
	},
	{
		ID: "E12.1", Norm: expropriationLaw, Article: 12, Paragraph: 1, Severity: Hard, Listed: true, Zh: "涉及被征收人数量较多的，经常务会议讨论", En: "where many are concerned, the executive meeting discusses it",
		Gates: []decision.Kind{"place_on_agenda", "open_meeting"}, Own: true, Acts: []decision.Kind{"place_on_agenda", "state_expropriation"}, check: manyConcerned,
	},
	{
		ID: "E12.2", Norm: expropriationLaw, Article: 12, Paragraph: 2, Severity: Hard, Listed: true, Zh: "决定前征收补偿费用足额到位、专户存储、专款专用", En: "the compensation is there in full, in an account of its own, before the decision",
		Gates: []decision.Kind{"place_on_agenda", "decide"}, Acts: []decision.Kind{"state_expropriation"}, check: compensationReady,
	},
	{
		ID: "E13.1", Norm: expropriationLaw, Article: 13, Paragraph: 1, Severity: Hard, Listed: true, Zh: "公告载明补偿方案和行政复议、行政诉讼权利", En: "the announcement has the compensation plan and the remedies",
		Gates: []decision.Kind{"publish"}, Own: true, Acts: []decision.Kind{"publish"}, check: remediesAnnounced,
	},
}

// E11.1, Art 11 ¶1 there.
func adoptionPublished(v *view) result {
	for _, a := range v.d.Adoptions {
		if len(a.Act.Published) > 0 {
			return v.ok()
		}
	}
	return v.absent("没有公布征求意见情况和修改情况", "what was said and changed was not published")
}

// expropriation asks a question of what was said last of the expropriation.
func (v *view) expropriation(ask func(decision.StateExpropriation) result) result {
	last, ok := decision.Last(v.d.Expropriations)
	if !ok {
		return v.absent("没有说明征收情况", "the facts of the expropriation are not stated")
	}
	return ask(last.Act)
}

// E11.2, Art 11 ¶2 there.
func renewalHeard(v *view) result {
	return v.expropriation(func(a decision.StateExpropriation) result {
		switch {
		case a.OldTown == nil || a.MajorityObjects == nil:
			return v.unknown("是否旧城区改建、多数被征收人是否有异议", "whether it is old-town renewal, and whether most object")
		case !*a.OldTown || !*a.MajorityObjects:
			return v.not("并非多数人有异议的旧城区改建", "it is no old-town renewal that most object to")
		case len(v.d.Hearings) == 0:
			return v.absent("没有举行听证会", "no hearing was held")
		}
		return v.ok()
	})
}

// E12.1, Art 12 ¶1 there.
func manyConcerned(v *view) result {
	return v.expropriation(func(a decision.StateExpropriation) result {
		agenda, _ := decision.Last(v.d.Agendas)
		forum := agenda.Act.Forum
		if meeting, met := decision.Last(v.d.Meetings); met {
			forum = meeting.Act.Forum
		}
		switch {
		case a.ManyAffected == nil || forum == "":
			return v.unknown("被征收人是否较多、由何种会议讨论", "whether many are concerned, or which forum discusses it")
		case !*a.ManyAffected:
			return v.not("被征收人数量不多", "not many are concerned")
		case forum != "executive_meeting":
			return v.broken("须经政府常务会议讨论", "the executive meeting must discuss it")
		}
		return v.ok()
	})
}

// E12.2, Art 12 ¶2 there.
func compensationReady(v *view) result {
	return v.expropriation(func(a decision.StateExpropriation) result {
		switch {
		case a.FundsReady == nil:
			return v.unknown("补偿费用是否到位", "whether the compensation is there")
		case !*a.FundsReady:
			return v.broken("征收补偿费用尚未足额到位、专户存储", "the compensation is not there in full")
		case a.FundsProof == nil:
			return v.lacking("补偿费用到位的证明", "the proof that the compensation is there")
		}
		return v.ok()
	})
}

// E13.1, Art 13 ¶1 there.
func remediesAnnounced(v *view) result {
	last, ok := decision.Last(v.d.Publications)
	switch {
	case !ok:
		return v.noObject("没有公告", "nothing was announced")
	case strings.TrimSpace(last.Act.Remedies) == "":
		return v.lacking("公告中的行政复议、行政诉讼权利等事项", "the remedies, in the announcement")
	}
	return v.ok()
}
