package main

import (
	"fmt"
	"strings"

	"github.com/juece/juece/workflow"
)

// citation cites the provision of a finding: 第十五条第一款, or Art 15 ¶1. Only
// a norm other than the decree is named.
func citation(f workflow.Finding, lang string) string {
	return cite(f.Norm, f.Article, f.Paragraph, lang)
}

func cite(norm string, article, paragraph int, lang string) string {
	if article == 0 { // a norm whose article could not be read
		return map[bool]string{true: norm, false: "《" + norm + "》"}[lang == "en"]
	}
	if lang == "en" {
		text := fmt.Sprintf("Art %d", article)
		if norm != "D713" {
			text = norm + " " + text
		}
		if paragraph > 0 {
			text += fmt.Sprintf(" ¶%d", paragraph)
		}
		return text
	}
	text := "第" + numeral(article) + "条"
	if norm != "D713" {
		text = "《" + norm + "》" + text
	}
	if paragraph > 0 {
		text += "第" + numeral(paragraph) + "款"
	}
	return text
}

// numeral writes a number from 1 to 99 the way statutes count, and any other
// in digits.
func numeral(n int) string {
	const digits = "零一二三四五六七八九"
	digit := func(n int) string { return string([]rune(digits)[n]) }
	switch {
	case n < 1 || n > 99:
		return fmt.Sprint(n)
	case n < 10:
		return digit(n)
	}
	var text strings.Builder
	if n >= 20 {
		text.WriteString(digit(n / 10))
	}
	text.WriteString("十")
	if n%10 > 0 {
		text.WriteString(digit(n % 10))
	}
	return text.String()
}

// citationWidth is the width of the widest citation of a report, but for the
// few norms with long names.
func citationWidth(findings []workflow.Finding, lang string) int {
	widest := 0
	for _, f := range findings {
		if f.Norm == "D713" {
			widest = max(widest, width(citation(f, lang)))
		}
	}
	return widest
}
