package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
)

// queueBound is where counting ends: who watches a queue needs to know that it
// is long, and must not pay for how long.
const queueBound = 100_000

// Queues say what waits in the database, for who watches it. Counting ends at
// 100,000 of each.
type Queues struct {
	Unrouted    int64         // events of which it is not decided yet who is told
	Undelivered []Undelivered // by subscriber and state, those of nothing left out
	Overdue     int64         // open tasks whose day is past
}

// Undelivered counts the deliveries of a subscriber that are in one state.
type Undelivered struct {
	Subscriber string         `db:"subscriber"`
	State      delivery.State `db:"state"` // Waiting or Dead
	Count      int64          `db:"n"`
}

// Queues counts what waits. Each number comes from an index of what waits only
// and no further than the bound, so that asking often is cheap.
func (s *Store) Queues(ctx context.Context, today calendar.Date) (Queues, error) {
	var q Queues
	err := sqlx.GetContext(ctx, s.reader(), &q.Unrouted, `
		SELECT COUNT(*)
		FROM (SELECT seq FROM juece_outbox WHERE routed = 0 LIMIT $1) AS queue`, queueBound)
	if err == nil {
		err = sqlx.SelectContext(ctx, s.reader(), &q.Undelivered, `
			SELECT subscriber, state, COUNT(*) AS n
			FROM (SELECT subscriber, state FROM juece_deliveries WHERE state <> 'done' LIMIT $1) AS queue
			GROUP BY subscriber, state
			ORDER BY subscriber, state`, queueBound)
	}
	if err == nil {
		err = sqlx.GetContext(ctx, s.reader(), &q.Overdue, `
			SELECT COUNT(*)
			FROM (SELECT due FROM juece_tasks WHERE undated = 0 AND due < $2 LIMIT $1) AS queue`, queueBound, today.String())
	}
	return q, s.failed(ctx, "count what waits on", today.String(), err)
}
