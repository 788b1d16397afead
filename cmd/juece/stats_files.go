package main

import (
	"fmt"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/casefile"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/statistics"
)

// fileCases reads cases from files and directories.
type fileCases struct {
	paths []string
	organ string // only the cases of this organ, unless it is empty
	packs *pack.Set
}

// all yields one case after the other, in the order of the command line and,
// within a directory, of the names. A file that cannot be used is yielded with
// statistics.ErrUnreadable.
func (f fileCases) all(yield func(workflow.Case, error) bool) {
	seen := map[string]string{} // file by case: one that is named twice would count twice
	for _, root := range f.paths {
		found := 0
		err := caseFiles([]string{root}, func(path string, err error) error {
			found++
			var c workflow.Case
			if err == nil {
				c, err = f.read(path, seen)
			}
			if err != nil {
				err = fmt.Errorf("%w: %w", statistics.ErrUnreadable, err)
			} else if f.organ != "" && c.Organ().Name != f.organ {
				return nil
			}
			if !yield(c, err) {
				return errStopped
			}
			return nil
		})
		if err != nil {
			return
		}
		if found == 0 {
			none := setupError{root + "：没有案卷文件（yaml、yml、json）", root + ": holds no case file (yaml, yml, json)"}
			if !yield(workflow.Case{}, fmt.Errorf("%w: %w", statistics.ErrUnreadable, none)) {
				return
			}
		}
	}
}

func (f fileCases) read(path string, seen map[string]string) (workflow.Case, error) {
	file, err := casefile.ReadFile(path)
	if err != nil {
		return workflow.Case{}, err
	}
	c, err := file.Case(f.packs, calendar.China())
	if err != nil {
		return workflow.Case{}, err
	}
	name := c.Organ().Name + "\x00" + c.ID
	if other, twice := seen[name]; twice {
		return workflow.Case{}, casefile.Errors{{
			File: path, Field: "case", Zh: fmt.Sprintf("与%s为同一案件，不重复统计", other), En: fmt.Sprintf("is the same case as %s and is not counted twice", other),
		}}
	}
	seen[name] = path
	return c, nil
}
