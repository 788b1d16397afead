package dossier

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
)

// Options are what a verifier brings along.
type Options struct {
	Trust history.Trust
	// Outside are checkpoints, signed notes, that came from elsewhere: from a
	// witness, a print, an earlier dossier. The log must continue each.
	Outside []Outside
	// Reveals are contents that the dossier withholds, shown by somebody.
	Reveals []Reveal
	// Receipts, as files, are held against the entries: a tail that was cut off
	// is shown by a receipt for an entry in it.
	Receipts [][]byte
	// Packs are those that come with the verifying program.
	Packs *pack.Set
	// Progress is told what is being done, and how far it is; nil for nobody.
	Progress func(step string, done, of int64)
}

// Outside is a checkpoint that came from elsewhere, with a proof where one came
// with it.
type Outside struct {
	Note  []byte
	Proof *tlog.TreeProof // nil when there is none
}

// Verify reads a dossier and says whether it holds. It needs no network and no
// database, and reads large files as streams. The report is never nil; an
// error is one of reading the file, or of the context.
func Verify(ctx context.Context, r io.ReaderAt, size int64, o Options) (*Report, error) {
	v := &verifier{ctx: ctx, Options: o, report: &Report{Packs: []PackOrigin{}}}
	err := v.verify(r, size)
	var failure *Failure
	switch {
	case err == nil:
		v.report.Verdict = Sound
	case errors.As(err, &failure) && failure.unusable:
		v.report.Verdict, v.report.Failure = Unusable, failure
	case failure != nil:
		v.report.Verdict, v.report.Failure = Broken, failure
	default:
		return v.report, fmt.Errorf("dossier: verify: %w", err)
	}
	return v.report, nil
}

type verifier struct {
	Options
	ctx      context.Context //nolint:containedctx // one verification, from beginning to end
	report   *Report
	a        *archive
	manifest Manifest
	c        contents
	view     *history.View
	packs    map[string]*pack.Pack
	calendar map[string]*calendar.Calendar
}

func (v *verifier) verify(r io.ReaderAt, size int64) error {
	var err error
	if v.a, err = open(r, size); err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"manifest", v.readManifest},
		{"entries", v.readEntries},
		{"outside", v.compareOutside},
		{"receipts", v.compareReceipts},
		{"opinions", v.readOpinions},
		{"materials", v.readMaterials},
		{"packs", v.readTexts},
		{"rules", v.replay},
		{"files", v.writeAgain},
		{"reveals", v.reveal},
		{"whole", v.report.whole},
	} {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		v.progress(step.name, 0, 0)
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) progress(step string, done, of int64) {
	if v.Progress != nil {
		v.Progress(step, done, of)
	}
}

func (v *verifier) readManifest() error {
	data, err := v.a.text(manifestPath)
	if err != nil {
		return err
	}
	var named struct {
		Format string `json:"format"`
	}
	if err := jsonText(data, &named); err != nil {
		return unusable("format", "清单不能读取："+err.Error(), "the manifest cannot be read: "+err.Error())
	}
	if named.Format != Format {
		return unusable("format", fmt.Sprintf("格式%q不认识", named.Format), fmt.Sprintf("a dossier of the unknown format %q", named.Format))
	}
	if err := ownText(data, &v.manifest, "  "); err != nil {
		return broken("manifest", 0, "清单不合格式："+err.Error(), "the manifest is not as the format has it: "+err.Error())
	}
	m := v.manifest
	v.c = contents{program: m.Program, decision: m.Decision, salts: map[history.Digest][]byte{}, rendering: m.Rendering}
	v.c.opinions, v.c.material = v.writeRegister, v.writeMaterial
	v.report.Decision, v.report.Program, v.report.Title = m.Decision, m.Program, m.Title
	v.report.Entries.Of = int64(len(m.Entries))
	return nil
}

// readEntries walks the chain and finds each entry in the log, one entry after
// the other, so that the first that fails in either is the one named.
func (v *verifier) readEntries() error {
	data, err := v.a.text(entriesPath)
	if err != nil {
		return err
	}
	raw, whole := lines(data)
	if len(raw) == 0 {
		return unusable("empty", "没有记录，无从核验", "there is no entry: nothing to verify")
	}
	unlogged := v.readLog()
	chain := history.Chain{Decision: v.manifest.Decision, Known: v.Trust.Algorithms}
	last := int64(-1)
	for i, line := range raw {
		if i >= len(v.manifest.Entries) {
			return broken("count", int64(i+1), fmt.Sprintf("清单所列记录%d条，实有%d条", len(v.manifest.Entries), len(raw)),
				fmt.Sprintf("the manifest speaks of %d entries, there are %d", len(v.manifest.Entries), len(raw)))
		}
		e, err := v.readEntry(&chain, v.manifest.Entries[i], line)
		if err != nil {
			return err
		}
		if unlogged == nil {
			if last, err = v.logged(e, last); err != nil {
				return err
			}
		}
		if err := v.readAct(&e); err != nil {
			return err
		}
		v.c.entries = append(v.c.entries, e)
		v.report.Entries.Checked++
	}
	switch {
	case len(raw) != len(v.manifest.Entries):
		return broken("count", int64(len(raw)+1), fmt.Sprintf("清单所列记录%d条，实有%d条", len(v.manifest.Entries), len(raw)),
			fmt.Sprintf("the manifest speaks of %d entries, there are %d", len(v.manifest.Entries), len(raw)))
	case !whole:
		return broken("malformed", int64(len(raw)), "最后一行没有结束", "the last line does not end")
	case unlogged != nil:
		return unlogged
	case len(v.c.proofs.Entries) != len(raw):
		return broken("count", int64(len(raw)+1), fmt.Sprintf("有%d条证明，%d条记录", len(v.c.proofs.Entries), len(raw)),
			fmt.Sprintf("there are %d proofs for %d entries", len(v.c.proofs.Entries), len(raw)))
	}
	return nil
}

func (v *verifier) readEntry(chain *history.Chain, said EntryLine, line []byte) (entry, error) {
	seq := chain.Seq() + 1
	if len(line) == 0 {
		if said.Withheld == nil || decision.ValidateValue("withheld", *said.Withheld) != nil {
			return entry{}, broken("missing", seq, fmt.Sprintf("第%d条记录缺失，且没有说明", seq), fmt.Sprintf("entry %d is missing, and nothing says why", seq))
		}
		if err := chain.Withheld(said.Digest); err != nil {
			return entry{}, entryFailure(err)
		}
		v.report.Withheld.Entries++
		return entry{Entry: history.Entry{Seq: seq}, digest: said.Digest, withheld: said.Withheld}, nil
	}
	e, err := chain.Next(history.Record{Seq: seq, Data: line, Digest: said.Digest})
	if err != nil {
		return entry{}, entryFailure(err)
	}
	if said.Withheld != nil {
		return entry{}, broken("manifest", seq, fmt.Sprintf("第%d条记录称不予提供而在案卷包内", seq), fmt.Sprintf("entry %d is said to be withheld, and is there", seq))
	}
	return entry{Entry: e, data: line, digest: said.Digest}, nil
}

// readAct reads what an entry says was done.
func (v *verifier) readAct(e *entry) error {
	if e.data == nil {
		return nil
	}
	act, err := actOf(e.Entry)
	if err != nil {
		return broken("malformed", e.Seq, fmt.Sprintf("第%d条记录的程序行为不能读取：%v", e.Seq, err), fmt.Sprintf("entry %d: the act cannot be read: %v", e.Seq, err))
	}
	e.act = act
	return nil
}

// entryFailure says what is wrong with an entry of the chain.
func entryFailure(err error) error {
	var at *history.EntryError
	if !errors.As(err, &at) {
		return err
	}
	switch {
	case errors.Is(err, history.ErrAlgorithm):
		return unusable("algorithm", fmt.Sprintf("第%d条记录的摘要算法不认识", at.Seq), fmt.Sprintf("entry %d: %v", at.Seq, at.Err))
	case errors.Is(err, history.ErrMalformed):
		return broken("malformed", at.Seq, fmt.Sprintf("第%d条记录不合格式，其字节已被改动", at.Seq), fmt.Sprintf("entry %d: %v", at.Seq, at.Err))
	}
	return broken("chain", at.Seq, fmt.Sprintf("第%d条记录与摘要链不符：此条或者其前的内容已被改动、删除、插入或者换序", at.Seq), fmt.Sprintf("entry %d: %v", at.Seq, at.Err))
}

// readLog checks the checkpoint, its keys and what it continues.
func (v *verifier) readLog() error {
	signed, err := v.a.text(checkpointPath)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		path string
		into any
	}{{proofsPath, &v.c.proofs}, {keysPath, &v.c.keys}} {
		data, err := v.a.text(f.path)
		if err != nil {
			return err
		}
		if err := ownText(data, f.into, ""); err != nil {
			return broken("proof", 0, f.path+"不合格式："+err.Error(), f.path+" is not as the format has it: "+err.Error())
		}
	}
	view, err := history.NewView(signed, v.c.keys, v.c.proofs.Earlier, v.Trust)
	if err != nil {
		return logFailure(err)
	}
	v.view, v.c.checkpoint = view, view.Checkpoint
	v.report.Checkpoint = CheckpointLine{view.Checkpoint.Origin, view.Checkpoint.Size, view.Checkpoint.Root.String()}
	v.report.KeyTrusted, v.report.Witnesses = view.Trusted, view.Witnesses
	return nil
}

// logFailure says what is wrong with the log as the dossier shows it.
func logFailure(err error) error {
	switch {
	case errors.Is(err, history.ErrFork):
		return broken("fork", 0, "日志被分叉或者回退："+err.Error(), err.Error())
	case errors.Is(err, history.ErrNoProof):
		return unusable("no_proof", "没有证明连接两个检查点：请以--earlier重新导出，或者用--proof给出一致性证明", err.Error()+"; export again with --earlier, or give a consistency proof with --proof")
	case errors.Is(err, history.ErrKey):
		return broken("key", 0, "检查点不是由可信而且当时有效的密钥签名："+err.Error(), err.Error())
	case errors.Is(err, history.ErrMalformed), errors.Is(err, history.ErrBroken):
		return broken("checkpoint", 0, "检查点或者证明不成立："+err.Error(), err.Error())
	}
	return err
}

// logged finds an entry in the log.
func (v *verifier) logged(e entry, after int64) (int64, error) {
	seq := e.Seq
	if seq > int64(len(v.c.proofs.Entries)) {
		return 0, broken("count", seq, fmt.Sprintf("第%d条记录没有日志证明", seq), fmt.Sprintf("entry %d has no proof", seq))
	}
	p := v.c.proofs.Entries[seq-1]
	if p.Seq != seq || p.Position <= after {
		return 0, broken("proof", seq, fmt.Sprintf("第%d条记录的日志证明次序不对", seq), fmt.Sprintf("the proof of entry %d is out of order", seq))
	}
	if err := v.view.Entry(v.manifest.Decision, seq, e.digest, p.Position, p.Proof); err != nil {
		return 0, broken("log", seq, fmt.Sprintf("第%d条记录不在检查点的日志之内：内容已被改动，或者证明是另一条记录的", seq), fmt.Sprintf("entry %d is not in the log of the checkpoint: %v", seq, err))
	}
	return p.Position, nil
}

func (v *verifier) compareOutside() error {
	for _, o := range v.Outside {
		if err := v.view.Against(o.Note, o.Proof); err != nil {
			return logFailure(err)
		}
		v.report.Outside++
	}
	return nil
}

// compareReceipts finds the entries of receipts in the dossier.
func (v *verifier) compareReceipts() error {
	for _, data := range v.Receipts {
		receipt := VerifyReceipt(data, Options{Trust: v.Trust})
		if receipt.Verdict != Sound {
			return unusable("receipt", "回执本身不成立："+receipt.Failure.Zh, "the receipt itself does not hold: "+receipt.Failure.En)
		}
		if receipt.Decision != v.manifest.Decision || receipt.Checkpoint.Origin != v.view.Checkpoint.Origin {
			return unusable("receipt", "回执属于另一案件或者另一日志", "the receipt is of another case, or of another log")
		}
		for _, e := range receipt.Entries {
			if err := v.compareReceipt(e, receipt.Checkpoint.Size); err != nil {
				return err
			}
		}
		v.report.Receipts++
	}
	return nil
}

func (v *verifier) compareReceipt(e Shown, size int64) error {
	switch n := int64(len(v.c.entries)); {
	case e.Seq > n && size <= v.view.Checkpoint.Size:
		return broken("cut", n+1, fmt.Sprintf("案卷被截断：回执载有第%d条记录，案卷包只到第%d条", e.Seq, n), fmt.Sprintf("the tail was cut off: a receipt has entry %d, the dossier ends at %d", e.Seq, n))
	case e.Seq > n:
		return nil // it came after the checkpoint of the dossier
	case v.c.entries[e.Seq-1].digest != e.Digest:
		return broken("fork", e.Seq, fmt.Sprintf("第%d条记录与回执所载不同", e.Seq), fmt.Sprintf("entry %d is another than the one that a receipt has", e.Seq))
	}
	return nil
}

// eachOpinion reads the register line by line.
func (v *verifier) eachOpinion(do func(position int64, line []byte) error) error {
	r := bufio.NewReaderSize(v.a.stream(v.a.named[registerPath]), 1<<20)
	for position := int64(1); ; position++ {
		line, err := readLine(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = do(position, line)
		}
		if err != nil {
			return err
		}
	}
}

// maxLine bounds one opinion; its text has at most 50,000 characters.
const maxLine = 4 << 20

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		more, err := r.ReadSlice('\n')
		line = append(line, more...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, io.EOF
		case len(line) > maxLine:
			return nil, unusable("too_large", "意见登记中的一行过长", "a line of the register is too long")
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return nil, broken("register", 0, "意见登记的最后一行没有结束", "the last line of the register does not end")
		}
		return nil, err
	}
}

// readOpinions hashes each opinion, and the roots of the batches that the
// entries commit to.
func (v *verifier) readOpinions() error {
	var digests []history.Digest
	err := v.eachOpinion(func(position int64, data []byte) error {
		var line RegisterLine
		if err := ownText(data, &line, ""); err != nil || line.Position != position {
			return broken("register", 0, fmt.Sprintf("意见登记第%d行不合格式", position), fmt.Sprintf("line %d of the register is not as the format has it", position))
		}
		digests = append(digests, line.Digest)
		v.report.Opinions.Of++
		return v.readOpinion(line)
	})
	if err != nil {
		return err
	}
	v.c.register = RegisterSummary{Count: int64(len(digests)), Withheld: v.report.Withheld.Opinions, Erased: v.report.Erased.Opinions}
	return v.roots(digests)
}

func (v *verifier) readOpinion(line RegisterLine) error {
	if line.Body == nil {
		erased, err := v.absent(fmt.Sprintf("第%d号意见", line.Position), fmt.Sprintf("opinion %d", line.Position), line.Withheld, line.Erased,
			func(a decision.EraseData) bool { return slices.Contains(a.Opinions, line.Position) })
		v.report.Opinions.Of--
		if erased {
			v.report.Erased.Opinions++
		} else {
			v.report.Withheld.Opinions++
		}
		return err
	}
	if line.Withheld != nil || line.Erased != nil || v.Trust.Algorithms.Opinion(line.Digest, []byte(*line.Body)) != nil {
		return broken("opinion", 0, fmt.Sprintf("第%d号意见不是登记时的那一条", line.Position), fmt.Sprintf("opinion %d is not the one that was received", line.Position))
	}
	v.report.Opinions.Checked++
	return nil
}

// roots compares the batches with the acts that commit to them.
func (v *verifier) roots(digests []history.Digest) error {
	next := int64(1)
	for _, e := range v.c.entries {
		a, ok := e.act.(decision.CommitOpinions)
		if e.data == nil { // what it committed to cannot be told from here
			next = 0
		}
		if !ok {
			continue
		}
		if next > 0 && a.First != next || a.First < 1 || a.Last < a.First || a.Last > int64(len(digests)) {
			return broken("register", e.Seq, fmt.Sprintf("第%d条记录入册的意见（第%d至%d号）不在登记簿中", e.Seq, a.First, a.Last), fmt.Sprintf("entry %d commits to opinions %d to %d, which are not in the register", e.Seq, a.First, a.Last))
		}
		root, err := history.Root(digests[a.First-1 : a.Last])
		if err != nil || string(root) != a.Root {
			return broken("register", e.Seq, fmt.Sprintf("登记簿中的意见不是第%d条记录入册的那些", e.Seq), fmt.Sprintf("the opinions are not those that entry %d commits to", e.Seq))
		}
		next = a.Last + 1
	}
	if v.report.Withheld.Entries == 0 && next != int64(len(digests))+1 {
		return broken("register", 0, fmt.Sprintf("第%d号以后的意见没有记录入册", next), fmt.Sprintf("no entry commits to the opinions from %d on", next))
	}
	return nil
}

// absent checks that what is not there is withheld, with class and ground, or
// was erased by an entry that names it.
func (v *verifier) absent(zh, en string, withheld *decision.Restriction, erased *Erased, names func(decision.EraseData) bool) (bool, error) {
	switch {
	case withheld != nil && erased == nil && decision.ValidateValue("withheld", *withheld) == nil:
		return false, nil
	case erased != nil && withheld == nil && erased.Seq >= 1 && erased.Seq <= int64(len(v.c.entries)):
		e := v.c.entries[erased.Seq-1]
		a, ok := e.act.(decision.EraseData)
		if e.data == nil || ok && names(a) {
			return true, nil
		}
		return true, broken("erased", erased.Seq, fmt.Sprintf("%s称已由第%d条记录删除，该条记录并未删除它", zh, erased.Seq), fmt.Sprintf("%s is said to have been erased by entry %d, which did not erase it", en, erased.Seq))
	}
	return false, broken("missing", 0, zh+"缺失，且没有说明", en+" is missing, and nothing says why")
}

// readMaterials reads every content and hashes it.
func (v *verifier) readMaterials() error {
	if f := v.a.named[saltsPath]; f != nil {
		data, err := v.a.text(saltsPath)
		if err != nil {
			return err
		}
		if err := ownText(data, &v.c.salts, ""); err != nil {
			return broken("salts", 0, "盐的清单不合格式", "the list of salts is not as the format has it")
		}
	}
	said := map[history.Digest]Item{}
	for _, i := range v.manifest.Items {
		said[i.Digest] = i
	}
	v.c.items = itemise(v.c.entries)
	for i := range v.c.items {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		v.progress("materials", int64(i), int64(len(v.c.items)))
		item := &v.c.items[i]
		line, listed := said[item.Digest]
		if !listed {
			return broken("missing", item.Seq, fmt.Sprintf("第%d条记录所列材料不在清单中：%s", item.Seq, item.Title), fmt.Sprintf("entry %d names a material that is not listed: %s", item.Seq, item.Digest))
		}
		item.Withheld, item.Erased = line.Withheld, line.Erased
		if err := v.readMaterial(item); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) readMaterial(item *Item) error {
	path := materialPath(item.Digest)
	f := v.a.named[path]
	if f == nil {
		erased, err := v.absent("材料“"+item.Title+"”", "the material "+string(item.Digest), item.Withheld, item.Erased,
			func(a decision.EraseData) bool { return slices.Contains(a.Materials, string(item.Digest)) })
		if err != nil {
			return err
		}
		if erased {
			v.report.Erased.Materials++
		} else {
			v.report.Withheld.Materials++
		}
		return nil
	}
	v.report.Materials.Of++
	item.Path = path
	err := v.Trust.Algorithms.MaterialFrom(item.Digest, v.c.salts[item.Digest], v.a.stream(f))
	switch {
	case errors.Is(err, history.ErrAlgorithm):
		return unusable("algorithm", "材料的摘要算法不认识："+string(item.Digest), err.Error())
	case errors.Is(err, history.ErrBroken), errors.Is(err, history.ErrMalformed):
		return broken("material", item.Seq, fmt.Sprintf("材料“%s”不是第%d条记录提交时的文件", item.Title, item.Seq), fmt.Sprintf("the material %q is not the file that entry %d names", item.Title, item.Seq))
	case err != nil:
		return err
	}
	v.report.Materials.Checked++
	return nil
}

// readTexts hashes the rule packs and calendars, and reads them.
func (v *verifier) readTexts() error {
	v.packs, v.calendar = map[string]*pack.Pack{}, map[string]*calendar.Calendar{}
	for _, e := range v.c.entries {
		if e.data == nil {
			continue
		}
		if v.packs[string(e.Pack)] == nil {
			if err := v.readPack(e); err != nil {
				return err
			}
		}
		if v.calendar[string(e.Calendar)] == nil {
			if err := v.readCalendar(e); err != nil {
				return err
			}
		}
	}
	for _, t := range statutes() {
		f := v.a.named[t.path]
		if f == nil {
			continue
		}
		if data, err := v.a.text(t.path); err != nil || !bytes.Equal(data, t.data) {
			return broken("statute", 0, t.path+"不是所公布的文本", t.path+" is not the text as it was published")
		}
	}
	for _, t := range v.a.under(statutesDir) {
		data, err := v.a.text(t.path)
		if err != nil {
			return err
		}
		v.c.statutes = append(v.c.statutes, text{t.path, data})
	}
	return nil
}

func (v *verifier) files(list []string) ([]text, error) {
	var out []text
	for _, path := range list {
		data, err := v.a.text(path)
		if err != nil {
			return nil, err
		}
		out = append(out, text{path, data})
	}
	return out, nil
}

func (v *verifier) readPack(e entry) error {
	i := slices.IndexFunc(v.manifest.Packs, func(p PackLine) bool { return p.Digest == e.Pack })
	if i < 0 {
		return broken("missing", e.Seq, fmt.Sprintf("缺少第%d条记录的规则包", e.Seq), fmt.Sprintf("the rule pack of entry %d is missing", e.Seq))
	}
	files, err := v.files(v.manifest.Packs[i].Files)
	if err != nil {
		return err
	}
	var sources [][]byte
	for _, f := range files {
		sources = append(sources, f.data)
	}
	set, err := pack.Kept(pack.Source(sources))
	if err != nil {
		return broken("pack", e.Seq, fmt.Sprintf("第%d条记录的规则包不能读取：%v", e.Seq, err), fmt.Sprintf("the rule pack of entry %d cannot be read: %v", e.Seq, err))
	}
	p, err := set.Digested(string(e.Pack))
	if err != nil {
		return broken("pack", e.Seq, fmt.Sprintf("规则包不是第%d条记录所列的那一份", e.Seq), fmt.Sprintf("the rule pack is not the one that entry %d names", e.Seq))
	}
	own := true
	if v.Packs != nil {
		_, err := v.Packs.Digested(p.Digest())
		own = err != nil
	}
	v.packs[p.Digest()] = p
	v.c.packs = append(v.c.packs, packTexts(p))
	v.report.Packs = append(v.report.Packs, PackOrigin{p.Name, e.Pack, own})
	return nil
}

func (v *verifier) readCalendar(e entry) error {
	i := slices.IndexFunc(v.manifest.Calendars, func(c CalendarLine) bool { return c.Digest == e.Calendar })
	if i < 0 {
		return broken("missing", e.Seq, fmt.Sprintf("缺少第%d条记录的日历", e.Seq), fmt.Sprintf("the calendar of entry %d is missing", e.Seq))
	}
	files, err := v.files(v.manifest.Calendars[i].Files)
	if err != nil {
		return err
	}
	var tables []calendar.File
	for _, f := range files {
		tables = append(tables, calendar.File{Name: f.path[strings.LastIndexByte(f.path, '/')+1:], Data: f.data})
	}
	c, err := calendar.Of(tables)
	if err != nil || c.Digest() != string(e.Calendar) {
		return broken("calendar", e.Seq, fmt.Sprintf("日历不是第%d条记录所列的那一份", e.Seq), fmt.Sprintf("the calendar is not the one that entry %d names", e.Seq))
	}
	v.calendar[c.Digest()] = c
	v.c.calendars = append(v.c.calendars, calendarTexts(c))
	return nil
}

// Pack implements [workflow.Texts].
func (v *verifier) Pack(digest string) (*pack.Pack, error) {
	if p := v.packs[digest]; p != nil {
		return p, nil
	}
	return nil, pack.ErrUnknown
}

// Calendar implements [workflow.Texts].
func (v *verifier) Calendar(digest string) (*calendar.Calendar, error) {
	if c := v.calendar[digest]; c != nil {
		return c, nil
	}
	return nil, calendar.ErrUnknown
}

// replay does every act again. A history with gaps cannot be done again.
func (v *verifier) replay() error {
	if v.report.Withheld.Entries > 0 {
		return nil
	}
	entries := make([]history.Entry, len(v.c.entries))
	for i, e := range v.c.entries {
		entries[i] = e.Entry
	}
	v.report.Acts.Of = int64(len(entries))
	again, err := workflow.Replay(v.manifest.Decision, entries, v)
	v.report.Acts.Checked, v.report.Rules = again.Case.Version(), again.Judged
	if unlawful, ok := errors.AsType[*workflow.UnlawfulError](err); ok {
		return broken("unlawful", unlawful.Seq, fmt.Sprintf("第%d条记录（%s）：%s", unlawful.Seq, nameOf(unlawful.Kind), unlawful.Zh), fmt.Sprintf("entry %d, %s: %s", unlawful.Seq, unlawful.Kind, unlawful.En))
	}
	return err
}

func (v *verifier) writeRegister(w io.Writer) error {
	return v.eachOpinion(func(_ int64, line []byte) error { // in its one spelling, as was seen when it was read
		_, err := w.Write(line)
		return err
	})
}

func (v *verifier) writeMaterial(digest history.Digest, w io.Writer) error {
	_, err := io.Copy(w, v.a.stream(v.a.named[materialPath(digest)]))
	return err
}

// writeAgain writes the dossier once more from what was verified, and compares:
// so the manifest, the page and every header say what the rest says.
func (v *verifier) writeAgain() error {
	v.report.Files.Of = int64(len(v.a.files))
	v.report.PageCompared = v.manifest.Rendering == rendering()
	page, err := v.a.text(pagePath)
	if err != nil {
		return err
	}
	if !v.report.PageCompared {
		v.c.page = page
	}
	parts, err := v.c.parts()
	if err != nil {
		return err
	}
	// Looked at by itself: written again, the manifest would differ first.
	if digestOf(page) != parts[1].digest {
		return v.derived(v.a.named[pagePath])
	}
	against := &same{a: v.a, differs: -1}
	err = write(parts, against)
	if err == nil && against.at != v.a.size {
		against.differs, err = against.at, errDiffers
	}
	if against.differs >= 0 {
		return v.derived(v.a.fileAt(against.differs))
	}
	if err != nil {
		return err
	}
	v.report.Files.Checked = int64(len(parts))
	v.report.Title, _ = v.c.about()
	return nil
}

// derived says which file is not what follows from the rest.
func (v *verifier) derived(f *zip.File) error {
	switch {
	case f == nil || !v.a.honest(f):
		return broken("container", 0, "zip文件的文件头、校验和或者目录与内容不符", "the headers, checksums or directory of the zip do not fit what it holds")
	case f.Name == pagePath:
		return broken("page", 0, "案卷.html不是由记录生成的页面", "案卷.html is not the page that follows from the entries")
	}
	return broken("derived", 0, f.Name+"与其余内容不符", f.Name+" does not fit the rest")
}

// jsonText reads JSON, all of it.
// jsonText reads JSON that others may write too, and may say more in.
func jsonText(data []byte, v any) error {
	return decode(data, v, json.NewDecoder(bytes.NewReader(data)))
}

// ownText reads what a dossier itself writes: strictly, and in its one
// spelling. [encoding/json] takes a name of a field in any case, and the last
// of two that are the same; another reader would not.
func ownText(data []byte, v any, indent string) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := decode(data, v, dec); err != nil {
		return err
	}
	again, err := encode(v, indent)
	if err == nil && !bytes.Equal(again, data) {
		err = errors.New("not written as a dossier writes it")
	}
	return err
}

func decode(data []byte, v any, dec *json.Decoder) error {
	if !utf8.Valid(data) { // the decoder would put something else in its place
		return errors.New("not UTF-8")
	}
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("something stands after the end")
	}
	return nil
}
