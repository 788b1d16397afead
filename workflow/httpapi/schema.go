package httpapi

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// civilDate stands for calendar.Date in schemas.
type civilDate string

// Schema implements huma.SchemaProvider.
func (civilDate) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-02-13"}}
}

// envelope is the schema of the body of an act.
func (m *mount) envelope(info decision.Info, opens bool) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"act"},
		Properties: map[string]*huma.Schema{
			"act": m.constrained(reflect.TypeOf(info.New())),
			"occurred_on": {
				Type: huma.TypeString, Format: "date", Examples: []any{"2026-02-13"},
				Description: "发生日期，默认为今天。The day it happened, today by default.",
			},
			"reasons": {
				Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString, MaxLength: new(maxReason)},
				Description: "偏离一般要求的理由，按规则编号。Reasons for departing from norms, by rule id.",
			},
		},
	}
	if opens {
		s.Properties["pack"] = &huma.Schema{
			Type: huma.TypeString, MinLength: new(1), MaxLength: new(64), Examples: []any{"d713"},
			Description: "适用的规则包，见GET /packs；默认按机关和日期选用（第四十四条）。The rule pack; GET /packs lists them. By default the one that governs by organ and day (D713 Art 44).",
		}
	}
	return s
}

// constrained is the schema of a struct of package decision with the
// constraints that its validate tags state, so that each rule is written once.
func (m *mount) constrained(t reflect.Type) *huma.Schema {
	ref := m.schemas.Schema(t, true, t.Name())
	m.constrain(t, map[reflect.Type]bool{})
	return ref
}

// constrain writes the constraints of a struct, and of every struct in it,
// into their schemas. To do it again changes nothing.
func (m *mount) constrain(t reflect.Type, done map[reflect.Type]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if !nested(t) || done[t] {
		return
	}
	done[t] = true
	s := m.schemas.SchemaFromRef(m.schemas.Schema(t, true, t.Name()).Ref)
	s.Required = nil
	for i := range t.NumField() {
		f := t.Field(i)
		property := s.Properties[jsonName(f)]
		if property == nil {
			continue
		}
		m.constrain(f.Type, done)
		own, elements, _ := strings.Cut(f.Tag.Get("validate"), ",dive")
		property.Nullable = false // null is the same as absent, which need not be said
		if demanded(f, own) {
			s.Required = append(s.Required, jsonName(f))
		}
		limit(property, own)
		if text := spanning(t, own); text != "" {
			property.Description = text
		}
		if property.Items != nil {
			limit(property.Items, strings.TrimPrefix(elements, ","))
		}
	}
}

// nested reports whether a type is a struct with fields of its own.
func nested(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[calendar.Date]()
}

// demanded reports whether a field has to be there: it says so itself, or it
// is a struct whose fields say so.
func demanded(f reflect.StructField, tag string) bool {
	return has(tag, "required") || (nested(f.Type) && !has(tag, "omitempty"))
}

func has(tag, rule string) bool { return slices.Contains(strings.Split(tag, ","), rule) }

// spanning says in words what a tag asks across fields. Such rules have no
// place in the schema of one field; put into the object's as alternatives,
// they would make generators write a type for each.
func spanning(t reflect.Type, tag string) string {
	named := func(goName string) string {
		if f, ok := t.FieldByName(goName); ok {
			return jsonName(f)
		}
		return strings.ToLower(goName) // a field of the elements
	}
	for rule := range strings.SplitSeq(tag, ",") {
		name, param, _ := strings.Cut(rule, "=")
		switch field, value, _ := strings.Cut(param, " "); {
		case name == "required_if":
			return named(field) + "为" + value + "时必填。Required when " + named(field) + " is " + value + "."
		case name == "required_without":
			return "没有" + named(field) + "时必填。Required without " + named(field) + "."
		case name == "gtefield":
			return "不早于、不小于" + named(field) + "。Not before, and not less than, " + named(field) + "."
		case name == "unique" && param != "":
			return "各项的" + named(field) + "不得相同。No two have the same " + named(field) + "."
		}
	}
	return ""
}

// limit writes the rules of one tag into one schema. Rules that span fields
// have no place in a schema and are left to the validator; see [spanning].
func limit(s *huma.Schema, tag string) {
	if s.Ref != "" {
		return
	}
	if has(tag, "required") && s.Type == huma.TypeString && s.Format == "" {
		s.MinLength = new(1)
	}
	for rule := range strings.SplitSeq(tag, ",") {
		name, param, _ := strings.Cut(rule, "=")
		switch name {
		case "oneof":
			s.Enum = nil
			for _, v := range strings.Fields(param) {
				s.Enum = append(s.Enum, v)
			}
		case "url":
			s.Format = "uri"
		case "digest":
			s.Pattern = `^(sha256|sm3):[0-9a-f]{64}$`
		case "material":
			s.Pattern = `^(hmac-)?(sha256|sm3):[0-9a-f]{64}$`
		case "unique":
			s.UniqueItems = param == ""
		case "min", "max":
			bound(s, name, param)
		}
	}
}

func bound(s *huma.Schema, name, param string) {
	n, err := strconv.Atoi(param)
	if err != nil {
		return
	}
	number := float64(n)
	switch {
	case s.Type == huma.TypeString && name == "min":
		s.MinLength = &n
	case s.Type == huma.TypeString:
		s.MaxLength = &n
	case s.Type == huma.TypeArray && name == "min":
		s.MinItems = &n
	case s.Type == huma.TypeArray:
		s.MaxItems = &n
	case name == "min":
		s.Minimum = &number
	default:
		s.Maximum = &number
	}
}
