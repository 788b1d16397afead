package workflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/pack"
)

// Service runs the procedure over a store. It has no state of its own and is
// safe for concurrent use; any number of them may work on one store.
type Service struct {
	Store    Store
	Register Register
	Vault    Vault
	Packs    *pack.Set          // see [Packs]
	Calendar *calendar.Calendar // see calendar.China
	Sheets   Sheets             // default none: reviews are not checked against a score sheet
	Now      func() time.Time   // default time.Now
	NewID    func() string      // default a UUIDv7
	// Suite makes every digest that the service makes. Default SHA-256. A
	// material that comes with an act bears the digest its caller gave it.
	Suite history.Algorithm
	// Algorithms are those, beside SHA-256 and the suite, of which digests made
	// before are read: an installation may change its suite, and a case that
	// was begun under one goes on under the other.
	Algorithms history.Algorithms
	// Observe is told of each act once it was appended, from the goroutine that
	// asked for it; on a store that was joined to a transaction of the host, that
	// is before the commit. Default nobody is.
	Observe func(context.Context, decision.Kind, Receipt)
}

// Known are the algorithms, beside SHA-256, whose digests are read.
func (s *Service) Known() history.Algorithms {
	return append(s.Algorithms[:len(s.Algorithms):len(s.Algorithms)], s.Suite)
}

// Sheets knows the score sheets by which case files are reviewed (案卷评查);
// see package scoresheet.
type Sheets interface {
	// Check reports what is wrong with a review by the sheet that it names
	// and the findings of the case that was reviewed. The error is a
	// [*decision.InvalidError].
	Check(decision.ReviewCaseFile, []Finding) error
}

// Latest as Request.Expect means: whatever the version is.
const Latest int64 = -1

// maxAttempts bounds how often an act without an expected version is decided
// again because another was recorded meanwhile.
const maxAttempts = 16

// Request asks for one act.
type Request struct {
	Decision string // empty for the act that opens a case
	// Expect is the version the caller has read: the sequence number of the
	// last entry. Latest means that the caller does not care.
	Expect     int64
	Act        decision.Act
	Actor      decision.Actor
	OccurredOn calendar.Date     // default: today in China
	Reasons    map[string]string // by rule, for departing from a norm
	Materials  []Material        // kept together with the entry
	Key        string            // idempotency key; empty for none
	Pack       string            // name of the rule pack, for the act that opens a case; default: by organ and day
}

// Receipt says what was recorded.
type Receipt struct {
	Decision string
	Version  int64 // sequence number of the entry
	Digest   history.Digest
	Stage    Stage
	Findings []Finding // of the rules owed at the act
	Lag      int       // days after it happened that it was recorded (补录); see decision.Ref.Lag
	Replayed bool      // the idempotency key had carried this act before
}

// Propose opens a case under a rule pack, which it keeps (Art 44): the one
// that is named, or the one that governs by organ and day. The error
// wraps pack.ErrUnknown when there is no such pack; otherwise see [Service.Do].
func (s *Service) Propose(ctx context.Context, r Request) (Receipt, error) {
	r.Decision = s.newID()
	if r.Key != "" {
		// The same caller and key lead to the same case, so that a repeat
		// meets the first and no index has to span decisions. Two organs may
		// each call somebody by the same id.
		r.Decision = uuid.NewSHA1(uuid.NameSpaceOID, []byte(r.Actor.Organ+"\x00"+r.Actor.ID+"\x00"+r.Key)).String()
	}
	if _, ok := r.Act.(decision.Propose); !ok {
		return Receipt{}, &RefusedError{Code: CodeStage, Act: r.Act.Kind(), Zh: "案件须以决策事项建议开始", En: "a case begins with a proposal"}
	}
	if err := s.entitle(ctx, r); err != nil {
		return Receipt{}, err
	}
	p, err := s.governing(r)
	if err != nil {
		return Receipt{}, err
	}
	if used, err := s.replay(ctx, r); err != nil || used.Replayed {
		return used, err
	}
	empty := Case{ID: r.Decision, Evidence: Live, Pack: p, Calendar: s.Calendar}
	receipt, err := s.record(ctx, r, loaded{Case: empty})
	if errors.Is(err, ErrConflict) {
		if used, again := s.replay(ctx, r); again != nil || used.Replayed {
			return used, again
		}
	}
	return receipt, err
}

// governing returns the pack that a request to open a case is under.
func (s *Service) governing(r Request) (*pack.Pack, error) {
	organ, on := r.Act.(decision.Propose).Organ, r.OccurredOn
	if on.IsZero() {
		on = calendar.DateOf(s.now())
	}
	matter := pack.Matter{Level: organ.Level, Area: organ.Area, On: on}
	if r.Pack == "" {
		return s.Packs.Choose(matter)
	}
	p, err := s.Packs.Named(r.Pack)
	if err == nil && p.HasLevel(organ.Level) { // of another level R2.1 speaks
		err = s.governed(r.Act, StageNone, p, matter)
	}
	return p, err
}

// governed refuses an act under a pack that is not the one to be under.
func (s *Service) governed(act decision.Act, stage Stage, p *pack.Pack, m pack.Matter) error {
	err := s.Packs.Governs(p, m)
	if err == nil {
		return nil
	}
	chosen := "——"
	if governing, other := s.Packs.Choose(pack.Matter{Level: m.Level, Area: m.Area, Object: p.Object, SpecialLaw: p.SpecialLaw, On: m.On}); other == nil {
		chosen = governing.Name
	}
	return &RefusedError{
		Code: CodePack, Act: act.Kind(), Stage: stage,
		Zh: fmt.Sprintf("规则包“%s”不是%s应当适用的规则包（应为%s）；启动前须以adopt_pack改用", p.Name, m.On, chosen),
		En: fmt.Sprintf("the pack %s is not the one that governs on %s, which is %s; name that one, or adopt it by adopt_pack before the initiation", p.Name, m.On, chosen),
	}
}

// initiatedUnder holds an initiation to the pack that governs on its day (Art
// 44): the norm may have changed since the proposal.
func (s *Service) initiatedUnder(c Case, d Deed) error {
	if _, ok := d.Act.(decision.Initiate); !ok || !c.Pack.HasLevel(c.Organ().Level) {
		return nil
	}
	return s.governed(d.Act, c.Stage, c.Pack, pack.Matter{Level: c.Organ().Level, Area: c.Organ().Area, On: d.OccurredOn})
}

// May says whether an actor may do a kind of act in a case at all, whatever it
// would say: by his roles, in the organ that the case belongs to, and within
// the cases that he is limited to. The errors are those of [Service.Do], which
// asks the same first; a refusal is noted. Without an id it is asked of the roles
// alone, for an act that opens a case.
func (s *Service) May(ctx context.Context, id string, kind decision.Kind, by decision.Actor) error {
	r := Request{Decision: id, Act: sample(kind), Actor: by}
	if id == "" {
		return s.entitle(ctx, r)
	}
	_, err := s.admit(ctx, r)
	return err
}

// admit loads a case for whoever may do the act in it at all. Who holds no role
// for the act is refused before the case is looked for, so that the answer does
// not tell whether there is one.
func (s *Service) admit(ctx context.Context, r Request) (loaded, error) {
	if err := s.entitle(ctx, r); err != nil {
		return loaded{}, err
	}
	have, err := s.load(ctx, r.Decision)
	if err != nil {
		return loaded{}, err
	}
	if zh, en, ok := permitted(have.Case, r.Act, r.Actor); !ok {
		refused := &RefusedError{Code: CodeRole, Act: r.Act.Kind(), Stage: have.Stage, Zh: zh, En: en}
		return loaded{}, errors.Join(refused, s.noteRefusal(ctx, r, s.now(), refused))
	}
	return have, nil
}

// entitle refuses who holds no role for the act.
func (s *Service) entitle(ctx context.Context, r Request) error {
	if err := decision.ValidateValue("actor", r.Actor); err != nil {
		return err
	}
	zh, en, ok := entitled(r.Act.Kind(), r.Actor)
	if ok {
		return nil
	}
	refused := &RefusedError{Code: CodeRole, Act: r.Act.Kind(), Zh: zh, En: en}
	return errors.Join(refused, s.noteRefusal(ctx, r, s.now(), refused))
}

// Do records one act. Errors: ErrNotFound when there is no such case;
// ErrConflict when Request.Expect is not its version; ErrKeyReused;
// a [*decision.InvalidError] or a [*RefusedError] when the act cannot be done.
// Whatever the error, nothing of the act was kept; a refusal is noted outside
// the history.
//
// Who may not do the act is told that before anything else, be it the version
// or what a key has led to. What the rules and the separation of duties say is
// decided upon the very entries that the new one is appended to: when another
// comes between, the act is decided anew, or is a conflict.
func (s *Service) Do(ctx context.Context, r Request) (Receipt, error) {
	if _, ok := r.Act.(decision.CommitOpinions); ok {
		return Receipt{}, &RefusedError{
			Code: CodeForeignAct, Act: r.Act.Kind(),
			Zh: "意见入册由登记簿计算，不能直接提交", En: "what is committed is computed from the register; use CommitOpinions",
		}
	}
	for attempt := 1; ; attempt++ {
		have, err := s.admit(ctx, r)
		if err != nil {
			return Receipt{}, err
		}
		if used, err := s.replay(ctx, r); err != nil || used.Replayed {
			return used, err
		}
		var receipt Receipt
		if r.Expect == Latest || r.Expect == have.Version() {
			receipt, err = s.record(ctx, r, have)
		} else {
			err = fmt.Errorf("%w: expected version %d, it is %d", ErrConflict, r.Expect, have.Version())
		}
		switch {
		case !errors.Is(err, ErrConflict) || attempt == maxAttempts:
			return receipt, err
		case r.Expect != Latest:
			// Somebody was first: perhaps a repeat of this very request.
			if used, again := s.replay(ctx, r); again != nil || used.Replayed {
				return used, again
			}
			return Receipt{}, err
		}
	}
}

// replay returns what the idempotency key has already led to, if anything.
func (s *Service) replay(ctx context.Context, r Request) (Receipt, error) {
	if r.Key == "" || !r.Actor.Reaches(r.Decision) { // of one that opens a case nobody has asked yet
		return Receipt{}, nil
	}
	use, err := s.Store.Replay(ctx, r.Decision, r.Actor.ID, r.Key)
	if errors.Is(err, ErrNotFound) {
		return Receipt{}, nil
	}
	if err != nil {
		return Receipt{}, err
	}
	then, err := s.Known().Of(use.Request) // perhaps not the suite of today
	if err != nil {
		return Receipt{}, fmt.Errorf("workflow: digest of the request: %w", err)
	}
	digest, err := requestDigest(then, r)
	if err != nil {
		return Receipt{}, err
	}
	if digest != use.Request {
		return Receipt{}, ErrKeyReused
	}
	have, err := s.load(ctx, r.Decision)
	if err != nil {
		return Receipt{}, err
	}
	past := have.until(use.Seq)
	record := have.records[use.Seq-1]
	act := past.Deeds[use.Seq-1]
	return Receipt{
		Decision: r.Decision, Version: use.Seq, Digest: record.Digest, Stage: past.Stage,
		Findings: atGate(past, act.Act.Kind(), act.OccurredOn, true), Lag: act.Lag(), Replayed: true,
	}, nil
}

// requestDigest tells one request from another under the same key.
func requestDigest(suite history.Algorithm, r Request) (history.Digest, error) {
	data, err := json.Marshal(struct {
		Decision   string
		Kind       decision.Kind
		Act        decision.Act
		OccurredOn calendar.Date
		Reasons    map[string]string
		Pack       string
		OnBehalfOf string `json:",omitempty"` // in another capacity it is another request
	}{r.Decision, r.Act.Kind(), r.Act, r.OccurredOn, r.Reasons, r.Pack, r.Actor.OnBehalfOf})
	if err != nil {
		return "", fmt.Errorf("workflow: digest of the request: %w", err)
	}
	return suite.Data(data), nil
}

// record applies the act to what was loaded and appends the entry.
func (s *Service) record(ctx context.Context, r Request, have loaded) (Receipt, error) {
	return s.recordWith(ctx, r, have, nil)
}

func (s *Service) recordWith(ctx context.Context, r Request, have loaded, positions []Position) (Receipt, error) {
	if err := decision.ValidateValue("actor", r.Actor); err != nil {
		return Receipt{}, err
	}
	now := s.now()
	if now.Before(have.recordedAt) { // a clock set back does not turn the history round
		now = have.recordedAt
	}
	today := calendar.DateOf(now)
	occurred := r.OccurredOn // r itself stays as the caller sent it: its digest tells repeats
	if occurred.IsZero() {
		occurred = today
	}
	deed := Deed{
		Ref: decision.Ref{Seq: have.Version() + 1, OccurredOn: occurred, RecordedOn: today, Actor: r.Actor},
		Act: r.Act, Reasons: r.Reasons,
	}
	adopted, unknown := s.newPack(r.Act)
	deed.Pack = adopted
	applied, err := Apply(have.Case, deed) // refuses who may not, before it is said which packs there are
	if err == nil {
		err = unknown
	}
	if err == nil {
		err = s.initiatedUnder(have.Case, deed)
	}
	if review, ok := r.Act.(decision.ReviewCaseFile); ok && err == nil && s.Sheets != nil {
		err = s.Sheets.Check(review, Evaluate(have.Case, occurred))
	}
	if err == nil {
		err = s.linked(ctx, have.Case, r.Act, r.Actor)
	}
	if err == nil {
		err = s.heard(ctx, have.Case, r.Act)
	}
	if err == nil {
		err = s.holds(ctx, r, applied.Case.Stage)
	}
	if erase, ok := r.Act.(decision.EraseData); ok && err == nil {
		err = s.stillHolds(ctx, r.Decision, erase, applied.Case.Stage)
	}
	if err != nil {
		return Receipt{}, errors.Join(err, s.noteRefusal(ctx, r, now, err))
	}
	w, err := s.write(r, have, applied, deed, now)
	if err != nil {
		return Receipt{}, err
	}
	w.Positions = positions
	if err := s.Store.Append(ctx, w); err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{
		Decision: have.ID, Version: deed.Seq, Digest: w.Entry.Digest,
		Stage: applied.Case.Stage, Findings: applied.Findings, Lag: deed.Lag(),
	}
	if s.Observe != nil {
		s.Observe(ctx, r.Act.Kind(), receipt)
	}
	return receipt, nil
}

// holds checks that every material the act names is held or comes with it: a
// step is its evidence.
func (s *Service) holds(ctx context.Context, r Request, stage Stage) error {
	named := decision.Materials(r.Act)
	if len(named) == 0 {
		return nil
	}
	with := map[history.Digest]bool{}
	for _, m := range r.Materials {
		with[m.Digest] = true
	}
	var ask []history.Digest
	for _, m := range named {
		if d := history.Digest(m.Digest); !with[d] {
			ask = append(ask, d)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	lacking, err := s.Vault.Lacking(ctx, r.Decision, ask)
	if err != nil || len(lacking) == 0 {
		return err
	}
	return &RefusedError{
		Code: CodeMaterial, Act: r.Act.Kind(), Stage: stage,
		Zh: fmt.Sprintf("所列材料尚未上传：%v", lacking), En: fmt.Sprintf("materials are named but were not uploaded: %v", lacking),
	}
}

// write puts together everything that the act changes.
func (s *Service) write(r Request, have loaded, applied Applied, deed Deed, now time.Time) (Write, error) {
	act, err := marshal(r.Act)
	if err != nil {
		return Write{}, err
	}
	c := applied.Case
	entry, err := history.Entry{
		Format: history.Format, Decision: c.ID, Seq: deed.Seq, Kind: string(r.Act.Kind()),
		Actor:      historyActor(r.Actor),
		OccurredOn: deed.OccurredOn.String(), RecordedAt: history.FormatTime(now),
		Pack: history.Digest(c.Pack.Digest()), Calendar: history.Digest(c.Calendar.Digest()),
		Act: act, Findings: historyFindings(applied.Findings), Prev: have.head(),
	}.EncodeWith(s.Suite)
	if err != nil {
		return Write{}, err
	}
	created := now
	if len(have.entries) > 0 {
		if created, err = history.ParseTime(have.entries[0].RecordedAt); err != nil {
			return Write{}, err
		}
	}
	w := Write{Entry: entry, Materials: r.Materials, Erasures: erasures(r.Act)}
	w.Summary, w.Tasks = Summarize(c, entry.Digest, created, now)
	if r.Key != "" {
		digest, err := requestDigest(s.Suite, r)
		if err != nil {
			return Write{}, err
		}
		w.Use = &Use{Actor: r.Actor.ID, Key: r.Key, Request: digest, Seq: deed.Seq}
	}
	body, err := marshal(Recorded{
		Decision: c.ID, Version: deed.Seq, Act: r.Act.Kind(), Stage: c.Stage, Digest: entry.Digest,
		Pack: c.Pack.Name, PackDigest: history.Digest(c.Pack.Digest()),
	})
	if err != nil {
		return Write{}, err
	}
	w.Events = []Event{{ID: s.newID(), Type: EventRecorded, Body: body}}
	return w, nil
}

// Summarize derives the state row and the open tasks of a case from its history:
// head is the digest of the last entry, created and updated are when the first
// and the last were recorded. Whoever recorded the last entry kept just these,
// so they can be made once more and compared.
func Summarize(c Case, head history.Digest, created, updated time.Time) (Summary, []Task) {
	row := Summary{
		Decision: c.ID, Version: c.Version(), Head: head, Stage: string(c.Stage), Title: c.Title(),
		Organ: c.Organ().Name, LeadUnit: c.Decision.LeadUnit(),
		Pack: history.Digest(c.Pack.Digest()), PackName: c.Pack.Name,
		CreatedAt: created.Truncate(time.Microsecond), UpdatedAt: updated.Truncate(time.Microsecond),
	}
	return row, tasks(c, calendar.DateOf(updated))
}

// EventRecorded is the type of the event of an entry, whose body is a [Recorded].
const EventRecorded = "juece.entry.recorded"

// Recorded is what listeners are told of an entry: where to look, not what it
// says, because what it says may not be theirs to read.
type Recorded struct {
	Decision   string         `json:"decision"`
	Version    int64          `json:"version"`
	Act        decision.Kind  `json:"act"`
	Stage      Stage          `json:"stage"`
	Digest     history.Digest `json:"digest"`
	Pack       string         `json:"pack,omitempty"` // its name; events of earlier programs lack both
	PackDigest history.Digest `json:"pack_digest,omitempty"`
}

func (s *Service) noteRefusal(ctx context.Context, r Request, at time.Time, why error) error {
	var refused *RefusedError
	code, findings := "invalid_act", []Finding(nil)
	if errors.As(why, &refused) {
		code, findings = string(refused.Code), refused.Findings
	}
	body, err := json.Marshal(findings)
	if err != nil {
		return fmt.Errorf("workflow: note the refusal: %w", err)
	}
	return s.Store.Refuse(ctx, Refusal{
		ID: s.newID(), Decision: r.Decision, Kind: string(r.Act.Kind()), Actor: r.Actor.ID,
		Code: code, Findings: body, At: at.Truncate(time.Microsecond),
	})
}

// Read returns a case, folded from its history. The chain is verified on the
// way; an error wraps history.ErrBroken when it does not hold, and
// history.ErrAlgorithm when it takes an algorithm that the service was not given.
func (s *Service) Read(ctx context.Context, id string) (Case, error) {
	have, err := s.load(ctx, id)
	return have.Case, err
}

// Moment is a point in a history: a time, or an entry. The zero value is now.
type Moment struct {
	Time time.Time
	Seq  int64 // the last entry to count
}

// ReadAt returns a case as it stood recorded at a moment, the entries that it
// was folded from, and the civil day of the moment, on which it is then to be
// judged. What was recorded later is not there, whatever day it is said to have
// happened on; opinions that waited in the register then are not known any
// more. The error is [ErrNotFound] when nothing had been recorded.
func (s *Service) ReadAt(ctx context.Context, id string, at Moment) (Case, []history.Record, calendar.Date, error) {
	have, err := s.load(ctx, id)
	if err != nil {
		return Case{}, nil, calendar.Date{}, err
	}
	n, on := len(have.entries), calendar.DateOf(s.now())
	for i, e := range have.entries {
		recorded, err := history.ParseTime(e.RecordedAt)
		if err != nil {
			return Case{}, nil, calendar.Date{}, err
		}
		if at.Seq > 0 && e.Seq > at.Seq || !at.Time.IsZero() && recorded.After(at.Time) {
			n = i
			break
		}
		if at.Seq > 0 {
			on = calendar.DateOf(recorded)
		}
	}
	if !at.Time.IsZero() {
		on = calendar.DateOf(at.Time)
	}
	if n == 0 || at.Seq > int64(len(have.entries)) {
		return Case{}, nil, calendar.Date{}, fmt.Errorf("%s at that moment: %w", id, ErrNotFound)
	}
	return have.until(int64(n)), have.records[:n], on, nil
}

// History returns the entries of a case verbatim.
func (s *Service) History(ctx context.Context, id string) ([]history.Record, error) {
	return s.Store.Load(ctx, id)
}

// Missing returns what the gate of a case still lacks today; see the function
// [Missing], with [Service.Waiting].
func (s *Service) Missing(ctx context.Context, id string, gate decision.Kind) ([]Finding, error) {
	c, err := s.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	gate = cmp.Or(gate, c.Stage.Info().Gate)
	waiting, err := s.Waiting(ctx, c, gate)
	return append(Missing(c, gate, calendar.DateOf(s.now())), waiting...), err
}

// loaded is a case with the entries it was folded from.
type loaded struct {
	Case
	records    []history.Record
	entries    []history.Entry
	recordedAt time.Time
}

func (l loaded) head() history.Digest {
	last, _ := decision.Last(l.records)
	return last.Digest
}

func (s *Service) load(ctx context.Context, id string) (loaded, error) {
	records, err := s.Store.Load(ctx, id)
	if err != nil {
		return loaded{}, err
	}
	entries, err := history.Verify(id, records, s.Known()...)
	if err != nil {
		return loaded{}, fmt.Errorf("workflow: history of %s: %w", id, err)
	}
	l := loaded{
		Case:    Case{ID: id, Evidence: Live, Calendar: s.Calendar},
		records: records, entries: entries,
	}
	deeds := make([]Deed, len(entries))
	for i, e := range entries {
		if deeds[i], err = deedOf(e); err != nil {
			return loaded{}, fmt.Errorf("workflow: history of %s: entry %d: %w", id, e.Seq, err)
		}
		if deeds[i].Pack, err = s.Packs.Digested(string(e.Pack)); err != nil {
			return loaded{}, fmt.Errorf("workflow: pack of %s: entry %d: %w", id, e.Seq, err)
		}
	}
	l.Case = l.Fold(deeds)
	l.recordedAt, err = history.ParseTime(entries[len(entries)-1].RecordedAt)
	return l, err
}

// deedOf reads back the act in an entry.
func deedOf(e history.Entry) (Deed, error) {
	info, err := decision.Describe(decision.Kind(e.Kind))
	if err != nil {
		return Deed{}, err
	}
	act, err := info.Decode(e.Act)
	if err != nil {
		return Deed{}, err
	}
	recorded, err := history.ParseTime(e.RecordedAt)
	if err != nil {
		return Deed{}, err
	}
	d := Deed{Act: act, Ref: decision.Ref{Seq: e.Seq, RecordedOn: calendar.DateOf(recorded), Actor: actorOf(e.Actor)}}
	if err := d.OccurredOn.UnmarshalText([]byte(e.OccurredOn)); err != nil {
		return Deed{}, err
	}
	for _, f := range e.Findings {
		if f.Reason != "" {
			if d.Reasons == nil {
				d.Reasons = map[string]string{}
			}
			d.Reasons[f.Rule] = f.Reason
		}
	}
	return d, nil
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *Service) newID() string {
	if s.NewID != nil {
		return s.NewID()
	}
	return uuid.Must(uuid.NewV7()).String()
}
