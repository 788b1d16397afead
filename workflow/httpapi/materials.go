package httpapi

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// HeldMaterial names a material that is held.
type HeldMaterial struct {
	Digest    history.Digest `json:"digest" doc:"在程序行为中以此引用。Acts name the material by it."`
	Name      string         `json:"name"`
	MediaType string         `json:"media_type"`
	Size      int            `json:"size"`
	// Restricted says why it is not for everybody who may read the case.
	Restricted *decision.Restriction `json:"restricted,omitempty" doc:"限制公开的类别和依据；摘要为加盐承诺。Why it is restricted; the digest is then a salted commitment."`
}

type uploadInput struct {
	CasePath
	Name        string `query:"name" required:"true" minLength:"1" maxLength:"300" doc:"材料名称。What the material is called."`
	Restricted  bool   `query:"restricted" doc:"限制公开：须同时说明类别和依据。Restricted: say class and ground with it."`
	Class       string `query:"class" enum:"personal,commercial,deliberation,security,other" doc:"个人信息、商业秘密、内部讨论、安全、其他。What makes it restricted."`
	Ground      string `query:"ground" maxLength:"2000" doc:"限制公开的依据，引到条。The norm that restricts it, with its article."`
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"*/*"`
}

// restriction is what the query says of it, and nil when the file is not
// restricted.
func (in *uploadInput) restriction() (*decision.Restriction, error) {
	if !in.Restricted {
		if in.Class != "" || in.Ground != "" {
			return nil, invalid("restricted", "required", "说明了类别或者依据的，须为true", "a class or a ground belongs to what is restricted")
		}
		return nil, nil
	}
	r := &decision.Restriction{Class: decision.Class(in.Class), Ground: in.Ground}
	return r, decision.ValidateValue("restriction", *r)
}

type downloadInput struct {
	CasePath
	Digest string `path:"digest" pattern:"^(hmac-)?(sha256|sm3):[0-9a-f]{64}$" doc:"上传时得到的摘要。The digest that the upload was answered with."`
}

type downloadOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	NoSniff     string `header:"X-Content-Type-Options"`
	Body        []byte
}

func (s *server) materials() {
	add(s, huma.Operation{
		OperationID: "upload-material", Method: http.MethodPost, Path: "/decisions/{id}/materials", Tags: []string{"materials"},
		Summary:       "上传材料 Upload a material",
		Description:   "请求体即文件本身；按内容摘要保存，供各程序行为引用（第三十三条）。限制公开的，摘要为加盐承诺，只供有权查阅的身份下载；同一文件再传得到另一摘要。The body is the file itself. It is kept by its digest, for acts to name (D713 Art 33). Of a restricted file the digest is a salted commitment, another one each time, and only some roles may download it.",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: s.opts.MaxMaterialBytes, Errors: []int{http.StatusGone},
	}, editors(), s.upload)
	download := file(get("download-material", "/decisions/{id}/materials/{digest}", "materials", "下载材料 Download a material",
		"按摘要取回原文件（第三十三条）；已依法删除的，回答410和删除它的记录。The file itself, by its digest (D713 Art 33); 410 with the entry that erased it when it is gone."), "*/*", "原文件。The file as it was uploaded.")
	download.Errors = []int{http.StatusGone}
	add(s, download, readers(), s.download)
}

func (s *server) upload(ctx context.Context, who caller, in *uploadInput) (*body[HeldMaterial], error) {
	if !printable(in.Name) {
		return nil, invalid("name", "printable", "含有不可显示的字符", "it holds characters that cannot be shown")
	}
	restricted, err := in.restriction()
	if err != nil {
		return nil, err
	}
	media, err := mediaType(in.ContentType, in.RawBody)
	if err != nil {
		return nil, err
	}
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	// A superior organ names its order and its acceptance (Art 38).
	if !who.of(c.Organ().Name) && !workflow.Oversees(who.Actor, c.Organ().Name) { // an auditor who holds another role reads here, and no more
		return nil, coded{"not_permitted", "此案属于其他决策机关", "the case belongs to another organ"}
	}
	m, err := s.svc.KeepMaterial(ctx, in.ID, workflow.Material{Name: in.Name, MediaType: media, Content: in.RawBody, Restricted: restricted})
	if err != nil {
		return nil, s.gone(ctx, in.ID, err)
	}
	return answer(HeldMaterial{m.Digest, m.Name, m.MediaType, len(m.Content), m.Restricted}), nil
}

// printable reports whether a text can stand in a header and in any database:
// whole UTF-8 without control characters.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// mediaType is what the client says a file is, or what it looks like when the
// client says nothing that can be read. A form is not a file.
func mediaType(said string, content []byte) (string, error) {
	media, _, err := mime.ParseMediaType(said)
	legible := err == nil && len(said) <= 200
	switch {
	case strings.HasPrefix(media, "multipart/") || media == "application/x-www-form-urlencoded":
		return "", coded{"unsupported_media_type", "请求体须为文件本身，不用表单", "the body must be the file itself, not a form"}
	case !legible || media == "application/octet-stream":
		return http.DetectContentType(content), nil
	}
	return said, nil
}

// download sends a material as a file to save: what somebody uploaded is never
// shown as a page of this origin.
func (s *server) download(ctx context.Context, who caller, in *downloadInput) (*downloadOutput, error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	digest := history.Digest(in.Digest)
	if digest.Committed() && !who.maySeeRestricted(c) {
		return nil, coded{"not_permitted", "限制公开的材料", "the material is restricted"}
	}
	if ofMeeting(c, digest) && !who.maySeeDeliberation(c) {
		return nil, coded{"not_permitted", "会议讨论的内容不公开", "what was said in the meeting is not disclosed"}
	}
	m, err := s.svc.Vault.Material(ctx, in.ID, digest)
	if err != nil {
		return nil, s.gone(ctx, in.ID, err)
	}
	return &downloadOutput{
		ContentType: m.MediaType, NoSniff: "nosniff", Body: m.Content,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": m.Name}),
	}, nil
}
