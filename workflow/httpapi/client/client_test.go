package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/httpapi/client"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// server is an API over a store; between it and the clients anything may happen.
type server struct {
	url    string
	clock  *sample.Clock
	svc    *workflow.Service
	answer atomic.Pointer[func(http.ResponseWriter, *http.Request, http.Handler)]
}

func serve(t *testing.T) *server {
	t.Helper()
	clock := sample.NewClock(calendar.MustParseDate("2026-03-01"))
	s := &server{clock: clock, svc: workflowtest.Service(t, workflowtest.SQLite(t), clock)}
	mux := http.NewServeMux()
	api := humago.NewWithPrefix(mux, "/v1", httpapi.Config("test"))
	err := httpapi.Register(api, s.svc, httpapi.Options{Identify: func(ctx huma.Context) (decision.Actor, error) {
		var a decision.Actor
		err := json.Unmarshal([]byte(strings.TrimPrefix(ctx.Header("Authorization"), "Bearer ")), &a)
		return a, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if between := s.answer.Load(); between != nil {
			(*between)(w, r, mux)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	s.url = listener.URL + "/v1"
	return s
}

// as is a client of somebody. The token is who he is.
func (s *server) as(t *testing.T, a decision.Actor) *client.Client {
	t.Helper()
	token, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return &client.Client{Base: s.url, Authorize: client.Bearer(string(token)), Language: "en", Backoff: client.Backoff{First: time.Millisecond, Most: time.Second}}
}

// between puts something between clients and the API.
func (s *server) between(do func(http.ResponseWriter, *http.Request, http.Handler)) {
	s.answer.Store(&do)
}

// walk does the sample's acts before one of a kind.
func (s *server) walk(t *testing.T, steps []sample.Step) (id string, version int64) {
	t.Helper()
	ctx := t.Context()
	for i, step := range steps {
		s.clock.Set(step.On)
		c := s.as(t, step.Actor)
		for _, f := range step.Files {
			if i == 0 {
				break
			}
			held, err := c.UploadFile(ctx, id, client.File{Name: f.Name, MediaType: f.MediaType, Content: f.Reader()})
			if err != nil || held.Digest != f.Digest {
				t.Fatalf("upload: %v %v", held, err)
			}
		}
		var recorded client.Receipt
		var err error
		switch act := step.Act.(type) {
		case decision.Propose:
			recorded, err = c.Propose(ctx, act, client.Pack("d713"), client.OccurredOn(step.On))
			id = recorded.Decision
		case decision.CommitOpinions:
			var all []client.Receipt
			if _, err = c.SubmitOpinions(ctx, id, step.Opinions); err == nil {
				all, err = c.CommitOpinions(ctx, id)
			}
			if len(all) > 0 {
				recorded = all[0]
			}
		default:
			options := []client.Option{client.OccurredOn(step.On)}
			for rule, text := range step.Reasons {
				options = append(options, client.Reason(rule, text))
			}
			recorded, err = c.Do(ctx, id, version, act, options...)
		}
		if err != nil || recorded.Version != version+1 {
			t.Fatalf("step %d, %s: %+v %v", i+1, step.Act.Kind(), recorded, err)
		}
		version = recorded.Version
	}
	return id, version
}

// A whole decision is recorded and read through the client, with the library's
// own act structs.
func TestADecisionWalksThroughTheClient(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, version := s.walk(t, sample.Walk("d713"))
	ctx := t.Context()
	c := s.as(t, sample.Actor("d713", workflow.RoleGovOffice))
	one, err := c.Case(ctx, id, client.Now())
	if err != nil || one.Version != version || one.Organ != sample.Organ("d713").Name {
		t.Errorf("%+v %v", one, err)
	}
	entries, err := c.History(ctx, id, client.Now())
	if err != nil || int64(len(entries)) != version || entries[0].Seq != 1 {
		t.Errorf("%d entries: %v", len(entries), err)
	}
	n := 0
	for summary, err := range c.Cases(ctx, client.Filter{LeadUnit: sample.LeadUnit}) {
		if err != nil || summary.ID != id {
			t.Errorf("%+v %v", summary, err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d cases", n)
	}
	var file bytes.Buffer
	material, content := sample.File("调研报告")
	if err := c.Download(ctx, id, content.Digest, &file); err != nil || string(history.MaterialDigest(file.Bytes())) != material.Digest {
		t.Errorf("%s: %q %v", material.Digest, &file, err)
	}
	if missing, err := c.Missing(ctx, id, "evaluate", client.Now()); !client.Is(err, "unknown_act") {
		t.Errorf("%+v %v", missing, err)
	}
}

// What the client knows of an answer is all there is to know: a field that it
// does not have would be lost on whoever uses it.
func TestTheClientKnowsEveryField(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, _ := s.walk(t, sample.Before("d713", "issue_legality_opinion"))
	reviewer := sample.Actor("d713", workflow.RoleLegalityReviewer)
	var last atomic.Pointer[[]byte]
	s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		seen := httptest.NewRecorder()
		api.ServeHTTP(seen, r)
		last.Store(new(seen.Body.Bytes()))
		w.WriteHeader(seen.Code)
		_, _ = w.Write(seen.Body.Bytes())
	})
	c := s.as(t, reviewer)
	strict := func(what string, into any, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		dec := json.NewDecoder(bytes.NewReader(*last.Load()))
		dec.DisallowUnknownFields()
		if err := dec.Decode(into); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := c.Case(t.Context(), id, client.Now())
	strict("case", &client.Case{}, err)
	_, err = c.Missing(t.Context(), id, "", client.Now())
	strict("missing", &client.Missing{}, err)
	_, err = c.History(t.Context(), id, client.Now())
	strict("history", &struct {
		Items   []client.Entry
		Sealing any
	}{}, err)
	drafts, err := c.Drafts(t.Context(), id)
	if err == nil && len(drafts) != 2 {
		t.Errorf("%d drafts", len(drafts))
	}
	strict("drafts", &struct {
		Items []client.Draft
	}{}, err)
	_, err = c.Package(t.Context(), id)
	strict("package", &client.Package{}, err)
	if then, err := c.Case(t.Context(), id, client.Moment{Seq: 3}); err != nil || then.Version != 3 {
		t.Errorf("as of entry 3: %+v %v", then, err)
	}
	for task, err := range c.Tasks(t.Context()) {
		strict("tasks "+task.Decision, &struct {
			Items []client.Task
			Next  string
		}{}, err)
	}
	for one, err := range c.Cases(t.Context(), client.Filter{}) {
		strict("cases "+one.ID, &struct {
			Items []client.Summary
			Next  string
		}{}, err)
	}
	_, err = c.Do(t.Context(), id, client.Any, decision.ReturnPackage{Draft: 2, Reason: "材料不全"})
	if err != nil {
		t.Fatal(err)
	}
	strict("receipt", &client.Receipt{}, err)
	_, err = c.Do(t.Context(), id, 1, decision.ReturnPackage{Draft: 2, Reason: "材料不全"})
	if !client.Is(err, "version_conflict") {
		t.Errorf("%v", err)
	}
}

// A refusal comes with its findings, and a field that is wrong with its name.
func TestAProblemSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, version := s.walk(t, sample.Before("d713", "submit_draft"))
	unit := s.as(t, sample.Actor("d713", workflow.RoleUndertakingUnit))
	_, err := unit.Do(t.Context(), id, version, decision.RecordInvestigation{})
	p, ok := errors.AsType[*client.Problem](err)
	if !ok || p.Code != "invalid_act" || p.Status != http.StatusUnprocessableEntity || len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Field, "act.") {
		t.Errorf("%+v", p)
	}
	_, err = unit.Do(t.Context(), id, version, decision.SubmitForReview{Draft: 1})
	if p, ok = errors.AsType[*client.Problem](err); !ok || p.Status < 400 || p.Error() == "" {
		t.Errorf("%v", err)
	}
	_, err = s.as(t, decision.Actor{}).Case(t.Context(), id, client.Now())
	if !client.Is(err, "unauthenticated") {
		t.Errorf("%v", err)
	}
}

// Whatever is lost on the way, an act is recorded once.
func TestAnActIsRecordedOnceWhateverIsLost(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(int, http.ResponseWriter, *http.Request, http.Handler) bool{
		"the answer is lost": func(n int, w http.ResponseWriter, r *http.Request, api http.Handler) bool {
			if n < 3 {
				api.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
			return true
		},
		"it never arrived": func(n int, _ http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
			if n < 3 {
				panic(http.ErrAbortHandler)
			}
			return true
		},
		"busy": func(n int, w http.ResponseWriter, _ *http.Request, _ http.Handler) bool {
			if n < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			return n >= 3
		},
		"a gateway gave up": func(n int, w http.ResponseWriter, r *http.Request, api http.Handler) bool {
			if n < 3 {
				api.ServeHTTP(httptest.NewRecorder(), r)
				w.WriteHeader(http.StatusGatewayTimeout)
			}
			return n >= 3
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			id, version := s.walk(t, sample.Before("d713", "record_investigation"))
			step := sample.Walk("d713")[version]
			var sent atomic.Int64
			s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
				if r.Method != http.MethodPost || !strings.Contains(r.URL.Path, "/acts/") {
					api.ServeHTTP(w, r)
					return
				}
				if lose(int(sent.Add(1)), w, r, api) {
					api.ServeHTTP(w, r)
				}
			})
			c := s.as(t, step.Actor)
			for _, f := range step.Files {
				if _, err := c.UploadFile(t.Context(), id, client.File{Name: f.Name, MediaType: f.MediaType, Content: f.Reader()}); err != nil {
					t.Fatal(err)
				}
			}
			got, err := c.Do(t.Context(), id, version, step.Act)
			if err != nil || got.Version != version+1 || sent.Load() != 3 {
				t.Errorf("%+v after %d: %v", got, sent.Load(), err)
			}
			entries, err := c.History(t.Context(), id, client.Now())
			if err != nil || int64(len(entries)) != version+1 {
				t.Errorf("%d entries, want %d: %v", len(entries), version+1, err)
			}
		})
	}
}

// Opinions whose answer is lost are entered once; under a key of the caller's
// they are so across processes.
func TestOpinionsAreEnteredOnceWhateverIsLost(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, _ := s.walk(t, sample.Before("d713", "close_comment"))
	public := s.as(t, sample.Actor("d713", workflow.RolePublic))
	opinion := []decision.Opinion{{Activity: "c1", Channel: "web", Verification: "anonymous", Text: "意见"}}
	waiting := func() int {
		list, err := s.svc.Register.Pending(t.Context(), id, 100)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := waiting()
	var sent atomic.Int64
	s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		switch sent.Add(1) {
		case 1:
			api.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case 2:
			api.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			api.ServeHTTP(w, r)
		}
	})
	kept, err := public.SubmitOpinions(t.Context(), id, opinion)
	if err != nil || len(kept) != 1 || sent.Load() != 3 || waiting() != before+1 {
		t.Errorf("sent %d times: %+v, %d wait, %v", sent.Load(), kept, waiting()-before, err)
	}
	for range 2 {
		if _, err := public.SubmitOpinions(t.Context(), id, opinion, client.Key("k1")); err != nil || waiting() != before+2 {
			t.Errorf("under a key: %d wait, %v", waiting()-before, err)
		}
	}
	if _, err := public.SubmitOpinions(t.Context(), id, opinion); err != nil || waiting() != before+3 {
		t.Errorf("once more: %d wait, %v", waiting()-before, err)
	}
}

// What a repeat would do twice is not repeated; what asks for too long a wait is
// told; and an end of the context ends the waiting.
func TestWhatIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := serve(t)
	id, _ := s.walk(t, sample.Before("d713", "close_comment"))
	c := s.as(t, sample.Actor("d713", workflow.RoleUndertakingUnit))
	upload := func() error {
		_, err := c.UploadFile(t.Context(), id, client.File{
			Name: "名单", MediaType: "text/plain", Content: strings.NewReader("名单"),
			Restricted: &decision.Restriction{Class: decision.ClassPersonal, Ground: "个人信息保护法"},
		})
		return err
	}
	var sent atomic.Int64
	s.between(func(_ http.ResponseWriter, _ *http.Request, _ http.Handler) {
		sent.Add(1)
		panic(http.ErrAbortHandler)
	})
	if err := upload(); err == nil || sent.Load() != 1 {
		t.Errorf("a restricted file: sent %d times, %v", sent.Load(), err)
	}
	sent.Store(0)
	s.between(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		sent.Add(1)
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	err := upload()
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.RetryAfter != time.Hour || p.Code != "http_429" || sent.Load() != 1 {
		t.Errorf("a long wait: sent %d times, %v", sent.Load(), err)
	}
	sent.Store(0)
	s.between(func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		sent.Add(1)
		api.ServeHTTP(httptest.NewRecorder(), r) // a gateway says so, and the file is kept
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if err := upload(); !client.Is(err, "http_503") || sent.Load() != 1 {
		t.Errorf("a gateway: sent %d times, %v", sent.Load(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.between(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		cancel()
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	if _, err := c.Case(ctx, id, client.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A redirect is no answer: on the way an act would become a GET, whose answer
// looks like a receipt of nothing, or go elsewhere with the credentials.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect} {
		var sent atomic.Int64
		s.between(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			if sent.Add(1); sent.Load() > 1 {
				_, _ = io.WriteString(w, `{"items":[]}`)
				return
			}
			http.Redirect(w, r, "/elsewhere", status)
		})
		c := s.as(t, sample.Actor("d713", workflow.RoleUndertakingUnit))
		c.HTTP = &http.Client{Timeout: time.Minute}
		got, err := c.Propose(t.Context(), sample.Walk("d713")[0].Act.(decision.Propose))
		if !client.Is(err, fmt.Sprint("http_", status)) || sent.Load() != 1 || c.HTTP.CheckRedirect != nil {
			t.Errorf("%d: sent %d times, %+v, %v", status, sent.Load(), got, err)
		}
	}
}

// A list may be gone through again, and begins at its beginning.
func TestAListCanBeReadTwice(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.between(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		if r.URL.Query().Get("after") == "" {
			_, _ = io.WriteString(w, `{"items":[{"id":"a"}],"next":"a"}`)
			return
		}
		_, _ = io.WriteString(w, `{"items":[{"id":"b"}]}`)
	})
	cases := s.as(t, sample.Actor("d713", workflow.RoleAuditor)).Cases(t.Context(), client.Filter{})
	for range 2 {
		var ids []string
		for one, err := range cases {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, one.ID)
		}
		if !slices.Equal(ids, []string{"a", "b"}) {
			t.Errorf("%v", ids)
		}
	}
}

// A download that was cut short is an error, not a shorter file.
func TestAFileThatIsCutShortIsAnError(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.between(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
	})
	c := s.as(t, sample.Actor("d713", workflow.RoleAuditor))
	if err := c.Dossier(t.Context(), "case", 0, io.Discard); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}

// Names are escaped: none leads to another path.
func TestAnIDIsOnePartOfAPath(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var paths []string
	s.between(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		paths = append(paths, r.URL.EscapedPath())
		w.WriteHeader(http.StatusNotFound)
	})
	c := s.as(t, sample.Actor("d713", workflow.RoleAuditor))
	for _, id := range []string{"../acts", "a/b", "a?b", "a#b"} {
		if _, err := c.Case(t.Context(), id, client.Now()); err == nil {
			t.Errorf("%s: found", id)
		}
	}
	want := []string{"/v1/decisions/..%2Facts", "/v1/decisions/a%2Fb", "/v1/decisions/a%3Fb", "/v1/decisions/a%23b"}
	if !slices.Equal(paths, want) {
		t.Error(fmt.Sprint(paths))
	}
}
