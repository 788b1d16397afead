package history

import "fmt"

// EntryError says which entry of a chain is the first that does not hold.
type EntryError struct {
	Seq int64
	Err error // wraps [ErrBroken], [ErrMalformed] or [ErrAlgorithm]
}

// Error names the entry.
func (e *EntryError) Error() string { return fmt.Sprintf("entry %d: %v", e.Seq, e.Err) }

// Unwrap returns what is wrong with the entry.
func (e *EntryError) Unwrap() error { return e.Err }

// Verify reads the chain of one decision and returns its entries. The error
// is an [*EntryError] that names the first sequence number that does not hold.
//
// Algorithms beside SHA-256 are those that the reader knows.
func Verify(decision string, records []Record, known ...Algorithm) ([]Entry, error) {
	chain := Chain{Decision: decision, Known: known}
	entries := make([]Entry, 0, len(records))
	for _, r := range records {
		e, err := chain.Next(r)
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// Chain walks the entries of one decision, one after the other. Decision and
// Known are set by its user.
type Chain struct {
	Decision string
	Known    Algorithms // beside SHA-256

	seq  int64
	prev Digest
	last string // recorded_at
}

// Seq is the sequence number of the last entry, 0 before the first.
func (c *Chain) Seq() int64 { return c.seq }

// Head is the digest of the last entry.
func (c *Chain) Head() Digest { return c.prev }

// Next reads the entry that follows. The error is an [*EntryError].
func (c *Chain) Next(r Record) (Entry, error) {
	e, err := c.next(r)
	if err != nil {
		return e, &EntryError{c.seq + 1, err}
	}
	c.seq, c.prev, c.last = r.Seq, r.Digest, e.RecordedAt
	return e, nil
}

func (c *Chain) next(r Record) (Entry, error) {
	e, err := Parse(r.Data)
	if err != nil {
		return e, err
	}
	a, err := c.Known.Of(r.Digest)
	switch want := c.seq + 1; {
	case err != nil:
		return e, err
	case r.Seq != want || e.Seq != want:
		return e, fmt.Errorf("%w: sequence number %d stored, %d written, want %d", ErrBroken, r.Seq, e.Seq, want)
	case e.Decision != c.Decision:
		return e, fmt.Errorf("%w: belongs to decision %s", ErrBroken, e.Decision)
	case a.Entry(r.Data) != r.Digest:
		return e, fmt.Errorf("%w: bytes do not match their digest", ErrBroken)
	case e.Prev != c.prev:
		return e, fmt.Errorf("%w: previous digest does not match", ErrBroken)
	case e.RecordedAt < c.last:
		return e, fmt.Errorf("%w: recorded before the entry it follows", ErrBroken)
	}
	return e, nil
}

// Withheld passes over an entry of which only the digest is known. The entry
// after it names that digest, and so does its leaf in the log.
func (c *Chain) Withheld(d Digest) error {
	if _, err := c.Known.Of(d); err != nil {
		return &EntryError{c.seq + 1, err}
	}
	c.seq, c.prev = c.seq+1, d
	return nil
}
