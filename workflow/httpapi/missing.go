package httpapi

import (
	"context"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// Missing is what an act still lacks, by who can clear it.
type Missing struct {
	Gate        decision.Kind    `json:"gate,omitempty" doc:"所问的程序行为；没有则程序已经走完。The act that is asked about; absent when nothing is left to do."`
	Zh          string           `json:"zh,omitempty"`
	En          string           `json:"en,omitempty"`
	Groups      []workflow.Group `json:"groups"`
	Earliest    calendar.Date    `json:"earliest,omitzero" doc:"最早可以全部补齐之日，法律有期限的才有。The first day on which all of it can be cleared, where the law sets one."`
	Provisional bool             `json:"provisional,omitempty"`
	// Publication is everything on the way to it, asked with the next gate.
	Publication *Missing `json:"publication,omitempty" doc:"公布之前的全部关口还缺什么。What every gate up to publication lacks."`
}

type missingInput struct {
	CasePath
	PointInTime
	Gate string `query:"gate" maxLength:"64" doc:"程序行为；默认为主线上的下一个和公布。An act; by default the next one on the main path, and publication."`
}

// publication is the act up to which everything is asked for.
const publication decision.Kind = "publish"

func (s *server) getMissing(ctx context.Context, who caller, in *missingInput) (*body[Missing], error) {
	c, _, on, err := s.at(ctx, who, in.ID, in.PointInTime)
	if err != nil {
		return nil, err
	}
	gate := decision.Kind(in.Gate)
	if gate == "" {
		gate = c.Stage.Info().Gate
	}
	if gate == "" {
		return answer(Missing{Groups: []workflow.Group{}}), nil // nothing is left to do
	}
	lacking := workflow.Missing(c, gate, on)
	if in.PointInTime == (PointInTime{}) { // what waited in the register at an earlier moment is not known
		waiting, err := s.svc.Waiting(ctx, c, gate)
		if err != nil {
			return nil, err
		}
		lacking = append(lacking, waiting...)
	}
	out, err := missing(gate, lacking)
	if err != nil {
		return nil, err
	}
	if in.Gate == "" && workflow.Ahead(c.Stage, publication) != nil {
		all, err := missing(publication, workflow.Before(c, publication, on))
		if err != nil {
			return nil, err
		}
		out.Publication = &all
	}
	return answer(out), nil
}

func missing(gate decision.Kind, findings []workflow.Finding) (Missing, error) {
	info, err := decision.Describe(gate)
	if err != nil {
		return Missing{}, coded{"unknown_act", "目录见GET /acts", "GET /acts lists the acts"}
	}
	m := Missing{Gate: gate, Zh: info.Zh, En: info.En, Groups: workflow.ByRole(findings)}
	m.Earliest, m.Provisional = workflow.Earliest(findings)
	return m, nil
}
