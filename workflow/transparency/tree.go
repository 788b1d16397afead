package transparency

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is a log's tree while it grows: what is stored is read once and kept,
// what is new stands behind it.
type tree struct {
	size   int64
	stored int64 // hashes in the store
	read   func(indexes []int64) ([]tlog.Hash, error)
	held   map[int64]tlog.Hash // of those stored
	added  []tlog.Hash
}

func newTree(ctx context.Context, store Store, log string, size int64) *tree {
	return &tree{
		size: size, stored: tlog.StoredHashCount(size), held: map[int64]tlog.Hash{},
		read: func(indexes []int64) ([]tlog.Hash, error) { return store.Hashes(ctx, log, indexes) },
	}
}

// ReadHashes implements [tlog.HashReader].
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var missing []int64
	for _, i := range indexes {
		if _, ok := t.held[i]; !ok && i < t.stored {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 {
		hashes, err := t.read(missing)
		if err != nil {
			return nil, err
		}
		for n, i := range missing {
			t.held[i] = hashes[n]
		}
	}
	hashes := make([]tlog.Hash, len(indexes))
	for n, i := range indexes {
		switch {
		case i < t.stored:
			hashes[n] = t.held[i]
		case i-t.stored < int64(len(t.added)):
			hashes[n] = t.added[i-t.stored]
		default:
			return nil, fmt.Errorf("hash %d of a tree of %d: %w", i, t.size, ErrNotFound)
		}
	}
	return hashes, nil
}

// add appends a leaf.
func (t *tree) add(text string) error {
	hashes, err := tlog.StoredHashes(t.size, []byte(text), t)
	if err != nil {
		return fmt.Errorf("hash leaf %d: %w", t.size, err)
	}
	t.added = append(t.added, hashes...)
	t.size++
	return nil
}

func (t *tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, t) }

// rootAt returns what the root was at an earlier size, by what is stored.
func (t *tree) rootAt(size int64) (tlog.Hash, error) { return tlog.TreeHash(size, t) }
