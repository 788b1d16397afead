package httpapi_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"os"
	"strings"
	"testing"

	"github.com/juece/juece/workflow/httpapi"
)

// FuzzForm holds the reader of forms against that of the standard library:
// what is taken is what is there, whatever is sent no more is read than may be,
// and nothing is left behind.
func FuzzForm(f *testing.F) {
	file := attached("file", "a.txt", "text/plain", "x")
	for _, seed := range []string{
		written(file), written(field("name", "报告"), file, field("restricted", "true"), field("class", "personal"), field("ground", "x")),
		written(file, file), written(field("owner", "x")), "--" + boundary + "--", "", written(file)[:90],
		"preamble\r\n" + written(file) + "epilogue", strings.ReplaceAll(written(file), "\r\n", "\n"),
		written(attached("file", "a", "multipart/mixed; boundary=b", "--b--")), written(entry{file.header + "\r\nContent-Transfer-Encoding: quoted-printable", "=41"}),
		written(attached("file", `..\..\a/b.txt`, "image/png", strings.Repeat("\x00", 3000))),
	} {
		f.Add([]byte(seed))
	}
	const limit = 2000
	f.Fuzz(func(t *testing.T, body []byte) {
		dir := t.TempDir()
		said, content, read, err := httpapi.ReadForm(dir, boundary, bytes.NewReader(body), limit)
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Fatalf("left behind: %v", left)
		}
		if most := int64(limit + 3*(64<<10)); read > most {
			t.Fatalf("%d bytes were read, at most %d may be", read, most)
		}
		if err != nil {
			return
		}
		if int64(len(content)) > limit || said["name"] == "" {
			t.Fatalf("taken: %d bytes, %v", len(content), said)
		}
		whole, err := multipart.NewReader(bytes.NewReader(body), boundary).ReadForm(1 << 20)
		if err != nil || len(whole.File["file"])+len(whole.Value["file"]) != 1 {
			t.Fatalf("taken, and no form: %v", err)
		}
		for name, values := range whole.Value {
			if want, known := said[name]; known && (len(values) != 1 || values[0] != want) {
				t.Fatalf("%s is %q, was sent as %q", name, want, values)
			}
		}
		for _, attached := range whole.File["file"] {
			in, err := attached.Open()
			if err != nil {
				t.Fatal(err)
			}
			want, err := io.ReadAll(in)
			if err != nil || !bytes.Equal(content, want) {
				t.Fatalf("%q was kept of %q", content, want)
			}
		}
	})
}
