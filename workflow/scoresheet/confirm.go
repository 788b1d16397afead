package scoresheet

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// Score is what a person gives an item.
type Score struct {
	Points int
	// Reason is owed where points are lost or where the person departs from
	// the proposal. Where the person follows it, it is what the rules say.
	Reason string
	// NoRectification says why nothing has to be put right although points
	// are lost. Otherwise each such item has a finding.
	NoRectification string
}

// Confirm makes the review of a form by a person. Scores are by item; an item
// that is left out gets what was proposed, one that is open must be there.
// Each item that loses points has at least one finding, which becomes a
// rectification item, or says why it needs none. The error is a
// [*decision.InvalidError] that names every item that is wrong.
func (f Form) Confirm(reviewer string, scores map[string]Score, findings ...decision.SheetFinding) (decision.ReviewCaseFile, error) {
	review := decision.ReviewCaseFile{Sheet: f.Sheet, SheetDigest: f.Digest, Reviewer: reviewer, Findings: findings, Vetoed: new(false)}
	wrong := &wrongs{}
	total := 0
	for _, item := range f.Items {
		given, confirmed := scores[item.ID]
		at := "scores[" + item.ID + "]"
		if !confirmed {
			if item.Open() {
				wrong.say(at, "required", "案卷未见充分证据，须由评查人员评分", "the record does not show enough; the reviewer has to score it")
				continue
			}
			given.Points = *item.Proposed
		}
		named := slices.ContainsFunc(findings, func(s decision.SheetFinding) bool { return s.Of == item.ID })
		reason := item.reason(given)
		wrong.points(at, item.Item, given.Points)
		wrong.reason(at, item, given.Points, reason, named)
		if given.Points < item.Points && !named {
			if blank(given.NoRectification) {
				wrong.say(at, "finding", "失分的项目须有整改事项，或者说明无需整改的理由", "points are lost: name what has to be put right, or say why nothing has")
			} else {
				reason += "；无需整改：" + strings.TrimSpace(given.NoRectification)
			}
		}
		review.Scores = append(review.Scores, decision.SheetScore{Item: item.ID, Points: new(given.Points), Reason: reason})
		total += given.Points
		*review.Vetoed = *review.Vetoed || item.Veto && given.Points == 0
	}
	review.Total = &total
	f.strangers(wrong, scores, findings)
	if err := wrong.err(); err != nil {
		return decision.ReviewCaseFile{}, err
	}
	if err := decision.Validate(review); err != nil {
		return decision.ReviewCaseFile{}, err
	}
	return review, nil
}

// strangers are scores and findings that belong to no item.
func (f Form) strangers(wrong *wrongs, scores map[string]Score, findings []decision.SheetFinding) {
	for _, id := range slices.Sorted(maps.Keys(scores)) {
		if _, ok := f.item(id); !ok {
			wrong.say("scores["+id+"]", "unknown", "评查表没有这个项目", "the sheet has no such item")
		}
	}
	for i, s := range findings {
		if _, ok := f.item(s.Of); !ok {
			wrong.say(fmt.Sprintf("findings[%d].of", i), "unknown", "评查表没有这个项目", "the sheet has no such item")
		}
	}
}

// reason is what the person states, or where the person follows the proposal,
// what the rules say.
func (i FormItem) reason(given Score) string {
	if !blank(given.Reason) || i.Open() || given.Points != *i.Proposed {
		return strings.TrimSpace(given.Reason)
	}
	var said []string
	for _, f := range i.Findings {
		if weigh(f) == costs {
			said = append(said, f.Rule+" "+f.Message("zh"))
		}
	}
	return strings.Join(said, "；")
}

// Check reports what is wrong with a review by the sheet that it names: a
// sheet that is not in the set or of other bytes, an item that is not scored,
// points beyond the item's, a veto that was miscounted; and by the findings of
// the case, a departure from the proposal without a reason, so that nothing is
// passed over in silence. The error is a [*decision.InvalidError]. It
// implements workflow.Sheets.
func (s *Set) Check(review decision.ReviewCaseFile, findings []workflow.Finding) error {
	wrong := &wrongs{}
	sheet, err := s.Named(review.Sheet)
	switch {
	case err != nil:
		wrong.say("sheet", "unknown", "没有这张评查表", "there is no such score sheet")
	case sheet.digest != review.SheetDigest:
		wrong.say("sheet_digest", "unknown", "不是现行评查表的摘要，请重新预填", "is not the digest of the sheet in force; fill in the form anew")
	default:
		Prefill(sheet, findings).check(review, wrong)
	}
	return wrong.err()
}

func (f Form) check(review decision.ReviewCaseFile, wrong *wrongs) {
	scored, vetoed := map[string]bool{}, false
	for i, score := range review.Scores {
		at := fmt.Sprintf("scores[%d]", i)
		item, ok := f.item(score.Item)
		if !ok {
			wrong.say(at+".item", "unknown", "评查表没有这个项目", "the sheet has no such item")
			continue
		}
		scored[item.ID] = true
		if score.Points == nil {
			wrong.say(at+".points", "required", "须评分", "must be scored")
			continue
		}
		named := slices.ContainsFunc(review.Findings, func(s decision.SheetFinding) bool { return s.Of == item.ID })
		wrong.points(at, item.Item, *score.Points)
		wrong.reason(at, item, *score.Points, strings.TrimSpace(score.Reason), named)
		vetoed = vetoed || item.Veto && *score.Points == 0
	}
	for _, item := range f.Items {
		if !scored[item.ID] {
			wrong.say("scores", "required", "评查项目没有评分："+item.ID, "the item has no score: "+item.ID)
		}
	}
	if review.Vetoed != nil && *review.Vetoed != vetoed {
		wrong.say("vetoed", "veto", "与一票否决项目的得分不一致", "does not agree with the scores of the items with a veto")
	}
	f.strangers(wrong, nil, review.Findings)
}

func (f Form) item(id string) (FormItem, bool) {
	i := slices.IndexFunc(f.Items, func(i FormItem) bool { return i.ID == id })
	if i < 0 {
		return FormItem{}, false
	}
	return f.Items[i], true
}

// wrongs collects what is wrong with a review.
type wrongs struct{ fields []decision.FieldError }

func (w *wrongs) say(field, rule, zh, en string) {
	w.fields = append(w.fields, decision.FieldError{Field: field, Rule: rule, Zh: zh, En: en})
}

func (w *wrongs) points(at string, item Item, points int) {
	switch {
	case points < 0 || points > item.Points:
		w.say(at+".points", "max", fmt.Sprintf("得分须在0和%d之间", item.Points), fmt.Sprintf("must be from 0 to %d", item.Points))
	case item.Veto && points != 0 && points != item.Points:
		w.say(at+".points", "veto", "一票否决的项目只能得满分或者零分", "an item with a veto has all its points or none")
	}
}

func (w *wrongs) reason(at string, item FormItem, points int, reason string, named bool) {
	if reason != "" {
		return
	}
	switch {
	case !item.Open() && points != *item.Proposed:
		w.say(at+".reason", "required", fmt.Sprintf("与预填的%d分不同，须说明理由", *item.Proposed), fmt.Sprintf("departs from the %d points proposed: say why", *item.Proposed))
	case points < item.Points:
		w.say(at+".reason", "required", "失分须说明理由", "points are lost: say why")
	case named:
		w.say(at+".reason", "required", "列有整改事项的项目须说明理由", "something has to be put right here: say why")
	}
}

func (w *wrongs) err() error {
	if len(w.fields) == 0 {
		return nil
	}
	return &decision.InvalidError{Kind: decision.ReviewCaseFile{}.Kind(), Fields: w.fields}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
