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
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Format names the layout of an entry. It stands inside the hashed bytes, so
// an entry cannot be passed off as one of another version.
const Format = "juece-entry/1"

// Domain separation: the same bytes hashed as another kind of thing give
// another digest.
const (
	domainEntry    = "juece-entry/1\x00"
	domainMaterial = "juece-material/1\x00"
	domainOpinion  = "juece-opinion/1\x00"
	domainData     = "juece-data/1\x00"
)

// Errors of a history that cannot be read or does not hold together.
var (
	ErrMalformed = errors.New("history: malformed entry")
	ErrBroken    = errors.New("history: broken chain")
)

// Digest is a hash with its algorithm in front, "sha256:" and 64 hexadecimal
// digits. The empty Digest stands before the first entry.
type Digest string

func sum(domain string, data []byte) Digest {
	h := sha256.New()
	h.Write([]byte(domain))
	h.Write(data)
	return Digest("sha256:" + hex.EncodeToString(h.Sum(nil)))
}

// EntryDigest is the digest of the bytes of an entry.
func EntryDigest(data []byte) Digest { return sum(domainEntry, data) }

// OpinionDigest is the digest of one opinion in the intake register. The
// bytes hold a salt, so the digest does not give the text away.
func OpinionDigest(data []byte) Digest { return sum(domainOpinion, data) }

// DataDigest is the digest of a rule pack or a calendar.
func DataDigest(data []byte) Digest { return sum(domainData, data) }

// MaterialDigest is the digest of a file. It is the plain SHA-256 that any
// other program prints for it, so that a reader can check a material with
// what is at hand.
func MaterialDigest(data []byte) Digest { return sum("", data) }

// Actor is who did the act, as the verified identity said at that time.
type Actor struct {
	ID         string   `json:"id"`
	Unit       string   `json:"unit,omitempty"`
	Organ      string   `json:"organ,omitempty"`
	Roles      []string `json:"roles,omitempty"`
	OnBehalfOf string   `json:"on_behalf_of,omitempty"`
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

// Encode writes the entry as text, once. The result is what is stored and
// what is hashed.
func (e Entry) Encode() (Record, error) {
	e.Format = Format
	if err := e.check(); err != nil {
		return Record{}, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return Record{}, fmt.Errorf("history: encode entry %d: %w", e.Seq, err)
	}
	data := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	return Record{Seq: e.Seq, Data: data, Digest: EntryDigest(data)}, nil
}

// Parse reads the bytes of one entry strictly.
func Parse(data []byte) (Entry, error) {
	if err := noDuplicateKeys(data); err != nil {
		return Entry{}, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var e Entry
	if err := dec.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if dec.InputOffset() != int64(len(data)) {
		return Entry{}, fmt.Errorf("%w: bytes after the entry", ErrMalformed)
	}
	return e, e.check()
}

func (e Entry) check() error {
	switch {
	case e.Format != Format:
		return fmt.Errorf("%w: format %q, want %q", ErrMalformed, e.Format, Format)
	case e.Decision == "" || e.Kind == "" || e.Actor.ID == "":
		return fmt.Errorf("%w: decision, kind and actor are required", ErrMalformed)
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

// Verify reads the chain of one decision and returns its entries. The error
// wraps [ErrBroken] or [ErrMalformed] and names the first sequence number that
// does not hold.
func Verify(decision string, records []Record) ([]Entry, error) {
	entries := make([]Entry, 0, len(records))
	var prev Digest
	var last string
	for i, r := range records {
		want := int64(i + 1)
		e, err := Parse(r.Data)
		switch {
		case err != nil:
			return entries, fmt.Errorf("entry %d: %w", want, err)
		case r.Seq != want || e.Seq != want:
			return entries, fmt.Errorf("entry %d: %w: sequence number %d stored, %d written", want, ErrBroken, r.Seq, e.Seq)
		case e.Decision != decision:
			return entries, fmt.Errorf("entry %d: %w: belongs to decision %s", want, ErrBroken, e.Decision)
		case EntryDigest(r.Data) != r.Digest:
			return entries, fmt.Errorf("entry %d: %w: bytes do not match their digest", want, ErrBroken)
		case e.Prev != prev:
			return entries, fmt.Errorf("entry %d: %w: previous digest does not match", want, ErrBroken)
		case e.RecordedAt < last:
			return entries, fmt.Errorf("entry %d: %w: recorded before the entry it follows", want, ErrBroken)
		}
		prev, last = r.Digest, e.RecordedAt
		entries = append(entries, e)
	}
	return entries, nil
}

// noDuplicateKeys refuses an object in which a key stands twice, at any
// depth, or in another case than the one it is compared by: encoding/json
// would silently take the last.
func noDuplicateKeys(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	type level struct {
		keys    map[string]bool
		wantKey bool
	}
	var stack []level
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		var top *level
		if n := len(stack); n > 0 {
			top = &stack[n-1]
		}
		if delim, ok := tok.(json.Delim); ok {
			switch delim {
			case '{':
				stack = append(stack, level{keys: map[string]bool{}, wantKey: true})
				continue
			case '[':
				stack = append(stack, level{})
				continue
			default:
				stack = stack[:len(stack)-1]
				if n := len(stack); n > 0 && stack[n-1].keys != nil {
					stack[n-1].wantKey = true
				}
				continue
			}
		}
		if top == nil || top.keys == nil {
			continue
		}
		if !top.wantKey {
			top.wantKey = true
			continue
		}
		key, _ := tok.(string)
		folded := strings.ToLower(key)
		if top.keys[folded] {
			return fmt.Errorf("%w: key %q stands twice", ErrMalformed, key)
		}
		top.keys[folded] = true
		top.wantKey = false
	}
}
