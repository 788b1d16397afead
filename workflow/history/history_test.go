package history_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/workflow/history"
)

var start = time.Date(2026, 3, 2, 1, 0, 0, 123456000, time.UTC)

func chain(t testing.TB, n int) []history.Record {
	t.Helper()
	var records []history.Record
	var prev history.Digest
	for i := range n {
		r, err := history.Entry{
			Decision: "d1", Seq: int64(i + 1), Kind: "submit_draft", Actor: history.Actor{ID: "承办单位经办人", Roles: []string{"undertaking_unit"}},
			OccurredOn: "2026-03-02", RecordedAt: history.FormatTime(start.Add(time.Duration(i) * time.Second)),
			Pack: "sha256:p", Calendar: "sha256:c", Act: json.RawMessage(fmt.Sprintf(`{"draft":%d,"changes":"改 <b>&"}`, i+1)), Prev: prev,
		}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		records, prev = append(records, r), r.Digest
	}
	return records
}

func TestAnUntouchedChainHolds(t *testing.T) {
	t.Parallel()
	for n := range 20 {
		entries, err := history.Verify("d1", chain(t, n))
		if err != nil || len(entries) != n {
			t.Errorf("%d entries: %d read, %v", n, len(entries), err)
		}
	}
}

func TestTheBytesStandAsWritten(t *testing.T) {
	t.Parallel()
	r := chain(t, 1)[0]
	if !bytes.Contains(r.Data, []byte(`"changes":"改 <b>&"`)) {
		t.Errorf("text is escaped: %s", r.Data)
	}
	e, err := history.Parse(r.Data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := e.Encode()
	if err != nil || !bytes.Equal(again.Data, r.Data) || again.Digest != r.Digest {
		t.Errorf("read and written again it differs: %v\n%s\n%s", err, r.Data, again.Data)
	}
}

func TestATouchedChainIsBroken(t *testing.T) {
	t.Parallel()
	replace := func(records []history.Record, i int, old, put string, rehash bool) {
		records[i].Data = bytes.Replace(slices.Clone(records[i].Data), []byte(old), []byte(put), 1)
		if rehash {
			records[i].Digest = history.EntryDigest(records[i].Data)
		}
	}
	for name, touch := range map[string]func([]history.Record) []history.Record{
		"a byte":                func(r []history.Record) []history.Record { replace(r, 2, "改", "政", false); return r },
		"a byte, rehashed":      func(r []history.Record) []history.Record { replace(r, 2, "改", "政", true); return r },
		"the actor":             func(r []history.Record) []history.Record { replace(r, 2, "经办人", "负责人", true); return r },
		"an entry left out":     func(r []history.Record) []history.Record { return slices.Delete(r, 2, 3) },
		"two entries exchanged": func(r []history.Record) []history.Record { r[2], r[3] = r[3], r[2]; return r },
		"an entry twice":        func(r []history.Record) []history.Record { return slices.Insert(r, 2, r[2]) },
		"another decision":      func(r []history.Record) []history.Record { replace(r, 2, `"d1"`, `"d2"`, true); return r },
		"another format": func(r []history.Record) []history.Record {
			replace(r, 2, "juece-entry/1", "juece-entry/0", true)
			return r
		},
		"a time before": func(r []history.Record) []history.Record { replace(r, 2, "01:00:02", "00:00:02", true); return r },
		"a repeated key": func(r []history.Record) []history.Record {
			replace(r, 2, `"seq":3,`, `"seq":3,"seq":3,`, true)
			return r
		},
		"a repeated key inside": func(r []history.Record) []history.Record {
			replace(r, 2, `"draft":3,`, `"draft":3,"Draft":4,`, true)
			return r
		},
		"an unknown key":     func(r []history.Record) []history.Record { replace(r, 2, `"seq":3,`, `"seq":3,"x":1,`, true); return r },
		"text after the end": func(r []history.Record) []history.Record { r[2].Data = append(r[2].Data, ' ', '{', '}'); return r },
	} {
		records := touch(chain(t, 6))
		entries, err := history.Verify("d1", records)
		if !errors.Is(err, history.ErrBroken) && !errors.Is(err, history.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// A rewritten entry breaks the next one at the latest.
		if n := len(entries); n < 2 || n > 3 || !strings.Contains(err.Error(), fmt.Sprintf("entry %d", n+1)) {
			t.Errorf("%s: %d entries hold, %v", name, n, err)
		}
	}
}

func TestAnEntryThatCannotBeIsNotWritten(t *testing.T) {
	t.Parallel()
	good, err := history.Parse(chain(t, 1)[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*history.Entry){
		"no actor":                 func(e *history.Entry) { e.Actor.ID = "" },
		"no kind":                  func(e *history.Entry) { e.Kind = "" },
		"seq 0":                    func(e *history.Entry) { e.Seq = 0 },
		"a first with a prev":      func(e *history.Entry) { e.Prev = "sha256:00" },
		"an act that is no object": func(e *history.Entry) { e.Act = json.RawMessage(`[]`) },
		"a time of milliseconds":   func(e *history.Entry) { e.RecordedAt = "2026-03-02T01:00:00.123Z" },
		"a local time":             func(e *history.Entry) { e.RecordedAt = "2026-03-02T09:00:00.123456+08:00" },
	} {
		e := good
		change(&e)
		if _, err := e.Encode(); !errors.Is(err, history.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Digests of one kind of thing are never digests of another.
func TestDigestsAreSeparated(t *testing.T) {
	t.Parallel()
	seen := map[history.Digest]bool{}
	for _, d := range []history.Digest{
		history.EntryDigest([]byte("x")), history.MaterialDigest([]byte("x")), history.OpinionDigest([]byte("x")), history.DataDigest([]byte("x")),
	} {
		if seen[d] || len(d) != len("sha256:")+64 {
			t.Errorf("%s", d)
		}
		seen[d] = true
	}
	// What sha256sum prints for the byte x.
	if got := history.MaterialDigest([]byte("x")); got != "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" {
		t.Errorf("a material's digest is not its SHA-256: %s", got)
	}
}

func TestRootDependsOnEveryLeafAndItsPlace(t *testing.T) {
	t.Parallel()
	leaves := make([]history.Digest, 9)
	for i := range leaves {
		leaves[i] = history.OpinionDigest([]byte{byte(i)})
	}
	seen := map[history.Digest]bool{}
	for n := 1; n <= len(leaves); n++ {
		root, err := history.Root(leaves[:n])
		if err != nil || seen[root] {
			t.Errorf("%d leaves: %s, %v", n, root, err)
		}
		seen[root] = true
		for i := range n {
			changed := slices.Clone(leaves[:n])
			changed[i] = history.OpinionDigest([]byte("other"))
			if other, _ := history.Root(changed); other == root {
				t.Errorf("leaf %d of %d does not count", i, n)
			}
		}
	}
	for _, bad := range [][]history.Digest{nil, {"sha256:00"}, {"SHA256:" + leaves[0][7:]}} {
		if _, err := history.Root(bad); !errors.Is(err, history.ErrMalformed) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range chain(f, 3) {
		f.Add(r.Data)
	}
	f.Add([]byte(`{"format":"juece-entry/1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := history.Parse(data)
		if err != nil {
			return
		}
		if again, err := e.Encode(); err != nil || !bytes.Equal(again.Data, data) {
			t.Errorf("written again: %v\n%q\n%q", err, data, again.Data)
		}
	})
}
