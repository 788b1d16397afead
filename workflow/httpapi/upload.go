package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// uploadInput has what stands beside the body, and the request that the body is
// read from: huma would read it before anybody has looked who may.
type uploadInput struct {
	CasePath
	Name        string `query:"name" maxLength:"300" doc:"材料名称；请求体为文件本身时必填。What the material is called; required when the body is the file itself."`
	Restricted  bool   `query:"restricted" doc:"限制公开：须同时说明类别和依据。Restricted: say class and ground with it."`
	Class       string `query:"class" enum:"personal,commercial,deliberation,security,other" doc:"个人信息、商业秘密、内部讨论、安全、其他。What makes it restricted."`
	Ground      string `query:"ground" maxLength:"2000" doc:"限制公开的依据，引到条。The norm that restricts it, with its article."`
	ContentType string `header:"Content-Type" hidden:"true"`

	request huma.Context
}

// Resolve implements huma.Resolver.
func (in *uploadInput) Resolve(ctx huma.Context) []error {
	in.request = ctx
	return nil
}

// label is what is said of a file, in the query or in the form.
type label struct {
	name, class, ground string
	restricted          bool
}

// check returns why the file is restricted, and nil when it is not.
func (l label) check() (*decision.Restriction, error) {
	switch {
	case l.name == "":
		return nil, invalid("name", "required", "为必填字段", "it is required")
	case !printable(l.name):
		return nil, invalid("name", "printable", "含有不可显示的字符", "it holds characters that cannot be shown")
	case utf8.RuneCountInString(l.name) > maxName:
		return nil, invalid("name", "max", "名称过长", "the name is too long")
	case !l.restricted && (l.class != "" || l.ground != ""):
		return nil, invalid("restricted", "required", "说明了类别或者依据的，须为true", "a class or a ground belongs to what is restricted")
	case !l.restricted:
		return nil, nil
	case !utf8.ValidString(l.ground) || strings.Contains(l.ground, "\x00"):
		return nil, invalid("ground", "text", "含有不可显示的字符", "it holds characters that cannot be shown")
	}
	r := &decision.Restriction{Class: decision.Class(l.class), Ground: l.ground}
	return r, decision.ValidateValue("restriction", *r)
}

const (
	maxName = 300 // characters
	// maxField is how long a field of a form may be; maxAround, what comes
	// between two files: a few fields, with their headers.
	maxField  = 8 << 10
	maxAround = 64 << 10
)

func (s *server) upload(ctx context.Context, who caller, in *uploadInput) (*body[HeldMaterial], error) {
	arriving := s.arriving(in.request)
	defer arriving.done()
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	// A superior organ names its order and its acceptance (Art 38).
	if !who.of(c.Organ().Name) && !workflow.Oversees(who.Actor, c.Organ().Name) { // an auditor who holds another role reads here, and no more
		return nil, coded{"not_permitted", "此案属于其他决策机关", "the case belongs to another organ"}
	}
	sent, err := s.receive(in, arriving)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := sent.file.Close(); err != nil {
			s.opts.Logger.ErrorContext(ctx, "remove a file that was uploaded", "error", err)
		}
	}()
	m, err := s.svc.KeepMaterial(ctx, in.ID, workflow.Material{Name: sent.name, MediaType: sent.media, Content: sent.file, Restricted: sent.why})
	if err != nil {
		return nil, s.gone(ctx, in.ID, err)
	}
	return answer(HeldMaterial{m.Digest, m.Name, m.MediaType, m.Size(), m.Restricted}), nil
}

// printable reports whether a text can stand in a header and in any database:
// whole UTF-8 without control characters.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// sent is a file that is here, with what is said of it. Who gets it closes the
// file.
type sent struct {
	label
	media string
	why   *decision.Restriction
	file  *spooled
}

// receive reads the body: a form with the file in it, or the file itself.
func (s *server) receive(in *uploadInput, from *arriving) (_ *sent, err error) {
	out := &sent{label: label{in.Name, in.Class, in.Ground, in.Restricted}}
	defer func() {
		if err != nil && out.file != nil {
			err = errors.Join(err, out.file.Close())
		}
	}()
	media, params, _ := mime.ParseMediaType(in.ContentType)
	switch {
	case media == "multipart/form-data":
		// What stands in the query is not said again in the form.
		said := map[string]bool{"name": in.Name != "", "restricted": in.Restricted, "class": in.Class != "", "ground": in.Ground != ""}
		f := &form{s: s, from: from, out: out, seen: said}
		if err := f.read(params["boundary"]); err != nil {
			return nil, err
		}
	case strings.HasPrefix(media, "multipart/"), media == "application/x-www-form-urlencoded":
		return nil, notTaken("请求体须为文件本身，或者multipart/form-data表单", "the body must be the file itself, or a multipart/form-data form")
	default:
		if out.why, err = out.check(); err != nil {
			return nil, err
		}
		from.allow(s.opts.MaxMaterialBytes)
		if from.declares(s.opts.MaxMaterialBytes) {
			return nil, coded{code: "body_too_large"}
		}
		if err := s.take(out, in.ContentType, from); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// take spools the file and sees what it is. A type that is not taken is refused
// before any of it is read.
func (s *server) take(out *sent, header string, content io.Reader) (err error) {
	claim, taken := said(header), mediaTypes(s.opts.MediaTypes)
	if claim != "" && !taken.takes(claim) {
		return notTaken("不接收这种类型的文件", "a file of this type is not taken")
	}
	if out.file, err = s.spool(content); err != nil {
		return err
	}
	out.media, err = taken.of(claim, out.file)
	return err
}

// form is a form on its way in (RFC 7578): one file, and what is said of it,
// before the file or after it.
type form struct {
	s    *server
	from *arriving
	out  *sent
	seen map[string]bool
}

func (f *form) read(boundary string) error {
	if boundary == "" || len(boundary) > 70 { // RFC 2046 section 5.1.1
		return coded{code: "malformed_body"}
	}
	if f.from.declares(f.s.opts.MaxMaterialBytes + 2*maxAround) {
		return coded{code: "body_too_large"}
	}
	parts := multipart.NewReader(f.from, boundary)
	for {
		f.from.allow(maxAround)
		part, err := parts.NextRawPart()
		if err == io.EOF { // as it is: wrapped, it is a form without an end
			break
		}
		if err != nil {
			return f.broken(err)
		}
		if err := f.part(part); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, f.from); err != nil { // nothing comes after the form
		return f.broken(err)
	}
	if f.out.file == nil {
		return invalid("file", "required", "没有文件", "there is no file")
	}
	var err error
	f.out.why, err = f.out.check()
	return err
}

// broken is the problem of a form that cannot be read on: that of the body, or
// that it is no form.
func (f *form) broken(err error) error {
	var own coded
	if errors.As(err, &own) {
		return own
	}
	return coded{code: "malformed_body"}
}

func (f *form) part(p *multipart.Part) error {
	name := p.FormName()
	if name != "file" && name != "name" && name != "restricted" && name != "class" && name != "ground" {
		return &decision.InvalidError{Fields: []decision.FieldError{unknown("", name)}}
	}
	if f.seen[name] {
		return invalid(name, "unique", "字段重复", "the field stands twice")
	}
	f.seen[name] = true
	switch encoding := p.Header.Get("Content-Transfer-Encoding"); strings.ToLower(encoding) {
	case "", "binary", "8bit", "7bit":
	default: // RFC 7578 section 4.7
		return invalid(name, "encoding", "不用Content-Transfer-Encoding", "Content-Transfer-Encoding is not used")
	}
	if name == "file" {
		return f.file(p)
	}
	return f.field(name, p)
}

func (f *form) file(p *multipart.Part) error {
	header := p.Header.Get("Content-Type")
	if media, _, _ := mime.ParseMediaType(header); strings.HasPrefix(media, "multipart/") {
		return invalid("file", "type", "须为文件，不能又是表单", "it must be a file, not another form")
	}
	if !f.seen["name"] {
		f.out.name = p.FileName()
	}
	f.from.allow(f.s.opts.MaxMaterialBytes + maxAround)
	return f.s.take(f.out, header, textOf{p, f})
}

// textOf is what a part holds; its errors are problems.
type textOf struct {
	part *multipart.Part
	form *form
}

func (t textOf) Read(b []byte) (int, error) {
	n, err := t.part.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = t.form.broken(err)
	}
	return n, err
}

// field reads one of the texts.
func (f *form) field(name string, p *multipart.Part) error {
	if p.FileName() != "" {
		return &decision.InvalidError{Fields: []decision.FieldError{mistyped(name)}}
	}
	data, err := io.ReadAll(io.LimitReader(textOf{p, f}, maxField+1))
	switch {
	case err != nil:
		return err
	case len(data) > maxField:
		return invalid(name, "max", "过长", "it is too long")
	case !utf8.Valid(data):
		return &decision.InvalidError{Fields: []decision.FieldError{mistyped(name)}}
	}
	text := string(data)
	var to *string
	switch name {
	case "restricted":
		if text != "true" && text != "false" {
			return invalid(name, "oneof", "须为true或者false", "it must be true or false")
		}
		f.out.restricted = text == "true"
		return nil
	case "name":
		to = &f.out.name
	case "class":
		to = &f.out.class
	default:
		to = &f.out.ground
	}
	*to = text
	return nil
}
