package httpapi

import (
	"cmp"
	"context"
	"errors"
	"mime"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
)

// opinionGround is why the texts of opinions are not given to everybody who
// may read a case: they say who gave them.
const opinionGround = "个人信息保护法第二十五条"

func (s *server) dossiers() {
	if s.opts.Log.Store == nil {
		return
	}
	export := get("export-dossier", "/decisions/{id}/dossier", "log", "案卷包 The dossier of a case",
		"一个案件一个文件（zip），可以离线核验（第三十三条）。限制公开的材料、意见原文，以调用者无权查阅的，不予提供并注明。One case in one file, to be verified offline (D713 Art 33). Restricted materials and the texts of opinions are withheld, and marked so, from callers who may not read them.")
	export.Errors = []int{http.StatusConflict, http.StatusGone}
	export.Responses = map[string]*huma.Response{"200": {
		Description: "案卷包。The dossier.", Content: map[string]*huma.MediaType{"application/zip": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
		Headers: map[string]*huma.Param{
			"ETag":                {Schema: &huma.Schema{Type: huma.TypeString}, Description: "清单的摘要。The digest of the manifest."},
			"Content-Disposition": {Schema: &huma.Schema{Type: huma.TypeString}},
		},
	}}
	add(s, export, readers(), s.exportDossier)
	entry := file(get("get-entry-receipt", "/decisions/{id}/history/{seq}/receipt", "log", "记录的回执 A receipt for an entry",
		"发言、审查意见等已在日志之内的凭证，可以离线核验（第三十条第三款）。A small file that shows offline that a statement or a review stands in the log (D713 Art 30 ¶3)."), "application/json", "回执，须原样保存。The receipt, to be kept byte for byte.")
	entry.Errors = []int{http.StatusConflict}
	add(s, entry, readers(), s.entryReceipt)
	opinion := file(get("get-opinion-receipt", "/decisions/{id}/receipts/{digest}", "log", "意见的回执 A receipt for an opinion",
		"凭提交意见时得到的摘要（第十五条）。By the digest that the author was given when the opinion was received (D713 Art 15)."), "application/json", "回执，须原样保存。The receipt, to be kept byte for byte.")
	opinion.Errors = []int{http.StatusConflict, http.StatusGone}
	add(s, opinion, everyone(), s.opinionReceipt)
}

func (s *server) source() dossier.Source {
	return dossier.Source{Service: s.svc, Log: s.opts.Log, Program: cmp.Or(s.opts.Program, "juece")}
}

type dossierInput struct {
	CasePath
	Size     int64            `query:"size" minimum:"1" doc:"以此大小的检查点为准，默认为最新。The checkpoint to export at; the latest by default."`
	Withhold []decision.Class `query:"withhold" enum:"personal,commercial,deliberation,security,other" doc:"不予提供的类别。What to withhold, by class."`
	Ground   string           `query:"ground" maxLength:"2000" doc:"不予提供意见原文、会议发言的依据，引到条。Why opinions and statements are withheld, citing the article."`
}

func (s *server) exportDossier(ctx context.Context, who caller, in *dossierInput) (*huma.StreamResponse, error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	chosen := dossier.Redaction{Classes: in.Withhold, Ground: in.Ground}
	if err := chosen.Check(); err != nil {
		return nil, invalid("query.ground", "required", "不予提供意见原文、会议发言的，须写明依据", "say on what ground opinions and statements are withheld")
	}
	file, err := dossier.Make(ctx, s.source(), dossier.Request{Decision: in.ID, Size: in.Size, Withhold: func(p dossier.Part) *decision.Restriction {
		if why := who.kept(c, p); why != nil {
			return why
		}
		return chosen.Withhold(p)
	}})
	if err != nil {
		return nil, sealedOr(err)
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "application/zip")
		out.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": in.ID + ".zip"}))
		out.SetHeader("X-Content-Type-Options", "nosniff")
		out.SetHeader("ETag", `"`+string(file.Digest())+`"`)
		// With its length, a body that ends early does not look whole.
		out.SetHeader("Content-Length", strconv.FormatInt(file.Size(), 10))
		if _, err := file.WriteTo(out.BodyWriter()); err != nil {
			s.opts.Logger.ErrorContext(ctx, "write a dossier", "decision", in.ID, "error", err)
		}
	}}, nil
}

// kept is why something is not given to a caller who may read the case.
func (c caller) kept(in workflow.Case, p dossier.Part) *decision.Restriction {
	switch {
	case p.Material != nil && !c.maySeeRestricted(in):
		return p.Material.Restricted
	case p.Opinion > 0 && !c.maySeeContacts(in):
		return &decision.Restriction{Class: decision.ClassPersonal, Ground: opinionGround}
	case p.Entry != nil && dossier.Deliberative(decision.Kind(p.Entry.Kind)):
		return c.keptOfMeeting(in)
	}
	return nil
}

// deliberationGround is why what was said in a meeting is not for everybody who
// may read the case.
const deliberationGround = "政府信息公开条例第十六条"

// keptOfMeeting is why a caller is not told what was said in the meeting.
func (c caller) keptOfMeeting(in workflow.Case) *decision.Restriction {
	if c.maySeeDeliberation(in) {
		return nil
	}
	return &decision.Restriction{Class: decision.ClassDeliberation, Ground: deliberationGround}
}

// ofMeeting reports whether a material belongs to what was said in a meeting,
// and to nothing else that the record has it for but the filing list.
func ofMeeting(in workflow.Case, digest history.Digest) bool {
	said := false
	for _, d := range in.Deeds {
		_, files := d.Act.(decision.ArchiveCase)
		for _, m := range decision.Materials(d.Act) {
			if m.Digest == string(digest) && !files {
				if !dossier.Deliberative(d.Act.Kind()) {
					return false
				}
				said = true
			}
		}
	}
	return said
}

// sealedOr names what only a log knows.
func sealedOr(err error) error {
	switch {
	case errors.Is(err, dossier.ErrUnsealed):
		return coded{"not_sealed", "还没有检查点覆盖，稍后再试", "no checkpoint covers it yet; try again a little later"}
	case errors.Is(err, dossier.ErrErasedSince):
		return coded{"not_sealed", "检查点之后有内容依法删除，请以较新的检查点导出", "something was erased since that checkpoint; export at a later one"}
	}
	return err
}

type entryReceiptInput struct {
	CasePath
	Seq int64 `path:"seq" minimum:"1" doc:"记录的序号。The sequence number of the entry."`
}

func (s *server) entryReceipt(ctx context.Context, who caller, in *entryReceiptInput) (*downloadOutput, error) {
	c, err := s.read(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Seq <= c.Version() && dossier.Deliberative(c.Deeds[in.Seq-1].Act.Kind()) && !who.maySeeDeliberation(c) {
		return nil, coded{"not_permitted", "会议讨论的内容不公开", "what was said in the meeting is not disclosed"}
	}
	return s.receipt(ctx, in.ID, dossier.Words{Seq: in.Seq})
}

type opinionReceiptInput struct {
	CasePath
	Digest string `path:"digest" pattern:"^(sha256|sm3):[0-9a-f]{64}$" doc:"提交意见时得到的摘要。The digest that the author was given."`
}

// opinionReceipt is for whoever knows the digest, which its author alone was
// given: nobody guesses one, for the text was salted.
func (s *server) opinionReceipt(ctx context.Context, who caller, in *opinionReceiptInput) (*downloadOutput, error) {
	if !who.Reaches(in.ID) {
		return nil, workflow.ErrNotFound
	}
	return s.receipt(ctx, in.ID, dossier.Words{Digest: history.Digest(in.Digest)})
}

// downloadOutput is a small file to save.
type downloadOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	NoSniff     string `header:"X-Content-Type-Options"`
	Body        []byte
}

func (s *server) receipt(ctx context.Context, id string, words dossier.Words) (*downloadOutput, error) {
	r, err := dossier.IssueReceipt(ctx, s.source(), id, words)
	if err != nil {
		return nil, sealedOr(err)
	}
	data, err := r.Encode()
	return &downloadOutput{
		ContentType: "application/json", NoSniff: "nosniff", Body: data, // byte for byte as it is verified
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": id + ".receipt.json"}),
	}, err
}
