package transparency_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
	"github.com/juece/juece/workflow/transparency/witnesstest"
)

func witness(t *testing.T, trusted ...history.Signer) (*witnesstest.Witness, *transparency.Witness) {
	t.Helper()
	server := witnesstest.New(t, "witness.example/w1")
	for _, k := range trusted {
		server.Trust(t, k.VKey())
	}
	return server, client(t, server)
}

func client(t *testing.T, server *witnesstest.Witness) *transparency.Witness {
	t.Helper()
	v, err := history.Verifiers{}.Open(server.VKey())
	ok(t, err)
	return &transparency.Witness{URL: server.URL() + "/", Verifier: v}
}

func TestAWitnessCosignsEachCheckpoint(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	ctx := t.Context()
	first, next := sealer.Signers[0], signer(t)
	server, ours := witness(t, sealer.Signers[0], next)
	other := witnesstest.New(t, "witness.example/w2")
	other.Trust(t, sealer.Signers[0].VKey())
	other.Trust(t, next.VKey())
	sealer.Witnesses = []*transparency.Witness{ours, client(t, other)}
	file := transparency.File{Path: filepath.Join(t.TempDir(), "checkpoint")}
	sealer.Publishers = []transparency.Publisher{file}
	for seq := range int64(6) {
		do(t, s, "a", seq+1)
		sealed, err := sealer.Seal(ctx)
		ok(t, err)
		ok(t, sealer.Publish(ctx, sealed.Checkpoint))
		ok(t, sealer.Publish(ctx, sealed.Checkpoint)) // the same once more
		switch seq {
		case 2: // a client that knows nothing of what was cosigned
			sealer.Witnesses[0] = client(t, server)
		case 3:
			_, err := sealer.Rotate(ctx, sealer.Signers[0], next)
			ok(t, err)
			sealer.Signers = []history.Signer{next}
		}
	}
	latest, err := sealer.Log.Latest(ctx)
	ok(t, err)
	n, err := note.Open(latest.Note, note.VerifierList(sealer.Witnesses[0].Verifier, sealer.Witnesses[1].Verifier))
	ok(t, err)
	if len(n.Sigs) != 2 || server.Size(origin) != latest.Size {
		t.Errorf("%d cosignatures, the witness is at %d of %d", len(n.Sigs), server.Size(origin), latest.Size)
	}
	last, err := file.Last(ctx)
	ok(t, err)
	if string(last.Note) != string(latest.Note) {
		t.Errorf("the file lacks the cosignatures:\n%s", last.Note)
	}
	if server.Answers(409) != 1 || server.Answers(400)+server.Answers(422)+server.Answers(403) != 0 {
		t.Errorf("conflicts %d", server.Answers(409))
	}
	// The cosignatures hide nothing: the log's own signature stands first.
	verify(t, sealer.Log, []history.Signer{first, next}, map[string]int{"a": 6})
}

func TestWhatIsNoCosignatureIsNotKept(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	ctx := t.Context()
	do(t, s, "a", 1)
	sealed, err := sealer.Seal(ctx)
	ok(t, err)
	stranger := witnesstest.New(t, "witness.example/w1") // another key of the same name
	stranger.Trust(t, sealer.Signers[0].VKey())
	answer := func(status int, media, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	valid := ""
	for name, handler := range map[string]http.HandlerFunc{
		"nothing":               answer(200, "", ""),
		"no signature line":     answer(200, "", "thank you\n"),
		"a line without an end": answer(200, "", "— witness.example/w1 AAAAAAAA"),
		"too much":              answer(200, "", strings.Repeat("— w AAAAAAAA\n", 10_000)),
		"another key":           stranger.ServeHTTP,
		"an error":              answer(500, "", "x"),
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
		"a conflict of no size": answer(409, "text/x.tlog.size", "x\n"),
		"a conflict in HTML":    answer(409, "text/html", "0\n"),
		"a conflict for ever":   answer(409, "text/x.tlog.size", "1\n"),
		"a size ahead":          answer(409, "text/x.tlog.size", "77\n"),
		"a wrong signature": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, valid) // set below
		},
	} {
		server, ours := witness(t, sealer.Signers[0])
		if name == "a wrong signature" {
			line, err := ours.Cosign(ctx, sealer.Log, sealed.Checkpoint)
			ok(t, err)
			valid = flip(string(line.Line))
		}
		server.Instead(handler)
		if _, err := ours.Cosign(ctx, sealer.Log, sealed.Checkpoint); err == nil {
			t.Errorf("%s: it was taken", name)
		}
		server.Instead(nil)
		if _, err := ours.Cosign(ctx, sealer.Log, sealed.Checkpoint); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
	unknown, ours := witness(t)
	_, err = ours.Cosign(ctx, sealer.Log, sealed.Checkpoint)
	is(t, err, transparency.ErrWitness)
	unknown.Trust(t, signer(t).VKey())
	_, err = ours.Cosign(ctx, sealer.Log, sealed.Checkpoint)
	is(t, err, transparency.ErrWitness)
	if unknown.Answers(404) != 1 || unknown.Answers(403) != 1 {
		t.Errorf("%d times unknown, %d times not signed", unknown.Answers(404), unknown.Answers(403))
	}
}

// flip changes the last digits of a signature line.
func flip(line string) string {
	cut := len(line) - 6
	if line[cut] == 'A' {
		return line[:cut] + "B" + line[cut+1:]
	}
	return line[:cut] + "A" + line[cut+1:]
}

// A witness that never answers keeps nobody waiting.
func TestASilentWitnessDoesNotHoldUpTheSealing(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	silent := httptest.NewUnstartedServer(nil)
	release := make(chan struct{})
	silent.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	silent.Start()
	defer silent.Close()
	defer close(release)
	server, ours := witness(t, sealer.Signers[0])
	sealer.Witnesses = []*transparency.Witness{{URL: silent.URL, Verifier: ours.Verifier}, ours}
	sealer.Logger = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { sealer.Run(ctx, 2*time.Millisecond); close(ended) }()
	begin := time.Now()
	for seq := range int64(20) {
		do(t, s, "a", seq+1)
		for server.Size(origin) < seq+2 {
			if time.Since(begin) > 8*time.Second {
				t.Fatalf("after %d entries the other witness is at %d", seq+1, server.Size(origin))
			}
			time.Sleep(time.Millisecond)
		}
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("it does not end")
	}
}

// A witness that was away gets the newest checkpoint when it is back.
func TestAWitnessIsAskedAgain(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	server, ours := witness(t, sealer.Signers[0])
	var log strings.Builder
	sealer.Logger = slog.New(slog.NewTextHandler(&log, nil))
	sealer.Witnesses = []*transparency.Witness{ours}
	asked := make(chan struct{}, 100)
	server.Instead(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		asked <- struct{}{}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { sealer.Run(ctx, 2*time.Millisecond); close(ended) }()
	do(t, s, "a", 1)
	<-asked
	server.Instead(nil)
	for begin := time.Now(); server.Size(origin) < 2; time.Sleep(time.Millisecond) {
		if time.Since(begin) > 8*time.Second {
			t.Fatal("it was not asked again")
		}
	}
	cancel()
	<-ended
	if !strings.Contains(log.String(), "503") {
		t.Errorf("logged: %s", log.String())
	}
}

// The witness of these tests is strict.
func TestTheWitnessOfTheTestsFollowsTheSpecification(t *testing.T) {
	t.Parallel()
	s, sealer := fresh(t)
	ctx := t.Context()
	var notes []string
	for seq := range int64(3) {
		do(t, s, "a", seq+1)
		sealed, err := sealer.Seal(ctx)
		ok(t, err)
		notes = append(notes, string(sealed.Checkpoint.Note))
	}
	proof := func(from, to int64) string {
		list, err := sealer.Log.Consistency(ctx, from, to)
		ok(t, err)
		var b strings.Builder
		for _, h := range list {
			fmt.Fprintln(&b, h)
		}
		return b.String()
	}
	server, _ := witness(t, sealer.Signers[0])
	foreign := strings.Replace(notes[0], origin, "another.example", 1)
	broken := strings.Replace(notes[2], "\n4\n", "\n5\n", 1)
	for _, step := range []struct {
		body string
		want int
	}{
		{"", 400},
		{"old 00\n\n" + notes[0], 400},
		{"old 9\n\n" + notes[0], 400},
		{"old 0\n" + strings.Repeat(strings.Split(notes[0], "\n")[2]+"\n", 64) + "\n" + notes[0], 400},
		{"old 0\n\n" + foreign, 404},
		{"old 0\n\n" + broken, 403},
		{"old 0\n" + proof(2, 3) + "\n" + notes[1], 422},
		{"old 1\n\n" + notes[0], 409},
		{"old 0\n\n" + notes[0], 200},
		{"old 0\n\n" + notes[0], 409},
		{"old 2\n\n" + notes[0], 200},
		{"old 2\n" + proof(3, 4) + "\n" + notes[2], 422},
		{"old 2\n\n" + notes[2], 422},
		{"old 2\n" + proof(2, 4) + "\n" + notes[2], 200},
		{"old 2\n" + proof(2, 3) + "\n" + notes[1], 409},
		{"old 4\n\n" + notes[1], 400},
	} {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/add-checkpoint", strings.NewReader(step.body)))
		if w.Code != step.want {
			t.Errorf("%.40q: %d, want %d", step.body, w.Code, step.want)
		}
	}
}
