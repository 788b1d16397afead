package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/httpapi/client"
	"github.com/juece/juece/workflow/sample"
)

// What there is comes as the history has it, of one case and of all.
func TestEventsAreTheHistory(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, version := s.walk(t, sample.Before("d713", "submit_draft"))
	c := s.as(t, sample.Actor("d713", workflow.RoleGovOffice))
	entries, err := c.History(t.Context(), id, client.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]client.Subscription{
		"one": {Case: id, Once: true}, "all": {Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Organ: sample.Organ("d713").Name, LeadUnit: sample.LeadUnit, Once: true},
	} {
		n := int64(0)
		for e, err := range c.Events(t.Context(), of) {
			if err != nil || e.Decision != id || e.Entry != entries[n] || e.ID == "" {
				t.Fatalf("%s: %+v %v, want %+v", name, e, err, entries[n])
			}
			n++
		}
		if n != version {
			t.Errorf("%s: %d events of %d entries", name, n, version)
		}
	}
}

// scripted answers one connection after the other, the last one for good.
func scripted(asked *[]string, answers ...func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request, http.Handler) {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		*asked = append(*asked, r.Header.Get("Last-Event-ID"))
		answers[min(int(n.Add(1))-1, len(answers)-1)](w)
	}
}

func says(text string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, text)
	}
}

func refuses(status int, code string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":%q,"status":%d}`, code, status)
	}
}

func entry(id string) string {
	return "id: " + id + "\nevent: entry\ndata: {\"decision\":\"d\",\"seq\":" + id + "}\n\n"
}

// Whatever ends a stream but what is final, the client goes on after the last
// event that came whole.
func TestEventsGoOnUntilAFinalProblem(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var asked []string
	s.between(scripted(&asked,
		says("retry: 1\nid: 7\n\n"+entry("8")+entry("9")+"event: end\ndata: {\"code\":\"stream_over\",\"status\":503}\n\n"),
		refuses(http.StatusServiceUnavailable, "busy"),
		refuses(http.StatusInternalServerError, "internal"),
		func(w http.ResponseWriter) { // cut in the middle of an event
			w.Header().Set("Content-Length", "1000")
			says(entry("10") + "id: 11\nevent: entry\ndata: {\"deci")(w)
		},
		says(":\n\n"+entry("11")+"event: unreadable\nid: 12\ndata: {\"decision\":\"e\"}\n\nevent: news\nid: 13\ndata: {}\n\nid: 14\n\n"),
		says(entry("15")+"event: end\ndata: {\"code\":\"not_permitted\",\"status\":403}\n\n"),
	))
	c := s.as(t, sample.Actor("d713", workflow.RoleAuditor))
	var got []string
	var last error
	for e, err := range c.Events(t.Context(), client.Subscription{}) {
		if err != nil {
			last = err
			continue
		}
		got = append(got, fmt.Sprint(e.ID, " ", e.Decision, " ", e.Entry.Seq, " ", e.Unreadable))
	}
	if want := []string{"8 d 8 false", "9 d 9 false", "10 d 10 false", "11 d 11 false", "12 e 0 true", "15 d 15 false"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !client.Is(last, "not_permitted") {
		t.Errorf("it ended with %v", last)
	}
	if want := []string{"", "9", "9", "9", "10", "14"}; !slices.Equal(asked, want) {
		t.Errorf("it asked to go on from %q, want %q", asked, want)
	}
}

// A first connection that is refused is an error, and who stops reading is
// sent nothing more.
func TestEventsFailAndStop(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := s.as(t, sample.Actor("d713", workflow.RoleAuditor))
	for _, err := range c.Events(t.Context(), client.Subscription{Case: "none"}) {
		if !client.Is(err, "not_found") {
			t.Errorf("%v", err)
		}
	}
	var asked []string
	s.between(scripted(&asked, refuses(http.StatusServiceUnavailable, "busy")))
	for _, err := range c.Events(t.Context(), client.Subscription{}) {
		if !client.Is(err, "busy") {
			t.Errorf("%v", err)
		}
	}
	if len(asked) != 4 {
		t.Errorf("%d attempts", len(asked))
	}
	asked = nil
	s.between(scripted(&asked, says(entry("1")+entry("2"))))
	for e, err := range c.Events(t.Context(), client.Subscription{}) {
		if err != nil || e.Entry.Seq != 1 {
			t.Errorf("%+v %v", e, err)
		}
		break
	}
	if len(asked) != 1 {
		t.Errorf("%d connections", len(asked))
	}
	s.between(scripted(&asked, says("event: entry\ndata: {\n\n")))
	n := 0
	for _, err := range c.Events(t.Context(), client.Subscription{}) {
		if n++; err == nil || errors.As(err, new(*client.Problem)) {
			t.Errorf("what is no JSON: %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d errors", n)
	}
}
