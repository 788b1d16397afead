package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow/delivery"
)

// outboxCmd shows what was not delivered, and sends it again.
type outboxCmd struct {
	List   outboxListCmd   `cmd:"" help:"列出没有送达的事件。List events that are not delivered."`
	Retry  outboxRetryCmd  `cmd:"" help:"重新投递死信。Deliver dead events again."`
	Enable outboxEnableCmd `cmd:"" help:"恢复因答复410而停止的订阅者。Enable a subscriber that answered 410."`
}

// outboxSource is a database, opened for a function.
type outboxSource struct {
	DB string `name:"db" required:"" env:"JUECE_DB" placeholder:"DSN" help:"数据库。The database."`
}

func (c outboxSource) open(ctx context.Context, fn func(*store.Store) error) (err error) {
	st, err := openExisting(ctx, c.DB)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return fn(st)
}

type outboxListCmd struct {
	outboxSource
	Dead   bool   `help:"只列死信。Only those that are dead."`
	Format string `enum:"text,json" default:"text" help:"格式：text或者json（每行一个）。The format: text, or json, one a line."`
	Lang   string `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
}

// outboxPage is how many rows are read at a time.
const outboxPage = 500

// Run prints one line for each event and subscriber.
func (c *outboxListCmd) Run(ctx context.Context, s streams) error {
	return c.open(ctx, func(st *store.Store) error {
		if err := c.gone(ctx, st, s); err != nil {
			return err
		}
		for q := (delivery.Query{Dead: c.Dead, Limit: outboxPage}); ; {
			list, err := st.Undelivered(ctx, q)
			if err != nil {
				return err
			}
			for i := range list {
				if err := c.print(s, list[i]); err != nil {
					return err
				}
				q.After = &list[i]
			}
			if len(list) < outboxPage {
				return nil
			}
		}
	})
}

// gone names on standard error the subscribers that get nothing.
func (c *outboxListCmd) gone(ctx context.Context, st *store.Store, s streams) error {
	subscribers, err := st.Subscribers(ctx)
	for _, one := range subscribers {
		if !one.DisabledAt.IsZero() {
			fmt.Fprintf(s.err, c.say("订阅者%s自%s起停止：%s\n", "the subscriber %s is disabled since %s: %s\n"), one.Name, stamp(one.DisabledAt), one.Reason.Text(c.Lang))
		}
	}
	return err
}

func (c *outboxListCmd) print(s streams, l delivery.Listed) error {
	if c.Format == "json" {
		return json.NewEncoder(s.out).Encode(l)
	}
	state, when := c.say("等待", "waiting"), l.NextAt
	if l.State == delivery.Dead {
		state, when = c.say("死信", "dead"), l.SettledAt
	}
	fmt.Fprintf(s.out, c.say("%s  %s  案件%s  第%d条  %s  →%s  %s  已试%d次", "%s  %s  decision %s  seq %d  %s  to %s  %s  attempts %d"),
		l.Event, state, l.Decision, l.Seq, l.Type, l.Subscriber, stamp(when), l.Attempts)
	if l.Reason != "" {
		fmt.Fprintf(s.out, "  %s", l.Reason.Text(c.Lang))
	}
	fmt.Fprintln(s.out)
	return nil
}

func (c *outboxListCmd) say(zh, en string) string {
	if c.Lang == "en" {
		return en
	}
	return zh
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

type outboxRetryCmd struct {
	outboxSource
	Subscriber string   `placeholder:"NAME" help:"只为该订阅者。Only for this subscriber."`
	Events     []string `arg:"" name:"id" help:"事件编号。The ids of the events."`
}

// Run lets dead events wait again.
func (c *outboxRetryCmd) Run(ctx context.Context, s streams) error {
	return c.open(ctx, func(st *store.Store) error {
		var unknown error
		for _, id := range c.Events {
			n, err := st.Retry(ctx, id, c.Subscriber, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s: %d\n", printable(id), n)
			if n == 0 {
				unknown = setupError{"有的事件不是死信", "some of the events are not dead"}
			}
		}
		return unknown
	})
}

type outboxEnableCmd struct {
	outboxSource
	Subscriber string `arg:"" name:"name" help:"订阅者的名称。The name of the subscriber."`
}

// Run enables a subscriber.
func (c *outboxEnableCmd) Run(ctx context.Context, _ streams) error {
	return c.open(ctx, func(st *store.Store) error {
		was, err := st.Enable(ctx, c.Subscriber)
		if err == nil && !was {
			err = setupError{"没有这个已停止的订阅者", "there is no such subscriber that is disabled"}
		}
		return err
	})
}
