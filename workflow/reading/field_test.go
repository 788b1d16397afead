package reading_test

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/juece/juece/workflow/calendar"
)

// field is one value inside an act, with its validate tag.
type field struct {
	v    reflect.Value
	path string
	tag  string
}

// words returns the values that an enum may have.
func (f field) words() []string {
	if i := strings.Index(f.tag, "oneof="); i >= 0 {
		list, _, _ := strings.Cut(f.tag[i+len("oneof="):], ",")
		return strings.Fields(list)
	}
	return nil
}

// name reports whether the field holds a name: of a unit, a person, an
// activity, a task.
func (f field) name() bool {
	short := strings.Contains(f.tag, "max=64") || strings.Contains(f.tag, "max=128")
	return f.v.Kind() == reflect.String && f.words() == nil && f.v.String() != "" && short
}

// telling reports whether the field has few values: a yes or no, a day, a
// number, an enum, a list.
func (f field) telling() bool { return f.v.Kind() != reflect.String || f.words() != nil }

// fields lists every value inside an act.
func fields(v reflect.Value, tag string) []field {
	return inside(nil, v, "", tag)
}

func inside(found []field, v reflect.Value, path, tag string) []field {
	if v.Kind() == reflect.Interface {
		return inside(found, addressable(v.Elem()), path, tag)
	}
	if v.Type() == reflect.TypeFor[calendar.Date]() || v.Kind() != reflect.Struct {
		found = append(found, field{v, path, tag})
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				found = inside(found, v.Field(i), path+"."+f.Name, f.Tag.Get("validate"))
			}
		}
	case reflect.Pointer:
		if v.Type().Elem().Kind() == reflect.Struct && !v.IsNil() {
			found = inside(found, v.Elem(), path, tag)
		}
	case reflect.Slice:
		for i := range v.Len() {
			found = inside(found, v.Index(i), fmt.Sprintf("%s[%d]", path, i), tag)
		}
	}
	return found
}

// addressable returns a deep copy of a value that can be set.
func addressable(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(addressable(v.Field(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			c.Set(reflect.New(v.Type().Elem()))
			c.Elem().Set(addressable(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				c.Index(i).Set(addressable(v.Index(i)))
			}
		}
	}
	return c
}

// plain reads through a pointer, for the story.
func plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		return v.Elem().Interface()
	}
	return v.Interface()
}
