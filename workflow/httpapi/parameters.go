package httpapi

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// What can be wrong with a parameter that huma does not look at, by the rule
// that the answer names.
const (
	unknownParameter  = "unknown"
	repeatedParameter = "unique"
	illegible         = "type"
)

// parameters refuses a request with a parameter that its operation would
// overlook. Who misspells a filter must not take everything for what he asked
// for; and of two values two readers would believe each another one.
func (s *server) parameters(ctx huma.Context, next func(huma.Context)) {
	wrong := wrongQuery(ctx)
	if wrong == nil {
		wrong = wrongHeader(ctx)
	}
	if wrong == nil {
		next(ctx)
		return
	}
	s.refuse(ctx, http.StatusUnprocessableEntity, wrong)
}

// wrongQuery finds the first parameter of the query, in order of name, that the
// operation does not know, or that comes more often than it can.
func wrongQuery(ctx huma.Context) *huma.ErrorDetail {
	asked := ctx.URL()
	// A semicolon is a sign like others; huma drops a value of a list that has
	// one as it is.
	values, err := url.ParseQuery(strings.ReplaceAll(asked.RawQuery, ";", "%3B"))
	if err != nil { // what cannot be read would be left out
		return &huma.ErrorDetail{Location: "query", Message: illegible}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(ctx.Operation().Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == name })
		at := "query"
		if fieldName.MatchString(name) {
			at += "." + name
		}
		if i < 0 {
			return &huma.ErrorDetail{Location: at, Message: unknownParameter}
		}
		list := ctx.Operation().Parameters[i].Schema.Type == huma.TypeArray
		switch {
		case !list && len(values[name]) > 1:
			return &huma.ErrorDetail{Location: at, Message: repeatedParameter}
		case slices.ContainsFunc(values[name], func(v string) bool { return !utf8.ValidString(v) || list && strings.Contains(v, ";") }):
			return &huma.ErrorDetail{Location: at, Message: illegible}
		}
	}
	return nil
}

// idempotencyKey is the header that names a request.
const idempotencyKey = "Idempotency-Key"

// wrongHeader finds a header of the operation that comes twice, or a key that
// it would not honour: who sends one counts on being able to repeat.
func wrongHeader(ctx huma.Context) *huma.ErrorDetail {
	times := map[string]int{}
	ctx.EachHeader(func(name, _ string) { times[http.CanonicalHeaderKey(name)]++ })
	honoured := slices.ContainsFunc(ctx.Operation().Parameters, func(p *huma.Param) bool { return p.Name == idempotencyKey })
	if times[idempotencyKey] > 0 && !honoured && ctx.Operation().Method != http.MethodGet {
		return &huma.ErrorDetail{Location: "header." + idempotencyKey, Message: unknownParameter}
	}
	for _, p := range ctx.Operation().Parameters {
		if p.In == "header" && times[http.CanonicalHeaderKey(p.Name)] > 1 {
			return &huma.ErrorDetail{Location: "header." + p.Name, Message: repeatedParameter}
		}
	}
	return nil
}

// parameterMessage says what is wrong with a parameter.
func parameterMessage(rule, lang string) string {
	zh, en := "参数不正确", "the parameter is wrong"
	switch rule {
	case unknownParameter:
		zh, en = "没有这个参数", "there is no such parameter"
	case repeatedParameter:
		zh, en = "参数重复", "the parameter comes more than once"
	case illegible:
		zh, en = "编码不正确，须为UTF-8", "it is not well encoded as UTF-8"
	}
	if lang == "en" {
		return en
	}
	return zh
}
