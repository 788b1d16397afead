package dossier

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
)

// contents is everything that a dossier is written from, be it the store or a
// dossier that is read. What is large stays where it is until it is written.
type contents struct {
	program    string
	decision   string
	entries    []entry
	checkpoint history.Checkpoint
	proofs     proofFile
	keys       history.KeyFile
	packs      []packText
	calendars  []calendarText
	statutes   []text
	items      []Item
	salts      map[history.Digest][]byte
	register   RegisterSummary
	// opinions writes history/register.jsonl; material writes one content.
	opinions func(io.Writer) error
	material func(history.Digest, io.Writer) error
	// page is set to keep a page that another program rendered.
	page      []byte
	rendering string
}

// entry is one line of the history.
type entry struct {
	history.Entry
	data     []byte // nil when withheld
	digest   history.Digest
	withheld *decision.Restriction
	act      decision.Act
}

func (e entry) line() EntryLine {
	return EntryLine{Seq: e.Seq, Kind: decision.Kind(e.Kind), Digest: e.digest, Withheld: e.withheld}
}

type text struct {
	path string
	data []byte
}

type packText struct {
	name   string
	digest history.Digest
	files  []text
}

// packTexts takes a pack's source apart into the files that make it.
func packTexts(p *pack.Pack) packText {
	out := packText{name: p.Name, digest: history.Digest(p.Digest())}
	for _, data := range p.Files() {
		_, digits, _ := strings.Cut(string(digestOf(data)), ":")
		out.files = append(out.files, text{packsDir + digits + ".yaml", data})
	}
	return out
}

type calendarText struct {
	digest history.Digest
	files  []text
}

func calendarTexts(c *calendar.Calendar) calendarText {
	out := calendarText{digest: history.Digest(c.Digest())}
	_, digits, _ := strings.Cut(c.Digest(), ":")
	for _, f := range c.Files() {
		out.files = append(out.files, text{calendarsDir + digits + "/" + f.Name, f.Data})
	}
	return out
}

// part is one file of the dossier, measured before it is written.
type part struct {
	path   string
	size   int64
	crc    uint32
	digest history.Digest
	write  func(io.Writer) error
}

func (p part) line() FileLine { return FileLine{p.path, p.size, p.digest} }

// measure writes a part to nowhere, to know what its header says.
func measure(path string, write func(io.Writer) error) (part, error) {
	crc, sum, size := crc32.NewIEEE(), sha256.New(), &counter{}
	if err := write(io.MultiWriter(crc, sum, size)); err != nil {
		return part{}, err
	}
	if size.n > maxFile {
		return part{}, fmt.Errorf("dossier: %s has %d bytes, more than a file in a dossier can have", path, size.n)
	}
	return part{path, size.n, crc.Sum32(), history.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil))), write}, nil
}

// maxFile is the size of a file that a zip without extra fields can hold.
const maxFile = 1<<32 - 2

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// digestOf is the plain digest of a file, whatever the suite.
func digestOf(data []byte) history.Digest { return history.SHA256().Material(data) }

func bytesOf(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// parts returns every file of the dossier in its order, the manifest first.
func (c *contents) parts() ([]part, error) {
	var parts []part
	add := func(path string, write func(io.Writer) error) error {
		p, err := measure(path, write)
		if err != nil {
			return err
		}
		parts = append(parts, p)
		return nil
	}
	for _, step := range []func(adder) error{c.addPage, c.addHistory, c.addLog, c.addTexts, c.addMaterials} {
		if err := step(add); err != nil {
			return nil, err
		}
	}
	manifest, err := encode(c.manifest(parts), "  ")
	if err != nil {
		return nil, err
	}
	first, err := measure(manifestPath, bytesOf(manifest))
	return append([]part{first}, parts...), err
}

type adder = func(path string, write func(io.Writer) error) error

func (c *contents) addPage(add adder) error {
	page := c.page
	if page == nil {
		var err error
		if page, err = render(c); err != nil {
			return err
		}
		c.rendering = rendering()
	}
	return add(pagePath, bytesOf(page))
}

func (c *contents) addHistory(add adder) error {
	err := add(entriesPath, func(w io.Writer) error {
		for _, e := range c.entries {
			if _, err := w.Write(append(slices.Clip(e.data), '\n')); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return add(registerPath, c.opinions)
}

func (c *contents) addLog(add adder) error {
	if err := add(checkpointPath, bytesOf(c.checkpoint.Note)); err != nil {
		return err
	}
	proofs, err := encode(c.proofs, "")
	if err == nil {
		err = add(proofsPath, bytesOf(proofs))
	}
	if err != nil {
		return err
	}
	keys, err := encode(c.keys, "")
	if err != nil {
		return err
	}
	return add(keysPath, bytesOf(keys))
}

// addTexts adds what the entries name: each file once, in order of path.
func (c *contents) addTexts(add adder) error {
	var packs, calendars []text
	for _, p := range c.packs {
		packs = append(packs, p.files...)
	}
	for _, k := range c.calendars {
		calendars = append(calendars, k.files...)
	}
	for _, list := range [][]text{packs, calendars, c.statutes} {
		slices.SortFunc(list, func(a, b text) int { return cmp.Compare(a.path, b.path) })
		for _, t := range slices.CompactFunc(list, func(a, b text) bool { return a.path == b.path }) {
			if err := add(t.path, bytesOf(t.data)); err != nil {
				return err
			}
		}
	}
	return nil
}

// addMaterials adds the contents in the order in which they were named first,
// and the salts of those that are commitments.
func (c *contents) addMaterials(add adder) error {
	for _, i := range c.items {
		if i.Path == "" {
			continue
		}
		if err := add(i.Path, func(w io.Writer) error { return c.material(i.Digest, w) }); err != nil {
			return err
		}
	}
	if len(c.salts) == 0 {
		return nil
	}
	salts, err := encode(c.salts, "")
	if err != nil {
		return err
	}
	return add(saltsPath, bytesOf(salts))
}

func (c *contents) manifest(parts []part) Manifest {
	last := c.entries[len(c.entries)-1]
	m := Manifest{
		Format: Format, Program: c.program, Decision: c.decision, Version: int64(len(c.entries)), Head: last.digest,
		Checkpoint: CheckpointLine{c.checkpoint.Origin, c.checkpoint.Size, c.checkpoint.Root.String()},
		Rendering:  c.rendering, Packs: []PackLine{}, Calendars: []CalendarLine{}, Items: slices.Clone(c.items), Register: c.register,
	}
	m.Title, m.Organ = c.about()
	for _, p := range c.packs {
		m.Packs = append(m.Packs, PackLine{p.name, p.digest, paths(p.files)})
	}
	for _, k := range c.calendars {
		m.Calendars = append(m.Calendars, CalendarLine{k.digest, paths(k.files)})
	}
	for _, e := range c.entries {
		m.Entries = append(m.Entries, e.line())
	}
	sizes := map[string]int64{}
	for _, p := range parts {
		sizes[p.path] = p.size
		m.Files = append(m.Files, p.line())
	}
	for i := range m.Items {
		m.Items[i].Size = sizes[m.Items[i].Path]
	}
	return m
}

func paths(files []text) []string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.path
	}
	return list
}

// about is what the matter is called, and whose it is, as the proposal says.
func (c *contents) about() (title, organ string) {
	for _, e := range c.entries {
		if p, ok := e.act.(decision.Propose); ok {
			return p.Title, p.Organ.Name
		}
	}
	return "", ""
}

// itemise lists the materials that the entries name, each once. An entry that
// is withheld names none.
func itemise(entries []entry) []Item {
	items := []Item{}
	at := map[string]int{}
	for _, e := range entries {
		if e.act == nil {
			continue
		}
		for _, m := range decision.Materials(e.act) {
			if _, known := at[m.Digest]; known || m.Digest == "" {
				continue
			}
			at[m.Digest] = len(items)
			items = append(items, Item{
				Digest: history.Digest(m.Digest), Title: m.Title, Act: decision.Kind(e.Kind), Seq: e.Seq,
				Producer: cmp.Or(e.Actor.Unit, e.Actor.Organ, e.Actor.ID), OccurredOn: e.OccurredOn, RecordedAt: e.RecordedAt, Draft: draftOf(e.act),
			})
		}
	}
	for _, e := range entries {
		filed, ok := e.act.(decision.ArchiveCase)
		if !ok {
			continue
		}
		for _, line := range filed.Items {
			if i, known := at[line.Digest]; known {
				items[i].Retention = line.Retention
				items[i].Producer = cmp.Or(line.Producer, items[i].Producer)
			}
		}
	}
	return items
}

// draftOf is the version of the draft that an act submits or is about, 0 when
// it is about none.
func draftOf(act decision.Act) int {
	switch a := act.(type) {
	case decision.SubmitDraft:
		return a.Draft
	case decision.OnDraft:
		return a.Version()
	}
	return 0
}
