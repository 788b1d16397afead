package decision_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

func TestCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[decision.Kind]bool{}
	for _, info := range decision.Catalogue() {
		if seen[info.Kind] {
			t.Errorf("%s stands twice", info.Kind)
		}
		seen[info.Kind] = true
		if info.Zh == "" || info.En == "" || info.Article < 1 || info.Article > 44 {
			t.Errorf("%s: names or article missing: %+v", info.Kind, info)
		}
		act, err := info.Decode([]byte("{}"))
		if err != nil || act.Kind() != info.Kind {
			t.Errorf("%s: decode {}: %v", info.Kind, err)
		}
		// Nothing known is never a wrong value, and never enough when live.
		if err := decision.ValidateKnown(act); err != nil {
			t.Errorf("%s: an act of which nothing is known is refused: %v", info.Kind, err)
		}
		var invalid *decision.InvalidError
		if err := decision.Validate(act); !errors.As(err, &invalid) {
			t.Errorf("%s: an empty act passes as live", info.Kind)
			continue
		}
		for _, f := range invalid.Fields {
			if f.Field == "" || f.Zh == "" || f.En == "" || strings.Contains(f.En, "Error:Field") {
				t.Errorf("%s: %+v has no readable message", info.Kind, f)
			}
		}
	}
	if _, err := decision.Describe("approve_everything"); !errors.Is(err, decision.ErrUnknownKind) {
		t.Errorf("unknown kind: %v", err)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	t.Parallel()
	info, err := decision.Describe("withdraw")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`{"deciderr":"x"}`, `{"decider":1}`, `{} {}`, `[]`, ``} {
		if _, err := info.Decode([]byte(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestAWrongValueIsAnErrorEvenWhenUnknownIsAllowed(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]decision.Act{
		"source":   decision.Propose{Source: "neighbour"},
		"received": decision.CloseComment{Received: new(-1)},
		"draft":    decision.SubmitDraft{Draft: -1},
		"title":    decision.Propose{Title: "甲\x00乙"},
		"unit":     decision.AssignUnits{Units: []decision.AssignedUnit{{Unit: "\xff"}}},
		"digest":   decision.SubmitDraft{Text: decision.Material{Digest: "md5:00", Title: "x"}},
		"to":       decision.DisposeOpinions{Groups: []decision.OpinionGroup{{Opinions: []decision.Range{{From: 3, To: 2}}}}},
	} {
		var invalid *decision.InvalidError
		if err := decision.ValidateKnown(act); !errors.As(err, &invalid) || !strings.HasSuffix(invalid.Fields[0].Field, name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestRecordLeavesTheEarlierDecisionAlone(t *testing.T) {
	t.Parallel()
	var d decision.Decision
	for i := range 5 {
		d = d.Record(decision.SubmitDraft{Draft: i + 1}, decision.Ref{Seq: int64(i + 1)})
	}
	a := d.Record(decision.SubmitDraft{Draft: 100}, decision.Ref{Seq: 6})
	b := d.Record(decision.SubmitDraft{Draft: 200}, decision.Ref{Seq: 6})
	if len(d.Drafts) != 5 || a.Drafts[5].Act.Draft != 100 || b.Drafts[5].Act.Draft != 200 {
		t.Fatalf("histories share what follows: %v %v", a.Drafts, b.Drafts)
	}
	if !a.HasDraft(100) || a.HasDraft(200) {
		t.Error("HasDraft")
	}
}

func TestDigestsAreFoundWhereverAnActNamesThem(t *testing.T) {
	t.Parallel()
	receipt := decision.Material{Digest: "d", Title: "回执"}
	for want, act := range map[string]decision.Act{
		"a b": decision.OpenComment{Activity: "c1", Text: decision.Material{Digest: "a", Title: "草案"}, Channels: []decision.Channel{{Name: "网站", Proof: "b"}, {}}},
		"c":   decision.FileExpertOpinion{Read: []string{"c"}},
		"d":   decision.DeliverMaterials{Deliveries: []decision.Delivery{{Receipt: &receipt}}},
		"e":   decision.ArchiveCase{Items: []decision.ArchiveItem{{Digest: "e", Title: "目录"}}},
		"":    decision.AdoptPack{Digest: "a pack is no material"},
	} {
		if got := strings.Join(decision.Digests(act), " "); got != want {
			t.Errorf("%s: got %q, want %q", act.Kind(), got, want)
		}
	}
}

// The class and the places of an erasure are checked, and something has to be
// named.
func TestAnErasureNamesWhatItErases(t *testing.T) {
	t.Parallel()
	digest := "hmac-sha256:" + strings.Repeat("0", 64)
	good := decision.EraseData{Materials: []string{digest}, Class: decision.ClassPersonal, Ground: "个人信息保护法第四十七条", DecidedBy: "行政首长"}
	if err := decision.Validate(good); err != nil {
		t.Error(err)
	}
	opinions := good
	opinions.Materials, opinions.Opinions = nil, []int64{1}
	if err := decision.Validate(opinions); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*decision.EraseData){
		"nothing":        func(a *decision.EraseData) { a.Materials = nil },
		"twice":          func(a *decision.EraseData) { a.Materials = []string{digest, digest} },
		"no digest":      func(a *decision.EraseData) { a.Materials = []string{"hmac-md5:00"} },
		"position 0":     func(a *decision.EraseData) { a.Opinions = []int64{0} },
		"a secret":       func(a *decision.EraseData) { a.Class = "state_secret" },
		"no ground":      func(a *decision.EraseData) { a.Ground = "" },
		"nobody decided": func(a *decision.EraseData) { a.DecidedBy = "" },
	} {
		bad := good
		spoil(&bad)
		if err := decision.Validate(bad); err == nil {
			t.Errorf("%s: it passes", name)
		}
	}
}

func TestMaterialsAreFoundAtAnyDepth(t *testing.T) {
	t.Parallel()
	m := func(title string) decision.Material { return decision.Material{Title: title} }
	got := decision.Materials(decision.SubmitDraft{
		Text: m("a"), Materials: []decision.Material{m("b")}, Options: []decision.Option{{Text: m("c")}},
	})
	if len(got) != 3 || got[0].Title != "a" || got[1].Title != "b" || got[2].Title != "c" {
		t.Errorf("got %v", got)
	}
	receipt := m("receipt")
	got = decision.Materials(decision.DeliverMaterials{Deliveries: []decision.Delivery{{On: calendar.MustParseDate("2026-01-01"), Receipt: &receipt}}})
	if len(got) != 1 {
		t.Errorf("behind a pointer: got %v", got)
	}
}
