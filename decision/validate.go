package decision

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/zh"
	ut "github.com/go-playground/universal-translator"
	"github.com/go-playground/validator/v10"
	entext "github.com/go-playground/validator/v10/translations/en"
	zhtext "github.com/go-playground/validator/v10/translations/zh"
)

// FieldError is a field whose value breaks its rule.
type FieldError struct {
	Field string `json:"field"` // path by JSON names, e.g. channels[0].url
	Rule  string `json:"rule"`  // validate tag, e.g. max
	Param string `json:"param,omitempty"`
	Zh    string `json:"zh"` // message; never repeats the value
	En    string `json:"en"`
}

// InvalidError lists every field of an act that is wrong.
type InvalidError struct {
	Kind   Kind
	Fields []FieldError
}

// Error names the act and each field with the rule it breaks.
func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.En
	}
	return fmt.Sprintf("decision: %s: %s", e.Kind, strings.Join(parts, "; "))
}

// Validate checks an act as a live decision needs it: what the tags require
// must be there. The error is an [*InvalidError].
func Validate(act Act) error { return validate(act, true) }

// ValidateKnown checks only what is there, as a published case needs it: a
// value that is wrong is an error, a value that is not known is not. The
// error is an [*InvalidError].
func ValidateKnown(act Act) error { return validate(act, false) }

// ValidateValue checks any struct of this package that is not an act, such as
// an [Opinion] or an [Actor].
func ValidateValue(name string, value any) error { return check(Kind(name), value, true) }

func validate(act Act, live bool) error { return check(act.Kind(), act, live) }

func check(kind Kind, value any, live bool) error {
	rules := fieldRules()
	err := rules.validate.Struct(value)
	var broken validator.ValidationErrors
	if err != nil && !errors.As(err, &broken) {
		return err
	}
	fields := unstorable(nil, "", reflect.ValueOf(value))
	for _, b := range broken {
		if !live && strings.HasPrefix(b.Tag(), "required") {
			continue
		}
		_, path, _ := strings.Cut(b.Namespace(), ".")
		fields = append(fields, FieldError{
			Field: path, Rule: b.Tag(), Param: b.Param(),
			Zh: b.Translate(rules.zh), En: b.Translate(rules.en),
		})
	}
	if len(fields) == 0 {
		return nil
	}
	return &InvalidError{Kind: kind, Fields: fields}
}

// unstorable finds texts that PostgreSQL cannot keep: with a zero byte, or not
// UTF-8. An act is the same on every store, so it is refused by all.
func unstorable(found []FieldError, path string, v reflect.Value) []FieldError {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); strings.Contains(s, "\x00") || !utf8.ValidString(s) {
			found = append(found, FieldError{Field: path, Rule: "text", Zh: "含有零字节或者不是UTF-8文本", En: "holds a zero byte, or is not UTF-8 text"})
		}
	case reflect.Pointer:
		if !v.IsNil() {
			found = unstorable(found, path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			found = unstorable(found, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() {
				found = unstorable(found, strings.TrimPrefix(path+"."+name, "."), v.Field(i))
			}
		}
	}
	return found
}

type rules struct {
	validate *validator.Validate
	zh, en   ut.Translator
}

// fieldRules builds the one shared validator; it caches the structs it has
// seen, and is not changed after it is built.
var fieldRules = sync.OnceValue(func() rules {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	translators := ut.New(zh.New(), zh.New(), en.New())
	zhTrans, _ := translators.GetTranslator("zh")
	enTrans, _ := translators.GetTranslator("en")
	digest := regexp.MustCompile(`^(sha256|sm3):[0-9a-f]{64}$`)
	material := regexp.MustCompile(`^(hmac-)?(sha256|sm3):[0-9a-f]{64}$`)
	// Registration fails only on an empty tag, a nil function or a message
	// with a wrong placeholder, and the tests read every message.
	_ = v.RegisterValidation("digest", func(f validator.FieldLevel) bool {
		return digest.MatchString(f.Field().String())
	})
	_ = v.RegisterValidation("material", func(f validator.FieldLevel) bool {
		return material.MatchString(f.Field().String())
	})
	_ = zhtext.RegisterDefaultTranslations(v, zhTrans)
	_ = entext.RegisterDefaultTranslations(v, enTrans)
	for _, own := range []struct{ tag, zh, en string }{
		{"digest", "{0}必须是 sha256: 或者 sm3: 加 64 位十六进制数的摘要", "{0} must be a digest: sha256: or sm3: and 64 hexadecimal digits"},
		{"material", "{0}必须是材料的摘要：sha256:、hmac-sha256:、sm3: 或者 hmac-sm3: 加 64 位十六进制数", "{0} must be the digest of a material: sha256:, hmac-sha256:, sm3: or hmac-sm3: and 64 hexadecimal digits"},
		{"required_if", "{0}在此情形下为必填字段", "{0} is required in this case"},
		{"unique", "{0}不得有重复", "{0} must not hold the same value twice"},
		{"oneof", "{0}必须是下列值之一：{1}", "{0} must be one of: {1}"},
	} {
		translate(v, zhTrans, own.tag, own.zh)
		translate(v, enTrans, own.tag, own.en)
	}
	return rules{validate: v, zh: zhTrans, en: enTrans}
})

func translate(v *validator.Validate, to ut.Translator, tag, text string) {
	_ = v.RegisterTranslation(tag, to,
		func(t ut.Translator) error { return t.Add(tag, text, true) },
		func(t ut.Translator, f validator.FieldError) string {
			message, err := t.T(tag, f.Field(), f.Param())
			if err != nil {
				return f.Field() + ": " + tag
			}
			return message
		})
}
