package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// errStopped says that the walk was told to stop.
var errStopped = errors.New("stopped")

// caseFiles calls found for every case file at the paths, in order of path: a
// file itself, and everything below a directory that ends in .yaml, .yml or
// .json and is not hidden. Symbolic links below a directory are not followed.
// What cannot be read is passed on with its error, and does not end the walk;
// found ends it with errStopped.
func caseFiles(paths []string, found func(path string, err error) error) error {
	for _, root := range paths {
		info, err := os.Stat(root)
		if err != nil || !info.IsDir() { // reading it says what is wrong
			if err := found(root, nil); err != nil {
				return err
			}
			continue
		}
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			hidden := path != root && strings.HasPrefix(filepath.Base(path), ".")
			switch {
			case hidden && d != nil && d.IsDir():
				return filepath.SkipDir
			case hidden:
				return nil
			case err != nil:
				return found(path, err)
			case d.Type().IsRegular() && isCaseFile(path):
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
