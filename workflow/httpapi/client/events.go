package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Subscription says whose entries to follow, and from where.
type Subscription struct {
	Case            string    // one case; by default every case that the caller may read
	Organ, LeadUnit string    // of these only; not with Case
	Since           time.Time // what was recorded from this time on; by default from now on; not with Case
	After           string    // the ID of the last event that was dealt with
	Once            bool      // what there is, and then the end
}

// Event is an entry as it was recorded.
type Event struct {
	ID       string // give it as Subscription.After to go on from here
	Decision string
	Entry    Entry
	// Unreadable: the case was recorded upon, and the server cannot read it.
	// Then there is no entry.
	Unreadable bool
}

// silence is how long nothing may come. A server says something every 15
// seconds; when it does not, the line is dead.
const silence = time.Minute

// maxLine bounds one line of a stream in bytes.
const maxLine = 64 << 20

// Events follows entries as they are recorded. Of one case each comes once and
// in order; of many cases at least once and in order within each, so that a
// case and a sequence number say whether an entry has come before.
//
// Once it was connected it connects again, after the last event, for as long as
// the context lasts; what is final ends the sequence with a [*Problem], and so
// does a first connection that fails. The HTTP client must have no timeout, or
// the stream is cut whenever it is over.
func (c *Client) Events(ctx context.Context, s Subscription) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f := &following{Subscription: s, retry: c.Backoff.First}
		connect := c.send // the first time like any request
		for failures := 0; ; {
			came, err := f.read(ctx, connect, yield)
			connect = c.once
			switch {
			case errors.Is(err, errStopped), err == nil && s.Once:
				return
			case ctx.Err() != nil:
				yield(Event{}, ctx.Err())
				return
			case !f.opened || final(err):
				yield(Event{}, err)
				return
			}
			if failures++; came {
				failures = 1
			}
			wait, _ := c.Backoff.after(failures, err, true)
			if stopped := sleep(ctx, max(wait, f.retry)); stopped != nil {
				yield(Event{}, stopped)
				return
			}
		}
	}
}

// final reports whether connecting again would change nothing.
func final(err error) bool {
	var p *Problem
	var lost *lostError
	if errors.As(err, &p) {
		return p.Status != http.StatusTooManyRequests && p.Status < http.StatusInternalServerError
	}
	return err != nil && !errors.As(err, &lost)
}

// errStopped: whoever reads the sequence has had enough.
var errStopped = errors.New("client: stopped")

// following is a subscription on its way.
type following struct {
	Subscription
	opened bool
	retry  time.Duration // what the server asked for
}

func (f *following) request() request {
	query := url.Values{}
	path := "events"
	if f.Case != "" {
		path = join("decisions", f.Case, "events")
	}
	for name, value := range map[string]string{"organ": f.Organ, "lead_unit": f.LeadUnit} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if !f.Since.IsZero() {
		query.Set("since", f.Since.Format(time.RFC3339Nano))
	}
	if f.Once {
		query.Set("follow", "false")
	}
	header := http.Header{"Accept": {"text/event-stream"}}
	if f.After != "" {
		header.Set("Last-Event-ID", f.After)
	}
	return request{method: http.MethodGet, path: path, query: query, header: header, safe: true}
}

// read connects and hands events over until the stream ends: nil when it ended
// without saying why, a [*Problem] when it said so.
func (f *following) read(ctx context.Context, connect func(context.Context, request) (*http.Response, error), yield func(Event, error) bool) (came bool, err error) {
	w, err := connect(ctx, f.request())
	if err != nil {
		return false, err
	}
	defer w.Body.Close() //nolint:errcheck // it was read, or is not wanted any more
	f.opened = true
	dead := time.AfterFunc(silence, func() { _ = w.Body.Close() })
	defer dead.Stop()
	lines := bufio.NewScanner(w.Body)
	lines.Buffer(nil, maxLine)
	var m message
	for lines.Scan() {
		dead.Reset(silence)
		if lines.Text() != "" {
			m.field(lines.Text())
			continue
		}
		f.take(m)
		switch err := f.deliver(m, yield); {
		case err != nil:
			return came, err
		case m.data != "":
			came = true
		}
		m = message{}
	}
	if err := lines.Err(); err != nil && ctx.Err() == nil {
		return came, &lostError{err}
	}
	return came, ctx.Err()
}

// take remembers from where to go on, and when.
func (f *following) take(m message) {
	if m.id != nil {
		f.After = *m.id
	}
	if m.retry > 0 {
		f.retry = m.retry
	}
}

// deliver hands one event over. What it does not know it passes over.
func (f *following) deliver(m message, yield func(Event, error) bool) error {
	var data struct {
		Decision string `json:"decision"`
		Entry
	}
	var why Problem
	var into any
	switch {
	case m.data == "":
		return nil
	case m.event == "end":
		into = &why
	case m.event == "entry", m.event == "unreadable":
		into = &data
	default:
		return nil
	}
	if err := json.Unmarshal([]byte(m.data), into); err != nil {
		return fmt.Errorf("client: an event of the stream: %w", err)
	}
	if m.event == "end" {
		return &why
	}
	if !yield(Event{ID: f.After, Decision: data.Decision, Entry: data.Entry, Unreadable: m.event == "unreadable"}, nil) {
		return errStopped
	}
	return nil
}

// message is what stands between two blank lines (WHATWG HTML, 9.2.6).
type message struct {
	id    *string
	event string
	data  string
	retry time.Duration
}

func (m *message) field(line string) {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	switch name {
	case "id":
		m.id = &value
	case "event":
		m.event = value
	case "data":
		if m.data != "" {
			m.data += "\n"
		}
		m.data += value
	case "retry":
		if ms, err := strconv.ParseUint(value, 10, 31); err == nil {
			m.retry = time.Duration(ms) * time.Millisecond //nolint:gosec // 31 bits
		}
	}
}
