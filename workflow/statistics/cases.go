package statistics

import (
	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// CaseCounts counts cases.
type CaseCounts struct {
	Counted    int64   `json:"counted" doc:"纳入统计的案件，不论期间。Cases that were counted, whatever their period."`
	Unreadable int64   `json:"unreadable" doc:"无法读取、未纳入统计的案件。Cases that could not be read and are not counted."`
	ByEvidence []Count `json:"by_evidence" doc:"证据性质：live运行中，complete完整案卷，published公开信息。What the absence of something means in them."`
	ByStage    []Count `json:"by_stage" doc:"统计日所处阶段；案卷文件无阶段，id为空。Stage on the day of the count; empty for case files."`
	ByOrgan    []Count `json:"by_organ"`

	Proposed  int64 `json:"proposed" doc:"期间内提出建议的。Proposed in the period."`
	Initiated int64 `json:"initiated" doc:"期间内启动的。Initiated in the period."`
	Declined  int64 `json:"declined"`
	Decided   int64 `json:"decided" doc:"期间内讨论通过的。Adopted in the period."`
	Rejected  int64 `json:"rejected"`
	Published int64 `json:"published" doc:"期间内公布的。Published in the period."`
	Withheld  int64 `json:"withheld" doc:"期间内依法不予公开的。Lawfully withheld in the period."`
	Completed int64 `json:"completed" doc:"期间内执行完毕的。Carried out in the period."`
	Withdrawn int64 `json:"withdrawn"`
	// Untold counts those of the above that happened on a day which the file
	// does not tell, and which are in no period.
	Untold []Count `json:"untold" doc:"以上各项中发生日未载明的，不归入任何期间。Of these, what happened on a day that is not told; in no period."`

	Procedures int64   `json:"procedures" doc:"归入本期间的程序：期间内启动的；案卷未载明启动日的，以所载最早日期为准。Procedures of the period, by the day of initiation, or the first day that a file tells."`
	Undated    int64   `json:"undated" doc:"案卷未载明任何日期，不归入任何期间。Files that tell no day at all; in no period."`
	ByCategory []Count `json:"by_category" doc:"归入本期间的程序，按事项类别。Of those procedures."`
	ByLeadUnit []Count `json:"by_lead_unit" doc:"归入本期间的程序，按牵头承办单位。Of those procedures."`
}

// initiated is the day that places a procedure in a period. A live case that
// was not initiated is none yet. It is the zero date when no day is told.
func initiated(c workflow.Case) calendar.Date {
	if started := c.Decision.Initiations; len(started) > 0 && !started[0].OccurredOn.IsZero() {
		return started[0].OccurredOn
	}
	if c.Evidence == workflow.Live {
		return calendar.Date{}
	}
	var first calendar.Date
	for _, d := range c.Deeds {
		if !d.OccurredOn.IsZero() && (first.IsZero() || d.OccurredOn.Before(first)) {
			first = d.OccurredOn
		}
	}
	return first
}

// cases is the part of a tally about cases.
type cases struct {
	counted, procedures, undated            int64
	evidence, stage, organ, reached, untold counter
	category, leadUnit                      counter
}

func (t *cases) add(c workflow.Case, p Period) {
	t.counted++
	t.evidence.add(string(c.Evidence), 1)
	t.organ.add(c.Organ().Name, 1)
	stage := workflow.Stage("")
	if c.Evidence == workflow.Live { // the table is followed by live cases only
		stage = c.Stage
	} else if initiated(c).IsZero() {
		t.undated++
	}
	t.stage.add(string(stage), 1)
	for name, day := range milestones(c.Decision) {
		switch {
		case day.IsZero():
			t.untold.add(name, 1)
		case p.Contains(day):
			t.reached.add(name, 1)
		}
	}
}

// milestones are the days on which a case came to what a report counts; the
// zero date where it did on a day that is not told.
func milestones(d decision.Decision) map[string]calendar.Date {
	days := map[string]calendar.Date{}
	mark(days, "proposed", d.Proposals)
	mark(days, "initiated", d.Initiations)
	mark(days, "declined", d.Declines)
	mark(days, "published", d.Publications)
	mark(days, "completed", d.Completions)
	mark(days, "withdrawn", d.Withdrawals)
	if len(d.Publications) == 0 {
		mark(days, "withheld", d.Withholdings)
	}
	if decided, ok := decision.Last(d.Decisions); ok {
		switch decided.Act.Outcome {
		case "adopted":
			days["decided"] = decided.OccurredOn
		case "rejected":
			days["rejected"] = decided.OccurredOn
		}
	}
	return days
}

// mark notes the day of the first act of a list.
func mark[A decision.Act](days map[string]calendar.Date, name string, list []decision.Done[A]) {
	if len(list) > 0 {
		days[name] = list[0].OccurredOn
	}
}

// place counts a procedure of the period.
func (t *cases) place(c workflow.Case) {
	t.procedures++
	t.leadUnit.add(c.Decision.LeadUnit(), 1)
	proposed, _ := decision.Last(c.Decision.Proposals)
	t.category.add(proposed.Act.Category, 1)
}

func (t *cases) merge(o cases) {
	t.counted += o.counted
	t.procedures += o.procedures
	t.undated += o.undated
	t.evidence.merge(o.evidence)
	t.stage.merge(o.stage)
	t.organ.merge(o.organ)
	t.reached.merge(o.reached)
	t.untold.merge(o.untold)
	t.category.merge(o.category)
	t.leadUnit.merge(o.leadUnit)
}

func (t cases) report() CaseCounts {
	r := CaseCounts{
		Counted: t.counted, Procedures: t.procedures, Undated: t.undated,
		ByEvidence: t.evidence.rows(), ByOrgan: t.organ.rows(), ByStage: []Count{}, Untold: t.untold.rows(),
		ByCategory: t.category.rows(), ByLeadUnit: t.leadUnit.rows(),
		Proposed: t.reached["proposed"], Initiated: t.reached["initiated"], Declined: t.reached["declined"],
		Decided: t.reached["decided"], Rejected: t.reached["rejected"],
		Published: t.reached["published"], Withheld: t.reached["withheld"],
		Completed: t.reached["completed"], Withdrawn: t.reached["withdrawn"],
	}
	for _, s := range append(workflow.Stages(), workflow.StageInfo{}) { // in the order of the statute, case files last
		if n := t.stage[string(s.Stage)]; n > 0 {
			r.ByStage = append(r.ByStage, Count{string(s.Stage), n})
		}
	}
	return r
}
