// Package client asks the API of package httpapi, with the act structs that the
// library has: what a program records in its own process and what it records
// over HTTP is written the same way.
//
// An act bears the version that was read, so that nobody acts on what they
// have not seen, and a key, so that a repeat is not a second act: whatever
// fails on the way is asked again, and what was recorded stays recorded once.
// An answer that is no success is a [*Problem].
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// Client asks one server as one identity. It is safe for concurrent use.
type Client struct {
	// Base is where the operations begin, e.g. https://juece.example/v1.
	Base string
	// Authorize puts the credentials on a request; see [Bearer]. It is asked
	// for each request anew, so that a token may be renewed meanwhile.
	Authorize func(*http.Request) error
	// HTTP sends. Default [http.DefaultClient]; set a timeout there or in the
	// context. Redirects are not followed, whatever it says: the API has none,
	// and an act that is sent elsewhere, or becomes a GET on the way, was not
	// recorded.
	HTTP *http.Client
	// Language of problems, as Accept-Language. Default Chinese.
	Language string
	// Attempts bounds how often a request is sent. Default 4.
	Attempts int
	// Backoff bounds the waits between them. Default half a second, doubled
	// each time.
	Backoff Backoff
}

// Bearer authorizes with an access token.
func Bearer(token string) func(*http.Request) error {
	return func(r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
}

// Any as a version: whatever the version is. Whoever decides on what he has
// read gives the version that he read.
const Any int64 = workflow.Latest

// maxAnswer bounds a JSON answer in bytes. Files are streamed, and not bounded.
const maxAnswer = 256 << 20

// Option sets what stands beside an act, or beside opinions.
type Option func(*request)

// request is one request, as it can be sent again.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         func() io.Reader // nil for none
	length       int64            // of the body, when the reader does not tell; 0 for not known
	safe         bool             // to repeat when nobody knows whether it arrived
	once         bool             // the body cannot be had again
	act          envelope
}

type envelope struct {
	Act        decision.Act      `json:"act"`
	OccurredOn calendar.Date     `json:"occurred_on,omitzero"`
	Reasons    map[string]string `json:"reasons,omitempty"`
	Pack       string            `json:"pack,omitempty"`
}

// OccurredOn says on which day it happened; by default today in China.
func OccurredOn(day calendar.Date) Option { return func(r *request) { r.act.OccurredOn = day } }

// Reason states why a rule is departed from that allows it with a reason.
func Reason(rule, text string) Option {
	return func(r *request) {
		if r.act.Reasons == nil {
			r.act.Reasons = map[string]string{}
		}
		r.act.Reasons[rule] = text
	}
}

// Pack names the rule pack, for the act that opens a case; by default the one
// that governs by organ and day (Art 44).
func Pack(name string) Option { return func(r *request) { r.act.Pack = name } }

// Key names the request. Who repeats a request from another process, after a
// crash say, gives the key that he gave the first time; by default it is made
// anew for each call.
func Key(key string) Option { return func(r *request) { r.header.Set("Idempotency-Key", key) } }

// Propose opens a case.
func (c *Client) Propose(ctx context.Context, act decision.Propose, options ...Option) (Receipt, error) {
	return c.do(ctx, "decisions", http.Header{}, act, options)
}

// Do records an act on a case at the version that was read, or at [Any].
func (c *Client) Do(ctx context.Context, id string, version int64, act decision.Act, options ...Option) (Receipt, error) {
	header := http.Header{"If-Match": {`"` + strconv.FormatInt(version, 10) + `"`}}
	if version == Any {
		header.Set("If-Match", "*")
	}
	return c.do(ctx, join("decisions", id, "acts", string(act.Kind())), header, act, options)
}

func (c *Client) do(ctx context.Context, path string, header http.Header, act decision.Act, options []Option) (Receipt, error) {
	r := keyed(path, header, options)
	r.act.Act = act
	return sendJSON[Receipt](ctx, c, r, r.act)
}

// keyed is a request that has a key, and so is done once however often it is
// sent.
func keyed(path string, header http.Header, options []Option) request {
	r := request{method: http.MethodPost, path: path, header: header, safe: true}
	for _, o := range options {
		o(&r)
	}
	if r.header.Get("Idempotency-Key") == "" {
		r.header.Set("Idempotency-Key", uuid.NewString())
	}
	return r
}

// sendJSON sends a value and reads the answer.
func sendJSON[T any](ctx context.Context, c *Client, r request, v any) (T, error) {
	data, err := json.Marshal(v)
	if err != nil {
		var none T
		return none, fmt.Errorf("client: %s: %w", r.path, err)
	}
	r.header.Set("Content-Type", "application/json")
	r.body = func() io.Reader { return bytes.NewReader(data) }
	return readJSON[T](ctx, c, r)
}

func getJSON[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	return readJSON[T](ctx, c, request{method: http.MethodGet, path: path, query: query, header: http.Header{}, safe: true})
}

func readJSON[T any](ctx context.Context, c *Client, r request) (T, error) {
	var out T
	w, err := c.send(ctx, r)
	if err != nil {
		return out, err
	}
	defer w.Body.Close() //nolint:errcheck // it was read, or the reader has failed
	data, err := io.ReadAll(io.LimitReader(w.Body, maxAnswer+1))
	switch {
	case err != nil:
		return out, fmt.Errorf("client: read the answer of %s: %w", r.path, err)
	case len(data) > maxAnswer:
		return out, fmt.Errorf("client: the answer of %s is longer than %d bytes", r.path, maxAnswer)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return out, fmt.Errorf("client: the answer of %s: %w", r.path, err)
	}
	return out, nil
}

// send sends a request until there is an answer that another attempt would not
// change.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	attempts := c.attempts()
	for attempt := 1; ; attempt++ {
		w, err := c.once(ctx, r)
		wait, again := c.Backoff.after(attempt, err, r.safe)
		if !again || r.once || attempt >= attempts {
			return w, err
		}
		if stopped := sleep(ctx, wait); stopped != nil {
			return nil, errors.Join(stopped, err)
		}
	}
}

func (c *Client) attempts() int {
	if c.Attempts <= 0 {
		return 4
	}
	return c.Attempts
}

// once sends a request. What is no success is an error.
func (c *Client) once(ctx context.Context, r request) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if r.body != nil {
		body = r.body()
	}
	target := strings.TrimSuffix(c.Base, "/") + "/" + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	sent, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	if r.length > 0 {
		sent.ContentLength = r.length
	}
	sent.Header = r.header.Clone()
	if c.Language != "" {
		sent.Header.Set("Accept-Language", c.Language)
	}
	if c.Authorize != nil {
		if err := c.Authorize(sent); err != nil {
			return nil, fmt.Errorf("client: authorize: %w", err)
		}
	}
	sender := http.Client{}
	if c.HTTP != nil {
		sender = *c.HTTP
	}
	sender.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w, err := sender.Do(sent)
	if err != nil {
		return nil, &lostError{err}
	}
	if w.StatusCode >= 200 && w.StatusCode < 300 {
		return w, nil
	}
	defer w.Body.Close() //nolint:errcheck // a problem that cannot be read whole is one by its status
	return nil, readProblem(w)
}

// join makes a path of parts that may hold anything.
func join(parts ...string) string {
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
