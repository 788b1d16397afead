package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// reading is the one pass over the log.
type reading struct {
	*auditor
	tree    tree
	keys    history.Keys
	held    map[string]bool // keys that the verifier's trust reaches
	pending int64           // size of the first checkpoint since the last that a trusted key signed; 0 for none
	outside []history.Checkpoint
	next    []transparency.Checkpoint // read ahead
	after   int64                     // size of the last that was read ahead
	noMore  bool
	good    int64           // size of the last checkpoint whose root is that of the leaves
	told    map[string]bool // codes: of each kind the first problem is told
}

// readLog computes the tree of the log from its leaves and holds every
// checkpoint to it, up to the last one that there is now.
func (a *auditor) readLog(ctx context.Context) error {
	l := &reading{auditor: a, held: map[string]bool{}, told: map[string]bool{}}
	for _, vkey := range a.Trust.Keys {
		l.held[vkey] = true
	}
	a.report.KeyTrusted = len(a.Trust.Keys) > 0
	if err := l.readOutside(); err != nil {
		return err
	}
	head, err := a.s.Head(ctx, a.Origin)
	switch {
	case errors.Is(err, transparency.ErrNotFound):
	case errors.Is(err, history.ErrMalformed):
		l.tell(broken("checkpoint", 0, "最新检查点不能读取："+err.Error(), "the last checkpoint cannot be read: "+err.Error()))
	case err != nil:
		return err
	}
	a.size, a.at.Leaves.Of, a.report.Leaves.Of = head.Size, head.Size, head.Size
	if a.size > 0 {
		a.report.Checkpoint = dossier.CheckpointLine{Origin: a.Origin, Size: head.Size, Root: head.Root.String()}
	}
	if err := l.readLeaves(ctx); err != nil {
		return err
	}
	if err := l.readBeyond(ctx); err != nil {
		return err
	}
	return l.end(ctx, head)
}

// tell keeps the first problem of its kind: what is wrong with one leaf is
// wrong with every root after it.
func (l *reading) tell(p Problem) {
	if !l.told[p.Code] {
		l.told[p.Code] = true
		l.keep("", p)
	}
}

// readOutside reads the notes that the verifier brought, the smallest first.
func (l *reading) readOutside() error {
	for _, text := range l.Outside {
		c, err := history.ParseCheckpoint(text)
		if err != nil {
			return fmt.Errorf("outside checkpoint: %w", err)
		}
		l.outside = append(l.outside, c)
	}
	slices.SortStableFunc(l.outside, func(a, b history.Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	l.report.Outside.Of = int64(len(l.outside))
	return nil
}

func (l *reading) readLeaves(ctx context.Context) error {
	for l.tree.size < l.size {
		start := l.tree.size
		limit := min(page, l.size-start)
		rows, err := l.s.Leaves(ctx, l.Origin, start, int(limit))
		if err != nil {
			return err
		}
		var stored []tlog.Hash
		for _, row := range rows {
			if row.Position >= l.size {
				break
			}
			if ok, err := l.fill(ctx, row.Position, &stored); err != nil || !ok {
				return err
			}
			if err := l.readLeaf(ctx, row, &stored); err != nil {
				return err
			}
		}
		if int64(len(rows)) < limit {
			if ok, err := l.fill(ctx, l.size, &stored); err != nil || !ok {
				return err
			}
		}
		if err := l.compareHashes(ctx, start, stored); err != nil {
			return err
		}
		l.at.Leaves.Checked = l.tree.size
		l.progress()
	}
	return nil
}

// fill puts the stored hashes in the place of leaves that are missing, up to a
// position: the roots tell whether they are right. It reports false when there
// is none.
func (l *reading) fill(ctx context.Context, to int64, stored *[]tlog.Hash) (bool, error) {
	for l.tree.size < to {
		at := l.tree.size
		l.tell(broken("leaf", 0, fmt.Sprintf("日志第%d位的叶子缺失", at), fmt.Sprintf("the leaf of the log at position %d is missing", at)))
		hashes, err := l.s.Hashes(ctx, l.Origin, []int64{tlog.StoredHashIndex(0, at)})
		if errors.Is(err, transparency.ErrNotFound) || errors.Is(err, history.ErrMalformed) {
			return false, nil
		}
		if err == nil {
			err = l.grow(ctx, hashes[0], stored)
		}
		if err != nil {
			return false, err
		}
	}
	return l.tree.size == to, nil
}

func (l *reading) readLeaf(ctx context.Context, row transparency.Leaf, stored *[]tlog.Hash) error {
	leaf, malformed := history.ParseLeaf([]byte(row.Text))
	switch {
	case malformed != nil:
		l.tell(broken("leaf", 0, fmt.Sprintf("日志第%d位的叶子不合格式", row.Position), fmt.Sprintf("the leaf of the log at position %d: %v", row.Position, malformed)))
	case row.Key != (leaf.Key != ""):
		l.tell(broken("leaf", 0, fmt.Sprintf("日志第%d位的叶子所标种类不对", row.Position), fmt.Sprintf("the leaf of the log at position %d is marked as what it is not", row.Position)))
	case leaf.Key != "":
		l.readKey(row.Position, leaf)
	}
	if err := l.grow(ctx, history.LeafHash([]byte(row.Text)), stored); err != nil {
		return err
	}
	if malformed == nil && leaf.Key != "" {
		l.met.set(row.Position) // no entry's
	}
	return nil
}

func (l *reading) readKey(position int64, leaf history.Leaf) {
	keys, err := l.keys.Apply(position, leaf)
	if name, _, _ := strings.Cut(leaf.VKey, "+"); err == nil && name != l.Origin {
		err = fmt.Errorf("%w: %s is not named like the log", history.ErrKey, leaf.VKey)
	}
	if err != nil {
		l.tell(broken("key", 0, fmt.Sprintf("日志第%d位的密钥叶子不成立", position), fmt.Sprintf("the key at position %d: %v", position, err)))
		return
	}
	if l.keys = keys; position == 0 && len(l.Trust.Keys) == 0 {
		l.held[leaf.VKey] = true
	}
}

// grow adds a leaf to the tree, and looks at the checkpoints of the size that
// it then has.
func (l *reading) grow(ctx context.Context, leaf tlog.Hash, stored *[]tlog.Hash) error {
	if l.tree.size%64 == 0 {
		l.met = append(l.met, 0)
	}
	*stored = append(*stored, l.tree.add(leaf)...)
	l.leaves = append(l.leaves, leaf)
	for {
		c, err := l.checkpoint(ctx, l.tree.size)
		if err != nil {
			return err
		}
		if c == nil {
			break
		}
		l.compare(*c)
	}
	for ; len(l.outside) > 0 && l.outside[0].Size <= l.tree.size; l.outside = l.outside[1:] {
		l.compareOutside(l.outside[0])
	}
	return nil
}

// checkpoint returns the next checkpoint of at most a size, or nil.
func (l *reading) checkpoint(ctx context.Context, size int64) (*transparency.Checkpoint, error) {
	if len(l.next) == 0 && !l.noMore {
		list, err := l.s.Checkpoints(ctx, l.Origin, l.after, page)
		if errors.Is(err, history.ErrMalformed) {
			l.tell(broken("checkpoint", 0, "检查点不能读取："+err.Error(), "a checkpoint cannot be read: "+err.Error()))
			list, err = nil, nil
		}
		if err != nil {
			return nil, err
		}
		if l.next, l.noMore = list, len(list) == 0; !l.noMore {
			l.after = list[len(list)-1].Size
		}
	}
	if len(l.next) == 0 || l.next[0].Size > size {
		return nil, nil //nolint:nilnil // there is none, and nothing is wrong
	}
	c := l.next[0]
	l.next = l.next[1:]
	l.report.Checkpoints.Of++
	return &c, nil
}

// compare holds a checkpoint to the leaves: root and signatures.
func (l *reading) compare(row transparency.Checkpoint) {
	c, err := history.ParseCheckpoint(row.Note)
	switch {
	case err != nil:
		l.tell(broken("checkpoint", 0, fmt.Sprintf("大小为%d的检查点不合格式", row.Size), fmt.Sprintf("the checkpoint of size %d: %v", row.Size, err)))
		return
	case c.Origin != l.Origin || c.Size != row.Size || c.Root != row.Root || row.Size != l.tree.size:
		l.tell(broken("checkpoint", 0, fmt.Sprintf("大小为%d的检查点与其所签内容不符", row.Size), fmt.Sprintf("the checkpoint of size %d is not what was signed", row.Size)))
		return
	case c.Root != l.tree.root():
		l.tell(broken("root", 0, fmt.Sprintf("大小为%d的检查点不是这些叶子的根：日志第%d位至第%d位之间已被改动", c.Size, l.good, c.Size-1),
			fmt.Sprintf("the checkpoint of size %d is not the root of the leaves: the log was changed between positions %d and %d", c.Size, l.good, c.Size-1)))
		return
	}
	l.good = c.Size
	by, err := l.keys.Signers(c, l.Trust.Verifiers)
	if err == nil {
		err = l.keys.Covered(c.Size, by)
	}
	if err != nil {
		l.unsigned(c, err)
		return
	}
	l.report.Checkpoints.Checked++
	if !slices.ContainsFunc(by, func(k history.LogKey) bool { return l.held[k.VKey] }) {
		if l.pending == 0 {
			l.pending = c.Size
		}
		return
	}
	// A trusted key vouches for the whole tree, and so for every key in it and
	// for what they signed.
	l.pending = 0
	for _, k := range l.keys {
		l.held[k.VKey] = true
	}
}

func (l *reading) unsigned(c history.Checkpoint, err error) {
	l.tell(broken("key", 0, fmt.Sprintf("大小为%d的检查点不是由可信而且当时有效的密钥签名", c.Size),
		fmt.Sprintf("the checkpoint of size %d is not signed by keys that are trusted and in force there: %v", c.Size, err)))
}

// compareOutside holds the log to a checkpoint of its present size or, at the
// end, of a larger one.
func (l *reading) compareOutside(c history.Checkpoint) {
	if c.Origin != l.Origin {
		l.tell(broken("fork", 0, "所给检查点属于另一日志："+c.Origin, "the outside checkpoint is of another log, "+c.Origin))
		return
	}
	if !l.genuine(c) {
		l.tell(broken("key", 0, fmt.Sprintf("所给大小为%d的检查点不是由此日志的密钥签名", c.Size), fmt.Sprintf("the outside checkpoint of size %d is not signed by a key of the log", c.Size)))
		return
	}
	switch {
	case c.Size > l.tree.size:
		l.tell(broken("rolled_back", 0, fmt.Sprintf("日志被回退：曾有%d个叶子，现在只有%d个", c.Size, l.tree.size),
			fmt.Sprintf("the log was rolled back: it had %d leaves, there are %d", c.Size, l.tree.size)))
	case c.Size < 1 || c.Root != l.tree.root():
		l.tell(broken("fork", 0, fmt.Sprintf("日志被分叉：大小为%d时是另一棵树", c.Size), fmt.Sprintf("the log was forked: at size %d it was another tree", c.Size)))
	default:
		l.report.Outside.Checked++
	}
}

// genuine reports whether an outside checkpoint is signed by a key that the
// verifier brought, or by one of the log.
func (l *reading) genuine(c history.Checkpoint) bool {
	for _, vkey := range l.Trust.Keys {
		v, err := l.Trust.Verifiers.Open(vkey)
		if err != nil {
			continue
		}
		if _, err := note.Open(c.Note, note.VerifierList(v)); err == nil {
			return true
		}
	}
	by, err := l.keys.Signers(c, l.Trust.Verifiers)
	return err == nil && len(by) > 0
}

// readBeyond looks for leaves that no checkpoint covers. A sealer writes both
// at once.
func (l *reading) readBeyond(ctx context.Context) error {
	rows, err := l.s.Leaves(ctx, l.Origin, l.size, 1)
	if err != nil || len(rows) == 0 {
		return err
	}
	head, err := l.s.Head(ctx, l.Origin)
	if err == nil && head.Size > l.size {
		return nil
	}
	if err != nil && !errors.Is(err, transparency.ErrNotFound) && !errors.Is(err, history.ErrMalformed) {
		return err
	}
	l.tell(broken("unsigned", 0, fmt.Sprintf("日志第%d位起的叶子没有检查点", rows[0].Position), fmt.Sprintf("no checkpoint covers the leaves from position %d on", rows[0].Position)))
	return nil
}

// end looks at what is left when the leaves are at an end.
func (l *reading) end(ctx context.Context, head transparency.Head) error {
	for _, c := range l.outside {
		l.compareOutside(c)
	}
	if l.size == 0 {
		if len(l.told) == 0 && len(l.keys) == 0 {
			l.tell(unusable("no_log", 0, "没有封存过，没有签名可以核对", "nothing was sealed: there is no signature to verify"))
		}
		return nil
	}
	if l.tree.size < l.size {
		l.tell(broken("leaf", 0, fmt.Sprintf("日志应有%d个叶子，只有%d个", l.size, l.tree.size), fmt.Sprintf("the log has %d leaves, not the %d of its checkpoint", l.tree.size, l.size)))
		return nil
	}
	if l.pending > 0 {
		l.unsigned(history.Checkpoint{Size: l.pending}, history.ErrKey)
	}
	return l.witnessed(ctx, head)
}

// witnessed demands the cosignatures of the witnesses that the verifier named.
func (l *reading) witnessed(ctx context.Context, head transparency.Head) error {
	if len(l.Trust.Witnesses) == 0 {
		return nil
	}
	list, err := l.s.Checkpoints(ctx, l.Origin, head.Size-1, 1)
	if err != nil {
		return err
	}
	for _, vkey := range l.Trust.Witnesses {
		v, err := l.Trust.Verifiers.Open(vkey)
		if err != nil {
			return err
		}
		if len(list) == 1 {
			_, err = note.Open(list[0].Note, note.VerifierList(v))
		}
		if err != nil || len(list) == 0 {
			l.tell(broken("witness", 0, "见证方没有签署最新检查点："+v.Name(), "the witness "+v.Name()+" has not cosigned the last checkpoint"))
			continue
		}
		l.report.Witnesses++
	}
	return nil
}

// compareHashes holds the stored hashes, from which proofs are made, to those
// of the leaves from a position on.
func (l *reading) compareHashes(ctx context.Context, start int64, want []tlog.Hash) error {
	first := tlog.StoredHashCount(start)
	indexes := make([]int64, len(want))
	for i := range want {
		indexes[i] = first + int64(i)
	}
	l.report.Hashes.Of += int64(len(want))
	got, err := l.s.Hashes(ctx, l.Origin, indexes)
	switch {
	case errors.Is(err, transparency.ErrNotFound), errors.Is(err, history.ErrMalformed):
		l.tell(broken("hash", 0, fmt.Sprintf("日志第%d位起存储的散列缺失或者不合格式", start), fmt.Sprintf("stored hashes of the log from position %d on: %v", start, err)))
		return nil
	case err != nil:
		return err
	}
	for i := range want {
		if got[i] == want[i] {
			l.report.Hashes.Checked++
			continue
		}
		level, n := tlog.SplitStoredHashIndex(indexes[i])
		l.tell(broken("hash", 0, fmt.Sprintf("日志存储的散列（层%d，第%d个）不是由叶子算得的", level, n), fmt.Sprintf("the stored hash %d at level %d is not that of the leaves", n, level)))
	}
	return nil
}

// unmet finds leaves whose entry is not there: the tail of a history was cut,
// or the whole of it.
func (a *auditor) unmet(ctx context.Context) error {
	a.report.Leaves.Checked = a.met.count()
	end := int64(len(a.leaves))
	for position := int64(0); position < end; {
		if a.met.has(position) {
			position++
			continue
		}
		rows, err := a.s.Leaves(ctx, a.Origin, position, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Position >= end || a.met.has(row.Position) || history.LeafHash([]byte(row.Text)) != a.leaves[row.Position] {
				continue // not one of these, met, or missing, which was told
			}
			if err := a.lost(ctx, row); err != nil {
				return err
			}
		}
		position++
		if len(rows) > 0 {
			position = max(position, rows[len(rows)-1].Position+1)
		}
	}
	return nil
}

// lost says what became of the entry of a leaf, unless the decision was read no
// further than to an entry before it.
func (a *auditor) lost(ctx context.Context, row transparency.Leaf) error {
	leaf, err := history.ParseLeaf([]byte(row.Text))
	if err != nil {
		return nil //nolint:nilerr // it was told
	}
	if stopped := a.stopped[leaf.Decision]; stopped > 0 && stopped <= leaf.Seq {
		return nil
	}
	places, err := a.s.Positions(ctx, a.Origin, leaf.Decision)
	if err != nil {
		return err
	}
	for _, p := range places {
		if p.Seq == leaf.Seq && p.Position >= 0 && p.Position < int64(len(a.leaves)) && p.Position != row.Position && a.leaves[p.Position] == a.leaves[row.Position] {
			a.keep("", broken("leaf", 0, fmt.Sprintf("日志第%d位与第%d位是同一条记录", row.Position, p.Position), fmt.Sprintf("positions %d and %d of the log are of one entry", row.Position, p.Position)))
			return nil
		}
	}
	records, err := a.s.Load(ctx, leaf.Decision)
	if err != nil && !errors.Is(err, workflow.ErrNotFound) {
		return err
	}
	p := broken("cut", leaf.Seq, fmt.Sprintf("日志第%d位有第%d条记录，案件中没有：历史被截断", row.Position, leaf.Seq), fmt.Sprintf("the log has entry %d at position %d, and it is not there: the history was cut", leaf.Seq, row.Position))
	if slices.ContainsFunc(records, func(r history.Record) bool { return r.Seq == leaf.Seq && r.Digest == leaf.Digest }) {
		p = broken("log", leaf.Seq, fmt.Sprintf("第%d条记录在日志第%d位，索引没有载明", leaf.Seq, row.Position), fmt.Sprintf("entry %d stands in the log at position %d, which the index does not say", leaf.Seq, row.Position))
	}
	a.keep(leaf.Decision, p)
	a.stop(leaf.Decision, leaf.Seq)
	return nil
}
