package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

type downloadInput struct {
	CasePath
	Digest      string `path:"digest" pattern:"^(hmac-)?(sha256|sm3):[0-9a-f]{64}$" doc:"上传时得到的摘要。The digest that the upload was answered with."`
	Range       string `header:"Range" doc:"一段，如bytes=1048576-；几段的，回答整个文件。One part, as in bytes=1048576-; who asks for several gets the whole file." example:"bytes=0-1023"`
	IfRange     string `header:"If-Range" doc:"文件仍为此ETag的，才回答一段。The part only while the file has this ETag."`
	IfNoneMatch string `header:"If-None-Match" doc:"文件为此ETag的，回答304。304 when the file has this ETag."`
}

// conditions are the headers that say how much of the file is wanted. Several
// parts at once, and parts that are not of bytes, are not offered: then a Range
// is as good as none (RFC 9110 section 14.2).
func (in *downloadInput) conditions() http.Header {
	h := http.Header{}
	unit, part, _ := strings.Cut(in.Range, "=")
	if strings.EqualFold(unit, "bytes") && !strings.Contains(part, ",") {
		h.Set("Range", "bytes="+part)
	}
	for name, value := range map[string]string{"If-Range": in.IfRange, "If-None-Match": in.IfNoneMatch} {
		if value != "" {
			h.Set(name, value)
		}
	}
	return h
}

// download sends a material as a file to save: what somebody uploaded is never
// shown as a page of this origin.
func (s *server) download(ctx context.Context, who caller, in *downloadInput) (*huma.StreamResponse, error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	digest := history.Digest(in.Digest)
	if digest.Committed() && !who.maySeeRestricted(c) {
		return nil, coded{"not_permitted", "限制公开的材料", "the material is restricted"}
	}
	meeting := ofMeeting(c, digest)
	if meeting && !who.maySeeDeliberation(c) {
		return nil, coded{"not_permitted", "会议讨论的内容不公开", "what was said in the meeting is not disclosed"}
	}
	m, err := s.svc.Vault.Material(ctx, in.ID, digest)
	if err == nil && m.Size() > 0 { // what is gone, or broken, is told while it can be
		_, err = m.Content.ReadAt(make([]byte, 1), 0)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, s.gone(ctx, in.ID, err)
	}
	// It never changes, but who may read it does.
	caching := "private, no-cache"
	if digest.Committed() || meeting {
		caching = "no-store"
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		w := &fileWriter{out: out, header: http.Header{
			"Content-Type":           {m.MediaType},
			"Content-Disposition":    {mime.FormatMediaType("attachment", map[string]string{"filename": m.Name})},
			"X-Content-Type-Options": {"nosniff"},
			"Etag":                   {`"` + in.Digest + `"`},
			"Cache-Control":          {caching},
		}}
		s.sendFile(ctx, w, in, m)
	}}, nil
}

// sendFile sends a file, or the part of it that is asked for. A body that ends
// early is shorter than its Content-Length, so that it does not look whole.
func (s *server) sendFile(ctx context.Context, w *fileWriter, in *downloadInput, m workflow.Material) {
	content := &noted{ReadSeeker: m.Reader()}
	asked := (&http.Request{Method: w.out.Method(), Header: in.conditions()}).WithContext(ctx)
	http.ServeContent(w, asked, "", time.Time{}, content)
	switch {
	case w.refused:
		w.out.SetHeader("Content-Range", "bytes */"+strconv.FormatInt(m.Size(), 10))
		s.refuse(w.out, http.StatusRequestedRangeNotSatisfiable)
	case content.err != nil && ctx.Err() == nil:
		s.opts.Logger.ErrorContext(ctx, "send a material", "decision", in.ID, "error", content.err)
	}
}

// noted remembers why a file could not be read on: [http.ServeContent] does not
// say.
type noted struct {
	io.ReadSeeker
	err error
}

func (n *noted) Read(p []byte) (int, error) {
	got, err := n.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		n.err = err
	}
	return got, err
}

// fileWriter is the answer to a request as [http.ServeContent] writes it, on
// whatever router the API is. That a range is refused is left to the caller,
// who answers with a problem.
type fileWriter struct {
	out     huma.Context
	header  http.Header
	refused bool
}

func (w *fileWriter) Header() http.Header { return w.header }

func (w *fileWriter) WriteHeader(status int) {
	if status == http.StatusRequestedRangeNotSatisfiable {
		w.refused = true
		return
	}
	for name, values := range w.header {
		w.out.SetHeader(name, values[0])
	}
	noteStatus(w.out.Context(), strconv.Itoa(status))
	w.out.SetStatus(status)
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil
	}
	return w.out.BodyWriter().Write(p)
}
