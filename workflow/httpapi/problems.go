package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/plan"
	"github.com/juece/juece/workflow/transparency"
)

// Problem is an error as the client gets it (RFC 9457). Code is stable; the
// texts are in the caller's language. Nothing that was sent is repeated.
type Problem struct {
	Type     string             `json:"type" doc:"/problems/ and the code, a URI reference"`
	Title    string             `json:"title"`
	Status   int                `json:"status"`
	Code     string             `json:"code" doc:"稳定的名称。Stable name of the problem."`
	Detail   string             `json:"detail,omitempty"`
	Instance string             `json:"instance,omitempty" doc:"该次请求。Names the request, for whoever runs the server."`
	Errors   []FieldError       `json:"errors,omitempty" doc:"有误的字段。Fields that are wrong."`
	Findings []workflow.Finding `json:"findings,omitempty" doc:"不允许或者须说明理由的规则。Rules that refuse the act, or need a reason."`
	Entry    *Entry             `json:"entry,omitempty" doc:"删除所求内容的记录。The entry of the act that erased what was asked for."`
}

// FieldError says which field is wrong, by its path in the body, and what it
// must be. It does not say what it was.
type FieldError struct {
	Field   string `json:"field" example:"act.channels[0].url"`
	Rule    string `json:"rule,omitempty" example:"required"`
	Message string `json:"message"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code + ": " + p.Title }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// kind is the fixed part of a problem.
type kind struct {
	code   string
	status int
	zh, en string
}

// kinds lists every problem there is. The last one stands for whatever has no
// name.
func kinds() []kind {
	return []kind{
		{"malformed_json", http.StatusBadRequest, "请求体不是正确的JSON", "The body is not well-formed JSON"},
		{"malformed_body", http.StatusBadRequest, "请求体不完整或者格式不对", "The body is cut short, or not well formed"},
		{"unauthenticated", http.StatusUnauthorized, "未能确认身份", "Who calls could not be verified"},
		{"not_permitted", http.StatusForbidden, "身份不允许", "The caller may not do this"},
		{"not_found", http.StatusNotFound, "没有找到", "Not found"},
		{"unknown_act", http.StatusNotFound, "没有这种程序行为", "There is no such act"},
		{"method_not_allowed", http.StatusMethodNotAllowed, "此路径不支持该方法", "The path does not take this method"},
		{"not_acceptable", http.StatusNotAcceptable, "不提供所要求的格式", "No such format is offered"},
		{"body_too_slow", http.StatusRequestTimeout, "请求体接收超时", "The body took too long"},
		{"wrong_stage", http.StatusConflict, "当前阶段不能进行", "The act has no place in this stage"},
		{"rule_violated", http.StatusConflict, "法定要求未满足", "The law forbids it as the record stands"},
		{"reason_required", http.StatusConflict, "须说明理由", "A reason is required"},
		{"no_plan", http.StatusConflict, "无法作出计划", "Nothing can be planned from here"},
		{"pack_superseded", http.StatusConflict, "应当适用另一规则包", "Another rule pack governs"},
		{"opinions_closed", http.StatusConflict, "现在不接收意见", "No opinions are taken now"},
		{"already_erased", http.StatusConflict, "已经删除", "It was erased before"},
		{"evidence_needed", http.StatusConflict, "仍须作为证据保存", "It is evidence that must stay"},
		{"not_sealed", http.StatusConflict, "尚未封存", "It is not sealed yet"},
		{"erased", http.StatusGone, "已依法删除", "It was lawfully erased"},
		{"version_conflict", http.StatusPreconditionFailed, "案件已有新的版本", "The case has moved on"},
		{"body_too_large", http.StatusRequestEntityTooLarge, "请求体过大", "The body is too large"},
		{"unsupported_media_type", http.StatusUnsupportedMediaType, "不支持这种请求体", "The body is of a type that is not taken"},
		{"range_not_satisfiable", http.StatusRequestedRangeNotSatisfiable, "没有所求的一段", "There is no such part"},
		{"invalid_request", http.StatusUnprocessableEntity, "请求参数不正确", "The parameters of the request are wrong"},
		{"invalid_act", http.StatusUnprocessableEntity, "内容不正确", "What was sent is not well formed"},
		{"unknown_pack", http.StatusUnprocessableEntity, "没有这个规则包", "There is no such rule pack"},
		{"unknown_draft", http.StatusUnprocessableEntity, "没有这一版草案", "There is no such draft version"},
		{"unknown_reference", http.StatusUnprocessableEntity, "案卷中没有所指的内容", "The record does not hold what is named"},
		{"occurs_in_future", http.StatusUnprocessableEntity, "发生日期晚于今天", "The day lies in the future"},
		{"material_missing", http.StatusUnprocessableEntity, "材料尚未上传", "A material was not uploaded"},
		{"key_reused", http.StatusUnprocessableEntity, "Idempotency-Key已用于另一请求", "The Idempotency-Key was used for another request"},
		{"too_many_cases", http.StatusUnprocessableEntity, "案件太多", "There are too many cases"},
		{"precondition_required", http.StatusPreconditionRequired, "缺少If-Match", "If-Match is required"},
		{"too_many_requests", http.StatusTooManyRequests, "请求过多，请稍后再试", "Too many requests; try again later"},
		{"busy", http.StatusServiceUnavailable, "同时处理的请求过多，请稍后再试", "Too many requests at once; try again later"},
		{"stream_over", http.StatusServiceUnavailable, "事件流到时结束，请重新连接", "The stream has run its time; connect again"},
		{"not_ready", http.StatusServiceUnavailable, "现在不能提供服务", "The service is not ready"},
		{"internal", http.StatusInternalServerError, "内部错误，已记录", "An internal error; it was logged"},
	}
}

func codesByStatus() map[int][]string {
	codes := map[int][]string{}
	for _, k := range kinds() {
		codes[k.status] = append(codes[k.status], k.code)
	}
	return codes
}

func newProblem(code, lang string) *Problem {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.code == code })
	if i < 0 {
		i = len(all) - 1
	}
	k := all[i]
	p := &Problem{Type: "/problems/" + k.code, Title: k.zh, Status: k.status, Code: k.code}
	if lang == "en" {
		p.Title = k.en
	}
	return p
}

// problemExamples has each problem of the codes as it is answered.
func problemExamples(codes []string) map[string]*huma.Example {
	list := map[string]*huma.Example{}
	for _, code := range codes {
		list[code] = &huma.Example{Summary: newProblem(code, "en").Title, Value: newProblem(code, "zh")}
	}
	return list
}

// statusProblem returns the problem of an error that huma or a mux raised.
func statusProblem(status int, lang string) *Problem {
	code := "internal"
	switch codes := codesByStatus()[status]; {
	case status == http.StatusUnprocessableEntity:
		code = "invalid_request"
	case len(codes) > 0 && status != http.StatusConflict:
		code = codes[0]
	}
	return newProblem(code, lang)
}

// coded is an error of this package that names its problem.
type coded struct {
	code   string
	zh, en string // detail
}

func (e coded) Error() string { return "httpapi: " + e.code }

func (e coded) detail(lang string) string {
	if lang == "en" {
		return e.en
	}
	return e.zh
}

// later is an error that says when to ask again.
type later struct {
	error
	wait time.Duration
}

func (e later) Unwrap() error { return e.error }

// failure is an error as huma answers it. What cannot be had now is asked for
// again, and when.
func (s *server) failure(ctx context.Context, lang string, err error) error {
	p := s.problem(ctx, lang, err)
	var after later
	if !errors.As(err, &after) {
		if p.Status != http.StatusServiceUnavailable {
			return p
		}
		after.wait = time.Second
	}
	return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {seconds(after.wait)}})
}

// seconds is a Retry-After: whole seconds, and not too early.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

// problem maps every error to a problem. One that has no name is logged and
// answered with a fixed text.
func (s *server) problem(ctx context.Context, lang string, err error) *Problem {
	var own coded
	var gone *goneError
	var invalid *decision.InvalidError
	var refused *workflow.RefusedError
	var option *plan.OptionError
	var stuck *plan.StuckError
	switch {
	case errors.As(err, &own):
		p := newProblem(own.code, lang)
		p.Detail = own.detail(lang)
		return p
	case errors.As(err, &gone):
		p := newProblem("erased", lang)
		p.Entry = &gone.entry
		return p
	case errors.As(err, &invalid):
		return invalidProblem(invalid, lang)
	case errors.As(err, &refused):
		return refusedProblem(refused, lang)
	case errors.As(err, &option):
		p := newProblem("invalid_request", lang)
		p.Errors = []FieldError{{Field: "query." + option.Field, Message: option.Message(lang)}}
		return p
	case errors.As(err, &stuck):
		p := newProblem("no_plan", lang)
		p.Findings = stuck.Findings
		return p
	case errors.Is(err, plan.ErrEnded):
		return newProblem("no_plan", lang)
	case errors.Is(err, workflow.ErrConflict):
		return newProblem("version_conflict", lang)
	case errors.Is(err, workflow.ErrKeyReused):
		return newProblem("key_reused", lang)
	case errors.Is(err, workflow.ErrErased):
		return newProblem("erased", lang)
	case errors.Is(err, workflow.ErrNotFound), errors.Is(err, transparency.ErrNotFound):
		return newProblem("not_found", lang)
	case errors.Is(err, pack.ErrUnknown):
		return newProblem("unknown_pack", lang)
	case errors.Is(err, workflow.ErrUnavailable):
		s.opts.Logger.WarnContext(ctx, "the store is not available", "error", err)
		return newProblem("not_ready", lang)
	}
	s.opts.Logger.ErrorContext(ctx, "request failed", "error", err)
	return newProblem("internal", lang)
}

func invalidProblem(err *decision.InvalidError, lang string) *Problem {
	p := newProblem("invalid_act", lang)
	for _, f := range err.Fields {
		message := f.Zh
		if lang == "en" {
			message = f.En
		}
		p.Errors = append(p.Errors, FieldError{Field: f.Field, Rule: f.Rule, Message: message})
	}
	return p
}

func refusedProblem(err *workflow.RefusedError, lang string) *Problem {
	p := newProblem(string(err.Code), lang)
	p.Findings = err.Findings
	// The text of this one names what was sent, which can be a person.
	if err.Code != workflow.CodeForeignAct {
		p.Detail = err.Message(lang)
	}
	return p
}

// asProblem turns what huma itself answers into a problem, on the way out. The
// values that were sent, which huma would repeat, are left behind.
func asProblem(ctx huma.Context, v any) any {
	raised, ok := v.(huma.StatusError)
	if !ok {
		return v
	}
	ctx.AppendHeader("Vary", "Accept-Language")
	if p, ok := v.(*Problem); ok {
		return note(ctx.Context(), p)
	}
	lang := preferred(ctx.Header("Accept-Language"))
	p := statusProblem(raised.GetStatus(), lang)
	ctx.SetHeader("Content-Type", problemType)
	if model, ok := v.(*huma.ErrorModel); ok {
		p.Errors = parameters(model.Errors, lang)
	}
	return note(ctx.Context(), p)
}

// parameters names the parameters that are wrong. What huma says of them would
// repeat them.
func parameters(details []*huma.ErrorDetail, lang string) []FieldError {
	var fields []FieldError
	for _, d := range details {
		if d.Location == "" || d.Location == "body" {
			continue
		}
		f := FieldError{Field: d.Location, Message: parameterMessage(d.Message, lang)}
		if slices.Contains([]string{unknownParameter, repeatedParameter, illegible}, d.Message) {
			f.Rule = d.Message
		}
		fields = append(fields, f)
	}
	return fields
}

// Problems answers what a mux has no handler for, 404 and 405, with problems.
func Problems(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fallback, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &probe{header: http.Header{}}
		fallback.ServeHTTP(probe, r)
		if location := probe.header.Get("Location"); location != "" {
			http.Redirect(w, r, location, probe.status)
			return
		}
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		WriteProblem(w, r, probe.status)
	})
}

// WriteProblem answers a request with the problem of an HTTP status, in the
// caller's language; for what a host refuses before the API is reached.
func WriteProblem(w http.ResponseWriter, r *http.Request, status int) {
	write(w, r, statusProblem(status, preferred(r.Header.Get("Accept-Language"))))
}

// WriteCode answers a request with the problem of a code, as [WriteProblem]
// does; a code that is not known is answered as internal.
func WriteCode(w http.ResponseWriter, r *http.Request, code string) {
	write(w, r, newProblem(code, preferred(r.Header.Get("Accept-Language"))))
}

func write(w http.ResponseWriter, r *http.Request, p *Problem) {
	text, err := json.Marshal(note(r.Context(), p))
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Header().Add("Vary", "Accept-Language")
	w.WriteHeader(p.Status)
	_, _ = w.Write(text) // nobody is left to tell
}

// probe learns what a mux would answer, without answering.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header { return p.header }

func (p *probe) WriteHeader(status int) {
	if p.status == 0 {
		p.status = status
	}
}

func (p *probe) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	return len(b), nil
}
