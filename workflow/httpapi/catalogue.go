package httpapi

import (
	"context"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
)

// Act describes a kind of act.
type Act struct {
	Kind    decision.Kind   `json:"kind"`
	Zh      string          `json:"zh"`
	En      string          `json:"en"`
	Article int             `json:"article" doc:"条例的条。Article of Decree 713."`
	Roles   []decision.Role `json:"roles" doc:"可以进行的身份。Roles that may do it."`
}

// PackName names a rule pack.
type PackName struct {
	Name   string    `json:"name"`
	Title  pack.Text `json:"title"`
	Norm   pack.Norm `json:"norm"`
	Digest string    `json:"digest"`
}

func (s *server) catalogue() {
	add(s, get("list-acts", "/acts", "catalogue", "程序行为目录 List the acts",
		"各程序行为、所依条文和可以进行的身份（第三条至第四十四条）。Every act, its article, and who may do it (D713 Arts 3 to 44)."), everyone(), listActs)
	add(s, get("list-packs", "/packs", "catalogue", "规则包列表 List the rule packs",
		"可以适用的规则包（第四十二条、第四十四条）。The rule packs that can govern a case (D713 Arts 42, 44)."), everyone(), s.listPacks)
	add(s, get("get-pack", "/packs/{name}", "catalogue", "查看规则包 Read a rule pack",
		"规则包的全部内容（第四十二条、第四十四条）。All that a rule pack says (D713 Arts 42, 44)."), everyone(), s.getPack)
}

// roster registers the roster of counsel.
func (s *server) roster() {
	add(s, get("list-roster", "/roster", "tasks", "法律顾问名册 The roster of counsel",
		"本机关各案件聘任的法律顾问、公职律师，以及当日是否在聘（第二十八条）。每一案件都要读，最多Options.MaxCases件，超过的回答422。Counsel engaged in the organ's cases, and who is engaged on the day (D713 Art 28). Every case is read, at most Options.MaxCases; with more the answer is 422."), readers(), s.listRoster)
}

type rosterInput struct {
	On string `query:"on" format:"date" doc:"日期，默认为今天。The day asked about, today by default."`
}

type rosterPage struct {
	Items      []workflow.Engagement `json:"items"`
	Unreadable []string              `json:"unreadable,omitempty" doc:"无法读取、未列入的案件。Cases that cannot be read and are left out."`
}

func (s *server) listRoster(ctx context.Context, who caller, in *rosterInput) (*body[rosterPage], error) {
	if who.Organ == "" {
		return nil, coded{"not_permitted", "身份未载明所属机关", "the identity names no organ"}
	}
	on := s.today()
	if in.On != "" {
		if err := on.UnmarshalText([]byte(in.On)); err != nil {
			return nil, coded{"invalid_request", "on须为日期，如2026-03-16", "on must be a date such as 2026-03-16"}
		}
	}
	if err := s.countable(ctx, who, who.Organ); err != nil {
		return nil, err
	}
	lines, unreadable, err := s.svc.Roster(ctx, who.Organ, on, who.Cases...)
	if err != nil {
		return nil, err
	}
	return answer(rosterPage{Items: append([]workflow.Engagement{}, lines...), Unreadable: unreadable}), nil
}

func viewActs() []Act {
	var list []Act
	for _, i := range decision.Catalogue() {
		list = append(list, Act{i.Kind, i.Zh, i.En, i.Article, workflow.Permitted(i.Kind)})
	}
	return list
}

func listActs(context.Context, caller, *struct{}) (*body[page[Act]], error) {
	return answer(page[Act]{Items: viewActs()}), nil
}

func (s *server) listPacks(context.Context, caller, *struct{}) (*body[page[PackName]], error) {
	out := page[PackName]{Items: []PackName{}}
	for _, p := range s.svc.Packs.All() {
		out.Items = append(out.Items, PackName{p.Name, p.Title, p.Norm, p.Digest()})
	}
	return answer(out), nil
}

type packInput struct {
	Name string `path:"name" maxLength:"64" doc:"规则包的名称。The name of the pack."`
}

func (s *server) getPack(_ context.Context, _ caller, in *packInput) (*body[*pack.Pack], error) {
	p, err := s.svc.Packs.Named(in.Name)
	if err != nil {
		return nil, workflow.ErrNotFound
	}
	whole := *p
	whole.Steps, whole.Numbers, whole.Severities = orEmpty(p.Steps), orEmpty(p.Numbers), orEmpty(p.Severities)
	return answer(&whole), nil
}

// orEmpty is a map that is an object to the client even with nothing in it.
func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}
