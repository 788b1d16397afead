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
		"各程序行为、所依条文和可以进行的身份。Every act, its article of D713, and who may do it."), everyone(), listActs)
	add(s, get("list-packs", "/packs", "catalogue", "规则包列表 List the rule packs",
		"可以适用的规则包（第四十二条、第四十四条）。The rule packs that can govern a case (D713 Arts 42, 44)."), everyone(), s.listPacks)
	add(s, get("get-pack", "/packs/{name}", "catalogue", "查看规则包 Read a rule pack",
		"规则包的全部内容。All that a rule pack says."), everyone(), s.getPack)
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
	Name string `path:"name" maxLength:"64"`
}

func (s *server) getPack(_ context.Context, _ caller, in *packInput) (*body[*pack.Pack], error) {
	p, err := s.svc.Packs.Named(in.Name)
	if err != nil {
		return nil, workflow.ErrNotFound
	}
	return answer(p), nil
}
