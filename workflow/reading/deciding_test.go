package reading_test

import (
	"slices"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
)

// Chapter 3: legality review, discussion, publication, filing.

// opinion is the review that counts for the version at hand: the last on it,
// or else the last of all.
func opinion(r record) (one[decision.IssueLegalityOpinion], bool) {
	list := all[decision.IssueLegalityOpinion](r)
	for _, o := range slices.Backward(list) {
		if o.act.Draft == r.target() || o.act.Draft == 0 {
			return o, true
		}
	}
	return last[decision.IssueLegalityOpinion](r)
}

// confirmed is the reviewer's last word on the version at hand.
func confirmed(r record) (one[decision.ConfirmStillStands], bool) {
	for _, c := range slices.Backward(all[decision.ConfirmStillStands](r)) {
		if c.act.Draft == r.target() && c.act.Draft != 0 {
			return c, true
		}
	}
	return one[decision.ConfirmStillStands]{}, false
}

var reviewing = map[string]func(record) answer{
	"R25.1": func(r record) answer { // Art 25 ¶1
		opinions := all[decision.IssueLegalityOpinion](r)
		if len(opinions) == 0 {
			return broken
		}
		unsaid := r.target() == 0
		for _, o := range opinions {
			if o.act.Draft == 0 {
				unsaid = true
				continue
			}
			if o.act.Draft == r.target() {
				text := r.textOf(r.target())
				c, ok := confirmed(r) // who signs for this very version has read it
				signed := ok && yes(c.act.Verified)
				return when(text != "" && o.act.Read != nil && !slices.Contains(o.act.Read, text) && !signed)
			}
		}
		if c, ok := confirmed(r); ok {
			return unless(c.act.Verified != nil, when(no(c.act.Verified)))
		}
		for _, c := range all[decision.ConfirmStillStands](r) {
			unsaid = unsaid || c.act.Draft == 0 // it may be of this version
		}
		return unless(!unsaid, broken)
	},
	"R25.2": func(r record) answer {
		if some[decision.IssueLegalityOpinion](r) {
			return fine
		}
		reviewers := map[string]bool{}
		for _, s := range all[decision.SubmitForReview](r) {
			reviewers[s.act.Reviewer] = true
		}
		return when(slices.ContainsFunc(all[decision.RecordReply](r), func(a one[decision.RecordReply]) bool {
			return reviewers[a.act.Unit] || slices.Contains(a.Actor.Roles, workflow.RoleLegalityReviewer)
		}))
	},
	"R25.3": func(r record) answer { // Art 25 ¶2
		o, ok := opinion(r)
		if !ok {
			return broken
		}
		switch o.act.Conclusion {
		case "lawful":
			return fine
		case "lawful_after_changes":
			c, ok := confirmed(r)
			return unless(!ok || c.Seq < o.Seq || c.act.Verified != nil, when(!ok || c.Seq < o.Seq || !yes(c.act.Verified)))
		case "no_state_rule":
			return when(!some[decision.InvokeReform](r))
		case "unlawful":
			return broken
		}
		return open
	},
	"R25.4": func(r record) answer {
		o, reviewed := opinion(r)
		used, invoked := last[decision.InvokeReform](r)
		needed := o.act.Conclusion == "no_state_rule"
		switch {
		case reviewed && o.act.Conclusion != "" && !needed, !invoked && !needed:
			return fine
		case !invoked:
			return broken
		case used.act.NoStateRule == "" || len(used.act.Risks) == 0 || used.act.InvokedBy == "":
			return open
		case used.act.Draft != 0 && r.target() != 0 && used.act.Draft != r.target():
			return broken
		}
		bad := func(h decision.Head) bool { return h.Finding == "does_not_conform" }
		return when(bad(o.act.Powers) || bad(o.act.Procedure) || bad(o.act.Content))
	},
	"R26.1": func(r record) answer { // Art 26 ¶1
		s, ok := last[decision.SubmitForReview](r)
		if !ok {
			return broken
		}
		if _, made := r.submitted(s.act.Draft); s.act.Draft != 0 && !made && s.act.Procedure.Known() && len(s.act.Materials) > 0 {
			return broken
		}
		text := r.textOf(s.act.Draft)
		in := slices.ContainsFunc(s.act.Materials, func(m decision.Material) bool { return m.Digest == text })
		return unless(s.act.Procedure.Known() && len(s.act.Materials) > 0, when(text != "" && !in))
	},
	"R26.2": func(r record) answer {
		asked, ok := last[decision.RequestSupplement](r)
		sent, _ := last[decision.SubmitForReview](r)
		given, _ := last[decision.SupplementPackage](r)
		back, _ := last[decision.ReturnPackage](r)
		return when(back.Seq > sent.Seq || ok && asked.Seq > sent.Seq && given.Seq < asked.Seq)
	},
	"R26.3": func(r record) answer { // Art 26 ¶2
		sent, ok := last[decision.SubmitForReview](r)
		if !ok {
			return broken
		}
		from, due := sent.OccurredOn, sent.act.OpinionDue
		if s, ok := last[decision.SupplementPackage](r); ok && s.Seq > sent.Seq {
			from, due = s.OccurredOn, s.act.OpinionDue
		}
		if from.IsZero() || due.IsZero() {
			return open
		}
		return when(workdays(from, due) < 7)
	},
	"R27.1": func(r record) answer { // Art 27
		o, ok := last[decision.IssueLegalityOpinion](r)
		if !ok {
			return broken
		}
		w := fine
		for _, h := range []decision.Head{o.act.Powers, o.act.Procedure, o.act.Content} {
			c := o.act.Conclusion
			against := h.Finding == "does_not_conform" && c != "unlawful" && c != "" ||
				h.Finding == "conforms_after_changes" && c == "lawful" ||
				h.Finding == "no_state_rule" && (c == "lawful" || c == "lawful_after_changes")
			w = worst(w, unless(h.Finding != "" && h.Basis != "", when(against)))
		}
		return w
	},
	"R28.1": func(r record) answer { // Art 28: counsel's opinion belongs to the review that is concluded
		sent, _ := last[decision.SubmitForReview](r)
		version := sent.act.Draft
		if r.at("issue_legality_opinion") {
			if o := r.gate.Act.(decision.IssueLegalityOpinion); o.Draft != 0 {
				version = o.Draft
			}
		}
		opinions := all[decision.FileCounselOpinion](r)
		onIt := slices.ContainsFunc(opinions, func(o one[decision.FileCounselOpinion]) bool { return o.act.Draft == version || o.act.Draft == 0 })
		return when(len(opinions) == 0 || version != 0 && !onIt)
	},
	"R28.2": func(r record) answer {
		o, ok := last[decision.IssueLegalityOpinion](r)
		return worst(when(!ok), unless(!ok || o.act.Reviewer != "" && o.act.Name != "", fine))
	},
	"R28.3": func(r record) answer {
		o, _ := opinion(r)
		answered := map[int]bool{}
		for _, a := range all[decision.RespondToReview](r) {
			for _, x := range a.act.Responses {
				answered[x.No] = answered[x.No] || a.Seq > o.Seq
			}
		}
		w := fine
		for _, c := range o.act.Comments {
			w = worst(w, unless(answered[c.No] || !answered[0] && c.No != 0, when(!answered[c.No])))
		}
		return w
	},
	"R28.4": func(r record) answer {
		o, ok := last[decision.FileCounselOpinion](r)
		if !ok {
			return fine
		}
		var e *decision.EngageCounsel
		for _, x := range all[decision.EngageCounsel](r) {
			if x.act.Counsel == o.act.Counsel && x.Seq < o.Seq {
				e = &x.act
			}
		}
		switch {
		case o.act.Counsel == "":
			return open
		case o.Actor.ID != "" && o.Actor.ID != o.act.Counsel && o.Actor.OnBehalfOf != o.act.Counsel || e == nil:
			return broken
		case o.OccurredOn.IsZero() || e.From.IsZero() || e.To.IsZero():
			return open
		case o.OccurredOn.Before(e.From) || o.OccurredOn.After(e.To):
			return broken
		}
		return unless(e.Conflict != nil && e.Scope != nil, when(yes(e.Conflict) || !slices.Contains(e.Scope, "decision")))
	},
	"S25.1": func(r record) answer {
		o, ok := last[decision.IssueLegalityOpinion](r)
		if !ok {
			return fine
		}
		w := open
		for _, d := range all[decision.SubmitDraft](r) {
			if d.Actor.ID != "" && (d.Actor.ID == o.act.Name || d.Actor.ID == o.Actor.ID) {
				return broken
			}
			if d.Actor.ID != "" && o.act.Name != "" {
				w = fine
			}
		}
		return w
	},
}

// workdays counts the working days after a day up to another, one by one.
func workdays(after, until calendar.Date) int {
	n := 0
	for day := after.AddDays(1); !day.After(until); day = day.AddDays(1) {
		if calendar.China().Day(day).Working {
			n++
		}
	}
	return n
}

// meeting is the last meeting with what was said in it.
func meeting(r record) (m one[decision.OpenMeeting], said []one[decision.RecordStatement], ok bool) {
	m, ok = last[decision.OpenMeeting](r)
	for _, s := range all[decision.RecordStatement](r) {
		if s.Seq > m.Seq {
			said = append(said, s)
		}
	}
	return m, said, ok
}

var deciding = map[string]func(record) answer{
	"R29.1": func(r record) answer { // Art 29 (1)–(6)
		in := func(m decision.Material) bool {
			placed, ok := last[decision.PlaceOnAgenda](r)
			return !ok || m.Digest == "" || slices.ContainsFunc(placed.act.Dossier, func(x decision.Material) bool { return x.Digest == m.Digest })
		}
		whole := some[decision.PlaceOnAgenda](r) || r.gate != nil // a whole file shows what went to the meeting
		_, made := r.submitted(r.target())
		whole = whole && some[decision.SubmitDraft](r) && (made || r.target() == 0) && in(decision.Material{Digest: r.textOf(r.target())})
		if owed, known := r.owed(decision.StepCompetition); owed && known {
			c, ok := last[decision.FileCompetitionReview](r)
			whole = whole && ok && in(c.act.Text)
		}
		whole = whole && (!heard(r) || some[decision.StateAdoption](r))
		for _, o := range all[decision.FileExpertOpinion](r) {
			whole = whole && slices.ContainsFunc(all[decision.DisposeExpertOpinion](r), func(d one[decision.DisposeExpertOpinion]) bool { return d.act.Expert == o.act.Expert })
		}
		if a, ok := last[decision.FileRiskAssessment](r); ok {
			whole = whole && in(a.act.Report)
		}
		o, ok := opinion(r)
		if placed, has := last[decision.PlaceOnAgenda](r); has && placed.act.Dossier == nil {
			return open // what went to the meeting is not told
		}
		placed, _ := last[decision.PlaceOnAgenda](r)
		untold := slices.ContainsFunc(placed.act.Dossier, func(m decision.Material) bool { return m.Digest == "" })
		short := !whole || !ok || !in(o.act.Text)
		return unless(!short || !untold, when(short))
	},
	"R30.1": func(r record) answer { // Art 30 ¶1
		placed, has := last[decision.PlaceOnAgenda](r)
		m, met := last[decision.OpenMeeting](r)
		forum := placed.act.Forum
		if met && !r.at("place_on_agenda") {
			forum = m.act.Forum
			other := has && (placed.act.Forum != "" && forum != "" && placed.act.Forum != forum || placed.act.Draft != 0 && m.act.Draft != 0 && placed.act.Draft != m.act.Draft)
			stranger := m.act.Chief != "" && m.act.Members != nil && !slices.ContainsFunc(m.act.Members, func(x decision.Member) bool { return x.ID == m.act.Chief })
			if other || stranger {
				return broken
			}
		}
		if !met && !has {
			return broken
		}
		return unless(forum != "", when(forum != "executive_meeting" && forum != "plenary_meeting"))
	},
	"R30.2": func(r record) answer {
		m, met := last[decision.OpenMeeting](r)
		d, decided := last[decision.Decide](r)
		switch {
		case !met || !decided:
			return broken
		case !d.OccurredOn.IsZero() && !m.OccurredOn.IsZero() && d.OccurredOn.Before(m.OccurredOn):
			return broken
		case d.act.Draft != 0 && m.act.Draft != 0 && d.act.Draft != m.act.Draft:
			return broken
		case (r.at("publish") || r.at("withhold_publication")) && (d.act.Outcome == "rejected" || d.act.Outcome == "deferred"):
			return broken // what was not adopted is not issued
		}
		return unless(d.act.Decider != "" && m.act.Chief != "" && (d.act.Decider == m.act.Chief || !blank(d.act.Delegation)), fine)
	},
	"R30.3": func(r record) answer { // Art 30 ¶2
		m, said, ok := meeting(r)
		if !ok {
			return broken
		}
		if m.act.Members == nil || m.act.Chief == "" {
			return open
		}
		spoke := map[string]int64{}
		for _, s := range said {
			spoke[s.act.Member] = s.Seq
		}
		if spoke[""] > 0 {
			return open
		}
		silent, chiefHere := false, false
		for _, x := range m.act.Members {
			if x.Present == nil {
				return open
			}
			chiefHere = chiefHere || *x.Present && x.ID == m.act.Chief
			silent = silent || *x.Present && x.ID != m.act.Chief && spoke[x.ID] == 0
		}
		late := false
		for who, seq := range spoke {
			late = late || who != m.act.Chief && seq > spoke[m.act.Chief]
		}
		return when(silent || chiefHere && (spoke[m.act.Chief] == 0 || late))
	},
	"R30.4": func(r record) answer {
		d, decided := last[decision.Decide](r)
		m, said, met := meeting(r)
		if !decided {
			return fine // R30.2 asks for the decision
		}
		if !met || m.act.Members == nil || len(said) == 0 || d.act.Outcome == "" {
			return open
		}
		position := map[string]string{}
		for _, s := range said {
			position[s.act.Member] = s.act.Position
		}
		here, yeas, nays := 0, 0, 0
		for _, x := range m.act.Members {
			if yes(x.Present) {
				here++
				if strings.HasPrefix(position[x.ID], "agree") {
					yeas++
				}
				if position[x.ID] == "disagree" {
					nays++
				}
			}
		}
		against := yeas
		if d.act.Outcome == "adopted" {
			against = nays
		}
		return unless(against*2 <= here || !blank(d.act.ReasonAgainstMajority), fine)
	},
	"R30.5": func(r record) answer { // Art 30 ¶3
		// Of every meeting on the matter.
		wordless := slices.ContainsFunc(all[decision.RecordStatement](r), func(s one[decision.RecordStatement]) bool {
			return (s.act.Position == "disagree" || s.act.Position == "reserve") && blank(s.act.Text)
		})
		return worst(when(!some[decision.SignMinutes](r)), unless(!wordless, fine))
	},
	"R30.6": func(r record) answer { return when(some[decision.ConcludeReview](r)) },
	"S30.1": func(r record) answer {
		s, ok := last[decision.SignMinutes](r)
		if !ok {
			return fine
		}
		return unless(s.act.Author != "" && s.act.Signers != nil, when(len(s.act.Signers) == 1 && s.act.Signers[0] == s.act.Author))
	},
	"R31.1": func(r record) answer { // Art 31
		p, done := last[decision.ReportToParty](r)
		owed, known := r.owed(decision.StepParty)
		switch {
		case done && p.act.Result == "not_approved":
			return broken
		case done:
			return unless(!p.act.RepliedOn.IsZero(), when(!r.gateDay().IsZero() && p.act.RepliedOn.After(r.gateDay())))
		}
		return unless(known, when(owed))
	},
	"G17.1": func(r record) answer { // 政府信息公开条例 Art 17
		s, ok := last[decision.ReviewSecrecy](r)
		if !ok {
			return when(some[decision.Publish](r) || !some[decision.WithholdPublication](r))
		}
		return unless(s.act.Result != "", when(s.act.Result != "clear"))
	},
	"R32.1": func(r record) answer { // Art 32
		p, published := last[decision.Publish](r)
		w, withheld := last[decision.WithholdPublication](r)
		if withheld && !published {
			return unless(w.act.Ground != "" && w.act.LegalBasis != "", fine)
		}
		if !published {
			return broken
		}
		has := func(kind string) bool {
			return slices.ContainsFunc(p.act.Channels, func(c decision.Channel) bool { return c.Kind == kind })
		}
		return unless(p.act.Channels != nil, when(!has("gazette") || !has("government_site")))
	},
	"R32.2": func(r record) answer {
		p, published := last[decision.Publish](r)
		said, ok := last[decision.IdentifyAffected](r)
		switch {
		case !published:
			return fine
		case !ok || said.act.PublicConcern == nil:
			return open
		case no(said.act.PublicConcern):
			return fine
		}
		return unless(p.act.ExplainsAdoption != nil, when(no(p.act.ExplainsAdoption)))
	},
	"R33.1": func(r record) answer { // Art 33
		f, ok := last[decision.ArchiveCase](r)
		if !ok {
			return broken
		}
		if f.act.Items == nil {
			return open
		}
		for _, d := range r.deeds {
			for _, m := range decision.Materials(d.Act) {
				if m.Digest != "" && !slices.ContainsFunc(f.act.Items, func(i decision.ArchiveItem) bool { return i.Digest == m.Digest }) {
					return broken
				}
			}
		}
		return fine
	},
	"R33.2": func(r record) answer {
		f, _ := last[decision.ArchiveCase](r)
		return unless(!slices.ContainsFunc(f.act.Items, func(i decision.ArchiveItem) bool {
			return i.Digest == "" || i.Producer == "" || i.On.IsZero() || i.Retention == ""
		}), fine)
	},
	"R29.2": func(r record) answer {
		v := r.target()
		heard, argued, risk := 0, 0, 0
		for _, d := range r.deeds {
			switch a := d.Act.(type) {
			case decision.OpenComment:
				heard = max(heard, a.Draft)
			case decision.HearPublic:
				heard = max(heard, a.Draft)
			case decision.AnnounceHearing:
				heard = max(heard, a.Draft)
			case decision.FileExpertOpinion:
				argued = max(argued, a.Draft)
			}
		}
		if list := assessments(r); len(list) > 0 {
			risk = list[len(list)-1].draft
		}
		behind := func(n int) bool { return n != 0 && n < v }
		return unless(v != 0, when(behind(heard) || behind(argued) || behind(risk)))
	},
}
