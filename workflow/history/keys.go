package history

import (
	"fmt"
	"slices"
)

// LogKey is a key of the log and the part of the log that it may sign.
type LogKey struct {
	VKey  string
	Type  string
	Added int64 // position of the leaf that adds it
	// Retired is the position of the leaf that ends it, or -1. The key signs
	// the checkpoint that first covers that leaf, and none of a larger size.
	Retired int64
}

// InForce reports whether the key may sign a checkpoint of a size.
func (k LogKey) InForce(size int64) bool {
	return k.Added < size && (k.Retired < 0 || size <= k.Retired+1)
}

// Keys are the keys of a log in the order of their leaves.
type Keys []LogKey

// Find returns a key of the log.
func (ks Keys) Find(vkey string) (LogKey, bool) {
	for _, k := range ks {
		if k.VKey == vkey {
			return k, true
		}
	}
	return LogKey{}, false
}

// Apply returns the keys after one more leaf. A log begins with the leaf of its
// first key; a key is added once and ends once.
func (ks Keys) Apply(position int64, l Leaf) (Keys, error) {
	kind, err := KeyType(l.VKey)
	if err != nil {
		return nil, err
	}
	at := -1
	for i, k := range ks {
		if k.VKey == l.VKey {
			at = i
		}
	}
	switch {
	case len(ks) == 0 && position != 0:
		return nil, fmt.Errorf("%w: the log does not begin with its first key", ErrKey)
	case l.Key == KeyAdd && at < 0 && kind != "cosignature":
		return append(ks[:len(ks):len(ks)], LogKey{VKey: l.VKey, Type: kind, Added: position, Retired: -1}), nil
	case l.Key == KeyRetire && at >= 0 && ks[at].Retired < 0:
		after := append(Keys(nil), ks...)
		after[at].Retired = position
		return after, nil
	}
	return nil, fmt.Errorf("%w: leaf %d cannot %s %s", ErrKey, position, l.Key, l.VKey)
}

// Signers are the keys in force that signed a checkpoint. A line in the name of
// a key of the log that does not verify breaks the checkpoint.
func (ks Keys) Signers(c Checkpoint, verifiers Verifiers) ([]LogKey, error) {
	var by []LogKey
	for _, k := range ks {
		if k.Added >= c.Size {
			continue
		}
		v, err := verifiers.Open(k.VKey)
		if err != nil {
			return nil, err
		}
		signed, err := c.signedBy(v)
		if err != nil {
			return nil, err
		}
		if signed && k.InForce(c.Size) {
			by = append(by, k)
		}
	}
	return by, nil
}

// Covered reports whether the keys that signed are of all the types that the
// log had at a size: a signature line that was stripped is missed.
func (ks Keys) Covered(size int64, by []LogKey) error {
	for _, k := range ks {
		if k.Added < size && !slices.ContainsFunc(by, func(b LogKey) bool { return b.Type == k.Type }) {
			return fmt.Errorf("%w: the signature by a key of the type %s is missing", ErrKey, k.Type)
		}
	}
	return nil
}
