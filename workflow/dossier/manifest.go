package dossier

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/transparency"
)

// Format names the layout of a dossier.
const Format = "juece-dossier/1"

// The names in a dossier, in the order in which they stand.
const (
	manifestPath   = "manifest.json"
	pagePath       = "案卷.html"
	entriesPath    = "history/entries.jsonl"
	registerPath   = "history/register.jsonl"
	checkpointPath = "log/checkpoint"
	proofsPath     = "log/proofs.json"
	keysPath       = "log/keys.json"
	packsDir       = "packs/"
	calendarsDir   = "calendars/"
	statutesDir    = "statutes/"
	materialsDir   = "materials/"
	saltsPath      = materialsDir + "salts.json"
)

// Manifest (清单) lists what is in a dossier. It proves nothing: everything in
// it is bound by a digest of the chain or of the log, or follows from the rest.
type Manifest struct {
	Format     string          `json:"format"`
	Program    string          `json:"program"` // that wrote the file
	Decision   string          `json:"decision"`
	Title      string          `json:"title"`
	Organ      string          `json:"organ"`
	Version    int64           `json:"version"` // the last entry
	Head       history.Digest  `json:"head"`
	Checkpoint CheckpointLine  `json:"checkpoint"`
	Rendering  string          `json:"rendering"` // of the page for people; another program may render another
	Packs      []PackLine      `json:"packs"`
	Calendars  []CalendarLine  `json:"calendars"`
	Entries    []EntryLine     `json:"entries"`
	Items      []Item          `json:"items"`
	Register   RegisterSummary `json:"register"`
	Files      []FileLine      `json:"files"`
}

// CheckpointLine is what the checkpoint says.
type CheckpointLine struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"` // base64
}

// PackLine is a rule pack: the files that make it, its base first.
type PackLine struct {
	Name   string         `json:"name"`
	Digest history.Digest `json:"digest"`
	Files  []string       `json:"files"`
}

// CalendarLine is a calendar: its tables in order of name.
type CalendarLine struct {
	Digest history.Digest `json:"digest"`
	Files  []string       `json:"files"`
}

// EntryLine is an entry. One that is withheld has no kind, and says why.
type EntryLine struct {
	Seq      int64                 `json:"seq"`
	Kind     decision.Kind         `json:"kind,omitempty"`
	Digest   history.Digest        `json:"digest"`
	Withheld *decision.Restriction `json:"withheld,omitempty"`
}

// Erased names the entry of the act that erased something.
type Erased struct {
	Seq int64 `json:"seq"`
}

// Item is a material (材料) that an entry names: what the entry that names it
// first says of it, and how long it is kept.
type Item struct {
	Digest     history.Digest        `json:"digest"`
	Path       string                `json:"path,omitempty"` // empty when it is withheld or was erased
	Size       int64                 `json:"size,omitempty"`
	Title      string                `json:"title"`
	Act        decision.Kind         `json:"act"`
	Seq        int64                 `json:"seq"`
	Producer   string                `json:"producer"`
	OccurredOn string                `json:"occurred_on"`
	RecordedAt string                `json:"recorded_at"`
	Draft      int                   `json:"draft,omitempty"`
	Retention  string                `json:"retention,omitempty"` // from the last filing list that has it (Art 33)
	Withheld   *decision.Restriction `json:"withheld,omitempty"`
	Erased     *Erased               `json:"erased,omitempty"`
}

// RegisterSummary counts the opinions that entries committed to.
type RegisterSummary struct {
	Count    int64 `json:"count"`
	Withheld int64 `json:"withheld"`
	Erased   int64 `json:"erased"`
}

// FileLine is another file of the dossier.
type FileLine struct {
	Path   string         `json:"path"`
	Size   int64          `json:"size"`
	Digest history.Digest `json:"digest"` // sha256, whatever the suite
}

// RegisterLine is one opinion in history/register.jsonl.
type RegisterLine struct {
	Position int64                 `json:"position"`
	Digest   history.Digest        `json:"digest"`
	Body     *string               `json:"body,omitempty"` // verbatim
	Withheld *decision.Restriction `json:"withheld,omitempty"`
	Erased   *Erased               `json:"erased,omitempty"`
}

// proofFile is log/proofs.json.
type proofFile struct {
	Entries []transparency.EntryProof `json:"entries"`
	Earlier []history.EarlierProof    `json:"earlier"`
}

// materialPath is where the content of a digest stands.
func materialPath(d history.Digest) string {
	return materialsDir + strings.Replace(string(d), ":", "-", 1)
}

// encode writes JSON in the one way that a dossier has it.
func encode(v any, indent string) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
