package httpapi

import (
	"context"
	"slices"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
)

// Stage is where a case stands.
type Stage struct {
	ID workflow.Stage `json:"id" example:"drafting"`
	Zh string         `json:"zh" example:"草案形成"`
	En string         `json:"en" example:"drafting"`
}

func viewStage(stage workflow.Stage) Stage {
	info := stage.Info()
	return Stage{ID: stage, Zh: info.Zh, En: info.En}
}

// Summary is a case in a list.
type Summary struct {
	ID        string         `json:"id"`
	Version   int64          `json:"version"`
	Head      history.Digest `json:"head" doc:"末条记录的摘要。Digest of the last entry."`
	Stage     Stage          `json:"stage"`
	Title     string         `json:"title"`
	Organ     string         `json:"organ"`
	LeadUnit  string         `json:"lead_unit,omitempty"`
	Pack      string         `json:"pack"`
	CreatedAt time.Time      `json:"created_at"`
	UpdatedAt time.Time      `json:"updated_at"`
}

// Case is one case: where it stands, what can be done, what was found.
type Case struct {
	ID       string             `json:"id"`
	Version  int64              `json:"version"`
	Stage    Stage              `json:"stage"`
	Title    string             `json:"title"`
	Organ    string             `json:"organ"`
	LeadUnit string             `json:"lead_unit,omitempty"`
	Pack     string             `json:"pack"`
	Draft    int                `json:"draft,omitempty" doc:"草案的最新版次。The last version of the draft."`
	Opinions int64              `json:"opinions" doc:"已入册的意见数。How many opinions the history commits to."`
	Acts     []Act              `json:"acts" doc:"本阶段可以进行的程序行为。Acts that have a place in this stage."`
	Findings []workflow.Finding `json:"findings" doc:"违反的规则。Rules that are violated as the record stands."`
}

// Entry is one entry of a history, verbatim, with its two times as they stand
// in it. The day it happened is its actor's claim; nobody can set the time it
// was recorded.
type Entry struct {
	Seq        int64          `json:"seq"`
	Digest     history.Digest `json:"digest"`
	OccurredOn string         `json:"occurred_on,omitempty" format:"date" doc:"行为人所称的发生日。The day it happened, as its actor says."`
	RecordedAt string         `json:"recorded_at,omitempty" format:"date-time" doc:"系统记录的时间，不能指定。When it was recorded; nobody can set it."`
	LagDays    int            `json:"lag_days" doc:"补录：记录日（北京时间）晚于发生日的天数，0为当日。Late entry: days from the one to the other, by the calendar of China; 0 on the same day."`
	Entry      string         `json:"entry,omitempty" doc:"所存并计算摘要的原文，逐字节。The text that is stored and hashed, byte for byte."`
	// Withheld is why the caller is not given the entry; then there is nothing
	// but its number and its digest, as in a dossier.
	Withheld *decision.Restriction `json:"withheld,omitempty" doc:"不予提供的类别和依据；只给序号和摘要。Why the entry is withheld; only its number and digest are given then."`
}

func viewEntry(r history.Record) (Entry, error) {
	e, err := history.Parse(r.Data)
	if err != nil {
		return Entry{}, err
	}
	at, err := history.ParseTime(e.RecordedAt)
	if err != nil {
		return Entry{}, err
	}
	ref := decision.Ref{RecordedOn: calendar.DateOf(at)}
	if err := ref.OccurredOn.UnmarshalText([]byte(e.OccurredOn)); err != nil {
		return Entry{}, err
	}
	return Entry{
		Seq: r.Seq, Digest: r.Digest, OccurredOn: e.OccurredOn, RecordedAt: e.RecordedAt, LagDays: ref.Lag(), Entry: string(r.Data),
	}, nil
}

func (s *server) decisions() {
	add(s, get("list-decisions", "/decisions", "decisions", "案件列表 List cases",
		"所属机关的案件，按编号排列，可以按单位、阶段、期间和违反的规则筛选（第九条）。The cases of the caller's organ in order of id, by unit, stage, period and rule violated (D713 Art 9); an auditor sees all."), readers(), s.listDecisions)
	add(s, get("get-decision", "/decisions/{id}", "decisions", "查看案件 Read a case",
		"阶段、可以进行的程序行为和违反的规则；可以查看当时的情况（第三十三条）。Where it stands, what can be done, what is violated, now or as recorded at a moment (D713 Art 33). The ETag is the version to act on."), readers(), s.getDecision)
	add(s, get("get-history", "/decisions/{id}/history", "decisions", "查看历史 Read the history",
		"全过程记录（第三十三条），各条的发生日、记录时间和补录天数。The whole record, verbatim (D713 Art 33), with the day each act happened, when it was recorded, and the lag."), readers(), s.getHistory)
	add(s, get("get-missing", "/decisions/{id}/missing", "decisions", "尚缺事项 What is missing",
		"下一关口和公布之前还缺什么、由谁补、最早何时，各引到条（第十条至第三十七条）。What the next gate and publication lack, each by its article, who can clear it, and from when (D713 Arts 10 to 37)."), readers(), s.getMissing)
}

type listInput struct {
	Organ       string `query:"organ" maxLength:"128" doc:"审计人员可以指定任何机关；上级机关可以指定其监督的机关。An auditor may name any organ, a supervisor one that he supervises."`
	Stage       string `query:"stage" maxLength:"64" doc:"只列此阶段的案件。Only cases in this stage."`
	LeadUnit    string `query:"lead_unit" maxLength:"128" doc:"只列此牵头单位的案件。Only cases that this unit leads."`
	Finding     string `query:"finding" pattern:"^[A-Z]+[0-9]+([.][0-9]+)?$" doc:"现在违反此项规则的案件；逐案判断，一次最多看200件，未看完的有next。Cases that violate this rule as the record stands; each is judged, at most 200 in one request, and next goes on from there." example:"R16.4"`
	OpenedFrom  string `query:"opened_from" format:"date" doc:"建案期间的首日、末日，都包括在内。Opened in the system from this day to that, both included."`
	OpenedTo    string `query:"opened_to" format:"date" doc:"建案期间的末日。The last day of that period."`
	ChangedFrom string `query:"changed_from" format:"date" doc:"最近一次记录的期间。Last recorded upon from this day to that, both included."`
	ChangedTo   string `query:"changed_to" format:"date" doc:"最近一次记录期间的末日。The last day of that period."`
	After       string `query:"after" maxLength:"64" doc:"上一页的next。next of the page before."`
	Limit       int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"每页条数。How many on a page."`
}

var errForeign = coded{"not_permitted", "只能查看本机关的案件", "only the cases of the caller's own organ"}

// maxScanned bounds how many cases one request judges.
const maxScanned = 200

// query is what a list asks of the store.
func (in *listInput) query() (q workflow.Query, err error) {
	if !printable(in.Organ + in.Stage + in.LeadUnit + in.After) {
		return q, coded{"invalid_request", "参数含有不可显示的字符", "a parameter holds characters that cannot be shown"}
	}
	q = workflow.Query{Organ: in.Organ, Stage: in.Stage, LeadUnit: in.LeadUnit, After: in.After, Limit: in.Limit}
	if q.Opened, err = period(in.OpenedFrom, in.OpenedTo); err != nil {
		return q, err
	}
	q.Changed, err = period(in.ChangedFrom, in.ChangedTo)
	return q, err
}

// period is from the beginning of one civil day in China to the end of another.
func period(from, to string) (p workflow.Period, err error) {
	day := func(text string, later int) (time.Time, error) {
		if text == "" {
			return time.Time{}, nil
		}
		d, err := calendar.ParseDate(text)
		if err != nil {
			return time.Time{}, coded{"invalid_request", "日期须为2026-02-13的形式", "a date is of the form 2026-02-13"}
		}
		return d.AddDays(later).Begins(), nil
	}
	if p.From, err = day(from, 0); err != nil {
		return p, err
	}
	p.Before, err = day(to, 1)
	return p, err
}

func (s *server) listDecisions(ctx context.Context, who caller, in *listInput) (*body[page[Summary]], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	if q.Organ == "" && !who.has(workflow.RoleAuditor) {
		q.Organ = who.Organ
	}
	if !who.mayRead(q.Organ) {
		return nil, errForeign
	}
	q.Cases = who.Cases
	if in.Finding != "" {
		if _, known := workflow.Severities()[in.Finding]; !known { // an empty list would say that nobody violates it
			return nil, coded{"invalid_request", "没有这项规则", "there is no such rule"}
		}
		return s.listViolating(ctx, q, in.Finding)
	}
	rows, err := s.svc.Store.List(ctx, q)
	if err != nil {
		return nil, err
	}
	out := page[Summary]{Items: make([]Summary, len(rows))}
	for i, r := range rows {
		out.Items[i] = viewSummary(r)
	}
	if len(rows) == q.Limit {
		out.Next = rows[len(rows)-1].Decision
	}
	return answer(out), nil
}

// listViolating judges case after case, and stops at a full page or when
// enough were judged for one request.
func (s *server) listViolating(ctx context.Context, q workflow.Query, rule string) (*body[page[Summary]], error) {
	wanted := q.Limit
	q.Limit = maxScanned
	rows, err := s.svc.Store.List(ctx, q)
	if err != nil {
		return nil, err
	}
	out := page[Summary]{Items: []Summary{}}
	violates := func(f workflow.Finding) bool { return f.Rule == rule }
	for i, r := range rows {
		c, err := s.svc.Read(ctx, r.Decision)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(workflow.Open(workflow.Evaluate(c, s.today())), violates) {
			out.Items = append(out.Items, viewSummary(r))
		}
		if len(out.Items) == wanted || i == maxScanned-1 {
			out.Next = r.Decision
			break
		}
	}
	return answer(out), nil
}

func viewSummary(r workflow.Summary) Summary {
	return Summary{
		ID: r.Decision, Version: r.Version, Head: r.Head, Stage: viewStage(workflow.Stage(r.Stage)), Title: r.Title,
		Organ: r.Organ, LeadUnit: r.LeadUnit, Pack: r.PackName, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

type caseOutput struct {
	ETag string `header:"ETag" doc:"版本。The version, for If-Match."`
	Body Case
}

// PointInTime is a moment of the past that a reader asks about.
type PointInTime struct {
	AsOf    time.Time `query:"as_of" doc:"当时：只算此刻以前已经记录的，并按当日判断。As of this time: what was recorded by then, judged on that day." example:"2026-05-08T09:00:00+08:00"`
	AsOfSeq int64     `query:"as_of_seq" minimum:"1" doc:"当时：算到第几条记录。As of this entry."`
}

type caseInput struct {
	CasePath
	PointInTime
}

// at returns a case that the caller may read as it stood recorded at a moment,
// its entries, and the day to judge it on.
func (s *server) at(ctx context.Context, who caller, id string, m PointInTime) (workflow.Case, []history.Record, calendar.Date, error) {
	if !m.AsOf.IsZero() && m.AsOfSeq > 0 {
		return workflow.Case{}, nil, calendar.Date{}, coded{"invalid_request", "as_of和as_of_seq只用一个", "give as_of or as_of_seq, not both"}
	}
	if m.AsOf.After(s.now()) {
		return workflow.Case{}, nil, calendar.Date{}, coded{"invalid_request", "as_of不能晚于现在", "as_of lies in the future"}
	}
	return s.readAt(ctx, who, id, workflow.Moment{Time: m.AsOf, Seq: m.AsOfSeq})
}

func (s *server) getDecision(ctx context.Context, who caller, in *caseInput) (*caseOutput, error) {
	c, _, on, err := s.at(ctx, who, in.ID, in.PointInTime)
	if err != nil {
		return nil, err
	}
	draft, _ := c.Decision.Draft()
	return &caseOutput{ETag: etag(c.Version()), Body: Case{
		ID: c.ID, Version: c.Version(), Stage: viewStage(c.Stage), Title: c.Title(), Organ: c.Organ().Name,
		LeadUnit: c.Decision.LeadUnit(), Pack: c.Pack.Name, Draft: draft.Act.Draft, Opinions: c.Decision.OpinionCount(),
		Acts: actsIn(c.Stage), Findings: workflow.Open(workflow.Evaluate(c, on)),
	}}, nil
}

// actsIn lists the acts that have a place in a stage, in the order of the
// statute.
func actsIn(stage workflow.Stage) []Act {
	list := []Act{}
	for _, a := range viewActs() {
		if slices.ContainsFunc(workflow.Transitions(), func(t workflow.Transition) bool { return t.From == stage && t.Act == a.Kind }) {
			list = append(list, a)
		}
	}
	return list
}

func (s *server) today() calendar.Date { return calendar.DateOf(s.now()) }

func (s *server) now() time.Time {
	if s.svc.Now != nil {
		return s.svc.Now()
	}
	return time.Now()
}

// History is the whole record of a case.
type History struct {
	Items   []Entry  `json:"items"`
	Sealing *Sealing `json:"sealing,omitempty" doc:"封存到何处。How far it is sealed in the log; absent where there is none, and of an earlier moment."`
}

func (s *server) getHistory(ctx context.Context, who caller, in *caseInput) (*body[History], error) {
	c, records, _, err := s.at(ctx, who, in.ID, in.PointInTime)
	if err != nil {
		return nil, err
	}
	out := History{Items: make([]Entry, len(records))}
	if in.PointInTime == (PointInTime{}) {
		if out.Sealing, err = s.sealing(ctx, who, in.ID, int64(len(records))); err != nil {
			return nil, err
		}
	}
	for i, r := range records {
		if out.Items[i], err = who.entry(c, r); err != nil {
			return nil, err
		}
	}
	return answer(out), nil
}

// entry is an entry of a case as the caller may have it.
func (c caller) entry(in workflow.Case, r history.Record) (Entry, error) {
	if why := c.keptOfMeeting(in); why != nil && dossier.Deliberative(in.Deeds[r.Seq-1].Act.Kind()) {
		return Entry{Seq: r.Seq, Digest: r.Digest, Withheld: why}, nil
	}
	return viewEntry(r)
}
