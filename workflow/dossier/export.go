package dossier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// Errors of an export.
var (
	// ErrUnsealed: no entry of the decision stands in the checkpoint.
	ErrUnsealed = errors.New("dossier: nothing of the decision is sealed yet")
	// ErrErasedSince: something that the checkpoint does not cover erased what
	// would be in the dossier. A later checkpoint covers the erasure too.
	ErrErasedSince = errors.New("dossier: erased since the checkpoint")
	// ErrChanged: what the dossier was being made of changed meanwhile. Begin
	// again; what was written is of no use.
	ErrChanged = errors.New("dossier: changed while it was written")
)

func changedError(path string) error { return fmt.Errorf("%w: %s", ErrChanged, path) }

// Source is where a dossier is made from.
type Source struct {
	Service *workflow.Service
	Log     transparency.Log
	Program string // name and version of the program, for the manifest
}

// Request says which dossier.
type Request struct {
	Decision string
	// Size is that of the checkpoint; 0 for the latest.
	Size int64
	// Earlier are checkpoints, signed notes, that whoever gets the dossier
	// holds: it then shows that the log continues them.
	Earlier [][]byte
	// Withhold says why something is not given; nil gives everything.
	Withhold func(Part) *decision.Restriction
}

// Part is something that can be withheld; one of the fields is set.
type Part struct {
	Entry    *history.Entry
	Material *workflow.Material // without its content
	Opinion  int64              // its position
}

// page is how many opinions are read at a time.
const page = 500

// File is a dossier that is ready to be written.
type File struct {
	Manifest Manifest
	parts    []part
}

// Make reads and measures what the dossier of a decision holds, as far as a
// checkpoint covers it, a part of one material at a time. Errors: workflow.ErrNotFound,
// ErrUnsealed, ErrErasedSince, and those of the store; a history that does not
// hold is not exported, and the error wraps history.ErrBroken.
func Make(ctx context.Context, s Source, r Request) (*File, error) {
	c, err := gather(ctx, s, r)
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", r.Decision, err)
	}
	parts, err := c.parts()
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", r.Decision, err)
	}
	return &File{c.manifest(parts[1:]), parts}, nil
}

// Digest names the dossier: that of its manifest, which names all the rest.
func (f *File) Digest() history.Digest { return f.parts[0].digest }

// Size is how many bytes the dossier has.
func (f *File) Size() int64 { return sizeOf(f.parts) }

// WriteTo writes the dossier, under the context that it was made with; it reads
// a part of one material at a time. After an error, such as ErrChanged, what was written
// is of no use.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	n := &counter{}
	if err := write(f.parts, io.MultiWriter(w, n)); err != nil {
		return n.n, fmt.Errorf("export %s: %w", f.Manifest.Decision, err)
	}
	return n.n, nil
}

// Export makes the dossier of a decision and writes it; see [Make] and
// [File.WriteTo].
func Export(ctx context.Context, s Source, r Request, w io.Writer) (Manifest, error) {
	f, err := Make(ctx, s, r)
	if err != nil {
		return Manifest{}, err
	}
	_, err = f.WriteTo(w)
	return f.Manifest, err
}

// gatherer reads what a dossier is made of.
type gatherer struct {
	Source
	Request
	ctx context.Context //nolint:containedctx // the writers of parts run within one Export
	*contents
	erasures decision.Decision // for what was erased, and by which entry
}

func gather(ctx context.Context, s Source, r Request) (*contents, error) {
	g := &gatherer{Source: s, Request: r, ctx: ctx, contents: &contents{
		program: s.Program, decision: r.Decision, salts: map[history.Digest][]byte{},
	}}
	g.opinions = g.writeRegister
	g.material = g.writeMaterial
	for _, step := range []func() error{g.readEntries, g.readLog, g.readTexts, g.readItems, g.readRegister} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	g.statutes = statutes()
	return g.contents, nil
}

func (g *gatherer) withhold(p Part) *decision.Restriction {
	if g.Withhold == nil {
		return nil
	}
	return g.Withhold(p)
}

// readEntries reads the entries that the checkpoint covers, and no others.
func (g *gatherer) readEntries() error {
	records, err := g.Service.History(g.ctx, g.Decision)
	if err != nil {
		return err
	}
	if err := g.readProofs(); err != nil {
		return err
	}
	covered := len(g.proofs.Entries)
	switch {
	case covered == 0:
		return ErrUnsealed
	case covered > len(records):
		return fmt.Errorf("%w: the log holds %d entries, the store %d", history.ErrBroken, covered, len(records))
	}
	verified, err := history.Verify(g.Decision, records[:covered], g.Service.Known()...)
	if err != nil {
		return err
	}
	for i, e := range verified {
		line := entry{Entry: e, data: records[i].Data, digest: records[i].Digest}
		if line.act, err = actOf(e); err != nil {
			return err
		}
		g.erasures.Add(line.act, decision.Ref{Seq: e.Seq})
		if why := g.withhold(Part{Entry: &e}); why != nil {
			line = entry{Entry: history.Entry{Seq: e.Seq}, digest: line.digest, withheld: why}
		}
		g.entries = append(g.entries, line)
	}
	return nil
}

func actOf(e history.Entry) (decision.Act, error) {
	info, err := decision.Describe(decision.Kind(e.Kind))
	if err != nil {
		return nil, err
	}
	return info.Decode(e.Act)
}

func (g *gatherer) readProofs() error {
	sealed, err := g.Log.Latest(g.ctx)
	if err == nil && g.Size > 0 {
		sealed, err = g.Log.Store.Checkpoint(g.ctx, g.Log.Origin, g.Size)
	}
	if errors.Is(err, transparency.ErrNotFound) {
		err = errors.Join(ErrUnsealed, err)
	}
	if err != nil {
		return err
	}
	if g.checkpoint, err = history.ParseCheckpoint(sealed.Note); err != nil {
		return err
	}
	proofs, err := g.Log.ProveAt(g.ctx, g.Decision, sealed)
	if err != nil {
		return err
	}
	g.proofs.Entries = proofs.Entries
	return nil
}

// readLog reads the keys of the log, and proves that it continues what the
// receiver holds.
func (g *gatherer) readLog() error {
	at := transparency.Checkpoint{Size: g.checkpoint.Size, Root: g.checkpoint.Root, Note: g.checkpoint.Note}
	var err error
	if g.keys, g.proofs.Earlier, err = g.Log.KeyFile(g.ctx, at); err != nil {
		return err
	}
	for _, signed := range g.Earlier {
		then, err := history.ParseCheckpoint(signed)
		switch {
		case err != nil:
			return err
		case then.Origin != g.checkpoint.Origin:
			return fmt.Errorf("%w: a checkpoint of another log, %s", history.ErrFork, then.Origin)
		case then.Size > g.checkpoint.Size:
			return fmt.Errorf("%w: the checkpoint held has size %d, the dossier's %d", history.ErrNoProof, then.Size, g.checkpoint.Size)
		}
		proof, err := g.Log.Earlier(g.ctx, signed, at)
		if err != nil {
			return err
		}
		g.proofs.Earlier = append(g.proofs.Earlier, proof)
	}
	if g.proofs.Earlier == nil {
		g.proofs.Earlier = []history.EarlierProof{}
	}
	return nil
}

// readTexts reads the rule packs and calendars that the entries name, in the
// order in which they name them.
func (g *gatherer) readTexts() error {
	var packs, calendars []history.Digest
	for _, e := range g.entries {
		if e.data == nil {
			continue
		}
		if !slices.Contains(packs, e.Pack) {
			packs = append(packs, e.Pack)
		}
		if !slices.Contains(calendars, e.Calendar) {
			calendars = append(calendars, e.Calendar)
		}
	}
	for _, digest := range packs {
		p, err := g.Service.Packs.Digested(string(digest))
		if err != nil {
			return err
		}
		g.packs = append(g.packs, packTexts(p))
	}
	for _, digest := range calendars {
		c, err := g.Service.Calendar.Digested(string(digest))
		if err != nil {
			return err
		}
		g.calendars = append(g.calendars, calendarTexts(c))
	}
	return nil
}

// readItems says of every material whether it is given.
func (g *gatherer) readItems() error {
	g.items = itemise(g.entries)
	for i := range g.items {
		item := &g.items[i]
		m, err := g.Service.Vault.Material(g.ctx, g.Decision, item.Digest)
		if erased, gone := errors.AsType[*workflow.ErasedError](err); gone {
			if item.Erased, err = g.erased(erased.Seq); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		m.Content = nil
		if item.Withheld = g.withhold(Part{Material: &m}); item.Withheld != nil {
			continue
		}
		item.Path = materialPath(item.Digest)
		if item.Digest.Committed() {
			g.salts[item.Digest] = m.Salt
		}
	}
	return nil
}

// erased names the entry of an erasure, which must be in the dossier.
func (g *gatherer) erased(seq int64) (*Erased, error) {
	if seq > int64(len(g.entries)) {
		return nil, fmt.Errorf("%w: by entry %d", ErrErasedSince, seq)
	}
	return &Erased{seq}, nil
}

func (g *gatherer) writeMaterial(digest history.Digest, w io.Writer) error {
	m, err := g.Service.Vault.Material(g.ctx, g.Decision, digest)
	if err != nil {
		return err
	}
	return g.Service.Known().MaterialFrom(digest, m.Salt, io.TeeReader(m.Reader(), w))
}

// readRegister counts the opinions that the entries commit to.
func (g *gatherer) readRegister() error {
	return g.eachOpinion(func(line RegisterLine) error {
		g.register.Count++
		switch {
		case line.Withheld != nil:
			g.register.Withheld++
		case line.Erased != nil:
			g.register.Erased++
		}
		return nil
	})
}

func (g *gatherer) writeRegister(w io.Writer) error {
	return g.eachOpinion(func(line RegisterLine) error {
		data, err := encode(line, "")
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
}

func (g *gatherer) eachOpinion(do func(RegisterLine) error) error {
	last := g.erasures.OpinionCount()
	for after := int64(0); after < last; after += page {
		opinions, err := g.Service.Register.Opinions(g.ctx, g.Decision, after, int(min(page, last-after)))
		if err != nil {
			return err
		}
		if int64(len(opinions)) != min(page, last-after) {
			return fmt.Errorf("%w: opinions after %d are not in the register", history.ErrBroken, after)
		}
		for _, o := range opinions {
			line, err := g.opinion(o)
			if err == nil {
				err = do(line)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *gatherer) opinion(o workflow.Opinion) (RegisterLine, error) {
	line := RegisterLine{Position: o.Position, Digest: o.Digest}
	var err error
	if o.Erased > 0 {
		line.Erased, err = g.erased(o.Erased)
		return line, err
	}
	if line.Withheld = g.withhold(Part{Opinion: o.Position}); line.Withheld == nil {
		body := string(o.Body)
		line.Body = &body
	}
	return line, nil
}
