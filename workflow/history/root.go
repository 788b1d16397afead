package history

import (
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Root returns the Merkle root (RFC 6962) over digests in order, each leaf
// being the text of a digest.
func Root(digests []Digest) (Digest, error) {
	if len(digests) == 0 {
		return "", fmt.Errorf("%w: a root needs at least one digest", ErrMalformed)
	}
	level := make([]tlog.Hash, len(digests))
	for i, d := range digests {
		if err := d.check(); err != nil {
			return "", err
		}
		level[i] = tlog.RecordHash([]byte(d))
	}
	root := merkle(level)
	return Digest("sha256:" + hex.EncodeToString(root[:])), nil
}

// merkle splits at the largest power of two below the length, as RFC 6962
// section 2.1 does.
func merkle(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(merkle(leaves[:k]), merkle(leaves[k:]))
}

// rootHash reads a root back.
func rootHash(root Digest) (tlog.Hash, error) {
	if err := root.check(); err != nil || root.Algorithm() != "sha256" {
		return tlog.Hash{}, fmt.Errorf("%w: %q is no root", ErrMalformed, string(root))
	}
	raw, err := hex.DecodeString(string(root[len("sha256:"):]))
	return tlog.Hash(raw), err
}
