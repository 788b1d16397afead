package transparency

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/juece/juece/workflow/history"
)

// Errors of a sealing that is refused, beside history.ErrKey.
var (
	// ErrForked: what the store holds is not what was signed or published.
	// Somebody changed the log, or went back to an earlier state of it.
	ErrForked = errors.New("transparency: the log is not the one that was signed")
)

const (
	defaultBatch = 4096
	// sealAttempts is how often a sealing begins again when others were first.
	sealAttempts = 4
)

// Memory knows a checkpoint that was published, outside the database.
type Memory interface {
	// Last returns it, or ErrNotFound.
	Last(ctx context.Context) (Checkpoint, error)
}

// Publisher takes checkpoints where others find them.
type Publisher interface {
	Publish(ctx context.Context, c Checkpoint) error
}

// Sealer extends one log. It may stand in every replica; see [Sealer.Run].
type Sealer struct {
	Log Log
	// Signers hold the private keys: one of each type in force. Others are
	// ignored, so that a key can be at hand before it is added. The first of a
	// type that the log has no key of is added; from then on every checkpoint
	// needs a key of that type.
	Signers []history.Signer
	// Verifiers are for types of keys beside Ed25519.
	Verifiers history.Verifiers
	// Batch is how many entries one sealing takes at most. Default 4096.
	Batch int
	// Publishers get each checkpoint after it was committed, and once more
	// when witnesses have cosigned it. One that is a [Memory] is asked before
	// anything is signed.
	Publishers []Publisher
	// Witnesses are asked for cosignatures, by [Sealer.Run] in the background.
	Witnesses []*Witness
	// Holder names the replica in the lease. Default a random name.
	Holder string
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Logger gets what went wrong in the background. Default slog.Default().
	Logger *slog.Logger
}

// Sealed is what one sealing did.
type Sealed struct {
	Checkpoint Checkpoint // the last one, new or not
	Entries    int        // sealed by it
	New        bool
}

// Seal seals one batch: what is queued gets its leaves, the new root is signed
// and all is committed at once. When nothing is queued it changes nothing and
// returns the checkpoint there is. The first sealing of a log adds its keys.
func (s *Sealer) Seal(ctx context.Context) (Sealed, error) {
	return s.persist(ctx, s.Signers, func(*opened) error { return nil })
}

// Drain seals everything there is, batch by batch, also what was never queued,
// and returns the last checkpoint and how many entries were sealed.
func (s *Sealer) Drain(ctx context.Context) (Checkpoint, int, error) {
	if _, err := s.Log.Store.Requeue(ctx, s.Log.Origin); err != nil {
		return Checkpoint{}, 0, err
	}
	for total := 0; ; {
		sealed, err := s.Seal(ctx)
		total += sealed.Entries
		if err != nil || sealed.Entries < s.batch() {
			return sealed.Checkpoint, total, err
		}
	}
}

// Rotate ends one key and begins another of the same type, in one sealing: the
// checkpoint that covers both leaves is signed by both keys (交接检查点). Rotated
// already, it does nothing. The Signers are left as they are; whoever seals on
// has the new key among them.
func (s *Sealer) Rotate(ctx context.Context, from, to history.Signer) (Sealed, error) {
	signers := append([]history.Signer{from, to}, s.Signers...)
	return s.persist(ctx, signers, func(t *opened) error { return t.rotate(from, to) })
}

// persist seals, again when somebody else was first, and after a look at the
// entries when one was never queued.
func (s *Sealer) persist(ctx context.Context, signers []history.Signer, more func(*opened) error) (Sealed, error) {
	for attempt := 1; ; attempt++ {
		sealed, err := s.seal(ctx, signers, more)
		switch {
		case err == nil || attempt == sealAttempts:
			return sealed, err
		case errors.Is(err, ErrGap):
			if n, lost := s.Log.Store.Requeue(ctx, s.Log.Origin); lost != nil || n == 0 {
				return sealed, errors.Join(err, lost)
			}
		case !errors.Is(err, ErrConflict):
			return sealed, err
		}
	}
}

func (s *Sealer) seal(ctx context.Context, signers []history.Signer, more func(*opened) error) (Sealed, error) {
	// The head is read before the queue. Whoever seals in between takes entries
	// off the queue and moves the head at once, so that an entry is never taken
	// for new at a head that covers it.
	t, err := s.open(ctx, signers)
	if err != nil {
		return Sealed{}, err
	}
	queued, err := s.Log.Store.Unsealed(ctx, s.batch())
	if err != nil {
		return Sealed{}, err
	}
	if err := t.begin(); err != nil {
		return Sealed{}, err
	}
	for _, u := range queued {
		if err := t.addEntry(u); err != nil {
			return Sealed{}, err
		}
	}
	if err := more(t); err != nil {
		return Sealed{}, err
	}
	if len(t.leaves) == 0 {
		c, err := s.Log.Store.Checkpoint(ctx, s.Log.Origin, t.size)
		return Sealed{Checkpoint: c}, err
	}
	c, err := t.sign(s.now())
	if err != nil {
		return Sealed{}, err
	}
	err = s.Log.Store.Extend(ctx, Extension{Log: s.Log.Origin, Size: t.before, Leaves: t.leaves, Hashes: t.added, Checkpoint: c})
	if err != nil {
		return Sealed{}, err
	}
	return Sealed{Checkpoint: c, Entries: len(queued), New: true}, nil
}

// open reads where the log ends and refuses to go on when it does not end where
// it was signed, here and where it was published.
func (s *Sealer) open(ctx context.Context, signers []history.Signer) (*opened, error) {
	head, err := s.Log.Store.Head(ctx, s.Log.Origin)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	t := &opened{tree: newTree(ctx, s.Log.Store, s.Log.Origin, head.Size), origin: s.Log.Origin, before: head.Size, signers: signers}
	leaves, err := s.Log.Store.KeyLeaves(ctx, s.Log.Origin)
	if err != nil {
		return nil, err
	}
	if err := t.readKeys(leaves, head.Size); err != nil {
		return nil, err
	}
	if head.Size > 0 {
		if err := t.checkHead(head, s.Verifiers); err != nil {
			return nil, err
		}
	}
	return t, s.remember(ctx, t)
}

// remember compares the log with what was published of it.
func (s *Sealer) remember(ctx context.Context, t *opened) error {
	for _, p := range s.Publishers {
		memory, ok := p.(Memory)
		if !ok {
			continue
		}
		last, err := memory.Last(ctx)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		published, err := history.ParseCheckpoint(last.Note)
		if err != nil {
			return err
		}
		if published.Origin != t.origin {
			return fmt.Errorf("%w: what was published is of log %s", ErrForked, published.Origin)
		}
		same, err := consistent(t.tree, last)
		if err != nil {
			return err
		}
		if !same {
			return s.forked(ctx, t, last)
		}
	}
	return nil
}

// forked tells a log that was changed from one that another replica has sealed
// and published since its head was read.
func (s *Sealer) forked(ctx context.Context, t *opened, last Checkpoint) error {
	head, err := s.Log.Store.Head(ctx, s.Log.Origin)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if last.Size > t.before && head.Size >= last.Size {
		return fmt.Errorf("%w: to %d", ErrConflict, head.Size)
	}
	return fmt.Errorf("%w: a checkpoint of size %d was published, which the %d leaves held do not lead to", ErrForked, last.Size, t.before)
}

// Publish takes a checkpoint to every publisher, and to the witnesses for their
// cosignatures, one after the other. Every one is tried.
func (s *Sealer) Publish(ctx context.Context, c Checkpoint) error {
	err := s.publish(ctx, c.Size)
	cosigned := false
	for _, w := range s.Witnesses {
		failure := s.cosign(ctx, w, c)
		err = errors.Join(err, failure)
		cosigned = cosigned || failure == nil
	}
	if cosigned {
		err = errors.Join(err, s.publish(ctx, c.Size))
	}
	return err
}

func (s *Sealer) publish(ctx context.Context, size int64) error {
	c, err := s.Log.Store.Checkpoint(ctx, s.Log.Origin, size)
	if err != nil {
		return err
	}
	for _, p := range s.Publishers {
		err = errors.Join(err, p.Publish(ctx, c))
	}
	return err
}

// cosign asks a witness and keeps what it answers.
func (s *Sealer) cosign(ctx context.Context, w *Witness, c Checkpoint) error {
	line, err := w.Cosign(ctx, s.Log, c)
	if err != nil {
		return err
	}
	return s.Log.Store.Cosign(ctx, s.Log.Origin, c.Size, line)
}

func (s *Sealer) batch() int {
	if s.Batch > 0 {
		return s.Batch
	}
	return defaultBatch
}

func (s *Sealer) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Sealer) logger() *slog.Logger {
	if s.Logger != nil {
		return s.Logger
	}
	return slog.Default()
}
