package history

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// LeafFormat names the layout of a leaf of the log; it is its first line.
const LeafFormat = "juece-leaf/1"

// What a leaf is about.
const (
	leafEntry = "entry"
	leafKey   = "key"
)

// What a key's leaf says of it.
const (
	KeyAdd    = "add"
	KeyRetire = "retire"
)

// Leaf is one leaf of the log: an entry of a decision, or a key of the log that
// begins or ends. It is text of a few lines.
type Leaf struct {
	// Decision, Seq and Digest are set for an entry.
	Decision string
	Seq      int64
	Digest   Digest
	// Key is KeyAdd or KeyRetire, and VKey the verifier key, for a key.
	Key, VKey string
}

// Text writes the leaf as it is hashed.
func (l Leaf) Text() ([]byte, error) {
	var lines []string
	switch {
	case l.Key == "" && l.VKey == "" && nameable(l.Decision) && l.Seq > 0 && l.Digest.check() == nil:
		lines = []string{LeafFormat, leafEntry, l.Decision, strconv.FormatInt(l.Seq, 10), string(l.Digest)}
	case l.Decision == "" && l.Seq == 0 && l.Digest == "" && (l.Key == KeyAdd || l.Key == KeyRetire) && oneWord(l.VKey):
		lines = []string{LeafFormat, leafKey, l.Key, l.VKey}
	default:
		return nil, fmt.Errorf("%w: neither the leaf of an entry nor of a key", ErrMalformed)
	}
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}

// ParseLeaf reads the text of a leaf strictly.
func ParseLeaf(text []byte) (Leaf, error) {
	var l Leaf
	lines := strings.Split(string(text), "\n")
	if len(lines) == 6 && lines[1] == leafEntry {
		seq, err := strconv.ParseInt(lines[3], 10, 64)
		if err != nil {
			return Leaf{}, fmt.Errorf("%w: leaf: %w", ErrMalformed, err)
		}
		l = Leaf{Decision: lines[2], Seq: seq, Digest: Digest(lines[4])}
	} else if len(lines) == 5 && lines[1] == leafKey {
		l = Leaf{Key: lines[2], VKey: lines[3]}
	}
	again, err := l.Text()
	if err == nil && string(again) != string(text) {
		err = fmt.Errorf("%w: a leaf is not written as leaves are", ErrMalformed)
	}
	return l, err
}

// LeafHash is the hash of the text of a leaf in the tree (RFC 6962).
func LeafHash(text []byte) tlog.Hash { return tlog.RecordHash(text) }

func oneWord(s string) bool {
	return s != "" && nameableLong(s) && !strings.ContainsAny(s, " \t")
}
