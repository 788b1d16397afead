package dossier

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

//go:embed page.html
var pageSource string

var pageTemplate = sync.OnceValues(func() (*template.Template, error) { return template.New("page").Parse(pageSource) })

// rendering names the way the page is made: the template, and what acts and
// rules are called. A program with other names renders another page, and does
// not compare the two.
func rendering() string {
	sum := sha256.New()
	fmt.Fprintln(sum, pageSource)
	for _, i := range decision.Catalogue() {
		fmt.Fprintln(sum, i.Kind, i.Zh, i.Article)
	}
	for _, r := range workflow.Rules() {
		fmt.Fprintln(sum, r.ID, r.Norm, r.Article, r.Zh)
	}
	fmt.Fprintln(sum, workflow.Severities(), positions, classes, retentions)
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// What the page calls values of the record.
var (
	positions  = map[string]string{"agree": "同意", "agree_with_changes": "修改后同意", "disagree": "不同意", "reserve": "保留意见"}
	classes    = map[decision.Class]string{"personal": "个人信息", "commercial": "商业秘密", "deliberation": "内部讨论", "security": "安全", "other": "其他"}
	retentions = map[string]string{"permanent": "永久", "30_years": "30年", "10_years": "10年"}
	severities = map[string]string{"hard": "强制", "norm": "一般应当", "soft": "提示"}
)

// view is what the page shows. Everything in it comes from the entries, the
// register and the checkpoint: the page judges nothing itself.
type view struct {
	Manifest  Manifest
	Packs     []string
	Sealed    string
	Rows      []row
	Findings  []findingRow
	Speeches  []speech
	People    []person
	Items     []itemRow
	Withheld  int
	Statutes  []string
	Materials int
}

type row struct {
	Seq        int64
	On, At     string
	Lag        int
	Act, Kind  string
	Article    int
	Who        string
	Roles      string
	Findings   []findingRow
	Materials  []itemRow
	Body       string
	Digest     history.Digest
	WithheldAs string
}

type findingRow struct {
	Seq                                  int64
	Rule, Text, Status, Severity, Reason string
}

type speech struct {
	Seq                    int64
	Member, Position, Text string
	Dissent                bool
}

type person struct {
	Who, Roles string
	Acts       []string
	first      int64
}

type itemRow struct {
	Item
	ActName, Keep, Gone string
}

// render writes the page for people (案卷.html). It prints without colour and
// needs nothing from any network.
func render(c *contents) ([]byte, error) {
	m := c.manifest(nil)
	v := view{Manifest: m, Sealed: string(c.checkpoint.Note)}
	for _, p := range c.packs {
		v.Packs = append(v.Packs, p.name)
	}
	for _, s := range c.statutes {
		v.Statutes = append(v.Statutes, s.path)
	}
	bySeq := map[int64][]itemRow{}
	for _, i := range m.Items {
		r := itemRow{Item: i, ActName: nameOf(i.Act), Keep: retentions[i.Retention], Gone: goneText(i)}
		v.Items = append(v.Items, r)
		bySeq[i.Seq] = append(bySeq[i.Seq], r)
		if i.Path != "" {
			v.Materials++
		}
	}
	for _, e := range c.entries {
		v.add(e, bySeq[e.Seq])
	}
	slices.SortStableFunc(v.People, func(a, b person) int { return int(a.first - b.first) })
	t, err := pageTemplate()
	if err != nil {
		return nil, fmt.Errorf("dossier: page: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, v); err != nil {
		return nil, fmt.Errorf("dossier: page: %w", err)
	}
	return out.Bytes(), nil
}

func goneText(i Item) string {
	switch {
	case i.Erased != nil:
		return fmt.Sprintf("已由第%d条记录依法删除", i.Erased.Seq)
	case i.Withheld != nil:
		return withheldText(i.Withheld)
	}
	return ""
}

func withheldText(r *decision.Restriction) string {
	return "不予提供（" + classes[r.Class] + "）：" + r.Ground
}

func (v *view) add(e entry, items []itemRow) {
	if e.data == nil {
		v.Withheld++
		v.Rows = append(v.Rows, row{Seq: e.Seq, Digest: e.digest, WithheldAs: withheldText(e.withheld)})
		return
	}
	who := whoText(e.Actor)
	r := row{
		Seq: e.Seq, On: e.OccurredOn, At: chinaTime(e.RecordedAt), Act: nameOf(decision.Kind(e.Kind)), Kind: e.Kind,
		Lag: lagOf(e.Entry), Who: who, Roles: strings.Join(e.Actor.Roles, "、"), Materials: items, Body: string(e.Act), Digest: e.digest,
	}
	if info, err := decision.Describe(decision.Kind(e.Kind)); err == nil {
		r.Article = info.Article
	}
	for _, f := range e.Findings {
		r.Findings = append(r.Findings, findingRow{e.Seq, f.Rule, ruleText(f.Rule), workflow.Status(f.Status).Name("zh"), severities[f.Severity], f.Reason})
	}
	v.Findings = append(v.Findings, r.Findings...)
	v.Rows = append(v.Rows, r)
	if s, ok := e.act.(decision.RecordStatement); ok {
		v.Speeches = append(v.Speeches, speech{e.Seq, s.Member, positions[s.Position], s.Text, s.Position == "disagree" || s.Position == "reserve"})
	}
	i := slices.IndexFunc(v.People, func(p person) bool { return p.Who == who && p.Roles == r.Roles })
	if i < 0 {
		i = len(v.People)
		v.People = append(v.People, person{Who: who, Roles: r.Roles, first: e.Seq})
	}
	v.People[i].Acts = append(v.People[i].Acts, fmt.Sprintf("%d %s", e.Seq, r.Act))
}

func whoText(a history.Actor) string {
	text := a.ID
	for _, more := range []string{a.Unit, a.Organ} {
		if more != "" {
			text += "，" + more
		}
	}
	switch {
	case a.OnBehalfOf != "" && a.Authority != "":
		text += "（依" + a.Authority + "，代" + a.OnBehalfOf + "）"
	case a.OnBehalfOf != "":
		text += "（代" + a.OnBehalfOf + "）"
	}
	return text
}

func nameOf(kind decision.Kind) string {
	if info, err := decision.Describe(kind); err == nil {
		return info.Zh
	}
	return string(kind)
}

func ruleText(id string) string {
	for _, r := range workflow.Rules() {
		if r.ID == id {
			return fmt.Sprintf("%s（%s第%d条）", r.Zh, r.Norm, r.Article)
		}
	}
	return ""
}

// lagOf is how many days after it happened the act was recorded (补录).
func lagOf(e history.Entry) int {
	at, err := history.ParseTime(e.RecordedAt)
	if err != nil {
		return 0
	}
	on, err := calendar.ParseDate(e.OccurredOn)
	if err != nil {
		return 0
	}
	return decision.Ref{OccurredOn: on, RecordedOn: calendar.DateOf(at)}.Lag()
}

// chinaTime shows an instant as it was in China.
func chinaTime(recorded string) string {
	at, err := history.ParseTime(recorded)
	if err != nil {
		return recorded
	}
	return at.In(time.FixedZone("UTC+8", 8*60*60)).Format("2006-01-02 15:04:05")
}
