package httpapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/statistics"
)

func (s *server) statistics() {
	add(s, get("get-statistics", "/statistics", "statistics", "统计 Statistics",
		"期间内的结案率、程序、补录、审查用时等（第九条）。Closure rates, steps, late entries, review times and more over a period (D713 Art 9). "+
			"Every case is judged anew, so at most Options.MaxCases are counted at once; with more the answer is 422, and juece stats --db counts any number."),
		readers(), s.getStatistics)
}

type statisticsInput struct {
	From  string `query:"from" format:"date" doc:"期间首日，默认为末日当年的1月1日。First day; 1 January of the year of the last day by default."`
	To    string `query:"to" format:"date" doc:"期间末日，默认为今天。Last day; today by default."`
	Organ string `query:"organ" maxLength:"128" doc:"只有审计人员可以不指定；上级机关可以指定其监督的机关。An auditor may name any organ, or none for all; a supervisor one that he supervises."`
}

func (s *server) getStatistics(ctx context.Context, who caller, in *statisticsInput) (*body[statistics.Report], error) {
	today := s.today()
	period, err := in.period(today)
	if err != nil {
		return nil, err
	}
	organ, err := who.organOf(in.Organ)
	if err != nil {
		return nil, err
	}
	if err := s.countable(ctx, who, organ); err != nil {
		return nil, err
	}
	tally := statistics.Tally{Period: period}
	for c, err := range statistics.Stored(ctx, s.svc, organ, who.Cases...) {
		switch {
		case errors.Is(err, statistics.ErrUnreadable):
			s.opts.Logger.ErrorContext(ctx, "case left out of the statistics", "case", c.ID, "error", err)
			tally.AddUnreadable()
		case err != nil:
			return nil, err
		default:
			tally.Add(c, today)
		}
	}
	return answer(tally.Report()), nil
}

// period reads the period that is asked for.
func (in *statisticsInput) period(today calendar.Date) (statistics.Period, error) {
	day := func(text string, otherwise calendar.Date) (calendar.Date, error) {
		if text == "" {
			return otherwise, nil
		}
		d, err := calendar.ParseDate(text)
		if err != nil {
			return d, coded{"invalid_request", "日期须为2026-02-13的形式", "a date is of the form 2026-02-13"}
		}
		return d, nil
	}
	to, err := day(in.To, today)
	if err != nil {
		return statistics.Period{}, err
	}
	p := statistics.Year(to)
	if p.From, err = day(in.From, p.From); err != nil {
		return p, err
	}
	if p.To.Before(p.From) {
		return p, coded{"invalid_request", "期间末日早于首日", "the period ends before it begins"}
	}
	return p, nil
}

// organOf returns the organ whose cases a list is of: the one that was named,
// or the caller's own, or for an auditor all.
func (c caller) organOf(named string) (string, error) {
	if !printable(named) {
		return "", coded{"invalid_request", "参数含有不可显示的字符", "a parameter holds characters that cannot be shown"}
	}
	if named == "" && !c.has(workflow.RoleAuditor) {
		named = c.Organ
	}
	if !c.mayRead(named) {
		return "", coded{"not_permitted", "只能统计本机关的案件", "only the cases of the caller's own organ"}
	}
	return named, nil
}

// countable refuses before any work is done what would take too long: each case
// is read whole.
func (s *server) countable(ctx context.Context, who caller, organ string) error {
	most := s.opts.MaxCases
	rows, err := s.svc.Store.List(ctx, workflow.Query{Organ: organ, Cases: who.Cases, Limit: most + 1})
	if err != nil {
		return err
	}
	if len(rows) > most {
		return coded{
			"too_many_cases",
			fmt.Sprintf("案件超过%d件", most),
			fmt.Sprintf("there are more than %d cases", most),
		}
	}
	return nil
}
