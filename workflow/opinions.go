package workflow

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// Feedback is the activity of opinions on a decision that was issued and on
// its execution (Art 35 ¶2).
const Feedback = "feedback"

// maxBatch is how many opinions one act commits to.
const maxBatch = 10_000

// ReceiveOpinions takes opinions (意见) into the intake register of a case. It
// writes nothing to the history and conflicts with nobody. The public can
// comment while a period is open; the undertaking unit enters what came by
// letter or was said in a meeting for as long as the draft is being formed.
// From publication on, for as long as the decision is in force, anybody can
// give [Feedback].
//
// With a key, the same opinions from the same caller are taken once, on
// whichever replica and however late the repeat comes: also when the period has
// ended or an opinion was erased meanwhile. Others under the key are
// [ErrKeyReused], and none of them is kept.
func (s *Service) ReceiveOpinions(ctx context.Context, id string, by decision.Actor, key string, opinions []decision.Opinion) (Intake, error) {
	if !by.Reaches(id) {
		return Intake{}, fmt.Errorf("%w: the identity is limited to other cases", ErrNotFound)
	}
	c, err := s.Read(ctx, id)
	if err != nil {
		return Intake{}, err
	}
	now := s.now()
	closed := false
	for _, o := range opinions {
		if err := decision.ValidateValue("opinion", o); err != nil {
			return Intake{}, err
		}
		switch {
		case takesOpinions(c, o.Activity, calendar.DateOf(now), by):
		case !announced(c, o.Activity) && !Reads(by, c.Organ().Name): // nor is he told that there is such a case
			return Intake{}, fmt.Errorf("%w: no such activity", ErrNotFound)
		case !forAll(c, o.Activity) && !undertakes(c, by): // at no time
			return Intake{}, opinionsClosed(c)
		default:
			closed = true
		}
	}
	if before, err := s.received(ctx, id, by, key, opinions); err != nil || before.Replayed {
		return before, err
	}
	if closed {
		return Intake{}, opinionsClosed(c)
	}
	kept := make([]Opinion, len(opinions))
	for i, o := range opinions {
		o.Salt = rand.Text()
		body, err := marshal(o)
		if err != nil {
			return Intake{}, err
		}
		kept[i] = Opinion{ID: s.newID(), Digest: s.Suite.Opinion(body), Body: body, ReceivedAt: now}
		if key != "" {
			kept[i].ID = opinionID(by, key, i)
		}
	}
	err = s.Register.Receive(ctx, id, kept)
	if errors.Is(err, ErrConflict) { // a request with the key was faster
		if before, again := s.received(ctx, id, by, key, opinions); again != nil || before.Replayed {
			return before, again
		}
	}
	if err != nil {
		return Intake{}, err
	}
	return Intake{Opinions: kept}, nil
}

// Intake is what came of handing opinions in.
type Intake struct {
	Opinions []Opinion // in the order in which they were sent; the digest of each is its author's receipt
	Replayed bool      // the idempotency key had brought them before
}

// opinionID is the id of the opinion at an index of the request with a key: the
// same wherever and whenever the request comes. The ids of a request ascend.
// Two organs may each call somebody by the same id.
func opinionID(by decision.Actor, key string, index int) string {
	name := strings.Join([]string{by.Organ, by.ID, by.OnBehalfOf, key}, "\x00")
	id := uuid.NewHash(sha256.New(), uuid.NameSpaceOID, []byte(name), 8)
	binary.BigEndian.PutUint32(id[12:], uint32(index)) //nolint:gosec // no request has so many
	return id.String()
}

// received returns what the key has brought already, if anything.
func (s *Service) received(ctx context.Context, id string, by decision.Actor, key string, opinions []decision.Opinion) (Intake, error) {
	if key == "" {
		return Intake{}, nil
	}
	ids := make([]string, len(opinions)+1) // one more: there may have been more the first time
	for i := range ids {
		ids[i] = opinionID(by, key, i)
	}
	held, err := s.Register.Held(ctx, id, ids)
	if err != nil || len(held) == 0 {
		return Intake{}, err
	}
	if len(held) != len(opinions) {
		return Intake{}, ErrKeyReused
	}
	for i, o := range held {
		same, err := says(o, opinions[i])
		if err != nil {
			return Intake{}, err
		}
		if !same {
			return Intake{}, ErrKeyReused
		}
	}
	return Intake{Opinions: held, Replayed: true}, nil
}

// says reports whether an opinion that is held is the one that was sent, but
// for the salt, which is of each receipt. Nobody knows any more what one that
// was erased said; its key is believed.
func says(held Opinion, sent decision.Opinion) (bool, error) {
	if held.Erased > 0 {
		return true, nil
	}
	var said decision.Opinion
	if err := json.Unmarshal(held.Body, &said); err != nil {
		return false, fmt.Errorf("workflow: opinion %s: %w", held.ID, err)
	}
	said.Salt, sent.Salt = "", ""
	a, err := marshal(said)
	if err != nil {
		return false, err
	}
	b, err := marshal(sent)
	return bytes.Equal(a, b), err
}

func opinionsClosed(c Case) error {
	return &RefusedError{
		Code: CodeOpinionsClosed, Act: "opinion", Stage: c.Stage,
		Zh: "此项活动现在不接收意见", En: "this activity takes no opinions now",
	}
}

// announced reports whether the public was told of an activity, and so of the
// case.
func announced(c Case, activity string) bool {
	return activity == Feedback && issuedAt(c.Decision) > 0 ||
		slices.ContainsFunc(c.Decision.Comments, func(o decision.Done[decision.OpenComment]) bool { return o.Act.Activity == activity }) ||
		slices.ContainsFunc(c.Decision.Announcements, func(a decision.Done[decision.AnnounceHearing]) bool { return a.Act.Activity == activity })
}

// forAll reports whether anybody can give opinions on an activity in its time,
// and not only the undertaking unit enter what it was told.
func forAll(c Case, activity string) bool {
	return activity == Feedback ||
		slices.ContainsFunc(c.Decision.Comments, func(o decision.Done[decision.OpenComment]) bool { return o.Act.Activity == activity })
}

func undertakes(c Case, by decision.Actor) bool {
	return slices.Contains(by.Roles, RoleUndertakingUnit) && by.Organ == c.Organ().Name
}

// takesOpinions says whether an activity takes opinions from the actor today.
func takesOpinions(c Case, activity string, today calendar.Date, by decision.Actor) bool {
	staff := undertakes(c, by)
	forming := c.Stage == StageDrafting || c.Stage == StageReview || c.Stage == StageReviewed
	if activity == Feedback { // Art 35 ¶2: from publication on, by anybody
		return slices.Contains(inForce, c.Stage)
	}
	for _, o := range c.Decision.Comments {
		if o.Act.Activity == activity {
			open := !today.Before(o.Act.StartsOn) && !today.After(o.Act.EndsOn)
			return open || (staff && forming)
		}
	}
	if !staff || !forming {
		return false
	}
	return slices.ContainsFunc(c.Decision.PublicHeard, func(h decision.Done[decision.HearPublic]) bool { return h.Act.Activity == activity }) ||
		slices.ContainsFunc(c.Decision.Announcements, func(a decision.Done[decision.AnnounceHearing]) bool { return a.Act.Activity == activity })
}

// CommitOpinions commits the history to the opinions that are pending in the
// register, at most ten thousand at a time and in each batch in the order in
// which they were received, and returns the receipt of each
// act. No pending opinion is not an error: the list is empty.
func (s *Service) CommitOpinions(ctx context.Context, id string, by decision.Actor) ([]Receipt, error) {
	// Whoever may not is told so, also when nothing waits.
	if err := s.May(ctx, id, decision.CommitOpinions{}.Kind(), by); err != nil {
		return nil, err
	}
	var receipts []Receipt
	for attempt := 0; attempt < maxAttempts; {
		pending, err := s.Register.Pending(ctx, id, maxBatch)
		if err != nil || len(pending) == 0 {
			return receipts, err
		}
		have, err := s.load(ctx, id)
		if err != nil {
			return receipts, err
		}
		// In the order in which they came: an id that a key made tells no time.
		slices.SortFunc(pending, func(a, b Opinion) int {
			return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.ID, b.ID))
		})
		first := have.Decision.OpinionCount() + 1
		positions := make([]Position, len(pending))
		digests := make([]history.Digest, len(pending))
		for i, o := range pending {
			positions[i] = Position{Opinion: o.ID, Position: first + int64(i)}
			digests[i] = o.Digest
		}
		root, err := history.Root(digests)
		if err != nil {
			return receipts, fmt.Errorf("workflow: opinions of %s: %w", id, err)
		}
		act := decision.CommitOpinions{First: first, Last: first + int64(len(pending)) - 1, Root: string(root)}
		receipt, err := s.recordWith(ctx, Request{Decision: id, Expect: Latest, Act: act, Actor: by}, have, positions)
		switch {
		case errors.Is(err, ErrConflict):
			attempt++
		case err != nil:
			return receipts, err
		default:
			receipts = append(receipts, receipt)
		}
	}
	return receipts, fmt.Errorf("%w: the opinions of %s were being committed elsewhere", ErrConflict, id)
}

// Waiting is the finding that opinions wait in the register of a case which a
// gate would end; none where none waits, or where the gate ends nothing. The
// history knows nothing of them yet, so no rule asks for their disposition
// (Art 35 ¶2) before somebody commits to them: the office sees to it.
func (s *Service) Waiting(ctx context.Context, c Case, gate decision.Kind) ([]Finding, error) {
	if !slices.Contains(executionGates, gate) {
		return nil, nil
	}
	pending, err := s.Register.Pending(ctx, c.ID, 1)
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	acts := []decision.Kind{"commit_opinions"}
	return []Finding{{
		Rule: "R35.2", Norm: d713, Article: 35, Paragraph: 2, Status: Violated, Severity: Hard,
		Zh:   "登记簿中有尚未入册的意见，须由政府办公室或者承办、执行单位入册后作出处理",
		En:   "opinions wait in the register; the office, or the undertaking or an executing unit, commits to them, and they are handled",
		Acts: acts, ClearedBy: whoMay(acts),
	}}, nil
}

// heard refuses to end the execution while opinions wait; see [Service.Waiting].
func (s *Service) heard(ctx context.Context, c Case, act decision.Act) error {
	if a, concluded := act.(decision.ConcludeAdjustment); concluded && !a.Ends() {
		return nil
	}
	waiting, err := s.Waiting(ctx, c, act.Kind())
	if err != nil || len(waiting) == 0 {
		return err
	}
	return &RefusedError{
		Code: CodeRule, Act: act.Kind(), Stage: c.Stage,
		Zh: "有法定要求未满足", En: "the law forbids it as the record stands", Findings: waiting,
	}
}
