package transparency

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/workflow/history"
)

// opened is a log as one sealing reads it, and what it adds.
type opened struct {
	*tree
	origin  string
	before  int64 // leaves when it was read
	signers []history.Signer
	keys    history.Keys
	leaves  []Leaf
}

// begin adds a key of each type at hand that the log has none of: all of them
// when it is new, later on those of an installation that takes up another
// suite. Where there are keys, the next checkpoint must be one that the keys at
// hand may sign, be there anything to seal or not: whoever runs a sealer with
// an ended key is told at once.
func (t *opened) begin() error {
	if t.before > 0 {
		if _, err := t.inForce(t.size + 1); err != nil {
			return err
		}
	}
	for _, s := range t.signers {
		kind, err := history.KeyType(s.VKey())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(t.keys, func(k history.LogKey) bool { return k.Type == kind }) {
			continue // at hand for later
		}
		if err := t.addKey(history.KeyAdd, s.VKey()); err != nil {
			return err
		}
	}
	if len(t.keys) == 0 {
		return fmt.Errorf("%w: a log needs one", history.ErrKey)
	}
	return nil
}

func (t *opened) addEntry(u Unsealed) error {
	text, err := history.Leaf{Decision: u.Decision, Seq: u.Seq, Digest: u.Digest}.Text()
	if err != nil {
		return fmt.Errorf("leaf of entry %d of %s: %w", u.Seq, u.Decision, err)
	}
	t.leaves = append(t.leaves, Leaf{Position: t.size, Text: string(text), Decision: u.Decision, Seq: u.Seq})
	return t.add(string(text))
}

func (t *opened) addKey(act, vkey string) error {
	l := history.Leaf{Key: act, VKey: vkey}
	text, err := l.Text()
	if err != nil {
		return err
	}
	keys, err := t.keys.Apply(t.size, l)
	if err != nil {
		return err
	}
	t.keys = keys
	t.leaves = append(t.leaves, Leaf{Position: t.size, Text: string(text), Key: true})
	return t.add(string(text))
}

// readKeys reads the keys of the log as it stood at a size.
func (t *opened) readKeys(leaves []Leaf, size int64) error {
	for _, l := range leaves {
		if l.Position >= size {
			break
		}
		leaf, err := history.ParseLeaf([]byte(l.Text))
		if err != nil {
			return fmt.Errorf("leaf %d: %w", l.Position, err)
		}
		if t.keys, err = t.keys.Apply(l.Position, leaf); err != nil {
			return err
		}
	}
	return nil
}

// rotate adds the leaves that begin one key and end another, the end last: the
// key that ends signs the checkpoint that covers its end, and no later one.
func (t *opened) rotate(from, to history.Signer) error {
	old, held := t.keys.Find(from.VKey())
	next, added := t.keys.Find(to.VKey())
	if held && added && old.Retired >= 0 && next.Retired < 0 {
		return nil // done
	}
	was, err := history.KeyType(from.VKey())
	if err != nil {
		return err
	}
	is, err := history.KeyType(to.VKey())
	switch {
	case err != nil:
		return err
	case !held || old.Retired >= 0:
		return fmt.Errorf("%w: the key to end is not in force", history.ErrKey)
	case added:
		return fmt.Errorf("%w: the new key was used before", history.ErrKey)
	case was != is:
		return fmt.Errorf("%w: the new key is of another type", history.ErrKey)
	}
	if err := t.addKey(history.KeyAdd, to.VKey()); err != nil {
		return err
	}
	return t.addKey(history.KeyRetire, from.VKey())
}

// sign computes the root and signs it with every key at hand that is in force.
func (t *opened) sign(now time.Time) (Checkpoint, error) {
	root, err := t.root()
	if err != nil {
		return Checkpoint{}, err
	}
	signers, err := t.inForce(t.size)
	if err != nil {
		return Checkpoint{}, err
	}
	signed, err := history.Checkpoint{Origin: t.origin, Size: t.size, Root: root}.Sign(signers...)
	if err != nil {
		return Checkpoint{}, err
	}
	return Checkpoint{Size: t.size, Root: root, Note: signed.Note, SealedAt: now}, nil
}

// inForce returns the keys at hand that may sign a checkpoint of a size; there
// is one of every type.
func (t *opened) inForce(size int64) ([]note.Signer, error) {
	var signers []note.Signer
	var by []history.LogKey
	for _, s := range t.signers {
		k, ok := t.keys.Find(s.VKey())
		if ok && k.InForce(size) && !slices.Contains(by, k) {
			signers, by = append(signers, s), append(by, k)
		}
	}
	return signers, t.keys.Covered(size, by)
}

// checkHead refuses a head whose root is not that of the hashes held, or that
// was not signed by keys in force.
func (t *opened) checkHead(head Head, verifiers history.Verifiers) error {
	root, err := t.root()
	if err != nil {
		return err
	}
	if root != head.Root {
		return fmt.Errorf("%w: the hashes of %d leaves do not have its root", ErrForked, head.Size)
	}
	wrong := func(err error) error {
		return fmt.Errorf("%w: the checkpoint of size %d: %w", ErrForked, head.Size, err)
	}
	c, err := history.ParseCheckpoint(head.Note)
	if err != nil {
		return wrong(err)
	}
	if !c.Same(history.Checkpoint{Origin: t.origin, Size: head.Size, Root: root}) {
		return wrong(errors.New("it says something else"))
	}
	by, err := t.keys.Signers(c, verifiers)
	if err == nil {
		err = t.keys.Covered(head.Size, by)
	}
	if err != nil {
		return wrong(err)
	}
	return nil
}
