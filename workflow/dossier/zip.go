package dossier

import (
	"archive/zip"
	"io"
)

// What every header of the zip says: a file that is stored as it is, of the
// first day that a zip can name. Nothing in it tells when or where it was made.
const (
	zipVersion = 20
	zipUTF8    = 0x800
	zipDate    = 0x21 // 1980-01-01
)

func header(p part) *zip.FileHeader {
	return &zip.FileHeader{
		Name: p.path, Method: zip.Store, Flags: zipUTF8, CreatorVersion: zipVersion, ReaderVersion: zipVersion,
		ModifiedDate: zipDate, //nolint:staticcheck // a raw header has this field and no other
		CRC32:        p.crc, CompressedSize64: uint64(p.size), UncompressedSize64: uint64(p.size),
	}
}

// write writes the dossier. The headers come before the contents, so nothing
// has to be sought back to and the reader may be a connection.
func write(parts []part, w io.Writer) error {
	z := zip.NewWriter(w)
	for _, p := range parts {
		f, err := z.CreateRaw(header(p))
		if err != nil {
			return err
		}
		// Written again, it must be what was measured: the header is out already.
		again, err := measure(p.path, func(also io.Writer) error { return p.write(io.MultiWriter(f, also)) })
		if err != nil {
			return err
		}
		if again.digest != p.digest {
			return changedError(p.path)
		}
	}
	return z.Close()
}

// sizeOf is how long the zip of the parts is, as archive/zip writes it: with
// the long form of the directory where an offset does not fit the short one.
func sizeOf(parts []part) int64 {
	const most = 1<<32 - 1
	var at, directory int64
	for _, p := range parts {
		directory += 46 + int64(len(p.path))
		if at >= most {
			directory += 28
		}
		at += localHeader + int64(len(p.path)) + p.size
	}
	size := at + directory + 22
	if len(parts) >= 1<<16-1 || directory >= most || at >= most {
		size += 56 + 20
	}
	return size
}
