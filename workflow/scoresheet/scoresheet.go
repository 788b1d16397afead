// Package scoresheet reviews case files against score sheets (案卷评查).
//
// A [Sheet] is data: items, each with its article, its points and the rules
// that speak of it; some with a veto (一票否决). [Prefill] turns the findings
// of the evaluator into a [Form] with proposed points. What the record does
// not show is proposed by nobody: a person confirms it, with [Form.Confirm],
// and answers for the whole. The result is the act decision.ReviewCaseFile,
// whose findings become rectification items.
//
// A sheet is a YAML document, read strictly and checked as a whole:
//
//	sheet: d713                        # names the sheet
//	title: {zh: 案卷评查表, en: Score sheet}
//	norm: {zh: 条例, number: 国务院令第713号}  # whose procedure it reviews
//	from: "2019-09-01"
//	default: true                      # the points are this project's, not a norm's
//	source: {zh: 分值的来源, en: where the points come from}
//	items:
//	  - id: open_comment
//	    zh: 公开征求意见
//	    en: open comment
//	    norm: D713                     # cited as findings cite it
//	    article: 15
//	    paragraph: 1                   # may be left out
//	    points: 5                      # those of all items make 100
//	    veto: false                    # true: no points here fail the whole file
//	    rules: [R15.1, R15.2]          # none: a person judges it every time
//	    deduct: {R15.1: 3}             # a broken rule costs this, else all points
package scoresheet

import (
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/pack"
)

//go:embed sheets/*.yaml
var embedded embed.FS

// FullPoints is what the items of a sheet make together.
const FullPoints = 100

// ErrUnknown says that no sheet of that name is loaded.
var ErrUnknown = errors.New("scoresheet: unknown sheet")

// Sheet is a score sheet.
type Sheet struct {
	Name    string        `yaml:"sheet" json:"sheet"`
	Title   pack.Text     `yaml:"title" json:"title"`
	Norm    pack.Norm     `yaml:"norm" json:"norm"`
	From    calendar.Date `yaml:"from" json:"from"`
	Default bool          `yaml:"default" json:"default"` // the points are this project's own
	Source  pack.Text     `yaml:"source" json:"source"`   // where the points come from
	Items   []Item        `yaml:"items" json:"items"`

	digest string
}

// Item is one item of a sheet.
type Item struct {
	ID        string         `yaml:"id" json:"item"`
	Zh        string         `yaml:"zh" json:"zh"`
	En        string         `yaml:"en" json:"en"`
	Norm      string         `yaml:"norm" json:"norm"` // as a finding cites it, e.g. D713
	Article   int            `yaml:"article" json:"article"`
	Paragraph int            `yaml:"paragraph" json:"paragraph,omitempty"`
	Points    int            `yaml:"points" json:"points"`
	Veto      bool           `yaml:"veto" json:"veto,omitempty"`     // no points here fail the whole file
	Rules     []string       `yaml:"rules" json:"rules,omitempty"`   // none: a person judges it every time
	Deduct    map[string]int `yaml:"deduct" json:"deduct,omitempty"` // by rule; a rule without a number costs all points
}

// Name returns what the item is called in a language, "zh" or "en".
func (i Item) Name(lang string) string {
	if lang == "en" {
		return i.En
	}
	return i.Zh
}

// Digest names the sheet by the bytes that define it.
func (s *Sheet) Digest() string { return s.digest }

// Set holds sheets that were checked, each under its name.
type Set struct{ sheets []*Sheet }

// Embedded loads the sheets that come with the module.
func Embedded() (*Set, error) {
	files, err := fs.Sub(embedded, "sheets")
	if err != nil {
		return nil, fmt.Errorf("scoresheet: %w", err)
	}
	return Load(files)
}

// Load reads every *.yaml file at the top of a file system as a sheet, which
// must bear the name of its file. What is wrong with a sheet is an [Errors].
func Load(files fs.FS) (*Set, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("scoresheet: %w", err)
	}
	set := &Set{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("scoresheet: %w", err)
		}
		sheet, err := Parse(name, data)
		if err != nil {
			return nil, err
		}
		if sheet.Name != strings.TrimSuffix(name, ".yaml") {
			return nil, Errors{{
				File: name, Field: "sheet",
				Zh: fmt.Sprintf("自称%q，应与文件名一致", sheet.Name), En: fmt.Sprintf("names itself %q; it must bear the name of its file", sheet.Name),
			}}
		}
		set.sheets = append(set.sheets, sheet)
	}
	return set, nil
}

// With returns a set that holds these sheets, too. One of a name that is taken
// is refused: a review must say which sheet it went by.
func (s *Set) With(more ...*Sheet) (*Set, error) {
	all := &Set{sheets: slices.Clone(s.sheets)}
	for _, sheet := range more {
		if _, err := all.Named(sheet.Name); err == nil {
			return nil, fmt.Errorf("scoresheet: there is a sheet %q already", sheet.Name)
		}
		all.sheets = append(all.sheets, sheet)
	}
	slices.SortFunc(all.sheets, func(a, b *Sheet) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// All returns the sheets in order of name.
func (s *Set) All() []*Sheet { return slices.Clone(s.sheets) }

// Named returns the sheet of a name, or ErrUnknown.
func (s *Set) Named(name string) (*Sheet, error) {
	for _, sheet := range s.sheets {
		if sheet.Name == name {
			return sheet, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknown, name)
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
