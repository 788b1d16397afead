package httpapi

import (
	"context"
	"net/http"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/plan"
)

type planInput struct {
	CasePath
	Meeting string   `query:"meeting" format:"date" doc:"会议日期；默认为最早可以依法决定之日。The day of the meeting; the earliest lawful day by default."`
	Start   string   `query:"start" format:"date" doc:"开始日期，默认为今天。The first day, today by default."`
	Hearing bool     `query:"hearing" doc:"计划举行听证会。Plan a hearing."`
	With    []string `query:"with" maxItems:"8" doc:"视为适用的程序，如congress_act。Steps taken to apply."`
	Without []string `query:"without" maxItems:"8" doc:"视为不适用的程序，如expert_review。Steps taken not to apply."`
}

type pictureOutput struct {
	ContentType string `header:"Content-Type"`
	NoSniff     string `header:"X-Content-Type-Options"`
	Body        []byte
}

func (s *server) plans() {
	table := get("get-plan", "/decisions/{id}/plan", "decisions", "程序计划 Plan the procedure",
		"从案件现状起，最早何时可以依法决定；会议定在某日的，各步最迟何时（第十五条、第十六条、第二十六条）。From where the case stands, the earliest lawful decision and, for a meeting on a day, the latest day of each step (D713 Arts 15, 16, 26).")
	picture := file(get("get-plan-picture", "/decisions/{id}/plan.svg", "decisions", "程序计划图 Draw the plan",
		"同一计划的横道图，不含脚本（第十五条、第十六条、第二十六条）。The same plan as a bar chart, without script (D713 Arts 15, 16, 26)."), "image/svg+xml", "横道图。The bar chart.")
	table.Errors, picture.Errors = []int{http.StatusConflict}, []int{http.StatusConflict}
	add(s, table, readers(), s.getPlan)
	add(s, picture, readers(), s.getPlanPicture)
}

func (s *server) getPlan(ctx context.Context, who caller, in *planInput) (*body[plan.Plan], error) {
	p, _, err := s.plan(ctx, who, in)
	if err != nil {
		return nil, err
	}
	return answer(p), nil
}

func (s *server) getPlanPicture(ctx context.Context, who caller, in *planInput) (*pictureOutput, error) {
	p, cal, err := s.plan(ctx, who, in)
	if err != nil {
		return nil, err
	}
	return &pictureOutput{ContentType: "image/svg+xml", NoSniff: "nosniff", Body: p.SVG(cal)}, nil
}

func (s *server) plan(ctx context.Context, who caller, in *planInput) (plan.Plan, *calendar.Calendar, error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return plan.Plan{}, nil, err
	}
	o := plan.Options{Hearing: in.Hearing, Steps: map[decision.Step]bool{}}
	if o.Start, err = dayOf(in.Start, s.today()); err != nil {
		return plan.Plan{}, nil, err
	}
	if o.Meeting, err = dayOf(in.Meeting, calendar.Date{}); err != nil {
		return plan.Plan{}, nil, err
	}
	for _, step := range in.With {
		o.Steps[decision.Step(step)] = true
	}
	for _, step := range in.Without {
		o.Steps[decision.Step(step)] = false
	}
	p, err := plan.Make(c, o)
	return p, c.Calendar, err
}

func dayOf(text string, otherwise calendar.Date) (calendar.Date, error) {
	if text == "" {
		return otherwise, nil
	}
	day, err := calendar.ParseDate(text)
	if err != nil {
		return day, coded{"invalid_request", "日期须为2026-02-13的形式", "a day must be of the form 2026-02-13"}
	}
	return day, nil
}
