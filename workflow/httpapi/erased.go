package httpapi

import (
	"context"
	"errors"
	"slices"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// goneError says that what was asked for was erased, by which entry.
type goneError struct{ entry Entry }

func (*goneError) Error() string { return "httpapi: erased" }

// gone adds the entry to an error that says something was erased, and leaves
// every other error as it is. The caller may read the case.
func (s *server) gone(ctx context.Context, id string, err error) error {
	var erased *workflow.ErasedError
	if !errors.As(err, &erased) {
		return err
	}
	records, lookup := s.svc.History(ctx, id)
	if lookup != nil {
		return lookup
	}
	i := slices.IndexFunc(records, func(r history.Record) bool { return r.Seq == erased.Seq })
	if i < 0 {
		return err
	}
	entry, parse := viewEntry(records[i])
	if parse != nil {
		return parse
	}
	return &goneError{entry}
}
