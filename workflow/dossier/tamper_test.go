package dossier_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/transparency"
	"github.com/juece/juece/workflow/workflowtest"
)

// unpacked is a dossier taken apart, to be changed and put together again with
// headers that fit: the container must not be what gives a change away.
type unpacked struct {
	names []string
	files map[string][]byte
}

func unpack(t testing.TB, data []byte) *unpacked {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	u := &unpacked{files: map[string][]byte{}}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if u.files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		u.names = append(u.names, f.Name)
	}
	return u
}

func (u *unpacked) clone() *unpacked {
	c := &unpacked{slices.Clone(u.names), map[string][]byte{}}
	for name, data := range u.files {
		c.files[name] = bytes.Clone(data)
	}
	return c
}

func (u *unpacked) remove(name string) {
	u.names = slices.DeleteFunc(u.names, func(n string) bool { return n == name })
	delete(u.files, name)
}

func (u *unpacked) pack(t testing.TB) []byte {
	t.Helper()
	return written(t, u, nil, "")
}

func (u *unpacked) manifest(t testing.TB) dossier.Manifest {
	t.Helper()
	var m dossier.Manifest
	if err := json.Unmarshal(u.files["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// derive puts into the manifest what somebody who changed the rest would: the
// digests of the entries as they are now, and those of the files.
func (u *unpacked) derive(t testing.TB, change func(*dossier.Manifest)) {
	t.Helper()
	m := u.manifest(t)
	m.Entries = nil
	for i, line := range u.entries() {
		e := dossier.EntryLine{Seq: int64(i + 1), Digest: history.EntryDigest(line)}
		if parsed, err := history.Parse(line); err == nil {
			e.Kind = decision.Kind(parsed.Kind)
		}
		m.Entries = append(m.Entries, e)
	}
	m.Version, m.Head = int64(len(m.Entries)), m.Entries[len(m.Entries)-1].Digest
	if change != nil {
		change(&m)
	}
	m.Files = nil
	for _, name := range u.names[1:] {
		m.Files = append(m.Files, dossier.FileLine{Path: name, Size: int64(len(u.files[name])), Digest: history.MaterialDigest(u.files[name])})
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		t.Fatal(err)
	}
	u.files["manifest.json"] = out.Bytes()
}

const entriesFile = "history/entries.jsonl"

func (u *unpacked) entries() [][]byte {
	return bytes.Split(bytes.TrimSuffix(u.files[entriesFile], []byte("\n")), []byte("\n"))
}

func (u *unpacked) setEntries(lines [][]byte) {
	u.files[entriesFile] = append(bytes.Join(lines, []byte("\n")), '\n')
}

// chain numbers and links entries anew, as somebody would who knows the format.
func chain(t testing.TB, lines [][]byte) [][]byte {
	t.Helper()
	var prev history.Digest
	out := make([][]byte, len(lines))
	for i, line := range lines {
		e, err := history.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		e.Seq, e.Prev = int64(i+1), prev
		r, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		out[i], prev = r.Data, r.Digest
	}
	return out
}

func edit(t testing.TB, line []byte, fn func(*history.Entry)) []byte {
	t.Helper()
	e, err := history.Parse(line)
	if err != nil {
		t.Fatal(err)
	}
	fn(&e)
	r, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return r.Data
}

// attempt is one tampered dossier.
type attempt struct {
	data []byte
	seq  int64 // the first entry that does not hold; 0 where it is not an entry's
	o    dossier.Options
}

// tampering makes the attempts of all classes on one dossier.
type tampering struct {
	testing.TB
	r  *rand.Rand
	in *installation
	// retired is a key that the log had before
	retired history.Signer
	id      string
	other   string
	whole   []byte
	u       *unpacked
	lines   [][]byte
	o       dossier.Options
}

// finish puts changed entries into the dossier. The level is how far somebody
// goes who changed them: 0, no further; 1, the manifest fits them; 2, the chain
// is computed anew as well.
func (x *tampering) finish(lines [][]byte, level int, proofs func([]transparency.EntryProof) []transparency.EntryProof) []byte {
	u := x.u.clone()
	if level == 2 {
		lines = chain(x, lines)
	}
	u.setEntries(lines)
	if level > 0 {
		if proofs != nil {
			x.proofs(u, proofs)
		}
		u.derive(x, nil)
	}
	return u.pack(x)
}

func (x *tampering) proofs(u *unpacked, change func([]transparency.EntryProof) []transparency.EntryProof) {
	x.Helper()
	var p struct {
		Entries []transparency.EntryProof `json:"entries"`
		Earlier []history.EarlierProof    `json:"earlier"`
	}
	if err := json.Unmarshal(u.files["log/proofs.json"], &p); err != nil {
		x.Fatal(err)
	}
	p.Entries = change(p.Entries)
	for i := range p.Entries {
		p.Entries[i].Seq = int64(i + 1)
	}
	data, err := json.Marshal(p)
	if err != nil {
		x.Fatal(err)
	}
	u.files["log/proofs.json"] = append(data, '\n')
}

// changed edits one entry, at some level.
func (x *tampering) changed(fn func(*history.Entry) bool) attempt {
	k, level := x.r.IntN(len(x.lines)), x.r.IntN(3)
	for range len(x.lines) {
		lines := slices.Clone(x.lines)
		applied := false
		lines[k] = edit(x, lines[k], func(e *history.Entry) { applied = fn(e) })
		if applied {
			return attempt{x.finish(lines, level, nil), int64(k + 1), x.o}
		}
		k = (k + 1) % len(x.lines)
	}
	x.Fatal("no entry to change")
	return attempt{}
}

// classes are those of a dossier, as the threat model numbers them.
var classes = []struct {
	name string
	make func(*tampering) attempt
}{
	{"T1 flip a byte of an entry", func(x *tampering) attempt {
		k := x.r.IntN(len(x.lines))
		lines := slices.Clone(x.lines)
		lines[k] = bytes.Clone(lines[k])
		lines[k][x.r.IntN(len(lines[k]))] ^= byte(1 << x.r.IntN(8))
		return attempt{x.finish(lines, x.r.IntN(2), nil), int64(k + 1), x.o}
	}},
	{"T2 change actor, time or kind", func(x *tampering) attempt {
		n := x.r.IntN(4)
		return x.changed(func(e *history.Entry) bool {
			switch n {
			case 0:
				e.Actor.ID += "乙"
			case 1:
				e.OccurredOn = "2026-01-05"
			case 2:
				e.Kind = "withdraw"
			case 3:
				e.RecordedAt = strings.Replace(e.RecordedAt, "T01:", "T02:", 1)
			}
			return true
		})
	}},
	{"T3 change the pack or calendar reference", func(x *tampering) attempt {
		packs := x.in.svc.Packs.All()
		n := x.r.IntN(2)
		return x.changed(func(e *history.Entry) bool {
			if n == 0 {
				was := e.Pack
				e.Pack = history.Digest(packs[x.r.IntN(len(packs))].Digest())
				return e.Pack != was
			}
			e.Calendar = history.DataDigest([]byte("another"))
			return true
		})
	}},
	{"T4 delete an entry", func(x *tampering) attempt {
		k := x.r.IntN(len(x.lines) - 1) // the last is T12
		drop := func(p []transparency.EntryProof) []transparency.EntryProof { return slices.Delete(p, k, k+1) }
		return attempt{x.finish(slices.Delete(slices.Clone(x.lines), k, k+1), x.r.IntN(3), drop), int64(k + 1), x.o}
	}},
	{"T5 insert an entry", func(x *tampering) attempt {
		k := x.r.IntN(len(x.lines))
		added := edit(x, x.lines[k], func(e *history.Entry) { e.Actor.ID += "丙" })
		twice := func(p []transparency.EntryProof) []transparency.EntryProof { return slices.Insert(p, k, p[k]) }
		return attempt{x.finish(slices.Insert(slices.Clone(x.lines), k, added), x.r.IntN(3), twice), int64(k + 1), x.o}
	}},
	{"T6 reorder entries", func(x *tampering) attempt {
		k := x.r.IntN(len(x.lines) - 1)
		lines := slices.Clone(x.lines)
		lines[k], lines[k+1] = lines[k+1], lines[k]
		swap := func(p []transparency.EntryProof) []transparency.EntryProof { p[k], p[k+1] = p[k+1], p[k]; return p }
		if x.r.IntN(2) == 0 {
			swap = nil
		}
		return attempt{x.finish(lines, x.r.IntN(3), swap), int64(k + 1), x.o}
	}},
	{"T7 duplicate an entry", func(x *tampering) attempt {
		k := x.r.IntN(len(x.lines))
		twice := func(p []transparency.EntryProof) []transparency.EntryProof { return slices.Insert(p, k, p[k]) }
		return attempt{x.finish(slices.Insert(slices.Clone(x.lines), k, x.lines[k]), x.r.IntN(3), twice), int64(k + 2), x.o}
	}},
	{"T8 an entry of another decision", func(x *tampering) attempt {
		theirs := unpack(x, x.in.export(x, dossier.Request{Decision: x.other}))
		k := x.r.IntN(min(len(x.lines), len(theirs.entries())))
		lines := slices.Clone(x.lines)
		lines[k] = theirs.entries()[k]
		level := x.r.IntN(3)
		if level == 2 {
			lines[k] = edit(x, lines[k], func(e *history.Entry) { e.Decision = x.id })
		}
		var p struct {
			Entries []transparency.EntryProof `json:"entries"`
		}
		if err := json.Unmarshal(theirs.files["log/proofs.json"], &p); err != nil {
			x.Fatal(err)
		}
		borrow := func(mine []transparency.EntryProof) []transparency.EntryProof { mine[k] = p.Entries[k]; return mine }
		return attempt{x.finish(lines, level, borrow), int64(k + 1), x.o}
	}},
	{"T9 replace a material", func(x *tampering) attempt {
		u, items := x.u.clone(), x.held()
		i := items[x.r.IntN(len(items))]
		u.files[i.Path] = append(u.files[i.Path], "，已改"...)
		if x.r.IntN(2) == 0 {
			u.derive(x, nil)
		}
		return attempt{u.pack(x), i.Seq, x.o}
	}},
	{"T10 swap two materials", func(x *tampering) attempt {
		u, items := x.u.clone(), x.held()
		a, b := x.r.IntN(len(items)), x.r.IntN(len(items))
		for a == b {
			b = x.r.IntN(len(items))
		}
		u.files[items[a].Path], u.files[items[b].Path] = u.files[items[b].Path], u.files[items[a].Path]
		if x.r.IntN(2) == 0 {
			u.derive(x, nil)
		}
		return attempt{u.pack(x), items[min(a, b)].Seq, x.o}
	}},
	{"T11 remove a material", func(x *tampering) attempt {
		u, items := x.u.clone(), x.held()
		i := items[x.r.IntN(len(items))]
		u.remove(i.Path)
		u.derive(x, func(m *dossier.Manifest) {
			if x.r.IntN(2) == 0 { // as if it had been erased, by an entry that erased nothing
				at := slices.IndexFunc(m.Items, func(j dossier.Item) bool { return j.Digest == i.Digest })
				m.Items[at].Path, m.Items[at].Size, m.Items[at].Erased = "", 0, &dossier.Erased{Seq: 1}
			}
		})
		return attempt{u.pack(x), 0, x.o}
	}},
	{"T12 cut the tail, a receipt outside", func(x *tampering) attempt {
		n := 1 + x.r.IntN(len(x.lines)-1)
		cut := func(p []transparency.EntryProof) []transparency.EntryProof { return p[:n] }
		o := x.o
		o.Receipts = [][]byte{x.in.receipt(x, x.id, dossier.Words{Seq: int64(n + 1 + x.r.IntN(len(x.lines)-n))})}
		return attempt{x.finish(x.lines[:n], 1, cut), int64(n + 1), o}
	}},
	{"T13 an old backup restored, a checkpoint outside", func(x *tampering) attempt {
		// The operator went on from the backup with the same key, to the same size.
		forged := x.rewritten(x.in.key, func(lines [][]byte) [][]byte {
			k := len(lines) - 1 - x.r.IntN(3)
			return append(lines[:k:k], edit(x, lines[k], func(e *history.Entry) { e.RecordedAt = "2026-12-01T01:00:00.000000Z" }))
		})
		o := x.o
		o.Outside = []dossier.Outside{{Note: x.u.files["log/checkpoint"]}}
		return attempt{forged, 0, o}
	}},
	{"T14 rewrite all, sign with another key", func(x *tampering) attempt {
		forged := x.rewritten(newKey(x), x.aChange())
		return attempt{forged, 0, x.o}
	}},
	{"T15 two views of the log", func(x *tampering) attempt {
		forged := x.rewritten(x.in.key, x.aChange())
		o := x.o
		o.Outside = []dossier.Outside{{Note: x.u.files["log/checkpoint"]}}
		return attempt{forged, 0, o}
	}},
	{"T16 change what is only derived", func(x *tampering) attempt {
		u := x.u.clone()
		switch x.r.IntN(4) {
		case 0:
			u.files["案卷.html"] = bytes.Replace(u.files["案卷.html"], []byte("不同意"), []byte("同意"), 1)
			u.derive(x, nil)
		case 1:
			u.derive(x, func(m *dossier.Manifest) { m.Title += "（修订）" })
		case 2:
			u.derive(x, func(m *dossier.Manifest) { m.Items[x.r.IntN(len(m.Items))].Producer = "其他单位" })
		case 3:
			u.derive(x, func(m *dossier.Manifest) { m.Organ = "其他机关" })
		}
		return attempt{u.pack(x), 0, x.o}
	}},
	{"T17 set the clock back", func(x *tampering) attempt {
		k := 1 + x.r.IntN(len(x.lines)-1)
		lines := slices.Clone(x.lines)
		lines[k] = edit(x, lines[k], func(e *history.Entry) { e.RecordedAt = "2020-01-01T00:00:00.000000Z" })
		return attempt{x.finish(lines, 2, nil), int64(k + 1), x.o}
	}},
	{"T18 sign with a foreign or a retired key", func(x *tampering) attempt {
		u := x.u.clone()
		c, err := history.ParseCheckpoint(u.files["log/checkpoint"])
		if err != nil {
			x.Fatal(err)
		}
		key := x.retired
		if x.r.IntN(2) == 0 {
			key = newKey(x)
		}
		again, err := history.Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Root}.Sign(key)
		if err != nil {
			x.Fatal(err)
		}
		u.files["log/checkpoint"] = again.Note
		u.derive(x, nil)
		o := x.o
		o.Trust.Keys = append(slices.Clone(o.Trust.Keys), x.retired.VKey()) // which was trusted once
		return attempt{u.pack(x), 0, o}
	}},
	{"T19 another text for what was erased or withheld", func(x *tampering) attempt {
		given := x.in.export(x, dossier.Request{Decision: x.id, Withhold: dossier.Redaction{
			Classes: []decision.Class{decision.ClassPersonal, decision.ClassDeliberation}, Ground: "政府信息公开条例第十五条、第十六条",
		}.Withhold})
		o := x.o
		switch x.r.IntN(3) {
		case 0:
			o.Reveals = []dossier.Reveal{{Opinion: 1 + x.r.Int64N(3), Content: []byte(`{"text":"完全赞成"}`)}}
		case 1:
			o.Reveals = []dossier.Reveal{{Entry: x.in.seqOf(x, x.id, "record_statement"), Content: x.lines[0]}}
		case 2: // the body of an opinion in the register itself
			u := x.u.clone()
			u.files["history/register.jsonl"] = bytes.Replace(u.files["history/register.jsonl"], []byte("期限"), []byte("时限"), 1)
			u.derive(x, nil)
			return attempt{u.pack(x), 0, o}
		}
		return attempt{given, -1, o}
	}},
	{"T20 another spelling", func(x *tampering) attempt {
		k := x.r.IntN(len(x.lines))
		lines := slices.Clone(x.lines)
		line := string(lines[k])
		spellings := []func() string{
			func() string { return strings.Replace(line, "{", `{"seq":1,`, 1) },
			func() string { return strings.Replace(line, `"seq":`, `"Seq":`, 1) },
			func() string { return strings.Replace(line, `"seq":`, `"seq": `, 1) },
			func() string {
				return strings.Replace(line, `"seq":`+fmt.Sprint(k+1), `"seq":`+fmt.Sprint(k+1)+`.0`, 1)
			},
			func() string { return strings.Replace(line, `"kind":"`, "\"kind\":\"\u200b", 1) },
			func() string { return strings.Replace(line, `"kind":"`, `"kind":"\u0000`, 1) },
			func() string { return line + " " },
		}
		lines[k] = []byte(spellings[x.r.IntN(len(spellings))]())
		return attempt{x.finish(lines, x.r.IntN(2), nil), int64(k + 1), x.o}
	}},
	{"T21 strip or change the version", func(x *tampering) attempt {
		k := x.r.IntN(len(x.lines))
		lines := slices.Clone(x.lines)
		for _, to := range []string{`"juece-entry/0"`, `"juece-entry/2"`, `""`}[x.r.IntN(3):] {
			lines[k] = bytes.Replace(x.lines[k], []byte(`"juece-entry/1"`), []byte(to), 1)
			break
		}
		return attempt{x.finish(lines, x.r.IntN(2), nil), int64(k + 1), x.o}
	}},
	{"T22 a well-hashed but unlawful history", func(x *tampering) attempt {
		gates := []decision.Kind{"issue_legality_opinion", "open_meeting", "decide", "assign_units", "initiate"}
		seq := x.in.seqOf(x, x.id, gates[x.r.IntN(len(gates))])
		if x.r.IntN(2) == 0 { // left out altogether, and signed with the real key
			forged := x.rewritten(x.in.key, func(lines [][]byte) [][]byte { return slices.Delete(lines, int(seq-1), int(seq)) })
			return attempt{forged, -2, x.o}
		}
		forged := x.rewritten(x.in.key, func(lines [][]byte) [][]byte {
			lines[seq-1] = edit(x, lines[seq-1], func(e *history.Entry) { e.Actor.Roles = []string{"public"} })
			return lines
		})
		return attempt{forged, seq, x.o}
	}},
}

// held are the materials that are in the dossier.
func (x *tampering) held() []dossier.Item {
	return slices.DeleteFunc(x.u.manifest(x).Items, func(i dossier.Item) bool { return i.Path == "" })
}

// aChange is one that leaves the history lawful: somebody else did it.
func (x *tampering) aChange() func([][]byte) [][]byte {
	k := x.r.IntN(len(x.lines))
	return func(lines [][]byte) [][]byte {
		lines[k] = edit(x, lines[k], func(e *history.Entry) { e.Actor.ID += "丁" })
		return lines
	}
}

// rewritten is the dossier of a database that was written anew with a changed
// history, everything recomputed, and sealed with a key.
func (x *tampering) rewritten(key history.Signer, change func([][]byte) [][]byte) []byte {
	x.Helper()
	forged := install(x, workflowtest.SQLite(x))
	forged.key = key
	forged.sealer.Signers = []history.Signer{key}
	lines := chain(x, change(slices.Clone(x.lines)))
	copyCase(x, x.in.svc, forged.svc, x.id, lines)
	size := x.u.manifest(x).Checkpoint.Size
	forged.seal(x)
	// The rest of the log is made up, to the size of the real one.
	for {
		c, err := forged.sealer.Log.Latest(x.Context())
		if err != nil {
			x.Fatal(err)
		}
		if c.Size >= size {
			break
		}
		filler(x, forged, int(size-c.Size))
	}
	return forged.export(x, dossier.Request{Decision: x.id, Size: size})
}

// filler appends entries of a made-up decision, and seals each.
func filler(x testing.TB, in *installation, n int) {
	x.Helper()
	id := in.svc.Now().Format("filler150405.000000000")
	var prev history.Digest
	for i := range n {
		r, err := history.Entry{
			Decision: id, Seq: int64(i + 1), Kind: "propose", Actor: history.Actor{ID: "甲"}, RecordedAt: history.FormatTime(in.svc.Now()),
			Pack: history.DataDigest(nil), Calendar: history.DataDigest(nil), Act: json.RawMessage(`{}`), Prev: prev,
		}.Encode()
		if err != nil {
			x.Fatal(err)
		}
		appendRecord(x, in.svc.Store, id, r, nil)
		prev = r.Digest
	}
	in.seal(x)
}

func appendRecord(x testing.TB, s workflow.Store, id string, r history.Record, positions []workflow.Position) {
	x.Helper()
	err := s.Append(context.Background(), workflow.Write{
		Entry: r, Positions: positions,
		Summary: workflow.Summary{Decision: id, Version: r.Seq, Head: r.Digest, Stage: "proposed", Pack: r.Digest, PackName: "d713"},
	})
	if err != nil {
		x.Fatal(err)
	}
}

// copyCase writes a history into another database, with all that it names.
func copyCase(x testing.TB, from, to *workflow.Service, id string, lines [][]byte) {
	x.Helper()
	ctx := context.Background()
	opinions, err := from.Register.Opinions(ctx, id, 0, 100)
	if err != nil {
		x.Fatal(err)
	}
	received := slices.Clone(opinions)
	for i := range received {
		received[i].Position = 0
	}
	if err := to.Register.Receive(ctx, id, received); err != nil {
		x.Fatal(err)
	}
	for _, line := range lines {
		e, err := history.Parse(line)
		if err != nil {
			x.Fatal(err)
		}
		info, err := decision.Describe(decision.Kind(e.Kind))
		if err != nil {
			x.Fatal(err)
		}
		act, err := info.Decode(e.Act)
		if err != nil {
			x.Fatal(err)
		}
		var positions []workflow.Position
		if c, ok := act.(decision.CommitOpinions); ok {
			for _, o := range opinions[c.First-1 : c.Last] {
				positions = append(positions, workflow.Position{Opinion: o.ID, Position: o.Position})
			}
		}
		appendRecord(x, to.Store, id, history.Record{Seq: e.Seq, Data: line, Digest: history.EntryDigest(line)}, positions)
		for _, m := range decision.Materials(act) {
			kept, err := from.Vault.Material(ctx, id, history.Digest(m.Digest))
			if err != nil {
				x.Fatal(err)
			}
			if err := to.Vault.Keep(ctx, id, kept); err != nil {
				x.Fatal(err)
			}
		}
	}
}

var rounds = flag.Int("rounds", 8, "how many attempts of each class of tampering")

// tamperRounds is how many attempts of each class the table has.
func tamperRounds() int {
	switch {
	case testing.Short():
		return 3
	case storetest.RaceEnabled:
		return 2
	}
	return *rounds
}

// The tamper matrix over dossiers: every attempt is detected, and where it is
// in an entry, that entry is named. The seeds are kept.
func TestTheTamperMatrixOfDossiers(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	x := &tampering{TB: t, in: in, retired: in.key}
	x.other = in.perform(t, sample.Before("d713", "publish"))
	in.rotate(t)
	x.o = in.options()
	x.id = in.perform(t, sample.Walk("d713"))
	x.whole = in.export(t, dossier.Request{Decision: x.id})
	x.u = unpack(t, x.whole)
	x.lines = x.u.entries()
	if got := x.u.pack(t); !bytes.Equal(got, x.whole) {
		t.Fatal("taken apart and put together it is another file: the container would do the detecting")
	}
	o := x.o
	o.Outside = []dossier.Outside{{Note: x.u.files["log/checkpoint"]}}
	if r := verify(t, x.whole, o); r.Verdict != dossier.Sound {
		t.Fatalf("untouched: %+v", r.Failure)
	}
	for _, class := range classes {
		detected, named, inEntry, codes := 0, 0, 0, map[string]int{}
		n := tamperRounds()
		for round := range n {
			x.r = rand.New(rand.NewPCG(713, uint64(round)))
			a := class.make(x)
			report := verify(t, a.data, a.o)
			if report.Verdict == dossier.Sound {
				t.Errorf("%s, round %d: not detected", class.name, round)
				continue
			}
			detected++
			codes[report.Failure.Code]++
			switch {
			case a.seq == -2: // where it first shows depends on what was left out
				if report.Failure.Code != "unlawful" {
					t.Errorf("%s, round %d: %+v", class.name, round, report.Failure)
				}
			case a.seq > 0:
				inEntry++
				if report.Failure.Seq == a.seq {
					named++
				} else {
					t.Errorf("%s, round %d: %+v, want entry %d", class.name, round, report.Failure, a.seq)
				}
			}
			if report.Failure.Code == "container" {
				t.Errorf("%s, round %d: the container did the detecting: %+v", class.name, round, report.Failure)
			}
		}
		t.Logf("| %s | %d / %d | %d / %d | %v", class.name, detected, n, named, inEntry, codes)
	}
}
