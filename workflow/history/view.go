package history

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Errors of a view.
var (
	// ErrFork: two checkpoints of one log do not fit together.
	ErrFork = errors.New("history: the log was forked or rolled back")
	// ErrNoProof: nothing at hand connects two checkpoints.
	ErrNoProof = errors.New("history: no proof connects the checkpoints")
)

// KeyProof is the leaf of a key with its place in the tree of a checkpoint.
type KeyProof struct {
	Leaf     string           `json:"leaf"`
	Position int64            `json:"position"`
	Proof    tlog.RecordProof `json:"proof"`
}

// EarlierProof shows that the log of a checkpoint continues an earlier one.
type EarlierProof struct {
	Checkpoint string         `json:"checkpoint"` // a signed note
	Proof      tlog.TreeProof `json:"proof"`
}

// KeyFile is what a dossier or a receipt tells of the keys of the log.
type KeyFile struct {
	Keys      []KeyProof `json:"keys"`
	Handovers []string   `json:"handovers"` // signed notes: the checkpoints that pass the log from one key to the next
}

// Trust is what a verifier brings along.
type Trust struct {
	Keys       []string   // verifier keys of the log; empty: the log's own first key, which proves nothing about who made it
	Witnesses  []string   // verifier keys of witnesses that must have cosigned
	Verifiers  Verifiers  // for types of keys beside Ed25519
	Algorithms Algorithms // beside SHA-256
}

// View is a log as a checkpoint and its proofs show it, offline. It holds
// together: see [NewView].
type View struct {
	Checkpoint Checkpoint
	Keys       Keys
	Trusted    bool // the signature is by a key that the verifier brought
	Witnesses  int  // that cosigned, of those the verifier asked for

	trust   Trust
	earlier []Checkpoint
	held    map[string]bool
}

// NewView checks a checkpoint with all that is told of the log: the leaves of
// its keys are in the tree, earlier checkpoints are continued by it, and it is
// signed by keys in force that the verifier's trust reaches, one of each type
// that the log has. Trust reaches from key to key over the handovers. The
// error wraps ErrMalformed, ErrBroken, ErrKey or ErrFork.
func NewView(signed []byte, keys KeyFile, earlier []EarlierProof, trust Trust) (*View, error) {
	c, err := ParseCheckpoint(signed)
	if err != nil {
		return nil, err
	}
	v := &View{Checkpoint: c, Trusted: len(trust.Keys) > 0, trust: trust, held: map[string]bool{}}
	for _, step := range []func() error{
		func() error { return v.readKeys(keys.Keys) },
		func() error { return v.readEarlier(earlier) },
		func() error { return v.reach(keys.Handovers) },
		func() error { return v.Signed(c) },
		v.witnessed,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *View) readKeys(list []KeyProof) error {
	last := int64(-1)
	for _, k := range list {
		l, err := ParseLeaf([]byte(k.Leaf))
		if err != nil {
			return err
		}
		if l.Key == "" || k.Position <= last {
			return fmt.Errorf("%w: the leaves of the keys are out of order", ErrKey)
		}
		last = k.Position
		if err := v.includes([]byte(k.Leaf), k.Position, k.Proof); err != nil {
			return fmt.Errorf("leaf of a key: %w", err)
		}
		name, _, _, err := splitKey(l.VKey)
		if err != nil {
			return err
		}
		if name != v.Checkpoint.Origin {
			return fmt.Errorf("%w: %s is not named like the log", ErrKey, l.VKey)
		}
		if v.Keys, err = v.Keys.Apply(k.Position, l); err != nil {
			return err
		}
	}
	if len(v.Keys) == 0 {
		return fmt.Errorf("%w: the log has none", ErrKey)
	}
	return nil
}

func (v *View) includes(text []byte, position int64, proof tlog.RecordProof) error {
	if err := tlog.CheckRecord(proof, v.Checkpoint.Size, v.Checkpoint.Root, position, LeafHash(text)); err != nil {
		return fmt.Errorf("%w: not in the tree of the checkpoint at position %d", ErrBroken, position)
	}
	return nil
}

func (v *View) readEarlier(list []EarlierProof) error {
	for _, e := range list {
		then, err := ParseCheckpoint([]byte(e.Checkpoint))
		if err != nil {
			return err
		}
		if err := v.continues(then, e.Proof); err != nil {
			return err
		}
		v.earlier = append(v.earlier, then)
	}
	return nil
}

// continues checks a consistency proof.
func (v *View) continues(then Checkpoint, proof tlog.TreeProof) error {
	now := v.Checkpoint
	if then.Origin != now.Origin {
		return fmt.Errorf("%w: a checkpoint of another log, %s", ErrFork, then.Origin)
	}
	if then.Size < 1 || then.Size > now.Size || tlog.CheckTree(proof, now.Size, now.Root, then.Size, then.Root) != nil {
		return fmt.Errorf("%w: the log at size %d does not continue the one at size %d", ErrFork, now.Size, then.Size)
	}
	return nil
}

// reach extends the trust over the handovers: a key is trusted when a
// checkpoint covers it that a trusted key in force signed.
func (v *View) reach(handovers []string) error {
	given := v.trust.Keys
	if !v.Trusted {
		given = []string{v.Keys[0].VKey}
	}
	for _, vkey := range given {
		v.held[vkey] = true
	}
	var notes []Checkpoint
	for _, text := range handovers {
		c, err := ParseCheckpoint([]byte(text))
		if err != nil {
			return err
		}
		if !c.Same(v.Checkpoint) && !slices.ContainsFunc(v.earlier, c.Same) {
			return fmt.Errorf("%w: the handover at size %d is not shown to be part of the log", ErrKey, c.Size)
		}
		notes = append(notes, c)
	}
	slices.SortFunc(notes, func(a, b Checkpoint) int { return int(min(1, max(-1, a.Size-b.Size))) })
	for _, c := range notes {
		by, err := v.Keys.Signers(c, v.trust.Verifiers)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(by, func(k LogKey) bool { return v.held[k.VKey] }) {
			continue
		}
		for _, k := range v.Keys {
			if k.Added < c.Size {
				v.held[k.VKey] = true
			}
		}
	}
	return nil
}

// Signed demands that a checkpoint of the log bears the signature of a key that
// is trusted and in force at its size, and one of each type of key.
func (v *View) Signed(c Checkpoint) error {
	by, err := v.Keys.Signers(c, v.trust.Verifiers)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(by, func(k LogKey) bool { return v.held[k.VKey] }) {
		return fmt.Errorf("%w: the checkpoint of size %d is not signed by a key that is trusted and in force there", ErrKey, c.Size)
	}
	return v.Keys.Covered(c.Size, by)
}

func (v *View) witnessed() error {
	for _, vkey := range v.trust.Witnesses {
		verifier, err := v.trust.Verifiers.Open(vkey)
		if err != nil {
			return err
		}
		signed, err := v.Checkpoint.signedBy(verifier)
		if err != nil {
			return err
		}
		if !signed {
			return fmt.Errorf("%w: the witness %s has not cosigned the checkpoint", ErrBroken, verifier.Name())
		}
		v.Witnesses++
	}
	return nil
}

// Entry checks that an entry stands in the log at a position.
func (v *View) Entry(decision string, seq int64, digest Digest, position int64, proof tlog.RecordProof) error {
	text, err := Leaf{Decision: decision, Seq: seq, Digest: digest}.Text()
	if err != nil {
		return err
	}
	return v.includes(text, position, proof)
}

// Against holds the log to a checkpoint that came from elsewhere: from a
// witness, a print, an earlier dossier. A proof may come with it; what the
// view was made with is tried too. The error wraps ErrFork when they do not fit
// together, ErrNoProof when nothing connects them, ErrKey when the checkpoint
// is not the log's at all.
func (v *View) Against(signed []byte, proof *tlog.TreeProof) error {
	c, err := ParseCheckpoint(signed)
	if err != nil {
		return err
	}
	if c.Origin != v.Checkpoint.Origin {
		return fmt.Errorf("%w: a checkpoint of another log, %s", ErrFork, c.Origin)
	}
	if err := v.Signed(c); err != nil {
		return err
	}
	for _, known := range append(v.earlier, v.Checkpoint) {
		if known.Size == c.Size {
			if !known.Same(c) {
				return fmt.Errorf("%w: another tree of the size %d", ErrFork, c.Size)
			}
			return nil
		}
	}
	switch {
	case proof == nil:
		return fmt.Errorf("%w: sizes %d and %d", ErrNoProof, c.Size, v.Checkpoint.Size)
	case c.Size <= v.Checkpoint.Size:
		return v.continues(c, *proof)
	}
	later := &View{Checkpoint: c}
	return later.continues(v.Checkpoint, *proof)
}
