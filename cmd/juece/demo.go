package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/sample"
)

// demoPack is the rule pack of the demonstration.
const demoPack = "d713"

// demoCases are the sample cases, each walked up to an act that is then the
// next to do.
var demoCases = []struct {
	title string
	next  decision.Kind
}{
	{"县城区机动车停车收费管理办法", "study_proposal"},
	{"县城区生活垃圾分类实施方案", "open_comment"},
	{"县城区户外广告设置规划", "submit_for_review"},
	{"县城区餐饮油烟污染防治办法", "file_counsel_opinion"},
	{"县城区共享单车停放管理办法", "place_on_agenda"},
	{"县城区犬只管理办法", "publish"},
	{"县城区公共绿地保护办法", ""},
}

// demoRoles are the identities that get a token, with what people call them.
var demoRoles = []struct {
	role   decision.Role
	zh, en string
}{
	{workflow.RoleUndertakingUnit, "承办单位经办人", "clerk of the undertaking unit"},
	{workflow.RoleGovOffice, "政府办公室经办人", "clerk of the government office"},
	{workflow.RoleLegalAdviser, "法律顾问甲", "legal counsel A"},
	{workflow.RoleLegalityReviewer, "合法性审查人员", "legality reviewer"},
	{workflow.RoleMeetingSecretary, "会议秘书", "meeting secretary"},
	{workflow.RoleChiefExecutive, "行政首长", "chief executive"},
	{workflow.RoleArchivist, "档案管理员", "archivist"},
	{workflow.RoleExecutingUnit, "执行单位经办人", "clerk of the executing unit"},
	{workflow.RoleSupervisor, "上级机关督查人员", "inspector of the superior organ"},
	{workflow.RoleAuditor, "审计人员", "auditor"},
	{workflow.RolePublic, "公众甲", "member of the public"},
}

// demonstration is what was set up.
type demonstration struct {
	tokens map[string]decision.Actor
	ofRole map[decision.Role]string
	cases  []demoCase
	open   string // the case on which the public can comment today
}

type demoCase struct {
	id, title string
	stage     workflow.StageInfo
}

// demoOpinion is what the public says in the line to try.
const demoOpinion = `{"opinions":[{"activity":"c1","channel":"web","verification":"anonymous","text":"建议增加投放点"}]}`

// temporaryDatabase makes room for a demonstration that leaves nothing behind.
func temporaryDatabase() (dsn dataSource, discard func(), err error) {
	dir, err := os.MkdirTemp("", "juece-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("demonstration: %w", err)
	}
	return dataSource("sqlite:" + filepath.Join(dir, "juece.db")), func() { _ = os.RemoveAll(dir) }, nil
}

// demonstrate fills an empty database with the sample cases, each act on the
// day it names, and makes a token for each identity.
func demonstrate(ctx context.Context, svc *workflow.Service) (demonstration, error) {
	there, err := svc.Store.List(ctx, workflow.Query{Limit: 1})
	if err != nil {
		return demonstration{}, err
	}
	if len(there) > 0 {
		return demonstration{}, setupError{"数据库中已有案件，演示只写入空数据库", "the database holds cases already; a demonstration fills an empty one only"}
	}
	d := demonstration{tokens: map[string]decision.Actor{}, ofRole: map[decision.Role]string{}}
	for _, c := range demoCases {
		shown, err := perform(ctx, *svc, c.title, c.next)
		if err != nil {
			return demonstration{}, fmt.Errorf("demonstration: %s: %w", c.title, err)
		}
		if c.next == "open_comment" {
			if err := openToday(ctx, svc, shown.id); err != nil {
				return demonstration{}, fmt.Errorf("demonstration: %s: %w", c.title, err)
			}
			d.open = shown.id
		}
		d.cases = append(d.cases, shown)
	}
	for _, r := range demoRoles {
		secret := make([]byte, 16)
		if _, err := rand.Read(secret); err != nil {
			return demonstration{}, fmt.Errorf("demonstration: %w", err)
		}
		token := hex.EncodeToString(secret)
		d.tokens[token], d.ofRole[r.role] = sample.Actor(demoPack, r.role), token
	}
	return d, nil
}

// perform walks one case up to an act, by a clock of its own.
func perform(ctx context.Context, svc workflow.Service, title string, next decision.Kind) (demoCase, error) {
	steps := sample.Before(demoPack, next) // the whole walk when no act is named
	if propose, ok := steps[0].Act.(decision.Propose); ok {
		propose.Title = title
		steps[0].Act = propose
	}
	clock := sample.NewClock(steps[0].On)
	svc.Now = clock.Now
	id, err := sample.Perform(ctx, &svc, clock, demoPack, steps)
	if err != nil {
		return demoCase{}, err
	}
	c, err := svc.Read(ctx, id)
	return demoCase{id, title, c.Stage.Info()}, err
}

// openToday opens a case for public comment from today, for long enough.
func openToday(ctx context.Context, svc *workflow.Service, id string) error {
	today := calendar.DateOf(time.Now())
	walk, err := sample.Under(svc.Suite, sample.Walk(demoPack))
	if err != nil {
		return err
	}
	for _, s := range walk {
		notice, ok := s.Act.(decision.OpenComment)
		if !ok {
			continue
		}
		notice.StartsOn, notice.EndsOn = today, today.AddDays(demoCommentDays)
		_, err := svc.Do(ctx, workflow.Request{
			Decision: id, Expect: workflow.Latest, Act: notice, Actor: s.Actor, Materials: s.Files,
		})
		return err
	}
	return nil
}

// demoCommentDays is a period longer than any that a pack asks for.
const demoCommentDays = 60

// text tells what was set up, and what to try.
func (d demonstration) text(address, lang string) string {
	pick := func(zh, en string) string {
		if lang == "en" {
			return en
		}
		return zh
	}
	var b strings.Builder
	fmt.Fprintln(&b, pick("演示案件：", "Sample cases:"))
	for _, c := range d.cases {
		fmt.Fprintf(&b, "  %s  %s（%s）\n", c.id, c.title, pick(c.stage.Zh, c.stage.En))
	}
	fmt.Fprintln(&b, pick("\n令牌（只限本机，重启后失效）：", "\nTokens (this machine only, gone after a restart):"))
	for _, r := range demoRoles {
		fmt.Fprintf(&b, "  %s  %-18s %s\n", d.ofRole[r.role], r.role, pick(r.zh, r.en))
	}
	fmt.Fprintln(&b, pick("\n法律顾问看看有什么待办：", "\nWhat waits for legal counsel:"))
	fmt.Fprintf(&b, "  curl -s -H 'Authorization: Bearer %s' %s/v1/tasks\n", d.ofRole[workflow.RoleLegalAdviser], address)
	fmt.Fprintln(&b, pick("公众对公开征求意见的草案提意见：", "The public comments on a draft:"))
	fmt.Fprintf(&b, "  curl -s -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '%s' %s/v1/decisions/%s/opinions\n\n",
		d.ofRole[workflow.RolePublic], demoOpinion, address, d.open)
	return b.String()
}
