package httpapi_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// lines is a text of so many bytes in which every place is told from any other.
func lines(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		b.WriteString(strconv.Itoa(n) + "\n")
	}
	return b.String()[:size]
}

// kept keeps a file in the case and returns its digest.
func (s *taking) kept(t *testing.T, content string, why *decision.Restriction) string {
	t.Helper()
	m, err := s.svc.KeepMaterial(t.Context(), s.id, workflow.Material{Name: "草案 \"一\".txt", MediaType: "text/plain; charset=utf-8", Content: strings.NewReader(content), Restricted: why})
	if err != nil {
		t.Fatal(err)
	}
	return string(m.Digest)
}

// A file is had whole or in part (RFC 9110 section 14), or not again by who has
// it.
func TestPartsOfAFile(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{})
	const size = 600_000 // three rows of the store
	content := lines(size)
	digest := s.kept(t, content, nil)
	tag, other := `"`+digest+`"`, `"`+string(history.MaterialDigest(nil))+`"`
	for _, c := range []struct {
		ask      map[string]string
		status   int
		from, to int // of the content
	}{
		{nil, 200, 0, size},
		{map[string]string{"Range": "bytes=0-"}, 206, 0, size},
		{map[string]string{"Range": "bytes=0-0"}, 206, 0, 1},
		{map[string]string{"Range": "bytes=262143-262144"}, 206, 262143, 262145},
		{map[string]string{"Range": "bytes=100-299999"}, 206, 100, 300000},
		{map[string]string{"Range": "Bytes=599999-"}, 206, 599999, size},
		{map[string]string{"Range": "bytes=599000-999999"}, 206, 599000, size},
		{map[string]string{"Range": "bytes=-7"}, 206, size - 7, size},
		{map[string]string{"Range": "bytes=-999999"}, 206, 0, size},
		{map[string]string{"Range": "bytes=600000-"}, 416, 0, 0},
		{map[string]string{"Range": "bytes=9-1"}, 416, 0, 0},
		{map[string]string{"Range": "bytes=x-"}, 416, 0, 0},
		{map[string]string{"Range": "bytes=0-1,5-6"}, 200, 0, size}, // several: the whole
		{map[string]string{"Range": "lines=1-2"}, 200, 0, size},     // no such unit: as if it were not there
		{map[string]string{"Range": "bytes"}, 200, 0, size},
		{map[string]string{"Range": "bytes=5-9", "If-Range": tag}, 206, 5, 10},
		{map[string]string{"Range": "bytes=5-9", "If-Range": other}, 200, 0, size},
		{map[string]string{"Range": "bytes=5-9", "If-Range": "W/" + tag}, 200, 0, size},
		{map[string]string{"If-None-Match": tag}, 304, 0, 0},
		{map[string]string{"If-None-Match": "W/" + tag}, 304, 0, 0},
		{map[string]string{"If-None-Match": other + ", " + tag}, 304, 0, 0},
		{map[string]string{"If-None-Match": other}, 200, 0, size},
		{map[string]string{"If-None-Match": other, "Range": "bytes=5-9"}, 206, 5, 10},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			w := s.do(call{method: method, path: "/decisions/" + s.id + "/materials/" + digest, actor: s.unit, header: c.ask})
			h := w.Header()
			if w.Code != c.status {
				t.Errorf("%s %v: %d, want %d", method, c.ask, w.Code, c.status)
				continue
			}
			switch c.status {
			case 416:
				if p := decode[httpapi.Problem](t, w); p.Code != "range_not_satisfiable" || h.Get("Content-Range") != "bytes */"+strconv.Itoa(size) {
					t.Errorf("%s %v: %+v %v", method, c.ask, p, h)
				}
				continue
			case 206:
				if want := "bytes " + strconv.Itoa(c.from) + "-" + strconv.Itoa(c.to-1) + "/" + strconv.Itoa(size); h.Get("Content-Range") != want {
					t.Errorf("%s %v: %s, want %s", method, c.ask, h.Get("Content-Range"), want)
				}
			}
			if want := content[c.from:c.to]; w.Body.String() != want && method == "GET" || method == "HEAD" && w.Body.Len() > 0 {
				t.Errorf("%s %v: %d bytes, want %d", method, c.ask, w.Body.Len(), len(want))
			}
			if h.Get("ETag") != tag || h.Get("Cache-Control") != "private, no-cache" {
				t.Errorf("%s %v: %v", method, c.ask, h)
			}
			if c.status != 304 && (h.Get("Content-Length") != strconv.Itoa(c.to-c.from) || h.Get("Accept-Ranges") != "bytes" || h.Get("Content-Type") != "text/plain; charset=utf-8" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment; filename")) {
				t.Errorf("%s %v: %v", method, c.ask, h)
			}
		}
	}
	empty := s.kept(t, "", nil)
	if w := s.do(call{method: "GET", path: "/decisions/" + s.id + "/materials/" + empty, actor: s.unit}); w.Code != http.StatusOK || w.Header().Get("Content-Length") != "0" {
		t.Errorf("an empty file: %d %v", w.Code, w.Header())
	}
	if s.log.Len() > 0 {
		t.Errorf("logged: %s", s.log)
	}
}

// Who may not have a file has no part of it, and does not learn that it is the
// one that he names.
func TestPartsOfARestrictedFile(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{})
	digest := s.kept(t, lines(1000), &decision.Restriction{Class: decision.ClassPersonal, Ground: "个人信息保护法第二十八条"})
	for _, ask := range []map[string]string{nil, {"Range": "bytes=0-1"}, {"If-None-Match": `"` + digest + `"`}} {
		path := "/decisions/" + s.id + "/materials/" + digest
		if w := s.do(call{method: "GET", path: path, actor: sample.Actor("d713", workflow.RoleExpert), header: ask}); w.Code != http.StatusForbidden || w.Header().Get("ETag") != "" {
			t.Errorf("%v: %d %v", ask, w.Code, w.Header())
		}
		if w := s.do(call{method: "GET", path: path, actor: s.unit, header: ask}); w.Code >= 400 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%v: %d %v", ask, w.Code, w.Header())
		}
	}
}

// vanishing is a store in which a file is erased once some of it was read.
type vanishing struct {
	workflowtest.Storage
	after int64
}

func (v vanishing) Material(ctx context.Context, id string, digest history.Digest) (workflow.Material, error) {
	m, err := v.Storage.Material(ctx, id, digest)
	if err == nil && m.Size() > v.after {
		m.Content = cutOff{m.Content, v.after}
	}
	return m, err
}

type cutOff struct {
	workflow.Content
	after int64
}

func (c cutOff) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > c.after {
		return 0, &workflow.ErasedError{Seq: 7}
	}
	return c.Content.ReadAt(p, at)
}

// What is erased while it is sent ends with an error, and with no byte that was
// not in the file.
func TestAFileThatIsErasedOnTheWay(t *testing.T) {
	t.Parallel()
	h := serve(t, vanishing{openSQLite(t), 400_000})
	id, _ := h.walk("d713", sample.Before("d713", "submit_draft"))
	s := &taking{h, id, "", sample.Actor("d713", workflow.RoleUndertakingUnit)}
	content := lines(600_000)
	digest := s.kept(t, content, nil)
	server := s.listen(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/decisions/"+id+"/materials/"+digest, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Actor", `{"id":"a","organ":"`+s.unit.Organ+`","roles":["undertaking_unit"]}`)
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	got, err := io.ReadAll(w.Body)
	if w.StatusCode != http.StatusOK || err == nil || len(got) == 0 || len(got) > 400_000 || !strings.HasPrefix(content, string(got)) {
		t.Errorf("%d, %d bytes, %v", w.StatusCode, len(got), err)
	}
}
