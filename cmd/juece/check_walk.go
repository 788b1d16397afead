package main

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/juece/juece/workflow/casefile"
)

// errStopped says that the walk was told to stop.
var errStopped = errors.New("stopped")

// candidate is a case file, or what is wrong with a place where one was expected.
type candidate struct {
	path string
	err  error
}

// outcome is what became of one.
type outcome struct {
	judged
	err error
}

// candidates yields every case file of the command line. A directory without any is
// an error, like a file that is not there.
func (c *checkCmd) candidates() iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		for _, root := range c.Files {
			none := true
			err := caseFiles([]string{root}, func(path string, err error) error {
				none = false
				if !yield(candidate{path, err}) {
					return errStopped
				}
				return nil
			})
			if err != nil {
				return
			}
			if none && !yield(candidate{root, casefile.Errors{{
				File: root, Zh: "没有找到案卷文件（.yaml、.yml、.json）", En: "no case file was found (.yaml, .yml, .json)",
			}}}) {
				return
			}
		}
	}
}

// caseFiles calls found for every case file at the paths, in order of path: a
// file itself, and everything below a directory that ends in .yaml, .yml or
// .json and is not hidden. Below a directory a symbolic link to a file is
// followed and one to a directory is not, so that no loop can be. What cannot
// be read is passed on with its error, and does not end the walk; found ends
// it with errStopped.
func caseFiles(paths []string, found func(path string, err error) error) error {
	for _, root := range paths {
		info, err := os.Stat(root)
		if err != nil || !info.IsDir() { // reading it says what is wrong
			if err := found(root, nil); err != nil {
				return err
			}
			continue
		}
		// Seen as a file system, a root that is a link is a directory too.
		err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
			path := filepath.Join(root, filepath.FromSlash(name))
			hidden := name != "." && strings.HasPrefix(filepath.Base(name), ".")
			switch {
			case hidden && d != nil && d.IsDir():
				return fs.SkipDir
			case hidden:
				return nil
			case err != nil:
				return found(path, unreadable(path, err))
			case d.IsDir() || !isCaseFile(path):
				return nil
			}
			info, err := os.Stat(path)
			switch {
			case err != nil:
				return found(path, unreadable(path, err))
			case info.Mode().IsRegular():
				return found(path, nil)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func unreadable(path string, err error) error {
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrong.Err // the path is said already
	}
	return casefile.Errors{{File: path, Zh: "无法读取：" + err.Error(), En: "cannot be read: " + err.Error()}}
}

func isCaseFile(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(path)))
}

// countFiles counts what [caseFiles] will find.
func countFiles(ctx context.Context, paths []string) (n int64) {
	// The only error is our own, when the context ends.
	_ = caseFiles(paths, func(string, error) error {
		n++
		if ctx.Err() != nil {
			return errStopped
		}
		return nil
	})
	return n
}
