package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// Draft is one version of the draft (决策草案).
type Draft struct {
	Draft       int                 `json:"draft" doc:"版次。The version."`
	Seq         int64               `json:"seq" doc:"提交它的记录。The entry that submitted it."`
	SubmittedOn calendar.Date       `json:"submitted_on" doc:"提交日。The day on which it was submitted."`
	By          string              `json:"by,omitempty" doc:"提交单位。The unit that submitted it."`
	Changes     string              `json:"changes,omitempty" doc:"与上一版的不同。What differs from the version before, as its author says."`
	Materials   []decision.Material `json:"materials"`
	Named       []NamedDraft        `json:"named" doc:"针对此版的意见和审查。Opinions and reviews that name this version."`
}

// NamedDraft is an act that was done on a version.
type NamedDraft struct {
	Seq   int64         `json:"seq"`
	Kind  decision.Kind `json:"kind"`
	Zh    string        `json:"zh"`
	En    string        `json:"en"`
	Stale bool          `json:"stale" doc:"此后又有新的版次。There is a later version since."`
}

// DraftDiff is what changed between two versions.
type DraftDiff struct {
	Draft   int              `json:"draft"`
	Against int              `json:"against"`
	Changes []MaterialChange `json:"changes" doc:"相同的材料不列。Materials that are the same are left out."`
}

// MaterialChange is a material of one version and what stands in its place in
// the other.
type MaterialChange struct {
	Place  string             `json:"place" doc:"正文、起草说明或者材料名称。text, explanation, or the title of a material."`
	Before *decision.Material `json:"before,omitempty" doc:"没有则为新增。Absent when it was added."`
	After  *decision.Material `json:"after,omitempty" doc:"没有则为删去。Absent when it was removed."`
	Lines  []DiffLine         `json:"lines,omitempty" doc:"纯文本的逐行变化，前后各带三行；不能比较的没有。Line by line for plain text, with three lines around; absent for what cannot be compared."`
	Why    string             `json:"why,omitempty" enum:"not_text,too_large,restricted,erased" doc:"没有逐行比较的原因。Why there is no comparison by line."`
}

// DiffLine is a line of a comparison.
type DiffLine struct {
	Op   string `json:"op" enum:"same,removed,added,gap"`
	Text string `json:"text,omitempty"`
}

// maxCompared bounds the texts that are compared line by line, in bytes.
const maxCompared = 1 << 20

type diffInput struct {
	CasePath
	Draft   int `path:"draft" minimum:"1" maximum:"10000" doc:"版次。The version."`
	Against int `query:"against" minimum:"1" maximum:"10000" doc:"与哪一版比较，默认为上一版。The version to compare with; the one before by default."`
}

func (s *server) drafts() {
	add(s, get("list-drafts", "/decisions/{id}/drafts", "decisions", "草案各版 The versions of the draft",
		"每版的材料和针对它的意见、审查（第十二条、第二十五条）。The materials of each version, and which opinions and reviews were given on it (D713 Arts 12, 25)."), readers(), s.listDrafts)
	add(s, get("diff-draft", "/decisions/{id}/drafts/{draft}/diff", "decisions", "两版草案的不同 What changed between two versions",
		"逐份材料比较，纯文本逐行比较（第十八条）。Material by material, and plain text line by line (D713 Art 18)."), readers(), s.diffDraft)
	add(s, get("get-package", "/decisions/{id}/package", "decisions", "送审材料 The package under legality review",
		"送审材料和此前各步骤的证据，自审查部门上次意见以来新增的有标记（第二十六条、第二十七条）。What was sent for review, and the evidence of the steps before; what came since the reviewer's last word is marked (D713 Arts 26, 27)."), packageReaders(), s.getPackage)
}

func (s *server) listDrafts(ctx context.Context, who caller, in *CasePath) (*body[page[Draft]], error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	last, _ := c.Decision.Draft()
	out := page[Draft]{Items: make([]Draft, len(c.Decision.Drafts))}
	for i, d := range c.Decision.Drafts {
		out.Items[i] = Draft{
			Draft: d.Act.Draft, Seq: d.Seq, SubmittedOn: d.OccurredOn, By: d.Actor.Unit, Changes: d.Act.Changes,
			Materials: decision.Materials(d.Act), Named: named(c, d.Act.Draft, last.Act.Draft),
		}
	}
	return answer(out), nil
}

// named lists the acts that were done on a version.
func named(c workflow.Case, version, last int) []NamedDraft {
	list := []NamedDraft{}
	for _, d := range c.Deeds {
		on, ok := d.Act.(decision.OnDraft)
		if !ok || on.Version() != version {
			continue
		}
		n := NamedDraft{Seq: d.Seq, Kind: d.Act.Kind(), Stale: version < last}
		if info, err := decision.Describe(n.Kind); err == nil {
			n.Zh, n.En = info.Zh, info.En
		}
		list = append(list, n)
	}
	return list
}

func (s *server) diffDraft(ctx context.Context, who caller, in *diffInput) (*body[DraftDiff], error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	against := in.Against
	if against == 0 {
		against = in.Draft - 1
	}
	after, known := placesOf(c, in.Draft)
	before, also := placesOf(c, against)
	if !known || !also {
		return nil, coded{"not_found", "没有这一版草案", "there is no such version"}
	}
	out := DraftDiff{Draft: in.Draft, Against: against, Changes: []MaterialChange{}}
	for _, place := range slices.Compact(slices.Sorted(slices.Values(append(keys(before), keys(after)...)))) {
		was, is := before[place], after[place]
		if was.Digest == is.Digest {
			continue
		}
		change := MaterialChange{Place: place}
		if was.Known() {
			change.Before = &was
		}
		if is.Known() {
			change.After = &is
		}
		if change.Before != nil && change.After != nil {
			if change.Lines, change.Why, err = s.compare(ctx, who, c, was, is); err != nil {
				return nil, err
			}
		}
		out.Changes = append(out.Changes, change)
	}
	return answer(out), nil
}

func keys(m map[string]decision.Material) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

// placesOf are the materials of a version by where they stand: two versions are
// compared place by place.
func placesOf(c workflow.Case, version int) (map[string]decision.Material, bool) {
	i := slices.IndexFunc(c.Decision.Drafts, func(d decision.Done[decision.SubmitDraft]) bool { return d.Act.Draft == version })
	if i < 0 {
		return nil, false
	}
	d := c.Decision.Drafts[i].Act
	places := map[string]decision.Material{"text": d.Text, "explanation": d.Explanation}
	for _, m := range d.Materials {
		places[m.Title] = m
	}
	return places, true
}

// compare compares two texts line by line, as far as the caller may read them.
func (s *server) compare(ctx context.Context, who caller, c workflow.Case, was, is decision.Material) ([]DiffLine, string, error) {
	var texts [2]string
	for i, m := range []decision.Material{was, is} {
		digest := history.Digest(m.Digest)
		if digest.Committed() && !who.maySeeRestricted(c) {
			return nil, "restricted", nil
		}
		held, err := s.svc.Vault.Material(ctx, c.ID, digest)
		switch {
		case errors.Is(err, workflow.ErrErased):
			return nil, "erased", nil
		case err != nil:
			return nil, "", err
		case held.Size() > maxCompared:
			return nil, "too_large", nil
		}
		text, err := io.ReadAll(held.Reader())
		switch {
		case errors.Is(err, workflow.ErrErased):
			return nil, "erased", nil
		case err != nil:
			return nil, "", err
		case !plainText(held.MediaType, text):
			return nil, "not_text", nil
		}
		texts[i] = string(text)
	}
	lines, err := diffLines(texts[0], texts[1])
	return lines, "", err
}

func plainText(said string, text []byte) bool {
	media, _, err := mime.ParseMediaType(said)
	return err == nil && (media == "text/plain" || media == "text/markdown") && utf8.Valid(text)
}

// diffLines leaves out what is the same on both sides, but for three lines
// around what is not.
func diffLines(was, is string) ([]DiffLine, error) {
	unified, err := udiff.ToUnifiedDiff("", "", was, udiff.Lines(was, is), udiff.DefaultContextLines)
	if err != nil {
		return nil, err
	}
	ops := map[udiff.OpKind]string{udiff.Delete: "removed", udiff.Insert: "added", udiff.Equal: "same"}
	lines := []DiffLine{}
	for i, hunk := range unified.Hunks {
		if i > 0 {
			lines = append(lines, DiffLine{Op: "gap"})
		}
		for _, l := range hunk.Lines {
			lines = append(lines, DiffLine{Op: ops[l.Kind], Text: strings.TrimSuffix(l.Content, "\n")})
		}
	}
	return lines, nil
}

// Package is the package under review with the evidence of the steps before.
type Package struct {
	Draft      int           `json:"draft" doc:"送审的版次。The version under review."`
	Seq        int64         `json:"seq" doc:"送审或者补齐的记录。The entry that sent the package, or completed it last."`
	CompleteOn calendar.Date `json:"complete_on,omitzero" doc:"材料齐备之日，审查期间自次日起算。The day from which the time for review counts."`
	OpinionDue calendar.Date `json:"opinion_due,omitzero" doc:"要求出具意见之日。The day on which the opinion is asked for."`
	Reviewed   int64         `json:"reviewed,omitempty" doc:"审查部门上次意见的记录。The entry of the reviewer's last word; absent when there is none."`
	New        int           `json:"new" doc:"此后新增的材料数。How many materials came since."`
	Enclosed   []Enclosure   `json:"enclosed" doc:"送审材料。The package."`
	Evidence   []Enclosure   `json:"evidence" doc:"此前各步骤的材料。Materials of the steps before."`
}

// Enclosure is a material of a package.
type Enclosure struct {
	Digest          string        `json:"digest"`
	Title           string        `json:"title"`
	Act             decision.Kind `json:"act"`
	Seq             int64         `json:"seq"`
	SinceLastReview bool          `json:"since_last_review"`
}

func (s *server) getPackage(ctx context.Context, who caller, in *CasePath) (*body[Package], error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	sent, ok := c.Submission()
	if !ok {
		return nil, coded{"not_found", "尚未送审", "nothing was sent for review"}
	}
	view := func(list []workflow.Enclosure) []Enclosure {
		out := make([]Enclosure, len(list))
		for i, e := range list {
			out[i] = Enclosure{e.Digest, e.Title, e.Act, e.Seq, e.New}
		}
		return out
	}
	return answer(Package{
		Draft: sent.Draft, Seq: sent.Seq, CompleteOn: sent.CompleteOn, OpinionDue: sent.OpinionDue, Reviewed: sent.Reviewed, New: sent.New,
		Enclosed: view(sent.Enclosed), Evidence: view(sent.Evidence),
	}), nil
}
