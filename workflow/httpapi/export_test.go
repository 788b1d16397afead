package httpapi

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

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
