package delivery

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// remind puts a reminder into the outbox for each task that is due soon, and
// for each whose day has passed: one of each for a task and its day, and none of
// a type that nobody asks for.
func (t *turn) remind(ctx context.Context) error {
	now := t.now()
	if t.Calendar == nil || now.Sub(t.reminded) < remindEvery {
		return nil
	}
	today := calendar.DateOf(now)
	soon, err := t.Calendar.AddWorkingDays(today, t.dueWithin())
	if err == nil {
		err = t.remindOf(ctx, TypeTaskDue, today, soon.Date)
	}
	if err == nil {
		err = t.remindOf(ctx, TypeTaskOverdue, calendar.Date{}, today.AddDays(-1))
	}
	if err == nil {
		t.reminded = now
	}
	return err
}

// remindOf reminds of the tasks that are due from one day to another.
func (t *turn) remindOf(ctx context.Context, typ string, from, until calendar.Date) error {
	if !slices.ContainsFunc(t.Subscribers, func(s Subscriber) bool { return s.takes(typ) }) {
		return nil
	}
	for {
		tasks, err := t.Store.Unreminded(ctx, typ, from, until, page)
		if err != nil {
			return err
		}
		for _, task := range tasks {
			r, err := t.reminder(typ, task)
			if err == nil {
				err = t.Store.Remind(ctx, r)
			}
			if err != nil {
				return err
			}
			t.count(func(r *Report) { r.Reminded++ })
		}
		if len(tasks) < page {
			return nil
		}
	}
}

func (t *turn) reminder(typ string, task workflow.Task) (Reminder, error) {
	now := t.now()
	left, provisional, err := t.workingDays(calendar.DateOf(now), task.Due)
	if err != nil {
		return Reminder{}, err
	}
	body, err := json.Marshal(TaskDue{
		Act: task.Act, Rule: task.Rule, Role: task.Role, Unit: task.Unit, Organ: task.Organ,
		Due: task.Due, WorkingDays: left, Provisional: provisional,
	})
	if err != nil {
		return Reminder{}, err
	}
	// The id follows from what it is about, so that the reminder stays one
	// whoever gives it.
	about := strings.Join([]string{typ, task.Decision, task.Key, task.Due.String()}, "\x00")
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte(about)).String()
	return Reminder{Task: task, Event: workflow.Event{ID: id, Type: typ, Body: body}, At: now}, nil
}

// farthest is how many days are counted at most, as a calendar does.
const farthest = 10_000

// workingDays counts from today to a due day; below zero, back to one that has
// passed.
func (t *turn) workingDays(today, due calendar.Date) (n int, provisional bool, err error) {
	sign, from, to := 1, today, due
	if due.Before(today) {
		sign, from, to = -1, due, today
	}
	if to.DaysSince(from) > farthest {
		from = to.AddDays(-farthest)
	}
	span, err := t.Calendar.Between(from, to)
	// The due day itself may rest on a notice that is not out.
	provisional = span.Provisional || t.Calendar.Day(due).Provisional
	return sign * int(span.WorkingDays), provisional, err
}
