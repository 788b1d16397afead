package dossier_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

// written is a zip with headers as the test wants them.
func written(t testing.TB, u *unpacked, change func(i int, h *zip.FileHeader), comment string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	if err := z.SetComment(comment); err != nil {
		t.Fatal(err)
	}
	for i, name := range u.names {
		data := u.files[name]
		h := &zip.FileHeader{
			Name: name, Flags: 0x800, CreatorVersion: 20, ReaderVersion: 20,
			ModifiedDate: 0x21, //nolint:staticcheck // a raw header has this field and no other
			CRC32:        crc32.ChecksumIEEE(data), CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data)),
		}
		if change != nil {
			change(i, h)
		}
		w, err := z.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); len(data) > 0 && err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A crafted zip is refused, by a verdict and not by a crash.
func TestACraftedZipIsRefused(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	id := in.perform(t, sample.Before("d713", "open_comment"))
	whole := in.export(t, dossier.Request{Decision: id})
	u := unpack(t, whole)
	if !bytes.Equal(written(t, u, nil, ""), whole) {
		t.Fatal("written as it is, it is another file")
	}
	last := len(u.names) - 1
	one := func(i int, fn func(*zip.FileHeader)) func(int, *zip.FileHeader) {
		return func(j int, h *zip.FileHeader) {
			if i == j {
				fn(h)
			}
		}
	}
	with := func(fn func(*unpacked)) []byte {
		c := u.clone()
		fn(c)
		return written(t, c, nil, "")
	}
	named := func(name string) []byte {
		return with(func(c *unpacked) {
			c.names = append(c.names, name)
			c.files[name] = []byte("x")
		})
	}
	directory := bytes.LastIndex(whole, []byte("PK\x05\x06"))
	for name, data := range map[string][]byte{
		"no file":                  {},
		"no zip":                   []byte("这不是案卷包"),
		"an empty zip":             written(t, &unpacked{}, nil, ""),
		"a path out of the zip":    named("../outside"),
		"a path from the root":     named("/etc/passwd"),
		"a path of another system": named(`materials\..\..\x`),
		"a path through itself":    named("materials/../x"),
		"a name with a null":       named("materials/a\x00b"),
		"a name that is no text":   named("materials/\xff\xfe"),
		"a deep name":              named("a/b/c/d"),
		"a directory":              with(func(c *unpacked) { c.names, c.files["more/"] = append(c.names, "more/"), nil }),
		"one file more":            named("materials/more"),
		"a file twice":             with(func(c *unpacked) { c.names = append(c.names, c.names[last]) }),
		"an entries file twice":    with(func(c *unpacked) { c.names = append(c.names, entriesFile) }),
		"another order":            with(func(c *unpacked) { c.names[1], c.names[2] = c.names[2], c.names[1] }),
		"materials in another order": with(func(c *unpacked) {
			c.names[last], c.names[last-1] = c.names[last-1], c.names[last]
		}),
		"no manifest":      with(func(c *unpacked) { c.remove("manifest.json") }),
		"no entries":       with(func(c *unpacked) { c.remove(entriesFile) }),
		"no keys":          with(func(c *unpacked) { c.remove("log/keys.json") }),
		"an empty history": with(func(c *unpacked) { c.files[entriesFile] = nil }),
		"another format": with(func(c *unpacked) {
			c.files["manifest.json"] = bytes.Replace(c.files["manifest.json"], []byte("dossier/1"), []byte("dossier/9"), 1)
		}),
		"a manifest that is no JSON": with(func(c *unpacked) { c.files["manifest.json"] = []byte("{") }),
		"a key twice in the manifest": with(func(c *unpacked) {
			c.files["manifest.json"] = bytes.Replace(c.files["manifest.json"], []byte("{\n"), []byte("{\n  \"title\": \"\",\n"), 1)
		}),
		"a comment":              written(t, u, nil, "by hand"),
		"a file's comment":       written(t, u, one(3, func(h *zip.FileHeader) { h.Comment = "x" }), ""),
		"an extra field":         written(t, u, one(3, func(h *zip.FileHeader) { h.Extra = []byte{1, 0, 0, 0} }), ""),
		"a later day":            written(t, u, one(3, func(h *zip.FileHeader) { h.ModifiedDate = 0x5000 }), ""), //nolint:staticcheck // as above
		"no flag":                written(t, u, one(3, func(h *zip.FileHeader) { h.Flags = 0 }), ""),
		"an encrypted file":      written(t, u, one(3, func(h *zip.FileHeader) { h.Flags |= 1 }), ""),
		"sizes afterwards":       written(t, u, one(3, func(h *zip.FileHeader) { h.Flags |= 8 }), ""),
		"another version":        written(t, u, one(3, func(h *zip.FileHeader) { h.ReaderVersion = 45 }), ""),
		"a symbolic link":        written(t, u, one(last, func(h *zip.FileHeader) { h.CreatorVersion, h.ExternalAttrs = 3<<8|20, 0xa1ff<<16 }), ""),
		"said to be packed":      written(t, u, one(3, func(h *zip.FileHeader) { h.Method = zip.Deflate }), ""),
		"a wrong checksum":       written(t, u, one(last, func(h *zip.FileHeader) { h.CRC32++ }), ""),
		"a bomb, by its size":    written(t, u, one(last, func(h *zip.FileHeader) { h.UncompressedSize64 = 1 << 50; h.CompressedSize64 = 1 << 50 }), ""),
		"a bomb, by its packing": written(t, u, one(last, func(h *zip.FileHeader) { h.UncompressedSize64 = 1 << 31 }), ""),
		"something before":       append([]byte("MZ"), whole...),
		"something after":        append(bytes.Clone(whole), "tail"...),
		"two dossiers":           append(bytes.Clone(whole), whole...),
		"overlapping files": func() []byte { // two lines of the directory lead to one file
			c := bytes.Clone(whole)
			from := int(binary.LittleEndian.Uint32(c[directory+16:]))
			second := from + 46 + int(binary.LittleEndian.Uint16(c[from+28:]))
			copy(c[second+42:second+46], c[from+42:from+46])
			return c
		}(),
		"fewer files than said": func() []byte {
			c := bytes.Clone(whole)
			binary.LittleEndian.PutUint16(c[directory+10:], binary.LittleEndian.Uint16(c[directory+10:])+1)
			return c
		}(),
	} {
		report := verify(t, data, in.options())
		if report.Verdict == dossier.Sound || report.Failure.Zh == "" || report.Failure.En == "" {
			t.Errorf("%s: %s %+v", name, report.Verdict, report.Failure)
		}
	}
	for n := 0; n < len(whole); n += 997 {
		if report := verify(t, whole[:n], in.options()); report.Verdict != dossier.Unusable || report.Failure.Code != "container" {
			t.Fatalf("cut after %d bytes: %s %+v", n, report.Verdict, report.Failure)
		}
	}
}

// No bit of a dossier can be flipped unseen.
func TestEveryBitCounts(t *testing.T) {
	t.Parallel()
	in := install(t, workflowtest.SQLite(t))
	id := in.perform(t, sample.Before("d713", "open_comment"))
	whole := in.export(t, dossier.Request{Decision: id})
	r := rand.New(rand.NewPCG(713, 1))
	n := 1500
	if testing.Short() || storetest.RaceEnabled {
		n = 100
	}
	verdicts := map[dossier.Verdict]int{}
	for range n {
		bad := bytes.Clone(whole)
		at := r.IntN(len(bad))
		bad[at] ^= byte(1 << r.IntN(8))
		report := verify(t, bad, in.options())
		if report.Verdict == dossier.Sound {
			t.Fatalf("byte %d was changed, and it is sound", at)
		}
		verdicts[report.Verdict]++
	}
	t.Logf("%d flips: %v", n, verdicts)
}

// FuzzVerify: whatever the bytes, there is a verdict; and only the dossier
// itself is sound.
func FuzzVerify(f *testing.F) {
	in := install(f, workflowtest.SQLite(f))
	id := in.perform(f, sample.Before("d713", "assign_units"))
	whole := in.export(f, dossier.Request{Decision: id})
	u := unpack(f, whole)
	f.Add([]byte{}, byte(0))
	for i, name := range u.names {
		f.Add(u.files[name], byte(i))
	}
	f.Add(whole, byte(255))
	f.Fuzz(func(t *testing.T, data []byte, at byte) {
		mutant := data
		if int(at) < len(u.names) { // a file of the dossier, so that the container does not end it
			c := u.clone()
			c.files[c.names[at]] = data
			mutant = c.pack(t)
		}
		report := verify(t, mutant, in.options())
		if report.Verdict == dossier.Sound && !bytes.Equal(mutant, whole) {
			t.Errorf("another file is sound: %+v", report)
		}
		for _, lang := range []string{"zh", "en"} {
			if report.Text(lang) == "" {
				t.Error("nothing is said")
			}
		}
	})
}

// FuzzVerifyReceipt does the same for receipts.
func FuzzVerifyReceipt(f *testing.F) {
	in := install(f, workflowtest.SQLite(f))
	id := in.perform(f, sample.Before("d713", "submit_for_review"))
	own := map[string]bool{}
	for _, words := range []dossier.Words{{Seq: 1}, {Position: 1}} {
		data := in.receipt(f, id, words)
		own[string(data)] = true
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if report := dossier.VerifyReceipt(data, in.options()); report.Verdict == dossier.Sound && !own[string(data)] {
			t.Errorf("another receipt is sound: %+v", report)
		}
	})
}
