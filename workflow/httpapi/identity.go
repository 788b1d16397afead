package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/language"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// access says who may call an operation.
type access struct {
	roles []decision.Role
	// judged: others are let through as far as the service, which refuses
	// them, notes the attempt and says why.
	judged bool
}

// The table of access.
//
//	operation                               | who
//	list, read, history, missing, tasks,    | every role but public, in the cases of their
//	score sheet, download a material,       | organ; an auditor in every case; a supervisor in the
//	                                        | cases of the organs that his identity lists
//	statistics, drafts and their diffs,     |
//	streams of entries as they are recorded |
//	the package under review                | packageReaders, same cases
//	statements in the meeting, its minutes  | deliberationReaders; from others they are withheld in
//	                                        | history, materials, receipts and dossier alike
//	read opinions                           | opinionReaders, same cases
//	  who gave them, and how to reach them  | wholeCase
//	download a restricted material          | restrictedReaders
//	upload a material                       | every role but public and auditor, same cases
//	an act                                  | the roles of the act; the service judges
//	submit opinions                         | public; an undertaking or executing unit, same cases
//	proofs of a history, its dossier,       | who may read it; what is restricted, and opinions, are
//	receipts of entries                     | withheld from who may not read those
//	receipt of an opinion                   | who knows its digest: its author
//	catalogues of acts, packs and sheets,   | every role
//	checkpoints and consistency of the log  |
//
// An identity that names cases (decision.Actor.Cases) reaches these and no
// other, whatever its roles.
func everyone() access { return access{roles: roles()} }
func readers() access  { return access{roles: without(roles(), workflow.RolePublic)} }

func editors() access {
	return access{roles: without(roles(), workflow.RolePublic, workflow.RoleAuditor)}
}

func commenters() access {
	return access{roles: []decision.Role{workflow.RolePublic, workflow.RoleUndertakingUnit, workflow.RoleExecutingUnit}}
}

// wholeCase are the roles that see a case with everything in it: who decides,
// who answers for the procedure, who undertakes it, who supervises.
func wholeCase() []decision.Role {
	return []decision.Role{
		workflow.RoleDecisionOrgan, workflow.RoleChiefExecutive, workflow.RoleGovOffice, workflow.RoleUndertakingUnit,
		workflow.RoleSupervisor, workflow.RoleAuditor,
	}
}

// restrictedReaders adds those to whom the whole package (Art 26), the dossier
// of the meeting (Art 29) or the final file (Art 33) goes.
func restrictedReaders() []decision.Role {
	return append(wholeCase(), workflow.RoleLegalityReviewer, workflow.RoleMeetingSecretary, workflow.RoleArchivist)
}

// opinionReaders adds those who handle opinions on what was issued (Art 35 ¶2)
// and who evaluate it (Art 36).
func opinionReaders() access {
	return access{roles: append(restrictedReaders(), workflow.RoleExecutingUnit, workflow.RoleEvaluator)}
}

// packageReaders adds legal counsel, who advises on the package (Art 28).
func packageReaders() access {
	return access{roles: append(restrictedReaders(), workflow.RoleLegalAdviser, workflow.RoleGovLawyer)}
}

func actors(kind decision.Kind) access { return access{roles: workflow.Permitted(kind), judged: true} }

func roles() []decision.Role {
	return []decision.Role{
		workflow.RoleDecisionOrgan, workflow.RoleChiefExecutive, workflow.RoleGovOffice, workflow.RoleMeetingSecretary,
		workflow.RoleUndertakingUnit, workflow.RoleConsultedUnit, workflow.RolePublic, workflow.RoleExpert,
		workflow.RoleRiskAssessor, workflow.RoleFairCompetition, workflow.RoleLegalityReviewer, workflow.RoleLegalAdviser,
		workflow.RoleGovLawyer, workflow.RoleArchivist, workflow.RoleExecutingUnit, workflow.RoleEvaluator,
		workflow.RoleSupervisor, workflow.RoleAuditor,
	}
}

func without(all []decision.Role, some ...decision.Role) []decision.Role {
	return slices.DeleteFunc(all, func(r decision.Role) bool { return slices.Contains(some, r) })
}

// admits reports whether an actor is let through.
func (a access) admits(actor decision.Actor) bool { return a.judged || a.names(actor) }

// names reports whether an actor holds one of the roles.
func (a access) names(actor decision.Actor) bool {
	return slices.ContainsFunc(actor.Roles, func(r decision.Role) bool { return slices.Contains(a.roles, r) })
}

// caller is who calls, and the language to answer in.
type caller struct {
	decision.Actor
	lang string
}

func (c caller) has(role decision.Role) bool { return slices.Contains(c.Roles, role) }

// of reports whether the caller belongs to an organ.
func (c caller) of(organ string) bool { return c.Organ != "" && c.Organ == organ }

// mayRead reports whether the caller may read the cases of an organ, "" for all
// of them.
func (c caller) mayRead(organ string) bool { return workflow.Reads(c.Actor, organ) }

// maySeeContacts reports whether the caller may know who gave an opinion, and
// how to reach them.
func (c caller) maySeeContacts(in workflow.Case) bool { return c.holds(wholeCase(), in) }

// maySeeDeliberation reports whether the caller may know who said what in the
// meeting (政府信息公开条例 Art 16). To whom the dossier of the meeting or the
// final file goes, he does; who was asked for an opinion on the way does not.
func (c caller) maySeeDeliberation(in workflow.Case) bool { return c.holds(restrictedReaders(), in) }

// maySeeRestricted reports whether the caller may have restricted materials.
func (c caller) maySeeRestricted(in workflow.Case) bool { return c.holds(restrictedReaders(), in) }

// holds reports whether the caller has one of the roles in a case. A unit
// undertakes only the cases that it was named for.
func (c caller) holds(roles []decision.Role, in workflow.Case) bool {
	return slices.ContainsFunc(roles, func(r decision.Role) bool {
		return c.has(r) && (r != workflow.RoleUndertakingUnit || undertakes(in, c.Unit))
	})
}

func undertakes(c workflow.Case, unit string) bool {
	last, assigned := decision.Last(c.Decision.Assignments)
	return !assigned || slices.ContainsFunc(last.Act.Units, func(u decision.AssignedUnit) bool { return u.Unit == unit })
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// ErrNotPermitted is for [Options.Identify] to wrap: who calls is known, and
// may not call as he asks to.
var ErrNotPermitted = errors.New("httpapi: the caller may not call as he asks to")

// identify lets through who is identified and may call the operation. It fails
// closed: an identity that is not whole is none.
func (s *server) identify(may access) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		actor, err := s.actor(ctx)
		var wait time.Duration
		if err == nil {
			wait = s.opts.Limit(ctx, actor)
		}
		switch {
		case errors.Is(err, ErrNotPermitted):
			s.refuse(ctx, http.StatusForbidden)
		case err != nil:
			ctx.SetHeader("WWW-Authenticate", "Bearer")
			s.refuse(ctx, http.StatusUnauthorized)
		case wait > 0:
			ctx.SetHeader("Retry-After", seconds(wait))
			s.refuse(ctx, http.StatusTooManyRequests)
		case !may.admits(actor):
			s.refuse(ctx, http.StatusForbidden)
		default:
			next(huma.WithValue(ctx, callerKey{}, caller{actor, preferred(ctx.Header("Accept-Language"))}))
		}
	}
}

func (s *server) actor(ctx huma.Context) (decision.Actor, error) {
	actor, err := s.opts.Identify(ctx)
	if err == nil {
		err = decision.ValidateValue("actor", actor)
	}
	return actor, err
}

// identified asks again who calls, of an answer that goes on.
func (s *server) identified(ctx huma.Context, may access) (caller, error) {
	actor, err := s.actor(ctx)
	switch {
	case errors.Is(err, ErrNotPermitted), err == nil && !may.admits(actor):
		return caller{}, coded{code: "not_permitted"}
	case err != nil:
		return caller{}, coded{code: "unauthenticated"}
	}
	return caller{actor, preferred(ctx.Header("Accept-Language"))}, nil
}

// refuse answers through huma; [asProblem] makes it a problem on the way out.
func (s *server) refuse(ctx huma.Context, status int, details ...error) {
	if err := huma.WriteErr(s.api, ctx, status, http.StatusText(status), details...); err != nil {
		s.opts.Logger.ErrorContext(ctx.Context(), "answer a refusal", "error", err)
	}
}

// read returns a case that the caller may read. One that may not be read does
// not exist for the caller.
func (s *server) read(ctx context.Context, who caller, id string) (workflow.Case, error) {
	c, _, _, err := s.readAt(ctx, who, id, workflow.Moment{})
	return c, err
}

// readAt is read at a moment, with the entries by then and the day to judge on.
func (s *server) readAt(ctx context.Context, who caller, id string, at workflow.Moment) (workflow.Case, []history.Record, calendar.Date, error) {
	if !who.Reaches(id) {
		return workflow.Case{}, nil, calendar.Date{}, workflow.ErrNotFound
	}
	c, records, on, err := s.svc.ReadAt(ctx, id, at)
	if err == nil && !who.mayRead(c.Organ().Name) {
		err = workflow.ErrNotFound
	}
	if err != nil {
		return workflow.Case{}, nil, calendar.Date{}, err
	}
	return c, records, on, nil
}

// unseen hides what a refusal would tell of a case from who may not read it.
// Who holds no role for the act was refused whatever case he named: that tells
// nothing.
func (s *server) unseen(ctx context.Context, who caller, id string, kind decision.Kind, err error) error {
	var refused *workflow.RefusedError
	if !errors.As(err, &refused) || refused.Code != workflow.CodeRole || !actors(kind).names(who.Actor) {
		return err
	}
	if _, hidden := s.read(ctx, who, id); hidden != nil {
		return hidden
	}
	return err
}

// preferred picks "zh" or "en" from an Accept-Language header; Chinese is the
// default.
func preferred(accept string) string {
	// Chinese stands twice: by itself it is the simplified script, which is no
	// match for a reader of the other one.
	offered := language.NewMatcher([]language.Tag{language.Chinese, language.TraditionalChinese, language.English})
	if _, i := language.MatchStrings(offered, accept); i == 2 {
		return "en"
	}
	return "zh"
}
