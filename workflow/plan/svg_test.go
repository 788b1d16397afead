package plan_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/plan"
	"github.com/juece/juece/workflow/workflowtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestThePicture compares pictures with golden files, byte by byte.
func TestThePicture(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]plan.Options{
		"meeting":     {Start: date("2026-01-20"), Meeting: date("2026-03-31"), Hearing: true},
		"provisional": {Start: date("2026-11-23"), Meeting: date("2026-12-31")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := mustMake(t, workflowtest.Case(t, "d713"), o).SVG(calendar.China())
			golden := "testdata/" + name + ".svg"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s is not what is drawn; look at the picture, then run go test ./workflow/plan -update", golden)
			}
			wellFormed(t, got)
		})
	}
}

// Names come from packs and cases: none may end an element.
func TestThePictureEscapesNames(t *testing.T) {
	t.Parallel()
	p := mustMake(t, workflowtest.Case(t, "d713"), plan.Options{Start: date("2026-01-20")})
	p.Pack, p.Steps[0].Zh = `<script>"&'`, `</g><a href="x">`
	wellFormed(t, p.SVG(calendar.China()))
}

// wellFormed reads the picture as XML, and wants names for those who cannot
// see it, and nothing that runs or loads.
func wellFormed(t *testing.T, picture []byte) {
	t.Helper()
	found := map[string]int{}
	for dec := xml.NewDecoder(bytes.NewReader(picture)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		found[start.Name.Local]++
		for _, a := range start.Attr {
			if a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("<%s %s=…>", start.Name.Local, a.Name.Local)
			}
		}
	}
	if found["svg"] != 1 || found["desc"] != 1 || found["title"] < 10 || found["script"] != 0 || found["a"] != 0 || found["path"] < 10 {
		t.Errorf("elements: %v", found)
	}
}
