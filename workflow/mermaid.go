package workflow

import (
	"fmt"
	"strings"

	"github.com/juece/juece/decision"
)

// Mermaid draws the transition table as a state diagram: stages and the acts
// that lead from one to another. Acts that stay in their stage are left out.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range stages {
		fmt.Fprintf(&b, "    %s : %s\n", s.Stage, s.Zh)
	}
	for _, t := range transitions {
		if t.From == t.To {
			continue
		}
		from := string(t.From)
		if t.From == StageNone {
			from = "[*]"
		}
		label := names([]decision.Kind{t.Act}, "zh")
		if t.Outcome != "" {
			label += "（" + outcomeNames[t.Outcome] + "）"
		}
		fmt.Fprintf(&b, "    %s --> %s : %s\n", from, t.To, label)
	}
	for _, s := range stages {
		if s.Gate == "" { // a case may end here, though an adjustment may follow
			fmt.Fprintf(&b, "    %s --> [*]\n", s.Stage)
		}
	}
	return b.String()
}

var outcomeNames = map[string]string{
	"lawful": "合法", "lawful_after_changes": "修改后合法", "unlawful": "不合法", "no_state_rule": "国家尚无明确规定",
	"changed": "调整", "stopped": "停止", "filed": "已归档", "not_filed": "未归档",
	"adopted": "通过", "rejected": "不予通过", "deferred": "暂缓",
}
