package casefile_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/casefile"
)

// FuzzParse: whatever is read, it is either a file of which every act is well
// formed, or a list of errors that each say why. Reading twice gives the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`{"case": "a", "pack": "d713", "acts": [{"kind": "submit_draft", "act": {"draft": 2, "legal_basis": [{"title": "x"}]}}]}`))
	f.Add([]byte("case: &a [*a]\n---\n? b\n: !!str c\n"))
	f.Add([]byte("case: |\n  a\n\n  b\npack: >-\n  c\nacts:\n- - - x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := casefile.Parse("f", data)
		again, errAgain := casefile.Parse("f", data)
		if !reflect.DeepEqual(file, again) || !reflect.DeepEqual(err, errAgain) {
			t.Fatalf("read twice: %+v, %v, then %+v, %v", file, err, again, errAgain)
		}
		if err != nil {
			var all casefile.Errors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("not a list of errors: %v", err)
			}
			for _, e := range all {
				if e.File != "f" || e.Line < 0 || e.Zh == "" || e.En == "" {
					t.Errorf("an error that does not say enough: %+v", *e)
				}
			}
			return
		}
		for i, d := range file.Deeds {
			if d.Act == nil || d.Seq != int64(i+1) || decision.ValidateKnown(d.Act) != nil {
				t.Errorf("deed %d: %+v", i, d)
			}
		}
	})
}
