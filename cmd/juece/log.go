package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow/transparency"
)

// logCmd reads the log in which histories are sealed.
type logCmd struct {
	Checkpoint  logCheckpointCmd  `cmd:"" help:"打印检查点。Print a checkpoint."`
	Prove       logProveCmd       `cmd:"" help:"证明案件的记录在最新检查点之内。Prove that a history stands in the latest checkpoint."`
	Consistency logConsistencyCmd `cmd:"" help:"证明后一检查点包含前一检查点。Prove that a later checkpoint holds an earlier one."`
}

// logSource names a log in a database.
type logSource struct {
	DB     string `name:"db" required:"" env:"JUECE_DB" placeholder:"DSN" help:"数据库。The database."`
	Origin string `placeholder:"NAME" help:"日志名称，只有一个时可以省略。The name of the log; not needed where there is one."`
}

// read opens the log for a function.
func (c logSource) read(ctx context.Context, fn func(transparency.Log) error) error {
	return c.readStore(ctx, func(_ *store.Store, log transparency.Log) error { return fn(log) })
}

// readStore opens the log with the store that it stands in.
func (c logSource) readStore(ctx context.Context, fn func(*store.Store, transparency.Log) error) (err error) {
	st, err := openExisting(ctx, c.DB)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	origin, err := c.origin(ctx, st)
	if err != nil {
		return err
	}
	return fn(st, transparency.Log{Store: st, Origin: origin})
}

func (c logSource) origin(ctx context.Context, st *store.Store) (string, error) {
	if c.Origin != "" {
		return c.Origin, nil
	}
	logs, err := st.Logs(ctx)
	switch {
	case err != nil:
		return "", err
	case len(logs) == 0:
		return "", setupError{"还没有封存过", "nothing was sealed yet"}
	case len(logs) > 1:
		return "", setupError{"有多个日志，请用--origin指定：" + strings.Join(logs, "，"), "there are several logs, name one with --origin: " + strings.Join(logs, ", ")}
	}
	return logs[0], nil
}

type logCheckpointCmd struct {
	logSource
	Size int64 `placeholder:"N" help:"该大小的检查点，默认为最新。The one of this size; the latest by default."`
}

// Run prints the signed note, and on standard error what it does not cover.
func (c *logCheckpointCmd) Run(ctx context.Context, s streams) error {
	return c.read(ctx, func(log transparency.Log) error {
		if c.Size > 0 {
			checkpoint, err := log.Store.Checkpoint(ctx, log.Origin, c.Size)
			if err == nil {
				fmt.Fprintf(s.out, "%s", checkpoint.Note)
			}
			return err
		}
		checkpoint, err := log.Latest(ctx)
		if err != nil {
			return err
		}
		backlog, err := log.Backlog(ctx, "")
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s", checkpoint.Note)
		if backlog.Entries > 0 {
			fmt.Fprintf(s.err, "unsealed: %d, the oldest recorded at %s\n", backlog.Entries, backlog.Oldest.Format("2006-01-02T15:04:05Z07:00"))
		}
		return nil
	})
}

type logProveCmd struct {
	logSource
	Decision string `arg:"" help:"案件编号。The id of the case."`
}

// Run prints the proofs as JSON.
func (c *logProveCmd) Run(ctx context.Context, s streams) error {
	return c.read(ctx, func(log transparency.Log) error {
		p, err := log.Prove(ctx, c.Decision)
		if err != nil {
			return err
		}
		if len(p.Entries) == 0 {
			return setupError{"没有这个案件，或者还没有封存", "there is no such case, or it is not sealed yet"}
		}
		return printJSON(s, struct {
			Decision   string                    `json:"decision"`
			Checkpoint string                    `json:"checkpoint"`
			Entries    []transparency.EntryProof `json:"entries"`
		}{c.Decision, string(p.Checkpoint.Note), p.Entries})
	})
}

type logConsistencyCmd struct {
	logSource
	From int64 `required:"" placeholder:"N" help:"前一检查点的大小。The size of the earlier one."`
	To   int64 `placeholder:"N" help:"后一检查点的大小，默认为最新。The size of the later one; the latest by default."`
}

// Run prints the proof as JSON.
func (c *logConsistencyCmd) Run(ctx context.Context, s streams) error {
	return c.read(ctx, func(log transparency.Log) error {
		to := c.To
		if to == 0 {
			latest, err := log.Latest(ctx)
			if err != nil {
				return err
			}
			to = latest.Size
		}
		proof, err := log.Consistency(ctx, c.From, to)
		if err != nil {
			return err
		}
		return printJSON(s, struct {
			From  int64          `json:"from"`
			To    int64          `json:"to"`
			Proof tlog.TreeProof `json:"proof"`
		}{c.From, to, proof})
	})
}

func printJSON(s streams, v any) error {
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
