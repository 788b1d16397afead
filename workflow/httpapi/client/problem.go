package client

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/juece/juece/workflow"
)

// Problem is what the server says when it does not do what was asked (RFC
// 9457). Code is stable; the texts are for people.
type Problem struct {
	Type     string             `json:"type"`
	Title    string             `json:"title"`
	Status   int                `json:"status"`
	Code     string             `json:"code"`
	Detail   string             `json:"detail"`
	Errors   []FieldError       `json:"errors"`
	Findings []workflow.Finding `json:"findings"` // rules that refuse the act, or need a reason
	Entry    *Entry             `json:"entry"`    // of the act that erased what was asked for
	// RetryAfter is how long the server asks to wait; 0 when it does not say.
	RetryAfter time.Duration `json:"-"`

	foreign bool // said by something in between, not by the server
}

// FieldError says which field is wrong, by its path in the body.
type FieldError struct {
	Field   string `json:"field"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Error names the code and what it says for people.
func (p *Problem) Error() string {
	text := p.Code + ": " + p.Title
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	for _, e := range p.Errors {
		text += "; " + e.Field + ": " + e.Message
	}
	for _, f := range p.Findings {
		text += "; " + f.Rule + ": " + f.Zh
	}
	return text
}

// Is reports whether an error is the problem with a code, e.g.
// "version_conflict".
func Is(err error, code string) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Code == code
}

// maxProblem bounds what is read of an answer that is no success.
const maxProblem = 4 << 20

// readProblem reads a problem. Whatever stands between, a gateway say, may
// answer in its own way: then the status is all there is.
func readProblem(w *http.Response) *Problem {
	p := &Problem{}
	data, err := io.ReadAll(io.LimitReader(w.Body, maxProblem))
	if err != nil || json.Unmarshal(data, p) != nil || p.Code == "" {
		p = &Problem{Type: "about:blank", Title: http.StatusText(w.StatusCode), Code: "http_" + strconv.Itoa(w.StatusCode), foreign: true}
	}
	p.Status = w.StatusCode
	if seconds, err := strconv.Atoi(w.Header.Get("Retry-After")); err == nil && seconds > 0 {
		p.RetryAfter = time.Duration(seconds) * time.Second
	}
	return p
}
