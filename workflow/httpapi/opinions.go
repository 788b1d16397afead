package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"reflect"

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
	RawBody     []byte `contentType:"application/json"`
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
	op.Tags = []string{"acts", "opinions"}
	op.Description += " 登记簿中尚未入册的意见成批写入历史；没有则为空。The history commits to the opinions that are pending, in batches; none is an empty answer."
	add(s, op, actors(info.Kind), s.commitOpinions)
}

func (s *server) receiveOpinions(ctx context.Context, who caller, in *opinionsInput) (*body[page[OpinionReceipt]], error) {
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
	kept, err := s.svc.ReceiveOpinions(ctx, in.ID, who.Actor, sent.Opinions)
	if err != nil {
		return nil, err
	}
	out := page[OpinionReceipt]{Items: make([]OpinionReceipt, len(kept))}
	for i, o := range kept {
		out.Items[i] = OpinionReceipt{o.ID, o.Digest}
	}
	return answer(out), nil
}

func (s *server) commitOpinions(ctx context.Context, who caller, in *CasePath) (*body[page[Receipt]], error) {
	if _, err := s.read(ctx, who, in.ID); err != nil {
		return nil, err
	}
	receipts, err := s.svc.CommitOpinions(ctx, in.ID, who.Actor)
	if err != nil {
		return nil, err
	}
	out := page[Receipt]{Items: make([]Receipt, len(receipts))}
	for i, r := range receipts {
		out.Items[i] = viewReceipt(r)
	}
	return answer(out), nil
}
