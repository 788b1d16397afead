package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Roles are the names of the two roles that work with the tables of an owner
// who does not. Members of App run the service and the sealer: they add to the
// history and the log, and can change neither. Members of Auditor read, and see
// no text of an opinion and no content of a material.
type Roles struct{ App, Auditor string }

// grants say who may do what, with {app} and {auditor} for the names. What is
// not granted is refused: nobody but the owner may UPDATE, DELETE or TRUNCATE
// the history or the log.
//
//go:embed roles/grants.sql
var grants string

// Grant creates the roles where they are missing, without the right to log in,
// and grants them what they need and nothing else; it may be run again, and is
// to be after every migration. It needs PostgreSQL, the owner of the tables and
// the right to create roles, unless they exist.
func (s *Store) Grant(ctx context.Context, roles Roles) error {
	if s.engine != PostgreSQL {
		return fmt.Errorf("store: grant: %s has no roles: %w", s.engine, errors.ErrUnsupported)
	}
	if roles.App == "" || roles.Auditor == "" || roles.App == roles.Auditor {
		return errors.New("store: grant: two roles of different names are needed")
	}
	names := strings.NewReplacer("{app}", quoted(roles.App), "{auditor}", quoted(roles.Auditor))
	err := s.atomically(ctx, func(x sqlx.ExtContext) error {
		for _, role := range []string{roles.App, roles.Auditor} {
			if err := createRole(ctx, x, role); err != nil {
				return err
			}
		}
		for statement := range strings.SplitSeq(grants, ";\n") {
			if _, err := x.ExecContext(ctx, names.Replace(statement)); err != nil {
				return err
			}
		}
		return nil
	})
	return s.failed(ctx, "grant roles of", s.engine.String(), err)
}

func createRole(ctx context.Context, x sqlx.ExtContext, role string) error {
	var exists bool
	err := sqlx.GetContext(ctx, x, &exists, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)`, role)
	if err != nil || exists {
		return err
	}
	_, err = x.ExecContext(ctx, `CREATE ROLE `+quoted(role)+` NOLOGIN`)
	return err
}

// quoted writes a name as SQL does.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
