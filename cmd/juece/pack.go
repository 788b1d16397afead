package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// packCmd shows, checks and compares rule packs.
type packCmd struct {
	List  packListCmd  `cmd:"" help:"列出规则包。List the packs."`
	Show  packShowCmd  `cmd:"" help:"查看一个规则包。Show a pack."`
	Check packCheckCmd `cmd:"" help:"检查规则包文件，逐行指出问题。Check pack files, line by line."`
	Diff  packDiffCmd  `cmd:"" help:"比较两个规则包。Compare two packs."`
}

// packListCmd lists the packs that come with the program.
type packListCmd struct {
	Level string        `help:"机关层级：province、prefecture、county、department、township。Only packs that serve organs of the level."`
	Area  string        `help:"机关所在地，如河南省信阳市。Where the organ is, from the province down."`
	On    calendar.Date `placeholder:"DATE" help:"启动日期。Only packs that hold on the day of initiation."`
	packOutput
}

// packOutput is how the pack commands answer.
type packOutput struct {
	Lang   string `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format string `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
}

// Run lists what is asked for, in order of name.
func (c *packListCmd) Run(s streams) error {
	set, err := workflow.Packs()
	if err != nil {
		return err
	}
	kept := []*pack.Pack{}
	for _, p := range set.All() {
		serves := c.Level == "" || p.HasLevel(c.Level) && strings.HasPrefix(c.Area, p.Area)
		if serves && (c.On.IsZero() || !c.On.Before(p.From)) {
			kept = append(kept, p)
		}
	}
	if c.Format == "json" {
		return writeIndented(s.out, kept)
	}
	for _, p := range kept {
		fmt.Fprintf(s.out, "%s %s %s  %s\n", pad(p.Name, 19), p.From, pad(choose(c.Lang, p.Title.Zh, p.Title.En), 46), p.Norm.Number)
	}
	return nil
}

// packShowCmd shows one pack as it holds, or the text that defines it.
type packShowCmd struct {
	Name   string `arg:"" help:"规则包名称或者文件。A pack or a file."`
	Source bool   `help:"显示定义它的原文。Show the text that defines it, its base first."`
	packOutput
}

// Run shows the pack.
func (c *packShowCmd) Run(s streams) error {
	p, err := namedPack(c.Name)
	if err != nil {
		return refusedPack(s.err, err, c.Lang)
	}
	switch {
	case c.Source:
		_, err = s.out.Write(p.Source())
		return err
	case c.Format == "json":
		return writeIndented(s.out, p)
	}
	writePack(s.out, p, c.Lang)
	return nil
}

// packCheckCmd checks local packs, which may extend those that come with the
// program and one another.
type packCheckCmd struct {
	Files []string `arg:"" name:"file" help:"规则包文件。Pack files."`
	Lang  string   `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
}

// Run checks all the files as one set. Nothing wrong is exit code 0.
func (c *packCheckCmd) Run(s streams) error {
	set, err := loadFiles(c.Files...)
	if err != nil {
		return refusedPack(s.err, err, c.Lang)
	}
	for _, f := range c.Files {
		p, err := set.Named(packName(f))
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s: %s%s\n", f, choose(c.Lang, "可用，", "usable, "), p.Digest())
	}
	return nil
}

// packDiffCmd compares two packs, by name or file.
type packDiffCmd struct {
	From string `arg:"" help:"原规则包。The pack that was."`
	To   string `arg:"" help:"新规则包。The pack that is."`
	packOutput
}

// Run writes one line for each field that differs. Like diff, it exits with 1
// when something does.
func (c *packDiffCmd) Run(s streams) error {
	from, err := namedPack(c.From)
	if err != nil {
		return refusedPack(s.err, err, c.Lang)
	}
	to, err := namedPack(c.To)
	if err != nil {
		return refusedPack(s.err, err, c.Lang)
	}
	changes, err := pack.Diff(from, to)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		if err := writeIndented(s.out, append([]pack.Change{}, changes...)); err != nil {
			return err
		}
	} else {
		if len(changes) == 0 {
			fmt.Fprintln(s.out, choose(c.Lang, "没有差异", "no difference"))
		}
		none := choose(c.Lang, "（无）", "(none)")
		for _, d := range changes {
			fmt.Fprintf(s.out, "%s\n  - %s\n  + %s\n", d.Field, orElse(d.Was, none), orElse(d.Is, none))
		}
	}
	if len(changes) > 0 {
		return status(exitFailed)
	}
	return nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return printable(text)
}

// namedPack returns a pack that comes with the program, or one in a file.
func namedPack(name string) (*pack.Pack, error) {
	if strings.HasSuffix(name, ".yaml") {
		set, err := loadFiles(name)
		if err != nil {
			return nil, err
		}
		return set.Named(packName(name))
	}
	set, err := workflow.Packs()
	if err != nil {
		return nil, err
	}
	return set.Named(name)
}

func packName(file string) string { return strings.TrimSuffix(filepath.Base(file), ".yaml") }

// loadFiles loads pack files together with those that come with the program.
func loadFiles(names ...string) (*pack.Set, error) {
	files := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[packName(name)] = data
	}
	return pack.EmbeddedWith(files, workflow.Severities())
}

// packsOf loads the packs of a directory together with those that come with
// the program. What stands in kept below it are sources of packs whose file has
// changed since, as juece pack show --source gave them: cases that were opened
// under one keep it (Art 44).
func packsOf(dir string) (*pack.Set, error) {
	if dir == "" {
		return workflow.Packs()
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	set, err := loadFiles(names...)
	if err != nil {
		return nil, err
	}
	kept, err := filepath.Glob(filepath.Join(dir, "kept", "*.yaml"))
	if err != nil {
		return nil, err
	}
	sources := make([][]byte, len(kept))
	for i, name := range kept {
		if sources[i], err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return set.Keep(sources...)
}

// refusedPack says what is wrong with a pack, a line each.
func refusedPack(w io.Writer, err error, lang string) error {
	all, ok := errors.AsType[pack.Errors](err)
	if !ok {
		fmt.Fprintln(w, "juece:", printable(err.Error()))
		return status(exitUsage)
	}
	for _, e := range all {
		fmt.Fprintln(w, printable(e.Message(lang)))
	}
	return status(exitFailed)
}

func writeIndented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
