// Package workflowtest has what tests of a workflow share: cases, services,
// and the play of steps.
package workflowtest

import (
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
)

// Storage is what a service needs of a store.
type Storage interface {
	workflow.Store
	workflow.Register
	workflow.Vault
	transparency.Store
}

// Service returns a service over a store, with its own clock.
func Service(t testing.TB, s Storage, clock *sample.Clock) *workflow.Service {
	t.Helper()
	packs, err := packs()
	if err != nil {
		t.Fatal(err)
	}
	return &workflow.Service{Store: s, Register: s, Vault: s, Packs: packs, Calendar: calendar.China(), Now: clock.Now}
}
