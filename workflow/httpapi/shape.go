package httpapi

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/juece/juece/decision"
)

// decodeStrictly reads a JSON body into a value. It names the first field that
// does not belong there or has the wrong shape, by its path, and repeats
// nothing of what was sent. A field that stands twice is wrong too: two
// readers must not see two different requests in the same bytes.
func decodeStrictly(contentType string, body []byte, into any) error {
	if media, _, err := mime.ParseMediaType(contentType); contentType != "" && (err != nil || media != "application/json") {
		return coded{code: "unsupported_media_type", zh: "须为application/json", en: "it must be application/json"}
	}
	if !utf8.Valid(body) || !json.Valid(body) || halved(body) {
		return coded{code: "malformed_json"}
	}
	return decodeAt("", body, into)
}

// halved reports whether a JSON text escapes one half of a surrogate pair. Like
// bytes that are no UTF-8, it would be read as another sign, and kept so.
func halved(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++ // what is escaped
		first, ok := escapedUnit(text[i-1:])
		if !ok || !utf16.IsSurrogate(first) {
			continue
		}
		second, _ := escapedUnit(text[i+5:])
		if utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 10
	}
	return false
}

// escapedUnit reads \uXXXX at the beginning of a text.
func escapedUnit(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(n), err == nil
}

// decodeAt reads a JSON text that stands at a path of the body.
func decodeAt(path string, text []byte, into any) error {
	if f, ok := misfit(path, reflect.TypeOf(into).Elem(), text); ok {
		return &decision.InvalidError{Fields: []decision.FieldError{f}}
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &decision.InvalidError{Fields: []decision.FieldError{mistyped(path)}}
	}
	return nil
}

// misfit finds the first place where a JSON text has not the shape of a type.
func misfit(path string, t reflect.Type, text json.RawMessage) (decision.FieldError, bool) {
	if string(text) == "null" {
		return decision.FieldError{}, false // not known, as if it were absent
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return decision.FieldError{}, false
	case t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return misfitObject(path, t, text)
	case t.Kind() == reflect.Slice:
		return misfitArray(path, t.Elem(), text)
	}
	if json.Unmarshal(text, reflect.New(t).Interface()) != nil {
		return mistyped(path), true
	}
	return decision.FieldError{}, false
}

func misfitObject(path string, t reflect.Type, text json.RawMessage) (decision.FieldError, bool) {
	members, err := members(text)
	if err != nil {
		return mistyped(path), true
	}
	seen := map[string]bool{}
	for _, m := range members {
		field, ok := fieldNamed(t, m.name)
		if !ok {
			return unknown(path, m.name), true
		}
		if seen[m.name] {
			return decision.FieldError{Field: join(path, m.name), Rule: "unique", Zh: "字段重复", En: "the field stands twice"}, true
		}
		seen[m.name] = true
		if f, wrong := misfit(join(path, m.name), field.Type, m.text); wrong {
			return f, true
		}
	}
	return decision.FieldError{}, false
}

func misfitArray(path string, element reflect.Type, text json.RawMessage) (decision.FieldError, bool) {
	var items []json.RawMessage
	if json.Unmarshal(text, &items) != nil {
		return mistyped(path), true
	}
	for i, item := range items {
		if f, wrong := misfit(fmt.Sprintf("%s[%d]", path, i), element, item); wrong {
			return f, true
		}
	}
	return decision.FieldError{}, false
}

type member struct {
	name string
	text json.RawMessage
}

var errNoObject = errors.New("httpapi: not an object")

// members lists what an object holds, in order and with repetitions.
func members(text json.RawMessage) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return nil, errNoObject
	}
	var list []member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: fmt.Sprint(name)}
		if err := dec.Decode(&m.text); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

func fieldNamed(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); jsonName(f) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func mistyped(path string) decision.FieldError {
	if path == "" {
		path = "body"
	}
	return decision.FieldError{Field: path, Rule: "type", Zh: "类型或者格式不对", En: "wrong type or form"}
}

var fieldName = regexp.MustCompile(`^[a-z][a-z_]{0,40}$`)

// unknown names a field that does not exist, if the name looks like one: what
// was sent in the place of a name can be anything.
func unknown(path, name string) decision.FieldError {
	f := decision.FieldError{Field: path, Rule: "unknown", Zh: "含有不存在的字段", En: "holds a field that does not exist"}
	if fieldName.MatchString(name) {
		f.Field, f.Zh, f.En = join(path, name), "没有这个字段", "there is no such field"
	}
	if f.Field == "" {
		f.Field = "body"
	}
	return f
}

// within puts a path before the fields of an invalid act.
func within(path string, err error) error {
	var invalid *decision.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	moved := &decision.InvalidError{Kind: invalid.Kind}
	for _, f := range invalid.Fields {
		f.Field = join(path, f.Field)
		moved.Fields = append(moved.Fields, f)
	}
	return moved
}
