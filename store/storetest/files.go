package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// part is how much of a file a row holds.
const part = 256 << 10

// noise is a content of so many bytes that are like no others.
func noise(size int) string {
	r := rand.NewChaCha8([32]byte{byte(size), byte(size >> 8), byte(size >> 16)})
	data := make([]byte, size)
	_, _ = r.Read(data)
	return string(data)
}

// A file of any length comes back as it was, from whatever place it is read.
func largeMaterials(t *testing.T, s Subject) {
	ctx := t.Context()
	for _, size := range []int{0, 1, part - 1, part, part + 1, 3*part + 5} {
		content := noise(size)
		want := Material(content)
		ok(t, s.Keep(ctx, "d", want))
		ok(t, s.Keep(ctx, "d", want))
		got, err := s.Material(ctx, "d", want.Digest)
		ok(t, err)
		same(t, "material", got, want)
		same(t, "size", got.Size(), int64(size))
		for _, at := range []int{0, part - 3, part, 2*part - 1, size - 1, size, size + 1} {
			if at < 0 {
				continue
			}
			var piece [7]byte
			n, err := got.Content.ReadAt(piece[:], int64(at))
			rest := content[min(at, size):]
			same(t, "piece", string(piece[:n]), rest[:min(len(rest), len(piece))])
			if (len(rest) < len(piece)) != errors.Is(err, io.EOF) || err != nil && !errors.Is(err, io.EOF) {
				t.Errorf("%d bytes at %d of %d: %v", n, at, size, err)
			}
		}
		if _, err := got.Content.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("read before the beginning")
		}
	}
	forged := Material(noise(2 * part))
	forged.Content = strings.NewReader(noise(2*part + 1))
	is(t, s.Keep(ctx, "d", forged), history.ErrBroken)
	_, err := s.Material(ctx, "d", forged.Digest)
	is(t, err, workflow.ErrNotFound)
	held := Material(noise(part))
	held.Content = strings.NewReader("another file")
	is(t, s.Keep(ctx, "d", held), history.ErrBroken) // also when the right one is there already
	unread := Material(noise(2 * part))
	unread.Content = torn{strings.NewReader(noise(2 * part))}
	is(t, s.Keep(ctx, "d", unread), errTorn)
	_, err = s.Material(ctx, "d", unread.Digest)
	is(t, err, workflow.ErrNotFound)
}

var errTorn = errors.New("the file cannot be read on")

// torn is a content whose second half cannot be read.
type torn struct{ workflow.Content }

func (c torn) ReadAt(p []byte, at int64) (int, error) {
	if at > c.Size()/2 {
		return 0, errTorn
	}
	return c.Content.ReadAt(p, at)
}

// fileInParts: no part of a file is left when it is erased, whoever reads it
// meanwhile learns of it, and a part that is not there is not passed over.
func fileInParts(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	ctx := t.Context()
	m, other := Material(noise(3*part)), Material(noise(2*part))
	first := Act("d", 1)
	first.Materials = []workflow.Material{m, other}
	ok(t, s.Append(ctx, first))
	same(t, "parts", count(t, host, `SELECT COUNT(*) FROM juece_material_chunks`), 5)
	same(t, "largest", count(t, host, `SELECT MAX(LENGTH(content)) FROM juece_material_chunks`), part)

	got, err := s.Material(ctx, "d", m.Digest)
	ok(t, err)
	reader := got.Reader()
	_, err = io.ReadFull(reader, make([]byte, part+1))
	ok(t, err)
	w := Act("d", 2)
	w.Erasures = []workflow.Erasure{{Material: m.Digest}}
	ok(t, s.Append(ctx, w))
	same(t, "parts that stay", count(t, host, `SELECT COUNT(*) FROM juece_material_chunks`), 2)
	_, err = io.ReadAll(reader)
	gone(t, err)
	holds, err := s.Holds(ctx, "d")
	ok(t, err)
	for _, h := range holds {
		switch h.Digest {
		case m.Digest:
			same(t, "what is held of it", h, workflow.Holding{Digest: m.Digest, Erased: 2})
		case other.Digest:
			same(t, "what is held of the other", h, workflow.Holding{Digest: other.Digest, Size: 2 * part})
		}
	}

	exec(t, host, `DELETE FROM juece_material_chunks WHERE start > 0`)
	got, err = s.Material(ctx, "d", other.Digest)
	ok(t, err)
	n, err := io.Copy(io.Discard, got.Reader())
	is(t, err, history.ErrBroken)
	same(t, "bytes before what is missing", n, int64(part))

	ended, cancel := context.WithCancel(ctx)
	got, err = s.Material(ended, "d", other.Digest)
	ok(t, err)
	cancel()
	_, err = io.Copy(io.Discard, got.Reader())
	is(t, err, context.Canceled)
}

func exec(t *testing.T, host *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := host.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// beforeChunks makes of the tables those of version 4, in which a file is one
// column, with these files in it.
func beforeChunks(t *testing.T, host *sql.DB, files []workflow.Material) {
	t.Helper()
	column := `ALTER TABLE juece_materials ADD COLUMN content BYTEA NOT NULL DEFAULT ''`
	if _, err := host.ExecContext(t.Context(), `SELECT 1 FROM sqlite_master`); err == nil {
		column = `ALTER TABLE juece_materials ADD COLUMN content BLOB NOT NULL DEFAULT x''`
	}
	exec(t, host, column)
	for _, f := range files {
		content, err := io.ReadAll(f.Reader())
		ok(t, err)
		exec(t, host, `UPDATE juece_materials SET content = $1 WHERE decision_id = 'd' AND digest = $2 AND erased = 0`, content, string(f.Digest))
	}
	for _, statement := range []string{
		`DROP TABLE juece_material_chunks`, `ALTER TABLE juece_materials DROP COLUMN size`,
		`DROP INDEX juece_decisions_by_organ_change`, `DROP INDEX juece_decisions_by_change`, // of what came later
		`DELETE FROM juece_schema_version WHERE version_id > 4`,
	} {
		exec(t, host, statement)
	}
}

// filesAreCarriedOver: what was kept in one column is what is read from the
// parts; what was erased stays so.
func filesAreCarriedOver(t *testing.T, db Database) {
	s := Migrated(t, db)
	host, _ := db.Host(t)
	ctx := t.Context()
	files := []workflow.Material{
		Material(""), Material("方案"), Material(noise(part)), Material(noise(2*part + 1)), Restricted("\x00\xff 名单"), Material("签到表"),
	}
	erased := files[5]
	w := Act("d", 1)
	w.Materials = files
	ok(t, s.Append(ctx, w))
	next := Act("d", 2)
	next.Erasures = []workflow.Erasure{{Material: erased.Digest}}
	ok(t, s.Append(ctx, next))
	beforeChunks(t, host, files)
	ok(t, s.Migrate(ctx))

	for _, want := range files[:5] {
		got, err := s.Material(ctx, "d", want.Digest)
		ok(t, err)
		same(t, "a file", got, want)
		ok(t, history.Algorithms{}.MaterialFrom(want.Digest, got.Salt, got.Reader()))
	}
	_, err := s.Material(ctx, "d", erased.Digest)
	gone(t, err)
	same(t, "parts", count(t, host, `SELECT COUNT(*) FROM juece_material_chunks`), 0+1+1+3+1)
	holds, err := s.Holds(ctx, "d")
	ok(t, err)
	var total int64
	for _, h := range holds {
		total += h.Size
	}
	want := int64(3*part+1) + int64(len("方案")+len("\x00\xff 名单")) + history.SaltSize
	same(t, "bytes", total, want)
	if _, err := host.ExecContext(ctx, `SELECT content FROM juece_materials`); err == nil {
		t.Error("the column is still there")
	}
	same(t, "versions", count(t, host, `SELECT COUNT(*) FROM juece_schema_version WHERE version_id = 5`), 1)
	more := bytes.Repeat([]byte("新"), part)
	ok(t, s.Keep(ctx, "d", Material(string(more))))
}
