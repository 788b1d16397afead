package reading_test

import "github.com/juece/juece/decision"

// Chapter 2 section 1: Arts 12 and 13.
var drafting = map[string]reader{
	"R12.1": func(s story) answer { // Art 12 ¶2
		v, a := s.version(), broken
		for _, d := range s.Drafts {
			if d.Act.Draft != 0 && v != 0 && d.Act.Draft != v {
				continue
			}
			a = fine // the last of the version counts
			if len(d.Act.LegalBasis) == 0 || d.Act.Draft == 0 {
				a = cannotTell
			}
			for _, b := range d.Act.LegalBasis {
				a = worst(a, owed(b.Status), unless(b.Status != "repealed" && b.Status != "draft")) // what was amended is in force as amended
			}
		}
		return a
	},
	"R12.2": func(s story) answer { return unless(len(s.Investigations) > 0) }, // Art 12 ¶1
	"R13.1": func(s story) answer { // Art 13
		touched, ok := decision.Last(s.Affected)
		if !ok || touched.Act.Units == nil {
			return cannotTell
		}
		a := fine
		for _, u := range touched.Act.Units {
			asked, replied := broken, broken
			for _, c := range s.Consultations {
				asked = best(asked, same(c.Act.Unit, u))
			}
			for _, r := range s.Replies {
				is := same(r.Act.Unit, u)
				replied = best(replied, is) // or that it did not reply is on record
				if r.Act.Position != "no_reply" {
					asked = best(asked, worst(is, owed(r.Act.Position))) // who answers was asked
				}
			}
			a = worst(a, asked, replied)
		}
		return a
	},
	"R13.2": func(s story) answer { // Art 13: the last word of a unit is no, and the organ was not told
		a := fine
		for i, r := range s.Replies {
			if r.Act.Position != "disagree" {
				continue
			}
			stands := fine
			for _, later := range s.Replies[i+1:] {
				stands = worst(stands, map[answer]answer{fine: broken, cannotTell: cannotTell, broken: fine}[same(later.Act.Unit, r.Act.Unit)])
			}
			told := broken
			for _, d := range s.Disputes {
				covers := among(r.Act.Unit, d.Act.Units)
				if len(d.Act.Units) == 0 {
					covers = cannotTell
				}
				told = best(told, worst(covers, owed(d.Act.Questions, d.Act.UnitViews, d.Act.OwnView, d.Act.Reasons)))
			}
			a = worst(a, where(stands, told))
		}
		return a
	},
}
