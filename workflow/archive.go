package workflow

import (
	"fmt"

	"github.com/juece/juece/decision"
)

// archiveRules are the rules on filing (归档, Art 33).
var archiveRules = []Rule{
	{
		ID: "R33.1", Norm: d713, Article: 33, Severity: Hard, Zh: "履行程序形成的材料完整归档", En: "every material of the procedure is filed",
		Gates: []decision.Kind{"archive_case"}, Own: true, Acts: []decision.Kind{"archive_case"}, check: filedWhole,
	},
	{
		ID: "R33.2", Norm: d713, Article: 33, Severity: Hard, Zh: "归档件有摘要、形成者、日期和保管期限", En: "each item has its digest, producer, day and retention",
		Gates: []decision.Kind{"archive_case"}, Own: true, Acts: []decision.Kind{"archive_case"}, check: itemsDescribed,
	},
}

// R33.1, Art 33: everything that any act of the case names.
func filedWhole(v *view) result {
	if len(v.d.Archives) == 0 {
		return v.absent("没有归档记录", "no filing is recorded")
	}
	have := map[string]bool{} // by whichever filing
	for _, filed := range v.d.Archives {
		have[""] = have[""] || len(filed.Act.Items) == 0
		for _, item := range filed.Act.Items {
			have[item.Digest] = true
		}
	}
	var missing []decision.Material
	untold := false
	for _, d := range v.Deeds {
		for _, m := range decision.Materials(d.Act) {
			untold = untold || m.Digest == ""
			if m.Digest != "" && !have[m.Digest] {
				have[m.Digest] = true
				missing = append(missing, m)
			}
		}
	}
	if len(missing) > 0 && have[""] {
		return v.unknown("归档目录", "what was filed")
	}
	if len(missing) == 0 && untold {
		return v.unknown("有的材料是否归档", "whether some material was filed")
	}
	if len(missing) > 0 {
		return v.absent(fmt.Sprintf("%d件材料未归档，其中有“%s”", len(missing), missing[0].Title),
			fmt.Sprintf("%d materials are not filed, among them %q", len(missing), missing[0].Title)).about("%s", missing[0].Digest)
	}
	return v.ok()
}

// R33.2, Art 33; 档案法实施条例 Art 39 asks for origin, activity and time.
func itemsDescribed(v *view) result {
	filed, ok := decision.Last(v.d.Archives)
	if !ok {
		return v.noObject("没有归档", "nothing was filed")
	}
	for _, item := range filed.Act.Items {
		if item.Digest == "" || item.Producer == "" || item.On.IsZero() || item.Retention == "" {
			return v.lacking("归档件的摘要、形成者、日期或者保管期限："+item.Title, "the digest, producer, day or retention of an item: "+item.Title).about("%s", item.Title)
		}
	}
	return v.ok()
}
