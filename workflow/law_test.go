package workflow_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/workflow"
)

// paragraphs counts the paragraphs (款) of each article of the decree; the
// numbered items of a paragraph belong to it.
var paragraphs = map[int]int{
	1: 1, 2: 1, 3: 3, 4: 1, 5: 1, 6: 1, 7: 1, 8: 2, 9: 1, 10: 1, 11: 1, 12: 4, 13: 1, 14: 3, 15: 2,
	16: 3, 17: 1, 18: 1, 19: 2, 20: 1, 21: 3, 22: 2, 23: 3, 24: 1, 25: 2, 26: 2, 27: 1, 28: 1, 29: 1, 30: 3,
	31: 1, 32: 1, 33: 1, 34: 1, 35: 2, 36: 4, 37: 1, 38: 3, 39: 1, 40: 1, 41: 1, 42: 1, 43: 2, 44: 1,
}

// Every clause has its row, and says either what checks it or why nothing
// does; every rule has its clause, a test that satisfies it and one that
// breaks it.
func TestNoClauseAndNoRuleIsAnOrphan(t *testing.T) {
	t.Parallel()
	seen := map[[2]int]bool{}
	tests := testNames(t)
	placed := map[string]bool{}
	for _, c := range workflow.Clauses() {
		place := [2]int{c.Article, c.Paragraph}
		if seen[place] || c.Paragraph > paragraphs[c.Article] || c.Zh == "" || c.En == "" {
			t.Errorf("the row of Art %d ¶%d stands twice, does not exist or says nothing", c.Article, c.Paragraph)
		}
		seen[place] = true
		rules := c.Rules()
		for _, r := range rules {
			placed[r.ID] = true
		}
		if said := len(rules) > 0 || c.Kept != "" || c.NotEnforced != ""; !said {
			t.Errorf("Art %d ¶%d has neither a rule nor a reason why not", c.Article, c.Paragraph)
		}
		if len(rules) > 0 && c.NotEnforced != "" {
			t.Errorf("Art %d ¶%d has rules and says that it is not enforced", c.Article, c.Paragraph)
		}
		if c.Kept != "" && len(c.Tests) == 0 {
			t.Errorf("Art %d ¶%d is kept, and no test shows it", c.Article, c.Paragraph)
		}
		for _, name := range c.Tests {
			if !tests[name] {
				t.Errorf("Art %d ¶%d: there is no test %s", c.Article, c.Paragraph, name)
			}
		}
	}
	for article := 1; article <= 44; article++ {
		for paragraph := 1; paragraph <= paragraphs[article]; paragraph++ {
			if !seen[[2]int{article, paragraph}] {
				t.Errorf("Art %d ¶%d has no row", article, paragraph)
			}
		}
	}
	for _, r := range workflow.Rules() {
		file, function := r.Source()
		if name := elsewhere[r.ID]; name != "" && !tests[name] {
			t.Errorf("%s: there is no test %s", r.ID, name)
		}
		switch {
		case r.Norm == "D713" && !placed[r.ID]:
			t.Errorf("%s has no clause", r.ID)
		case r.Norm == "D713" && r.Paragraph == 0 && paragraphs[r.Article] > 1:
			t.Errorf("%s does not say which paragraph of Art %d", r.ID, r.Article)
		case (r.Article == 0 && r.Norm == "D713") || file == "" || function == "" || len(r.Gates) == 0:
			t.Errorf("%s lacks its article, function or gates", r.ID)
		}
	}
}

// testNames lists the tests of the module.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// shown names, for a rule, a test that satisfies it and one that breaks it.
func shown(rule string) (satisfied, broken string) {
	if name := elsewhere[rule]; name != "" {
		return name, name
	}
	for _, b := range packBreaches {
		if r, _ := ruleNamed(rule); b.rule == rule && (r.Listed || r.Number != "" || r.Object != "") {
			return "TestEveryPackHasALawfulWalk", "TestEachRuleOfTheOtherPacksIsBroken/" + rule
		}
	}
	satisfied = "TestADecisionWalksFromProposalToTheEndOfItsExecution"
	for _, s := range satisfactions {
		if s.rule == rule {
			satisfied = "TestEachRuleIsSatisfied/" + rule
		}
	}
	broken = "TestAnUnknownFieldIsNotABreach" // see notBreakable
	for _, b := range breaches {
		if b.rule == rule {
			broken = "TestEachRuleIsBroken/" + rule
		}
	}
	return satisfied, broken
}

func ruleNamed(id string) (workflow.Rule, bool) {
	for _, r := range workflow.Rules() {
		if r.ID == id {
			return r, true
		}
	}
	return workflow.Rule{}, false
}

func TestTheMapOfTheLawIsTheRegistry(t *testing.T) {
	t.Parallel()
	const golden = "../docs/law.md"
	var b strings.Builder
	b.WriteString(lawHead)
	rules, reasons := 0, 0
	for _, c := range workflow.Clauses() {
		place := fmt.Sprintf("第%d条第%d款 Art %d ¶%d", c.Article, c.Paragraph, c.Article, c.Paragraph)
		text := c.Zh + "<br>" + c.En
		for _, r := range c.Rules() {
			rules++
			b.WriteString(lawRow(place, text, r))
			place, text = "", ""
		}
		if c.Kept != "" {
			reasons++
			fmt.Fprintf(&b, "| %s | %s | — | | %s | %s |\n", place, text, c.Kept, strings.Join(c.Tests, ", "))
		}
		if c.NotEnforced != "" {
			reasons++
			fmt.Fprintf(&b, "| %s | %s | — | | 不检查：%s | |\n", place, text, c.NotEnforced)
		}
	}
	fmt.Fprintf(&b, "\n共%d款，全部有着落；%d条规则，%d款由其他方式落实或者说明不检查的理由。%d clauses, all accounted for: %d rules; %d clauses kept otherwise or not enforced with the reason.\n",
		len(workflow.Clauses()), rules, reasons, len(workflow.Clauses()), rules, reasons)
	b.WriteString("\n## 其他规范 Other norms\n\n| 规范 Norm | 规则 Rule | 程度 | 函数 Function | 测试 Tests |\n|---|---|---|---|---|\n")
	for _, r := range workflow.Rules() {
		if r.Norm != "D713" {
			file, function := r.Source()
			satisfied, broken := shown(r.ID)
			cited := r.Norm
			if r.Article > 0 {
				cited += fmt.Sprintf(" 第%d条", r.Article)
			}
			fmt.Fprintf(&b, "| %s | **%s** %s<br>%s | %s | [%s](../workflow/%s) `%s` | %s<br>%s |\n",
				cited, r.ID, r.Zh, r.En, r.Severity, file, file, function, satisfied, broken)
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(golden); err != nil || string(got) != b.String() {
		t.Errorf("%s is not what the registry says; run go test ./workflow -update (%v)", golden, err)
	}
}

const lawHead = `# 条文与规则 The law, clause by clause

由规则登记表生成（` + "`go test ./workflow -update`" + `）；缺一款、缺一条规则、缺一个测试，测试即失败。
Generated from the registry of rules; a clause without a row, a rule without a clause, or a rule without a test of each kind fails the build.
要点为本项目的概括，不是条文原文。The summaries are ours, not the statute's text.

程度 severity: ` + "`hard`" + ` 条文不许继续 the text forbids going on; ` + "`norm`" + ` 偏离须说明理由 departing needs a stated reason; ` + "`soft`" + ` 只提示 shown only.

## 重大行政决策程序暂行条例（国务院令第713号）

| 条款 Clause | 要点 What it says | 规则 Rule | 程度 | 函数或者说明 Function, or how else | 测试 Tests: satisfied, broken |
|---|---|---|---|---|---|
`

func lawRow(place, text string, r workflow.Rule) string {
	file, function := r.Source()
	satisfied, broken := shown(r.ID)
	if slices.Contains(notBreakable, r.ID) {
		broken += "（实时由字段校验拒绝 refused live by the field rules）"
	}
	return fmt.Sprintf("| %s | %s | **%s** %s<br>%s | %s | [%s](../workflow/%s) `%s` | %s<br>%s |\n",
		place, text, r.ID, r.Zh, r.En, r.Severity, file, file, function, satisfied, broken)
}
