package workflow

import (
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/pack"
)

// publicationRules are the rules on publication (决策公布, Art 32).
var publicationRules = []Rule{
	{
		ID: "G17.1", Norm: "政府信息公开条例", Article: 17, Severity: Hard, Zh: "公布前经过保密审查", En: "what is published passed the secrecy examination",
		Gates: []decision.Kind{"publish"}, Prohibits: true, Acts: []decision.Kind{"review_secrecy"}, check: secrecyCleared,
	},
	{
		ID: "R32.1", Norm: d713, Article: 32, Severity: Norm, Zh: "通过规定途径公布", En: "published through the channels that are owed",
		Gates: issueGates, Own: true, Acts: []decision.Kind{"publish", "withhold_publication"}, check: published,
	},
	{
		ID: "N75.1", Norm: "地方组织法", Article: 75, Severity: Hard, Object: pack.ObjectNormativeDocument, Zh: "规范性文件公布后报送备案", En: "a normative document is filed for record after publication",
		Gates: []decision.Kind{"archive_case"}, Acts: []decision.Kind{"file_for_record"}, check: filedForRecord,
	},
	{
		ID: "R32.2", Norm: d713, Article: 32, Severity: Hard, Zh: "普遍关心或者专业性较强的，说明意见采纳情况", En: "where the public is concerned, the handling of opinions is explained",
		Gates: []decision.Kind{"publish"}, Own: true, Acts: []decision.Kind{"publish"}, check: adoptionExplained,
	},
}

// G17.1, 政府信息公开条例 Art 17 and 保守国家秘密法 Art 35.
func secrecyCleared(v *view) result {
	last, ok := decision.Last(v.d.SecrecyReviews)
	switch {
	case !ok && len(v.d.Publications) == 0 && len(v.d.Withholdings) > 0:
		return v.not("依法不予公开", "lawfully withheld")
	case !ok:
		return v.absent("没有保密审查的记录", "no secrecy examination is recorded")
	case last.Act.Result == "":
		return v.unknown("保密审查结论", "the result of the secrecy examination")
	case last.Act.Result != "clear":
		return v.broken("保密审查未通过", "the secrecy examination did not clear it")
	}
	return v.ok()
}

// R32.1, Art 32. The decree names gazette, government site and newspapers
// "and the like": a channel left out needs a reason.
func published(v *view) result {
	if held, ok := decision.Last(v.d.Withholdings); ok && len(v.d.Publications) == 0 {
		if held.Act.Ground == "" || held.Act.LegalBasis == "" {
			return v.lacking("不予公开的依据", "the ground for withholding")
		}
		return v.not("依法不予公开："+held.Act.LegalBasis, "lawfully withheld: "+held.Act.LegalBasis)
	}
	if len(v.d.Publications) == 0 {
		return v.absent("没有公布的记录", "no publication is recorded")
	}
	used := map[string]bool{} // by whichever publication
	for _, p := range v.d.Publications {
		used[""] = used[""] || len(p.Act.Channels) == 0
		for _, c := range p.Act.Channels {
			used[c.Kind] = true
		}
	}
	var missing []string
	for _, owed := range v.Pack.Channels {
		if !used[owed] {
			missing = append(missing, owed)
		}
	}
	if len(missing) > 0 && used[""] {
		return v.unknown("公布途径", "the channels of publication")
	}
	if len(missing) > 0 {
		zh := map[string]string{"gazette": "政府公报", "government_site": "政府网站", "newspaper": "报纸"}
		names := make([]string, len(missing))
		for i, m := range missing {
			if names[i] = zh[m]; names[i] == "" {
				names[i] = m
			}
		}
		return v.broken("未通过下列途径公布："+strings.Join(names, "、"), "not published through "+strings.Join(missing, ", "))
	}
	return v.ok()
}

// R32.2, Art 32.
func adoptionExplained(v *view) result {
	last, ok := decision.Last(v.d.Publications)
	if !ok {
		return v.noObject("没有公布", "nothing was published")
	}
	said, identified := decision.Last(v.d.Affected)
	switch {
	case !identified || said.Act.PublicConcern == nil:
		return v.unknown("是否为社会普遍关心或者专业性、技术性较强的决策", "whether the public is widely concerned or the matter technical")
	case !*said.Act.PublicConcern:
		return v.not("并非社会普遍关心的决策", "the public is not widely concerned")
	case last.Act.ExplainsAdoption == nil:
		return v.unknown("公布时是否说明意见采纳情况", "whether the publication explains how opinions were handled")
	case !*last.Act.ExplainsAdoption:
		return v.broken("公布时未说明意见采纳情况", "the publication does not explain how opinions were handled")
	}
	return v.ok()
}

// N75.1, 地方各级人民代表大会和地方各级人民政府组织法 Art 75.
func filedForRecord(v *view) result {
	last, ok := decision.Last(v.d.RecordFilings)
	switch {
	case !ok && issuedAt(v.d) == 0 && v.Evidence != Published:
		return v.not("文件没有公布", "the document was not issued")
	case !ok:
		return v.absent("没有报送备案的记录", "no filing for record is recorded")
	case last.Act.With == "" || last.Act.FiledOn.IsZero():
		return v.unknown("报送备案的机关或者日期", "with whom or when it was filed")
	}
	return v.ok()
}
