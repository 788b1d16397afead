package decision

import "reflect"

// Decision is everything that was done in one case, in lists by kind of act,
// each in the order of the history. It is the fold of the acts and holds
// nothing else; its zero value is a case in which nothing was done yet.
type Decision struct {
	Catalogues   []Done[CiteCatalogue]
	PacksAdopted []Done[AdoptPack]

	Proposals   []Done[Propose]
	Studies     []Done[StudyProposal]
	Initiations []Done[Initiate]
	Declines    []Done[Decline]
	Assignments []Done[AssignUnits]
	Withdrawals []Done[Withdraw]

	Investigations []Done[RecordInvestigation]
	Affected       []Done[IdentifyAffected]
	Determinations []Done[DetermineStep]
	Expropriations []Done[StateExpropriation]
	Drafts         []Done[SubmitDraft]
	Consultations  []Done[ConsultUnit]
	Replies        []Done[RecordReply]
	Disputes       []Done[StateDispute]

	Comments         []Done[OpenComment]
	CommentCloses    []Done[CloseComment]
	PublicHeard      []Done[HearPublic]
	GroupsHeard      []Done[ConsultGroup]
	Announcements    []Done[AnnounceHearing]
	SelectionMethods []Done[PublishSelectionMethod]
	ParticipantLists []Done[PublishParticipants]
	Deliveries       []Done[DeliverMaterials]
	Hearings         []Done[HoldHearing]
	OpinionBatches   []Done[CommitOpinions]
	Dispositions     []Done[DisposeOpinions]
	Adoptions        []Done[StateAdoption]

	Experts            []Done[EngageExpert]
	ExpertOpinions     []Done[FileExpertOpinion]
	ExpertDispositions []Done[DisposeExpertOpinion]
	RiskAssessments    []Done[FileRiskAssessment]
	Reliances          []Done[RelyOnAssessment]
	CompetitionReviews []Done[FileCompetitionReview]

	Submissions        []Done[SubmitForReview]
	Returns            []Done[ReturnPackage]
	SupplementRequests []Done[RequestSupplement]
	Supplements        []Done[SupplementPackage]
	Counsel            []Done[EngageCounsel]
	CounselOpinions    []Done[FileCounselOpinion]
	LegalityOpinions   []Done[IssueLegalityOpinion]
	Confirmations      []Done[ConfirmStillStands]
	ReviewResponses    []Done[RespondToReview]
	Reforms            []Done[InvokeReform]
	ReviewsConcluded   []Done[ConcludeReview]

	Agendas          []Done[PlaceOnAgenda]
	Meetings         []Done[OpenMeeting]
	Statements       []Done[RecordStatement]
	Decisions        []Done[Decide]
	MinutesSigned    []Done[SignMinutes]
	MinutesCorrected []Done[CorrectMinutes]
	PartyReports     []Done[ReportToParty]
	CongressActs     []Done[RecordCongressAct]

	SecrecyReviews []Done[ReviewSecrecy]
	Publications   []Done[Publish]
	Withholdings   []Done[WithholdPublication]
	RecordFilings  []Done[FileForRecord]
	Archives       []Done[ArchiveCase]
	Erasures       []Done[EraseData]

	Executions           []Done[AssignExecution]
	Breakdowns           []Done[BreakDownTasks]
	Progress             []Done[ReportProgress]
	TasksClosed          []Done[CloseTask]
	Urgings              []Done[UrgeExecution]
	Problems             []Done[ReportProblem]
	ProblemsHandled      []Done[HandleProblem]
	Completions          []Done[CompleteExecution]
	Suspensions          []Done[SuspendExecution]
	Resumptions          []Done[ResumeExecution]
	Adjustments          []Done[OpenAdjustment]
	AdjustmentsConcluded []Done[ConcludeAdjustment]
	ClericalCorrections  []Done[CorrectClerical]
	Links                []Done[LinkCase]
	EvaluationOrders     []Done[OrderEvaluation]
	Evaluations          []Done[FileEvaluation]
	EvaluationsFollowed  []Done[FollowEvaluation]

	CorrectionOrders        []Done[OrderCorrection]
	RectificationsOpened    []Done[OpenRectification]
	RectificationsBegun     []Done[BeginRectification]
	RectificationsSubmitted []Done[SubmitRectification]
	RectificationsJudged    []Done[JudgeRectification]
	FileReviews             []Done[ReviewCaseFile]
}

// Record returns the decision with one more act. The receiver is not changed,
// and two decisions recorded from a common beginning share nothing that
// follows it.
func (d Decision) Record(act Act, at Ref) Decision {
	lists := reflect.ValueOf(&d).Elem()
	for i := range lists.NumField() {
		list := lists.Field(i)
		list.SetCap(list.Len()) // an append makes an array of its own
	}
	act.record(&d, at)
	return d
}

// Add records one more act in place: for folding a history of any length in
// time that grows with it. The caller owns the decision, which was not copied
// since it began as the zero value.
func (d *Decision) Add(act Act, at Ref) { act.record(d, at) }

// Draft returns the last version submitted, and false when there is none.
func (d Decision) Draft() (Done[SubmitDraft], bool) { return Last(d.Drafts) }

// HasDraft reports whether the version was submitted.
func (d Decision) HasDraft(version int) bool {
	for _, s := range d.Drafts {
		if s.Act.Draft == version {
			return true
		}
	}
	return false
}

// LeadUnit returns the leading undertaking unit, or "".
func (d Decision) LeadUnit() string {
	assigned, ok := Last(d.Assignments)
	if !ok {
		return ""
	}
	for _, u := range assigned.Act.Units {
		if len(assigned.Act.Units) == 1 || (u.Lead != nil && *u.Lead) {
			return u.Unit
		}
	}
	return ""
}

// OpinionCount returns how many opinions the history has committed to.
func (d Decision) OpinionCount() int64 {
	if last, ok := Last(d.OpinionBatches); ok {
		return last.Act.Last
	}
	return 0
}

// Last returns the last of a list, and false when the list is empty.
func Last[T any](list []T) (T, bool) {
	if len(list) == 0 {
		var none T
		return none, false
	}
	return list[len(list)-1], true
}
