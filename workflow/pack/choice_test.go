package pack_test

import (
	"errors"
	"testing"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

// A pack is chosen by organ and day of initiation, to the day (Arts 42 to 44).
func TestArt44APackIsChosenByOrganAndDay(t *testing.T) {
	t.Parallel()
	set, err := pack.Embedded(rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		level, area, object, law, on, want string
	}{
		{"county", "", "", "", "2019-09-01", "d713"},
		{"county", "", "", "", "2019-08-31", ""},
		{"county", "河南省信阳市新县", "", "", "2022-03-14", "d713"},
		{"county", "河南省信阳市新县", "", "", "2022-03-15", "henan-210"},
		{"county", "湖北省", "", "", "2026-01-01", "d713"},
		{"department", "河南省信阳市新县", "", "", "2026-01-01", "d713-department"},
		{"township", "", "", "", "2026-01-01", "d713-township"},
		{"county", "", "", "国有土地上房屋征收与补偿条例", "2026-01-01", "expropriation"},
		{"province", "", "", "国有土地上房屋征收与补偿条例", "2026-01-01", ""},
		{"county", "", "", "政府制定价格听证办法", "2026-01-01", "price-hearing"},
		{"department", "", "normative_document", "", "2018-12-04", "normative-document"},
		{"department", "", "normative_document", "", "2018-12-03", ""},
		{"department", "", "contract", "", "2026-01-01", "contract"},
		{"village", "", "", "", "2026-01-01", ""},
	} {
		p, err := set.Choose(pack.Matter{Level: c.level, Area: c.area, Object: c.object, SpecialLaw: c.law, On: calendar.MustParseDate(c.on)})
		switch {
		case c.want == "" && !errors.Is(err, pack.ErrUnknown):
			t.Errorf("%+v: got %v, %v", c, p, err)
		case c.want != "" && (err != nil || p.Name != c.want):
			t.Errorf("%+v: got %v, %v", c, p, err)
		}
	}
}

func TestTwoEquallySpecificPacksHaveToBeNamed(t *testing.T) {
	t.Parallel()
	local := func(name string) string {
		return "pack: " + name + "\nextends: d713\ntitle: {zh: 甲, en: a}\nnorm: {zh: 甲, number: \"1\"}\nfrom: \"2026-01-01\"\narea: 甲省\n"
	}
	set, err := pack.Load(files(t, map[string]string{"a": local("a"), "b": local("b")}), rules)
	if err != nil {
		t.Fatal(err)
	}
	m := pack.Matter{Level: "county", Area: "甲省乙市", On: calendar.MustParseDate("2026-02-01")}
	if p, err := set.Choose(m); !errors.Is(err, pack.ErrUnknown) {
		t.Errorf("%v, %v", p, err)
	}
	if all := set.For(m); len(all) != 3 || all[2].Name != "d713" {
		t.Errorf("%v", all)
	}
}
