package decision

import (
	"maps"

	"github.com/juece/juece/workflow/calendar"
)

// OrderCorrection is an order to put something right (责令改正): of the superior
// organ to the deciding one (Art 38), or of the deciding organ to a unit (Arts
// 39 and 40). It opens a rectification item of the same name.
type OrderCorrection struct {
	Item      string        `json:"item,omitempty" validate:"required,max=64"`
	Issuer    string        `json:"issuer,omitempty" validate:"required,max=128"`
	Addressee string        `json:"addressee,omitempty" validate:"required,max=128"`
	Basis     string        `json:"basis,omitempty" validate:"required,max=500"` // the provision that was broken
	Finding   string        `json:"finding,omitempty" validate:"required,max=5000"`
	Deadline  calendar.Date `json:"deadline,omitzero" validate:"required"`
	Order     Material      `json:"order,omitzero"`
}

// OpenRectification opens an item to be rectified (排查—整改—验收), or says who
// rectifies one that an order or a case-file review opened: with its day,
// person, responsibility and measure. What an order or a review found, and
// whom it is addressed to, is not for the one who follows it to say.
type OpenRectification struct {
	Item     string        `json:"item,omitempty" validate:"required,max=64"`
	Source   string        `json:"source,omitempty" validate:"required,oneof=order case_review inspection audit self_check"`
	Finding  string        `json:"finding,omitempty" validate:"required,max=5000"`
	Unit     string        `json:"unit,omitempty" validate:"required,max=128"`
	Post     string        `json:"post,omitempty" validate:"required,max=128"`
	Person   string        `json:"person,omitempty" validate:"required,max=128"`
	Deadline calendar.Date `json:"deadline,omitzero" validate:"required"`
	Measure  string        `json:"measure,omitempty" validate:"required,max=5000"`
}

// BeginRectification says that work on an item began.
type BeginRectification struct {
	Item string `json:"item,omitempty" validate:"required,max=64"`
	Note string `json:"note,omitempty" validate:"max=5000"`
}

// SubmitRectification submits what was done for acceptance.
type SubmitRectification struct {
	Item      string   `json:"item,omitempty" validate:"required,max=64"`
	Rectifier string   `json:"rectifier,omitempty" validate:"required,max=128"` // the person who answers for it
	Done      string   `json:"done,omitempty" validate:"required,max=20000"`
	Evidence  Material `json:"evidence,omitzero"`
}

// JudgeRectification accepts or rejects what was submitted (验收). Who
// rectified does not accept; what a superior organ ordered, it accepts.
type JudgeRectification struct {
	Item     string   `json:"item,omitempty" validate:"required,max=64"`
	Acceptor string   `json:"acceptor,omitempty" validate:"required,max=128"`
	Accepted *bool    `json:"accepted,omitempty" validate:"required"`
	Reason   string   `json:"reason,omitempty" validate:"required,max=5000"`
	Evidence Material `json:"evidence,omitzero"` // 验收记录
}

// Rectification is an item with where it stands: the fold of what was done
// about it.
type Rectification struct {
	Item     string
	Source   string
	Finding  string
	Unit     string // who has to answer for it, as ordered or found
	Assigned string // the unit that was told to do it, where that is another
	Deadline calendar.Date
	State    string // open, rectifying, submitted, accepted or rejected
	// Rectifier is the person who submitted last, By the actor who recorded it.
	Rectifier string
	By        Actor
	Closed    calendar.Date // the day it was accepted
}

// Rectifications returns every item in the order in which it was opened.
func (d Decision) Rectifications() []Rectification {
	l := ledger{at: map[string]int{}, moved: map[string]int64{}}
	for _, o := range d.CorrectionOrders {
		r := l.item(o.Act.Item)
		r.Source, r.Finding, r.Unit, r.Deadline = "order", o.Act.Finding, o.Act.Addressee, o.Act.Deadline
	}
	for _, v := range d.FileReviews {
		for _, f := range v.Act.Findings {
			r := l.item(f.Item)
			if r.Source == "order" {
				continue // what was ordered stands
			}
			r.Source, r.Finding, r.Unit, r.Deadline = "case_review", f.Finding, f.Unit, f.Deadline
		}
	}
	imposed := maps.Clone(l.at) // by an order or a review
	for _, o := range d.RectificationsOpened {
		r := l.item(o.Act.Item)
		if r.Deadline.IsZero() || !o.Act.Deadline.IsZero() && o.Act.Deadline.Before(r.Deadline) {
			r.Deadline = o.Act.Deadline // who was ordered does not give himself more time
		}
		if _, known := imposed[o.Act.Item]; known {
			r.Assigned = o.Act.Unit
			continue
		}
		r.Source, r.Finding, r.Unit = o.Act.Source, o.Act.Finding, o.Act.Unit
	}
	for _, b := range d.RectificationsBegun {
		l.move(b.Act.Item, b.Seq, "rectifying")
	}
	for _, s := range d.RectificationsSubmitted {
		if r := l.move(s.Act.Item, s.Seq, "submitted"); r != nil {
			r.Rectifier, r.By = s.Act.Rectifier, s.Actor
		}
	}
	for _, j := range d.RectificationsJudged {
		if j.Act.Accepted == nil {
			continue
		}
		state := map[bool]string{true: "accepted", false: "rejected"}[*j.Act.Accepted]
		if r := l.move(j.Act.Item, j.Seq, state); r != nil && *j.Act.Accepted {
			r.Closed = j.OccurredOn
		}
	}
	return l.items
}

// ledger collects items by name; moved is when each was moved last.
type ledger struct {
	items []Rectification
	at    map[string]int
	moved map[string]int64
}

// move puts an item into a state, unless a later act has moved it on.
func (l *ledger) move(name string, seq int64, state string) *Rectification {
	if seq < l.moved[name] {
		return nil
	}
	l.moved[name] = seq
	r := l.item(name)
	r.State = state
	return r
}

func (l *ledger) item(name string) *Rectification {
	i, known := l.at[name]
	if !known {
		i = len(l.items)
		l.at[name] = i
		l.items = append(l.items, Rectification{Item: name, State: "open"})
	}
	return &l.items[i]
}

// Rectification returns an item, and false when it was not opened.
func (d Decision) Rectification(item string) (Rectification, bool) {
	for _, r := range d.Rectifications() {
		if r.Item == item {
			return r, true
		}
	}
	return Rectification{}, false
}

// ReviewCaseFile is the review of the case file against a score sheet (案卷评
// 查), confirmed by the person who reviewed. What it finds wrong are
// rectification items.
type ReviewCaseFile struct {
	Sheet       string         `json:"sheet,omitempty" validate:"required,max=64"`
	SheetDigest string         `json:"sheet_digest,omitempty" validate:"required,digest"`
	Reviewer    string         `json:"reviewer,omitempty" validate:"required,max=128"`
	Scores      []SheetScore   `json:"scores,omitempty" validate:"required,min=1,max=200,unique=Item,dive"`
	Total       *int           `json:"total,omitempty" validate:"required,omitempty,min=0,max=1000"`
	Vetoed      *bool          `json:"vetoed,omitempty" validate:"required"` // an item with a veto (一票否决) failed
	Findings    []SheetFinding `json:"findings,omitempty" validate:"max=200,unique=Item,dive"`
}

// SheetScore is the score of one item of the sheet.
type SheetScore struct {
	Item   string `json:"item,omitempty" validate:"required,max=64"`
	Points *int   `json:"points,omitempty" validate:"required,omitempty,min=0,max=1000"`
	Reason string `json:"reason,omitempty" validate:"max=5000"` // owed where points are lost
}

// SheetFinding is what has to be put right, with its day, person,
// responsibility and measure.
type SheetFinding struct {
	Item     string        `json:"item,omitempty" validate:"required,max=64"` // names the rectification item
	Of       string        `json:"of,omitempty" validate:"required,max=64"`   // the item of the sheet
	Finding  string        `json:"finding,omitempty" validate:"required,max=5000"`
	Unit     string        `json:"unit,omitempty" validate:"required,max=128"`
	Person   string        `json:"person,omitempty" validate:"required,max=128"`
	Deadline calendar.Date `json:"deadline,omitzero" validate:"required"`
	Measure  string        `json:"measure,omitempty" validate:"required,max=5000"`
}

func (OrderCorrection) Kind() Kind     { return "order_correction" }
func (OpenRectification) Kind() Kind   { return "open_rectification" }
func (BeginRectification) Kind() Kind  { return "begin_rectification" }
func (SubmitRectification) Kind() Kind { return "submit_rectification" }
func (JudgeRectification) Kind() Kind  { return "judge_rectification" }
func (ReviewCaseFile) Kind() Kind      { return "review_case_file" }

func (a OrderCorrection) record(d *Decision, at Ref) {
	d.CorrectionOrders = add(d.CorrectionOrders, at, a)
}

func (a OpenRectification) record(d *Decision, at Ref) {
	d.RectificationsOpened = add(d.RectificationsOpened, at, a)
}

func (a BeginRectification) record(d *Decision, at Ref) {
	d.RectificationsBegun = add(d.RectificationsBegun, at, a)
}

func (a SubmitRectification) record(d *Decision, at Ref) {
	d.RectificationsSubmitted = add(d.RectificationsSubmitted, at, a)
}

func (a JudgeRectification) record(d *Decision, at Ref) {
	d.RectificationsJudged = add(d.RectificationsJudged, at, a)
}
func (a ReviewCaseFile) record(d *Decision, at Ref) { d.FileReviews = add(d.FileReviews, at, a) }
