package history

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// RootProof proves that the digest at an index stands in a batch whose root
// [Root] computes.
func RootProof(digests []Digest, index int) (tlog.RecordProof, error) {
	if index < 0 || index >= len(digests) {
		return nil, fmt.Errorf("%w: no digest %d of %d", ErrMalformed, index, len(digests))
	}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			list[i] = stored[x]
		}
		return list, nil
	})
	for i, d := range digests {
		if err := d.check(); err != nil {
			return nil, err
		}
		hashes, err := tlog.StoredHashes(int64(i), []byte(d), read)
		if err != nil {
			return nil, err
		}
		stored = append(stored, hashes...)
	}
	proof, err := tlog.ProveRecord(int64(len(digests)), int64(index), read)
	return append(tlog.RecordProof{}, proof...), err
}

// InBatch checks that a digest stands at an index of a batch of a size and
// root. The error wraps ErrBroken.
func InBatch(root Digest, size, index int64, d Digest, proof tlog.RecordProof) error {
	want, err := rootHash(root)
	if err != nil {
		return err
	}
	if size < 1 || index < 0 || index >= size || tlog.CheckRecord(proof, size, want, index, tlog.RecordHash([]byte(d))) != nil {
		return fmt.Errorf("%w: %s does not stand at %d of the batch", ErrBroken, d, index)
	}
	return nil
}
