package httpapi

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// step is how much of a file has to arrive within [Options.BodyTimeout].
const step = 64 << 10

// arriving is a body on its way in. It may be read up to a place, which moves
// as what it holds becomes known; the next step of it has to come within the
// pace, and all of it before the end. Its errors are problems.
type arriving struct {
	request huma.Context
	body    io.Reader
	pace    time.Duration
	end     time.Time

	read, upTo int64
	next       int64     // where the next step begins
	due        time.Time // when what comes before it must be here
	err        error     // the first one, which stays
}

func (s *server) arriving(request huma.Context) *arriving {
	return &arriving{request: request, body: request.BodyReader(), pace: s.opts.BodyTimeout, end: time.Now().Add(s.opts.MaterialTimeout)}
}

// allow lets so many more bytes be read. A body that says that it is longer is
// refused before any of it is.
func (a *arriving) allow(more int64) { a.upTo = a.read + more }

func (a *arriving) declares(length int64) bool {
	said, err := strconv.ParseInt(a.request.Header("Content-Length"), 10, 64)
	return err == nil && said > length
}

// Read implements io.Reader.
func (a *arriving) Read(p []byte) (int, error) {
	if a.err != nil {
		return 0, a.err
	}
	if a.read >= a.next {
		a.next = a.read + step
		a.due = time.Now().Add(a.pace)
		if a.due.After(a.end) {
			a.due = a.end
		}
		_ = a.request.SetReadDeadline(a.due) // where there are none, the server's own hold
	}
	// One byte more than may be read shows that there is one.
	n, err := a.body.Read(p[:min(int64(len(p)), a.upTo-a.read+1, a.next-a.read)])
	a.read += int64(n)
	if over := a.read - a.upTo; over > 0 {
		n -= int(over)
		err = &http.MaxBytesError{Limit: a.upTo}
	}
	a.err = a.problem(err)
	return n, a.err
}

func (a *arriving) problem(err error) error {
	var long *http.MaxBytesError
	switch {
	case err == nil && time.Now().After(a.due), errors.Is(err, os.ErrDeadlineExceeded):
		return coded{code: "body_too_slow"}
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &long): // ours, or that of a host that bounds bodies itself
		return coded{code: "body_too_large"}
	}
	return coded{code: "malformed_body"}
}

// done lifts the deadline once all is here, or says that nobody waits for the
// rest: then the connection is not used again.
func (a *arriving) done() {
	switch {
	case errors.Is(a.err, io.EOF):
		_ = a.request.SetReadDeadline(time.Time{})
	case a.request.Version().ProtoMajor == 1:
		a.request.SetHeader("Connection", "close")
	}
}

// spooled is a file that waits in the spool directory until all of it is here.
// It has no name any more, where the system allows that: whatever becomes of
// the program, nothing is left.
type spooled struct {
	*os.File
	size int64
}

// Size implements [workflow.Content].
func (f *spooled) Size() int64 { return f.size }

// spool writes a file to the spool directory, as long as it is not too large.
func (s *server) spool(content io.Reader) (_ *spooled, err error) {
	file, err := os.CreateTemp(s.opts.SpoolDir, "juece-upload-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // an open file can be removed on Unix; see Close
	f := &spooled{File: file}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	if f.size, err = io.Copy(file, io.LimitReader(content, s.opts.MaxMaterialBytes+1)); err != nil {
		return nil, err
	}
	if f.size > s.opts.MaxMaterialBytes {
		return nil, coded{code: "body_too_large"}
	}
	return f, nil
}

// Close gives the file up.
func (f *spooled) Close() error {
	err := f.File.Close()
	if gone := os.Remove(f.Name()); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}
