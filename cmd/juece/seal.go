package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/transparency"
)

// sinks say where checkpoints go.
type sinks struct {
	CheckpointFile string   `type:"path" placeholder:"FILE" help:"把最新检查点写入文件，并按大小各存一份；放在数据库管理员改不到的地方。Write the latest checkpoint to a file, and each to one with its size; somewhere the database's administrator cannot change."`
	Witness        []string `sep:"none" placeholder:"URL,VKEY" help:"见证人的地址和公钥，可以有多个（C2SP tlog-witness）。A witness and its key; there may be several."`
}

// sealer returns a sealer that publishes there. Its log has the name of the
// keys.
func (c sinks) sealer(store transparency.Store, signers []history.Signer) (*transparency.Sealer, error) {
	origin := signers[0].Name()
	for _, k := range signers {
		if k.Name() != origin {
			return nil, setupError{"密钥属于不同的日志：" + origin + "，" + k.Name(), "the keys belong to different logs: " + origin + ", " + k.Name()}
		}
	}
	sealer := &transparency.Sealer{Log: transparency.Log{Store: store, Origin: origin}, Signers: signers, Verifiers: gm.Verifiers()}
	if c.CheckpointFile != "" {
		sealer.Publishers = append(sealer.Publishers, transparency.File{Path: c.CheckpointFile})
	}
	for _, w := range c.Witness {
		url, vkey, _ := strings.Cut(w, ",")
		verifier, err := history.Verifiers{}.Open(vkey)
		if err != nil || !strings.HasPrefix(url, "http") {
			return nil, setupError{"见证人须为“地址,公钥”，公钥为Ed25519见证密钥（类型0x04）", "a witness is URL,VKEY with the key of an Ed25519 cosigner (type 0x04)"}
		}
		sealer.Witnesses = append(sealer.Witnesses, &transparency.Witness{URL: url, Verifier: verifier})
	}
	return sealer, nil
}

// sealerOf returns a sealer with the keys of files, among which none is missing
// that a suite signs with.
func (c sinks) sealerOf(store transparency.Store, keys []string, s suite) (*transparency.Sealer, error) {
	signers, err := readAllSigners(keys)
	if err == nil {
		err = s.holds(signers)
	}
	if err != nil {
		return nil, err
	}
	return c.sealer(store, signers)
}

// sealCmd seals histories.
type sealCmd struct {
	configFlags
	databaseFlags
	Key   []string      `required:"" type:"path" placeholder:"FILE" help:"日志私钥（juece key new）；更换密钥前后可以同时给出新旧两个。The private key; give the next one too while keys change."`
	Once  bool          `help:"封存一次即结束。Seal what there is and end."`
	Every time.Duration `default:"5s" help:"封存的间隔。How often to seal."`
	sinks
	metricsFlags
}

// check refuses what cannot be run with.
func (c *sealCmd) check() error {
	_, err := c.needed()
	if err == nil && c.Every <= 0 {
		err = setupError{"间隔须大于零", "the interval must be more than nothing"}
	}
	if err == nil {
		_, err = c.sealerOf(nil, c.Key, "")
	}
	return err
}

// Run seals once, or until the context ends.
func (c *sealCmd) Run(ctx context.Context, s streams) (err error) {
	if err := c.check(); err != nil {
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
	sealer, err := c.sealerOf(st, c.Key, "")
	if err != nil {
		return err
	}
	sealer.Logger = slog.New(slog.NewTextHandler(s.err, nil))
	if !c.Once {
		_, closeMetrics, err := c.metrics(ctx, subject{store: st, log: sealer.Log}, sealer.Logger)
		if err != nil {
			return err
		}
		defer closeMetrics()
		sealer.Run(ctx, c.Every)
		return nil
	}
	sealed, entries, err := sealer.Drain(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "sealed: %d\nsize: %d\nroot: %s\n", entries, sealed.Size, sealed.Root)
	return sealer.Publish(ctx, sealed)
}

// logFlags are those of a server that seals, or shows what another process
// seals.
type logFlags struct {
	Key    []string      `type:"path" placeholder:"FILE" help:"日志私钥：服务同时封存历史；更换密钥前后可以同时给出新旧两个。The private key of a log: the server seals histories as well."`
	Every  time.Duration `default:"5s" help:"封存的间隔。How often to seal."`
	Origin string        `placeholder:"NAME" help:"由其他进程（juece seal）封存时，日志的名称。The name of the log when another process seals."`
	sinks
}

// check refuses what cannot be run with.
func (c logFlags) check(s suite) error {
	if len(c.Key) == 0 {
		return nil
	}
	if c.Every <= 0 {
		return setupError{"封存的间隔须大于零", "the interval of sealing must be more than nothing"}
	}
	_, err := c.sealerOf(nil, c.Key, s)
	return err
}

// start returns the log to show, which has no store when there is none, and
// seals until the context ends. The function waits for that.
func (c logFlags) start(ctx context.Context, store transparency.Store, s suite, logger *slog.Logger) (log transparency.Log, wait func(), err error) {
	if len(c.Key) == 0 {
		if c.Origin != "" {
			log = transparency.Log{Store: store, Origin: c.Origin}
		}
		return log, func() {}, nil
	}
	if err := c.check(s); err != nil {
		return log, nil, err
	}
	sealer, err := c.sealerOf(store, c.Key, s)
	if err != nil {
		return log, nil, err
	}
	sealer.Logger = logger
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sealer.Run(ctx, c.Every)
	}()
	return sealer.Log, func() { cancel(); <-ended }, nil
}

func readAllSigners(paths []string) ([]history.Signer, error) {
	var all []history.Signer
	for _, path := range paths {
		signers, err := readSigners(path)
		if err != nil {
			return nil, err
		}
		all = append(all, signers...)
	}
	return all, nil
}
