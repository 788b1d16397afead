package transparency

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow/history"
)

// Log reads one log of a store.
type Log struct {
	Store  Store
	Origin string
}

// EntryProof shows that an entry stands in the tree of a checkpoint.
type EntryProof struct {
	Seq      int64            `json:"seq"`
	Position int64            `json:"position"`
	Proof    tlog.RecordProof `json:"proof"`
}

// Proofs are those of a decision's entries against one checkpoint. Entries that
// it does not cover yet are not among them.
type Proofs struct {
	Checkpoint Checkpoint
	Entries    []EntryProof
}

// Latest returns the last checkpoint with its cosignatures, or ErrNotFound.
func (l Log) Latest(ctx context.Context) (Checkpoint, error) {
	head, err := l.Store.Head(ctx, l.Origin)
	if err != nil {
		return Checkpoint{}, err
	}
	return l.Store.Checkpoint(ctx, l.Origin, head.Size)
}

// Prove proves the entries of a decision against the last checkpoint.
func (l Log) Prove(ctx context.Context, decision string) (Proofs, error) {
	c, err := l.Latest(ctx)
	if err != nil {
		return Proofs{}, err
	}
	return l.ProveAt(ctx, decision, c)
}

// ProveAt proves the entries of a decision that a checkpoint covers.
func (l Log) ProveAt(ctx context.Context, decision string, c Checkpoint) (Proofs, error) {
	positions, err := l.Store.Positions(ctx, l.Origin, decision)
	if err != nil {
		return Proofs{}, err
	}
	p := Proofs{Checkpoint: c}
	t := newTree(ctx, l.Store, l.Origin, c.Size)
	for _, at := range positions {
		if at.Position >= c.Size {
			break
		}
		proof, err := tlog.ProveRecord(c.Size, at.Position, t)
		if err != nil {
			return Proofs{}, fmt.Errorf("prove entry %d of %s: %w", at.Seq, decision, err)
		}
		p.Entries = append(p.Entries, EntryProof{at.Seq, at.Position, append(tlog.RecordProof{}, proof...)})
	}
	return p, nil
}

// Consistency proves that the tree of size to holds the tree of size from as
// it was. Both are sizes of the log, not necessarily of checkpoints.
func (l Log) Consistency(ctx context.Context, from, to int64) (tlog.TreeProof, error) {
	head, err := l.Store.Head(ctx, l.Origin)
	if err != nil {
		return nil, err
	}
	if from < 1 || from > to || to > head.Size {
		return nil, fmt.Errorf("consistency from %d to %d of %d: %w", from, to, head.Size, ErrNotFound)
	}
	proof, err := tlog.ProveTree(to, from, newTree(ctx, l.Store, l.Origin, to))
	if err != nil {
		return nil, fmt.Errorf("prove consistency from %d to %d: %w", from, to, err)
	}
	return append(tlog.TreeProof{}, proof...), nil // no hashes are written [], not null
}

// Keys proves every leaf that adds or retires a key against a checkpoint.
func (l Log) Keys(ctx context.Context, c Checkpoint) ([]history.KeyProof, error) {
	leaves, err := l.Store.KeyLeaves(ctx, l.Origin)
	if err != nil {
		return nil, err
	}
	t := newTree(ctx, l.Store, l.Origin, c.Size)
	var list []history.KeyProof
	for _, leaf := range leaves {
		if leaf.Position >= c.Size {
			break
		}
		proof, err := tlog.ProveRecord(c.Size, leaf.Position, t)
		if err != nil {
			return nil, fmt.Errorf("prove the key at %d: %w", leaf.Position, err)
		}
		list = append(list, history.KeyProof{Leaf: leaf.Text, Position: leaf.Position, Proof: append(tlog.RecordProof{}, proof...)})
	}
	return list, nil
}

// Covering returns the first checkpoint that covers a position: for the leaf
// that retires a key, the handover (交接检查点).
func (l Log) Covering(ctx context.Context, position int64) (Checkpoint, error) {
	list, err := l.Store.Checkpoints(ctx, l.Origin, position, 1)
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Checkpoint{}, err
	}
	return list[0], nil
}

// Backlog says what of a decision is not sealed yet, or of all when it is "".
func (l Log) Backlog(ctx context.Context, decision string) (Backlog, error) {
	return l.Store.Backlog(ctx, decision)
}

// consistent reports whether the tree that a store holds is the one that a
// checkpoint of ours or of a witness speaks of.
func consistent(t *tree, c Checkpoint) (bool, error) {
	if c.Size > t.size {
		return false, nil
	}
	root, err := t.rootAt(c.Size)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return slices.Equal(root[:], c.Root[:]), err
}
