package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
)

// Admit implements [delivery.Store].
func (s *Store) Admit(ctx context.Context, subscriber, fingerprint string) error {
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		_, err := x.ExecContext(ctx, `
			INSERT INTO juece_subscribers (name, fingerprint, disabled_at, reason)
			VALUES ($1, $2, 0, '')
			ON CONFLICT (name) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, disabled_at = 0, reason = ''
			WHERE juece_subscribers.fingerprint <> EXCLUDED.fingerprint`, subscriber, fingerprint)
		return err
	})
	return s.failed(ctx, "admit the subscriber", subscriber, err)
}

type eventRow struct {
	Decision  string `db:"decision_id"`
	ID        string `db:"event_id"`
	Seq       int64  `db:"seq"`
	Type      string `db:"type"`
	Body      []byte `db:"body"`
	Organ     string `db:"organ"`
	CreatedAt int64  `db:"created_at"`
}

func (r eventRow) event() delivery.Event {
	return delivery.Event{
		Decision: r.Decision, ID: r.ID, Seq: r.Seq, Type: r.Type, Body: r.Body, Organ: r.Organ, RecordedAt: instant(r.CreatedAt),
	}
}

// Unrouted implements [delivery.Store]. The order of the index needs no
// sorting, and cuts no decision but the last, whose rest follows next time.
func (s *Store) Unrouted(ctx context.Context, limit int) ([]delivery.Event, error) {
	var rows []eventRow
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT o.decision_id, o.event_id, o.seq, o.type, o.body, o.created_at, COALESCE(d.organ, '') AS organ
		FROM juece_outbox AS o
		LEFT JOIN juece_decisions AS d ON d.decision_id = o.decision_id
		WHERE o.routed = 0
		ORDER BY o.decision_id, o.seq, o.event_id
		LIMIT $1`, limit)
	events := make([]delivery.Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, s.failed(ctx, "list events to be routed", "", err)
}

// eventKey names a row of the outbox, or one of its deliveries.
type eventKey struct {
	Decision   string `db:"decision_id" json:"decision"`
	Event      string `db:"event_id" json:"event"`
	Subscriber string `json:"subscriber,omitempty"`
	Seq        int64  `json:"seq,omitempty"`
}

// Route implements [delivery.Store].
func (s *Store) Route(ctx context.Context, events []delivery.Event, targets []delivery.Target, now time.Time) error {
	rows := make([]eventKey, len(targets))
	for i, t := range targets {
		rows[i] = eventKey(t)
	}
	routed := make([]eventKey, len(events))
	for i, e := range events {
		routed[i] = eventKey{Decision: e.Decision, Event: e.ID}
	}
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		if err := s.withKeys(ctx, x, rows, s.engine.choose(`
			INSERT INTO juece_deliveries (decision_id, event_id, subscriber, seq, state, attempts, next_at, settled_at, reason)
			SELECT r.decision, r.event, r.subscriber, r.seq, 'waiting', 0, CAST($2 AS BIGINT), 0, ''
			FROM json_to_recordset(CAST($1 AS JSON)) AS r(decision TEXT, event TEXT, subscriber TEXT, seq BIGINT)
			ON CONFLICT (decision_id, event_id, subscriber) DO NOTHING`, `
			INSERT INTO juece_deliveries (decision_id, event_id, subscriber, seq, state, attempts, next_at, settled_at, reason)
			SELECT value ->> '$.decision', value ->> '$.event', value ->> '$.subscriber', COALESCE(value ->> '$.seq', 0), 'waiting', 0, $2, 0, ''
			FROM json_each($1)
			WHERE true
			ON CONFLICT (decision_id, event_id, subscriber) DO NOTHING`), micros(now)); err != nil {
			return err
		}
		return s.withKeys(ctx, x, routed, `
			UPDATE juece_outbox
			SET routed = 1
			WHERE (decision_id, event_id) IN (`+s.keys()+`)`)
	})
	return s.failed(ctx, "route events", "", err)
}

// keys selects decision and event from the keys that travel as $1.
func (s *Store) keys() string {
	return s.engine.choose(`
		SELECT r.decision, r.event
		FROM json_to_recordset(CAST($1 AS JSON)) AS r(decision TEXT, event TEXT)`, `
		SELECT value ->> '$.decision', value ->> '$.event'
		FROM json_each($1)`)
}

// withKeys runs a statement on rows that travel as its first parameter.
func (s *Store) withKeys(ctx context.Context, x sqlx.ExecerContext, keys []eventKey, statement string, more ...any) error {
	if len(keys) == 0 {
		return nil
	}
	data, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	_, err = x.ExecContext(ctx, statement, append([]any{string(data)}, more...)...)
	return err
}

// Waiting implements [delivery.Store].
func (s *Store) Waiting(ctx context.Context, subscriber string, now time.Time, limit int) ([]delivery.Delivery, error) {
	list, err := s.waiting(ctx, subscriber, now, limit)
	return list, s.failed(ctx, "list what waits for the subscriber", subscriber, err)
}

func (s *Store) waiting(ctx context.Context, subscriber string, now time.Time, limit int) ([]delivery.Delivery, error) {
	var disabled bool // asked for itself: the table has another key
	if err := sqlx.GetContext(ctx, s.reader(), &disabled, `
		SELECT COUNT(*) > 0
		FROM juece_subscribers
		WHERE name = $1 AND disabled_at > 0`, subscriber); err != nil || disabled {
		return nil, err
	}
	var rows []struct {
		eventRow
		Attempts int `db:"attempts"`
	}
	// The limit comes before the joins: a planner that takes decision and event for
	// independent expects next to nothing of them, and then joins all that waits.
	if err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT w.decision_id, w.event_id, w.seq, w.attempts, o.type, o.body, o.created_at, COALESCE(d.organ, '') AS organ
		FROM (
			SELECT w.decision_id, w.event_id, w.seq, w.attempts, w.next_at
			FROM juece_deliveries AS w
			WHERE w.subscriber = $1 AND w.state = 'waiting' AND w.next_at <= $2
				AND NOT EXISTS (
					SELECT 1
					FROM juece_deliveries AS earlier
					WHERE earlier.decision_id = w.decision_id AND earlier.subscriber = $1 AND earlier.state = 'waiting'
						AND (earlier.seq, earlier.event_id) < (w.seq, w.event_id))
			ORDER BY w.next_at, w.decision_id
			LIMIT $3) AS w
		JOIN juece_outbox AS o ON o.decision_id = w.decision_id AND o.event_id = w.event_id
		LEFT JOIN juece_decisions AS d ON d.decision_id = w.decision_id
		ORDER BY w.next_at, w.decision_id`, subscriber, micros(now), limit); err != nil {
		return nil, err
	}
	list := make([]delivery.Delivery, len(rows))
	for i, r := range rows {
		list[i] = delivery.Delivery{Event: r.event(), Subscriber: subscriber, Attempts: r.Attempts}
	}
	return list, nil
}

// Settle implements [delivery.Store]. What comes after an event that failed
// takes over its time, so that nobody looks at it again and again meanwhile.
func (s *Store) Settle(ctx context.Context, o delivery.Outcome) error {
	settled := int64(0)
	if o.State != delivery.Waiting {
		settled = micros(o.At)
	}
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		if o.State == delivery.Waiting {
			// The concatenation keeps SQLite from looking through all that waits for
			// the subscriber for what waits of the decision.
			if _, err := x.ExecContext(ctx, `
				UPDATE juece_deliveries
				SET next_at = $3
				WHERE decision_id = $1 AND subscriber || '' = $2 AND state = 'waiting' AND next_at < $3`,
				o.Decision, o.Subscriber, micros(o.Next)); err != nil {
				return err
			}
		}
		if _, err := x.ExecContext(ctx, `
			UPDATE juece_deliveries
			SET state = $4, attempts = $5, settled_at = $6, reason = $7
			WHERE decision_id = $1 AND event_id = $2 AND subscriber = $3 AND state = 'waiting'`,
			o.Decision, o.Event, o.Subscriber, string(o.State), o.Attempts, settled, string(o.Reason)); err != nil {
			return err
		}
		if !o.Disable {
			return nil
		}
		_, err := x.ExecContext(ctx, `
			UPDATE juece_subscribers
			SET disabled_at = $2, reason = $3
			WHERE name = $1`, o.Subscriber, micros(o.At), string(o.Reason))
		return err
	})
	return s.failed(ctx, "settle an event of", o.Decision, err)
}

// Unreminded implements [delivery.Store].
func (s *Store) Unreminded(ctx context.Context, typ string, from, until calendar.Date, limit int) ([]workflow.Task, error) {
	var rows []taskRow
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT t.decision_id, t.task_key, t.act, t.rule, t.role, t.unit, t.organ, t.undated, t.due
		FROM juece_tasks AS t
		WHERE t.undated = 0 AND t.due >= $2 AND t.due <= $3
			AND NOT EXISTS (
				SELECT 1
				FROM juece_reminders AS r
				WHERE r.decision_id = t.decision_id AND r.task_key = t.task_key AND r.due = t.due AND r.type = $1)
		ORDER BY t.due, t.decision_id, t.task_key
		LIMIT $4`, typ, from.String(), until.String(), limit)
	tasks := make([]workflow.Task, len(rows))
	for i, r := range rows {
		if err == nil {
			tasks[i], err = r.task()
		}
	}
	return tasks, s.failed(ctx, "list tasks that are due until", until.String(), err)
}

// Remind implements [delivery.Store].
func (s *Store) Remind(ctx context.Context, r delivery.Reminder) error {
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		res, err := x.ExecContext(ctx, `
			INSERT INTO juece_reminders (decision_id, task_key, due, type, event_id)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (decision_id, task_key, due, type) DO NOTHING`,
			r.Task.Decision, r.Task.Key, r.Task.Due.String(), r.Event.Type, r.Event.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = x.ExecContext(ctx, `
			INSERT INTO juece_outbox (decision_id, event_id, seq, type, body, created_at)
			SELECT decision_id, $2, version, $3, CAST($4 AS `+s.engine.choose("BYTEA", "BLOB")+`), CAST($5 AS BIGINT)
			FROM juece_decisions
			WHERE decision_id = $1
			ON CONFLICT (decision_id, event_id) DO NOTHING`,
			r.Task.Decision, r.Event.ID, r.Event.Type, nonNil(r.Event.Body), micros(r.At))
		return err
	})
	return s.failed(ctx, "remind of a task of", r.Task.Decision, err)
}

// Sweep implements [delivery.Store].
func (s *Store) Sweep(ctx context.Context, before time.Time, limit int) (int, error) {
	var keys []eventKey
	err := sqlx.SelectContext(ctx, s.reader(), &keys, `
		SELECT o.decision_id, o.event_id
		FROM juece_outbox AS o
		WHERE o.routed = 1 AND o.created_at < $1
			AND NOT EXISTS (
				SELECT 1
				FROM juece_deliveries AS w
				WHERE w.decision_id = o.decision_id AND w.event_id = o.event_id AND w.state <> 'done')
		LIMIT $2`, micros(before), limit)
	if err == nil {
		err = s.atomically(ctx, func(x sqlx.ExtContext) error {
			for _, table := range []string{"juece_deliveries", "juece_outbox"} {
				if err := s.withKeys(ctx, x, keys, `
					DELETE FROM `+table+`
					WHERE (decision_id, event_id) IN (`+s.keys()+`)`); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return len(keys), s.failed(ctx, "sweep the outbox", "", err)
}

// What follows is for an operator.

// Undelivered lists deliveries that are not done.
func (s *Store) Undelivered(ctx context.Context, q delivery.Query) ([]delivery.Listed, error) {
	var rows []struct {
		eventRow
		Subscriber string `db:"subscriber"`
		State      string `db:"state"`
		Attempts   int    `db:"attempts"`
		Reason     string `db:"reason"`
		NextAt     int64  `db:"next_at"`
		SettledAt  int64  `db:"settled_at"`
	}
	where, args := `w.state <> 'done'`, []any{q.Limit}
	if q.Dead {
		where += ` AND w.state = 'dead'`
	}
	if a := q.After; a != nil {
		where += ` AND (w.decision_id, w.seq, w.event_id, w.subscriber) > ($2, $3, $4, $5)`
		args = append(args, a.Decision, a.Seq, a.Event, a.Subscriber)
	}
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT w.decision_id, w.event_id, w.seq, o.type, o.created_at, w.subscriber, w.state, w.attempts, w.reason, w.next_at, w.settled_at
		FROM (
			SELECT w.decision_id, w.event_id, w.seq, w.subscriber, w.state, w.attempts, w.reason, w.next_at, w.settled_at
			FROM juece_deliveries AS w
			WHERE `+where+`
			ORDER BY w.decision_id, w.seq, w.event_id, w.subscriber
			LIMIT $1) AS w
		JOIN juece_outbox AS o ON o.decision_id = w.decision_id AND o.event_id = w.event_id
		ORDER BY w.decision_id, w.seq, w.event_id, w.subscriber`, args...)
	list := make([]delivery.Listed, len(rows))
	for i, r := range rows {
		list[i] = delivery.Listed{
			Decision: r.Decision, Seq: r.Seq, Event: r.ID, Type: r.Type, Subscriber: r.Subscriber,
			State: delivery.State(r.State), Attempts: r.Attempts, Reason: delivery.Reason(r.Reason), RecordedAt: instant(r.CreatedAt),
		}
		if list[i].State == delivery.Waiting {
			list[i].NextAt = instant(r.NextAt)
		} else {
			list[i].SettledAt = instant(r.SettledAt)
		}
	}
	return list, s.failed(ctx, "list events that are not delivered", "", err)
}

// Retry lets dead deliveries of an event wait again from now on, for one
// subscriber or for all when it is "", and says how many there were.
func (s *Store) Retry(ctx context.Context, event, subscriber string, now time.Time) (n int64, err error) {
	err = s.atomically(ctx, func(x sqlx.ExtContext) error {
		res, err := x.ExecContext(ctx, `
			UPDATE juece_deliveries
			SET state = 'waiting', attempts = 0, next_at = $3, settled_at = 0
			WHERE event_id = $1 AND state = 'dead' AND ($2 = '' OR subscriber = $2)`, event, subscriber, micros(now))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, s.failed(ctx, "retry the event", event, err)
}

// Enable lets a subscriber that was disabled be told again, and reports whether
// there was one.
func (s *Store) Enable(ctx context.Context, subscriber string) (was bool, err error) {
	err = s.atomically(ctx, func(x sqlx.ExtContext) error {
		res, err := x.ExecContext(ctx, `
			UPDATE juece_subscribers
			SET disabled_at = 0, reason = ''
			WHERE name = $1 AND disabled_at > 0`, subscriber)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		was = n > 0
		return err
	})
	return was, s.failed(ctx, "enable the subscriber", subscriber, err)
}

// Subscribers lists the subscribers that there were.
func (s *Store) Subscribers(ctx context.Context) ([]delivery.Status, error) {
	var rows []struct {
		Name       string `db:"name"`
		DisabledAt int64  `db:"disabled_at"`
		Reason     string `db:"reason"`
	}
	err := sqlx.SelectContext(ctx, s.reader(), &rows, `
		SELECT name, disabled_at, reason
		FROM juece_subscribers
		ORDER BY name`)
	list := make([]delivery.Status, len(rows))
	for i, r := range rows {
		list[i] = delivery.Status{Name: r.Name, Reason: delivery.Reason(r.Reason)}
		if r.DisabledAt > 0 {
			list[i].DisabledAt = instant(r.DisabledAt)
		}
	}
	return list, s.failed(ctx, "list subscribers", "", err)
}
