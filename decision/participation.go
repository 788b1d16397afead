package decision

import "github.com/juece/juece/workflow/calendar"

// OpenComment publishes the draft for comment (向社会公开征求意见, Art 15). It
// happens on the day the notice appears.
type OpenComment struct {
	Activity    string        `json:"activity,omitempty" validate:"required,max=64"` // names this round within the case
	Draft       int           `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Text        Material      `json:"text,omitzero"`
	Explanation Material      `json:"explanation,omitzero"`
	Channels    []Channel     `json:"channels,omitempty" validate:"required,min=1,max=50,dive"`
	HowTo       string        `json:"how_to,omitempty" validate:"required,max=5000"` // 提出意见的方式
	StartsOn    calendar.Date `json:"starts_on,omitzero" validate:"required"`
	EndsOn      calendar.Date `json:"ends_on,omitzero" validate:"required"`
	// ShortenedReason is the reason for a period under 30 days as the
	// published notice itself states it. A reason given later does not cure.
	ShortenedReason string `json:"shortened_reason,omitempty" validate:"max=5000"`
}

// CloseComment states that the period is over (Art 15 ¶1) and how many
// opinions came in. None is a valid result; the last said of a round counts.
type CloseComment struct {
	Activity string `json:"activity,omitempty" validate:"required,max=64"`
	Received *int   `json:"received,omitempty" validate:"required,omitempty,min=0"`
}

// HearPublic records one of the other ways to hear the public (Art 14 ¶2):
// forum 座谈会, field visit 实地走访, written consultation 书面征求意见,
// questionnaire 问卷调查, opinion poll 民意调查, or another that it names.
type HearPublic struct {
	Activity string     `json:"activity,omitempty" validate:"required,max=64"`
	Method   string     `json:"method,omitempty" validate:"required,oneof=forum field_visit written_consultation questionnaire opinion_poll other"`
	Other    string     `json:"other,omitempty" validate:"required_if=Method other,max=200"`
	Draft    int        `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	People   *int       `json:"people,omitempty" validate:"required,omitempty,min=0"` // how many took part
	Summary  string     `json:"summary,omitempty" validate:"required,max=20000"`
	Record   Material   `json:"record,omitzero"`
	Others   []Material `json:"others,omitempty" validate:"max=200,dive"`
}

// ConsultGroup records talks with a group whose interests are touched (Art 14
// ¶3): its mass organisation, social organisation or representatives.
type ConsultGroup struct {
	Group   string   `json:"group,omitempty" validate:"required,max=128"`
	With    []string `json:"with,omitempty" validate:"required,min=1,max=50,dive,oneof=mass_organisation social_organisation representative enterprise trade_association"`
	Draft   int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Summary string   `json:"summary,omitempty" validate:"required,max=20000"`
	Record  Material `json:"record,omitzero"`
}

// CommitOpinions commits the history to a batch of the intake register
// (意见登记簿), so that every opinion is collated and studied (Art 18): the opinions from position First to Last, in order, have the
// Merkle root Root. Their texts stay outside the history.
type CommitOpinions struct {
	First int64  `json:"first,omitempty" validate:"required,min=1"`
	Last  int64  `json:"last,omitempty" validate:"required,gtefield=First"`
	Root  string `json:"root,omitempty" validate:"required,digest"`
}

// DisposeOpinions says what became of opinions (Art 18): each position of the
// ledger belongs to one group; the last one said of a position counts.
type DisposeOpinions struct {
	Groups []OpinionGroup `json:"groups,omitempty" validate:"required,min=1,max=1000,dive"`
}

// OpinionGroup is a set of opinions that share a disposition.
type OpinionGroup struct {
	Opinions    []Range `json:"opinions,omitempty" validate:"required,min=1,max=10000,dive"`
	Summary     string  `json:"summary,omitempty" validate:"required,max=5000"`
	Disposition string  `json:"disposition,omitempty" validate:"required,oneof=adopted partly not_adopted"`
	Reason      string  `json:"reason,omitempty" validate:"max=5000"`
}

// Range is a run of positions in the opinion ledger, both ends included.
type Range struct {
	From int64 `json:"from" validate:"required,min=1"`
	To   int64 `json:"to" validate:"required,gtefield=From"`
}

// StateAdoption is the statement of how opinions were handled (意见采纳情况,
// Arts 18, 29(2) and 32). Where none came in it says so.
type StateAdoption struct {
	Activity  string        `json:"activity,omitempty" validate:"max=64"`
	Received  *int          `json:"received,omitempty" validate:"required,omitempty,min=0"`
	Statement string        `json:"statement,omitempty" validate:"required,max=50000"`
	Published []Channel     `json:"published,omitempty" validate:"max=50,dive"`
	On        calendar.Date `json:"on,omitzero"` // day of publication, where it was published
}

// Opinion (意见) is what one person or body says, as the intake register
// keeps it. It is not an act: it stands outside the history, which commits to
// its digest only, so that personal data can be lawfully erased.
type Opinion struct {
	Activity string `json:"activity,omitempty" validate:"required,max=64"`
	Channel  string `json:"channel,omitempty" validate:"required,oneof=web letter email telephone visit forum hearing questionnaire other"`
	// Verification is how far the author's identity was checked. Opinions
	// are never merged or dropped for it, only shown with it.
	Verification string `json:"verification,omitempty" validate:"required,oneof=anonymous contact_given real_name"`
	Author       string `json:"author,omitempty" validate:"max=200"`
	Contact      string `json:"contact,omitempty" validate:"max=200"`
	Text         string `json:"text,omitempty" validate:"required,max=50000"`
	Salt         string `json:"salt,omitempty" validate:"max=64"` // set on receipt
}

func (a OpenComment) Version() int  { return a.Draft }
func (a HearPublic) Version() int   { return a.Draft }
func (a ConsultGroup) Version() int { return a.Draft }

func (OpenComment) Kind() Kind     { return "open_comment" }
func (CloseComment) Kind() Kind    { return "close_comment" }
func (HearPublic) Kind() Kind      { return "hear_public" }
func (ConsultGroup) Kind() Kind    { return "consult_group" }
func (CommitOpinions) Kind() Kind  { return "commit_opinions" }
func (DisposeOpinions) Kind() Kind { return "dispose_opinions" }
func (StateAdoption) Kind() Kind   { return "state_adoption" }

func (a OpenComment) record(d *Decision, at Ref)     { d.Comments = add(d.Comments, at, a) }
func (a CloseComment) record(d *Decision, at Ref)    { d.CommentCloses = add(d.CommentCloses, at, a) }
func (a HearPublic) record(d *Decision, at Ref)      { d.PublicHeard = add(d.PublicHeard, at, a) }
func (a ConsultGroup) record(d *Decision, at Ref)    { d.GroupsHeard = add(d.GroupsHeard, at, a) }
func (a CommitOpinions) record(d *Decision, at Ref)  { d.OpinionBatches = add(d.OpinionBatches, at, a) }
func (a DisposeOpinions) record(d *Decision, at Ref) { d.Dispositions = add(d.Dispositions, at, a) }
func (a StateAdoption) record(d *Decision, at Ref)   { d.Adoptions = add(d.Adoptions, at, a) }
