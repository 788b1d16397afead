// Command audit is a day of an auditor, with nothing but the API and, at the
// end, without it: cases are found by unit, period and the rule that they break,
// one is traced entry by entry and looked at as it was at the end of a day and
// when it was about to be decided, and its dossier is verified here, without trusting the server.
//
//	juece serve --demo --log-key log.key
//	go run ./examples/audit --token TOKEN --key KEY --unit 县城市管理局 -o 案卷.zip
//
// KEY is the log's public key, from a channel that is not the server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/httpapi/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

type auditor struct {
	*client.Client
	out io.Writer
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	url := flags.String("url", "http://127.0.0.1:8080/v1", "接口地址 where the API is")
	token := flags.String("token", "", "审计人员的令牌 token of the auditor")
	key := flags.String("key", "", "日志公钥，须从可靠渠道取得 the log's public key, from a channel that is not the server")
	unit := flags.String("unit", "", "承办单位 the lead unit")
	from := flags.String("from", "2000-01-01", "建案期间首日 opened from this day")
	to := flags.String("to", "", "建案期间末日 and until this one")
	asOf := flags.String("as-of", "", "看这一日终了时的情况 look at the case as it was at the end of this day (2026-05-06)")
	rule := flags.String("rule", "", "只看违反此项规则的案件 only cases that violate this rule")
	file := flags.String("o", "案卷.zip", "案卷包存入的文件 the file that the dossier goes to")
	if err := flags.Parse(args); err != nil {
		return err
	}
	a := auditor{&client.Client{Base: *url, Authorize: client.Bearer(*token)}, out}
	var first, last, day calendar.Date
	if err := errors.Join(first.UnmarshalText([]byte(*from)), last.UnmarshalText([]byte(*to)), day.UnmarshalText([]byte(*asOf))); err != nil {
		return err
	}
	id, err := a.find(ctx, client.Filter{LeadUnit: *unit, Finding: *rule, OpenedFrom: first, OpenedTo: last})
	if err != nil {
		return err
	}
	decided, err := a.trace(ctx, id)
	if err != nil {
		return err
	}
	if !day.IsZero() {
		evening := client.Moment{Time: day.AddDays(1).Begins().Add(-time.Microsecond)}
		if err := a.asItWas(ctx, id, day.String()+"终了时", evening); err != nil {
			return err
		}
	}
	if decided == 0 {
		fmt.Fprintln(out, "尚未决定")
	} else if err := a.asItWas(ctx, id, "决定之前", client.Moment{Seq: decided - 1}); err != nil {
		return err
	}
	return a.verify(ctx, id, *key, *file)
}

// find lists the cases, and picks the one that went furthest.
func (a auditor) find(ctx context.Context, f client.Filter) (id string, err error) {
	longest := int64(0)
	for c, err := range a.Cases(ctx, f) {
		if err != nil {
			return "", err
		}
		fmt.Fprintf(a.out, "案件 %s（%s），%d条记录，建案于%s\n", c.Title, c.Stage.Zh, c.Version, calendar.DateOf(c.CreatedAt))
		if c.Version > longest {
			id, longest = c.ID, c.Version
		}
	}
	if id == "" {
		return "", errors.New("没有这样的案件 there is no such case")
	}
	return id, nil
}

// trace goes through the record: who did what, when it happened and when it was
// recorded. It returns the entry of the decision.
func (a auditor) trace(ctx context.Context, id string) (decided int64, err error) {
	entries, err := a.History(ctx, id, client.Now())
	if err != nil {
		return 0, err
	}
	late := 0
	for _, e := range entries {
		if e.Withheld != nil {
			fmt.Fprintf(a.out, "  %3d 不予提供：%s\n", e.Seq, e.Withheld.Ground)
			continue
		}
		entry, err := history.Parse([]byte(e.Entry))
		if err != nil {
			return 0, err
		}
		if e.LagDays > 0 {
			late++
		}
		if entry.Kind == string(decision.Decide{}.Kind()) {
			decided = e.Seq
		}
		name := entry.Kind
		if info, err := decision.Describe(decision.Kind(entry.Kind)); err == nil {
			name = info.Zh
		}
		fmt.Fprintf(a.out, "  %3d %s %s（%s）\n", e.Seq, e.OccurredOn, name, entry.Actor.ID)
	}
	fmt.Fprintf(a.out, "共%d条记录，其中补录%d条\n", len(entries), late)
	return decided, nil
}

// asItWas shows what was known at a moment, and what was missing for the
// decision then: what came later does not count.
func (a auditor) asItWas(ctx context.Context, id, when string, at client.Moment) error {
	then, err := a.Case(ctx, id, at)
	if err != nil {
		return err
	}
	lacking, err := a.Missing(ctx, id, decision.Decide{}.Kind(), at)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s（第%d条记录）：处于“%s”阶段，第%d版草案，公众意见%d条\n", when, then.Version, then.Stage.Zh, then.Draft, then.Opinions)
	n := 0
	for _, g := range lacking.Groups {
		for _, f := range g.Findings {
			if n++; f.Severity == workflow.Hard {
				fmt.Fprintf(a.out, "  尚缺 %s %s\n", f.Rule, f.Zh)
			}
		}
	}
	fmt.Fprintf(a.out, "当时尚缺%d项\n", n)
	return nil
}

// verify fetches the dossier and verifies it on this machine. From here on the
// server is not asked any more.
func (a auditor) verify(ctx context.Context, id, key, path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for {
		err = a.Dossier(ctx, id, 0, f)
		if !client.Is(err, "not_sealed") {
			break
		}
		select { // the sealer comes by in a few seconds
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second / 4):
		}
	}
	if err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	packs, err := workflow.Packs()
	if err != nil {
		return err
	}
	trust := history.Trust{Verifiers: gm.Verifiers(), Algorithms: history.Algorithms{gm.SM3()}}
	if key != "" {
		trust.Keys = strings.Fields(key)
	}
	report, err := dossier.Verify(ctx, f, size, dossier.Options{Trust: trust, Packs: packs})
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, report.Text("zh"))
	if report.Verdict != dossier.Sound {
		return errors.New("案卷包不成立 the dossier does not hold")
	}
	return nil
}
