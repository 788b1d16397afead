package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
)

// HeldMaterial names a material that is held.
type HeldMaterial struct {
	Digest    history.Digest `json:"digest" doc:"在程序行为中以此引用。Acts name the material by it."`
	Name      string         `json:"name"`
	MediaType string         `json:"media_type"`
	Size      int64          `json:"size"`
	// Restricted says why it is not for everybody who may read the case.
	Restricted *decision.Restriction `json:"restricted,omitempty" doc:"限制公开的类别和依据；摘要为加盐承诺。Why it is restricted; the digest is then a salted commitment."`
}

func (s *server) materials() {
	add(s, huma.Operation{
		OperationID: "upload-material", Method: http.MethodPost, Path: "/decisions/{id}/materials", Tags: []string{"materials"},
		Summary:       "上传材料 Upload a material",
		Description:   "请求体为文件本身，或者含有一个文件的表单；按内容摘要保存，供各程序行为引用（第三十三条）。类型须在接收之列，并与内容相符。限制公开的，摘要为加盐承诺，只供有权查阅的身份下载；同一文件再传得到另一摘要。The body is the file itself, or a form with one file in it. It is kept by its digest, for acts to name (D713 Art 33). Its media type must be one that is taken, and the content must not show another. Of a restricted file the digest is a salted commitment, another one each time, and only some roles may download it.",
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusGone}, Metadata: map[string]any{bodySchema: uploadBody()},
	}, editors(), s.upload)
	download := get("download-material", "/decisions/{id}/materials/{digest}", "materials", "下载材料 Download a material",
		"按摘要取回原文件（第三十三条），或者以Range取回其中一段；已依法删除的，回答410和删除它的记录。The file itself, by its digest (D713 Art 33), or a part of it, by Range; 410 with the entry that erased it when it is gone.")
	download.Errors = []int{http.StatusGone, http.StatusRequestedRangeNotSatisfiable}
	download.Responses = downloadAnswers()
	add(s, download, readers(), s.download)
}

// uploadBody documents both bodies.
func uploadBody() *huma.RequestBody {
	binary := func(description string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Format: "binary", Description: description}
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"*/*": {Schema: binary("文件本身，Content-Type为其类型。The file itself; Content-Type says of which type.")},
		"multipart/form-data": {Example: map[string]any{"file": "调研报告\n", "name": "调研报告"}, Schema: &huma.Schema{
			Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"file"},
			Properties: map[string]*huma.Schema{
				"file":       binary("一个文件。One file."),
				"name":       {Type: huma.TypeString, MaxLength: new(maxName), Description: "材料名称，默认为文件名。What the material is called; the name of the file by default."},
				"restricted": {Type: huma.TypeString, Enum: []any{"true", "false"}, Description: "限制公开：须同时说明类别和依据。Restricted: say class and ground with it."},
				"class":      {Type: huma.TypeString, Enum: []any{"personal", "commercial", "deliberation", "security", "other"}, Description: "个人信息、商业秘密、内部讨论、安全、其他。What makes it restricted."},
				"ground":     {Type: huma.TypeString, MaxLength: new(2000), Description: "限制公开的依据，引到条。The norm that restricts it, with its article."},
			},
		}},
	}}
}

// downloadAnswers documents the whole file, a part of it, and that the caller
// has it already.
func downloadAnswers() map[string]*huma.Response {
	text := func(description string) *huma.Param {
		return &huma.Param{Schema: &huma.Schema{Type: huma.TypeString}, Description: description}
	}
	etag := text("摘要，加引号。The digest, in quotes.")
	content := func() map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	return map[string]*huma.Response{
		"200": {Description: "原文件。The file as it was uploaded.", Content: content(), Headers: map[string]*huma.Param{
			"ETag": etag, "Accept-Ranges": text("bytes"), "Content-Disposition": text("文件名。The name of the file."),
		}},
		"206": {Description: "所求的一段。The part that was asked for.", Content: content(), Headers: map[string]*huma.Param{
			"ETag": etag, "Content-Range": text("哪一段，共多少字节。Which part, of how many bytes."),
		}},
		"304": {Description: "与If-None-Match所示的相同。It is what If-None-Match names.", Headers: map[string]*huma.Param{"ETag": etag}},
	}
}
