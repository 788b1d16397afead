package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// moveDecision takes the state row from the version before to this one, or
// creates it for the first entry, and touches no row when another act came
// first. The entries say whether the number is the next one; the state row is
// what concurrent acts queue for, and the last WHERE is judged on the row as
// the winner left it. The key ($12, $13) must not have carried an act yet.
const moveDecision = `
	INSERT INTO juece_decisions (decision_id, version, head, stage, title, organ, lead_unit,
		pack, pack_name, created_at, updated_at)
	SELECT $1, CAST($2 AS BIGINT), $3, $4, $5, $6, $7, $8, $9, CAST($10 AS BIGINT), CAST($11 AS BIGINT)
	WHERE CAST($2 AS BIGINT) - 1 = (SELECT COALESCE(MAX(seq), 0) FROM juece_entries WHERE decision_id = $1)
		AND NOT EXISTS (SELECT 1 FROM juece_idempotency WHERE decision_id = $1 AND actor = $12 AND use_key = $13)
	ON CONFLICT (decision_id) DO UPDATE SET
		version = EXCLUDED.version, head = EXCLUDED.head, stage = EXCLUDED.stage, title = EXCLUDED.title,
		organ = EXCLUDED.organ, lead_unit = EXCLUDED.lead_unit, pack = EXCLUDED.pack,
		pack_name = EXCLUDED.pack_name, created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at
	WHERE juece_decisions.version = EXCLUDED.version - 1`

func moveArgs(w workflow.Write) []any {
	d, u := w.Summary, use(w)
	return []any{
		d.Decision, d.Version, string(d.Head), d.Stage, d.Title, d.Organ, d.LeadUnit,
		string(d.Pack), d.PackName, micros(d.CreatedAt), micros(d.UpdatedAt),
		u.Actor, u.Key,
	}
}

type summaryRow struct {
	Decision  string `db:"decision_id"`
	Version   int64  `db:"version"`
	Head      string `db:"head"`
	Stage     string `db:"stage"`
	Title     string `db:"title"`
	Organ     string `db:"organ"`
	LeadUnit  string `db:"lead_unit"`
	Pack      string `db:"pack"`
	PackName  string `db:"pack_name"`
	CreatedAt int64  `db:"created_at"`
	UpdatedAt int64  `db:"updated_at"`
}

func (r summaryRow) summary() workflow.Summary {
	return workflow.Summary{
		Decision: r.Decision, Version: r.Version, Head: history.Digest(r.Head),
		Stage: r.Stage, Title: r.Title, Organ: r.Organ, LeadUnit: r.LeadUnit,
		Pack: history.Digest(r.Pack), PackName: r.PackName,
		CreatedAt: instant(r.CreatedAt), UpdatedAt: instant(r.UpdatedAt),
	}
}

// List implements [workflow.Store].
func (s *Store) List(ctx context.Context, q workflow.Query) ([]workflow.Summary, error) {
	query, args := listQuery(q)
	var rows []summaryRow
	if err := sqlx.SelectContext(ctx, s.reader(), &rows, query, args...); err != nil {
		return nil, s.failed(ctx, "list decisions after", q.After, err)
	}
	list := make([]workflow.Summary, len(rows))
	for i, r := range rows {
		list[i] = r.summary()
	}
	return list, nil
}

// listQuery leaves out the filters that are not asked for, so that the planner
// sees which index gives the order.
func listQuery(q workflow.Query) (string, []any) {
	page, order, args := `decision_id > $1`, `decision_id`, []any{q.After}
	if q.ByChange {
		page, order, args = `(updated_at, decision_id) > ($1, $2)`, `updated_at, decision_id`, []any{micros(q.AfterChanged), q.After}
	}
	where := ""
	restrict := func(condition, value string) {
		if value != "" {
			args = append(args, value)
			where += condition + strconv.Itoa(len(args))
		}
	}
	restrict(` AND organ = $`, q.Organ)
	restrict(` AND stage = $`, q.Stage)
	restrict(` AND lead_unit = $`, q.LeadUnit)
	bound := func(condition string, at time.Time) {
		if !at.IsZero() {
			args = append(args, micros(at))
			where += condition + strconv.Itoa(len(args))
		}
	}
	bound(` AND created_at >= $`, q.Opened.From)
	bound(` AND created_at < $`, q.Opened.Before)
	bound(` AND updated_at >= $`, q.Changed.From)
	bound(` AND updated_at < $`, q.Changed.Before)
	within, args := amongCases(q.Cases, args)
	args = append(args, q.Limit)
	return `
		SELECT decision_id, version, head, stage, title, organ, lead_unit, pack, pack_name, created_at, updated_at
		FROM juece_decisions
		WHERE ` + page + where + within + `
		ORDER BY ` + order + `
		LIMIT $` + strconv.Itoa(len(args)), args
}

// amongCases restricts rows to the decisions named, when there are any.
func amongCases(cases []string, args []any) (where string, with []any) {
	if len(cases) == 0 {
		return "", args
	}
	places := make([]string, len(cases))
	for i, id := range cases {
		args = append(args, id)
		places[i] = "$" + strconv.Itoa(len(args))
	}
	return ` AND decision_id IN (` + strings.Join(places, ", ") + `)`, args
}
