package decision

import "github.com/juece/juece/workflow/calendar"

// CiteCatalogue says where the matter stands in the organ's published
// catalogue of decision matters (决策事项目录, Art 3 ¶3). A catalogue is
// optional; each adjustment of one is a new version.
type CiteCatalogue struct {
	Year        int           `json:"year,omitempty" validate:"required,min=2019,max=2999"`
	Version     int           `json:"version,omitempty" validate:"required,min=1,max=1000"`
	Entry       string        `json:"entry,omitempty" validate:"required,max=128"`       // the matter's number in it
	Committee   string        `json:"committee,omitempty" validate:"required,max=128"`   // 同级党委
	ConsentRef  string        `json:"consent_ref,omitempty" validate:"required,max=300"` // the document of consent
	ConsentedOn calendar.Date `json:"consented_on,omitzero" validate:"required"`
	PublishedOn calendar.Date `json:"published_on,omitzero" validate:"required"`
	URL         string        `json:"url,omitempty" validate:"omitempty,url,max=2000"`
	// Adjusted is the reason of an adjustment, owed from version 2 on.
	Adjusted string `json:"adjusted,omitempty" validate:"max=5000"`
	// Steps are the procedures that the catalogue declares for the matter.
	Steps []Step `json:"steps,omitempty" validate:"max=8,unique,dive,oneof=public_participation expert_review risk_assessment legality_review collective_discussion fair_competition_review congress_act party_report"`
}

// AdoptPack puts the case under a newer rule pack (Art 44). Changes names what
// differs, so that nobody adopts what was not shown.
type AdoptPack struct {
	Pack    string   `json:"pack,omitempty" validate:"required,max=64"`
	Digest  string   `json:"digest,omitempty" validate:"required,digest"`
	Changes []string `json:"changes,omitempty" validate:"required,min=1,max=500,dive,required,max=300"` // the fields that differ
	Decider string   `json:"decider,omitempty" validate:"required,max=128"`
	Reason  string   `json:"reason,omitempty" validate:"required,max=5000"`
}

func (CiteCatalogue) Kind() Kind { return "cite_catalogue" }
func (AdoptPack) Kind() Kind     { return "adopt_pack" }

func (a CiteCatalogue) record(d *Decision, at Ref) { d.Catalogues = add(d.Catalogues, at, a) }
func (a AdoptPack) record(d *Decision, at Ref)     { d.PacksAdopted = add(d.PacksAdopted, at, a) }
