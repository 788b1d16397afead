package main

import (
	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// name is what something is called, in both languages.
type name struct{ zh, en string }

// named returns what an id is called; an id without a name stands for itself,
// and none for what the record does not tell.
func named(names map[string]name, id, lang string) string {
	if n, ok := names[id]; ok {
		return choose(lang, n.zh, n.en)
	}
	if id == "" {
		return choose(lang, "（未载明）", "(not told)")
	}
	return id
}

var stepNames = map[string]name{
	string(decision.StepParticipation): {"公众参与", "public participation"},
	string(decision.StepExpert):        {"专家论证", "expert review"},
	string(decision.StepRisk):          {"风险评估", "risk assessment"},
	string(decision.StepCompetition):   {"公平竞争审查", "fair-competition review"},
	string(decision.StepLegality):      {"合法性审查", "legality review"},
	string(decision.StepDiscussion):    {"集体讨论决定", "collective discussion"},
	string(decision.StepParty):         {"请示报告同级党委", "report to the Party committee"},
	string(decision.StepCongress):      {"人大讨论决定或者报告", "act of the People's Congress"},
}

var groundNames = map[string]name{
	"condition_absent":    {"不具备适用条件", "its condition is absent"},
	"lawfully_non_public": {"依法不予公开", "lawfully not public"},
	"already_assessed":    {"已有评估", "assessed already"},
}

var evidenceNames = map[string]name{
	string(workflow.Live):      {"运行中", "live"},
	string(workflow.Complete):  {"完整案卷", "complete files"},
	string(workflow.Published): {"公开信息", "published facts"},
}

var milestoneNames = map[string]name{
	"proposed":  {"提出建议", "proposed"},
	"initiated": {"启动", "initiated"},
	"declined":  {"不予启动", "declined"},
	"decided":   {"讨论通过", "adopted"},
	"rejected":  {"未通过", "rejected"},
	"published": {"公布", "published"},
	"withheld":  {"依法不予公开", "lawfully withheld"},
	"completed": {"执行完毕", "carried out"},
	"withdrawn": {"撤回", "withdrawn"},
}

var levelNames = map[string]name{
	"reminder": {"提醒", "reminder"},
	"notice":   {"督办通知", "notice"},
	"formal":   {"正式督办", "formal"},
}

var sourceNames = map[string]name{
	"":            {"", ""}, // a task has none
	"order":       {"责令改正", "order"},
	"case_review": {"案卷评查", "case review"},
	"inspection":  {"检查", "inspection"},
	"audit":       {"审计", "audit"},
	"self_check":  {"自查", "self check"},
}

var stateNames = map[string]name{
	"closed_on_time": {"按期办结", "closed on time"},
	"closed_late":    {"逾期办结", "closed late"},
	"open":           {"未到期", "open"},
	"overdue":        {"逾期未结", "overdue"},
	"lapsed":         {"不再办理", "lapsed"},
	"unknown":        {"日期不明", "day not told"},
}

// actNames, stages and categories are called what the acts, the stages and the
// rule packs call them.
func actNames() map[string]name {
	names := map[string]name{}
	for _, i := range decision.Catalogue() {
		names[string(i.Kind)] = name{i.Zh, i.En}
	}
	return names
}

func stageNames() map[string]name {
	names := map[string]name{"": {"案卷文件（无阶段）", "case files (no stage)"}}
	for _, s := range workflow.Stages() {
		names[string(s.Stage)] = name{s.Zh, s.En}
	}
	return names
}

func categoryNames() (map[string]name, error) {
	packs, err := workflow.Packs()
	if err != nil {
		return nil, err
	}
	names := map[string]name{}
	for _, p := range packs.All() {
		for _, c := range p.Categories {
			if _, ok := names[c.ID]; !ok {
				names[c.ID] = name{c.Zh, c.En}
			}
		}
	}
	return names, nil
}
