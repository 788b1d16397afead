package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// maxOpinions bounds how many opinions come in one request.
const maxOpinions = 1000

// OpinionReceipt is what an author keeps: proof of what was received.
type OpinionReceipt struct {
	ID     string         `json:"id"`
	Digest history.Digest `json:"digest"`
}

type opinionsInput struct {
	CasePath
	ContentType string `header:"Content-Type" hidden:"true"`
	KeyHeader
	RawBody []byte `contentType:"application/json"`
}

type opinionsOutput struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true：此前已经登记。They were entered before."`
	Body     page[OpinionReceipt]
}

// opinionsBody is what comes in one request.
type opinionsBody struct {
	Opinions []decision.Opinion `json:"opinions"`
}

func (s *server) opinions() {
	opinion := s.api.constrained(reflect.TypeFor[decision.Opinion]())
	s.api.schemas.SchemaFromRef(opinion.Ref).Properties["salt"].ReadOnly = true // set on receipt
	add(s, huma.Operation{
		OperationID: "receive-opinions", Method: http.MethodPost, Path: "/decisions/{id}/opinions", Tags: []string{"opinions"},
		Summary:       "提交意见 Submit opinions",
		Description:   "意见进入登记簿，不与其他行为冲突；回执为各条意见的摘要（第十五条、第十八条）。Opinions enter the intake register and conflict with nothing; the receipt is a digest of each (D713 Arts 15, 18).",
		DefaultStatus: http.StatusAccepted,
		Metadata: map[string]any{bodySchema: &huma.Schema{
			Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"opinions"},
			Properties: map[string]*huma.Schema{"opinions": {Type: huma.TypeArray, MinItems: new(1), MaxItems: new(maxOpinions), Items: opinion}},
		}},
	}, commenters(), s.receiveOpinions)
	one := get("get-opinion", "/decisions/{id}/opinions/{position}", "opinions", "查看一条意见 Read an opinion",
		"按登记号（第十八条）；已依法删除的，回答410和删除它的记录。By its number in the register (D713 Art 18); 410 with the entry that erased it when it is gone.")
	one.Errors = []int{http.StatusGone}
	add(s, one, opinionReaders(), s.getOpinion)
	add(s, get("list-opinions", "/decisions/{id}/opinions", "opinions", "已入册的意见 The register of opinions",
		"按登记号排列（第十八条）；提出者和联系方式只供办理案件的身份查阅。In order of number (D713 Art 18); who gave an opinion, and how to reach them, only for those who answer for the case."),
		opinionReaders(), s.listOpinions)
	s.commit()
}

// commit registers the act by which the history commits to the register.
func (s *server) commit() {
	info, err := decision.Describe(kindCommit)
	if err != nil {
		s.failed = append(s.failed, err)
		return
	}
	op := actOperation(info, "/decisions/{id}/opinions/commit")
	op.Tags = []string{"opinions"}
	op.Description += " 登记簿中尚未入册的意见成批写入历史；没有则为空。The history commits to the opinions that are pending, in batches; none is an empty answer."
	add(s, op, actors(info.Kind), s.commitOpinions)
}

func (s *server) receiveOpinions(ctx context.Context, who caller, in *opinionsInput) (*opinionsOutput, error) {
	var sent opinionsBody
	if err := decodeStrictly(in.ContentType, in.RawBody, &sent); err != nil {
		return nil, err
	}
	if n := len(sent.Opinions); n == 0 || n > maxOpinions {
		return nil, invalid("opinions", "len", "须为1至1000条", "there must be 1 to 1000")
	}
	for i, o := range sent.Opinions {
		if err := decision.ValidateValue("opinion", o); err != nil {
			return nil, within(fmt.Sprintf("opinions[%d]", i), err)
		}
	}
	// The public may write to any organ; what an office enters is its own.
	if !who.has(workflow.RolePublic) {
		if _, err := s.read(ctx, who, in.ID); err != nil {
			return nil, err
		}
	}
	intake, err := s.svc.ReceiveOpinions(ctx, in.ID, who.Actor, in.Key, sent.Opinions)
	if err != nil {
		return nil, err
	}
	out := opinionsOutput{Body: page[OpinionReceipt]{Items: make([]OpinionReceipt, len(intake.Opinions))}}
	for i, o := range intake.Opinions {
		out.Body.Items[i] = OpinionReceipt{o.ID, o.Digest}
	}
	if intake.Replayed {
		out.Replayed = "true"
	}
	return &out, nil
}

func (s *server) commitOpinions(ctx context.Context, who caller, in *CasePath) (*body[page[Receipt]], error) {
	receipts, err := s.svc.CommitOpinions(ctx, in.ID, who.Actor)
	if err != nil {
		return nil, s.unseen(ctx, who, in.ID, kindCommit, busy(err))
	}
	out := page[Receipt]{Items: make([]Receipt, len(receipts))}
	for i, r := range receipts {
		out.Items[i] = viewReceipt(r)
	}
	return answer(out), nil
}

// RegisteredOpinion is one opinion as the register has it.
type RegisteredOpinion struct {
	Position   int64          `json:"position" doc:"登记号。Its number."`
	Digest     history.Digest `json:"digest"`
	ReceivedAt time.Time      `json:"received_at"`
	// Opinion is absent when it was erased.
	Opinion *decision.Opinion `json:"opinion,omitempty" doc:"提出者和联系方式只供办理案件的身份查阅。Author and contact only for those who answer for the case."`
	Erased  int64             `json:"erased,omitempty" doc:"删除它的记录的序号。The entry of the act that erased it."`
}

// view is an opinion as the caller may see it. The salt is nobody's: with it
// and a digest, a guess at what was left out could be tried.
func (c caller) view(in workflow.Case, o workflow.Opinion) (RegisteredOpinion, error) {
	out := RegisteredOpinion{Position: o.Position, Digest: o.Digest, ReceivedAt: o.ReceivedAt, Erased: o.Erased}
	if o.Erased > 0 {
		return out, nil
	}
	var said decision.Opinion
	if err := json.Unmarshal(o.Body, &said); err != nil {
		return out, fmt.Errorf("httpapi: opinion %d: %w", o.Position, err)
	}
	said.Salt = ""
	if !c.maySeeContacts(in) {
		said.Author, said.Contact = "", ""
	}
	out.Opinion = &said
	return out, nil
}

type opinionsQuery struct {
	CasePath
	After int64 `query:"after" minimum:"0" doc:"上一页的next。next of the page before."`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"每页条数。How many on a page."`
}

func (s *server) listOpinions(ctx context.Context, who caller, in *opinionsQuery) (*body[page[RegisteredOpinion]], error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	kept, err := s.svc.Register.Opinions(ctx, in.ID, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := page[RegisteredOpinion]{Items: make([]RegisteredOpinion, len(kept))}
	for i, o := range kept {
		if out.Items[i], err = who.view(c, o); err != nil {
			return nil, err
		}
	}
	if len(kept) == in.Limit {
		out.Next = strconv.FormatInt(kept[len(kept)-1].Position, 10)
	}
	return answer(out), nil
}

type opinionPath struct {
	CasePath
	Position int64 `path:"position" minimum:"1" doc:"登记号。Its number in the register."`
}

func (s *server) getOpinion(ctx context.Context, who caller, in *opinionPath) (*body[RegisteredOpinion], error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	kept, err := s.svc.Register.Opinions(ctx, in.ID, in.Position-1, 1)
	switch {
	case err != nil:
		return nil, err
	case len(kept) == 0:
		return nil, workflow.ErrNotFound
	case kept[0].Erased > 0:
		return nil, s.gone(ctx, in.ID, &workflow.ErasedError{Seq: kept[0].Erased})
	}
	out, err := who.view(c, kept[0])
	return answer(out), err
}
