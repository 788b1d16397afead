package decision

import "github.com/juece/juece/workflow/calendar"

// PlaceOnAgenda submits the draft with its dossier to the meeting (提请讨论,
// Art 29).
type PlaceOnAgenda struct {
	Draft     int           `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Forum     string        `json:"forum,omitempty" validate:"required,max=64"` // a forum of the pack
	MeetingOn calendar.Date `json:"meeting_on,omitzero" validate:"required"`
	Dossier   []Material    `json:"dossier,omitempty" validate:"required,min=1,max=500,dive"`
}

// OpenMeeting opens the meeting and freezes its composition (Art 30 ¶1).
type OpenMeeting struct {
	Forum   string   `json:"forum,omitempty" validate:"required,max=64"`
	Number  string   `json:"number,omitempty" validate:"max=100"` // e.g. 第12次常务会议
	Draft   int      `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Chief   string   `json:"chief,omitempty" validate:"required,max=128"` // 行政首长, one of the members
	Members []Member `json:"members,omitempty" validate:"required,min=1,max=200,unique=ID,dive"`
	// Observers (列席人员) may be heard; they do not count among the members.
	Observers []string `json:"observers,omitempty" validate:"max=200,unique,dive,required,max=128"`
}

// Member (会议组成人员) is a full member of the meeting.
type Member struct {
	ID      string `json:"id,omitempty" validate:"required,max=128"`
	Present *bool  `json:"present,omitempty" validate:"required"`
}

// RecordStatement records what a member said, in the order in which it was
// said (Art 30 ¶¶2–3). A dissent is kept word for word.
type RecordStatement struct {
	Member   string `json:"member,omitempty" validate:"required,max=128"`
	Position string `json:"position,omitempty" validate:"required,oneof=agree agree_with_changes disagree reserve"`
	Text     string `json:"text,omitempty" validate:"required,max=50000"`
}

// Decide is the chief executive's decision on the basis of the discussion
// (Art 30 ¶1). There is no vote: an outcome and, where it differs from the
// majority of the members, the reason stated in the meeting.
type Decide struct {
	Draft   int    `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Decider string `json:"decider,omitempty" validate:"required,max=128"`
	// Delegation cites the authority of a decider who is not the chief.
	Delegation            string `json:"delegation,omitempty" validate:"max=2000"`
	Outcome               string `json:"outcome,omitempty" validate:"required,oneof=adopted rejected deferred"`
	ReasonAgainstMajority string `json:"reason_against_majority,omitempty" validate:"max=20000"`
	Conclusion            string `json:"conclusion,omitempty" validate:"required,max=20000"`
}

// SignMinutes signs the faithful record of the meeting (会议记录, Art 30 ¶3).
// After it, only [CorrectMinutes] can add to the record.
type SignMinutes struct {
	Author  string   `json:"author,omitempty" validate:"required,max=128"`
	Signers []string `json:"signers,omitempty" validate:"required,min=1,max=200,unique,dive,required,max=128"`
	Minutes Material `json:"minutes,omitzero"`
}

// CorrectMinutes corrects the signed record by a new act: what, who and why
// (Art 30 ¶3). What it corrects stays.
type CorrectMinutes struct {
	Corrects int64    `json:"corrects,omitempty" validate:"required,min=1"` // sequence number of the act corrected
	Was      string   `json:"was,omitempty" validate:"required,max=20000"`
	Is       string   `json:"is,omitempty" validate:"required,max=20000"`
	Reason   string   `json:"reason,omitempty" validate:"required,max=5000"`
	Signers  []string `json:"signers,omitempty" validate:"required,min=1,max=200,unique,dive,required,max=128"`
}

// ReportToParty records the report to the Party committee of the same level
// before the decision is issued (请示报告, Art 31).
type ReportToParty struct {
	Committee string        `json:"committee,omitempty" validate:"required,max=128"`
	RepliedOn calendar.Date `json:"replied_on,omitzero" validate:"required"`
	Result    string        `json:"result,omitempty" validate:"required,oneof=approved approved_with_comments not_approved"`
	Letter    Material      `json:"letter,omitzero"`
}

// RecordCongressAct records what the People's Congress or its Standing
// Committee did, where the law reserves the matter to it or asks for a report
// before issue (Art 8 ¶1).
type RecordCongressAct struct {
	Form      string        `json:"form,omitempty" validate:"required,oneof=decide report"`
	Body      string        `json:"body,omitempty" validate:"required,max=128"`
	ActedOn   calendar.Date `json:"acted_on,omitzero" validate:"required"`
	Reference string        `json:"reference,omitempty" validate:"required,max=300"`
	Result    string        `json:"result,omitempty" validate:"required,oneof=approved received not_approved"`
}

func (a PlaceOnAgenda) Version() int { return a.Draft }
func (a OpenMeeting) Version() int   { return a.Draft }
func (a Decide) Version() int        { return a.Draft }

func (PlaceOnAgenda) Kind() Kind     { return "place_on_agenda" }
func (OpenMeeting) Kind() Kind       { return "open_meeting" }
func (RecordStatement) Kind() Kind   { return "record_statement" }
func (Decide) Kind() Kind            { return "decide" }
func (SignMinutes) Kind() Kind       { return "sign_minutes" }
func (CorrectMinutes) Kind() Kind    { return "correct_minutes" }
func (ReportToParty) Kind() Kind     { return "report_to_party" }
func (RecordCongressAct) Kind() Kind { return "record_congress_act" }

func (a PlaceOnAgenda) record(d *Decision, at Ref)   { d.Agendas = add(d.Agendas, at, a) }
func (a OpenMeeting) record(d *Decision, at Ref)     { d.Meetings = add(d.Meetings, at, a) }
func (a RecordStatement) record(d *Decision, at Ref) { d.Statements = add(d.Statements, at, a) }
func (a Decide) record(d *Decision, at Ref)          { d.Decisions = add(d.Decisions, at, a) }
func (a SignMinutes) record(d *Decision, at Ref)     { d.MinutesSigned = add(d.MinutesSigned, at, a) }

func (a CorrectMinutes) record(d *Decision, at Ref) {
	d.MinutesCorrected = add(d.MinutesCorrected, at, a)
}

func (a ReportToParty) record(d *Decision, at Ref) { d.PartyReports = add(d.PartyReports, at, a) }

func (a RecordCongressAct) record(d *Decision, at Ref) { d.CongressActs = add(d.CongressActs, at, a) }
