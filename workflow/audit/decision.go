package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
)

// A decision that moves while it is read is read again this often, after a
// pause that doubles.
const (
	readAgain  = 10
	firstPause = 4 * time.Millisecond
)

// found is what one decision comes to.
type found struct {
	problems                                  []Problem
	entries, acts, materials, opinions, state dossier.Tally
	rules, unsealed                           int64
	erased                                    dossier.Counts
	halted                                    int64 // the entry from which on none was looked at; 0 for none
}

func (f *found) tell(p ...Problem) { f.problems = append(f.problems, p...) }

func (f *found) addTo(r *Report) {
	r.Decisions.Of++
	if len(f.problems) == 0 {
		r.Decisions.Checked++
	}
	for _, t := range []struct {
		to   *dossier.Tally
		from dossier.Tally
	}{{&r.Entries, f.entries}, {&r.Acts, f.acts}, {&r.Materials, f.materials}, {&r.Opinions, f.opinions}, {&r.Rows, f.state}} {
		t.to.Checked += t.from.Checked
		t.to.Of += t.from.Of
	}
	r.Rules += f.rules
	r.Unsealed += f.unsealed
	r.Erased.Materials += f.erased.Materials
	r.Erased.Opinions += f.erased.Opinions
}

// settled reads a decision until it did not move meanwhile, where something
// seems wrong: the rows are read one after the other.
func (a *auditor) settled(ctx context.Context, id string) (*found, error) {
	pause := firstPause
	for range readAgain {
		i := &inspection{auditor: a, id: id}
		err := i.inspect(ctx)
		if err != nil && !errors.Is(err, workflow.ErrErased) && !errors.Is(err, workflow.ErrNotFound) {
			return nil, err
		}
		if err == nil && len(i.problems) == 0 {
			i.mark()
			return &i.found, nil
		}
		now, again := a.load(ctx, id)
		if again != nil {
			return nil, again
		}
		if len(now) == len(i.records) && err == nil {
			i.mark()
			return &i.found, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
			pause *= 2
		}
	}
	f := &found{}
	f.tell(unusable("moving", 0, "案件在核验时不断变动", "the decision kept moving while it was read"))
	return f, nil
}

func (a *auditor) load(ctx context.Context, id string) ([]history.Record, error) {
	records, err := a.s.Load(ctx, id)
	if errors.Is(err, workflow.ErrNotFound) {
		return nil, nil
	}
	return records, err
}

// inspection is one reading of a decision.
type inspection struct {
	*auditor
	found
	id      string
	records []history.Record
	read    []history.Entry
	deeds   []decision.Act    // by entry; nil for one that cannot be read
	fold    decision.Decision // of the acts
	marked  []int64           // leaves that its entries meet
}

// mark takes the leaves that were met off those that still want an entry.
func (i *inspection) mark() {
	for _, position := range i.marked {
		i.met.set(position)
	}
}

func (i *inspection) inspect(ctx context.Context) error {
	var err error
	if i.records, err = i.load(ctx, i.id); err != nil {
		return err
	}
	i.entries.Of, i.acts.Of = int64(len(i.records)), int64(len(i.records))
	if len(i.records) == 0 {
		i.halted = 1
		i.tell(broken("no_entries", 1, "没有记录，而有案件的状态、任务、材料或者日志位置", "there are no entries, but rows of the decision elsewhere"))
		return nil
	}
	if whole, err := i.readEntries(ctx); err != nil || !whole {
		return err
	}
	for _, step := range []func(context.Context) error{i.readMaterials, i.readOpinions, i.replay} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// readEntries walks the chain and finds each entry in the log, or else in the
// queue. It reports false at the first entry that does not hold.
func (i *inspection) readEntries(ctx context.Context) (bool, error) {
	// An entry leaves the queue when it gets its position, so the queue is read
	// first.
	queue, err := i.s.Queue(ctx, i.id)
	if err != nil {
		return false, err
	}
	list, err := i.s.Positions(ctx, i.Origin, i.id)
	if err != nil {
		return false, err
	}
	positions := map[int64]int64{}
	for _, p := range list {
		positions[p.Seq] = p.Position
	}
	places := &places{positions: positions, queue: queue, last: -1}
	chain := history.Chain{Decision: i.id, Known: i.Trust.Algorithms}
	for _, r := range i.records {
		e, err := chain.Next(r)
		if err == nil || errors.Is(err, history.ErrAlgorithm) {
			// Under a hash function that is not known here, an entry is at
			// least the one that was sealed, or it is broken.
			err = cmp.Or(i.placed(places, r), err)
		}
		if err != nil {
			p := entryProblem(err)
			i.halted = p.Seq
			i.tell(p)
			return false, nil
		}
		i.read = append(i.read, e)
		i.entries.Checked++
		i.decode(e)
	}
	return i.nothingBeyond(places, chain.Seq()), nil
}

func (i *inspection) decode(e history.Entry) {
	var act decision.Act
	info, err := decision.Describe(decision.Kind(e.Kind))
	if err == nil {
		act, err = info.Decode(e.Act)
	}
	if err != nil { // to do it again fails as well, and says so
		i.deeds = append(i.deeds, nil)
		return
	}
	i.deeds = append(i.deeds, act)
	i.fold.Add(act, decision.Ref{Seq: e.Seq})
}

// places is where the entries of a decision stand, by the rows.
type places struct {
	positions map[int64]int64
	queue     map[int64]history.Digest
	last      int64 // position of the entry before
	unsealed  int64 // first entry that no leaf covers; 0 for none
}

// misplaced is an entry whose bytes hold and whose place does not.
type misplaced struct{ Problem }

func (m misplaced) Error() string { return m.En }

// placed checks where an entry stands.
func (i *inspection) placed(p *places, r history.Record) error {
	position, sealed := p.positions[r.Seq]
	switch {
	case sealed && position < i.size && p.unsealed > 0:
		return misplaced{broken("log", p.unsealed, fmt.Sprintf("第%d条记录不在日志中，其后的记录在", p.unsealed), fmt.Sprintf("entry %d is not in the log, and one after it is", p.unsealed))}
	case sealed && position < i.size:
		return i.inLog(p, r, position)
	case !sealed && p.queue[r.Seq] != r.Digest:
		return misplaced{broken("queue", r.Seq, fmt.Sprintf("第%d条记录既不在日志中，也没有照原样待封存", r.Seq), fmt.Sprintf("entry %d is neither in the log nor queued for it as it is", r.Seq))}
	}
	if p.unsealed == 0 {
		p.unsealed = r.Seq
	}
	i.unsealed++
	return nil
}

// inLog compares an entry with the leaf at a position, as it was hashed into
// the tree.
func (i *inspection) inLog(p *places, r history.Record, position int64) error {
	text, err := history.Leaf{Decision: i.id, Seq: r.Seq, Digest: r.Digest}.Text()
	if err != nil || position <= p.last || position >= int64(len(i.leaves)) || history.LeafHash(text) != i.leaves[position] {
		return misplaced{broken("log", r.Seq, fmt.Sprintf("第%d条记录不是日志第%d位的那一条：内容已被改动", r.Seq, position), fmt.Sprintf("entry %d is not the one at position %d of the log: it was changed", r.Seq, position))}
	}
	p.last, i.marked = position, append(i.marked, position)
	return nil
}

// nothingBeyond looks for entries that the log or the queue knows and that are
// not there.
func (i *inspection) nothingBeyond(p *places, last int64) bool {
	for _, seq := range slices.Sorted(maps.Keys(p.positions)) {
		if seq > last && p.positions[seq] < i.size {
			i.halted = seq
			i.tell(broken("cut", seq, fmt.Sprintf("第%d条记录在日志中而案件中没有：历史被截断", seq), fmt.Sprintf("entry %d is in the log, and it is not there: the history was cut", seq)))
			return false
		}
	}
	for _, seq := range slices.Sorted(maps.Keys(p.queue)) {
		if seq > last {
			i.halted = seq
			i.tell(broken("queue", seq, fmt.Sprintf("第%d条记录待封存而案件中没有", seq), fmt.Sprintf("entry %d is queued, and it is not there", seq)))
			return false
		}
	}
	return true
}

// entryProblem says what is wrong with an entry.
func entryProblem(err error) Problem {
	if at, ok := errors.AsType[misplaced](err); ok {
		return at.Problem
	}
	at, ok := errors.AsType[*history.EntryError](err)
	if !ok {
		return broken("chain", 0, "摘要链不成立："+err.Error(), err.Error())
	}
	en := fmt.Sprintf("entry %d: %v", at.Seq, at.Err)
	switch {
	case errors.Is(err, history.ErrAlgorithm):
		return unusable("algorithm", at.Seq, fmt.Sprintf("第%d条记录的摘要算法不认识", at.Seq), en)
	case errors.Is(err, history.ErrMalformed):
		return broken("malformed", at.Seq, fmt.Sprintf("第%d条记录不合格式，其字节已被改动", at.Seq), en)
	}
	return broken("chain", at.Seq, fmt.Sprintf("第%d条记录与摘要链不符：此条或者其前的内容已被改动、删除、插入或者换序", at.Seq), en)
}

// replay does every act again, and makes the state row and the tasks anew.
func (i *inspection) replay(ctx context.Context) error {
	i.state.Of = 2
	again, err := workflow.Replay(i.id, i.read, i.Texts)
	done := again.Case.Version()
	i.acts.Checked, i.rules = done, int64(again.Judged)
	seq := done + 1
	unlawful, isUnlawful := errors.AsType[*workflow.UnlawfulError](err)
	switch {
	case isUnlawful:
		i.tell(broken("unlawful", unlawful.Seq, fmt.Sprintf("第%d条记录（%s）：%s", unlawful.Seq, unlawful.Kind, unlawful.Zh), fmt.Sprintf("entry %d, %s: %s", unlawful.Seq, unlawful.Kind, unlawful.En)))
		return nil
	case errors.Is(err, pack.ErrUnknown):
		i.tell(unusable("pack", seq, fmt.Sprintf("没有第%d条记录的规则包，不能重新适用规则", seq), fmt.Sprintf("the rule pack of entry %d is not at hand: the rules cannot be run again", seq)))
		return nil
	case errors.Is(err, calendar.ErrUnknown):
		i.tell(unusable("calendar", seq, fmt.Sprintf("没有第%d条记录的日历，不能重新适用规则", seq), fmt.Sprintf("the calendar of entry %d is not at hand: the rules cannot be run again", seq)))
		return nil
	case err != nil:
		return err
	}
	return i.compareDerived(ctx, again.Case)
}

func (i *inspection) compareDerived(ctx context.Context, c workflow.Case) error {
	last := len(i.read) - 1
	created, err := history.ParseTime(i.read[0].RecordedAt)
	if err != nil {
		return err
	}
	updated, err := history.ParseTime(i.read[last].RecordedAt)
	if err != nil {
		return err
	}
	row, tasks := workflow.Summarize(c, i.records[last].Digest, created, updated)
	if err := i.compareState(ctx, row); err != nil {
		return err
	}
	return i.compareTasks(ctx, tasks)
}

func (i *inspection) compareState(ctx context.Context, want workflow.Summary) error {
	got, err := i.s.State(ctx, i.id)
	if errors.Is(err, workflow.ErrNotFound) {
		i.tell(broken("state", want.Version, "有记录而没有状态行", "there are entries, and no state row"))
		return nil
	}
	if err != nil {
		return err
	}
	if !got.CreatedAt.Equal(want.CreatedAt) || !got.UpdatedAt.Equal(want.UpdatedAt) {
		i.tell(broken("state", want.Version, "状态行的时间与记录不符", "the times of the state row are not those of the entries"))
		return nil
	}
	got.CreatedAt, got.UpdatedAt = want.CreatedAt, want.UpdatedAt // one instant may be written in two ways
	if got != want {
		i.tell(broken("state", want.Version, "状态行不是由记录得出的："+differs(got, want), "the state row does not follow from the entries: "+differs(got, want)))
		return nil
	}
	i.state.Checked++
	return nil
}

// differs names the first column that differs.
func differs(got, want workflow.Summary) string {
	for _, column := range []struct {
		name      string
		got, want any
	}{
		{"version", got.Version, want.Version},
		{"head", got.Head, want.Head},
		{"stage", got.Stage, want.Stage},
		{"title", got.Title, want.Title},
		{"organ", got.Organ, want.Organ},
		{"lead_unit", got.LeadUnit, want.LeadUnit},
		{"pack", got.Pack, want.Pack},
		{"pack_name", got.PackName, want.PackName},
	} {
		if column.got != column.want {
			return fmt.Sprintf("%s %v ≠ %v", column.name, column.got, column.want)
		}
	}
	return "decision_id"
}

func (i *inspection) compareTasks(ctx context.Context, want []workflow.Task) error {
	got, err := i.s.Tasks(ctx, workflow.TaskQuery{Decision: i.id, Limit: len(want) + 1})
	if err != nil && !errors.Is(err, history.ErrMalformed) {
		return err
	}
	missing := map[workflow.Task]bool{}
	for _, t := range want {
		missing[t] = true
	}
	same := err == nil && len(got) == len(want)
	for _, t := range got {
		same = same && missing[t]
		delete(missing, t)
	}
	if !same {
		i.tell(broken("tasks", int64(len(i.read)), fmt.Sprintf("待办事项（%d项）不是由记录得出的（%d项）", len(got), len(want)), fmt.Sprintf("the open tasks (%d) do not follow from the entries (%d)", len(got), len(want))))
		return nil
	}
	i.state.Checked++
	return nil
}
