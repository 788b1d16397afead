package workflow_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
)

// One decision goes from proposal to archive. The steps come from package
// sample; each is an act, who does it, and the day it happens.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "juece-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	st, err := sqlite.Open(ctx, filepath.Join(dir, "juece.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	if err := st.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	packs, err := workflow.Packs()
	if err != nil {
		log.Fatal(err)
	}
	steps := sample.Walk("d713")
	clock := sample.NewClock(steps[0].On)
	svc := &workflow.Service{Store: st, Register: st, Vault: st, Packs: packs, Calendar: calendar.China(), Now: clock.Now}

	opened, err := svc.Propose(ctx, workflow.Request{
		Pack: "d713", Act: steps[0].Act, Actor: steps[0].Actor, OccurredOn: steps[0].On, Materials: steps[0].Files,
	})
	if err != nil {
		log.Fatal(err)
	}
	stage := workflow.StageNone
	for _, s := range steps[1:] {
		clock.Set(s.On)
		if s.Opinions != nil { // opinions go through the register, not the history
			if _, err := svc.ReceiveOpinions(ctx, opened.Decision, s.Actor, "", s.Opinions); err != nil {
				log.Fatal(err)
			}
			if _, err := svc.CommitOpinions(ctx, opened.Decision, s.Actor); err != nil {
				log.Fatal(err)
			}
			continue
		}
		done, err := svc.Do(ctx, workflow.Request{
			Decision: opened.Decision, Expect: workflow.Latest,
			Act: s.Act, Actor: s.Actor, OccurredOn: s.On, Materials: s.Files,
		})
		if err != nil {
			log.Fatal(err)
		}
		if done.Stage != stage {
			stage = done.Stage
			fmt.Println(s.On, stage.Info().Zh)
		}
	}
	records, err := svc.History(ctx, opened.Decision)
	if err != nil {
		log.Fatal(err)
	}
	_, err = history.Verify(opened.Decision, records)
	fmt.Println(len(records), "entries, chain broken:", err != nil)
	// Output:
	// 2026-03-04 已研究论证
	// 2026-03-05 已启动
	// 2026-03-06 草案形成
	// 2026-04-23 合法性审查
	// 2026-05-08 已出审查意见
	// 2026-05-12 列入议题
	// 2026-05-15 集体讨论
	// 2026-05-15 会议记录待签
	// 2026-05-15 已决定
	// 2026-05-20 已公布或依法不予公开
	// 2026-05-29 执行中
	// 2026-06-08 中止执行
	// 2026-06-12 执行中
	// 2026-06-29 执行完毕
	// 91 entries, chain broken: false
}

// A draft that the legality review did not read is refused, with the article.
func ExampleApply() {
	packs, err := workflow.Packs()
	if err != nil {
		log.Fatal(err)
	}
	d713, err := packs.Named("d713")
	if err != nil {
		log.Fatal(err)
	}
	c := workflow.Case{ID: "case", Evidence: workflow.Live, Pack: d713, Calendar: calendar.China()}
	for i, s := range sample.Without(sample.Before("d713", "open_meeting"), "confirm_still_stands") {
		deed := workflow.Deed{Act: s.Act}
		deed.Seq, deed.OccurredOn, deed.RecordedOn, deed.Actor = int64(i+1), s.On, s.On, s.Actor
		applied, err := workflow.Apply(c, deed)
		if err != nil {
			fmt.Println(err)
			return
		}
		c = applied.Case
	}
	// Output:
	// workflow: place_on_agenda refused (rule_violated): the law forbids it as the record stands; R25.1 D713 Art 25: version 2 was reviewed, version 3 is submitted: review it, or have the reviewer sign that the opinion still stands; R25.3 D713 Art 25: lawful after changes, and the reviewer has not verified the changes
}
