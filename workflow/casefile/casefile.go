// Package casefile reads case files (案卷文件): what is known of a procedure,
// written down as acts in YAML or JSON, so that it can be judged article by
// article without ever having been in the system.
//
//	case: zhijiang-fireworks-2025     # names the case
//	title: 县城禁放烟花爆竹             # for people; may be left out
//	pack: d713                        # the rule pack to judge by
//	complete: false                   # true: the file tells the whole procedure
//	sources: [https://example.gov.cn] # where the facts were published
//	acts:
//	  - kind: open_comment
//	    occurred_on: 2025-03-07       # left out when the source does not say
//	    by: {unit: 县城市管理局}
//	    act: {ends_on: 2025-04-07}
//
// The acts are those of package decision, field by field. What a source does
// not tell is left out, or empty, and stays unknown; a value that is wrong is
// an error. Reading is strict: nothing that the reader does not understand is
// passed over. The order of the acts is the order of the history; a date that
// contradicts it is for the rules to judge and no error here.
//
// Of YAML only the plain data is read. Anchors, aliases, merge keys, tags and
// further documents are refused, as are keys that stand twice.
package casefile

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// MaxSize is the size in bytes up to which a case file is read.
const MaxSize = 16 << 20

// File is a case file that was read.
type File struct {
	Name     string // of the file, as messages give it
	ID       string // of the case
	Title    string
	Pack     string
	Complete bool // the file claims to tell the whole procedure
	Sources  []string
	Deeds    []workflow.Deed // numbered from 1 in the order of the file

	packLine int
}

// ReadFile reads the case file at a path. The error is an [Errors]; behind it
// stands the error of the file system, where there was one.
func ReadFile(path string) (File, error) {
	data, err := readLimited(path)
	if err != nil {
		return File{}, Errors{{File: path, Zh: "无法读取文件：" + err.Error(), En: "cannot be read: " + err.Error(), cause: err}}
	}
	return Parse(path, data)
}

func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(f, MaxSize+1))
}

// Parse reads a case file. The name is only used in messages. The error is an
// [Errors] that lists what is wrong, line by line.
func Parse(name string, data []byte) (File, error) {
	root, problem := document(data)
	if problem != nil {
		problem.File = name
		return File{}, Errors{problem}
	}
	r := &reader{lines: map[string]int{}}
	f := r.file(root)
	if len(r.problems) > 0 {
		for _, p := range r.problems {
			p.File = name
		}
		return File{}, r.problems
	}
	f.Name = name
	return f, nil
}

// Case returns the case for judging, under the pack that the file names. The
// error is an [Errors]: the set does not hold the pack.
func (f File) Case(packs *pack.Set, cal *calendar.Calendar) (workflow.Case, error) {
	p, err := packs.Named(f.Pack)
	if err != nil {
		var names []string
		for _, known := range packs.All() {
			names = append(names, known.Name)
		}
		return workflow.Case{}, Errors{{
			File: f.Name, Line: f.packLine, Field: "pack", cause: err,
			Zh: fmt.Sprintf("没有规则包%q，可用的有：%s", f.Pack, strings.Join(names, "、")),
			En: fmt.Sprintf("there is no rule pack %q; there are: %s", f.Pack, strings.Join(names, ", ")),
		}}
	}
	c := workflow.Case{ID: f.ID, Evidence: workflow.Published, Pack: p, Calendar: cal}
	if f.Complete {
		c.Evidence = workflow.Complete
	}
	return c.Fold(f.Deeds), nil
}
