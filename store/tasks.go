package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// taskRow is a task as the statements exchange it: a row of the table, and an
// element of the array in which many rows travel as one parameter.
type taskRow struct {
	Decision string `db:"decision_id" json:"-"`
	Key      string `db:"task_key" json:"key"`
	Act      string `db:"act" json:"act"`
	Rule     string `db:"rule" json:"rule"`
	Role     string `db:"role" json:"role"`
	Unit     string `db:"unit" json:"unit"`
	Organ    string `db:"organ" json:"organ"`
	Undated  int    `db:"undated" json:"undated"`
	Due      string `db:"due" json:"due"`
}

func (r taskRow) task() (workflow.Task, error) {
	var due calendar.Date
	if err := due.UnmarshalText([]byte(r.Due)); err != nil {
		return workflow.Task{}, fmt.Errorf("%w: task %s of %s: %w", history.ErrMalformed, r.Key, r.Decision, err)
	}
	return workflow.Task{
		Decision: r.Decision, Key: r.Key, Act: r.Act, Rule: r.Rule,
		Role: r.Role, Unit: r.Unit, Organ: r.Organ, Due: due,
	}, nil
}

// undated is 1 for an unknown day, which sorts after every other.
func undated(d calendar.Date) int {
	if d.IsZero() {
		return 1
	}
	return 0
}

func taskRows(tasks []workflow.Task) (string, error) {
	rows := make([]taskRow, len(tasks))
	for i, t := range tasks {
		rows[i] = taskRow{
			Key: t.Key, Act: t.Act, Rule: t.Rule, Role: t.Role, Unit: t.Unit, Organ: t.Organ,
			Undated: undated(t.Due), Due: t.Due.String(),
		}
	}
	data, err := json.Marshal(rows)
	return string(data), err
}

// reopenTask leaves a task that stays open as it is, unless it changed: most
// acts change few of the tasks, and a row that is not written costs nothing.
const reopenTask = `
	ON CONFLICT (decision_id, task_key) DO UPDATE SET
		act = EXCLUDED.act, rule = EXCLUDED.rule, role = EXCLUDED.role, unit = EXCLUDED.unit,
		organ = EXCLUDED.organ, undated = EXCLUDED.undated, due = EXCLUDED.due
	WHERE juece_tasks.act <> EXCLUDED.act OR juece_tasks.rule <> EXCLUDED.rule
		OR juece_tasks.role <> EXCLUDED.role OR juece_tasks.unit <> EXCLUDED.unit
		OR juece_tasks.organ <> EXCLUDED.organ OR juece_tasks.due <> EXCLUDED.due`

// replaceTasks is SQLite's; PostgreSQL does it in [recordAtOnce].
func replaceTasks(ctx context.Context, x sqlx.ExtContext, w workflow.Write) error {
	rows, err := taskRows(w.Tasks)
	if err != nil {
		return err
	}
	if _, err := x.ExecContext(ctx, `
		DELETE FROM juece_tasks
		WHERE decision_id = $1
			AND task_key NOT IN (SELECT value ->> '$.key' FROM json_each($2))`,
		w.Summary.Decision, rows); err != nil {
		return err
	}
	if len(w.Tasks) == 0 {
		return nil
	}
	_, err = x.ExecContext(ctx, `
		INSERT INTO juece_tasks (decision_id, task_key, act, rule, role, unit, organ, undated, due)
		SELECT $1, value ->> '$.key', value ->> '$.act', value ->> '$.rule', value ->> '$.role',
			value ->> '$.unit', value ->> '$.organ', value ->> '$.undated', value ->> '$.due'
		FROM json_each($2)
		WHERE true`+reopenTask, w.Summary.Decision, rows)
	return err
}

// Tasks implements [workflow.Store].
func (s *Store) Tasks(ctx context.Context, q workflow.TaskQuery) ([]workflow.Task, error) {
	query, args := taskQuery(q)
	var rows []taskRow
	if err := sqlx.SelectContext(ctx, s.reader(), &rows, query, args...); err != nil {
		return nil, s.failed(ctx, "list tasks of", q.Decision, err)
	}
	tasks := make([]workflow.Task, len(rows))
	for i, r := range rows {
		var err error
		if tasks[i], err = r.task(); err != nil {
			return nil, s.failed(ctx, "list tasks of", q.Decision, err)
		}
	}
	return tasks, nil
}

// taskQuery leaves out the filters that are not asked for, so that the planner
// sees which index gives the order. A unit sees its own tasks and those that
// are open to every unit: two ranges of the index, each cut to a page before
// they are merged.
func taskQuery(q workflow.TaskQuery) (string, []any) {
	args := []any{q.Limit}
	where := ""
	restrict := func(condition, value string) {
		if value != "" {
			args = append(args, value)
			where += condition + strconv.Itoa(len(args))
		}
	}
	restrict(` AND decision_id = $`, q.Decision)
	restrict(` AND organ = $`, q.Organ)
	restrict(` AND role = $`, q.Role)
	within, args := amongCases(q.Cases, args)
	where += within
	if a := q.After; !a.Due.IsZero() || a.Decision != "" || a.Key != "" {
		n := len(args)
		args = append(args, undated(a.Due), a.Due.String(), a.Decision, a.Key)
		where += fmt.Sprintf(` AND (undated, due, decision_id, task_key) > ($%d, $%d, $%d, $%d)`, n+1, n+2, n+3, n+4)
	}
	if q.Unit == "" {
		return taskPage(`true` + where), args
	}
	args = append(args, q.Unit)
	return `
		SELECT * FROM (` + taskPage(`unit = $`+strconv.Itoa(len(args))+where) + `) AS own
		UNION ALL
		SELECT * FROM (` + taskPage(`unit = ''`+where) + `) AS anyones` + taskOrder, args
}

const taskOrder = `
		ORDER BY undated, due, decision_id, task_key
		LIMIT $1`

func taskPage(where string) string {
	return `
		SELECT decision_id, task_key, act, rule, role, unit, organ, undated, due
		FROM juece_tasks
		WHERE ` + where + taskOrder
}
