package scoresheet_test

import (
	"fmt"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
	"github.com/juece/juece/workflow/scoresheet"
)

// A case file is judged, a sheet filled in from the findings, and a person
// confirms it. What the file does not show waits for that person.
func Example() {
	const sheetText = `
sheet: review
title: {zh: 合法性审查评查表, en: Review of the legality review}
norm: {zh: 重大行政决策程序暂行条例, number: 国务院令第713号}
from: "2019-09-01"
source: {zh: 本机关评查标准, en: the organ's own standard}
items:
  - {id: review, zh: 合法性审查, en: legality review, norm: D713, article: 25, points: 60, veto: true, rules: [R25.1]}
  - {id: counsel, zh: 法律意见, en: counsel, norm: D713, article: 28, points: 40, rules: [R28.1], deduct: {R28.1: 30}}
`
	const caseText = `
case: example
pack: d713
complete: true
acts:
  - {kind: issue_legality_opinion, act: {draft: 1, conclusion: lawful}}
`
	sheet, err := scoresheet.Parse("review.yaml", []byte(sheetText))
	if err != nil {
		fmt.Println(err)
		return
	}
	packs, err := workflow.Packs()
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := casefile.Parse("example.yaml", []byte(caseText))
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := file.Case(packs, calendar.China())
	if err != nil {
		fmt.Println(err)
		return
	}
	form := scoresheet.Prefill(sheet, workflow.Check(c, calendar.MustParseDate("2026-01-05")))
	for _, i := range form.Items {
		fmt.Printf("%s: %d to %d of %d, open: %v\n", i.En, i.Lowest, i.Highest, i.Points, i.Open())
	}

	_, err = form.Confirm("评查人员", nil)
	fmt.Println(err)

	review, err := form.Confirm("评查人员", map[string]scoresheet.Score{"review": {Points: 60}}, decision.SheetFinding{
		Item: "p1", Of: "counsel", Finding: "没有法律顾问意见", Unit: "县司法局", Person: "合法性审查人员",
		Deadline: calendar.MustParseDate("2026-02-05"), Measure: "今后送审前组织法律顾问提出意见",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*review.Total, *review.Vetoed, review.Scores[1].Reason)
	// Output:
	// legality review: 0 to 60 of 60, open: true
	// counsel: 10 to 10 of 40, open: false
	// decision: review_case_file: scores[review]: the record does not show enough; the reviewer has to score it; scores[counsel]: points are lost: name what has to be put right, or say why nothing has
	// 70 false R28.1 没有法律顾问或者公职律师的法律意见
}
