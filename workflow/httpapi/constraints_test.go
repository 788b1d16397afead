package httpapi_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
)

// beyondSchemas are the rules of package decision that no schema of one field can
// state. The document says them in words; the validator holds to them.
func beyondSchemas() map[string]string {
	return map[string]string{
		"required_if":      "depends on the value of another field",
		"required_without": "depends on whether another field is there",
		"gtefield":         "compares two fields",
		"unique=":          "compares one field of the elements; uniqueItems compares them whole",
	}
}

// Each rule that a validate tag states is in the schema of its field, in the
// document as it is served.
func TestEveryFieldRuleIsInTheDocument(t *testing.T) {
	t.Parallel()
	c := constraints{t: t, contract: documented(t), done: map[reflect.Type]bool{}, met: map[string]bool{}}
	for _, info := range decision.Catalogue() {
		if info.Kind != "commit_opinions" { // its content is computed from the register
			c.structure(reflect.TypeOf(info.New()))
		}
	}
	c.structure(reflect.TypeFor[decision.Opinion]())
	if c.rules < 500 {
		t.Errorf("%d rules were looked for", c.rules)
	}
	for rule := range beyondSchemas() {
		if !c.met[rule] {
			t.Errorf("%s is no longer used", rule)
		}
	}
}

type constraints struct {
	t        *testing.T
	contract *contract
	done     map[reflect.Type]bool
	met      map[string]bool
	rules    int
}

func (c *constraints) structure(t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[calendar.Date]() || c.done[t] {
		return
	}
	c.done[t] = true
	object, _ := c.contract.at(pointer("components", "schemas", "Juece"+t.Name()))
	if object == nil {
		c.t.Errorf("%s has no schema", t)
		return
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		properties, _ := object["properties"].(map[string]any)
		schema, ok := properties[name].(map[string]any)
		if !ok {
			c.t.Errorf("%s.%s has no schema", t, name)
			continue
		}
		c.structure(f.Type)
		own, elements, dives := strings.Cut(f.Tag.Get("validate"), ",dive")
		c.field(t.Name()+"."+name, own, schema)
		required, _ := object["required"].([]any)
		if slices.Contains(strings.Split(own, ","), "required") != slices.Contains(required, any(name)) && f.Type.Kind() != reflect.Struct {
			c.t.Errorf("%s.%s: validate:%q, required in the schema: %v", t, name, own, required)
		}
		if items, _ := schema["items"].(map[string]any); dives {
			c.field(t.Name()+"."+name+"[]", strings.TrimPrefix(elements, ","), items)
		}
	}
}

func (c *constraints) field(at, tag string, schema map[string]any) {
	for rule := range strings.SplitSeq(tag, ",") {
		name, param, _ := strings.Cut(rule, "=")
		if name == "unique" && param != "" {
			name = "unique="
		}
		if _, ok := beyondSchemas()[name]; ok {
			c.met[name] = true
			if text, _ := schema["description"].(string); text == "" {
				c.t.Errorf("%s: %s is not even described", at, rule)
			}
			continue
		}
		c.rules++
		if !states(schema, name, param) {
			c.t.Errorf("%s: %s is not in its schema: %v", at, rule, schema)
		}
	}
}

// states reports whether a schema states a rule. One that nobody knows here is
// not stated.
func states(schema map[string]any, rule, param string) bool {
	is := func(keyword, want string) bool { return fmt.Sprint(schema[keyword]) == want }
	_, reference := schema["$ref"]
	switch rule {
	case "", "omitempty":
		return true
	case "required": // see structure; an empty text is not there
		return reference || schema["type"] != "string" || schema["format"] != nil || schema["pattern"] != nil || schema["enum"] != nil || is("minLength", "1")
	case "max":
		return is("maxLength", param) || is("maxItems", param) || is("maximum", param)
	case "min":
		return is("minLength", param) || is("minItems", param) || is("minimum", param)
	case "oneof":
		return is("enum", "["+param+"]")
	case "url":
		return is("format", "uri")
	case "digest", "material":
		pattern, _ := schema["pattern"].(string)
		return strings.HasPrefix(pattern, "^(") && strings.HasSuffix(pattern, "(sha256|sm3):[0-9a-f]{64}$") && strings.Contains(pattern, "hmac-") == (rule == "material")
	case "unique":
		return is("uniqueItems", "true")
	}
	return false
}
