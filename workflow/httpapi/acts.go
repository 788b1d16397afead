package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// The acts that have a path of their own: one opens a case, and one is written
// by the register of opinions, which alone knows what it commits to.
const (
	kindPropose decision.Kind = "propose"
	kindCommit  decision.Kind = "commit_opinions"
)

// Bounds of the reasons in an envelope.
const (
	maxReason  = 5000 // characters
	maxReasons = 200
)

// KeyHeader names a request.
type KeyHeader struct {
	Key string `header:"Idempotency-Key" maxLength:"128" pattern:"^[!-~]+$" doc:"同一请求重发时不变。Names the request, so that a repeat is answered the same."`
}

// actInput asks for an act. The body is read by [decodeAct].
type actInput struct {
	CasePath
	ContentType string `header:"Content-Type" hidden:"true"`
	IfMatch     string `header:"If-Match" doc:"所读的版本，如\"7\"；*表示任何版本。必填。The version that was read; * for any. Required." example:"\"7\""`
	KeyHeader
	RawBody []byte `contentType:"application/json"`
}

// proposeInput opens a case, so there is no version to match.
type proposeInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	KeyHeader
	RawBody []byte `contentType:"application/json"`
}

type receiptOutput struct {
	ETag     string `header:"ETag" doc:"新的版本。The new version."`
	Location string `header:"Location" doc:"新开案件的地址。Where the case is, when it was opened."`
	Replayed string `header:"Idempotent-Replayed" doc:"true：此前已经办理。The request was done before."`
	Body     Receipt
}

// Receipt says what was recorded.
type Receipt struct {
	Decision string             `json:"decision"`
	Version  int64              `json:"version" doc:"记录的序号。Sequence number of the entry."`
	Digest   history.Digest     `json:"digest" doc:"记录的摘要。Digest of the entry."`
	Stage    Stage              `json:"stage"`
	LagDays  int                `json:"lag_days,omitempty" doc:"补录：记录日晚于发生日的天数。Late entry: days from the day it happened to the day it was recorded."`
	Findings []workflow.Finding `json:"findings" doc:"偏离的规则和所述理由。Rules that were departed from, with the reasons stated."`
}

// acts registers one operation for each act of the catalogue, and one for what
// is no act.
func (s *server) acts() {
	for _, info := range decision.Catalogue() {
		switch info.Kind {
		case kindPropose:
			s.propose(info)
		case kindCommit: // see opinions.go
		default:
			s.act(info)
		}
	}
	// The mux prefers the paths above to this one.
	add(s, huma.Operation{
		OperationID: "unknown-act", Method: http.MethodPost, Path: "/decisions/{id}/acts/{kind}", Hidden: true,
	}, everyone(), unknownAct)
}

type unknownInput struct {
	CasePath
	Kind string `path:"kind"`
}

func unknownAct(_ context.Context, _ caller, in *unknownInput) (*struct{}, error) {
	switch decision.Kind(in.Kind) {
	case kindPropose:
		return nil, coded{"unknown_act", "提出建议用POST /decisions", "a case is opened with POST /decisions"}
	case kindCommit:
		return nil, coded{"unknown_act", "意见入册用POST /decisions/{id}/opinions/commit", "opinions are committed with POST /decisions/{id}/opinions/commit"}
	}
	return nil, coded{"unknown_act", "目录见GET /acts", "GET /acts lists the acts"}
}

func actOperation(info decision.Info, path string) huma.Operation {
	return huma.Operation{
		OperationID: strings.ReplaceAll(string(info.Kind), "_", "-"), Method: http.MethodPost, Path: path, Tags: []string{chapter(info.Article)},
		Summary: info.Zh + " " + info.En,
		Description: fmt.Sprintf("《重大行政决策程序暂行条例》第%d条。Decree 713, Article %d. 可由下列身份进行 Done by: %v.",
			info.Article, info.Article, workflow.Permitted(info.Kind)),
		Errors:     []int{http.StatusPreconditionFailed},
		Extensions: map[string]any{"x-article": info.Article},
	}
}

func (s *server) propose(info decision.Info) {
	op := actOperation(info, "/decisions")
	op.DefaultStatus = http.StatusCreated
	op.Metadata = map[string]any{bodySchema: s.api.envelope(info, true)}
	add(s, op, actors(info.Kind), func(ctx context.Context, who caller, in *proposeInput) (*receiptOutput, error) {
		r, err := decodeAct(info, in.ContentType, in.RawBody)
		if err != nil {
			return nil, cmp.Or(s.svc.May(ctx, "", info.Kind, who.Actor), err)
		}
		act, _ := r.Act.(decision.Propose)
		if act.Organ.Name != "" && !who.of(act.Organ.Name) {
			return nil, coded{"not_permitted", "只能向本机关提出", "a matter is proposed to the caller's own organ"}
		}
		r.Actor, r.Key = who.Actor, in.Key
		return receipt(s.svc.Propose(ctx, r))
	})
}

func (s *server) act(info decision.Info) {
	op := actOperation(info, "/decisions/{id}/acts/"+string(info.Kind))
	op.Errors = append(op.Errors, http.StatusPreconditionRequired)
	op.Metadata = map[string]any{bodySchema: s.api.envelope(info, false)}
	add(s, op, actors(info.Kind), func(ctx context.Context, who caller, in *actInput) (*receiptOutput, error) {
		if who.Organ == "" {
			return nil, coded{"not_permitted", "身份未载明所属机关", "the identity names no organ"}
		}
		r, wrong := in.request(info)
		if wrong != nil { // for who may do the act; to others nothing is said of it
			return nil, cmp.Or(s.unseen(ctx, who, in.ID, info.Kind, s.svc.May(ctx, in.ID, info.Kind, who.Actor)), wrong)
		}
		r.Actor = who.Actor
		done, err := s.svc.Do(ctx, r)
		if r.Expect == workflow.Latest {
			err = busy(err)
		}
		return receipt(done, s.unseen(ctx, who, in.ID, info.Kind, err))
	})
}

// request is what is asked for, but for who asks.
func (in *actInput) request(info decision.Info) (workflow.Request, error) {
	version, err := matched(in.IfMatch)
	if err != nil {
		return workflow.Request{}, err
	}
	r, err := decodeAct(info, in.ContentType, in.RawBody)
	if err == nil && r.Pack != "" {
		err = invalid("pack", "absent", "只在提出建议时指定", "it is named only when a case is opened")
	}
	r.Decision, r.Expect, r.Key = in.ID, version, in.Key
	return r, err
}

// busy tells who named no version of a case that others wrote faster: there is
// nothing to read again, only to ask again.
func busy(err error) error {
	if errors.Is(err, workflow.ErrConflict) {
		return coded{"busy", "同时有其他程序行为在办理", "other acts were being recorded at the same time"}
	}
	return err
}

// receipt answers an act.
func receipt(r workflow.Receipt, err error) (*receiptOutput, error) {
	if err != nil {
		return nil, within("act", err)
	}
	out := &receiptOutput{ETag: etag(r.Version), Body: viewReceipt(r)}
	if r.Replayed {
		out.Replayed = "true"
	}
	if r.Version == 1 {
		out.Location = "decisions/" + r.Decision
	}
	return out, nil
}

func viewReceipt(r workflow.Receipt) Receipt {
	return Receipt{Decision: r.Decision, Version: r.Version, Digest: r.Digest, Stage: viewStage(r.Stage), LagDays: r.Lag, Findings: workflow.Open(r.Findings)}
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// matched reads If-Match strictly: one strong tag, or * for any version. A
// weak tag never matches (RFC 9110 section 13.1.1).
func matched(header string) (int64, error) {
	switch header {
	case "":
		return 0, coded{code: "precondition_required"}
	case "*":
		return workflow.Latest, nil
	}
	version, err := strconv.ParseInt(strings.Trim(header, `"`), 10, 64)
	if err != nil || version < 1 || etag(version) != header {
		return 0, coded{"version_conflict", "If-Match须为所读版本的ETag", "If-Match must be the ETag of the version that was read"}
	}
	return version, nil
}

// envelope is the body of an act.
type envelope struct {
	Act        json.RawMessage   `json:"act"`
	OccurredOn calendar.Date     `json:"occurred_on"`
	Reasons    map[string]string `json:"reasons"`
	Pack       string            `json:"pack"`
}

// decodeAct reads the envelope of an act and the act in it. The act's own
// rules are left to the service.
func decodeAct(info decision.Info, contentType string, body []byte) (workflow.Request, error) {
	var in envelope
	if err := decodeStrictly(contentType, body, &in); err != nil {
		return workflow.Request{}, err
	}
	if len(in.Act) == 0 || string(in.Act) == "null" {
		return workflow.Request{}, invalid("act", "required", "为必填字段", "it is required")
	}
	if err := checkReasons(in.Reasons); err != nil {
		return workflow.Request{}, err
	}
	if f, wrong := misfit("act", reflect.TypeOf(info.New()), in.Act); wrong {
		return workflow.Request{}, &decision.InvalidError{Kind: info.Kind, Fields: []decision.FieldError{f}}
	}
	act, err := info.Decode(in.Act)
	if err != nil { // the text of the error may repeat what was sent
		return workflow.Request{}, &decision.InvalidError{Kind: info.Kind, Fields: []decision.FieldError{mistyped("act")}}
	}
	return workflow.Request{Act: act, OccurredOn: in.OccurredOn, Reasons: in.Reasons, Pack: in.Pack}, nil
}

func checkReasons(reasons map[string]string) error {
	if len(reasons) > maxReasons {
		return invalid("reasons", "max", "条数过多", "there are too many")
	}
	for rule, text := range reasons {
		if !printable(rule) || strings.Contains(text, "\x00") {
			return invalid("reasons", "text", "含有不可显示的字符", "it holds characters that cannot be shown")
		}
		if utf8.RuneCountInString(text) > maxReason {
			return invalid("reasons", "max", "理由过长", "a reason is too long")
		}
	}
	return nil
}

func invalid(field, rule, zh, en string) error {
	return &decision.InvalidError{Fields: []decision.FieldError{{Field: field, Rule: rule, Zh: zh, En: en}}}
}
