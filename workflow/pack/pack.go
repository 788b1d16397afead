// Package pack holds rule packs (规则包): what one kind of organ must observe,
// as data. The rules themselves live in package workflow; a pack says which
// steps always apply and which on a condition, which forum may decide, which
// numbers hold, and how severe a breach is.
//
// A pack is a YAML document. It may extend another one, and then only tighten
// it. It is read strictly and checked as a whole: [Set] holds packs that
// passed, and names each by the digest of the bytes that define it.
//
// # What tighter means
//
// An overlay may raise a floor, lower a ceiling or make a number strict; make a
// step apply always, or take a ground of exemption away; raise a severity; add
// a rule of another norm, a channel of publication, a voice that must be
// heard; take a forum away; make hearings compulsory; refine the categories, as
// long as each of its base is still there, itself or through what refines it.
// The other way round is refused by field and line. It cannot hold from an
// earlier day than its base, nor serve other organs.
//
// By reference (参照, Art 42) another organ stands in for the government: the
// levels, the forums, the reviewer and the channels are then its own. What it
// must do stays.
package pack

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/juece/juece/workflow/calendar"
)

//go:embed *.yaml
var embedded embed.FS

// Errors of packs.
var (
	// ErrUnknown: no pack of that name or digest is loaded.
	ErrUnknown = errors.New("pack: unknown pack")
	// ErrGoverned: a matter is under another pack than the one named.
	ErrGoverned = errors.New("pack: another pack governs")
	// ErrInvalid: a pack breaks a rule for packs; the text says which and where.
	ErrInvalid = errors.New("pack: invalid pack")
)

// Pack is a rule pack.
type Pack struct {
	Name    string        `yaml:"pack" json:"pack"`
	Extends string        `yaml:"extends" json:"extends,omitempty"`
	Title   Text          `yaml:"title" json:"title"`
	Norm    Norm          `yaml:"norm" json:"norm"`
	From    calendar.Date `yaml:"from" json:"from,omitzero"` // first initiation date it serves (Art 44)

	Levels []string `yaml:"levels" json:"levels"` // organs it serves (Arts 2, 42)
	// Area is the place whose norm it states, from the province down; empty
	// for the whole country.
	Area string `yaml:"area" json:"area,omitempty"`
	// ByName: the pack is one organ's own and is never chosen by level and
	// day, only by its name.
	ByName      bool              `yaml:"by_name" json:"by_name,omitempty"`
	ByReference bool              `yaml:"by_reference" json:"by_reference"` // applied by reference (参照, Art 42)
	Categories  []Named           `yaml:"categories" json:"categories"`     // Art 3 ¶1
	Steps       map[string]Step   `yaml:"steps" json:"steps"`
	Order       []string          `yaml:"order" json:"order"`                         // of the steps; legality review before discussion
	Forums      []Named           `yaml:"forums" json:"forums"`                       // Art 30 ¶1
	Reviewer    Text              `yaml:"reviewer" json:"reviewer"`                   // who reviews legality (Art 25)
	Government  bool              `yaml:"government" json:"government"`               // a government, not a department
	Channels    []string          `yaml:"channels" json:"channels"`                   // owed for publication (Art 32)
	Numbers     map[string]Number `yaml:"numbers" json:"numbers"`                     // see the names below
	Severities  map[string]string `yaml:"severities" json:"severities"`               // by rule, where stricter than the default
	SpecialLaw  string            `yaml:"special_law" json:"special_law"`             // the law that prevails (Art 3 ¶2), if any
	Hearing     string            `yaml:"hearing" json:"hearing"`                     // "compulsory" where another norm says so (Art 16 ¶1)
	GroupVoices []string          `yaml:"group_voices" json:"group_voices,omitempty"` // who must be among those talked with for an affected group (Art 14 ¶3)

	// Object is what goes through the procedure: a decision (the default), a
	// normative document (规范性文件) or a contract (合同).
	Object string `yaml:"object" json:"object"`
	// Rules lists the rules of a special law or a local norm that hold under
	// this pack beside those that always do.
	Rules []string `yaml:"rules" json:"rules,omitempty"`
	// Adopts lists the rules of the decree that another object follows, each
	// with the norm that says so.
	Adopts []Adopted `yaml:"adopts" json:"adopts,omitempty"`

	digest string
	source []byte
	base   *Pack // that it stands on, or nil
}

// StandsOn reports whether the pack extends another one, through however many.
func (p *Pack) StandsOn(other *Pack) bool {
	for b := p.base; b != nil; b = b.base {
		if b.digest == other.digest {
			return true
		}
	}
	return false
}

// The objects of a procedure.
const (
	ObjectDecision          = "decision"
	ObjectNormativeDocument = "normative_document"
	ObjectContract          = "contract"
)

// Adopted is a rule that a pack takes over for its own object.
type Adopted struct {
	Rule    string `yaml:"rule" json:"rule"`
	Norm    string `yaml:"norm" json:"norm"` // the norm that says so, as a finding cites it
	Article int    `yaml:"article" json:"article,omitempty"`
}

// The names of the numbers. D713 has these three and no others.
const (
	CommentDays         = "comment_days"          // 日, Art 15
	HearingMaterialDays = "hearing_material_days" // 日, Art 16
	ReviewWorkingDays   = "review_working_days"   // 工作日, Art 26
)

// The names of the numbers that other norms may have. None is a number of
// D713.
const (
	ExpertCount            = "expert_count"             // 人: experts, at least
	QuorumPercent          = "quorum_percent"           // %: of the members present, more than
	PublicationWorkingDays = "publication_working_days" // 工作日: from the decision to its publication, at most
	ReviewWorkingDaysMax   = "review_working_days_max"  // 工作日: of the reviewer, at most
	HearingNoticeDays      = "hearing_notice_days"      // 日: from the announcement to the hearing, at least
	HearingRecruitDays     = "hearing_recruit_days"     // 日: from the call for participants to the hearing, at least
	ConsumerSharePercent   = "consumer_share_percent"   // %: of consumers among the participants, at least
	ReportDays             = "report_days"              // 日: between reports on a task, at most
	EvaluationOpinions     = "evaluation_opinions"      // 条: opinions after publication that suggest an evaluation
)

// measure says in what a number is counted, and which way it is stricter.
type measure struct {
	unit    string
	ceiling bool // lower is stricter
	owed    bool // every pack for decisions has it
	beyond  bool // more than the number is asked for, not the number
}

// most is the largest value that can be met at all.
func (m measure) most() int {
	switch {
	case m.unit == "percent" && m.beyond:
		return 99
	case m.unit == "percent":
		return 100
	case m.unit == "opinion":
		return 10_000_000
	case m.unit == "person":
		return 1000
	}
	return 3650
}

var measures = map[string]measure{
	CommentDays: {unit: "day", owed: true}, HearingMaterialDays: {unit: "day", owed: true}, ReviewWorkingDays: {unit: "working_day", owed: true},
	ExpertCount: {unit: "person"}, QuorumPercent: {unit: "percent", beyond: true}, PublicationWorkingDays: {unit: "working_day", ceiling: true},
	ReviewWorkingDaysMax: {unit: "working_day", ceiling: true}, HearingNoticeDays: {unit: "day"}, HearingRecruitDays: {unit: "day"},
	ConsumerSharePercent: {unit: "percent"}, ReportDays: {unit: "day", ceiling: true}, EvaluationOpinions: {unit: "opinion", ceiling: true},
}

// stepNames are the steps that every pack must speak of.
var stepNames = []string{
	"public_participation", "expert_review", "risk_assessment", "legality_review",
	"collective_discussion", "fair_competition_review", "congress_act", "party_report",
}

// Text is a text for people in both languages.
type Text struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// Named is a value that the pack allows.
type Named struct {
	ID string `yaml:"id" json:"id"`
	Of string `yaml:"of" json:"of,omitempty"` // the category of the base that it refines
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// Norm is what the pack states.
type Norm struct {
	Zh     string `yaml:"zh" json:"zh"`
	Number string `yaml:"number" json:"number"`
}

// Step says whether a step applies.
type Step struct {
	// Applies is "always" or "when": then somebody determines whether the
	// condition holds, and says why.
	Applies   string `yaml:"applies" json:"applies"`
	Condition Text   `yaml:"condition" json:"condition,omitzero"`
	// Exempt lists the lawful grounds that excuse even a step that always
	// applies.
	Exempt  []string `yaml:"exempt" json:"exempt,omitempty"`
	Article int      `yaml:"article" json:"article"`
}

// Always reports whether the step needs no condition.
func (s Step) Always() bool { return s.Applies == "always" }

// Number is a number with where it stands.
type Number struct {
	Value  int    `yaml:"value" json:"value"`
	Unit   string `yaml:"unit" json:"unit"` // day, working_day, person, percent or opinion
	Source string `yaml:"source" json:"source"`
	Strict bool   `yaml:"strict" json:"strict,omitempty"` // no shorter period, whatever the reason
	// Default labels a number that nobody has verified in the norm itself.
	Default bool `yaml:"default" json:"default,omitempty"`
	// Unknown: the local norm is said to have such a number, and its text
	// could not be read. It is never guessed.
	Unknown bool `yaml:"unknown" json:"unknown,omitempty"`
}

// Digest names the pack by the bytes that define it, its base included.
func (p *Pack) Digest() string { return p.digest }

// Source returns the bytes that define the pack, its base first.
func (p *Pack) Source() []byte { return slices.Clone(p.source) }

// Adopted returns how the pack takes over a rule of the decree, and false
// when it does not.
func (p *Pack) Adopted(rule string) (Adopted, bool) {
	i := slices.IndexFunc(p.Adopts, func(a Adopted) bool { return a.Rule == rule })
	if i < 0 {
		return Adopted{}, false
	}
	return p.Adopts[i], true
}

// Number returns a number of the pack.
func (p *Pack) Number(name string) Number { return p.Numbers[name] }

// HasForum reports whether the pack knows the forum.
func (p *Pack) HasForum(id string) bool { return hasID(p.Forums, id) }

// HasCategory reports whether the pack knows the category.
func (p *Pack) HasCategory(id string) bool { return hasID(p.Categories, id) }

// HasLevel reports whether the pack serves organs of the level.
func (p *Pack) HasLevel(level string) bool { return slices.Contains(p.Levels, level) }

func hasID(list []Named, id string) bool {
	return slices.ContainsFunc(list, func(n Named) bool { return n.ID == id })
}

// Set holds packs that were checked.
type Set struct {
	byName   map[string]*Pack
	byDigest map[string]*Pack
}

// Embedded loads the packs that come with the module. The rules are those
// that exist, each with its default severity.
func Embedded(rules map[string]string) (*Set, error) { return Load(embedded, rules) }

// EmbeddedWith loads the packs that come with the module together with others,
// as YAML by name, which may extend them. A name that both have is refused.
func EmbeddedWith(more map[string][]byte, rules map[string]string) (*Set, error) {
	raw, err := read(embedded)
	if err != nil {
		return nil, err
	}
	for name, data := range more {
		if _, taken := raw[name]; taken {
			return nil, Errors{{
				File: name + ".yaml", Field: "pack", Zh: "与内置规则包同名，请另取名称",
				En: "a pack of this name comes with the module; give it another name",
			}}
		}
		raw[name] = data
	}
	return load(raw, rules)
}

// Load reads every *.yaml file at the top of a file system as a pack and
// checks each as a whole, with what it extends. Rules maps each rule id that
// exists to its default severity: hard, norm or soft.
func Load(files fs.FS, rules map[string]string) (*Set, error) {
	raw, err := read(files)
	if err != nil {
		return nil, err
	}
	return load(raw, rules)
}

func read(files fs.FS) (map[string][]byte, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	raw := map[string][]byte{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("pack: %w", err)
		}
		raw[strings.TrimSuffix(path.Base(name), ".yaml")] = data
	}
	return raw, nil
}

func load(raw map[string][]byte, rules map[string]string) (*Set, error) {
	l := loader{raw: raw, rules: rules, done: map[string]*Pack{}}
	set := &Set{byName: map[string]*Pack{}, byDigest: map[string]*Pack{}}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		p, err := l.load(name, nil)
		if err != nil {
			return nil, err
		}
		set.byName[name], set.byDigest[p.digest] = p, p
	}
	return set, nil
}

// Keep returns the set with packs that no case is opened under any more: those
// of earlier texts of a file that has changed since, as [Pack.Source] gave
// them. A case names its pack by digest, and keeps it (Art 44). They are found
// by digest only; they were checked when they were in force and are not held
// to what packs are asked for today. The error wraps ErrInvalid.
func (s *Set) Keep(sources ...[]byte) (*Set, error) {
	kept := &Set{byName: s.byName, byDigest: maps.Clone(s.byDigest)}
	for _, source := range sources {
		p, err := stacked(source)
		if err != nil {
			return nil, err
		}
		if _, known := kept.byDigest[p.digest]; !known {
			kept.byDigest[p.digest] = p
		}
	}
	return kept, nil
}

// Kept returns the packs of these sources and no others, as [Set.Keep] reads
// them.
func Kept(sources ...[]byte) (*Set, error) {
	return (&Set{byName: map[string]*Pack{}, byDigest: map[string]*Pack{}}).Keep(sources...)
}

// Files are the texts that make the pack, its base first; [Source] joins them.
func (p *Pack) Files() [][]byte { return bytes.Split(p.Source(), []byte(between)) }

// Source joins the texts that make a pack, its base first.
func Source(files [][]byte) []byte { return bytes.Join(files, []byte(between)) }

// between stands between the texts of a pack and its base in what is hashed.
const between = "\n---\n"

// stacked reads a pack from its source: the base first, then what stands on it.
func stacked(source []byte) (*Pack, error) {
	var p *Pack
	var above []byte
	for i, data := range bytes.Split(source, []byte(between)) {
		own, err := parse(fmt.Sprintf("kept:%d", i+1), data)
		if err != nil {
			return nil, err
		}
		if (p == nil) != (own.Extends == "") || p != nil && p.Name != own.Extends {
			return nil, Errors{{File: fmt.Sprintf("kept:%d", i+1), Field: "extends", Zh: "来源不完整：基础规则包应在前面", En: "the source is not whole: the base stands before what extends it"}}
		}
		if p == nil {
			p, above = own, data
		} else {
			p, above = overlay(p, own), slices.Concat(above, []byte(between), data)
		}
		p.seal(above)
	}
	return p, nil
}

// seal gives the pack the bytes that define it, and their name.
func (p *Pack) seal(source []byte) {
	p.Object = cmp.Or(p.Object, ObjectDecision)
	sum := sha256.Sum256(source)
	p.source, p.digest = source, "sha256:"+hex.EncodeToString(sum[:])
}

// Named returns the pack of a name, or ErrUnknown.
func (s *Set) Named(name string) (*Pack, error) { return find(s.byName, name) }

// Digested returns the pack with a digest, or ErrUnknown.
func (s *Set) Digested(digest string) (*Pack, error) { return find(s.byDigest, digest) }

// All returns the packs in order of name.
func (s *Set) All() []*Pack {
	return slices.SortedFunc(maps.Values(s.byName), func(a, b *Pack) int { return cmp.Compare(a.Name, b.Name) })
}

func find(in map[string]*Pack, key string) (*Pack, error) {
	p, ok := in[key]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, key)
	}
	return p, nil
}

type loader struct {
	raw   map[string][]byte
	rules map[string]string
	done  map[string]*Pack
}

func (l *loader) load(name string, below []string) (*Pack, error) {
	if p, ok := l.done[name]; ok {
		return p, nil
	}
	data, file := l.raw[name], name+".yaml"
	own, err := parse(file, data)
	if err != nil {
		return nil, err
	}
	wrong := &problems{file: file, data: data}
	if slices.Contains(append(below, name), own.Extends) {
		wrong.say("extends", "规则包扩展了自身", "the pack extends itself")
		return nil, wrong.err()
	}
	if _, ok := l.raw[own.Extends]; own.Extends != "" && !ok {
		wrong.say("extends", fmt.Sprintf("没有规则包%q", own.Extends), fmt.Sprintf("there is no pack %q", own.Extends))
		return nil, wrong.err()
	}
	if own.Name != name {
		wrong.say("pack", fmt.Sprintf("自称为%q，应与文件名一致", own.Name), fmt.Sprintf("names itself %q; it must be the name of the file", own.Name))
		return nil, wrong.err()
	}
	whole, source := own, data
	if own.Extends != "" {
		base, err := l.load(own.Extends, append(below, name))
		if err != nil {
			return nil, err
		}
		tightens(base, own, wrong)
		whole, source = overlay(base, own), slices.Concat(base.source, []byte(between), data)
	}
	whole.seal(source)
	l.check(whole, wrong)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	l.done[name] = whole
	return whole, nil
}
