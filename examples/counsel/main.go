// Command counsel is a day of legal counsel and of the legality reviewer
// (Arts 25–28), with nothing but the API: what waits, the package word for
// word, its return and what changed when it comes again, a supplement that is
// asked for and comes, counsel's opinion, the opinion on the three heads, and a
// receipt to keep.
//
//	juece serve --demo --log-key log.key
//	go run ./examples/counsel --adviser TOKEN --reviewer TOKEN --unit TOKEN --receipt 回执.json
//
// Three people act here, each with a token of his own, because nobody may act
// for another.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "counsel:", err)
		os.Exit(1)
	}
}

// day is what the three of them do with one case.
type day struct {
	adviser, reviewer, unit *client.Client
	on                      calendar.Date // zero for today
	out                     io.Writer
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("counsel", flag.ContinueOnError)
	url := flags.String("url", "http://127.0.0.1:8080/v1", "接口地址 where the API is")
	adviser := flags.String("adviser", "", "法律顾问的令牌 token of legal counsel")
	reviewer := flags.String("reviewer", "", "合法性审查人员的令牌 token of the legality reviewer")
	unit := flags.String("unit", "", "承办单位经办人的令牌 token of the undertaking unit's clerk")
	on := flags.String("on", "", "发生日期，补录时用 the day it happened, when it is entered later (2026-05-07)")
	receipt := flags.String("receipt", "", "回执存入的文件 the file that the receipt goes to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	d := day{out: out}
	for who, token := range map[**client.Client]string{&d.adviser: *adviser, &d.reviewer: *reviewer, &d.unit: *unit} {
		*who = &client.Client{Base: *url, Authorize: client.Bearer(token)}
	}
	if *on != "" {
		if err := d.on.UnmarshalText([]byte(*on)); err != nil {
			return err
		}
	}
	id, err := d.waiting(ctx)
	if err != nil {
		return err
	}
	opinion, err := d.review(ctx, id)
	if err != nil {
		return err
	}
	if *receipt == "" {
		return nil
	}
	return d.receive(ctx, id, opinion, *receipt)
}

// waiting shows what waits for counsel, and returns the first case that waits
// for his opinion (Art 28).
func (d day) waiting(ctx context.Context) (id string, err error) {
	for task, err := range d.adviser.Tasks(ctx) {
		if err != nil {
			return "", err
		}
		due := "没有法定期限"
		if task.WorkingDays != nil {
			due = fmt.Sprintf("期限%s，还有%d个工作日", task.Due, *task.WorkingDays)
		}
		fmt.Fprintf(d.out, "待办 %s：%s，%s\n", task.Title, task.Zh, due)
		if id == "" && task.Act == (decision.FileCounselOpinion{}).Kind() {
			id = task.Decision
		}
	}
	if id != "" {
		return id, nil
	}
	// An opinion of counsel is asked for where the office wants one; what is
	// under review is found in the reviewer's list.
	for c, err := range d.reviewer.Cases(ctx, client.Filter{Stage: "legality_review"}) {
		if err != nil {
			return "", err
		}
		return c.ID, nil
	}
	return "", errors.New("没有送审的案件 no case is under review")
}

// review reads the package, returns it, reads what came instead, asks for what
// lacks, and gives both opinions.
func (d day) review(ctx context.Context, id string) (client.Receipt, error) {
	under, err := d.reviewer.Case(ctx, id, client.Now())
	if err != nil {
		return client.Receipt{}, err
	}
	fmt.Fprintf(d.out, "案件 %s（%s），第%d版草案\n", under.Title, under.Stage.Zh, under.Draft)
	if _, err := d.read(ctx, id); err != nil {
		return client.Receipt{}, err
	}
	version, err := d.sendBack(ctx, under)
	if err != nil {
		return client.Receipt{}, err
	}
	text, err := d.read(ctx, id)
	if err != nil {
		return client.Receipt{}, err
	}
	version, err = d.supplement(ctx, under, version)
	if err != nil {
		return client.Receipt{}, err
	}
	opinion, err := d.attach(ctx, d.adviser, id, "法律顾问意见书", "罚则须与上位法一致")
	if err != nil {
		return client.Receipt{}, err
	}
	given, err := d.adviser.Do(ctx, id, version, decision.FileCounselOpinion{
		Counsel: "法律顾问甲", Type: "legal_adviser", Draft: under.Draft, Summary: "罚则须与上位法一致", Text: opinion, Read: []string{text},
	}, d.when())
	if err != nil {
		return client.Receipt{}, fmt.Errorf("法律顾问意见 counsel's opinion: %w", err)
	}
	fmt.Fprintf(d.out, "法律顾问意见 第%d条记录\n", given.Version)
	return d.conclude(ctx, id, given.Version, under.Draft, text)
}

// read goes through the package, what came since the last review marked, and
// fetches the draft, so that the opinion names exactly what was read. It
// returns the digest of the draft's text.
func (d day) read(ctx context.Context, id string) (string, error) {
	sent, err := d.reviewer.Package(ctx, id)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(d.out, "送审材料%d份，证据%d份，上次意见以来新增%d份，要求%s前出具意见\n", len(sent.Enclosed), len(sent.Evidence), sent.New, sent.OpinionDue)
	for _, e := range sent.Enclosed {
		mark := ""
		if e.SinceLastReview {
			mark = "（新增）"
		}
		fmt.Fprintf(d.out, "  %s%s\n", e.Title, mark)
	}
	drafts, err := d.reviewer.Drafts(ctx, id)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(drafts, func(v client.Draft) bool { return v.Draft == sent.Draft })
	if i < 0 || len(drafts[i].Materials) == 0 {
		return "", errors.New("没有草案 there is no draft")
	}
	text := drafts[i].Materials[0]
	var size counter
	if err := d.reviewer.Download(ctx, id, history.Digest(text.Digest), &size); err != nil {
		return "", err
	}
	fmt.Fprintf(d.out, "草案 %s，%d字节，%s\n", text.Title, size, text.Digest)
	return text.Digest, nil
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// sendBack returns a package that does not meet the requirements, and has the
// undertaking unit send it again, with what lacked (Art 26 ¶1).
func (d day) sendBack(ctx context.Context, under client.Case) (version int64, err error) {
	returned, err := d.reviewer.Do(ctx, under.ID, under.Version, decision.ReturnPackage{
		Draft: under.Draft, Reason: "未附征求有关单位意见的情况",
	}, d.when())
	if err != nil {
		return 0, fmt.Errorf("退回 return the package: %w", err)
	}
	again, err := d.sent(ctx, under.ID)
	if err != nil {
		return 0, err
	}
	replies, err := d.attach(ctx, d.unit, under.ID, "征求有关单位意见情况", "有关单位意见及采纳情况")
	if err != nil {
		return 0, err
	}
	again.Materials, again.OpinionDue = append(again.Materials, replies), d.today().AddDays(30)
	came, err := d.unit.Do(ctx, under.ID, returned.Version, again, d.when())
	if err != nil {
		return 0, fmt.Errorf("重新送审 send it again: %w", err)
	}
	fmt.Fprintf(d.out, "退回 第%d条记录，案件回到“%s”；第%d条重新送审\n", returned.Version, returned.Stage.Zh, came.Version)
	return came.Version, nil
}

// sent is the package as the unit sent it last, out of the record.
func (d day) sent(ctx context.Context, id string) (decision.SubmitForReview, error) {
	var last decision.SubmitForReview
	entries, err := d.unit.History(ctx, id, client.Now())
	if err != nil {
		return last, err
	}
	for _, e := range slices.Backward(entries) {
		entry, err := history.Parse([]byte(e.Entry))
		if err != nil {
			return last, err
		}
		if entry.Kind == string(last.Kind()) {
			return last, json.Unmarshal(entry.Act, &last)
		}
	}
	return last, errors.New("没有送审记录 nothing was sent")
}

// supplement asks the undertaking unit for what lacks, and has it come. The
// time for the opinion then runs anew (Art 26 ¶2).
func (d day) supplement(ctx context.Context, under client.Case, from int64) (version int64, err error) {
	asked, err := d.reviewer.Do(ctx, under.ID, from, decision.RequestSupplement{
		Draft: under.Draft, Items: []string{"听证笔录签字页"}, Reason: "送审的复印件没有签字页",
	}, d.when())
	if err != nil {
		return 0, fmt.Errorf("要求补正 ask for a supplement: %w", err)
	}
	page, err := d.attach(ctx, d.unit, under.ID, "听证笔录签字页", "听证参加人签字页")
	if err != nil {
		return 0, err
	}
	came, err := d.unit.Do(ctx, under.ID, asked.Version, decision.SupplementPackage{
		Draft: under.Draft, Materials: []decision.Material{page}, OpinionDue: d.today().AddDays(30),
	}, d.when())
	if err != nil {
		return 0, fmt.Errorf("补正 supplement: %w", err)
	}
	fmt.Fprintf(d.out, "补正 第%d条记录要求，第%d条补齐\n", asked.Version, came.Version)
	return came.Version, nil
}

// conclude issues the opinion on the three heads (Art 27), for which the
// department answers.
func (d day) conclude(ctx context.Context, id string, version int64, draft int, text string) (client.Receipt, error) {
	opinion, err := d.attach(ctx, d.reviewer, id, "合法性审查意见书", "符合法定权限、程序，内容合法")
	if err != nil {
		return client.Receipt{}, err
	}
	conforms := func(basis string) decision.Head { return decision.Head{Finding: "conforms", Basis: basis} }
	issued, err := d.reviewer.Do(ctx, id, version, decision.IssueLegalityOpinion{
		Reviewer: "县司法局", Name: "合法性审查人员", Draft: draft,
		Powers: conforms("属于县级人民政府职权"), Procedure: conforms("已履行公众参与、专家论证、风险评估"), Content: conforms("与大气污染防治法一致"),
		Conclusion: "lawful", Read: []string{text}, Text: opinion,
	}, d.when())
	if err != nil {
		return client.Receipt{}, fmt.Errorf("合法性审查意见 the legality opinion: %w", err)
	}
	fmt.Fprintf(d.out, "合法性审查意见 第%d条记录，案件进入“%s”\n", issued.Version, issued.Stage.Zh)
	for _, f := range issued.Findings {
		fmt.Fprintf(d.out, "  %s %s\n", f.Rule, f.Zh)
	}
	return issued, nil
}

func (d day) when() client.Option { return client.OccurredOn(d.on) }

func (d day) today() calendar.Date {
	if d.on.IsZero() {
		return calendar.DateOf(time.Now())
	}
	return d.on
}

// attach uploads a document, for an act to name.
func (d day) attach(ctx context.Context, by *client.Client, id, title, content string) (decision.Material, error) {
	held, err := by.Upload(ctx, id, title, "text/plain; charset=utf-8", []byte(content))
	return decision.Material{Digest: string(held.Digest), Title: title}, err
}

// receive waits until the opinion is sealed, and keeps its receipt.
func (d day) receive(ctx context.Context, id string, issued client.Receipt, path string) (err error) {
	for {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		err = errors.Join(d.reviewer.EntryReceipt(ctx, id, issued.Version, f), f.Close())
		if err == nil {
			fmt.Fprintf(d.out, "回执 %s\n", path)
			return nil
		}
		if !client.Is(err, "not_sealed") {
			return errors.Join(err, os.Remove(path))
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), os.Remove(path))
		case <-time.After(time.Second / 4):
		}
	}
}
