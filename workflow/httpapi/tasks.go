package httpapi

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// Task is something that waits for the caller.
type Task struct {
	Decision string        `json:"decision"`
	Act      string        `json:"act" doc:"所待的程序行为。The act that clears it."`
	Zh       string        `json:"zh"`
	En       string        `json:"en"`
	Rule     string        `json:"rule,omitempty"`
	Role     string        `json:"role"`
	Unit     string        `json:"unit,omitempty"`
	Due      calendar.Date `json:"due,omitzero"`
	Title    string        `json:"title" doc:"案件名称。What the case is called."`
	// Without a due day there is nothing to count.
	WorkingDays *int `json:"working_days,omitempty" doc:"到期限还有几个工作日，负数为已经逾期的工作日。Working days until it is due; negative when it is overdue."`
	Days        *int `json:"days,omitempty" doc:"到期限还有几日。Days until it is due."`
	Provisional bool `json:"provisional,omitempty" doc:"期限所在年度的放假通知尚未发布。The notice of a year on the way is not published yet."`
}

func (s *server) tasks() {
	add(s, get("list-tasks", "/tasks", "tasks", "我的待办 What waits for me",
		"按身份和单位，先到期的在前，各有所依的规则（第十条至第三十八条）。By the caller's roles and unit, the earliest due first, each with the rule that asks for it (D713 Arts 10 to 38)."), readers(), s.listTasks)
}

type tasksInput struct {
	After string `query:"after" maxLength:"1000" doc:"上一页的next。next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"每页条数。How many on a page."`
}

func (s *server) listTasks(ctx context.Context, who caller, in *tasksInput) (*body[page[Task]], error) {
	if who.Organ == "" {
		return nil, coded{"not_permitted", "身份未载明所属机关", "the identity names no organ"}
	}
	after, err := parseCursor(in.After)
	if err != nil {
		return nil, err
	}
	var waiting []workflow.Task
	for _, role := range who.Roles {
		for _, organ := range who.worksFor(role) {
			found, err := s.svc.Store.Tasks(ctx, workflow.TaskQuery{Organ: organ, Unit: who.Unit, Role: string(role), Cases: who.Cases, After: after, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			waiting = append(waiting, found...)
		}
	}
	slices.SortFunc(waiting, byDue)
	waiting = slices.CompactFunc(waiting, func(a, b workflow.Task) bool { return byDue(a, b) == 0 }) // a role held twice
	waiting = waiting[:min(len(waiting), in.Limit)]
	titles, err := s.titles(ctx, waiting)
	if err != nil {
		return nil, err
	}
	out := page[Task]{Items: make([]Task, len(waiting))}
	for i, t := range waiting {
		out.Items[i] = s.viewTask(t)
		out.Items[i].Title = titles[t.Decision]
	}
	if len(waiting) == in.Limit {
		out.Next = formatCursor(waiting[len(waiting)-1])
	}
	return answer(out), nil
}

// worksFor are the organs in whose cases a role has something to do: its own,
// or as a supervisor those that the identity lists (Art 38).
func (c caller) worksFor(role decision.Role) []string {
	if role != workflow.RoleSupervisor {
		return []string{c.Organ}
	}
	return slices.DeleteFunc(slices.Clone(c.Supervises), func(organ string) bool { return !workflow.Oversees(c.Actor, organ) })
}

// titles are what the cases of tasks are called.
func (s *server) titles(ctx context.Context, tasks []workflow.Task) (map[string]string, error) {
	titles := map[string]string{}
	if len(tasks) == 0 {
		return titles, nil
	}
	q := workflow.Query{Limit: len(tasks)}
	for _, t := range tasks {
		q.Cases = append(q.Cases, t.Decision)
	}
	rows, err := s.svc.Store.List(ctx, q)
	for _, r := range rows {
		titles[r.Decision] = r.Title
	}
	return titles, err
}

// clock says how long there is until a day, or since when it has passed.
func (s *server) clock(due calendar.Date) (working, days *int, provisional bool) {
	if due.IsZero() {
		return nil, nil, false
	}
	today := s.today()
	from, to, sign := today, due, 1
	if due.Before(today) {
		from, to, sign = due, today, -1
	}
	days = new(due.DaysSince(today))
	span, err := s.svc.Calendar.Between(from, to)
	if err != nil { // further away than any calendar counts
		return nil, days, true
	}
	return new(sign * int(span.WorkingDays)), days, span.Provisional
}

func (s *server) viewTask(t workflow.Task) Task {
	view := Task{Decision: t.Decision, Act: t.Act, Rule: t.Rule, Role: t.Role, Unit: t.Unit, Due: t.Due}
	if info, err := decision.Describe(decision.Kind(t.Act)); err == nil {
		view.Zh, view.En = info.Zh, info.En
	}
	view.WorkingDays, view.Days, view.Provisional = s.clock(t.Due)
	return view
}

// byDue is the order of a store's tasks: by day, an unknown day last.
func byDue(a, b workflow.Task) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		if a.Due.IsZero() {
			return 1
		}
		return -1
	}
	return cmp.Or(a.Due.DaysSince(b.Due), cmp.Compare(a.Decision, b.Decision), cmp.Compare(a.Key, b.Key))
}

// formatCursor writes down the last task of a page.
func formatCursor(t workflow.Task) string {
	return base64.RawURLEncoding.EncodeToString([]byte(t.Due.String() + "\n" + t.Decision + "\n" + t.Key))
}

// parseCursor reads what [formatCursor] wrote.
func parseCursor(text string) (workflow.Task, error) {
	if text == "" {
		return workflow.Task{}, nil
	}
	var t workflow.Task
	data, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.SplitN(string(data), "\n", 3)
	if err != nil || len(parts) != 3 || t.Due.UnmarshalText([]byte(parts[0])) != nil {
		return workflow.Task{}, coded{"invalid_request", "after不是上一页的next", "after is not the next of a page"}
	}
	t.Decision, t.Key = parts[1], parts[2]
	return t, nil
}
