package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// Stage is where a case stands.
type Stage struct {
	ID workflow.Stage `json:"id"`
	Zh string         `json:"zh"`
	En string         `json:"en"`
}

// Receipt says what was recorded.
type Receipt struct {
	Decision string             `json:"decision"`
	Version  int64              `json:"version"`
	Digest   history.Digest     `json:"digest"`
	Stage    Stage              `json:"stage"`
	LagDays  int                `json:"lag_days"`
	Findings []workflow.Finding `json:"findings"`
}

// Case is one case; its version is what to act on.
type Case struct {
	ID       string             `json:"id"`
	Version  int64              `json:"version"`
	Stage    Stage              `json:"stage"`
	Title    string             `json:"title"`
	Organ    string             `json:"organ"`
	LeadUnit string             `json:"lead_unit"`
	Pack     string             `json:"pack"`
	Draft    int                `json:"draft"`
	Opinions int64              `json:"opinions"`
	Acts     []Act              `json:"acts"`
	Findings []workflow.Finding `json:"findings"`
}

// Act is an act that has a place in a stage.
type Act struct {
	Kind    decision.Kind   `json:"kind"`
	Zh      string          `json:"zh"`
	En      string          `json:"en"`
	Article int             `json:"article"`
	Roles   []decision.Role `json:"roles"`
}

// Summary is a case in a list.
type Summary struct {
	ID        string         `json:"id"`
	Version   int64          `json:"version"`
	Head      history.Digest `json:"head"`
	Stage     Stage          `json:"stage"`
	Title     string         `json:"title"`
	Organ     string         `json:"organ"`
	LeadUnit  string         `json:"lead_unit"`
	Pack      string         `json:"pack"`
	CreatedAt time.Time      `json:"created_at"`
	UpdatedAt time.Time      `json:"updated_at"`
}

// Task is something that waits for the caller.
type Task struct {
	Decision string        `json:"decision"`
	Act      decision.Kind `json:"act"`
	Zh       string        `json:"zh"`
	En       string        `json:"en"`
	Rule     string        `json:"rule"`
	Role     decision.Role `json:"role"`
	Unit     string        `json:"unit"`
	Due      calendar.Date `json:"due"`
	Title    string        `json:"title"`
	// WorkingDays and Days are until it is due, negative when it is overdue;
	// nil when the law sets no day.
	WorkingDays *int `json:"working_days"`
	Days        *int `json:"days"`
	Provisional bool `json:"provisional"`
}

// Entry is one entry of a history; Entry.Entry is the text that is hashed.
type Entry struct {
	Seq        int64          `json:"seq"`
	Digest     history.Digest `json:"digest"`
	OccurredOn string         `json:"occurred_on"`
	RecordedAt string         `json:"recorded_at"`
	LagDays    int            `json:"lag_days"`
	Entry      string         `json:"entry"` // empty when it is withheld
	// Withheld is why the caller is not given the entry.
	Withheld *decision.Restriction `json:"withheld"`
}

// Missing is what an act still lacks, by who can clear it.
type Missing struct {
	Gate        decision.Kind    `json:"gate"`
	Zh          string           `json:"zh"`
	En          string           `json:"en"`
	Groups      []workflow.Group `json:"groups"`
	Earliest    calendar.Date    `json:"earliest"`
	Provisional bool             `json:"provisional"`
	Publication *Missing         `json:"publication"`
}

// Draft is one version of the draft.
type Draft struct {
	Draft       int                 `json:"draft"`
	Seq         int64               `json:"seq"`
	SubmittedOn calendar.Date       `json:"submitted_on"`
	By          string              `json:"by"`
	Changes     string              `json:"changes"`
	Materials   []decision.Material `json:"materials"`
	Named       []struct {
		Seq   int64         `json:"seq"`
		Kind  decision.Kind `json:"kind"`
		Zh    string        `json:"zh"`
		En    string        `json:"en"`
		Stale bool          `json:"stale"`
	} `json:"named"`
}

// Package is what is under legality review, and the evidence beside it.
type Package struct {
	Draft      int           `json:"draft"`
	Seq        int64         `json:"seq"`
	CompleteOn calendar.Date `json:"complete_on"`
	OpinionDue calendar.Date `json:"opinion_due"`
	Reviewed   int64         `json:"reviewed"` // the entry of the reviewer's last word
	New        int           `json:"new"`      // how many materials came since
	Enclosed   []Enclosure   `json:"enclosed"`
	Evidence   []Enclosure   `json:"evidence"`
}

// Enclosure is a material of a package.
type Enclosure struct {
	Digest          history.Digest `json:"digest"`
	Title           string         `json:"title"`
	Act             decision.Kind  `json:"act"`
	Seq             int64          `json:"seq"`
	SinceLastReview bool           `json:"since_last_review"`
}

// Held is a material that the server keeps; acts name it by its digest.
type Held struct {
	Digest     history.Digest        `json:"digest"`
	Name       string                `json:"name"`
	MediaType  string                `json:"media_type"`
	Size       int64                 `json:"size"`
	Restricted *decision.Restriction `json:"restricted"`
}

// OpinionReceipt is what an author keeps.
type OpinionReceipt struct {
	ID     string         `json:"id"`
	Digest history.Digest `json:"digest"`
}

// Moment is a point in a history: a time, or an entry. The zero value is now.
type Moment struct {
	Time time.Time
	Seq  int64
}

// Now asks for what there is.
func Now() Moment { return Moment{} }

func (m Moment) query() url.Values {
	query := url.Values{}
	if !m.Time.IsZero() {
		query.Set("as_of", m.Time.Format(time.RFC3339Nano))
	}
	if m.Seq > 0 {
		query.Set("as_of_seq", strconv.FormatInt(m.Seq, 10))
	}
	return query
}

// Case reads a case, as it stood recorded at a moment.
func (c *Client) Case(ctx context.Context, id string, at Moment) (Case, error) {
	return getJSON[Case](ctx, c, join("decisions", id), at.query())
}

// Drafts lists the versions of the draft.
func (c *Client) Drafts(ctx context.Context, id string) ([]Draft, error) {
	all, err := getJSON[page[Draft]](ctx, c, join("decisions", id, "drafts"), nil)
	return all.Items, err
}

// Package reads what is under legality review (Art 26).
func (c *Client) Package(ctx context.Context, id string) (Package, error) {
	return getJSON[Package](ctx, c, join("decisions", id, "package"), nil)
}

// Filter selects cases; fields that are empty do not. Periods are civil days in
// China, both included.
type Filter struct {
	Organ, Stage, LeadUnit string
	Finding                string // a rule that the case violates now
	OpenedFrom, OpenedTo   calendar.Date
	ChangedFrom, ChangedTo calendar.Date
}

// Cases lists the cases that the caller may read, page after page. The
// sequence ends with the first error.
func (c *Client) Cases(ctx context.Context, f Filter) iter.Seq2[Summary, error] {
	query := url.Values{}
	for name, value := range map[string]string{
		"organ": f.Organ, "stage": f.Stage, "lead_unit": f.LeadUnit, "finding": f.Finding,
		"opened_from": f.OpenedFrom.String(), "opened_to": f.OpenedTo.String(),
		"changed_from": f.ChangedFrom.String(), "changed_to": f.ChangedTo.String(),
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return pages[Summary](ctx, c, "decisions", query)
}

// Tasks lists what waits for the caller, the earliest due first.
func (c *Client) Tasks(ctx context.Context) iter.Seq2[Task, error] {
	return pages[Task](ctx, c, "tasks", url.Values{})
}

// page is one page of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}

func pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		query := maps.Clone(query) // a sequence may be gone through again
		for {
			page, err := getJSON[page[T]](ctx, c, path, query)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			query.Set("after", page.Next)
		}
	}
}

// History reads the record of a case, as far as it went at a moment.
func (c *Client) History(ctx context.Context, id string, at Moment) ([]Entry, error) {
	all, err := getJSON[page[Entry]](ctx, c, join("decisions", id, "history"), at.query())
	return all.Items, err
}

// Missing reads what a gate lacked at a moment; "" for the next one, and
// publication.
func (c *Client) Missing(ctx context.Context, id string, gate decision.Kind, at Moment) (Missing, error) {
	query := at.query()
	if gate != "" {
		query.Set("gate", string(gate))
	}
	return getJSON[Missing](ctx, c, join("decisions", id, "missing"), query)
}

// SubmitOpinions enters opinions into the register, once, whatever is lost on
// the way; of the options it heeds [Key].
func (c *Client) SubmitOpinions(ctx context.Context, id string, opinions []decision.Opinion, options ...Option) ([]OpinionReceipt, error) {
	r := keyed(join("decisions", id, "opinions"), http.Header{}, options)
	kept, err := sendJSON[page[OpinionReceipt]](ctx, c, r, map[string]any{"opinions": opinions})
	return kept.Items, err
}

// CommitOpinions has the history commit to the opinions that wait.
func (c *Client) CommitOpinions(ctx context.Context, id string) ([]Receipt, error) {
	r := request{method: http.MethodPost, path: join("decisions", id, "opinions", "commit"), header: http.Header{}, safe: true}
	recorded, err := readJSON[page[Receipt]](ctx, c, r)
	return recorded.Items, err
}

// Dossier writes the dossier of a case to w, as far as the checkpoint of a size
// covers the case; 0 for the latest one.
func (c *Client) Dossier(ctx context.Context, id string, size int64, w io.Writer) error {
	query := url.Values{}
	if size > 0 {
		query.Set("size", strconv.FormatInt(size, 10))
	}
	return c.copy(ctx, join("decisions", id, "dossier"), query, w)
}

// EntryReceipt writes the receipt of an entry to w.
func (c *Client) EntryReceipt(ctx context.Context, id string, seq int64, w io.Writer) error {
	return c.copy(ctx, join("decisions", id, "history", strconv.FormatInt(seq, 10), "receipt"), nil, w)
}

// OpinionReceipt writes the receipt of an opinion to w, by the digest that its
// author got.
func (c *Client) OpinionReceipt(ctx context.Context, id string, digest history.Digest, w io.Writer) error {
	return c.copy(ctx, join("decisions", id, "receipts", string(digest)), nil, w)
}

// Checkpoint writes the signed note of the latest checkpoint to w.
func (c *Client) Checkpoint(ctx context.Context, w io.Writer) error {
	return c.copy(ctx, "log/checkpoint", nil, w)
}

func (c *Client) copy(ctx context.Context, path string, query url.Values, w io.Writer) error {
	answer, err := c.send(ctx, request{method: http.MethodGet, path: path, query: query, header: http.Header{}, safe: true})
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was read, or the reader has failed
	n, err := io.Copy(w, answer.Body)
	if err == nil && answer.ContentLength >= 0 && n != answer.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("client: read %s: %w", path, err)
	}
	return nil
}
