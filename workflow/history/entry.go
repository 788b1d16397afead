// Package history keeps what was done so that nobody can quietly change it.
//
// An [Entry] is the envelope around one act. [Entry.Encode] turns it into
// text once; those very bytes are stored, hashed and chained, and nothing is
// ever marshalled a second time to be verified. [Parse] reads the bytes back
// strictly: an unknown field, a repeated key or anything after the end is an
// error, because two readers must never see two different entries in the same
// bytes.
//
// The chain of one decision is a sequence of entries in which each carries
// the [Digest] of the bytes before it; [Verify] walks it. The package imports
// nothing of this project and can be used to check a history offline.
package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Format names the layout of an entry. It stands inside the hashed bytes, so
// an entry cannot be passed off as one of another version.
const Format = "juece-entry/1"

// Errors of a history that cannot be read or does not hold together.
var (
	ErrMalformed = errors.New("history: malformed entry")
	ErrBroken    = errors.New("history: broken chain")
)

// Actor is who did the act, as the verified identity said at that time.
type Actor struct {
	ID         string   `json:"id"`
	Unit       string   `json:"unit,omitempty"`
	Organ      string   `json:"organ,omitempty"`
	Roles      []string `json:"roles,omitempty"`
	OnBehalfOf string   `json:"on_behalf_of,omitempty"`
	Authority  string   `json:"authority,omitempty"`
}

// Finding is a rule that the act did not satisfy when it was recorded, and
// the reason its actor stated.
type Finding struct {
	Rule     string `json:"rule"`
	Status   string `json:"status"`
	Severity string `json:"severity"`
	Reason   string `json:"reason,omitempty"`
}

// Entry is the envelope around one act.
type Entry struct {
	Format     string          `json:"format"`
	Decision   string          `json:"decision"`
	Seq        int64           `json:"seq"` // from 1, without gaps; the only order there is
	Kind       string          `json:"kind"`
	Actor      Actor           `json:"actor"`
	OccurredOn string          `json:"occurred_on,omitempty"` // civil date; what the actor claims
	RecordedAt string          `json:"recorded_at"`           // UTC, six decimals; what the service saw
	Pack       Digest          `json:"pack"`
	Calendar   Digest          `json:"calendar"`
	Act        json.RawMessage `json:"act"`
	Findings   []Finding       `json:"findings,omitempty"`
	Prev       Digest          `json:"prev"`
}

// timeLayout keeps exactly six decimals: PostgreSQL keeps microseconds, and
// a layout that drops zeros would not sort.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// FormatTime renders an instant as entries hold it.
func FormatTime(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(timeLayout) }

// ParseTime reads what FormatTime wrote, and nothing else.
func ParseTime(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil || t.Format(timeLayout) != s {
		return time.Time{}, fmt.Errorf("%w: %q is not a time of the form %s", ErrMalformed, s, timeLayout)
	}
	return t, nil
}

// Record is an entry as it is stored: the bytes, verbatim, and their digest.
type Record struct {
	Seq    int64
	Data   []byte
	Digest Digest
}

// Encode writes the entry as text, once, and hashes it with SHA-256. The
// result is what is stored and what is hashed.
func (e Entry) Encode() (Record, error) { return e.EncodeWith(SHA256()) }

// EncodeWith writes the entry as text and hashes it with the algorithm of the
// installation's suite.
func (e Entry) EncodeWith(a Algorithm) (Record, error) {
	e.Format = Format
	data, err := e.bytes()
	if err != nil {
		return Record{}, err
	}
	// What nobody could read back must not be written in the first place.
	if err := canonical(data); err != nil {
		return Record{}, err
	}
	return Record{Seq: e.Seq, Data: data, Digest: a.Entry(data)}, nil
}

func (e Entry) bytes() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("history: encode entry %d: %w", e.Seq, err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// Parse reads the bytes of one entry strictly: it accepts what [Entry.Encode]
// writes, and nothing else.
func Parse(data []byte) (Entry, error) {
	if err := canonical(data); err != nil {
		return Entry{}, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var e Entry
	if err := dec.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	// The order of the fields, and fields that are empty and written all the
	// same, are spellings too.
	again, err := e.bytes()
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again, data) {
		return Entry{}, fmt.Errorf("%w: the fields are not written as an entry writes them", ErrMalformed)
	}
	return e, nil
}

func (e Entry) check() error {
	switch {
	case e.Format != Format:
		return fmt.Errorf("%w: format %q, want %q", ErrMalformed, e.Format, Format)
	case !nameable(e.Decision) || !nameable(e.Kind) || e.Actor.ID == "":
		return fmt.Errorf("%w: decision, kind and actor are required, without control characters", ErrMalformed)
	case e.Seq < 1:
		return fmt.Errorf("%w: seq %d, the first is 1", ErrMalformed, e.Seq)
	case (e.Seq == 1) != (e.Prev == ""):
		return fmt.Errorf("%w: only the first entry has no prev", ErrMalformed)
	case len(e.Act) == 0 || e.Act[0] != '{':
		return fmt.Errorf("%w: act is not an object", ErrMalformed)
	}
	_, err := ParseTime(e.RecordedAt)
	return err
}

// maxName is how many characters an identifier has at most.
const maxName = 128

// nameable reports whether a text can stand as one line of a leaf.
func nameable(s string) bool { return utf8.RuneCountInString(s) <= maxName && nameableLong(s) }

func nameableLong(s string) bool {
	return s != "" && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}
