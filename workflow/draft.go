package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
)

// draftRules are the rules of chapter 2, section 1 on forming the draft (Arts
// 12 and 13).
var draftRules = []Rule{
	{
		ID: "R12.1", Norm: d713, Article: 12, Paragraph: 2, Severity: Hard, Zh: "草案列明现行有效的依据", En: "the draft lists its legal basis, all of it in force",
		Gates: packageGates, Acts: []decision.Kind{"submit_draft"}, check: legalBasis,
	},
	{
		ID: "R12.2", Norm: d713, Article: 12, Paragraph: 1, Severity: Hard, Zh: "草案以调查研究为基础", En: "the draft rests on an investigation",
		Gates: []decision.Kind{"submit_draft"}, Acts: []decision.Kind{"record_investigation"}, check: investigated,
	},
	{
		ID: "R13.1", Norm: d713, Article: 13, Severity: Hard, Zh: "与每个相关单位协商并有答复或者未答复的记录", En: "every affected unit was consulted, and its reply or silence recorded",
		Gates: packageGates, Acts: []decision.Kind{"consult_unit", "record_reply", "identify_affected"}, check: unitsConsulted,
	},
	{
		ID: "R13.2", Norm: d713, Article: 13, Severity: Hard, Zh: "不能取得一致意见的，说明争议", En: "what could not be agreed is stated",
		Gates: packageGates, Acts: []decision.Kind{"state_dispute", "record_reply"}, check: disputeStated,
	},
}

// R12.1, Art 12 ¶2.
func legalBasis(v *view) result {
	draft, ok := v.d.Draft()
	if target := v.target(); target != 0 {
		draft, ok = v.version(target)
	}
	switch loose, any := v.version(0); {
	case any && loose.Seq > draft.Seq: // it may be the last word on this version
		return v.unknown("提交的是第几版草案", "which version was submitted")
	case !ok:
		return v.absent("没有提交这一版决策草案", "this version of the draft was not submitted")
	case len(draft.Act.LegalBasis) == 0:
		return v.lacking("草案的依据清单", "the legal basis of the draft")
	}
	for _, b := range draft.Act.LegalBasis {
		switch b.Status {
		case "repealed", "draft":
			return v.broken("所列依据已经废止或者尚未施行："+b.Title, "it rests on a provision that is not in force: "+b.Title).about("%s", b.Title)
		case "":
			return v.unknown("依据的效力状态："+b.Title, "whether its basis is in force: "+b.Title).about("%s", b.Title)
		}
	}
	return v.ok()
}

// R12.2, Art 12 ¶1.
func investigated(v *view) result {
	if len(v.d.Investigations) == 0 {
		return v.absent("没有调查研究的记录", "no investigation is recorded")
	}
	return v.ok()
}

// replies returns the last reply of each unit.
func (v *view) replies() map[string]decision.RecordReply {
	last := map[string]decision.RecordReply{}
	for _, r := range v.d.Replies {
		last[r.Act.Unit] = r.Act
	}
	return last
}

// asked reports whether a unit was consulted: the record says so, or it once
// answered.
func (v *view) asked(unit string) bool {
	return slices.ContainsFunc(v.d.Consultations, func(c decision.Done[decision.ConsultUnit]) bool {
		return c.Act.Unit == unit || c.Act.Unit == ""
	}) || slices.ContainsFunc(v.d.Replies, func(r decision.Done[decision.RecordReply]) bool {
		return r.Act.Unit == unit && r.Act.Position != "no_reply" && r.Act.Position != ""
	})
}

// R13.1, Art 13.
func unitsConsulted(v *view) result {
	said, ok := decision.Last(v.d.Affected)
	if !ok || said.Act.Units == nil {
		if v.due && v.Evidence == Live {
			return v.broken("尚未识别职责相关的单位", "nobody has identified the units whose duties are touched")
		}
		return v.unknown("哪些单位与事项相关", "which units the matter touches")
	}
	if len(said.Act.Units) == 0 {
		return v.not("已认定不涉及其他单位的职责", "no other unit's duties are touched")
	}
	replies := v.replies()
	_, nameless := replies[""]
	var unasked, silent []string
	untold := false
	for _, u := range said.Act.Units {
		switch r, ok := replies[u]; {
		case !ok && (nameless || u == "" && len(replies) > 0):
			untold = true
		case !ok:
			silent = append(silent, u)
		case r.Position == "" && !v.asked(u):
			untold = true
		case r.Position == "no_reply" && !v.asked(u):
			unasked = append(unasked, u)
		}
	}
	if len(unasked) > 0 { // who was not asked did not leave a question unanswered
		list := strings.Join(unasked, "、")
		return v.absent("没有与下列单位协商的记录："+list, "that they were consulted is not recorded: "+list).about("%s", list)
	}
	if len(silent) > 0 {
		list := strings.Join(silent, "、")
		return v.absent("尚无答复（或者未答复）的记录："+list, "no reply, nor that there was none, is recorded for "+list).about("%s", list)
	}
	if untold {
		return v.unknown("哪个单位作了答复", "which unit replied")
	}
	return v.ok()
}

// disputed says whether the dispute with a unit is stated, and if not, whether
// that may be for want of a name: of the unit, in the statement, or in a later
// reply by which the unit came to agree.
func (v *view) disputed(unit string) (stated, untold bool) {
	for _, s := range v.d.Disputes {
		stated = stated || unit != "" && slices.Contains(s.Act.Units, unit)
		untold = untold || unit == "" || len(s.Act.Units) == 0 || slices.Contains(s.Act.Units, "")
	}
	against := false
	for _, r := range v.d.Replies {
		untold = untold || against && r.Act.Unit != unit && (unit == "" || r.Act.Unit == "")
		against = against || r.Act.Unit == unit && r.Act.Position == "disagree"
	}
	return stated, untold
}

// R13.2, Art 13.
func disputeStated(v *view) result {
	var against []string
	unknown := false
	for unit, r := range v.replies() {
		switch r.Position {
		case "disagree":
			against = append(against, unit)
		case "":
			unknown = true
		}
	}
	slices.Sort(against)
	if len(against) == 0 && !unknown {
		return v.noObject("没有未取得一致的单位", "no unit disagrees")
	}
	for _, unit := range against {
		stated, untold := v.disputed(unit)
		if !stated && untold {
			return v.unknown("争议说明涉及哪些单位，或者该单位后来的意见", "which units the dispute is with, or what the unit answered later")
		}
		if !stated {
			return v.absent(fmt.Sprintf("“%s”不同意，但没有争议说明", unit), fmt.Sprintf("%q disagrees and no dispute is stated", unit)).about("%s", unit)
		}
	}
	if slices.ContainsFunc(v.d.Disputes, func(d decision.Done[decision.StateDispute]) bool {
		return len(against) > 0 && slices.Contains([]string{d.Act.Questions, d.Act.UnitViews, d.Act.OwnView, d.Act.Reasons}, "")
	}) {
		return v.lacking("争议的主要问题、各方意见、理由和依据", "the points of dispute, the views on them, reasons and basis")
	}
	if unknown { // a unit whose answer is not told may disagree too
		return v.unknown("单位的意见", "what the units answered")
	}
	return v.ok()
}
