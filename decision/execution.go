package decision

import "github.com/juece/juece/workflow/calendar"

// AssignExecution names the units that carry the decision out (决策执行单位,
// Art 34).
type AssignExecution struct {
	Units []string `json:"units,omitempty" validate:"required,min=1,max=200,unique,dive,required,max=128"`
}

// BreakDownTasks breaks the decision down into tasks (任务分解, Art 34), each
// with its day, person, responsibility and measure (定时间、定人员、定责任、定
// 措施). What is said last of a task counts: a person who moves on is replaced
// by a new act, and the record keeps both.
type BreakDownTasks struct {
	Tasks  []ExecutionTask `json:"tasks,omitempty" validate:"required,min=1,max=500,unique=ID,dive"`
	Reason string          `json:"reason,omitempty" validate:"max=5000"` // why a task changes
}

// ExecutionTask is one task of the execution.
type ExecutionTask struct {
	ID      string        `json:"id,omitempty" validate:"required,max=64"`
	Title   string        `json:"title,omitempty" validate:"required,max=300"`
	Unit    string        `json:"unit,omitempty" validate:"required,max=128"`
	Post    string        `json:"post,omitempty" validate:"required,max=128"`   // 岗位
	Person  string        `json:"person,omitempty" validate:"required,max=128"` // the person's identity, which stays through a transfer
	Due     calendar.Date `json:"due,omitzero" validate:"required"`
	Measure string        `json:"measure,omitempty" validate:"required,max=5000"`
}

// ReportProgress is an executing unit's report to the organ (报告执行情况, Art
// 34) on one task.
type ReportProgress struct {
	Unit    string    `json:"unit,omitempty" validate:"required,max=128"`
	Task    string    `json:"task,omitempty" validate:"required,max=64"`
	State   string    `json:"state,omitempty" validate:"required,oneof=on_track delayed blocked done"`
	Summary string    `json:"summary,omitempty" validate:"required,max=20000"`
	Report  *Material `json:"report,omitempty"`
}

// CloseTask closes a task on the evidence that it was done (办结, Art 34). The
// day it happens is the day that counts for closing on time.
type CloseTask struct {
	Task     string   `json:"task,omitempty" validate:"required,max=64"`
	Result   string   `json:"result,omitempty" validate:"required,max=5000"`
	Evidence Material `json:"evidence,omitzero"`
}

// UrgeExecution urges an executing unit on (督促检查、督办, Art 34).
type UrgeExecution struct {
	Unit    string        `json:"unit,omitempty" validate:"required,max=128"`
	Task    string        `json:"task,omitempty" validate:"max=64"`
	Level   string        `json:"level,omitempty" validate:"required,oneof=reminder notice formal"`
	Reason  string        `json:"reason,omitempty" validate:"required,max=5000"`
	ReplyBy calendar.Date `json:"reply_by,omitzero" validate:"required"`
	Letter  *Material     `json:"letter,omitempty"`
}

// ReportProblem reports what seriously hinders the goal of the decision (Art
// 35 ¶1): a problem in it, a great change of circumstances, or force majeure.
// It opens a duty of the organ to say what follows; see [HandleProblem].
type ReportProblem struct {
	Problem     string        `json:"problem,omitempty" validate:"required,max=64"` // names it within the case
	Unit        string        `json:"unit,omitempty" validate:"required,max=128"`
	Type        string        `json:"type,omitempty" validate:"required,oneof=problem changed_circumstances force_majeure"`
	Hinders     *bool         `json:"hinders,omitempty" validate:"required"` // 严重影响决策目标实现
	FoundOn     calendar.Date `json:"found_on,omitzero" validate:"required"`
	Description string        `json:"description,omitempty" validate:"required,max=20000"`
	Report      *Material     `json:"report,omitempty"`
}

// HandleProblem says what follows from a problem that was reported (Arts 35 to
// 37).
type HandleProblem struct {
	Problem  string `json:"problem,omitempty" validate:"required,max=64"`
	Handling string `json:"handling,omitempty" validate:"required,oneof=continue suspend evaluate adjust stop"`
	Decider  string `json:"decider,omitempty" validate:"required,max=128"`
	Reason   string `json:"reason,omitempty" validate:"required,max=5000"`
}

// CompleteExecution states that the decision was carried out (执行完毕, Art
// 34).
type CompleteExecution struct {
	Summary string   `json:"summary,omitempty" validate:"required,max=20000"`
	Report  Material `json:"report,omitzero"`
}

// ExecutingUnits returns the units named last to carry the decision out.
func (d Decision) ExecutingUnits() []string {
	last, _ := Last(d.Executions)
	return last.Act.Units
}

// Tasks returns the tasks of the execution as they were said last, in the
// order in which they were first named.
func (d Decision) Tasks() []ExecutionTask {
	var tasks []ExecutionTask
	at := map[string]int{}
	for _, b := range d.Breakdowns {
		for _, t := range b.Act.Tasks {
			i, known := at[t.ID]
			if !known {
				at[t.ID] = len(tasks)
				tasks = append(tasks, t)
				continue
			}
			tasks[i] = t
		}
	}
	return tasks
}

// Closed returns the act that closed a task, and false while it is open.
func (d Decision) Closed(task string) (Done[CloseTask], bool) {
	for _, c := range d.TasksClosed {
		if c.Act.Task == task {
			return c, true
		}
	}
	return Done[CloseTask]{}, false
}

func (AssignExecution) Kind() Kind   { return "assign_execution" }
func (BreakDownTasks) Kind() Kind    { return "break_down_tasks" }
func (ReportProgress) Kind() Kind    { return "report_progress" }
func (CloseTask) Kind() Kind         { return "close_task" }
func (UrgeExecution) Kind() Kind     { return "urge_execution" }
func (ReportProblem) Kind() Kind     { return "report_problem" }
func (HandleProblem) Kind() Kind     { return "handle_problem" }
func (CompleteExecution) Kind() Kind { return "complete_execution" }

func (a AssignExecution) record(d *Decision, at Ref) { d.Executions = add(d.Executions, at, a) }
func (a BreakDownTasks) record(d *Decision, at Ref)  { d.Breakdowns = add(d.Breakdowns, at, a) }
func (a ReportProgress) record(d *Decision, at Ref)  { d.Progress = add(d.Progress, at, a) }
func (a CloseTask) record(d *Decision, at Ref)       { d.TasksClosed = add(d.TasksClosed, at, a) }
func (a UrgeExecution) record(d *Decision, at Ref)   { d.Urgings = add(d.Urgings, at, a) }
func (a ReportProblem) record(d *Decision, at Ref)   { d.Problems = add(d.Problems, at, a) }
func (a HandleProblem) record(d *Decision, at Ref)   { d.ProblemsHandled = add(d.ProblemsHandled, at, a) }

func (a CompleteExecution) record(d *Decision, at Ref) { d.Completions = add(d.Completions, at, a) }
