package reading_test

import "github.com/juece/juece/decision"

// Chapter 3 section 2: Arts 31 to 33.
var publication = map[string]reader{
	"R31.1": func(s story) answer { // Art 31
		last, ok := decision.Last(s.PartyReports)
		if last.Act.Result == "not_approved" {
			return broken // who asked and was told no does not go ahead
		}
		return where(s.determined(decision.StepParty), worst(unless(ok), owed(last.Act.Result), notAfter(last.Act.RepliedOn, s.at.OccurredOn)))
	},
	"G17.1": func(s story) answer { // 政府信息公开条例 Art 17
		r, ok := decision.Last(s.SecrecyReviews)
		return worst(unless(ok), unless(r.Act.Result != "not_clear"))
	},
	"R32.1": func(s story) answer { // Art 32
		if s.gate == "withhold_publication" {
			return fine
		}
		a := fine
		for _, want := range []string{"gazette", "government_site"} {
			used := broken
			for _, p := range s.Publications {
				if len(p.Act.Channels) == 0 {
					used = best(used, cannotTell)
				}
				for _, c := range p.Act.Channels {
					used = best(used, same(c.Kind, want))
				}
			}
			a = worst(a, used)
		}
		return a
	},
	"R32.2": func(s story) answer { // Art 32
		touched, ok := decision.Last(s.Affected)
		if !ok {
			return cannotTell
		}
		p, _ := decision.Last(s.Publications)
		return where(yes(touched.Act.PublicConcern), yes(p.Act.ExplainsAdoption))
	},
	"R33.1": func(s story) answer { // Art 33
		a := fine
		for _, d := range s.deeds {
			for _, m := range decision.Materials(d.Act) {
				filed := broken
				for _, f := range s.Archives {
					if len(f.Act.Items) == 0 {
						filed = best(filed, cannotTell)
					}
					for _, item := range f.Act.Items {
						filed = best(filed, same(item.Digest, m.Digest))
					}
				}
				a = worst(a, filed)
			}
		}
		return a
	},
	"R33.2": func(s story) answer { return fine }, // each is known or not
}
