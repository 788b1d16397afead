package httpapi

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/juece/juece/workflow/transparency"
)

// Checkpoint is a signed state of the log (检查点).
type Checkpoint struct {
	Size     int64     `json:"size" doc:"日志的条目数。How many leaves the log had."`
	Root     string    `json:"root"`
	SealedAt time.Time `json:"sealed_at"`
	Note     string    `json:"note" doc:"签名文本，逐字节（C2SP tlog-checkpoint），含见证签名。The signed note, byte for byte, with the cosignatures of witnesses."`
}

func viewCheckpoint(c transparency.Checkpoint) Checkpoint {
	return Checkpoint{Size: c.Size, Root: c.Root.String(), SealedAt: c.SealedAt, Note: string(c.Note)}
}

// Consistency proves that the log only grew (RFC 6962, 2.1.2).
type Consistency struct {
	From  int64    `json:"from"`
	To    int64    `json:"to"`
	Proof []string `json:"proof"`
}

// Proofs show that the entries of a case stand in the log (RFC 6962, 2.1.1).
type Proofs struct {
	Decision   string       `json:"decision"`
	Checkpoint Checkpoint   `json:"checkpoint"`
	Entries    []EntryProof `json:"entries" doc:"检查点所覆盖的记录。The entries that the checkpoint covers."`
	Sealing    *Sealing     `json:"sealing,omitempty"`
}

// EntryProof is the proof of one entry.
type EntryProof struct {
	Seq      int64    `json:"seq"`
	Position int64    `json:"position"`
	Proof    []string `json:"proof"`
}

// Sealing says how far a history is sealed.
type Sealing struct {
	Entries       int64  `json:"entries" doc:"记录数。How many entries there are."`
	Unsealed      int64  `json:"unsealed" doc:"尚未封存的记录数。How many no checkpoint covers yet."`
	OldestSeconds int64  `json:"oldest_seconds" doc:"其中最早一条已等多少秒。For how long the oldest of them has waited."`
	Text          string `json:"text"`
}

func (s *server) log() {
	if s.opts.Log.Store == nil {
		return
	}
	add(s, file(get("get-checkpoint", "/log/checkpoint", "log", "最新检查点 The latest checkpoint",
		"签名文本，可以保存并交给见证人；以后据此可以查出被改动的历史（第三十三条）。The signed note. Whoever keeps it can later tell a history that was changed (D713 Art 33)."), "text/plain", "签名文本。The signed note."), everyone(), s.getCheckpoint)
	add(s, get("list-checkpoints", "/log/checkpoints", "log", "检查点列表 List checkpoints",
		"按日志条目数排列。In order of size (D713 Art 33)."), everyone(), s.listCheckpoints)
	add(s, get("get-consistency", "/log/consistency", "log", "一致性证明 Prove that the log only grew",
		"证明后一检查点包含前一检查点的全部内容，未作改动。That the later state holds the earlier one as it was (D713 Art 33)."), everyone(), s.getConsistency)
	add(s, get("get-proofs", "/decisions/{id}/proofs", "log", "案件记录的存在证明 Prove a history",
		"每条记录在最新检查点中的存在证明（第三十三条）。That each entry stands in the latest checkpoint (D713 Art 33)."), readers(), s.getProofs)
}

type checkpointInput struct {
	Size int64 `query:"size" minimum:"1" doc:"该条目数的检查点，默认为最新。The checkpoint of this size; the latest by default."`
}

type checkpointOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) getCheckpoint(ctx context.Context, _ caller, in *checkpointInput) (*checkpointOutput, error) {
	var c transparency.Checkpoint
	var err error
	if in.Size > 0 {
		c, err = s.opts.Log.Store.Checkpoint(ctx, s.opts.Log.Origin, in.Size)
	} else {
		c, err = s.opts.Log.Latest(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &checkpointOutput{ContentType: "text/plain; charset=utf-8", Body: c.Note}, nil
}

type checkpointsInput struct {
	After int64 `query:"after" minimum:"0" doc:"上一页的next。next of the page before."`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"每页条数。How many on a page."`
}

func (s *server) listCheckpoints(ctx context.Context, _ caller, in *checkpointsInput) (*body[page[Checkpoint]], error) {
	list, err := s.opts.Log.Store.Checkpoints(ctx, s.opts.Log.Origin, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := page[Checkpoint]{Items: make([]Checkpoint, len(list))}
	for i, c := range list {
		out.Items[i] = viewCheckpoint(c)
	}
	if len(list) == in.Limit {
		out.Next = strconv.FormatInt(list[len(list)-1].Size, 10)
	}
	return answer(out), nil
}

type consistencyInput struct {
	From int64 `query:"from" required:"true" minimum:"1" doc:"较早检查点的条目数。The size of the earlier checkpoint."`
	To   int64 `query:"to" minimum:"1" doc:"默认为最新检查点。The latest checkpoint by default."`
}

func (s *server) getConsistency(ctx context.Context, _ caller, in *consistencyInput) (*body[Consistency], error) {
	if in.To == 0 {
		head, err := s.opts.Log.Store.Head(ctx, s.opts.Log.Origin)
		if err != nil {
			return nil, err
		}
		in.To = head.Size
	}
	proof, err := s.opts.Log.Consistency(ctx, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return answer(Consistency{From: in.From, To: in.To, Proof: encode(proof)}), nil
}

func (s *server) getProofs(ctx context.Context, who caller, in *CasePath) (*body[Proofs], error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	proofs, err := s.opts.Log.Prove(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	sealing, err := s.sealing(ctx, who, in.ID, c.Version())
	if err != nil {
		return nil, err
	}
	out := Proofs{Decision: in.ID, Checkpoint: viewCheckpoint(proofs.Checkpoint), Entries: make([]EntryProof, len(proofs.Entries)), Sealing: sealing}
	for i, e := range proofs.Entries {
		out.Entries[i] = EntryProof{Seq: e.Seq, Position: e.Position, Proof: encode(e.Proof)}
	}
	return answer(out), nil
}

// encode writes hashes in base64, as checkpoints do.
func encode[H fmt.Stringer](hashes []H) []string {
	list := make([]string, len(hashes))
	for i, h := range hashes {
		list[i] = h.String()
	}
	return list
}

// sealing says how far a case is sealed; nothing where there is no log.
func (s *server) sealing(ctx context.Context, who caller, id string, entries int64) (*Sealing, error) {
	if s.opts.Log.Store == nil {
		return nil, nil
	}
	b, err := s.opts.Log.Backlog(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &Sealing{Entries: entries, Unsealed: b.Entries}
	if b.Entries > 0 {
		out.OldestSeconds = max(0, int64(s.now().Sub(b.Oldest)/time.Second))
	}
	out.Text = out.text(who.lang)
	return out, nil
}

func (v Sealing) text(lang string) string {
	switch {
	case v.Unsealed == 0 && lang == "en":
		return fmt.Sprintf("all of the %d entries are sealed", v.Entries)
	case v.Unsealed == 0:
		return fmt.Sprintf("%d条记录全部封存", v.Entries)
	case lang == "en":
		return fmt.Sprintf("%d entries of %d not yet sealed, the oldest for %d seconds", v.Unsealed, v.Entries, v.OldestSeconds)
	}
	return fmt.Sprintf("%d条记录中有%d条尚未封存，最早的一条已等%d秒", v.Entries, v.Unsealed, v.OldestSeconds)
}
