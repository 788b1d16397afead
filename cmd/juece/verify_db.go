package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/audit"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
)

// storeFlags are those for a whole database.
type storeFlags struct {
	DB         string `name:"db" group:"数据库 A whole database" placeholder:"DSN" help:"核验整个数据库，只读，可以在使用中。Verify a whole database; it is only read, and may be in use."`
	Origin     string `group:"数据库 A whole database" placeholder:"NAME" help:"日志名称，默认为所给公钥、检查点的，或者数据库中唯一的日志。The name of the log; by default that of the key or checkpoint given, or the only one there is."`
	Packs      string `group:"数据库 A whole database" type:"existingdir" placeholder:"DIR" help:"本机关规则包目录，见juece serve --help。The organ's own packs, as for juece serve."`
	Problems   int    `group:"数据库 A whole database" default:"100" placeholder:"N" help:"最多列出几个问题。How many problems to list."`
	NoProgress bool   `group:"数据库 A whole database" name:"no-progress" help:"不显示进度。No progress bar."`
}

// storeVerification verifies a whole database, which may be in use.
type storeVerification struct {
	storeFlags
	trustFlags
	Lang, Format string
}

// Run verifies and reports. The exit status is 0 when the store is sound, 1
// when it is broken, and 2 when it could not be verified.
func (c *storeVerification) Run(ctx context.Context, s streams) error {
	report, err := c.verify(ctx, s)
	if err != nil {
		text := err.Error()
		if wrong, ok := errors.AsType[setupError](err); ok {
			text = choose(c.Lang, wrong.zh, wrong.en)
		}
		fmt.Fprintln(s.err, "juece verify:", printable(text))
		return exitUnusable
	}
	write := c.writeText
	if c.Format == "json" {
		write = c.writeJSON
	}
	if err := write(s.out, report); err != nil {
		return err
	}
	return verdictStatus(report.Verdict)
}

func (c *storeVerification) verify(ctx context.Context, s streams) (_ *audit.Report, err error) {
	packs, err := packsOf(c.Packs)
	if err != nil {
		return nil, err
	}
	o := audit.Options{Texts: workflow.Held{Packs: packs, Years: calendar.China()}, Problems: c.Problems}
	if o.Trust, err = c.trust(); err != nil {
		return nil, err
	}
	for _, path := range slices.Concat(c.Checkpoint, c.Earlier) {
		note, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		o.Outside = append(o.Outside, note)
	}
	st, err := openExisting(ctx, c.DB)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if o.Origin, err = c.origin(ctx, st, o); err != nil {
		return nil, err
	}
	m := c.progress(s)
	o.Progress = m.show
	defer m.finish()
	return audit.Verify(ctx, st, o)
}

// origin is the name of the log. What the verifier brings says it before the
// database does, which may hold another log than the one that was signed.
func (c *storeVerification) origin(ctx context.Context, st *store.Store, o audit.Options) (string, error) {
	if c.Origin != "" {
		return c.Origin, nil
	}
	for _, vkey := range o.Trust.Keys {
		name, _, _ := strings.Cut(vkey, "+")
		return name, nil
	}
	for _, note := range o.Outside {
		checkpoint, err := history.ParseCheckpoint(note)
		return checkpoint.Origin, err
	}
	if logs, err := st.Logs(ctx); err != nil || len(logs) == 0 { // then nothing was sealed, which is part of the report
		return "", err
	}
	return logSource{}.origin(ctx, st)
}

// storeMeter shows how far the verification of a store is, or nothing.
type storeMeter struct{ meter }

func (c *storeVerification) progress(s streams) storeMeter {
	if c.NoProgress || !terminal(s.err) {
		return storeMeter{}
	}
	return storeMeter{meter{progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(s.err), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}}
}

// show counts leaves and entries as one. Like every bar it is for eyes: what
// it cannot write is not worth an error.
func (m storeMeter) show(p audit.Progress) {
	if m.bar == nil {
		return
	}
	m.bar.ChangeMax64(max(1, p.Leaves.Of+p.Entries.Of))
	_ = m.bar.Set64(min(p.Leaves.Checked+p.Entries.Checked, p.Leaves.Of+p.Entries.Of))
}

func (c *storeVerification) writeJSON(w io.Writer, r *audit.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		*audit.Report
		NotDetectable []dossier.Limit `json:"not_detectable"`
	}{r, dossier.Limits()})
}

func (c *storeVerification) writeText(w io.Writer, r *audit.Report) error {
	var b strings.Builder
	fmt.Fprintln(&b, choose(c.Lang, "核验结论：", "Verdict: ")+r.Verdict.Text(c.Lang))
	c.writeLog(&b, r)
	c.writeCounts(&b, r)
	c.writeProblems(&b, r)
	fmt.Fprintln(&b, choose(c.Lang, "核验发现不了：", "Not shown:"))
	for _, l := range dossier.Limits() {
		fmt.Fprintf(&b, "  %s %s\n", l.Code, choose(c.Lang, l.Zh, l.En))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *storeVerification) writeLog(w io.Writer, r *audit.Report) {
	if r.Checkpoint.Size > 0 {
		fmt.Fprintf(w, choose(c.Lang, "检查点：%s　大小%d　根%s\n", "checkpoint: %s   size %d   root %s\n"), printable(r.Checkpoint.Origin), r.Checkpoint.Size, r.Checkpoint.Root)
	}
	if !r.KeyTrusted {
		fmt.Fprintln(w, choose(c.Lang,
			"未给出所信任的公钥（--key）：只按日志自称的密钥核验，不能证明日志由谁签名",
			"no trusted key was given (--key): the log was verified by the key that it names itself, which does not show who signed it"))
	}
	if r.Outside.Of == 0 {
		fmt.Fprintln(w, choose(c.Lang, "未给出外部检查点（--checkpoint）：不能发现整体回退", "no outside checkpoint was given (--checkpoint): a roll-back of the whole would not be noticed"))
	}
}

func (c *storeVerification) writeCounts(w io.Writer, r *audit.Report) {
	for _, line := range []struct {
		zh, en string
		dossier.Tally
	}{
		{"案件", "decisions", r.Decisions},
		{"记录", "entries", r.Entries},
		{"重新适用规则的行为", "acts done again", r.Acts},
		{"材料", "materials", r.Materials},
		{"意见", "opinions", r.Opinions},
		{"状态行和待办", "state rows and tasks", r.Rows},
		{"日志叶子", "leaves of the log", r.Leaves},
		{"日志散列", "hashes of the log", r.Hashes},
		{"检查点", "checkpoints", r.Checkpoints},
		{"外部检查点", "outside checkpoints", r.Outside},
	} {
		fmt.Fprintf(w, choose(c.Lang, "  %s：%d/%d\n", "  %s: %d of %d\n"), choose(c.Lang, line.zh, line.en), line.Checked, line.Of)
	}
	fmt.Fprintf(w, choose(c.Lang, "  比对的规则结论：%d　依法删除：材料%d、意见%d\n", "  answers of rules compared: %d   lawfully erased: %d materials, %d opinions\n"), r.Rules, r.Erased.Materials, r.Erased.Opinions)
	fmt.Fprintf(w, choose(c.Lang, "  最近检查点之后尚未封存的记录：%d\n", "  entries after the checkpoint, which no signature covers: %d\n"), r.Unsealed)
}

func (c *storeVerification) writeProblems(w io.Writer, r *audit.Report) {
	if r.Found == 0 {
		return
	}
	fmt.Fprintf(w, choose(c.Lang, "问题%d个，涉及案件%d件（列出%d个）：\n", "%d problems, in %d decisions (%d listed):\n"), r.Found, r.Broken, len(r.Problems))
	for _, p := range r.Problems {
		where := choose(c.Lang, "日志", "log")
		if p.Decision != "" {
			where = printable(p.Decision)
		}
		if p.Seq > 0 {
			where += fmt.Sprintf(choose(c.Lang, " 第%d条", " entry %d"), p.Seq)
		}
		fmt.Fprintf(w, "  [%s] %s　%s\n", p.Code, where, printable(choose(c.Lang, p.Zh, p.En)))
	}
}
