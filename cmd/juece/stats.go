package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/statistics"
)

// statsCmd counts cases, from files or from a database, one after the other.
type statsCmd struct {
	Paths  []string      `arg:"" optional:"" name:"path" help:"案卷文件，或者其所在目录（yaml、yml、json）。Case files, or directories of them."`
	DB     string        `name:"db" placeholder:"sqlite:PATH|postgres://…" help:"统计数据库中的案件，只读。Count the cases of a database; it is only read."`
	Packs  string        `type:"existingdir" placeholder:"DIR" help:"数据库所用的本机关规则包目录，见juece serve --help。The organ's own packs of the database, as for juece serve."`
	From   calendar.Date `placeholder:"DATE" help:"期间首日，默认为末日当年的1月1日。First day; by default 1 January of the year of the last day."`
	To     calendar.Date `placeholder:"DATE" help:"期间末日，默认为统计日。Last day; by default the day of the count."`
	On     calendar.Date `placeholder:"DATE" help:"统计日，默认为今天。The day of the count; today by default."`
	Organ  string        `help:"只统计此决策机关的案件。Only the cases of this organ."`
	Late   int           `name:"late-after" default:"0" help:"超过几日记录为补录。An act is late when it was recorded more days later than this."`
	Ledger string        `enum:",tasks,rectifications" default:"" help:"不作统计，输出台账：tasks（任务）或者rectifications（整改事项）。Write the ledger instead of the counts."`
	Lang   string        `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format string        `enum:"text,json,csv" default:"text" help:"格式：text、json或者csv；台账为csv或者json。The format; of a ledger csv or json."`
}

// Run counts what can be read. What cannot be is said on stderr, counted, and
// makes the exit status 2.
func (c *statsCmd) Run(ctx context.Context, s streams) error {
	wanted, err := c.wanted()
	if err != nil {
		return c.refuse(err, s.err)
	}
	cases, end, err := c.cases(ctx)
	if err != nil {
		return c.refuse(err, s.err)
	}
	use := c.count
	if c.Ledger != "" {
		use = c.ledger
	}
	unreadable := 0
	err = use(s.out, wanted, func(yield func(workflow.Case, error) bool) {
		for subject, err := range cases {
			if errors.Is(err, statistics.ErrUnreadable) {
				unreadable++
				complain(s.err, c.inLanguage(err), c.Lang)
			}
			if !yield(subject, err) {
				return
			}
		}
	})
	if err := errors.Join(err, end()); err != nil {
		return err
	}
	if unreadable > 0 {
		return exitUnusable
	}
	return nil
}

// refuse says why nothing was counted, where it is the caller's to mend.
func (c *statsCmd) refuse(err error, w io.Writer) error {
	wrong, ok := errors.AsType[setupError](err)
	if !ok {
		return err
	}
	fmt.Fprintln(w, "juece stats:", printable(choose(c.Lang, wrong.zh, wrong.en)))
	return exitUnusable
}

// inLanguage returns the error that stands behind an unreadable case, where it
// has its own words for people.
func (c *statsCmd) inLanguage(err error) error {
	if wrong, ok := errors.AsType[setupError](err); ok {
		return errors.New(choose(c.Lang, wrong.zh, wrong.en))
	}
	return err
}

// wanted fills in the defaults and returns the period.
func (c *statsCmd) wanted() (statistics.Period, error) {
	if c.On.IsZero() {
		c.On = calendar.DateOf(time.Now())
	}
	if c.To.IsZero() {
		c.To = c.On
	}
	p := statistics.Period{From: c.From, To: c.To}
	if p.From.IsZero() {
		p.From = statistics.Year(c.To).From
	}
	switch {
	case p.To.Before(p.From):
		return p, setupError{"期间末日早于首日", "the period ends before it begins"}
	case c.Late < 0:
		return p, setupError{"--late-after不得为负数", "--late-after must not be negative"}
	case (len(c.Paths) > 0) == (c.DB != ""):
		return p, setupError{"须给出案卷文件或者目录，或者--db，二者取一", "name case files or directories, or --db, and not both"}
	case c.Ledger != "" && c.Format == "text":
		return p, setupError{"台账的格式须为csv或者json：加上--format csv", "a ledger is csv or json: add --format csv"}
	}
	return p, nil
}

// cases returns the cases to count, and what to do when they were.
func (c *statsCmd) cases(ctx context.Context) (cases iter.Seq2[workflow.Case, error], end func() error, err error) {
	if c.DB == "" {
		packs, err := workflow.Packs()
		if err != nil {
			return nil, nil, err
		}
		return fileCases{paths: c.Paths, organ: c.Organ, packs: packs}.all, func() error { return nil }, nil
	}
	st, err := openExisting(ctx, c.DB)
	if err != nil {
		return nil, nil, err
	}
	svc, err := newService(st, nil, c.Packs, "")
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return statistics.Stored(ctx, svc, c.Organ), st.Close, nil
}

// count writes the report.
func (c *statsCmd) count(w io.Writer, p statistics.Period, cases iter.Seq2[workflow.Case, error]) error {
	tally := statistics.Tally{Period: p, LateAfter: c.Late}
	for subject, err := range cases {
		switch {
		case errors.Is(err, statistics.ErrUnreadable):
			tally.AddUnreadable()
		case err != nil:
			return err
		default:
			tally.Add(subject, c.On)
		}
	}
	r := tally.Report()
	r.AsOf = c.On // also when there was nothing to count
	switch c.Format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case "csv":
		return writeReportCSV(w, r, c.Lang)
	}
	return writeReport(w, r, c.Organ, c.Lang)
}
