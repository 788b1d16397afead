package httpapi

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// HeldMaterial names a material that is held.
type HeldMaterial struct {
	Digest    history.Digest `json:"digest" doc:"在程序行为中以此引用。Acts name the material by it."`
	Name      string         `json:"name"`
	MediaType string         `json:"media_type"`
	Size      int            `json:"size"`
}

type uploadInput struct {
	CasePath
	Name        string `query:"name" required:"true" minLength:"1" maxLength:"300" doc:"材料名称。What the material is called."`
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte
}

type downloadInput struct {
	CasePath
	Digest string `path:"digest" pattern:"^(sha256|sm3):[0-9a-f]{64}$"`
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
		Description:   "请求体即文件本身；按内容摘要保存，供各程序行为引用（第三十三条）。The body is the file itself. It is kept by its digest, for acts to name (D713 Art 33).",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: s.opts.MaxMaterialBytes,
	}, editors(), s.upload)
	add(s, get("download-material", "/decisions/{id}/materials/{digest}", "materials", "下载材料 Download a material",
		"按摘要取回原文件（第三十三条）。The file itself, by its digest (D713 Art 33)."), readers(), s.download)
}

func (s *server) upload(ctx context.Context, who caller, in *uploadInput) (*body[HeldMaterial], error) {
	if !printable(in.Name) {
		return nil, invalid("name", "printable", "含有不可显示的字符", "it holds characters that cannot be shown")
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
	if !who.of(c.Organ().Name) && !who.has(workflow.RoleSupervisor) { // an auditor who holds another role reads here, and no more
		return nil, coded{"not_permitted", "此案属于其他决策机关", "the case belongs to another organ"}
	}
	m, err := s.svc.KeepMaterial(ctx, in.ID, in.Name, media, in.RawBody)
	if err != nil {
		return nil, err
	}
	return answer(HeldMaterial{m.Digest, m.Name, m.MediaType, len(m.Content)}), nil
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
	if _, err := s.read(ctx, who, in.ID); err != nil {
		return nil, err
	}
	m, err := s.svc.Vault.Material(ctx, in.ID, history.Digest(in.Digest))
	if err != nil {
		return nil, err
	}
	return &downloadOutput{
		ContentType: m.MediaType, NoSniff: "nosniff", Body: m.Content,
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": m.Name}),
	}, nil
}
