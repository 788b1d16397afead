package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// exportCmd writes one decision into one file.
type exportCmd struct {
	Decision string `arg:"" help:"案件编号。The id of the case."`
	Output   string `short:"o" required:"" type:"path" placeholder:"FILE" help:"案卷包（.zip）；已有的不覆盖。The dossier; an existing file is left as it is."`
	logSource
	Packs    string           `type:"existingdir" placeholder:"DIR" help:"数据库所用的本机关规则包目录，见juece serve --help。The organ's own packs of the database, as for juece serve."`
	At       int64            `placeholder:"SIZE" help:"以此大小的检查点为准，默认为最新。The checkpoint to export at; the latest by default."`
	Earlier  []string         `type:"existingfile" placeholder:"FILE" help:"收件人手中较早的检查点，案卷包将证明日志由其延续。A checkpoint that the receiver holds; the dossier shows that the log continues it."`
	Withhold []decision.Class `placeholder:"CLASS" help:"不予提供的类别：personal（个人信息，含意见原文）、deliberation（内部讨论，含会议发言）、commercial、security、other。What to withhold, by class."`
	Ground   string           `placeholder:"TEXT" help:"不予提供意见原文、会议发言的依据，引到条。Why opinions and statements are withheld, citing the article."`
	Lang     string           `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
}

// Run writes the dossier whole or not at all.
func (c *exportCmd) Run(ctx context.Context, s streams) error {
	redaction := dossier.Redaction{Classes: c.Withhold, Ground: c.Ground}
	if err := redaction.Check(); err != nil {
		return setupError{
			"--withhold的类别为personal、deliberation、commercial、security、other；personal和deliberation须以--ground写明依据",
			"--withhold takes personal, deliberation, commercial, security and other; personal and deliberation need their ground in --ground",
		}
	}
	request := dossier.Request{Decision: c.Decision, Size: c.At, Withhold: redaction.Withhold}
	for _, path := range c.Earlier {
		signed, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		request.Earlier = append(request.Earlier, signed)
	}
	return c.dossiers(ctx, c.Packs, func(source dossier.Source) error {
		m, err := c.write(ctx, source, request)
		if err != nil {
			return inTheWay(err)
		}
		return c.tell(ctx, s, source, m)
	})
}

// dossiers opens what dossiers and receipts are made from, for a function.
func (c logSource) dossiers(ctx context.Context, packs string, fn func(dossier.Source) error) error {
	return c.readStore(ctx, func(st *store.Store, log transparency.Log) error {
		svc, err := newService(st, nil, packs, "")
		if err != nil {
			return err
		}
		return fn(dossier.Source{Service: svc, Log: log, Program: "juece " + version()})
	})
}

// write writes beside the file, and gives it its name when it is whole.
func (c *exportCmd) write(ctx context.Context, source dossier.Source, r dossier.Request) (m dossier.Manifest, err error) {
	if _, err := os.Lstat(c.Output); err == nil {
		return m, setupError{"文件已经存在：" + c.Output, "the file exists already: " + c.Output}
	}
	f, err := os.CreateTemp(filepath.Dir(c.Output), ".juece-export-*")
	if err != nil {
		return m, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	m, err = dossier.Export(ctx, source, r, f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return m, err
	}
	// A link fails where the name was taken meanwhile; a rename would not.
	if err = os.Link(f.Name(), c.Output); err != nil {
		return m, err
	}
	return m, os.Remove(f.Name())
}

// tell says what was written, and what the checkpoint does not cover.
func (c *exportCmd) tell(ctx context.Context, s streams, source dossier.Source, m dossier.Manifest) error {
	fmt.Fprintf(s.out, "%s\n", c.Output)
	fmt.Fprintln(s.err, choose(c.Lang,
		fmt.Sprintf("%d条记录，%d件材料，%d条意见；检查点%s，大小%d", m.Version, len(m.Items), m.Register.Count, m.Checkpoint.Origin, m.Checkpoint.Size),
		fmt.Sprintf("%d entries, %d materials, %d opinions; checkpoint %s of size %d", m.Version, len(m.Items), m.Register.Count, m.Checkpoint.Origin, m.Checkpoint.Size)))
	records, err := source.Service.History(ctx, c.Decision)
	if err != nil {
		return err
	}
	if later := int64(len(records)) - m.Version; later > 0 {
		fmt.Fprintln(s.err, choose(c.Lang,
			fmt.Sprintf("另有%d条记录在此检查点之后，不在案卷包内", later),
			fmt.Sprintf("%d entries came after this checkpoint and are not in it", later)))
	}
	backlog, err := source.Log.Backlog(ctx, c.Decision)
	if err == nil && backlog.Entries > 0 {
		fmt.Fprintln(s.err, choose(c.Lang,
			fmt.Sprintf("其中%d条尚未封存，最早的一条已等%d秒", backlog.Entries, int64(time.Since(backlog.Oldest)/time.Second)),
			fmt.Sprintf("%d of them are not sealed yet, the oldest for %d seconds", backlog.Entries, int64(time.Since(backlog.Oldest)/time.Second))))
	}
	return err
}

// inTheWay puts what stands in the way of a dossier or a receipt into words.
func inTheWay(err error) error {
	switch {
	case errors.Is(err, workflow.ErrNotFound):
		return setupError{"没有这个案件", "there is no such case"}
	case errors.Is(err, dossier.ErrUnsealed):
		return setupError{"这个案件还没有封存：请先运行juece seal", "nothing of the case is sealed yet: run juece seal first"}
	case errors.Is(err, dossier.ErrErasedSince):
		return setupError{"检查点之后有内容依法删除：请以较新的检查点导出", "something was erased after that checkpoint: export at a later one"}
	case errors.Is(err, transparency.ErrNotFound):
		return setupError{"没有这个检查点", "there is no such checkpoint"}
	case errors.Is(err, history.ErrNoProof):
		return setupError{"所持检查点比导出所用的更新：去掉--at", "the checkpoint held is newer than the one to export at: leave out --at"}
	case errors.Is(err, history.ErrFork):
		return setupError{"所持检查点属于另一个日志", "the checkpoint held is of another log"}
	}
	return err
}
