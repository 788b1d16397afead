package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// variables are an environment.
type variables map[string]string

func (v variables) lookup(name string) (string, bool) { value, ok := v[name]; return value, ok }

// configured runs a command line in an environment.
func configured(t testing.TB, env variables, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // whatever would run for long ends at once
	code = runIn(ctx, env.lookup, args, streams{in: strings.NewReader(""), out: &out, err: &errs})
	return code, out.String(), errs.String()
}

// configFileOf writes a configuration file.
func configFileOf(t testing.TB, dir, content string) string {
	t.Helper()
	path := filepath.Join(dir, "juece.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// longRunning are the commands that are configured.
func longRunning(t *testing.T) map[string][]*kong.Flag {
	t.Helper()
	parser, err := newParser(t.Context(), &settings{}, streams{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]*kong.Flag{}
	for _, node := range parser.Model.Children {
		if configurable(node) {
			found[node.Name] = node.Flags
		}
	}
	return found
}

// line is what the configuration says of a key: the value and where it is from.
func line(printed, key string) (value, origin string) {
	for l := range strings.Lines(printed) {
		if rest, ok := strings.CutPrefix(l, key+": "); ok {
			value, origin, _ = strings.Cut(strings.TrimSpace(rest), "  # ")
			return value, origin
		}
	}
	return "", ""
}

// three are values that a flag can hold, each other than the default, as they
// are written on a command line and in YAML.
func three(t *testing.T, flag *kong.Flag, dir string) (words, inYAML [3]string) {
	t.Helper()
	of := flag.Target.Type()
	if flag.IsSlice() {
		of = of.Elem()
	}
	for i := range 3 {
		var text string
		switch {
		case flag.Enum != "":
			text = flag.EnumSlice()[i%len(flag.EnumSlice())]
		case of == reflect.TypeFor[dataSource]():
			text = fmt.Sprintf("sqlite:%d.db", i)
		case of == reflect.TypeFor[time.Duration]():
			text = fmt.Sprintf("%ds", i+11)
		case of == reflect.TypeFor[slog.Level]():
			text = []string{"DEBUG", "WARN", "ERROR"}[i]
		case of == reflect.TypeFor[netip.Prefix]():
			text = fmt.Sprintf("10.%d.0.0/16", i)
		case flag.Tag.Type == "path", flag.Tag.Type == "existingdir":
			text = filepath.Join(dir, fmt.Sprint(i))
			if err := os.MkdirAll(text, 0o700); err != nil {
				t.Fatal(err)
			}
		case kindOf(of) == yamlBool:
			text = "true"
		case kindOf(of) == yamlNumber:
			text = fmt.Sprint(i + 11)
		default:
			text = fmt.Sprintf("text-%d", i)
		}
		words[i], inYAML[i] = text, text
		if kindOf(of) == yamlText {
			inYAML[i] = fmt.Sprintf("%q", text)
		}
	}
	return words, inYAML
}

// Every flag of a command that runs for long can be set on the command line, by
// the environment and in the file, in this order.
func TestEveryFlagCanBeConfigured(t *testing.T) {
	t.Parallel()
	commands := longRunning(t)
	if len(commands) < 3 || len(commands["serve"]) < 20 {
		t.Fatalf("%d commands are configured", len(commands))
	}
	for name, flags := range commands {
		for _, flag := range flags {
			if flag.Name == configFlag {
				continue
			}
			dir := t.TempDir()
			words, inYAML := three(t, flag, dir)
			path := configFileOf(t, dir, "# 配置\n"+flag.Name+": "+inYAML[0]+"\n")
			env := variables{"JUECE_CONFIG": path}
			for i, where := range []string{path + ":2", variable(flag), "命令行 flag"} {
				args := []string{"config", name}
				if i >= 1 {
					env[variable(flag)] = words[1]
				}
				if i >= 2 {
					args = append(args, "--"+flag.Name+"="+words[2])
				}
				value, origin := printedFlag(t, env, args, flag.Name)
				want := inYAML[i]
				if flag.IsSlice() {
					want = "[" + want + "]"
				}
				if value != want || origin != where {
					t.Errorf("%s --%s: %s from %s, want %s from %s", name, flag.Name, value, origin, want, where)
				}
			}
		}
	}
}

// printedFlag prints one flag of a configuration, whatever else is wrong with
// it.
func printedFlag(t *testing.T, env variables, args []string, name string) (value, origin string) {
	t.Helper()
	var out bytes.Buffer
	from := &settings{lookup: env.lookup}
	parser, err := newParser(t.Context(), from, streams{out: &out, err: &out}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range parser.Model.Leaves(false) { // what is required, and not at issue here
		for _, f := range flag.Flags {
			f.Required = false
		}
	}
	ctx, err := parser.Parse(args)
	if err == nil {
		err = printConfig(ctx, from, &out)
	}
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return line(out.String(), name)
}

// What the file or the environment gets wrong is named by place and key, all of
// it at once; nothing that stands there is repeated.
func TestAConfigurationIsReadStrictly(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"limit_actor_reads: 713":           ":1：limit_actor_reads：没有这个键",
		"\nconfig: hunter2":                ":2：config：没有这个键",
		"every: 5s":                        ":1：every：没有这个键", // of another command
		"postgres://juece:hunter2@db: x":   ":1：没有这个键",
		"lang: zh\nlang: zh":               ":2：lang：第1行已有这个键",
		"limit-actor-reads: hunter2":       ":1：limit-actor-reads：须为数（it must be a number）",
		"limit-actor-reads: \"713\"":       ":1：limit-actor-reads：须为数",
		"limit-concurrent: 7.13":           ":1：limit-concurrent：须为整数",
		"demo: \"hunter2\"":                ":1：demo：须为true或者false",
		"log-every: 713":                   ":1：log-every：须为时长",
		"log-level: hunter2":               ":1：log-level：须为debug",
		"lang: hunter2":                    ":1：lang：须为下列之一：zh、en",
		"trusted-proxy: [10.0.0.0/8, 713]": ":1：trusted-proxy：须为网段",
		"db: {password: hunter2}":          ":1：db：须为文本",
		"db: [hunter2]":                    ":1：db：须为文本",
		"log-origin: 713":                  ":1：log-origin：须为文本",
		"db:":                              ":1：db：须为文本",
		"packs: hunter2":                   ":1：packs：须为已有的目录",
		"lang: zh\nhunter2":                ":2：",
		"hunter2":                          ":1：须为一个",
		"- hunter2":                        ":1：须为一个",
		"lang: zh\n---\ndb: hunter2":       ":3：须为一个",
		"lang: [hunter2":                   ":1：不是YAML",
		"db: &x hunter2\nlog-origin: *x":   ":1：db：须为文本",
	} {
		path := configFileOf(t, t.TempDir(), content)
		code, out, complaint := configured(t, nil, "serve", "--config", path)
		said := strings.ReplaceAll(complaint, path, "") // a directory of its own has digits of its own in its name
		if code != exitUsage || out != "" || !strings.Contains(complaint, "juece: "+path+want) || strings.Contains(said, "hunter2") || strings.Contains(said, "713") {
			t.Errorf("%s: exit %d: %s", content, code, complaint)
		}
	}
	code, _, complaint := configured(t, variables{"JUECE_LIMIT_CONCURRENT": "hunter2", "JUECE_LOG_EVERY": "hunter2"}, "serve")
	if code != exitUsage || !strings.Contains(complaint, "JUECE_LIMIT_CONCURRENT：须为整数（it must be a whole number）\n") ||
		!strings.Contains(complaint, "JUECE_LOG_EVERY：须为时长") || strings.Contains(complaint, "hunter2") {
		t.Errorf("the environment: %d %s", code, complaint)
	}
	if code, _, complaint = configured(t, nil, "serve", "--config", "/nowhere.yaml"); code != exitUsage || !strings.Contains(complaint, "/nowhere.yaml：配置文件不能读取") {
		t.Errorf("no file: %d %s", code, complaint)
	}
}

// A path in the file counts from the file, one on the command line from where
// the command runs; a variable that is empty says nothing.
func TestPathsOfTheFileCountFromTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := configFileOf(t, dir, "sheet: [a,b.yaml, sub/c.yaml]\nhooks: hooks.yaml\n")
	for key, want := range map[string]string{
		"sheet": fmt.Sprintf("[%q, %q, %q]", filepath.Join(dir, "a"), filepath.Join(dir, "b.yaml"), filepath.Join(dir, "sub/c.yaml")),
		"hooks": fmt.Sprintf("%q", filepath.Join(dir, "hooks.yaml")),
	} {
		if value, _ := printedFlag(t, variables{"JUECE_HOOKS": ""}, []string{"config", "--config", path}, key); value != want {
			t.Errorf("%s: %s, want %s", key, value, want)
		}
	}
	witnesses := variables{"JUECE_LOG_WITNESS": "http://a.example,a+1+x http://b.example,b+2+y"}
	if value, _ := printedFlag(t, witnesses, []string{"config"}, "log-witness"); value != `["http://a.example,a+1+x", "http://b.example,b+2+y"]` {
		t.Errorf("two witnesses in a variable: %s", value)
	}
}

// What is refused by juece config is what juece serve would refuse.
func TestAConfigurationIsCheckedAsTheServerWould(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.yaml")
	if err := os.WriteFile(broken, []byte("hunter2: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	demo := []string{"--demo", "--addr", "127.0.0.1:0"}
	for want, args := range map[string][]string{
		"没有身份来源":               nil,
		"静态令牌只能用于本机地址":         {"--demo", "--addr", "0.0.0.0:80"},
		"--db和--db-file只能用其一":  append(demo, "--db", "sqlite:a.db", "--db-file", broken),
		"数据库须写作":               append(demo, "--db", "mysql:hunter2"),
		"数据库名称文件不能读取":          append(demo, "--db-file", "/nowhere"),
		"--tls-cert和--tls-key": append(demo, "--tls-cert", broken),
		"--tls-client-ca":      append(demo, "--tls-client-ca", broken),
		"证书和密钥不能使用":            append(demo, "--tls-cert", broken, "--tls-key", broken),
		"--drain-delay":        append(demo, "--drain-delay=-1s"),
		"令牌文件":                 {"--tokens", broken},
		"身份文件":                 append(demo, "--identity", broken),
		"封存的间隔须大于零":            append(demo, "--log-every", "0s", "--log-key", broken),
		"密钥文件不能使用":             append(demo, "--log-key", broken),
		"broken.yaml":          append(demo, "--hooks", broken),
		"格式错误":                 append(demo, "--sheet", broken),
	} {
		for _, command := range [][]string{{"config"}, {"config", "serve"}, {"serve"}} {
			code, out, complaint := configured(t, nil, append(slices.Clone(command), args...)...)
			if code != exitUsage || out != "" || !strings.Contains(complaint, want) || strings.Contains(complaint, "hunter2") {
				t.Errorf("%v %v: %d %s%s", command, args, code, out, complaint)
			}
		}
	}
	for _, command := range []string{"seal", "deliver"} {
		file := map[string]string{"seal": "--key", "deliver": "--hooks"}[command]
		for want, args := range map[string][]string{"没有指定数据库": nil, "间隔须大于零": {"--db", "sqlite:a.db", "--every", "0s"}, "broken.yaml": {"--db", "sqlite:a.db"}} {
			for _, line := range [][]string{{"config", command}, {command}} {
				if code, out, complaint := configured(t, nil, append(append(line, file, broken), args...)...); code != exitUsage || out != "" || !strings.Contains(complaint, want) {
					t.Errorf("%v %v: %d %s%s", line, args, code, out, complaint)
				}
			}
		}
	}
}

// What is printed can be given back, and says the same then.
func TestAPrintedConfigurationCanBeGivenBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		draw := rapid.StringMatching(`[ -~决策“”]{1,12}`)
		args := []string{
			"config", "--demo", "--addr", "127.0.0.1:0",
			"--log-origin=" + draw.Draw(rt, "origin"), "--db=sqlite:" + rapid.StringMatching(`[a-z决 '"\\:,{}]{1,9}`).Draw(rt, "db"),
			fmt.Sprintf("--limit-actor-reads=%g", rapid.Float64Range(0, 1e6).Draw(rt, "rate")),
			"--log-every=" + time.Duration(rapid.Int64Range(1, 1e12).Draw(rt, "every")).String(),
			"--log-level=" + rapid.SampledFrom([]string{"debug", "info", "warn+1", "error"}).Draw(rt, "level"),
			"--trusted-proxy=10.0.0.0/8,fd00::/8", "--lang=" + rapid.SampledFrom([]string{"zh", "en"}).Draw(rt, "lang"),
		}
		code, first, complaint := configured(t, nil, args...)
		if code != exitOK {
			rt.Fatalf("%v: %d %s", args, code, complaint)
		}
		code, second, complaint := configured(t, nil, "config", "--config", configFileOf(t, dir, first))
		if code != exitOK {
			rt.Fatalf("given back: %d %s\n%s", code, complaint, first)
		}
		values := func(printed string) string { return regexp.MustCompile(`(?m)  # \S.*$`).ReplaceAllString(printed, "") }
		if diff := cmp.Diff(values(first), values(second)); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// No password is ever printed, wherever it is put and however it is misspelt.
func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	demo := []string{"--demo", "--addr", "127.0.0.1:0"}
	shown := 0
	rapid.Check(t, func(rt *rapid.T) {
		const first, last = "hunTER2", "swordFISH"
		secret := first + rapid.StringMatching(`[ -~密]{0,3}`).Draw(rt, "between") + last
		escaped := rapid.SampledFrom([]string{secret, strings.NewReplacer("%", "%25", "@", "%40", "/", "%2F", "?", "%3F", "#", "%23", " ", "%20", ":", "%3A", "&", "%26", "\"", "%22", "\\", "%5C", "^", "%5E", "`", "%60", "<", "%3C", ">", "%3E", "[", "%5B", "]", "%5D", "{", "%7B", "|", "%7C", "}", "%7D").Replace(secret)}).Draw(rt, "escaped")
		source := strings.ReplaceAll(rapid.SampledFrom([]string{
			"postgres://juece:SECRET@db.example/juece?sslmode=require", "postgresql://juece:SECRET@db:5432/juece", "postgres://juece:SECRET@a:1,b:2/juece",
			"postgres://db/juece?user=juece&password=SECRET", "postgres://db/juece?PASSWORD=SECRET&sslmode=disable", "postgres://db/juece?sslpassword=SECRET",
			"postgres://juece:SECRET@db:port/juece", "postgres://juece:12/SECRET@db/juece", "postgres:juece:SECRET@db", "postgres://juece:SECRET@", "postgres://db/juece?SECRET",
			"host=db user=juece password=SECRET", "host=db user=juece password='SECRET'", "password = SECRET", "sqlite:file:a.db?_key=SECRET", "sqlite:postgres://juece:SECRET@db/x",
			"mysql://juece:SECRET@db/juece", "juece:SECRET@db",
		}).Draw(rt, "form"), "SECRET", escaped)
		env, args := variables{}, slices.Clone(demo)
		words := append([]string{}, rapid.SampledFrom([][]string{{"config"}, {"config", "serve"}, {"serve"}}).Draw(rt, "command")...)
		if words[0] == "serve" { // what starts must not get as far as a database of its own
			words = append(words, "--log-every=0s", "--log-key=/nowhere")
		}
		inYAML := fmt.Sprintf("%q", source)
		switch rapid.SampledFrom([]string{"flag", "environment", "file", "bare file", "db-file", "witness", "wrong flag", "wrong variable", "wrong key", "typo", "argument", "unquoted"}).Draw(rt, "place") {
		case "flag":
			args = append(args, "--db", source)
		case "environment":
			env["JUECE_DB"] = source
		case "file":
			args = append(args, "--config", configFileOf(t, dir, "lang: en\ndb: "+inYAML))
		case "bare file":
			args = append(args, "--config", configFileOf(t, dir, "lang: en\ndb: "+source))
		case "db-file":
			path := filepath.Join(dir, "source")
			if err := os.WriteFile(path, []byte(source+"\n"), 0o600); err != nil {
				rt.Fatal(err)
			}
			args = append(args, "--db-file", path)
		case "witness":
			args = append(args, "--log-witness", "https://juece:"+escaped+"@witness.example,w+1+x", "--log-key", "/nowhere")
		case "wrong flag":
			args = append(args, rapid.SampledFrom([]string{"--lang=", "--limit-concurrent=", "--log-every=", "--log-level=", "--trusted-proxy=10.0.0.0/8,", "--packs=", "--suite="}).Draw(rt, "flag")+source)
		case "wrong variable":
			env[rapid.SampledFrom([]string{"JUECE_LANG", "JUECE_LIMIT_CONCURRENT", "JUECE_LOG_EVERY", "JUECE_PACKS", "JUECE_DEMO"}).Draw(rt, "variable")] = source
		case "wrong key":
			args = append(args, "--config", configFileOf(t, dir, rapid.SampledFrom([]string{"lang: ", "limit-concurrent: ", "demo: ", "no-such-key: ", "db: {a: ", "db: [", "db: !x ", ""}).Draw(rt, "key")+rapid.SampledFrom([]string{source, inYAML}).Draw(rt, "quoted")+": 1"))
		case "typo":
			args = append(args, rapid.SampledFrom([]string{"--db:", "--db-", "--databse=", "-db=", "--d"}).Draw(rt, "typo")+source)
		case "argument":
			args = append(args, source)
		case "unquoted":
			args = append(args, append([]string{"--db"}, strings.Fields(source)...)...)
		}
		code, out, complaint := configured(t, env, append(words, args...)...)
		if said := out + complaint; strings.Contains(said, first) || strings.Contains(said, last) {
			rt.Fatalf("%v %v: %d\n%s", env, append(words, args...), code, said)
		}
		if strings.Contains(out, masked) {
			shown++
		}
	})
	if shown == 0 {
		t.Error("no configuration with a secret was ever printed")
	}
}

// A data source is shown as far as it is harmless.
func TestADataSourceIsShownWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for source, want := range map[dataSource]string{
		"":                               "",
		"sqlite:/var/lib/juece/juece.db": "sqlite:/var/lib/juece/juece.db",
		"sqlite:file:/srv/j.db?_busy_timeout=30000":                 "sqlite:file:/srv/j.db?_busy_timeout=30000",
		"postgres://juece@db/juece?sslmode=require":                 "postgres://juece@db/juece?sslmode=require",
		"postgres://juece@db/juece?passfile=/run/secrets/pgpass":    "postgres://juece@db/juece?passfile=/run/secrets/pgpass",
		"postgres://juece:hunter2@db:5432/juece?sslmode=require":    "postgres://juece:******@db:5432/juece?sslmode=require",
		"postgres://db/juece?user=juece&password=hunter2&port=5433": "postgres://db/juece?user=juece&password=******&port=5433",
		"postgres://juece:hun/ter2@db/juece":                        "postgres://******",
		"host=db password=hunter2":                                  "******",
	} {
		if got := fmt.Sprint(source); got != want {
			t.Errorf("%s: %s, want %s", string(source), got, want)
		}
	}
}
