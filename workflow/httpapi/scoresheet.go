package httpapi

import (
	"context"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/pack"
	"github.com/juece/juece/workflow/scoresheet"
)

// SheetName names a score sheet.
type SheetName struct {
	Name    string    `json:"name"`
	Title   pack.Text `json:"title"`
	Norm    pack.Norm `json:"norm"`
	Default bool      `json:"default" doc:"分值为本系统的默认值。The points are this system's own; no norm gives them."`
	Digest  string    `json:"digest"`
}

func (s *server) scoresheets() {
	add(s, get("list-scoresheets", "/scoresheets", "catalogue", "案卷评查表列表 List the score sheets",
		"可以用于案卷评查的评查表（第三十八条）。The score sheets by which a case file can be reviewed (D713 Art 38)."), everyone(), s.listSheets)
	add(s, get("get-scoresheet", "/scoresheets/{name}", "catalogue", "查看案卷评查表 Read a score sheet",
		"各项目的分值、依据的条文和规则；评查发现的问题依第三十八条改正。Every item with its points, article and rules; what a review finds is put right (D713 Art 38)."), everyone(), s.getSheet)
	add(s, get("prefill-scoresheet", "/decisions/{id}/scoresheet", "decisions", "预填案卷评查表 Fill in a score sheet",
		"按案卷预填，由评查人员确认后以“案卷评查”记录（第三十八条）。Filled in from the record; a person confirms it and records it with the act review_case_file (D713 Art 38)."), readers(), s.prefill)
}

func (s *server) listSheets(context.Context, caller, *struct{}) (*body[page[SheetName]], error) {
	out := page[SheetName]{Items: []SheetName{}}
	for _, sheet := range s.opts.Sheets.All() {
		out.Items = append(out.Items, SheetName{sheet.Name, sheet.Title, sheet.Norm, sheet.Default, sheet.Digest()})
	}
	return answer(out), nil
}

type sheetInput struct {
	Name string `path:"name" maxLength:"64" doc:"评查表的名称。The name of the sheet."`
}

func (s *server) getSheet(_ context.Context, _ caller, in *sheetInput) (*body[*scoresheet.Sheet], error) {
	sheet, err := s.opts.Sheets.Named(in.Name)
	if err != nil {
		return nil, workflow.ErrNotFound
	}
	return answer(sheet), nil
}

type prefillInput struct {
	CasePath
	Sheet string `query:"sheet" maxLength:"64" default:"d713" doc:"评查表的名称，目录见GET /scoresheets。The name of a sheet; GET /scoresheets lists them."`
}

type formOutput struct {
	ETag string `header:"ETag" doc:"案件的版本，记录评查时用。The version of the case that was read, for If-Match."`
	Body scoresheet.Form
}

func (s *server) prefill(ctx context.Context, who caller, in *prefillInput) (*formOutput, error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	sheet, err := s.opts.Sheets.Named(in.Sheet)
	if err != nil {
		return nil, coded{"not_found", "没有这张评查表，目录见GET /scoresheets", "there is no such score sheet; GET /scoresheets lists them"}
	}
	return &formOutput{ETag: etag(c.Version()), Body: scoresheet.Prefill(sheet, workflow.Evaluate(c, s.today()))}, nil
}
