package workflow

import (
	"path"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// Clause is one paragraph (款) of the decree with what becomes of it here: the
// rules that check it, or how else it is kept, or why it is not enforced. Its
// text is our summary, not the statute's.
type Clause struct {
	Article, Paragraph int // the only paragraph of an article is 1
	Zh, En             string
	// Kept says how the clause is kept by something other than a rule, and
	// Tests which tests show it.
	Kept  string
	Tests []string
	// NotEnforced says why nothing checks the clause.
	NotEnforced string
}

// Rules lists the rules that check the clause.
func (c Clause) Rules() []Rule {
	return slices.DeleteFunc(Rules(), func(r Rule) bool {
		return r.Norm != d713 || r.Article != c.Article || max(r.Paragraph, 1) != c.Paragraph
	})
}

// Clauses lists every clause of the decree, Articles 1 to 44, in order.
func Clauses() []Clause { return slices.Clone(clauses) }

// Source names the file and the function that check the rule.
func (r Rule) Source() (file, function string) {
	f := runtime.FuncForPC(reflect.ValueOf(r.check).Pointer())
	if f == nil {
		return "", ""
	}
	full, _ := f.FileLine(f.Entry())
	return path.Base(full), f.Name()[strings.LastIndex(f.Name(), ".")+1:]
}

// Why some clauses have no rule.
const (
	principle = "原则或目的，由其他条文落实。A principle or purpose, carried out by the other articles."
	optional  = "“可以”，只记录，不检查。Allowed, not owed: it is recorded and not checked."
)

var clauses = []Clause{
	{Article: 1, Paragraph: 1, Zh: "立法目的", En: "purpose", NotEnforced: principle},
	{Article: 2, Paragraph: 1, Zh: "适用于县级以上地方政府重大行政决策的作出和调整", En: "county-level and higher governments, making and adjusting"},
	{Article: 3, Paragraph: 1, Zh: "五类决策事项", En: "five kinds of matter"},
	{Article: 3, Paragraph: 2, Zh: "另有规定和不适用的情形", En: "special laws prevail; what is outside"},
	{Article: 3, Paragraph: 3, Zh: "事项目录和标准", En: "the catalogue of matters"},
	{Article: 4, Paragraph: 1, Zh: "党的领导", En: "Party leadership", NotEnforced: "可检查的痕迹在第三条第三款和第三十一条。Its checkable traces are Articles 3 ¶3 and 31."},
	{Article: 5, Paragraph: 1, Zh: "科学决策", En: "scientific decision-making", NotEnforced: principle},
	{Article: 6, Paragraph: 1, Zh: "民主决策", En: "democratic decision-making", NotEnforced: principle},
	{Article: 7, Paragraph: 1, Zh: "依法决策", En: "lawful decision-making", NotEnforced: "由第二十五条至第二十七条检查。Checked through Articles 25 to 27."},
	{Article: 8, Paragraph: 1, Zh: "人大监督、讨论决定、报告", En: "the People's Congress supervises, decides, receives reports"},
	{
		Article: 8, Paragraph: 2, Zh: "上级监督和审计监督", En: "superior organs and audit supervise",
		Kept:  "auditor可以查阅各机关案件；supervisor可以查阅其身份所列机关的案件，并可以责令改正（roles.go、httpapi/identity.go）。An auditor reads the cases of every organ; a supervisor reads those of the organs that his identity lists, and orders corrections there.",
		Tests: []string{"TestASuperiorOrganReadsAndOrdersCorrections", "TestASupervisorActsOnlyUponWhomHeSupervises"},
	},
	{
		Article: 9, Paragraph: 1, Zh: "决策情况纳入考核", En: "decisions count in appraisal",
		Kept: "统计由案卷生成（workflow/statistics）；考核由有权机关进行。Statistics are generated from the record; appraisal is for the competent organ.", Tests: []string{"TestTheRatesOfAPublishedReport"},
	},
	{Article: 10, Paragraph: 1, Zh: "建议的研究论证和启动", En: "proposals are studied, then started or not"},
	{Article: 11, Paragraph: 1, Zh: "明确承办单位和牵头单位", En: "undertaking units, one of them leading"},
	{Article: 12, Paragraph: 1, Zh: "调查研究、协商", En: "investigation before drafting"},
	{Article: 12, Paragraph: 2, Zh: "梳理依据", En: "legal basis combed"},
	{Article: 12, Paragraph: 3, Zh: "成本效益分析", En: "costs and benefits", NotEnforced: "“根据需要”，记录于record_investigation的cost_benefit。As needed: recorded in record_investigation."},
	{Article: 12, Paragraph: 4, Zh: "可以提出两个以上方案", En: "two or more options", NotEnforced: optional},
	{Article: 13, Paragraph: 1, Zh: "与相关单位协商，说明争议", En: "affected units are consulted, disputes stated"},
	{Article: 14, Paragraph: 1, Zh: "听取公众意见", En: "the public is heard"},
	{Article: 14, Paragraph: 2, Zh: "听取意见的方式", En: "ways of hearing"},
	{Article: 14, Paragraph: 3, Zh: "与特定群体沟通协商", En: "affected groups are talked with"},
	{Article: 15, Paragraph: 1, Zh: "公开征求意见：公告和期限", En: "open comment: notice and period"},
	{Article: 15, Paragraph: 2, Zh: "可以解释说明", En: "explanations may be given", NotEnforced: optional},
	{Article: 16, Paragraph: 1, Zh: "可以召开听证会", En: "a hearing may be held"},
	{Article: 16, Paragraph: 2, Zh: "听证公告", En: "announcement of the hearing"},
	{Article: 16, Paragraph: 3, Zh: "遴选、名单、材料送达", En: "selection, list, delivery of materials"},
	{Article: 17, Paragraph: 1, Zh: "听证程序", En: "course of the hearing"},
	{Article: 18, Paragraph: 1, Zh: "研究采纳意见，完善草案", En: "opinions are studied, the draft improved"},
	{Article: 19, Paragraph: 1, Zh: "专业性、技术性较强的事项应当论证", En: "technical matters are argued by experts"},
	{Article: 19, Paragraph: 2, Zh: "独立论证、保密、署名盖章", En: "independence, secrecy, signature"},
	{Article: 20, Paragraph: 1, Zh: "论证方式和专家选择", En: "forms and choice of experts"},
	{Article: 21, Paragraph: 1, Zh: "省级专家库、诚信考核和退出", En: "provincial pools with integrity and exit"},
	{Article: 21, Paragraph: 2, Zh: "市、县可以建立专家库", En: "cities and counties may have pools", NotEnforced: optional},
	{Article: 21, Paragraph: 3, Zh: "可以使用上级专家库", En: "a superior's pool may be used", NotEnforced: optional},
	{Article: 22, Paragraph: 1, Zh: "可能造成不利影响的，评估风险可控性", En: "possible harm is assessed"},
	{Article: 22, Paragraph: 2, Zh: "已评估的不重复", En: "no repeat of an assessment"},
	{Article: 23, Paragraph: 1, Zh: "评估方式方法", En: "methods", NotEnforced: "“可以”，记录于file_risk_assessment的methods。Allowed: recorded in file_risk_assessment."},
	{Article: 23, Paragraph: 2, Zh: "听取部门意见，形成报告", En: "departments are heard, a report is made"},
	{Article: 23, Paragraph: 3, Zh: "可以委托第三方", En: "a third party may be commissioned", NotEnforced: optional},
	{Article: 24, Paragraph: 1, Zh: "风险可控方可决策", En: "only a controllable risk"},
	{Article: 25, Paragraph: 1, Zh: "讨论前合法性审查，不得替代", En: "legality review before discussion, not replaceable"},
	{Article: 25, Paragraph: 2, Zh: "未经审查或者不合法不得提交；探索性改革", En: "unreviewed or unlawful is not discussed; exploratory reform"},
	{Article: 26, Paragraph: 1, Zh: "送审材料，退回和补充", En: "the package, return and supplement"},
	{Article: 26, Paragraph: 2, Zh: "审查时间一般不少于7个工作日", En: "generally 7 working days"},
	{Article: 27, Paragraph: 1, Zh: "审查的三个方面", En: "the three heads"},
	{Article: 28, Paragraph: 1, Zh: "及时提出意见并负责；法律顾问、公职律师", En: "the opinion, who answers for it, counsel"},
	{Article: 29, Paragraph: 1, Zh: "提请讨论的材料", En: "the dossier for the meeting"},
	{Article: 30, Paragraph: 1, Zh: "集体讨论，行政首长决定", En: "discussion, the chief executive decides"},
	{Article: 30, Paragraph: 2, Zh: "充分发表意见，首长最后发言，说明理由", En: "members speak, the chief last; reasons"},
	{Article: 30, Paragraph: 3, Zh: "如实记录，载明不同意见", En: "faithful record, dissent"},
	{Article: 31, Paragraph: 1, Zh: "向同级党委请示报告", En: "report to the Party committee"},
	{Article: 32, Paragraph: 1, Zh: "公布和解读", En: "publication and explanation"},
	{Article: 33, Paragraph: 1, Zh: "过程记录和归档", En: "process record and filing"},
	{Article: 34, Paragraph: 1, Zh: "执行单位、督促检查、报告", En: "executing units, urging, reports"},
	{Article: 35, Paragraph: 1, Zh: "执行中的问题及时报告", En: "problems are reported"},
	{Article: 35, Paragraph: 2, Zh: "公众对决策提出意见建议", En: "opinions on the decision"},
	{Article: 36, Paragraph: 1, Zh: "可以组织评估的情形", En: "when to evaluate"},
	{Article: 36, Paragraph: 2, Zh: "受托第三方须独立", En: "an independent third party"},
	{Article: 36, Paragraph: 3, Zh: "听取公众意见，吸收参与", En: "the public and others take part"},
	{Article: 36, Paragraph: 4, Zh: "评估结果作为调整依据", En: "the result is a basis of adjustment"},
	{Article: 37, Paragraph: 1, Zh: "不得随意变更或者停止；中止；重大调整", En: "no change or stop without procedure; suspension; major adjustment"},
	{Article: 38, Paragraph: 1, Zh: "责令改正和责任追究", En: "orders to correct; liability"},
	{
		Article: 38, Paragraph: 2, Zh: "终身责任追究", En: "lifelong accountability",
		Kept:  "责任是有权机关的事；历史不能改、不能删，身份随记录保存。Liability is for the competent organ; the history can neither be changed nor deleted, and identities stay with it.",
		Tests: []string{"TestContract", "TestATouchedChainIsBroken"},
	},
	{
		Article: 38, Paragraph: 3, Zh: "不同意见者减免责任", En: "dissenters are excused",
		Kept:  "不同意见逐字留存，可以按人调取（R30.5）。Dissent is kept word for word, by speaker (R30.5).",
		Tests: []string{"TestEachRuleIsBroken"},
	},
	{
		Article: 39, Paragraph: 1, Zh: "承办单位等的责任", En: "liability of those who run the procedure",
		Kept: "责令改正和整改同第三十八条第一款（R38.1）；何人何日所为见历史。Orders and rectification as in Article 38 ¶1; the history says who did what.", Tests: []string{"TestEachRuleIsBroken"},
	},
	{
		Article: 40, Paragraph: 1, Zh: "执行单位的责任", En: "liability of executing units",
		Kept: "同上；报告的时间线见R34.2、R35.1；执行单位不得自行延期或者转交任务，其隐瞒的问题由决策机关记录。" +
			"The same; the timeline of reports is R34.2 and R35.1; a unit neither moves its day nor passes its task on, and what it conceals the organ puts on record.",
		Tests: []string{"TestEachRuleIsBroken", "TestArt40AUnitGivesItselfNoMoreTime", "TestArt35TheOrganReportsWhatAUnitConceals"},
	},
	{
		Article: 41, Paragraph: 1, Zh: "专家、专业机构的责任", En: "liability of experts and bodies",
		Kept: "专家库状态随选聘记录（R21.1）；处分由有权机关作出。The status in the pool stands with the engagement (R21.1); sanctions are for the competent organ.", Tests: []string{"TestEachRuleIsBroken"},
	},
	{
		Article: 42, Paragraph: 1, Zh: "部门和乡级政府参照执行", En: "departments and townships apply it by reference",
		Kept: "参照执行的规则包（workflow/pack）。Packs that apply it by reference.", Tests: []string{"TestEmbeddedPacksPass"},
	},
	{
		Article: 43, Paragraph: 1, Zh: "省级具体制度", En: "provincial rules",
		Kept: "地方规则包只能从严（workflow/pack）。Local packs may only tighten.", Tests: []string{"TestAPackIsRefusedByName"},
	},
	{
		Article: 43, Paragraph: 2, Zh: "国务院部门具体制度", En: "rules of State Council departments",
		Kept: "同上。The same.", Tests: []string{"TestAPackIsRefusedByName"},
	},
	{Article: 44, Paragraph: 1, Zh: "施行日期", En: "in force"},
}
