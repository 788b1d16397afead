package scoresheet

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/juece/juece/workflow"
)

var id = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// check looks at the sheet as a whole and says everything that is wrong.
func (r *reader) check(s *Sheet) {
	if !id.MatchString(s.Name) {
		r.say("sheet", "须是小写字母、数字、-和_组成的名称，最长64个字符", "must be a name of lower-case letters, digits, - and _, of 64 characters at most")
	}
	for _, f := range []struct {
		field   string
		missing bool
	}{
		{"title", s.Title.Zh == "" || s.Title.En == ""},
		{"norm", s.Norm.Zh == "" || s.Norm.Number == ""},
		{"from", s.From.IsZero()},
		{"source", s.Source.Zh == "" || s.Source.En == ""},
		{"items", len(s.Items) == 0},
	} {
		if f.missing {
			r.say(f.field, "缺少或者不完整", "missing, or not whole")
		}
	}
	total, ids, scored := 0, map[string]bool{}, map[string]string{}
	for i, item := range s.Items {
		at := fmt.Sprintf("items[%d]", i)
		r.item(at, item)
		if ids[item.ID] {
			r.say(at+".id", fmt.Sprintf("评查项目%q重复", item.ID), fmt.Sprintf("the item %q stands twice", item.ID))
		}
		ids[item.ID] = true
		total += item.Points
		for j, rule := range item.Rules {
			if other, twice := scored[rule]; twice { // or one fault would cost points twice
				r.say(fmt.Sprintf("%s.rules[%d]", at, j), fmt.Sprintf("规则%s已属于评查项目%q", rule, other), fmt.Sprintf("the rule %s belongs to the item %q already", rule, other))
			}
			scored[rule] = item.ID
		}
	}
	if total != FullPoints && len(s.Items) > 0 {
		r.say("items", fmt.Sprintf("分值合计%d，须为%d", total, FullPoints), fmt.Sprintf("the points make %d, they must make %d", total, FullPoints))
	}
}

func (r *reader) item(at string, item Item) {
	if !id.MatchString(item.ID) {
		r.say(at+".id", "须是小写字母、数字、-和_组成的名称，最长64个字符", "must be a name of lower-case letters, digits, - and _, of 64 characters at most")
	}
	if item.Zh == "" || item.En == "" {
		r.say(at, "zh和en均须写明", "zh and en are both needed")
	}
	if item.Norm == "" || item.Article < 1 || item.Paragraph < 0 {
		r.say(at, "须写明依据的规范（norm）和条（article）", "must cite its norm and article")
	}
	if item.Points < 1 || item.Points > FullPoints {
		r.say(at+".points", fmt.Sprintf("须在1和%d之间", FullPoints), fmt.Sprintf("must be from 1 to %d", FullPoints))
	}
	known := workflow.Severities()
	for i, rule := range item.Rules {
		if _, ok := known[rule]; !ok {
			r.say(fmt.Sprintf("%s.rules[%d]", at, i), "没有规则"+rule, "there is no rule "+rule)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(item.Deduct)) {
		switch points := item.Deduct[rule]; {
		case !slices.Contains(item.Rules, rule):
			r.say(at+".deduct", "规则"+rule+"不属于本项目", "the rule "+rule+" is not of this item")
		case points < 1 || points > item.Points:
			r.say(at+".deduct", fmt.Sprintf("规则%s的扣分须在1和%d之间", rule, item.Points), fmt.Sprintf("what %s costs must be from 1 to %d", rule, item.Points))
		case item.Veto:
			r.say(at+".deduct", "一票否决的项目不能部分扣分", "an item with a veto has all its points or none")
		}
	}
}
