package delivery

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// The types of events, as subscribers see them. The number goes up when a
// reader of the data would have to change; a new field is no such change.
const (
	TypeActRecorded = "cn.juece.act.recorded/1" // data: [ActRecorded]
	TypeTaskDue     = "cn.juece.task.due/1"     // data: [TaskDue]
	TypeTaskOverdue = "cn.juece.task.overdue/1" // data: [TaskDue]
)

// Types returns the types of events there are.
func Types() []string { return []string{TypeActRecorded, TypeTaskDue, TypeTaskOverdue} }

// typeOf is what subscribers see of a recorded type, "" when they see nothing:
// a body that is not known could hold what is not theirs to read.
func typeOf(recorded string) string {
	switch recorded {
	case workflow.EventRecorded:
		return TypeActRecorded
	case TypeTaskDue, TypeTaskOverdue:
		return recorded
	}
	return ""
}

// CloudEvent is an event in the form in which it is sent: CloudEvents 1.0,
// structured mode.
type CloudEvent struct {
	SpecVersion     string          `json:"specversion"` // 1.0
	ID              string          `json:"id"`          // the same in every repeat
	Source          string          `json:"source"`      // the installation
	Type            string          `json:"type"`
	Subject         string          `json:"subject"` // the decision
	Time            string          `json:"time"`    // when it was recorded, RFC 3339
	DataContentType string          `json:"datacontenttype"`
	Data            json.RawMessage `json:"data"`
}

// ActRecorded says that an act was recorded: where to look, not what it says.
type ActRecorded struct {
	Decision   string         `json:"decision"`
	Seq        int64          `json:"seq"`    // of the entry; the version of the decision after it
	Kind       decision.Kind  `json:"kind"`   // of the act
	Digest     history.Digest `json:"digest"` // of the entry
	Stage      workflow.Stage `json:"stage"`  // after the act
	Pack       string         `json:"pack,omitempty"`
	PackDigest history.Digest `json:"pack_digest,omitempty"`
}

// TaskDue says that an open task is due soon, or that its day has passed.
type TaskDue struct {
	Decision string        `json:"decision"`
	Seq      int64         `json:"seq"` // the version of the decision at that time
	Act      string        `json:"act"` // kind of the act that clears it
	Rule     string        `json:"rule,omitempty"`
	Role     string        `json:"role"`           // who can clear it
	Unit     string        `json:"unit,omitempty"` // none when every unit with the role can
	Organ    string        `json:"organ"`
	Due      calendar.Date `json:"due"`
	// WorkingDays are those left after the day of the reminder up to and
	// including the due day; negative, those that have passed since it.
	WorkingDays int `json:"working_days"`
	// Provisional: the holidays of a year on the way are not published or not
	// loaded, and the count may change.
	Provisional bool `json:"provisional"`
}

// encode writes an event as it is sent.
func encode(source string, e Event) ([]byte, error) {
	typ := typeOf(e.Type)
	if typ == "" {
		return nil, fmt.Errorf("delivery: event %s: unknown type", e.ID)
	}
	data, err := dataOf(typ, e)
	if err != nil {
		return nil, fmt.Errorf("delivery: event %s: %w", e.ID, err)
	}
	return json.Marshal(CloudEvent{
		SpecVersion: "1.0", ID: e.ID, Source: source, Type: typ, Subject: e.Decision,
		Time: e.RecordedAt.UTC().Format(time.RFC3339Nano), DataContentType: "application/json", Data: data,
	})
}

// dataOf reads the recorded body and writes only the fields that are published.
func dataOf(typ string, e Event) (json.RawMessage, error) {
	if typ == TypeActRecorded {
		var r workflow.Recorded
		if err := json.Unmarshal(e.Body, &r); err != nil {
			return nil, err
		}
		return json.Marshal(ActRecorded{
			Decision: e.Decision, Seq: e.Seq, Kind: r.Act, Digest: r.Digest, Stage: r.Stage, Pack: r.Pack, PackDigest: r.PackDigest,
		})
	}
	var t TaskDue
	if err := json.Unmarshal(e.Body, &t); err != nil {
		return nil, err
	}
	t.Decision, t.Seq = e.Decision, e.Seq
	return json.Marshal(t)
}
