package httpapi

import (
	"bytes"
	_ "embed" // the examples
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Document writes the document of an API out: OpenAPI 3.1, and 3.0 for tools
// that read no later one. Both are indented, and of one API always the same
// bytes.
func Document(api huma.API) (current, earlier []byte, err error) {
	if current, err = api.OpenAPI().MarshalJSON(); err != nil {
		return nil, nil, fmt.Errorf("httpapi: write the document: %w", err)
	}
	if earlier, err = api.OpenAPI().Downgrade(); err != nil {
		return nil, nil, fmt.Errorf("httpapi: write the document: %w", err)
	}
	if earlier, err = withoutSiblings(earlier); err != nil {
		return nil, nil, err
	}
	for _, text := range []*[]byte{&current, &earlier} {
		var out bytes.Buffer
		if err := json.Indent(&out, *text, "", "  "); err != nil {
			return nil, nil, fmt.Errorf("httpapi: write the document: %w", err)
		}
		out.WriteByte('\n')
		*text = out.Bytes()
	}
	return current, earlier, nil
}

// withoutSiblings moves what stands beside a reference apart from it: OpenAPI
// 3.0 takes a reference alone, and tools overlook the rest.
func withoutSiblings(document []byte) ([]byte, error) {
	var whole any
	if err := json.Unmarshal(document, &whole); err != nil {
		return nil, fmt.Errorf("httpapi: write the document: %w", err)
	}
	var walk func(any)
	walk = func(at any) {
		switch v := at.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if ref, ok := v["$ref"]; ok && len(v) > 1 {
				v["allOf"] = []any{map[string]any{"$ref": ref}}
				delete(v, "$ref")
			}
			for name, e := range v {
				if name != "example" && name != "examples" {
					walk(e)
				}
			}
		}
	}
	walk(whole)
	return json.Marshal(whole)
}

// tags are the parts of the API, in the order in which a reader needs them.
func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "decisions", Description: "案件：列出、查看、历史、尚缺事项和计划。Cases: list, read, their history, what they lack, and what can be planned."},
		{Name: "general", Description: "程序行为：第一章总则、第六章附则。Acts of Chapters 1 and 6, general and final provisions."},
		{Name: "initiation", Description: "程序行为：决策启动（第十条至第十三条）。Acts of initiating and drafting (D713 Arts 10 to 13)."},
		{Name: "participation", Description: "程序行为：公众参与（第十四条至第十八条）。Acts of public participation (D713 Arts 14 to 18)."},
		{Name: "experts", Description: "程序行为：专家论证（第十九条至第二十一条）。Acts of expert review (D713 Arts 19 to 21)."},
		{Name: "risk", Description: "程序行为：风险评估（第二十二条至第二十四条）。Acts of risk assessment (D713 Arts 22 to 24)."},
		{Name: "legality", Description: "程序行为：合法性审查（第二十五条至第二十八条）。Acts of the legality review (D713 Arts 25 to 28)."},
		{Name: "deliberation", Description: "程序行为：集体讨论决定和决策公布（第二十九条至第三十三条）。Acts of deliberation, decision and publication (D713 Arts 29 to 33)."},
		{Name: "execution", Description: "程序行为：决策执行和调整（第三十四条至第三十七条）。Acts of execution and adjustment (D713 Arts 34 to 37)."},
		{Name: "liability", Description: "程序行为：责令改正和整改（第三十八条至第四十一条）。Acts of correction (D713 Arts 38 to 41)."},
		{Name: "opinions", Description: "公众意见的登记簿（第十五条、第十八条）。The intake register of opinions (D713 Arts 15, 18)."},
		{Name: "materials", Description: "材料：按内容摘要保存和取回（第三十三条）。Files, kept by their digest (D713 Art 33)."},
		{Name: "tasks", Description: "待办和名册。What waits for the caller, and who is engaged."},
		{Name: "catalogue", Description: "目录：程序行为、规则包、评查表。What there is: acts, rule packs, score sheets."},
		{Name: "statistics", Description: "统计（第九条）。Statistics (D713 Art 9)."},
		{Name: "log", Description: "封存和核验：检查点、证明、案卷包、回执（第三十三条）。Sealing and verification: checkpoints, proofs, dossiers, receipts (D713 Art 33)."},
	}
}

// chapter is the tag of the acts of an article: its section of the decree.
func chapter(article int) string {
	for _, section := range []struct {
		last int
		tag  string
	}{{9, "general"}, {13, "initiation"}, {18, "participation"}, {21, "experts"}, {24, "risk"}, {28, "legality"}, {33, "deliberation"}, {37, "execution"}, {41, "liability"}} {
		if article <= section.last {
			return section.tag
		}
	}
	return "general"
}

// describe adds to the host's document what belongs to no single operation.
// A tag that the host has described stays as the host has it.
func (m *mount) describe() {
	theirs := m.API.OpenAPI()
	for _, tag := range tags() {
		if !slices.ContainsFunc(theirs.Tags, func(t *huma.Tag) bool { return t.Name == tag.Name }) {
			theirs.Tags = append(theirs.Tags, tag)
		}
	}
}

// complete writes into an operation what its Go types do not say.
func (m *mount) complete(op *huma.Operation) {
	for _, p := range op.Parameters {
		if p.Name == "If-Match" { // without it the answer is 428, which is ours to give
			p.Required = true
		}
		if p.Schema != nil && p.Schema.Type == huma.TypeArray {
			p.Style = "form" // with commas, as Explode says
		}
	}
	for _, r := range op.Responses {
		delete(r.Headers, "Content-Type") // stands with the content
		for _, h := range r.Headers {
			if h.Description == "" {
				h.Description = h.Schema.Description
			}
		}
	}
	m.examples[op.OperationID].exemplify(op)
}

// file says of an operation that it answers with a file of a media type.
func file(op huma.Operation, media, description string) huma.Operation {
	schema := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	switch media {
	case "application/json":
		schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
	case "text/plain", "image/svg+xml":
		schema = &huma.Schema{Type: huma.TypeString}
	}
	op.Responses = map[string]*huma.Response{"200": {
		Description: description, Content: map[string]*huma.MediaType{media: {Schema: schema}},
	}}
	return op
}

// examples.json has what was sent and answered when the sample decision was
// walked through. A test writes it anew and holds it against the schemas.
//
//go:embed examples.json
var recorded []byte

// example is what was recorded of one operation.
type example struct {
	Request  json.RawMessage `json:"request,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
}

// examples are by operation.
func examples() (map[string]example, error) {
	all := map[string]example{}
	if err := json.Unmarshal(recorded, &all); err != nil {
		return nil, fmt.Errorf("httpapi: examples: %w", err)
	}
	return all, nil
}

// exemplify puts an example beside the schemas of an operation.
func (e example) exemplify(op *huma.Operation) {
	if op.RequestBody != nil && e.Request != nil {
		for media, content := range op.RequestBody.Content {
			if media != "multipart/form-data" { // it has its own: what was recorded is the file itself
				content.Example = e.Request
			}
		}
	}
	if e.Response == nil {
		return
	}
	for status, r := range op.Responses {
		if code, err := strconv.Atoi(status); err != nil || code/100 != 2 {
			continue
		}
		for _, content := range r.Content {
			content.Example = e.Response
		}
	}
}
