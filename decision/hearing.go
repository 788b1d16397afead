package decision

import "github.com/juece/juece/workflow/calendar"

// AnnounceHearing publishes that a hearing (听证会) will be held, with the
// draft, its explanation, time and place (Art 16 ¶2). It happens on the day
// the announcement appears.
type AnnounceHearing struct {
	Activity    string        `json:"activity,omitempty" validate:"required,max=64"`
	Draft       int           `json:"draft,omitempty" validate:"required,min=1,max=10000"`
	Text        Material      `json:"text,omitzero"`
	Explanation Material      `json:"explanation,omitzero"`
	Channels    []Channel     `json:"channels,omitempty" validate:"required,min=1,max=50,dive"`
	HearingOn   calendar.Date `json:"hearing_on,omitzero" validate:"required"`
	Place       string        `json:"place,omitempty" validate:"required,max=300"`
	// Sides are the interests that must each be represented (Art 16 ¶3).
	Sides []string `json:"sides,omitempty" validate:"required,min=1,max=50,unique,dive,required,max=128"`
	// Selection says whether participants have to be selected.
	Selection *bool `json:"selection,omitempty" validate:"required"`
}

// PublishSelectionMethod publishes how participants will be selected (Art 16
// ¶3), before they are.
type PublishSelectionMethod struct {
	Activity string    `json:"activity,omitempty" validate:"required,max=64"`
	Method   string    `json:"method,omitempty" validate:"required,max=5000"`
	Channels []Channel `json:"channels,omitempty" validate:"required,min=1,max=50,dive"`
}

// PublishParticipants publishes who will take part (Art 16 ¶3).
type PublishParticipants struct {
	Activity     string        `json:"activity,omitempty" validate:"required,max=64"`
	SelectedOn   calendar.Date `json:"selected_on,omitzero"`
	Participants []Participant `json:"participants,omitempty" validate:"required,min=1,max=1000,unique=ID,dive"`
	Channels     []Channel     `json:"channels,omitempty" validate:"required,min=1,max=50,dive"`
}

// Participant (听证参加人) is entitled to speak at a hearing. ID is a number
// or code of the list, not a personal identifier.
type Participant struct {
	ID   string `json:"id,omitempty" validate:"required,max=64"`
	Side string `json:"side,omitempty" validate:"required,max=128"`
}

// DeliverMaterials records that hearing materials reached participants (送达,
// Art 16 ¶3): at least seven days before the hearing, to every one of them.
type DeliverMaterials struct {
	Activity   string     `json:"activity,omitempty" validate:"required,max=64"`
	Deliveries []Delivery `json:"deliveries,omitempty" validate:"required,min=1,max=1000,unique=Participant,dive"`
}

// Delivery is one receipt (送达回证).
type Delivery struct {
	Participant string        `json:"participant,omitempty" validate:"required,max=64"`
	On          calendar.Date `json:"on,omitzero" validate:"required"`
	Receipt     *Material     `json:"receipt,omitempty"`
}

// HoldHearing records the hearing itself (Art 17): in public, in the order of
// the statute, the record confirmed and signed. It happens on its day.
type HoldHearing struct {
	Activity string `json:"activity,omitempty" validate:"required,max=64"`
	Host     string `json:"host,omitempty" validate:"required,max=128"` // 听证主持人
	Public   *bool  `json:"public,omitempty" validate:"required"`
	// Agenda lists what was done, in order.
	Agenda     []string     `json:"agenda,omitempty" validate:"required,min=1,max=50,dive,oneof=presentation statements questions debate explanation confirmation"`
	Attendance []Attendance `json:"attendance,omitempty" validate:"required,min=1,max=1000,unique=Participant,dive"`
	Record     Material     `json:"record,omitzero"` // 听证笔录
	Report     *Material    `json:"report,omitempty"`
}

// Attendance says whether a participant came, and signed the record.
type Attendance struct {
	Participant string `json:"participant,omitempty" validate:"required,max=64"`
	Present     *bool  `json:"present,omitempty" validate:"required"`
	Signature   string `json:"signature,omitempty" validate:"omitempty,oneof=signed refused"`
}

func (a AnnounceHearing) Version() int { return a.Draft }

func (AnnounceHearing) Kind() Kind        { return "announce_hearing" }
func (PublishSelectionMethod) Kind() Kind { return "publish_selection_method" }
func (PublishParticipants) Kind() Kind    { return "publish_participants" }
func (DeliverMaterials) Kind() Kind       { return "deliver_materials" }
func (HoldHearing) Kind() Kind            { return "hold_hearing" }

func (a AnnounceHearing) record(d *Decision, at Ref) { d.Announcements = add(d.Announcements, at, a) }

func (a PublishSelectionMethod) record(d *Decision, at Ref) {
	d.SelectionMethods = add(d.SelectionMethods, at, a)
}

func (a PublishParticipants) record(d *Decision, at Ref) {
	d.ParticipantLists = add(d.ParticipantLists, at, a)
}
func (a DeliverMaterials) record(d *Decision, at Ref) { d.Deliveries = add(d.Deliveries, at, a) }
func (a HoldHearing) record(d *Decision, at Ref)      { d.Hearings = add(d.Hearings, at, a) }
