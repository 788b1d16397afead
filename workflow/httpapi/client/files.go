package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
)

// File is a file to upload.
type File struct {
	Name, MediaType string
	// Content is read from where it stands to its end. What can be read from
	// any place, such as an open file, is sent again where that does no harm;
	// anything else is sent once.
	Content io.Reader
	// Restricted says why the file is not for everybody who may read the case;
	// nil when it is. A restricted file is kept anew by each upload, so an
	// upload whose answer was lost is not repeated by itself.
	Restricted *decision.Restriction
}

// Upload keeps a file for a case. To upload it again does nothing more.
func (c *Client) Upload(ctx context.Context, id, name, mediaType string, content []byte) (Held, error) {
	return c.UploadFile(ctx, id, File{Name: name, MediaType: mediaType, Content: bytes.NewReader(content)})
}

// UploadFile keeps a file for a case, a part of it at a time in memory.
func (c *Client) UploadFile(ctx context.Context, id string, f File) (Held, error) {
	r := request{
		method: http.MethodPost, path: join("decisions", id, "materials"), query: url.Values{"name": {f.Name}},
		header: http.Header{"Content-Type": {f.MediaType}}, safe: f.Restricted == nil, once: true,
		body: func() io.Reader { return io.NopCloser(f.Content) }, // the file stays the caller's to close
	}
	if f.Restricted != nil {
		r.query.Set("restricted", "true")
		r.query.Set("class", string(f.Restricted.Class))
		r.query.Set("ground", f.Restricted.Ground)
	}
	if again, ok := f.Content.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		from, err := again.Seek(0, io.SeekCurrent)
		if err != nil {
			return Held{}, fmt.Errorf("client: %s: %w", r.path, err)
		}
		size, err := again.Seek(0, io.SeekEnd)
		if err != nil {
			return Held{}, fmt.Errorf("client: %s: %w", r.path, err)
		}
		r.once, r.length = false, size-from
		r.body = func() io.Reader { return io.NewSectionReader(again, from, size-from) }
	}
	return readJSON[Held](ctx, c, r)
}

// Download writes a material to w. When the connection fails on the way it
// reads on from where it was.
func (c *Client) Download(ctx context.Context, id string, digest history.Digest, w io.Writer) error {
	_, err := c.Resume(ctx, id, digest, 0, w)
	return err
}

// Resume is [Client.Download] for who has the first bytes of the file already,
// so many of them: it writes the rest to w, and returns how many bytes of the
// file there are then, also when it fails. Who has them all is told so by the
// problem range_not_satisfiable.
func (c *Client) Resume(ctx context.Context, id string, digest history.Digest, have int64, w io.Writer) (int64, error) {
	path := join("decisions", id, "materials", string(digest))
	to := &sink{w: w}
	for attempt := 1; ; attempt++ {
		n, err := c.part(ctx, path, digest, have, to)
		have += n
		if err == nil {
			return have, nil
		}
		if n > 0 {
			attempt = 1 // it moves
		}
		wait, again := c.Backoff.after(attempt, err, true)
		if !again || to.err != nil || attempt >= c.attempts() {
			return have, err
		}
		if stopped := sleep(ctx, wait); stopped != nil {
			return have, errors.Join(stopped, err)
		}
	}
}

// part writes what comes after the first bytes, as far as it gets.
func (c *Client) part(ctx context.Context, path string, digest history.Digest, have int64, w io.Writer) (int64, error) {
	r := request{method: http.MethodGet, path: path, header: http.Header{}, safe: true}
	if have > 0 {
		r.header.Set("Range", "bytes="+strconv.FormatInt(have, 10)+"-")
		r.header.Set("If-Range", `"`+string(digest)+`"`)
	}
	answer, err := c.once(ctx, r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close() //nolint:errcheck // it was read, or the reader has failed
	length := answer.ContentLength
	switch from := "bytes " + strconv.FormatInt(have, 10) + "-"; {
	case answer.StatusCode == http.StatusPartialContent && !strings.HasPrefix(answer.Header.Get("Content-Range"), from):
		return 0, fmt.Errorf("client: %s: another part than the one from byte %d was answered", path, have)
	case answer.StatusCode != http.StatusPartialContent && have > 0: // something between knows no parts
		if _, err := io.CopyN(io.Discard, answer.Body, have); err != nil {
			return 0, &lostError{err}
		}
		length -= have
	}
	n, err := io.Copy(w, answer.Body)
	if err == nil && answer.ContentLength >= 0 && n != length {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return n, fmt.Errorf("client: read %s: %w", path, &lostError{err})
	}
	return n, nil
}

// sink tells an error of the writer, which no repeat mends, from one of the
// connection.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		s.err = err
	}
	return n, err
}
