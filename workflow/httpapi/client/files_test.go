package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi/client"
	"github.com/juece/juece/workflow/sample"
)

// text is so many bytes of text.
func text(size int) []byte { return bytes.Repeat([]byte("调研报告。\n"), size/16+1)[:size] }

// A file that can be read again is uploaded whole, from where it stands,
// whatever is lost on the way; one that cannot is sent once.
func TestAFileIsUploadedAgainWhenItCanBe(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, _ := s.walk(t, sample.Before("d713", "submit_draft"))
	c := s.as(t, sample.Actor("d713", workflow.RoleUndertakingUnit))
	content := text(300_000)
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Seek(1000, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var lengths []int64
	lose := func(first int) {
		lengths = nil
		s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
			mu.Lock()
			lengths = append(lengths, r.ContentLength)
			n := len(lengths)
			mu.Unlock()
			if n <= first {
				_, _ = io.CopyN(io.Discard, r.Body, 100_000)
				panic(http.ErrAbortHandler)
			}
			api.ServeHTTP(w, r)
		})
	}
	lose(2)
	held, err := c.UploadFile(t.Context(), id, client.File{Name: "报告", MediaType: "text/plain", Content: file})
	if err != nil || held.Digest != history.MaterialDigest(content[1000:]) || held.Size != 299_000 || !slices.Equal(lengths, []int64{299_000, 299_000, 299_000}) {
		t.Errorf("%+v %v, sent %v", held, err, lengths)
	}
	lose(1)
	if held, err := c.UploadFile(t.Context(), id, client.File{Name: "报告", MediaType: "text/plain", Content: io.MultiReader(bytes.NewReader(content))}); err == nil || len(lengths) != 1 {
		t.Errorf("a stream: %+v %v, sent %v", held, err, lengths)
	}
	lose(0)
	if held, err := c.UploadFile(t.Context(), id, client.File{Name: "报告", MediaType: "text/plain", Content: io.MultiReader(bytes.NewReader(content))}); err != nil || held.Digest != history.MaterialDigest(content) || !slices.Equal(lengths, []int64{-1}) {
		t.Errorf("a stream: %+v %v, sent %v", held, err, lengths)
	}
	secret := client.File{Name: "名单", MediaType: "text/plain", Content: strings.NewReader("名单"), Restricted: &decision.Restriction{Class: decision.ClassPersonal, Ground: "个人信息保护法第二十八条"}}
	if held, err := c.UploadFile(t.Context(), id, secret); err != nil || !held.Digest.Committed() || *held.Restricted != *secret.Restricted {
		t.Errorf("restricted: %+v %v", held, err)
	}
	lose(1)
	if held, err := c.UploadFile(t.Context(), id, secret); err == nil || len(lengths) != 1 {
		t.Errorf("restricted, and the answer was lost: %+v %v, sent %v", held, err, lengths)
	}
}

// cut lets so many bytes of an answer through, and then breaks the connection.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(p []byte) (int, error) {
	if c.left < len(p) {
		_, _ = c.ResponseWriter.Write(p[:c.left])
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

// A download that breaks goes on from where it was.
func TestADownloadIsResumed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, _ := s.walk(t, sample.Before("d713", "submit_draft"))
	c := s.as(t, sample.Actor("d713", workflow.RoleUndertakingUnit))
	content := text(500_000)
	held, err := c.Upload(t.Context(), id, "报告", "text/plain", content)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked []string
	breaking := func(times, after int) {
		asked = nil
		s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
			mu.Lock()
			asked = append(asked, r.Header.Get("Range"))
			n := len(asked)
			mu.Unlock()
			if n <= times {
				w = &cut{w, after}
			}
			api.ServeHTTP(w, r)
		})
	}
	breaking(6, 70_000) // more often than a request is repeated: it moves
	var file bytes.Buffer
	if err := c.Download(t.Context(), id, held.Digest, &file); err != nil || !bytes.Equal(file.Bytes(), content) || len(asked) != 7 || asked[0] != "" || asked[1] != "bytes=70000-" || asked[6] != "bytes=420000-" {
		t.Errorf("%d bytes, %v, asked %q", file.Len(), err, asked)
	}
	breaking(100, 0) // it does not move
	file.Reset()
	if n, err := c.Resume(t.Context(), id, held.Digest, 123, &file); err == nil || n != 123 || file.Len() > 0 || len(asked) != 4 {
		t.Errorf("%d bytes, %v, asked %q", n, err, asked)
	}
	breaking(0, 0)
	if n, err := c.Resume(t.Context(), id, held.Digest, 400_000, &file); err != nil || n != 500_000 || !bytes.Equal(file.Bytes(), content[400_000:]) {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := c.Resume(t.Context(), id, held.Digest, 500_000, io.Discard); !client.Is(err, "range_not_satisfiable") || n != 500_000 {
		t.Errorf("all is there: %d, %v", n, err)
	}
	// Something between the two that knows of no parts.
	s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		r.Header.Del("Range")
		api.ServeHTTP(w, r)
	})
	file.Reset()
	if n, err := c.Resume(t.Context(), id, held.Digest, 400_000, &file); err != nil || n != 500_000 || !bytes.Equal(file.Bytes(), content[400_000:]) {
		t.Errorf("the whole for a part: %d, %v", n, err)
	}
	// A part of something else is not taken.
	s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		r.Header.Set("Range", "bytes=1-")
		api.ServeHTTP(w, r)
	})
	if n, err := c.Resume(t.Context(), id, held.Digest, 400_000, io.Discard); err == nil || n != 400_000 {
		t.Errorf("another part: %d, %v", n, err)
	}
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// Where the file is written to is not mended by asking again.
func TestAWriterThatFailsEndsTheDownload(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, _ := s.walk(t, sample.Before("d713", "submit_draft"))
	c := s.as(t, sample.Actor("d713", workflow.RoleUndertakingUnit))
	held, err := c.Upload(t.Context(), id, "报告", "text/plain", text(1000))
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		asked++
		seen := httptest.NewRecorder()
		api.ServeHTTP(seen, r)
		for name, values := range seen.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(seen.Code)
		_, _ = w.Write(seen.Body.Bytes())
	})
	if err := c.Download(t.Context(), id, held.Digest, full{}); !errors.Is(err, errFull) || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}
