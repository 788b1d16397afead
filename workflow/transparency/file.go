package transparency

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/juece/juece/workflow/history"
)

// File publishes checkpoints to a directory that others can read, or carry
// away: the latest under Path, and each under Path with its size behind a dot.
// It is a memory as well: a sealer that knows the file signs nothing that is
// not consistent with what stands there.
type File struct{ Path string }

// Publish writes a checkpoint, whole or not at all. A file that holds a larger
// one is left as it is.
func (f File) Publish(ctx context.Context, c Checkpoint) error {
	if err := f.publish(ctx, c); err != nil {
		return fmt.Errorf("publish checkpoint %d to %s: %w", c.Size, f.Path, err)
	}
	return nil
}

func (f File) publish(ctx context.Context, c Checkpoint) error {
	if err := replace(f.Path+"."+strconv.FormatInt(c.Size, 10), c.Note); err != nil {
		return err
	}
	last, err := f.Last(ctx)
	switch {
	case err == nil && last.Size > c.Size:
		return nil
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	}
	return replace(f.Path, c.Note)
}

// Last returns the checkpoint in the file, or ErrNotFound when there is none.
func (f File) Last(context.Context) (Checkpoint, error) {
	text, err := os.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return Checkpoint{}, ErrNotFound
	}
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := history.ParseCheckpoint(text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%s: %w", f.Path, err)
	}
	return Checkpoint{Size: c.Size, Root: c.Root, Note: c.Note}, nil
}

// replace writes a file beside the one of that name, to the disk, and then
// takes its name.
func replace(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, ".checkpoint-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(0o644) // a checkpoint is for everybody
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncDirectory(dir)
}

func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
