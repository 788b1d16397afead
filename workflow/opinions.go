package workflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

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
// The answer holds a digest for each opinion, in order: its author's receipt.
func (s *Service) ReceiveOpinions(ctx context.Context, id string, by decision.Actor, opinions []decision.Opinion) ([]Opinion, error) {
	if !by.Reaches(id) {
		return nil, fmt.Errorf("%w: the identity is limited to other cases", ErrNotFound)
	}
	c, err := s.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	now := s.now()
	kept := make([]Opinion, 0, len(opinions))
	for _, o := range opinions {
		if err := decision.ValidateValue("opinion", o); err != nil {
			return nil, err
		}
		if !takesOpinions(c, o.Activity, calendar.DateOf(now), by) {
			if !announced(c, o.Activity) && !Reads(by, c.Organ().Name) { // nor is he told that there is such a case
				return nil, fmt.Errorf("%w: no such activity", ErrNotFound)
			}
			return nil, &RefusedError{
				Code: CodeOpinionsClosed, Act: "opinion", Stage: c.Stage,
				Zh: "此项活动现在不接收意见", En: "this activity takes no opinions now",
			}
		}
		o.Salt = rand.Text()
		body, err := marshal(o)
		if err != nil {
			return nil, err
		}
		kept = append(kept, Opinion{ID: s.newID(), Digest: s.Suite.Opinion(body), Body: body, ReceivedAt: now})
	}
	if err := s.Register.Receive(ctx, id, kept); err != nil {
		return nil, err
	}
	return kept, nil
}

// announced reports whether the public was told of an activity, and so of the
// case.
func announced(c Case, activity string) bool {
	return activity == Feedback && issuedAt(c.Decision) > 0 ||
		slices.ContainsFunc(c.Decision.Comments, func(o decision.Done[decision.OpenComment]) bool { return o.Act.Activity == activity }) ||
		slices.ContainsFunc(c.Decision.Announcements, func(a decision.Done[decision.AnnounceHearing]) bool { return a.Act.Activity == activity })
}

// takesOpinions says whether an activity takes opinions from the actor today.
func takesOpinions(c Case, activity string, today calendar.Date, by decision.Actor) bool {
	staff := slices.Contains(by.Roles, RoleUndertakingUnit) && by.Organ == c.Organ().Name
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
// register, at most ten thousand at a time, and returns the receipt of each
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
