package decision

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/juece/juece/workflow/calendar"
)

// Act is one statutory deed. The set is closed: all acts stand in this
// package and are listed by [Catalogue].
type Act interface {
	// Kind names the act, the same for every value of its type.
	Kind() Kind
	record(d *Decision, at Ref)
}

// Kind names an act, in snake case.
type Kind string

// OnDraft is implemented by acts that concern one version of the draft.
type OnDraft interface {
	Act
	// Version is the draft version that was read, or 0 when not known.
	Version() int
}

// Info describes a kind of act.
type Info struct {
	Kind    Kind
	Zh, En  string // what the act is called
	Article int    // of D713
	decode  func([]byte) (Act, error)
	zero    Act
}

// New returns an empty act of the kind, for reading its shape.
func (i Info) New() Act { return i.zero }

// Decode reads the JSON form of an act of the kind strictly: an unknown field
// is an error that names it. It does not validate.
func (i Info) Decode(data []byte) (Act, error) { return i.decode(data) }

// ErrUnknownKind is returned for a kind of act that does not exist.
var ErrUnknownKind = errors.New("decision: unknown act")

// Describe returns the description of a kind, or ErrUnknownKind.
func Describe(kind Kind) (Info, error) {
	i := slices.IndexFunc(catalogue, func(i Info) bool { return i.Kind == kind })
	if i < 0 {
		return Info{}, fmt.Errorf("%w: %q", ErrUnknownKind, kind)
	}
	return catalogue[i], nil
}

// Catalogue lists every kind of act in the order of the statute.
func Catalogue() []Info { return slices.Clone(catalogue) }

func info[A Act](article int, zh, en string) Info {
	var zero A
	return Info{
		Kind: zero.Kind(), Zh: zh, En: en, Article: article, zero: zero,
		decode: func(data []byte) (Act, error) {
			dec := json.NewDecoder(bytes.NewReader(data))
			dec.DisallowUnknownFields()
			var act A
			if err := dec.Decode(&act); err != nil {
				return nil, fmt.Errorf("decision: %s: %w", zero.Kind(), err)
			}
			if _, err := dec.Token(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("decision: %s: text after the end of the act", zero.Kind())
			}
			return act, nil
		},
	}
}

var catalogue = []Info{
	info[CiteCatalogue](3, "援引决策事项目录", "Cite the catalogue of matters"),
	info[Propose](10, "提出决策事项建议", "Propose a matter"),
	info[StudyProposal](10, "研究论证建议", "Study the proposal"),
	info[Initiate](10, "决定启动", "Initiate the procedure"),
	info[Decline](10, "决定不予启动", "Decline to initiate"),
	info[AssignUnits](11, "明确承办单位", "Assign undertaking units"),
	info[RecordInvestigation](12, "记录调查研究", "Record the investigation"),
	info[IdentifyAffected](13, "识别相关方", "Identify who is affected"),
	info[DetermineStep](14, "认定程序是否适用", "Determine whether a step applies"),
	info[StateExpropriation](3, "说明征收情况", "State the facts of an expropriation"),
	info[SubmitDraft](12, "提交决策草案", "Submit a draft version"),
	info[ConsultUnit](13, "征求单位意见", "Consult an affected unit"),
	info[RecordReply](13, "记录单位答复", "Record a unit's reply"),
	info[StateDispute](13, "说明争议", "State a dispute"),
	info[OpenComment](15, "公开征求意见", "Open public comment"),
	info[CloseComment](15, "结束公开征求意见", "Close public comment"),
	info[HearPublic](14, "以其他方式听取意见", "Hear the public in another way"),
	info[ConsultGroup](14, "与特定群体沟通协商", "Consult an affected group"),
	info[AnnounceHearing](16, "公告听证会", "Announce a hearing"),
	info[PublishSelectionMethod](16, "公布听证参加人遴选办法", "Publish the selection method"),
	info[PublishParticipants](16, "公布听证参加人名单", "Publish the participant list"),
	info[DeliverMaterials](16, "送达听证材料", "Deliver hearing materials"),
	info[HoldHearing](17, "举行听证会", "Hold the hearing"),
	info[CommitOpinions](18, "登记意见入册", "Commit a batch of opinions"),
	info[DisposeOpinions](18, "处理公众意见", "Dispose of opinions"),
	info[StateAdoption](18, "说明意见采纳情况", "State the adoption of opinions"),
	info[EngageExpert](20, "选聘专家", "Engage an expert"),
	info[FileExpertOpinion](19, "提交论证意见", "File an expert opinion"),
	info[DisposeExpertOpinion](29, "研究采纳论证意见", "Dispose of an expert opinion"),
	info[FileRiskAssessment](23, "提交风险评估报告", "File a risk assessment"),
	info[RelyOnAssessment](22, "援用已有评估", "Rely on an earlier assessment"),
	info[FileCompetitionReview](29, "提交公平竞争审查结论", "File a fair-competition review"),
	info[SubmitForReview](26, "送请合法性审查", "Submit for legality review"),
	info[ReturnPackage](26, "退回送审材料", "Return the package"),
	info[RequestSupplement](26, "要求补充材料", "Ask for a supplement"),
	info[SupplementPackage](26, "补充材料", "Supplement the package"),
	info[EngageCounsel](28, "聘任法律顾问", "Engage counsel"),
	info[FileCounselOpinion](28, "提出法律意见", "File counsel's opinion"),
	info[IssueLegalityOpinion](27, "出具合法性审查意见", "Issue the legality opinion"),
	info[ConfirmStillStands](25, "确认审查意见仍然有效", "Confirm that the opinion still stands"),
	info[RespondToReview](28, "回应审查意见", "Respond to the review"),
	info[InvokeReform](25, "援用探索性改革例外", "Invoke the exploratory-reform exception"),
	info[ConcludeReview](28, "办结审查", "Conclude the review"),
	info[PlaceOnAgenda](29, "提请会议讨论", "Place on the agenda"),
	info[OpenMeeting](30, "会议开始", "Open the meeting"),
	info[RecordStatement](30, "记录发言", "Record a statement"),
	info[Decide](30, "作出决定", "Decide"),
	info[SignMinutes](30, "签署会议记录", "Sign the minutes"),
	info[CorrectMinutes](30, "更正会议记录", "Correct the minutes"),
	info[ReportToParty](31, "向同级党委请示报告", "Report to the Party committee"),
	info[RecordCongressAct](8, "记录人大审议或报告", "Record the congress act"),
	info[ReviewSecrecy](32, "保密审查", "Review secrecy"),
	info[Publish](32, "公布决策", "Publish the decision"),
	info[WithholdPublication](32, "依法不予公开", "Withhold publication"),
	info[FileForRecord](32, "报送备案", "File for record review"),
	info[ArchiveCase](33, "归档", "Archive the case"),
	info[EraseData](33, "删除个人信息", "Erase personal or restricted data"),
	info[Withdraw](10, "撤回", "Withdraw"),
	info[AssignExecution](34, "明确执行单位", "Name the executing units"),
	info[BreakDownTasks](34, "分解任务", "Break the decision down into tasks"),
	info[ReportProgress](34, "报告执行情况", "Report on the execution"),
	info[CloseTask](34, "办结任务", "Close a task"),
	info[UrgeExecution](34, "督办", "Urge the execution"),
	info[CompleteExecution](34, "执行完毕", "Complete the execution"),
	info[ReportProblem](35, "报告执行中的问题", "Report a problem"),
	info[HandleProblem](35, "处理所报问题", "Handle a problem"),
	info[OrderEvaluation](36, "决定开展决策后评估", "Order an evaluation"),
	info[FileEvaluation](36, "提交决策后评估报告", "File the evaluation"),
	info[FollowEvaluation](36, "处理评估结果", "Follow the evaluation up"),
	info[SuspendExecution](37, "中止执行", "Suspend the execution"),
	info[ResumeExecution](37, "恢复执行", "Resume the execution"),
	info[OpenAdjustment](37, "启动重大调整", "Open a major adjustment"),
	info[ConcludeAdjustment](37, "办结重大调整", "Conclude a major adjustment"),
	info[CorrectClerical](37, "文字更正", "Correct a clerical slip"),
	info[LinkCase](37, "关联案件", "Link a case"),
	info[OrderCorrection](38, "责令改正", "Order a correction"),
	info[OpenRectification](38, "列入整改", "Open a rectification item"),
	info[BeginRectification](38, "开始整改", "Begin a rectification"),
	info[SubmitRectification](38, "提交整改结果", "Submit a rectification"),
	info[JudgeRectification](38, "验收整改结果", "Accept or reject a rectification"),
	info[ReviewCaseFile](38, "案卷评查", "Review the case file"),
	info[AdoptPack](44, "适用新规则包", "Adopt a newer rule pack"),
}

// Role is a part that an actor has in the procedure.
type Role string

// Actor is who did an act, as the verified identity says. It never comes from
// a request's body.
type Actor struct {
	ID         string `json:"id" validate:"required,max=128"`
	Organ      string `json:"organ,omitempty" validate:"max=128"`
	Unit       string `json:"unit,omitempty" validate:"max=128"`
	Roles      []Role `json:"roles,omitempty" validate:"max=32,dive,max=64"`
	OnBehalfOf string `json:"on_behalf_of,omitempty" validate:"max=128"`
	// Authority is the document (文号) by which he acts on behalf of another
	// (代行、授权).
	Authority string `json:"authority,omitempty" validate:"max=300"`
	// Supervises names the organs that a supervisor is set over (Art 8 ¶2).
	// The history keeps what was done, not how far the identity reaches.
	Supervises []string `json:"supervises,omitempty" validate:"max=200,dive,max=128"`
	// Cases, when there are any, are the only ones within reach of the
	// identity. The history does not keep them either.
	Cases []string `json:"cases,omitempty" validate:"max=200,dive,required,max=64"`
}

// Reaches reports whether a case is within reach of the identity, as far as
// named cases limit it.
func (a Actor) Reaches(decision string) bool {
	return len(a.Cases) == 0 || slices.Contains(a.Cases, decision)
}

// Persons are those who stand behind an act: who did it, and for whom. What one
// person must keep apart, he may not have another do for him either.
func (a Actor) Persons() []string {
	return slices.DeleteFunc([]string{a.ID, a.OnBehalfOf}, func(id string) bool { return id == "" })
}

// Shares reports whether one person stands behind both.
func (a Actor) Shares(b Actor) bool {
	others := b.Persons()
	return slices.ContainsFunc(a.Persons(), func(id string) bool { return slices.Contains(others, id) })
}

// Ref says where in the history an act stands, and who stands behind it.
type Ref struct {
	Seq        int64         // position in the history, from 1; the only order there is
	OccurredOn calendar.Date // the day the actor claims
	RecordedOn calendar.Date // the day it was recorded; zero in a case file
	Actor      Actor
}

// Lag is how many days after it happened the act was recorded (补录): 0 on the
// same day, and where either day is not known. The day it happened is the
// actor's claim, the other nobody's.
func (r Ref) Lag() int {
	if r.OccurredOn.IsZero() || r.RecordedOn.IsZero() {
		return 0
	}
	return max(0, r.RecordedOn.DaysSince(r.OccurredOn))
}

// Done is an act together with its place in the history.
type Done[A Act] struct {
	Ref
	Act A
}

// add appends an act to its list.
func add[A Act](list []Done[A], at Ref, act A) []Done[A] { return append(list, Done[A]{at, act}) }

// Material names a file by its content.
type Material struct {
	Digest string `json:"digest,omitempty" validate:"required,material"`
	Title  string `json:"title,omitempty" validate:"required,max=300"`
}

// Known reports whether the material is named at all.
func (m Material) Known() bool { return m.Digest != "" || m.Title != "" }

// Channel is one place of publication (公布渠道).
type Channel struct {
	Kind  string `json:"kind,omitempty" validate:"required,oneof=gazette government_site new_media newspaper radio television notice_board press_conference credit_site other"`
	Name  string `json:"name,omitempty" validate:"max=200"`
	URL   string `json:"url,omitempty" validate:"omitempty,url,max=2000"`
	Proof string `json:"proof,omitempty" validate:"omitempty,material"` // screenshot or cutting
}

// Materials returns every material that an act names, in the order of its
// fields.
func Materials(act Act) []Material {
	var found []Material
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			if m, ok := v.Interface().(Material); ok {
				if m.Known() {
					found = append(found, m)
				}
				return
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(act))
	return found
}
