package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// meter is the progress bar, or none.
type meter struct{ bar *progressbar.ProgressBar }

// progress returns a bar where somebody can see one; lines of cases on a
// terminal show the progress themselves. The files are counted first: reading
// the names takes little beside judging what is in them, and tells how long it
// will take.
func (c *checkCmd) progress(ctx context.Context, s streams) meter {
	if c.NoProgress || !terminal(s.err) || c.Each && terminal(s.out) {
		return meter{}
	}
	return meter{progressbar.NewOptions64(countFiles(ctx, c.Files),
		progressbar.OptionSetWriter(s.err), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

// The bar is for eyes: what it cannot write is not worth an error.
func (m meter) add() {
	if m.bar != nil {
		_ = m.bar.Add(1)
	}
}

func (m meter) clear() {
	if m.bar != nil {
		_ = m.bar.Clear()
	}
}

func (m meter) finish() {
	if m.bar != nil {
		_ = m.bar.Finish()
	}
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
