package workflow

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// bodyName evens out how a name is written, so that neither spaces, nor signs
// that nobody sees, nor full-width letters and brackets make another body.
func bodyName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Z) {
			return -1
		}
		return r
	}, width.Fold.String(name))
}
