package audit

import (
	"math/bits"
	"sync/atomic"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is a Merkle tree (RFC 6962) that grows leaf by leaf. It keeps the roots
// of the whole subtrees of which it consists, the largest first.
type tree struct {
	size  int64
	peaks []tlog.Hash
}

// add appends a leaf and returns the hashes that a log stores with it, in the
// order of their storage indexes: its own, and those of the subtrees that it
// makes whole.
func (t *tree) add(leaf tlog.Hash) []tlog.Hash {
	stored := []tlog.Hash{leaf}
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.peaks) - 1
		leaf = tlog.NodeHash(t.peaks[last], leaf)
		t.peaks, stored = t.peaks[:last], append(stored, leaf)
	}
	t.peaks = append(t.peaks, leaf)
	t.size++
	return stored
}

// root is that of a tree with leaves.
func (t *tree) root() tlog.Hash {
	last := len(t.peaks) - 1
	root := t.peaks[last]
	for i := last - 1; i >= 0; i-- {
		root = tlog.NodeHash(t.peaks[i], root)
	}
	return root
}

// marks are a bit for each leaf.
type marks []uint64

func (m marks) set(position int64) {
	atomic.OrUint64(&m[position/64], 1<<(position%64))
}

func (m marks) has(position int64) bool {
	return atomic.LoadUint64(&m[position/64])&(1<<(position%64)) != 0
}

// count is how many leaves are marked.
func (m marks) count() int64 {
	n := 0
	for _, word := range m {
		n += bits.OnesCount64(word)
	}
	return int64(n)
}
