// Package storetest is the suite that every store passes.
//
// [Run] holds an implementation to what [workflow.Store], [workflow.Register]
// and [workflow.Vault] promise. [RunSQL] adds what a SQL store promises beyond
// that: the host's transaction, migrations, and nothing left of a write that
// lost. [RunHeavy] measures it under numbers.
package storetest

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow"
)

// Subject is an implementation under test.
type Subject interface {
	workflow.Store
	workflow.Register
	workflow.Vault
}

// Run tests the contracts. The function returns an empty subject for each
// test, which runs in parallel with others.
func Run(t *testing.T, fresh func(t *testing.T) Subject) {
	t.Helper()
	each(t, fresh, []test[Subject]{
		{"load of nothing", loadOfNothing},
		{"bytes are kept", bytesAreKept},
		{"no gaps", noGaps},
		{"contradictions are refused", contradictionsAreRefused},
		{"one writer wins", oneWriterWins},
		{"writers take turns", writersTakeTurns},
		{"decisions do not meet", decisionsDoNotMeet},
		{"a loser keeps nothing", loserKeepsNothing},
		{"state rows", stateRows},
		{"list pages and filters", listPages},
		{"list in order of change", listByChange},
		{"tasks are replaced", tasksAreReplaced},
		{"tasks in order", tasksInOrder},
		{"tasks filtered", tasksFiltered},
		{"keys are used once", keysAreUsedOnce},
		{"refusals stay outside", refusalsStayOutside},
		{"opinions are received", opinionsAreReceived},
		{"opinions are committed", opinionsAreCommitted},
		{"materials", materials},
		{"restricted materials", restrictedMaterials},
		{"large materials", largeMaterials},
		{"contents are erased", contentsAreErased},
		{"an erasure is whole", erasureIsWhole},
		{"an ended context", endedContext},
	})
}

// Database is one fresh, empty database: no tables yet.
type Database interface {
	// Open opens a store on the database and closes it when the test ends.
	Open(t *testing.T) *store.Store
	// Host opens a pool of the host's on it, and a store on that pool.
	Host(t *testing.T) (*sql.DB, *store.Store)
}

// RunSQL tests what only a SQL store can do.
func RunSQL(t *testing.T, fresh func(t *testing.T) Database) {
	t.Helper()
	each(t, fresh, []test[Database]{
		{"migrations race", migrationsRace},
		{"reopen", reopen},
		{"no row of a loser", noRowOfALoser},
		{"host commits", hostCommits},
		{"host rolls back", hostRollsBack},
		{"conflict inside the host", conflictInsideHost},
		{"the history is append-only", historyIsAppendOnly},
		{"the state row lies", stateRowLies},
		{"an erasure inside the host", erasureInsideHost},
		{"materials by another algorithm", materialsByAnotherAlgorithm},
		{"cut off while waiting", cutOffWhileWaiting},
		{"the log grows", logGrows},
		{"extensions race", extensionsRace},
		{"extensions that are refused", extensionsThatAreRefused},
		{"a sealing cut short", sealingCutShort},
		{"cosignatures stand beside", cosignaturesStandBeside},
		{"leases", leases},
		{"the log is append-only", logIsAppendOnly},
		{"the migration queues what is there", migrationQueues},
		{"files are carried over", filesAreCarriedOver},
		{"a file in parts", fileInParts},
		{"events wait their turn", eventsWaitTheirTurn},
		{"subscribers that are gone", subscribersThatAreGone},
		{"tasks are reminded of once", tasksAreRemindedOfOnce},
		{"only what is done is swept", onlyWhatIsDoneIsSwept},
		{"what waits is counted", whatWaitsIsCounted},
	})
}

// RunHeavy tests with numbers, and logs how long things took.
func RunHeavy(t *testing.T, fresh func(t *testing.T) Database) {
	t.Helper()
	each(t, fresh, []test[Database]{
		{"a hundred thousand opinions", hundredThousandOpinions},
		{"appends", appendRate},
		{"a long log", longLog},
		{"a subscriber that is long down", longDown},
	})
}

type test[S any] struct {
	name string
	run  func(*testing.T, S)
}

func each[S any](t *testing.T, fresh func(*testing.T) S, tests []test[S]) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, fresh(t))
		})
	}
}

// ok fails the test when err is not nil.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is fails the test when err is not the error that is wanted.
func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// same fails the test when the two differ; nothing and nil are the same.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Comparer(sameDay), cmp.Comparer(sameContent)); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// sameContent compares what two files hold; one that cannot be read is the same
// as none.
func sameContent(a, b workflow.Content) bool {
	x, err := io.ReadAll(workflow.Material{Content: a}.Reader())
	y, other := io.ReadAll(workflow.Material{Content: b}.Reader())
	return err == nil && other == nil && bytes.Equal(x, y)
}
