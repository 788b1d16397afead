package dossier

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/juece/juece/workflow/history"
)

// maxText bounds what is read into memory of one file: manifest, entries,
// proofs, packs. Materials and the register are only ever streamed.
const maxText = 512 << 20

// maxFiles bounds how many files a dossier has.
const maxFiles = 200_000

// archive is a dossier as a zip, its container checked.
type archive struct {
	r     io.ReaderAt
	size  int64
	files []*zip.File
	named map[string]*zip.File
}

func container(zh, en string) *Failure {
	return unusable("container", "不是案卷包："+zh, "not a dossier: "+en)
}

// open reads the directory of a dossier and refuses every zip that is not of
// the one form. Contents are not read: whether they are what the headers say
// is seen when the dossier is written again.
func open(r io.ReaderAt, size int64) (*archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, container("不是完整的zip文件", "not a whole zip file: "+err.Error())
	}
	if z.Comment != "" || len(z.File) > maxFiles {
		return nil, container("有注释或者文件过多", "it has a comment, or too many files")
	}
	a := &archive{r: r, size: size, files: z.File, named: make(map[string]*zip.File, len(z.File))}
	var at int64
	var parts []part
	for _, f := range z.File {
		if err := plain(f); err != nil {
			return nil, err
		}
		if a.named[f.Name] != nil {
			return nil, container("文件重名："+f.Name, f.Name+" stands twice")
		}
		a.named[f.Name] = f
		begins, err := f.DataOffset()
		if err != nil || begins != at+localHeader+int64(len(f.Name)) {
			return nil, container("文件之间有空隙或者重叠："+f.Name, "there is a gap or an overlap before "+f.Name)
		}
		if at = begins + int64(f.UncompressedSize64); at < begins || at > size {
			return nil, container("文件被截断："+f.Name, f.Name+" is cut short")
		}
		parts = append(parts, part{path: f.Name, size: int64(f.UncompressedSize64)})
	}
	if sizeOf(parts) != size {
		return nil, container("目录之后还有内容，或者目录不合格式", "something stands after the directory, or it is not of the one form")
	}
	return a, a.ordered()
}

const localHeader = 30

// zipDay is the day that every header names.
var zipDay = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

// plain refuses a header that a dossier does not have.
func plain(f *zip.File) error {
	switch {
	case !f.Mode().IsRegular() || f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64:
		return container("文件须原样存放："+f.Name, f.Name+" is not stored as it is")
	case f.Flags != zipUTF8 || !f.Modified.Equal(zipDay) || f.Comment != "" || f.UncompressedSize64 > maxFile:
		return container("文件头不合格式："+f.Name, "the header of "+f.Name)
	case !nameable(f.Name):
		return container("文件名不合格式："+fmt.Sprintf("%q", f.Name), fmt.Sprintf("the name %q", f.Name))
	}
	return nil
}

// nameable refuses every name that would leave a directory, or that reads
// otherwise than it is written.
func nameable(name string) bool {
	for _, part := range strings.Split(name, "/") {
		if part == "" || strings.Trim(part, ".") == "" || strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == 0xfffd }) {
			return false
		}
	}
	return strings.Count(name, "/") <= 2
}

// ordered holds the names to the layout.
func (a *archive) ordered() error {
	for i, name := range []string{manifestPath, pagePath, entriesPath, registerPath, checkpointPath, proofsPath, keysPath} {
		if i >= len(a.files) || a.files[i].Name != name {
			return container("缺少"+name+"，或者位置不对", name+" is missing, or not in its place")
		}
	}
	return nil
}

// text returns a file that is read as a whole.
func (a *archive) text(name string) ([]byte, error) {
	f := a.named[name]
	if f == nil {
		return nil, broken("missing", 0, "缺少文件："+name, name+" is missing")
	}
	if f.UncompressedSize64 > maxText {
		return nil, unusable("too_large", "文件过大："+name, name+" is too large")
	}
	return io.ReadAll(a.stream(f))
}

// stream reads a file as it stands. The checksum of the zip is no part of what
// is proved, and is compared at the end.
func (a *archive) stream(f *zip.File) io.Reader {
	begins, err := f.DataOffset()
	if err != nil { // it was read before
		return strings.NewReader("")
	}
	return io.NewSectionReader(a.r, begins, int64(f.UncompressedSize64))
}

// lines takes a file of lines apart; each ends with LF.
func lines(data []byte) ([][]byte, bool) {
	if len(data) == 0 {
		return nil, true
	}
	if data[len(data)-1] != '\n' {
		return nil, false
	}
	return bytes.Split(data[:len(data)-1], []byte("\n")), true
}

// under lists the files of a directory.
func (a *archive) under(dir string) []text {
	var list []text
	for _, f := range a.files {
		if strings.HasPrefix(f.Name, dir) {
			list = append(list, text{path: f.Name})
		}
	}
	return list
}

// same compares what is written with the dossier, and remembers the first
// place in which they differ.
type same struct {
	a  *archive
	at int64
	// differs is that place, -1 when there is none
	differs int64
	buf     []byte
}

func (s *same) Write(p []byte) (int, error) {
	if s.differs >= 0 {
		return 0, errDiffers
	}
	s.buf = slices.Grow(s.buf[:0], len(p))[:len(p)]
	n, err := s.a.r.ReadAt(s.buf, s.at)
	if n < len(p) {
		s.differs = s.at + int64(n)
		if err == nil || err == io.EOF {
			err = errDiffers
		}
		return 0, err
	}
	if !bytes.Equal(s.buf, p) {
		for i := range p {
			if p[i] != s.buf[i] {
				s.differs = s.at + int64(i)
				return 0, errDiffers
			}
		}
	}
	s.at += int64(len(p))
	return len(p), nil
}

var errDiffers = fmt.Errorf("%w: written again it is not the same", history.ErrBroken)

// fileAt is the file in which a place of the zip is, its header included; nil
// in the directory.
func (a *archive) fileAt(place int64) *zip.File {
	for _, f := range a.files {
		if begins, err := f.DataOffset(); err == nil && place < begins+int64(f.UncompressedSize64) {
			return f
		}
	}
	return nil
}

// honest reports whether the header of a file fits its content: then it is the
// content that is another.
func (a *archive) honest(f *zip.File) bool {
	crc := crc32.NewIEEE()
	_, err := io.Copy(crc, a.stream(f))
	return err == nil && crc.Sum32() == f.CRC32
}
