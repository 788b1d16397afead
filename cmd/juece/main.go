// Command juece (决策) runs and judges procedures of major administrative
// decisions (重大行政决策).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// cli is the command line; each command stands in its own file.
type cli struct {
	Check    checkCmd         `cmd:"" help:"检查案卷文件，逐条给出结论。Judge case files, article by article."`
	Score    scoreCmd         `cmd:"" help:"按评查表预填案卷评查。Fill in a score sheet from a case file."`
	Missing  missingCmd       `cmd:"" help:"列出尚缺事项、由谁补、最早何时。What a case lacks, who can clear it, and from when."`
	Plan     planCmd          `cmd:"" help:"推算最早决定日期和各步最迟日期。The earliest lawful decision, and the latest day of each step."`
	Calendar calendarCmd      `cmd:"" help:"推算日和工作日。Count days and working days."`
	Pack     packCmd          `cmd:"" help:"查看、检查、比较规则包。Show, check and compare rule packs."`
	Serve    serveCmd         `cmd:"" help:"提供HTTP接口。Serve the API."`
	Config   configCmd        `cmd:"" help:"显示实际生效的配置，密码不显示。Print the configuration in effect, secrets masked."`
	Migrate  migrateCmd       `cmd:"" help:"建立或者升级数据库表。Create or upgrade the tables of a database."`
	Key      keyCmd           `cmd:"" help:"日志密钥。Keys of the log."`
	Seal     sealCmd          `cmd:"" help:"封存历史：签名检查点。Seal histories in signed checkpoints."`
	Deliver  deliverCmd       `cmd:"" help:"投递事件：已记录的程序行为、期限提醒。Deliver events: recorded acts, and reminders of deadlines."`
	Outbox   outboxCmd        `cmd:"" help:"查看没有送达的事件，重新投递。Show events that are not delivered, and deliver them again."`
	Export   exportCmd        `cmd:"" help:"导出案卷包：一个案件一个文件，可以离线核验。One case in one file, to be verified offline."`
	Receipt  receiptCmd       `cmd:"" help:"开具回执：发言、意见、审查已在日志之内。A receipt for a statement, an opinion or a review."`
	Verify   verifyCmd        `cmd:"" help:"核验案卷包、回执（不需要网络）或者整个数据库。Verify a dossier or a receipt, offline, or a whole database."`
	Log      logCmd           `cmd:"" help:"查看日志和证明。Show the log, and prove."`
	Stats    statsCmd         `cmd:"" help:"统计：结案率、程序、补录、审查用时。Count closures, steps, late entries, review times."`
	Version  kong.VersionFlag `help:"显示版本。Show the version."`
}

// The exit codes. A command has others where it says so.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// streams are the standard streams, as the commands get them.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// status is an exit code of a command that has said already what there was to
// say.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// run runs one command line and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return runIn(ctx, os.LookupEnv, args, streams{in: stdin, out: stdout, err: stderr})
}

// runIn runs one command line in an environment.
func runIn(ctx context.Context, environment func(string) (string, bool), args []string, s streams) int {
	exited := false // by a flag that answers for itself, such as --help
	parser, err := newParser(ctx, &settings{lookup: environment}, s, func(int) { exited = true })
	if err != nil {
		fmt.Fprintln(s.err, "juece:", err)
		return exitFailed
	}
	command, err := parser.Parse(signed(args))
	switch {
	case exited:
		return exitOK
	case err != nil:
		return usage(parser, err, args, s.err)
	}
	return exitCode(command.Run(), s.err)
}

// newParser returns the command line with what its commands need.
func newParser(ctx context.Context, configured *settings, s streams, exit func(int)) (*kong.Kong, error) {
	return kong.New(&cli{}, append(
		configured.options(),
		kong.Name("juece"),
		kong.Description("重大行政决策程序：运行与检查。The procedure for major administrative decisions, run and judged."),
		kong.Vars{"version": "juece " + version()},
		kong.Writers(s.out, s.err),
		kong.Exit(exit),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(s.out, (*io.Writer)(nil)),
		kong.Bind(s, configured),
	)...)
}

// usage says what is wrong with a command line, and how to write it.
func usage(parser *kong.Kong, err error, args []string, stderr io.Writer) int {
	if all, ok := errors.AsType[setupErrors](err); ok {
		for _, wrong := range all {
			exitCode(wrong, stderr)
		}
		return exitUsage
	}
	wrong, parsed := errors.AsType[*kong.ParseError](err)
	if parsed {
		if told, ok := withoutRepeating(wrong); ok {
			return exitCode(told, stderr)
		}
	}
	fmt.Fprintln(stderr, "juece:", unspoken(err.Error(), args))
	if parsed {
		parser.Stdout = stderr
		if err := wrong.Context.PrintUsage(true); err != nil {
			fmt.Fprintln(stderr, "juece:", err)
		}
	}
	return exitUsage
}

func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return exitOK
	}
	if s, ok := errors.AsType[status](err); ok {
		return int(s)
	}
	if wrong, ok := errors.AsType[setupError](err); ok { // of a command that has no language of its own
		fmt.Fprintf(stderr, "juece: %s（%s）\n", wrong.zh, wrong.en)
		return exitUsage
	}
	fmt.Fprintln(stderr, "juece:", err)
	return exitFailed
}

// version is the version of the module that the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
