package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/scoresheet"
)

// serveCmd serves the API.
type serveCmd struct {
	configFlags
	Addr string `default:"127.0.0.1:8080" help:"监听地址。Where to listen."`
	databaseFlags
	Demo      bool       `help:"在空数据库中写入演示案件并打印令牌。Fill an empty database with sample cases and print tokens."`
	Tokens    string     `type:"path" placeholder:"FILE" help:"令牌文件（YAML或者JSON：令牌到身份），只限本机地址。Tokens and whose they are; on a loopback address only."`
	Access    string     `name:"identity" type:"path" placeholder:"FILE" help:"身份文件（YAML）：OIDC令牌、网关请求头、授权、撤销，见docs/identity.md。Who may call: OIDC tokens, headers of a gateway, delegations, revocations."`
	Sheets    []string   `name:"sheet" type:"path" placeholder:"FILE" help:"本机关的评查表，可以有多张。Score sheets of the organ's own."`
	Suite     suite      `enum:"standard,gm" default:"standard" help:"算法：standard为SHA-256；gm为国密SM3，日志密钥须有SM2。以前的记录照样能读。The algorithms: standard is SHA-256; gm is SM3, and the log needs an SM2 key. What was recorded before stays readable."`
	Log       logFlags   `embed:"" prefix:"log-"`
	Hooks     hooks      `embed:""`
	Packs     string     `type:"existingdir" placeholder:"DIR" help:"本机关规则包（*.yaml）的目录，原文本存于其下kept目录。A directory with rule packs of the organ's own; earlier texts of them stand in kept below it."`
	Lang      string     `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Files     fileFlags  `embed:""`
	Front     frontFlags `embed:""`
	TLS       tlsFlags   `embed:"" prefix:"tls-"`
	PlainHTTP bool       `name:"plain-http" help:"在非本机地址上不加密：线路已由网关、网格等保护。Serve other machines without TLS: the way is protected by a gateway or a mesh."`
	metricsFlags
	tracesFlags
	stopFlags
}

// Run serves until the context ends, then lets requests under way finish.
func (c *serveCmd) Run(ctx context.Context, s streams) error {
	err := c.serve(ctx, s)
	if wrong, ok := errors.AsType[setupError](err); ok {
		fmt.Fprintln(s.err, "juece serve:", c.say(wrong.zh, wrong.en))
		return exitUnusable
	}
	return err
}

// setupError says what keeps the server from starting, in both languages.
type setupError struct{ zh, en string }

func (e setupError) Error() string { return e.en }

func (c *serveCmd) say(zh, en string) string {
	if c.Lang == "en" {
		return en
	}
	return zh
}

func (c *serveCmd) serve(ctx context.Context, s streams) (err error) {
	if err := c.check(slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	dsn, discard, err := c.database()
	if err != nil {
		return err
	}
	defer discard()
	logger := c.Front.logger(s.err)
	traces, err := c.traces(ctx, logger)
	if err != nil {
		return err
	}
	defer traces.close()
	st, err := openTraced(ctx, string(dsn), traces)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := c.prepare(ctx, st, dsn); err != nil {
		return err
	}
	sheets, err := c.scoreSheets()
	if err != nil {
		return err
	}
	svc, err := newService(st, sheets, c.Packs, c.Suite)
	if wrong, ok := errors.AsType[pack.Errors](err); ok {
		return setupError{wrong.Message("zh"), wrong.Message("en")}
	}
	if err != nil {
		return err
	}
	known := tokens{}
	if c.Tokens != "" {
		if known, err = readTokens(c.Tokens); err != nil {
			return err
		}
	}
	var shown demonstration
	if c.Demo {
		if shown, err = demonstrate(ctx, svc); err != nil {
			return err
		}
		known.merge(shown.tokens)
	}
	who, err := newIdentities(known, c.Access, logger)
	if err != nil {
		return err
	}
	// Sealing and delivery go on until the last request was answered, and end
	// before the store is closed.
	background := context.WithoutCancel(ctx)
	log, wait, err := c.Log.start(background, st, c.Suite, logger)
	if err != nil {
		return err
	}
	defer wait()
	delivered, err := c.Hooks.deliver(background, st, logger)
	if err != nil {
		return err
	}
	defer delivered()
	front, err := c.Front.open(ctx, st, logger)
	if err != nil {
		return err
	}
	metrics, closeMetrics, err := c.metrics(ctx, subject{store: st, log: log, ready: front.health.ready}, logger)
	if err != nil {
		return err
	}
	defer closeMetrics()
	front.metrics, front.traces, svc.Observe = metrics, traces, metrics.recorded
	options, err := c.Files.into(httpapi.Options{Identify: who.identify, Sheets: sheets, Log: log, Program: "juece " + version()})
	if err != nil {
		return err
	}
	handler, err := newHandler(svc, front.into(options))
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	certificates, err := c.TLS.open(logger)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	address := c.TLS.scheme() + "://" + listener.Addr().String()
	if c.Demo {
		fmt.Fprint(s.out, shown.text(address, c.Lang))
	}
	fmt.Fprintln(s.out, c.say("服务地址："+address+"/v1　接口文档："+address+"/v1/openapi.json", "serving "+address+"/v1, described by "+address+"/v1/openapi.json"))
	return front.serve(ctx, listener, handler, certificates, c.stopFlags)
}

// check refuses, before anything is opened or written, what the server cannot
// run with: flags that do not go together, and files that cannot be used.
func (c *serveCmd) check(logger *slog.Logger) error {
	static := tokens{}
	for _, check := range []func() error{
		c.mayListen,
		c.stopFlags.check,
		func() error { _, err := c.source(); return err },
		func() error { _, err := c.TLS.open(logger); return err },
		c.tracesFlags.check,
		func() error { _, err := c.Files.into(httpapi.Options{}); return err },
		func() (err error) {
			if c.Tokens != "" {
				static, err = readTokens(c.Tokens)
			}
			return err
		},
		func() error {
			if c.Demo {
				static.add("", decision.Actor{}) // there will be some; nobody sends an empty one
			}
			_, err := newIdentities(static, c.Access, logger)
			return err
		},
		func() error {
			if len(c.Sheets) == 0 {
				return nil
			}
			_, err := c.scoreSheets()
			return err
		},
		func() error { return c.Log.check(c.Suite) },
		c.Hooks.check,
		func() error {
			if c.Packs == "" {
				return nil
			}
			_, err := packsOf(c.Packs)
			if wrong, ok := errors.AsType[pack.Errors](err); ok {
				return setupError{wrong.Message("zh"), wrong.Message("en")}
			}
			return err
		},
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// defaultDatabase is where a server keeps its cases when nothing is said.
const defaultDatabase dataSource = "sqlite:juece.db"

// database returns the data source, and what to do with it at the end.
func (c *serveCmd) database() (dsn dataSource, discard func(), err error) {
	named, err := c.source()
	switch {
	case named != "" || err != nil:
		return named, func() {}, err
	case c.Demo:
		return temporaryDatabase()
	}
	return defaultDatabase, func() {}, nil
}

// prepare sees to it that the tables are there. PostgreSQL belongs to many
// replicas, so there somebody runs juece migrate; a demonstration may.
func (c *serveCmd) prepare(ctx context.Context, st *store.Store, dsn dataSource) error {
	if c.Demo || strings.HasPrefix(string(dsn), "sqlite:") {
		return st.Migrate(ctx)
	}
	have, want, err := st.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if have != want {
		return setupError{
			fmt.Sprintf("数据库表的版本为%d，程序需要%d：请先运行juece migrate", have, want),
			fmt.Sprintf("the tables have version %d, this program needs %d: run juece migrate first", have, want),
		}
	}
	return nil
}

// scoreSheets are the sheets of the module and those of the organ's own.
func (c *serveCmd) scoreSheets() (*scoresheet.Set, error) {
	sheets, err := scoresheet.Embedded()
	if err != nil {
		return nil, err
	}
	var own []*scoresheet.Sheet
	for _, path := range c.Sheets {
		sheet, err := scoresheet.ReadFile(path)
		if wrong, ok := errors.AsType[scoresheet.Errors](err); ok {
			return nil, setupError{wrong.Message("zh"), wrong.Message("en")}
		}
		if err != nil {
			return nil, err
		}
		own = append(own, sheet)
	}
	return sheets.With(own...)
}

// newService returns a service over a store, with the packs of a directory
// beside those of the program. Without sheets the reviews of case
// files are not checked against one. It reads histories of every suite.
func newService(st *store.Store, sheets *scoresheet.Set, ownPacks string, s suite) (*workflow.Service, error) {
	packs, err := packsOf(ownPacks)
	if err != nil {
		return nil, err
	}
	svc := &workflow.Service{
		Store: st, Register: st, Vault: st, Packs: packs, Calendar: calendar.China(),
		Suite: s.algorithm(), Algorithms: history.Algorithms{gm.SM3()},
	}
	if sheets != nil {
		svc.Sheets = sheets
	}
	return svc, nil
}

// newHandler puts the API under /v1, and a page that says so at the root.
func newHandler(svc *workflow.Service, options httpapi.Options) (http.Handler, error) {
	mux := http.NewServeMux()
	api := humago.NewWithPrefix(mux, "/v1", documentConfig())
	if err := httpapi.Register(api, svc, options); err != nil {
		return nil, err
	}
	if err := describe(mux, api); err != nil {
		return nil, err
	}
	mux.Handle("GET /problems", httpapi.ProblemPages())
	mux.Handle("GET /problems/{code}", httpapi.ProblemPages())
	if err := documentation(mux); err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /{$}", frontPage)
	return httpapi.Problems(mux), nil
}

const index = `Juece 决策：重大行政决策程序 the procedure for major administrative decisions

/v1/decisions          案件 cases
/v1/events             记录，随记随送 entries as they are recorded (server-sent events)
/v1/tasks              我的待办 what waits for me
/v1/statistics         统计 statistics
/v1/acts               程序行为目录 the acts
/v1/packs              规则包 the rule packs
/v1/scoresheets        案卷评查表 the score sheets
/v1/log/checkpoint     历史的签名检查点 the signed checkpoint of all histories (serve --log-key)
/v1/docs               接口文档页面 the API as a page
/v1/openapi.json       接口文档 OpenAPI 3.1 (3.0: /v1/openapi-3.0.json)
/problems              问题说明 what each problem means, and what to do
`

// loopback reports whether an address is reached from this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
