package workflow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// Errors that every implementation of [Store], [Register] and [Vault] returns,
// possibly wrapped.
var (
	// ErrNotFound: there is no such decision or material.
	ErrNotFound = errors.New("workflow: not found")
	// ErrConflict: another act was recorded first. Read the decision again
	// and decide again; nothing of this write was kept.
	ErrConflict = errors.New("workflow: conflict: the decision has moved on")
	// ErrKeyReused: the idempotency key was used for another request.
	ErrKeyReused = errors.New("workflow: idempotency key reused for another request")
	// ErrUnavailable: the store cannot be reached now, or was taken up by
	// others again and again. Ask again; what was asked to be written may have
	// been, when the connection broke on the way back, so ask with the same
	// idempotency key.
	ErrUnavailable = errors.New("workflow: the store is not available now")
	// ErrErased is wrapped by every [ErasedError].
	ErrErased = errors.New("workflow: erased")
)

// ErasedError says that something was held and is not any more: an act erased
// it. It is never mistaken for what was never there.
type ErasedError struct {
	Seq int64 // the entry of the act
}

// Error names the entry.
func (e *ErasedError) Error() string { return fmt.Sprintf("workflow: erased by entry %d", e.Seq) }

// Unwrap lets errors.Is find ErrErased.
func (e *ErasedError) Unwrap() error { return ErrErased }

// Store keeps the histories. Implementations are safe for concurrent use and
// return only after what they wrote is durable, unless they were joined to a
// transaction of the host, whose commit then decides.
type Store interface {
	// Load returns every entry of a decision, in order, as stored, or
	// ErrNotFound. It never creates anything.
	Load(ctx context.Context, decision string) ([]history.Record, error)
	// Append keeps all of w or nothing of it. It is the only way to write a
	// history, and a compare-and-swap: unless the last entry of the decision
	// has the sequence number w.Entry.Seq-1, it returns ErrConflict.
	Append(ctx context.Context, w Write) error
	// Replay returns the use of an idempotency key that Append kept, or
	// ErrNotFound.
	Replay(ctx context.Context, decision, actor, key string) (Use, error)
	// Refuse keeps an attempt that was refused, outside the history.
	Refuse(ctx context.Context, r Refusal) error
	// List returns state rows in the order that the query asks for, at most
	// q.Limit, beginning after the row that it names.
	List(ctx context.Context, q Query) ([]Summary, error)
	// Tasks returns open tasks in ascending order of due day (unknown last),
	// decision and key, at most q.Limit, beginning after q.After.
	Tasks(ctx context.Context, q TaskQuery) ([]Task, error)
}

// Register is the intake register of opinions (意见登记簿). Opinions come in
// numbers; receiving one neither reads nor locks the history, and an act
// commits to them in batches by a root.
type Register interface {
	// Receive keeps opinions, all or none. Receiving an opinion again, with
	// the same id and digest, is not an error and changes nothing; with another
	// digest it is ErrConflict, and Held then returns what is held.
	Receive(ctx context.Context, decision string, opinions []Opinion) error
	// Held returns the opinions that are held under ids, committed to or
	// not, in ascending order of id. See Opinion.Erased.
	Held(ctx context.Context, decision string, ids []string) ([]Opinion, error)
	// Pending returns opinions that no recorded act has committed to yet, in
	// ascending order of id, at most limit.
	Pending(ctx context.Context, decision string, limit int) ([]Opinion, error)
	// Opinions returns committed opinions with positions in (after, after+limit],
	// in order of position. One that was erased keeps its place; see Opinion.Erased.
	Opinions(ctx context.Context, decision string, after int64, limit int) ([]Opinion, error)
}

// Vault keeps materials (材料) by what they contain. It holds no file whole in
// memory.
type Vault interface {
	// Keep stores a material and is idempotent: the same bytes have the same
	// digest and are kept once for a decision. What was erased is not kept
	// again: the error is an [*ErasedError]. The content may be read more than
	// once, and is not read after Keep has returned.
	Keep(ctx context.Context, decision string, m Material) error
	// Material returns one material, an [*ErasedError] when it was erased, or
	// ErrNotFound. Its content is fetched as it is read, under this context;
	// what is erased meanwhile ends the reading with an [*ErasedError].
	Material(ctx context.Context, decision string, digest history.Digest) (Material, error)
	// Lacking returns those of the digests that are not held for the decision,
	// or not any more.
	Lacking(ctx context.Context, decision string, digests []history.Digest) ([]history.Digest, error)
}

// Write is everything that one act changes.
type Write struct {
	Entry     history.Record // the next entry, verbatim
	Summary   Summary        // the state row after it; Summary.Version is Entry.Seq
	Tasks     []Task         // replace all open tasks of the decision
	Materials []Material     // kept together with the entry
	Positions []Position     // opinions that the act commits to
	Erasures  []Erasure      // what is taken away together with the entry; ErrConflict when one of them is not held
	Use       *Use           // the idempotency key that carried the act, if any
	Events    []Event        // to be delivered after the commit
}

// Summary is the state row of a decision: what lists and filters need. It is
// derived from the entries and can be rebuilt from them at any time.
type Summary struct {
	Decision  string
	Version   int64          // sequence number of the last entry
	Head      history.Digest // digest of the last entry
	Stage     string
	Title     string
	Organ     string
	LeadUnit  string
	Pack      history.Digest
	PackName  string
	CreatedAt time.Time // microseconds UTC
	UpdatedAt time.Time // microseconds UTC
}

// Query selects state rows, in ascending order of decision. Empty fields do not
// restrict.
type Query struct {
	Organ, Stage, LeadUnit string
	Opened, Changed        Period   // when the first and the last entry were recorded
	Cases                  []string // of these only
	After                  string   // decision of the last row of the page before
	// ByChange orders the rows by when the last entry was recorded, then by
	// decision. A row moves to the end whenever an entry is recorded, so who
	// reads on in this order meets every change that is made meanwhile.
	ByChange     bool
	AfterChanged time.Time // with ByChange, UpdatedAt of the last row of the page before
	Limit        int
}

// Period is from one moment, included, to another, which is not. A zero moment
// does not bound it.
type Period struct{ From, Before time.Time }

// Task is an open duty that somebody can clear now, derived from what the
// evaluator finds missing.
type Task struct {
	Decision string
	Key      string // unique within the decision: the act that clears it, and its subject
	Act      string // kind of the act that clears it
	Rule     string
	Role     string // who can clear it
	Unit     string // empty when every unit with the role can
	Organ    string
	Due      calendar.Date // zero when the law sets no day
}

// TaskQuery selects open tasks. Empty fields do not restrict; a Unit also
// selects the tasks that every unit can clear.
type TaskQuery struct {
	Organ, Unit, Role, Decision string
	Cases                       []string // of these only
	After                       Task     // the last task of the page before; only Due, Decision and Key count
	Limit                       int
}

// Material is a file, known by its content.
type Material struct {
	Digest    history.Digest // Algorithm.Material of Content; Algorithm.Commit of Salt and Content when restricted
	MediaType string
	Name      string
	Content   Content // nil for an empty file
	CreatedAt time.Time
	// Restricted says why the file is not for everybody who may read the case
	// (限制公开); nil when it is. The history then holds a commitment, which
	// gives away nothing about what can be guessed, and the salt stays here.
	Restricted *decision.Restriction
	Salt       []byte
}

// Content is what a file holds. It is read in parts, from any place and as often
// as it takes, so that nobody needs all of it at once: a [bytes.Reader] has it,
// a [strings.Reader], and an [io.SectionReader] over an open file. It gives the
// same bytes each time.
type Content interface {
	io.ReaderAt
	Size() int64 // in bytes
}

// Size is how many bytes the file has.
func (m Material) Size() int64 {
	if m.Content == nil {
		return 0
	}
	return m.Content.Size()
}

// Reader reads the content from its beginning; each call begins anew.
func (m Material) Reader() *io.SectionReader {
	if m.Content == nil {
		return io.NewSectionReader(strings.NewReader(""), 0, 0)
	}
	return io.NewSectionReader(m.Content, 0, m.Content.Size())
}

// Holding is how a material is held: wholly, or by its digest alone.
type Holding struct {
	Digest history.Digest
	Erased int64 // the entry of the act that erased it; 0 while it is held
	Size   int64 // bytes of its content and salt that are there
}

// Erasure is one thing that an act takes away for good: the content, name and
// salt of a material, or the body of the opinion at a position.
type Erasure struct {
	Material history.Digest // empty for an opinion
	Position int64          // 0 for a material
}

// Opinion is one opinion (意见) in the intake register.
type Opinion struct {
	ID         string // UUIDv7, given on receipt; UUIDv8 of caller, key and place when a key brought it
	Digest     history.Digest
	Body       []byte // a decision.Opinion as text, verbatim; outside the chain, so that it can be lawfully erased
	ReceivedAt time.Time
	Position   int64 // from 1; 0 while no act has committed to it
	Erased     int64 // the entry of the act that erased the body; 0 while it is held
}

// Position gives an opinion its number in the ledger, once and for ever.
type Position struct {
	Opinion  string
	Position int64
}

// Use is an idempotency key and the act that it carried.
type Use struct {
	Actor, Key string
	Request    history.Digest // of the request, so that another request with the key is told apart
	Seq        int64          // the entry that the request led to
}

// Event is what listeners are told, at least once, after the commit.
type Event struct {
	ID   string // UUIDv7
	Type string
	Body []byte
}

// Refusal is an attempt that was refused: who wanted what, and why not.
type Refusal struct {
	ID       string // UUIDv7
	Decision string
	Kind     string
	Actor    string
	Code     string
	Findings []byte // JSON array
	At       time.Time
}
