package httpapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/workflow"
)

// RegisterUndeclared registers an operation that says of nobody that they may
// call it.
func RegisterUndeclared(api huma.API) error {
	s := &server{api: newMount(api), svc: &workflow.Service{}, opts: Options{}.withDefaults()}
	add(s, get("open", "/open", "x", "x", "x"), access{}, func(context.Context, caller, *struct{}) (*struct{}, error) { return nil, nil })
	return errors.Join(s.failed...)
}

// StatusOf returns the status of the problem with a code, as it is answered.
func StatusOf(code string) (status int, known bool) {
	p := newProblem(code, "zh")
	return p.Status, p.Code == code
}

// ReadForm reads a form as an upload does. It returns what is said in it, the
// file, and how much of the body was read.
func ReadForm(dir, boundary string, body io.Reader, limit int64) (said map[string]string, content []byte, read int64, err error) {
	s := &server{opts: Options{SpoolDir: dir, MaxMaterialBytes: limit, MediaTypes: []string{"*"}, BodyTimeout: time.Minute, MaterialTimeout: time.Minute}}
	r := httptest.NewRequest(http.MethodPost, "/", body)
	in := &uploadInput{ContentType: "multipart/form-data; boundary=" + boundary, request: humago.NewContext(&huma.Operation{}, r, httptest.NewRecorder())}
	from := s.arriving(in.request)
	out, err := s.receive(in, from)
	if err != nil {
		return nil, nil, from.read, err
	}
	said = map[string]string{"name": out.name, "class": out.class, "ground": out.ground}
	content, err = io.ReadAll(io.NewSectionReader(out.file, 0, out.file.Size()))
	return said, content, from.read, errors.Join(err, out.file.Close())
}
