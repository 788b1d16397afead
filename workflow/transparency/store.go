package transparency

import (
	"context"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow/history"
)

// Errors of a store.
var (
	// ErrNotFound: nothing was sealed yet, or not this.
	ErrNotFound = errors.New("transparency: not found")
	// ErrConflict: somebody else extended the log first. Read again.
	ErrConflict = errors.New("transparency: the log has moved on")
	// ErrGap: an entry is to be sealed whose predecessor is not. It was never
	// queued, or taken from the queue; [Store.Requeue] finds it.
	ErrGap = errors.New("transparency: an entry before it is not sealed")
)

// Store keeps a log. Everything but the queue and the leases is only ever
// added to.
type Store interface {
	// Head returns the last checkpoint, or ErrNotFound before the first.
	Head(ctx context.Context, log string) (Head, error)
	// Unsealed returns queued entries; of each decision in order of seq, from
	// the first that is queued.
	Unsealed(ctx context.Context, limit int) ([]Unsealed, error)
	// Backlog counts what is queued, of one decision or of all when it is "".
	Backlog(ctx context.Context, decision string) (Backlog, error)
	// Requeue queues every entry that is neither sealed nor queued, and says
	// how many: those of a program that knew no queue.
	Requeue(ctx context.Context, log string) (int64, error)
	// Extend adds leaves, hashes and a checkpoint and empties the queue of what
	// was sealed, all or nothing. ErrConflict when the log does not end at
	// Extension.Size, or an entry is not queued any more; ErrGap.
	Extend(ctx context.Context, e Extension) error
	// Hashes returns stored hashes by their tlog storage indexes, in that order.
	Hashes(ctx context.Context, log string, indexes []int64) ([]tlog.Hash, error)
	// Leaves returns leaves in order of position, from one on.
	Leaves(ctx context.Context, log string, from int64, limit int) ([]Leaf, error)
	// KeyLeaves returns the leaves that add or retire a key, in order.
	KeyLeaves(ctx context.Context, log string) ([]Leaf, error)
	// Positions returns where the entries of a decision stand, in order of seq.
	Positions(ctx context.Context, log, decision string) ([]Position, error)
	// Checkpoint returns the checkpoint of exactly this size, or ErrNotFound.
	Checkpoint(ctx context.Context, log string, size int64) (Checkpoint, error)
	// Checkpoints returns checkpoints in order of size, greater than after.
	Checkpoints(ctx context.Context, log string, after int64, limit int) ([]Checkpoint, error)
	// Cosign keeps a cosignature beside a checkpoint; the first of a key stays.
	Cosign(ctx context.Context, log string, size int64, c Cosignature) error
	// Lease takes or renews a lease, and reports whether the holder has it.
	Lease(ctx context.Context, name, holder string, until, now time.Time) (bool, error)
}

// Head is where a log ends.
type Head struct {
	Size int64
	Root tlog.Hash
	Note []byte // the signed checkpoint, without cosignatures
}

// Unsealed is an entry that waits for its leaf.
type Unsealed struct {
	Decision   string
	Seq        int64
	Digest     history.Digest
	RecordedAt time.Time
}

// Backlog is what waits.
type Backlog struct {
	Entries int64
	Oldest  time.Time // recorded_at of the oldest; zero when nothing waits
}

// Totals are numbers of rows at one moment: every entry is sealed or queued.
type Totals struct {
	Decisions int64 // state rows
	Entries   int64
	Sealed    int64 // entries' leaves in one log
	Queued    int64
}

// Leaf is one leaf of the log. Decision and Seq are empty for a key's, and in
// what [Store.Leaves] returns: the text says them.
type Leaf struct {
	Position int64
	Text     string
	Key      bool // it adds or retires a key
	Decision string
	Seq      int64
}

// Position is where an entry of a decision stands.
type Position struct{ Seq, Position int64 }

// Extension is what one sealing adds.
type Extension struct {
	Log        string
	Size       int64       // before
	Leaves     []Leaf      // at [Size, Size+len)
	Hashes     []tlog.Hash // at storage indexes from tlog.StoredHashCount(Size)
	Checkpoint Checkpoint  // of size Size+len
}

// Checkpoint is one signed root.
type Checkpoint struct {
	Size     int64
	Root     tlog.Hash
	Note     []byte // a signed note; as read, with the cosignatures kept since
	SealedAt time.Time
}

// Cosignature is a witness's signature line.
type Cosignature struct {
	Cosigner string // key name, "+" and the key id as eight hexadecimal digits
	Line     []byte // "— name base64" and a line feed
}
