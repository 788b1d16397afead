package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
)

// deliverCmd takes events to subscribers.
type deliverCmd struct {
	configFlags
	databaseFlags
	Hooks string        `required:"" type:"path" placeholder:"FILE" help:"订阅者（YAML，见docs/events.md）。The subscribers."`
	Once  bool          `help:"投递一遍即结束。Deliver what there is and end."`
	Every time.Duration `default:"5s" help:"查看新事件的间隔。How often to look for new events."`
	metricsFlags
}

// check refuses what cannot be run with.
func (c *deliverCmd) check() error {
	_, err := c.needed()
	if err == nil && c.Every <= 0 {
		err = setupError{"间隔须大于零", "the interval must be more than nothing"}
	}
	if err == nil {
		_, err = readHooks(c.Hooks)
	}
	return err
}

// Run delivers once, or until the context ends.
func (c *deliverCmd) Run(ctx context.Context, s streams) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	config, err := readHooks(c.Hooks)
	if err != nil {
		return err
	}
	dsn, err := c.needed()
	if err != nil {
		return err
	}
	st, err := openExisting(ctx, string(dsn))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	d := config.Deliverer(st, calendar.China())
	d.Logger = slog.New(slog.NewTextHandler(s.err, nil))
	if !c.Once {
		_, closeMetrics, err := c.metrics(ctx, subject{store: st}, d.Logger)
		if err != nil {
			return err
		}
		defer closeMetrics()
		d.Run(ctx, c.Every)
		return nil
	}
	r, err := d.Once(ctx)
	if err == nil && !r.Held {
		err = setupError{"另一进程正在投递", "another process is delivering"}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "routed: %d\nreminders: %d\ndelivered: %d\nfailed: %d\ndead: %d\nswept: %d\n", r.Routed, r.Reminded, r.Done, r.Failed, r.Dead, r.Swept)
	return nil
}

func readHooks(path string) (delivery.Config, error) {
	config, err := delivery.ReadFile(path)
	if wrong, ok := errors.AsType[delivery.Errors](err); ok {
		return config, setupError{wrong.Message("zh"), wrong.Message("en")}
	}
	if err != nil {
		return config, setupError{"订阅者文件不能读取：" + path, "the file of subscribers cannot be read: " + path}
	}
	return config, nil
}

// hooks are those of a server that delivers as well.
type hooks struct {
	File string `name:"hooks" type:"path" placeholder:"FILE" help:"订阅者：服务同时投递事件（docs/events.md）。The subscribers: the server delivers events as well."`
}

// check refuses a file that cannot be used.
func (c hooks) check() error {
	if c.File == "" {
		return nil
	}
	_, err := readHooks(c.File)
	return err
}

// deliver delivers until the context ends. The function waits for that.
func (c hooks) deliver(ctx context.Context, st delivery.Store, logger *slog.Logger) (wait func(), err error) {
	if c.File == "" {
		return func() {}, nil
	}
	config, err := readHooks(c.File)
	if err != nil {
		return nil, err
	}
	d := config.Deliverer(st, calendar.China())
	d.Logger = logger
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(ctx, 5*time.Second)
	}()
	return func() { cancel(); <-ended }, nil
}
