package dossier

import (
	"bytes"
	"fmt"

	"github.com/juece/juece/workflow/history"
)

// Reveal is the content of something that a dossier withholds, shown later. One
// of Entry, Opinion and Material says what it is said to be.
type Reveal struct {
	Entry    int64          // sequence number
	Opinion  int64          // position in the register
	Material history.Digest // as the manifest lists it
	Content  []byte
	Salt     []byte // of a material whose digest is a commitment
}

// reveal checks that what is shown is what was withheld.
func (v *verifier) reveal() error {
	for _, r := range v.Reveals {
		digest, known := v.withheldDigest(r)
		if !known {
			return unusable("reveal", "案卷包没有不予提供的"+r.zh(), "the dossier withholds no "+r.en())
		}
		if !r.is(digest, v.Trust.Algorithms) {
			return broken("reveal", r.Entry, "出示的"+r.zh()+"不是所不予提供的那一份", "the "+r.en()+" shown is not the one that was withheld")
		}
		v.report.Revealed++
	}
	return nil
}

func (r Reveal) is(digest history.Digest, known history.Algorithms) bool {
	a, err := known.Of(digest)
	switch {
	case err != nil:
		return false
	case r.Entry > 0:
		return a.Entry(bytes.TrimSuffix(r.Content, []byte("\n"))) == digest
	case r.Opinion > 0:
		return a.Opinion(r.Content) == digest
	}
	return known.Material(digest, r.Salt, r.Content) == nil
}

func (v *verifier) withheldDigest(r Reveal) (history.Digest, bool) {
	switch {
	case r.Entry > 0:
		if r.Entry > int64(len(v.c.entries)) {
			return "", false
		}
		e := v.c.entries[r.Entry-1]
		return e.digest, e.data == nil
	case r.Opinion > 0:
		var found history.Digest
		err := v.eachOpinion(func(position int64, data []byte) error {
			var line RegisterLine
			if position == r.Opinion && ownText(data, &line, "") == nil && line.Withheld != nil {
				found = line.Digest
			}
			return nil
		})
		return found, err == nil && found != ""
	}
	for _, i := range v.c.items {
		if i.Digest == r.Material && i.Withheld != nil {
			return i.Digest, true
		}
	}
	return "", false
}

func (r Reveal) zh() string {
	switch {
	case r.Entry > 0:
		return fmt.Sprintf("第%d条记录", r.Entry)
	case r.Opinion > 0:
		return fmt.Sprintf("第%d号意见", r.Opinion)
	}
	return "材料" + string(r.Material)
}

func (r Reveal) en() string {
	switch {
	case r.Entry > 0:
		return fmt.Sprintf("entry %d", r.Entry)
	case r.Opinion > 0:
		return fmt.Sprintf("opinion %d", r.Opinion)
	}
	return "material " + string(r.Material)
}
