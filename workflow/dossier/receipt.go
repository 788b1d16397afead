package dossier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// ReceiptFormat names the layout of a receipt.
const ReceiptFormat = "juece-receipt/1"

// Receipt (回执) is for somebody whose words are in the record: who dissented in
// a meeting, who gave an opinion, who reviewed. It is a small file of its own:
// the entry with those words, the entries of the meeting or notice and of the
// draft that they are about, verbatim, and the proof that all of them stand in
// the log. Everything that a verifier says of it is read from the entries.
type Receipt struct {
	Format     string                 `json:"format"`
	Decision   string                 `json:"decision"`
	Entries    []ReceiptEntry         `json:"entries"` // the first is what the receipt is for
	Opinion    *ReceiptOpinion        `json:"opinion,omitempty"`
	Checkpoint string                 `json:"checkpoint"` // a signed note
	Keys       history.KeyFile        `json:"keys"`
	Earlier    []history.EarlierProof `json:"earlier"`
}

// ReceiptEntry is an entry with its place in the log.
type ReceiptEntry struct {
	Data     string           `json:"data"` // verbatim
	Digest   history.Digest   `json:"digest"`
	Position int64            `json:"position"`
	Proof    tlog.RecordProof `json:"proof"`
}

// ReceiptOpinion is an opinion with its place in the batch that the first entry
// committed to.
type ReceiptOpinion struct {
	Position int64            `json:"position"`
	Digest   history.Digest   `json:"digest"`
	Body     string           `json:"body"` // verbatim
	Proof    tlog.RecordProof `json:"proof"`
}

// Words names what a receipt is for: an entry, or an opinion of the register by
// its position or by the digest that its author was given. One is set.
type Words struct {
	Seq      int64
	Position int64
	Digest   history.Digest
}

// IssueReceipt makes a receipt at the latest checkpoint. Errors:
// workflow.ErrNotFound when there are no such words, ErrUnsealed when the log
// does not hold them yet, an [*workflow.ErasedError] for an opinion that was
// erased.
func IssueReceipt(ctx context.Context, s Source, id string, words Words) (Receipt, error) {
	r, err := issue(ctx, s, id, words)
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt of %s: %w", id, err)
	}
	return r, nil
}

func issue(ctx context.Context, s Source, id string, words Words) (Receipt, error) {
	r := Receipt{Format: ReceiptFormat, Decision: id, Earlier: []history.EarlierProof{}}
	records, entries, err := readActs(ctx, s.Service, id)
	if err != nil {
		return r, err
	}
	if words.Seq == 0 {
		if words.Seq, err = r.findOpinion(ctx, s.Service, entries, words); err != nil {
			return r, err
		}
	}
	if words.Seq < 1 || words.Seq > int64(len(entries)) {
		return r, fmt.Errorf("entry %d: %w", words.Seq, workflow.ErrNotFound)
	}
	sealed, err := s.Log.Latest(ctx)
	if errors.Is(err, transparency.ErrNotFound) {
		err = errors.Join(ErrUnsealed, err)
	}
	if err != nil {
		return r, err
	}
	proofs, err := s.Log.ProveAt(ctx, id, sealed)
	if err != nil {
		return r, err
	}
	for _, seq := range related(entries, words.Seq, r.activity()) {
		if seq > int64(len(proofs.Entries)) {
			return r, ErrUnsealed
		}
		p := proofs.Entries[seq-1]
		r.Entries = append(r.Entries, ReceiptEntry{string(records[seq-1].Data), records[seq-1].Digest, p.Position, p.Proof})
	}
	r.Checkpoint = string(sealed.Note)
	keys, earlier, err := s.Log.KeyFile(ctx, sealed)
	r.Keys, r.Earlier = keys, append(r.Earlier, earlier...)
	return r, err
}

func readActs(ctx context.Context, svc *workflow.Service, id string) ([]history.Record, []entry, error) {
	records, err := svc.History(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	verified, err := history.Verify(id, records, svc.Known()...)
	if err != nil {
		return nil, nil, err
	}
	entries := make([]entry, len(verified))
	for i, e := range verified {
		entries[i] = entry{Entry: e, data: records[i].Data, digest: records[i].Digest}
		if entries[i].act, err = actOf(e); err != nil {
			return nil, nil, err
		}
	}
	return records, entries, nil
}

// findOpinion fills in the opinion, and returns the entry that committed to it.
func (r *Receipt) findOpinion(ctx context.Context, svc *workflow.Service, entries []entry, words Words) (int64, error) {
	for _, e := range entries {
		a, ok := e.act.(decision.CommitOpinions)
		if !ok || words.Position > 0 && (words.Position < a.First || words.Position > a.Last) {
			continue
		}
		batch, err := svc.Register.Opinions(ctx, r.Decision, a.First-1, int(a.Last-a.First+1))
		if err != nil {
			return 0, err
		}
		i := slices.IndexFunc(batch, func(o workflow.Opinion) bool { return o.Position == words.Position || o.Digest == words.Digest })
		if i < 0 {
			continue
		}
		if batch[i].Erased > 0 {
			return 0, &workflow.ErasedError{Seq: batch[i].Erased}
		}
		digests := make([]history.Digest, len(batch))
		for j, o := range batch {
			digests[j] = o.Digest
		}
		proof, err := history.RootProof(digests, i)
		r.Opinion = &ReceiptOpinion{batch[i].Position, batch[i].Digest, string(batch[i].Body), proof}
		return e.Seq, err
	}
	return 0, fmt.Errorf("opinion: %w, or no entry has committed to it yet", workflow.ErrNotFound)
}

// activity is what the opinion was given to.
func (r *Receipt) activity() string {
	if r.Opinion == nil {
		return ""
	}
	var o decision.Opinion
	if err := jsonText([]byte(r.Opinion.Body), &o); err != nil {
		return ""
	}
	return o.Activity
}

// related lists the entries that a receipt for an entry holds: itself, the
// meeting or notice that it belongs to, and the draft that this is about.
func related(entries []entry, seq int64, activity string) []int64 {
	list := []int64{seq}
	before := func(is func(decision.Act) bool) decision.Act {
		for _, e := range slices.Backward(entries[:seq]) {
			if is(e.act) {
				if !slices.Contains(list, e.Seq) {
					list = append(list, e.Seq)
				}
				return e.act
			}
		}
		return nil
	}
	about := entries[seq-1].act
	switch act := about.(type) {
	case decision.RecordStatement:
		about = before(func(a decision.Act) bool { return a.Kind() == "open_meeting" })
	case decision.CommitOpinions:
		about = before(func(a decision.Act) bool { return announces(a, activity) })
	case decision.IssueLegalityOpinion, decision.FileCounselOpinion:
		if other := before(func(a decision.Act) bool { return a.Kind() == "submit_for_review" }); draftOf(act) == 0 {
			about = other
		}
	}
	if version := draftOf(about); version > 0 {
		before(func(a decision.Act) bool { d, ok := a.(decision.SubmitDraft); return ok && d.Draft == version })
	}
	return list
}

// announces reports whether an act opened the activity to which an opinion was
// given.
func announces(a decision.Act, activity string) bool {
	switch a := a.(type) {
	case decision.OpenComment:
		return a.Activity == activity
	case decision.AnnounceHearing:
		return a.Activity == activity
	case decision.HearPublic:
		return a.Activity == activity
	case decision.Publish:
		return activity == workflow.Feedback
	}
	return false
}

// ReceiptReport is what a receipt shows.
type ReceiptReport struct {
	Verdict    Verdict        `json:"verdict"`
	Failure    *Failure       `json:"failure,omitempty"`
	Decision   string         `json:"decision,omitempty"`
	Checkpoint CheckpointLine `json:"checkpoint"`
	KeyTrusted bool           `json:"key_trusted"`
	Witnesses  int            `json:"witnesses"`
	Outside    int            `json:"outside"`
	Entries    []Shown        `json:"entries"`
	Opinion    *ShownOpinion  `json:"opinion,omitempty"`
}

// Shown is one entry of a receipt.
type Shown struct {
	Seq        int64          `json:"seq"`
	Kind       decision.Kind  `json:"kind"`
	Actor      string         `json:"actor"`
	OccurredOn string         `json:"occurred_on"`
	RecordedAt string         `json:"recorded_at"`
	Digest     history.Digest `json:"digest"`
	Words      string         `json:"words,omitempty"` // what was said, where the act has words of its own
	Draft      int            `json:"draft,omitempty"`
	Text       history.Digest `json:"text,omitempty"` // of the draft, where the act submitted one
}

// ShownOpinion is the opinion of a receipt.
type ShownOpinion struct {
	Position int64          `json:"position"`
	Digest   history.Digest `json:"digest"`
	Text     string         `json:"text"`
}

// VerifyReceipt checks a receipt, offline.
func VerifyReceipt(data []byte, o Options) *ReceiptReport {
	report := &ReceiptReport{Entries: []Shown{}}
	err := report.verify(data, o)
	if err == nil {
		report.Verdict = Sound
		return report
	}
	failure, ok := errors.AsType[*Failure](err)
	if !ok {
		failure = broken("receipt", 0, err.Error(), err.Error())
	}
	report.Failure, report.Verdict = failure, Broken
	if failure.unusable {
		report.Verdict = Unusable
	}
	return report
}

func (r *ReceiptReport) verify(data []byte, o Options) error {
	var receipt Receipt
	if err := jsonText(data, &receipt); err != nil || receipt.Format != ReceiptFormat {
		return unusable("format", "不是回执，或者格式不认识", "not a receipt, or of an unknown format")
	}
	receipt = Receipt{}
	if err := ownText(data, &receipt, "  "); err != nil {
		return broken("malformed", 0, "回执不是按格式写成的", "the receipt is not written as the format has it")
	}
	if len(receipt.Entries) == 0 {
		return unusable("empty", "没有记录，无从核验", "there is no entry: nothing to verify")
	}
	view, err := history.NewView([]byte(receipt.Checkpoint), receipt.Keys, receipt.Earlier, o.Trust)
	if err != nil {
		return logFailure(err)
	}
	r.Decision, r.KeyTrusted, r.Witnesses = receipt.Decision, view.Trusted, view.Witnesses
	r.Checkpoint = CheckpointLine{view.Checkpoint.Origin, view.Checkpoint.Size, view.Checkpoint.Root.String()}
	for _, e := range receipt.Entries {
		shown, err := showEntry(view, receipt.Decision, e, o.Trust.Algorithms)
		if err != nil {
			return err
		}
		r.Entries = append(r.Entries, shown)
	}
	if receipt.Opinion != nil {
		if err := r.showOpinion(receipt, o.Trust.Algorithms); err != nil {
			return err
		}
	}
	for _, c := range o.Outside {
		if err := view.Against(c.Note, c.Proof); err != nil {
			return logFailure(err)
		}
		r.Outside++
	}
	return nil
}

func showEntry(view *history.View, id string, e ReceiptEntry, known history.Algorithms) (Shown, error) {
	parsed, err := history.Parse([]byte(e.Data))
	if err != nil {
		return Shown{}, broken("malformed", 0, "回执中的记录不合格式", err.Error())
	}
	seq := parsed.Seq
	a, err := known.Of(e.Digest)
	switch {
	case err != nil:
		return Shown{}, unusable("algorithm", "摘要算法不认识", err.Error())
	case parsed.Decision != id || a.Entry([]byte(e.Data)) != e.Digest:
		return Shown{}, broken("chain", seq, fmt.Sprintf("第%d条记录与其摘要不符，或者属于另一案件", seq), fmt.Sprintf("entry %d does not match its digest, or belongs to another case", seq))
	}
	if err := view.Entry(id, seq, e.Digest, e.Position, e.Proof); err != nil {
		return Shown{}, broken("log", seq, fmt.Sprintf("第%d条记录不在检查点的日志之内", seq), fmt.Sprintf("entry %d is not in the log of the checkpoint", seq))
	}
	act, err := actOf(parsed)
	if err != nil {
		return Shown{}, broken("malformed", seq, fmt.Sprintf("第%d条记录的程序行为不能读取", seq), err.Error())
	}
	shown := Shown{
		Seq: seq, Kind: act.Kind(), Actor: whoText(parsed.Actor), OccurredOn: parsed.OccurredOn, RecordedAt: parsed.RecordedAt,
		Digest: e.Digest, Draft: draftOf(act),
	}
	switch a := act.(type) {
	case decision.RecordStatement:
		shown.Words = a.Member + "（" + cmp.Or(positions[a.Position], a.Position) + "）：" + a.Text
	case decision.SubmitDraft:
		shown.Text = history.Digest(a.Text.Digest)
	}
	return shown, nil
}

func (r *ReceiptReport) showOpinion(receipt Receipt, known history.Algorithms) error {
	o := receipt.Opinion
	seq := r.Entries[0].Seq
	wrong := broken("opinion", seq, fmt.Sprintf("意见不是第%d条记录入册的那一条", seq), fmt.Sprintf("the opinion is not one that entry %d commits to", seq))
	parsed, err := history.Parse([]byte(receipt.Entries[0].Data))
	if err != nil {
		return wrong
	}
	act, err := actOf(parsed)
	commit, ok := act.(decision.CommitOpinions)
	if err != nil || !ok || known.Opinion(o.Digest, []byte(o.Body)) != nil || o.Position < commit.First || o.Position > commit.Last ||
		history.InBatch(history.Digest(commit.Root), commit.Last-commit.First+1, o.Position-commit.First, o.Digest, o.Proof) != nil {
		return wrong
	}
	var body decision.Opinion
	if err := jsonText([]byte(o.Body), &body); err != nil {
		return wrong
	}
	r.Opinion = &ShownOpinion{o.Position, o.Digest, body.Text}
	return nil
}

// Encode writes a receipt as a file has it.
func (r Receipt) Encode() ([]byte, error) { return encode(r, "  ") }
