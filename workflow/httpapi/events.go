package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// RecordedEntry is the data of an event: an entry as the history shows it, and
// of which case it is.
type RecordedEntry struct {
	Decision string `json:"decision" doc:"案件编号。The id of the case."`
	Entry
}

// UnreadableCase is the data of an event: a case was recorded upon and cannot
// be read. It does not hold up the others.
type UnreadableCase struct {
	Decision string `json:"decision" doc:"案件编号。The id of the case."`
}

func (s *server) events() {
	add(s, s.eventStream(get("stream-case-entries", "/decisions/{id}/events", "decisions", "订阅案件的记录 Follow a case",
		"一个案件的记录，随记随送（第三十三条），格式为server-sent events。id为序号，以Last-Event-ID或者after续接，不重不漏；内容与历史相同，不予提供的同样不予提供。The entries of a case as they are recorded (D713 Art 33), as server-sent events. The id is the sequence number; from Last-Event-ID or after it goes on without a gap. Each entry is what the history shows, and withheld alike.")),
		readers(), s.streamCase)
	add(s, s.eventStream(get("stream-entries", "/events", "decisions", "订阅全部案件的记录 Follow all cases",
		"调用者可以查阅的各案件的记录，随记随送（第三十三条），可以按机关和牵头单位筛选。同一案件依序，各案件之间没有次序；至少送达一次，续接后可能重复，以案件编号和序号识别。The entries of every case that the caller may read, as they are recorded (D713 Art 33), by organ and leading unit. In order within a case, and in no order across cases; at least once: some may come again, known by case and sequence number.")),
		readers(), s.streamCases)
}

// eventStream documents an answer that is a stream of events: an array of what
// stands between two blank lines, as OpenAPI 3.2 reads it.
func (s *server) eventStream(op huma.Operation) huma.Operation {
	text := &huma.Schema{Type: huma.TypeString}
	block := func(title string, fields map[string]*huma.Schema, required ...string) *huma.Schema {
		return &huma.Schema{Title: title, Type: huma.TypeObject, Properties: fields, Required: required, AdditionalProperties: false}
	}
	event := func(name string, data reflect.Type) *huma.Schema {
		return block(name, map[string]*huma.Schema{
			"id": text, "event": {Type: huma.TypeString, Enum: []any{name}}, "data": s.api.schemas.Schema(data, true, name),
		}, "event", "data")
	}
	op.Responses = map[string]*huma.Response{"200": {
		Description: "事件流（server-sent events），data为一行JSON：entry为一条记录；unreadable为无法读取的案件；end为最后一个事件，说明为何结束，其status为429、5xx的可以重新连接。没有event的只更新id、retry。Server-sent events; the data is one line of JSON. entry is an entry; unreadable names a case that cannot be read; end is the last one and says why, and with a status of 429 or 5xx connect again. Without an event there is only a new id, or retry.",
		Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{
			Type: huma.TypeArray, Items: &huma.Schema{OneOf: []*huma.Schema{
				event("entry", reflect.TypeFor[RecordedEntry]()), event("unreadable", reflect.TypeFor[UnreadableCase]()), event("end", reflect.TypeFor[Problem]()),
				block("position", map[string]*huma.Schema{"id": text, "retry": {Type: huma.TypeInteger, Description: "毫秒。Milliseconds."}}),
			}},
		}}},
	}}
	return op
}

// Following is how a reader wants a stream.
type Following struct {
	Follow bool `query:"follow" default:"true" doc:"false：送出已有的记录后即结束。false: what there is, and then the end."`
}

type caseStreamInput struct {
	CasePath
	Following
	After       int64 `query:"after" minimum:"0" doc:"从此序号之后开始，默认从头。Begin after this entry; by default from the first."`
	LastEventID int64 `header:"Last-Event-ID" minimum:"0" doc:"收到的最后一个id，先于after。The last id that came; it goes before after."`
}

func (s *server) streamCase(ctx context.Context, who caller, in *caseStreamInput) (*huma.StreamResponse, error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	from := &caseSource{server: s, id: in.ID, after: cmp.Or(in.LastEventID, in.After)}
	if from.after > c.Version() {
		return nil, coded{"invalid_request", "没有这个序号的记录", "there is no entry of that number yet"}
	}
	return s.stream(who, in.Follow, from)
}

// caseSource tells the entries of one case.
type caseSource struct {
	*server
	id    string
	after int64
}

func (f *caseSource) cursor() string { return strconv.FormatInt(f.after, 10) }

func (f *caseSource) turn(ctx context.Context, to *stream) error {
	who, err := to.caller()
	if err != nil {
		return err
	}
	// The state row says whether there is anything to read, and whose it is.
	rows, err := f.svc.Store.List(ctx, workflow.Query{Cases: []string{f.id}, Limit: 1})
	if err != nil {
		return err
	}
	if len(rows) == 0 || !who.Reaches(f.id) || !who.mayRead(rows[0].Organ) {
		return workflow.ErrNotFound
	}
	if rows[0].Version <= f.after {
		return nil
	}
	c, records, _, err := f.readAt(ctx, who, f.id, workflow.Moment{})
	if err != nil {
		return err
	}
	for _, r := range records[min(f.after, c.Version()):] {
		if err := to.entry(c, r, strconv.FormatInt(r.Seq, 10)); err != nil {
			return err
		}
		f.after = r.Seq
	}
	return nil
}

// entry sends an entry of a case as the caller may have it now.
func (t *stream) entry(c workflow.Case, r history.Record, cursor string) error {
	who, err := t.caller()
	if err != nil {
		return err
	}
	if !who.Reaches(c.ID) || !who.mayRead(c.Organ().Name) {
		return workflow.ErrNotFound
	}
	e, err := who.entry(c, r)
	if err != nil {
		return err
	}
	return t.send("entry", cursor, RecordedEntry{c.ID, e})
}

type casesStreamInput struct {
	Following
	Organ       string    `query:"organ" maxLength:"128" doc:"审计人员可以指定任何机关；上级机关可以指定其监督的机关。An auditor may name any organ, a supervisor one that he supervises."`
	LeadUnit    string    `query:"lead_unit" maxLength:"128" doc:"只送此牵头单位的案件。Only cases that this unit leads."`
	Since       time.Time `query:"since" doc:"从此刻以后的记录开始，默认为现在。Begin with what was recorded from this time on; by default now." example:"2026-05-08T09:00:00+08:00"`
	After       string    `query:"after" maxLength:"64" doc:"收到的最后一个id，不作解释。The last id that came, which is opaque."`
	LastEventID string    `header:"Last-Event-ID" maxLength:"64" doc:"收到的最后一个id，先于after和since。The last id that came; it goes before after and since."`
}

func (s *server) streamCases(_ context.Context, who caller, in *casesStreamInput) (*huma.StreamResponse, error) {
	if !printable(in.Organ + in.LeadUnit) {
		return nil, coded{"invalid_request", "参数含有不可显示的字符", "a parameter holds characters that cannot be shown"}
	}
	organ := in.Organ
	if organ == "" && !who.has(workflow.RoleAuditor) {
		organ = who.Organ
	}
	if !who.mayRead(organ) {
		return nil, errForeign
	}
	now := s.now().Truncate(time.Microsecond)
	begin := position{now, now}
	switch after := cmp.Or(in.LastEventID, in.After); {
	case after != "":
		var err error
		if begin, err = parsePosition(after); err != nil {
			return nil, err
		}
	case in.Since.After(now):
		return nil, coded{"invalid_request", "since不能晚于现在", "since lies in the future"}
	case !in.Since.IsZero():
		from := time.UnixMicro(max(0, in.Since.UnixMicro())).UTC()
		begin = position{from, from}
	}
	return s.stream(who, in.Follow, &casesSource{
		server: s, organ: organ, unit: in.LeadUnit, position: begin, told: map[string]told{},
	})
}

// position is how far a stream of many cases has come.
//
// No number goes across decisions, and an entry can become visible after one
// that was recorded later. So a stream goes through the cases by when they were
// recorded upon, again and again, and each time begins an overlap before where
// it has been. Owed are the entries recorded from owed on, less the overlap:
// what was recorded earlier had been told when the walk began. The cases
// recorded upon before reached, less the overlap, have been told in this walk.
type position struct{ owed, reached time.Time }

// String writes a position as a cursor.
func (p position) String() string {
	return fmt.Sprintf("%d-%d", p.owed.UnixMicro(), p.reached.UnixMicro())
}

func parsePosition(text string) (position, error) {
	wrong := coded{"invalid_request", "续接的位置不正确", "that is no id of this stream"}
	owed, reached, ok := strings.Cut(text, "-")
	if !ok {
		return position{}, wrong
	}
	var at [2]int64
	for i, part := range []string{owed, reached} {
		n, err := strconv.ParseUint(part, 10, 52) // to the year 2112
		if err != nil {
			return position{}, wrong
		}
		at[i] = int64(n) //nolint:gosec // 52 bits
	}
	return position{time.UnixMicro(at[0]).UTC(), time.UnixMicro(max(at[0], at[1])).UTC()}, nil
}

// casesSource tells the entries of many cases.
type casesSource struct {
	*server
	organ, unit string
	position
	told map[string]told // by case, what was told of late
}

// told is the last entry of a case that was told, and when it was recorded.
type told struct {
	seq int64
	at  time.Time
}

// pageOfChanges is how many state rows are read at once.
const pageOfChanges = 200

func (f *casesSource) cursor() string { return f.String() }

// turn walks once through what was recorded upon.
func (f *casesSource) turn(ctx context.Context, to *stream) error {
	overlap := f.opts.Streams.Overlap
	began, last := f.now(), workflow.Summary{UpdatedAt: f.reached.Add(-overlap)}
	for full := true; full; {
		who, err := to.caller()
		if err != nil {
			return err
		}
		if !who.mayRead(f.organ) {
			return errForeign
		}
		rows, err := f.svc.Store.List(ctx, workflow.Query{
			Organ: f.organ, LeadUnit: f.unit, Cases: who.Cases,
			ByChange: true, AfterChanged: last.UpdatedAt, After: last.Decision, Limit: pageOfChanges,
		})
		if err != nil {
			return err
		}
		for _, last = range rows {
			if last.UpdatedAt.After(f.reached) && f.reached.Before(began) {
				f.reached = earlier(last.UpdatedAt, began)
			}
			if err := f.tell(ctx, last, to); err != nil {
				return err
			}
		}
		// What lies further back no walk comes to any more.
		maps.DeleteFunc(f.told, func(_ string, t told) bool { return t.at.Before(f.reached.Add(-overlap)) })
		full = len(rows) == pageOfChanges
	}
	f.owed = f.reached
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// tell sends the entries of a case that are owed and were not told.
func (f *casesSource) tell(ctx context.Context, row workflow.Summary, to *stream) error {
	known, ok := f.told[row.Decision]
	if ok && known.seq >= row.Version {
		return nil
	}
	who, err := to.caller()
	if err != nil {
		return err
	}
	c, records, _, err := f.readAt(ctx, who, row.Decision, workflow.Moment{})
	switch {
	case errors.Is(err, workflow.ErrNotFound):
		return f.outOfReach(to)
	case workflow.Unreadable(err):
		f.opts.Logger.ErrorContext(ctx, "a case cannot be read", "decision", row.Decision, "error", err)
		f.told[row.Decision] = told{row.Version, row.UpdatedAt}
		return to.send("unreadable", f.cursor(), UnreadableCase{row.Decision})
	case err != nil:
		return err
	}
	for _, r := range records[min(known.seq, c.Version()):] {
		at, err := recordedAt(r)
		if err != nil {
			return err
		}
		if !ok && at.Before(f.owed.Add(-f.opts.Streams.Overlap)) {
			continue
		}
		switch err := to.entry(c, r, f.cursor()); {
		case errors.Is(err, workflow.ErrNotFound):
			return f.outOfReach(to)
		case err != nil:
			return err
		}
		f.told[row.Decision] = told{r.Seq, at}
	}
	return nil
}

// outOfReach passes over a case that the caller may not read, or not any more.
// When that goes for all of them there is nothing to go on with.
func (f *casesSource) outOfReach(to *stream) error {
	who, err := to.caller()
	if err == nil && !who.mayRead(f.organ) {
		err = errForeign
	}
	return err
}

func recordedAt(r history.Record) (time.Time, error) {
	e, err := history.Parse(r.Data)
	if err != nil {
		return time.Time{}, err
	}
	return history.ParseTime(e.RecordedAt)
}
