package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// configCmd prints what a command would run with.
type configCmd struct {
	Serve   configServeCmd   `cmd:"" default:"withargs" help:"juece serve的配置（默认）。Of juece serve, the default."`
	Seal    configSealCmd    `cmd:"" help:"juece seal的配置。Of juece seal."`
	Deliver configDeliverCmd `cmd:"" help:"juece deliver的配置。Of juece deliver."`
}

type configServeCmd struct {
	Of serveCmd `embed:""`
}

// Run checks the configuration as the server would, and prints it. The
// database is not opened.
func (c *configServeCmd) Run(ctx *kong.Context, from *settings, s streams) error {
	if err := c.Of.check(slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	if c.Of.DB == "" && c.Of.DBFile == "" && !c.Of.Demo {
		c.Of.DB = defaultDatabase
	}
	return printConfig(ctx, from, s.out)
}

type configSealCmd struct {
	Of sealCmd `embed:""`
}

// Run is as that of [configServeCmd].
func (c *configSealCmd) Run(ctx *kong.Context, from *settings, s streams) error {
	if err := c.Of.check(); err != nil {
		return err
	}
	return printConfig(ctx, from, s.out)
}

type configDeliverCmd struct {
	Of deliverCmd `embed:""`
}

// Run is as that of [configServeCmd].
func (c *configDeliverCmd) Run(ctx *kong.Context, from *settings, s streams) error {
	if err := c.Of.check(); err != nil {
		return err
	}
	return printConfig(ctx, from, s.out)
}

// printConfig prints the flags of a command as a file that can be given to it
// again, each with where it comes from. What is secret is masked.
func printConfig(ctx *kong.Context, from *settings, w io.Writer) error {
	node := ctx.Selected()
	given := map[*kong.Flag]bool{}
	for _, p := range ctx.Path {
		given[p.Flag] = !p.Resolved
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# juece %s\n", node.Name)
	for _, flag := range node.Flags {
		if flag.Name == configFlag {
			continue
		}
		origin := "默认 default"
		switch {
		case given[flag]:
			origin = "命令行 flag"
		case from.from[flag] != "":
			origin = from.from[flag]
		}
		value, set := yamlOf(flag.Target)
		if !set && !flag.HasDefault && origin == "默认 default" {
			fmt.Fprintf(&b, "# %s:  # 未设置 not set\n", flag.Name)
			continue
		}
		fmt.Fprintf(&b, "%s: %s  # %s\n", flag.Name, value, printable(origin))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// yamlOf writes a value, and reports whether it is one at all. A text in the
// form of JSON is one in YAML.
func yamlOf(v reflect.Value) (written string, set bool) {
	if v.Kind() == reflect.Slice {
		all := []string{}
		for i := range v.Len() {
			one, _ := yamlOf(v.Index(i))
			all = append(all, one)
		}
		return "[" + strings.Join(all, ", ") + "]", len(all) > 0
	}
	if v.Kind() == reflect.Float64 { // YAML knows no 1e+06
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), !v.IsZero()
	}
	plain := fmt.Sprint(v.Interface()) // of a data source, without its secrets
	if kindOf(v.Type()) != yamlText {
		return plain, !v.IsZero()
	}
	if v.Type() != reflect.TypeFor[dataSource]() {
		plain = shown(plain)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(plain); err != nil { // no text fails
		return `""`, false
	}
	return strings.TrimSpace(b.String()), !v.IsZero()
}
