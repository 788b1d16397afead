package httpapi

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// DefaultMediaTypes are the media types of a case file: documents, scans,
// tables, archives, and recordings of meetings. A * at the end stands for
// anything. What a browser would run, HTML and SVG, is not among them; its
// place in a case file is a PDF.
func DefaultMediaTypes() []string {
	const office = "application/vnd.openxmlformats-officedocument."
	return []string{
		"application/pdf", "application/ofd", "application/x-ofd", "application/vnd.ofd",
		office + "wordprocessingml.document", office + "spreadsheetml.sheet", office + "presentationml.presentation",
		"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.ms-works", "application/x-ole-storage",
		"application/wps-office.*", "application/kswps", "application/kset", "application/ksdps",
		"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.presentation",
		"image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp", "image/heic", "image/heif",
		"text/plain", "text/csv", "text/tab-separated-values", "text/markdown", "text/rtf", "application/json", "text/xml",
		"application/zip", "application/vnd.rar", "application/x-7z-compressed",
		"audio/*", "video/*", "application/ogg",
	}
}

// mediaTypes are those that are taken.
type mediaTypes []string

// takes reports whether a media type is taken, under whatever name.
func (t mediaTypes) takes(media string) bool {
	media = canonical(media)
	return slices.ContainsFunc(t, func(one string) bool {
		if prefix, open := strings.CutSuffix(strings.ToLower(one), "*"); open {
			return strings.HasPrefix(media, prefix)
		}
		return canonical(one) == media
	})
}

// said reads what a client says a file is: nothing, when it cannot be read or
// says no more than that it is a file.
func said(header string) string {
	media, _, err := mime.ParseMediaType(header)
	if err != nil || media == octets || !strings.Contains(media, "/") || len(header) > 200 || !printable(header) {
		return ""
	}
	return header
}

// octets is the media type of what is not known.
const octets = "application/octet-stream"

// sniffed is how much of a file is looked at.
const sniffed = 4096

// of says what a file is: what the client says, when that is taken and the
// beginning of the file does not show something else; what the beginning shows,
// when the client says nothing. Some things cannot be told apart by looking:
// there the client is believed.
func (t mediaTypes) of(claim string, content io.ReaderAt) (string, error) {
	if claim != "" && !t.takes(claim) {
		return "", notTaken("不接收这种类型的文件", "a file of this type is not taken")
	}
	head := make([]byte, sniffed)
	n, err := content.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	head = head[:n]
	looks := mimetype.Detect(head)
	switch {
	case claim != "" && t.agree(claim, looks, head):
		return claim, nil
	case claim != "":
		return "", notTaken(fmt.Sprintf("内容不是所称的类型，而是%s", looks), fmt.Sprintf("the content is not of the type that is said; it is %s", looks))
	case looks.Is(octets):
		return "", notTaken("看不出文件的类型，须在Content-Type中说明", "the file does not show what it is; say so in Content-Type")
	}
	is := canonical(looks.String())
	switch {
	case is == "application/zip" && strings.Contains(string(head), "OFD.xml"):
		is = "application/ofd"
	case strings.HasSuffix(looks.String(), "charset=utf-8"):
		is = looks.String()
	}
	if !t.takes(is) {
		return "", notTaken(fmt.Sprintf("不接收这种类型的文件：%s", is), fmt.Sprintf("a file of this type is not taken: %s", is))
	}
	return is, nil
}

func notTaken(zh, en string) error { return coded{"unsupported_media_type", zh, en} }

// agree reports whether a file may be what it is said to be.
func (t mediaTypes) agree(claim string, looks *mimetype.MIME, head []byte) bool {
	of, is := family(claim), family(looks.String())
	switch of {
	case "text": // in any encoding; a table may begin with the letters of a program
		return is == "text" || looks.Is(octets) || strings.HasPrefix(http.DetectContentType(head), "text/")
	case "recording": // of many kinds, not all of which can be recognised
		return is == of && t.takes(looks.String()) || looks.Is(octets)
	case "": // of the host's own
		return looks.Is(octets) || looks.Is("text/plain") || container(looks)
	}
	return is == of && (container(looks) || t.takes(looks.String()))
}

// container reports whether the beginning shows what a file is packed in, and
// no more than that.
func container(looks *mimetype.MIME) bool {
	return looks.Is("application/zip") || looks.Is("application/x-ole-storage")
}

// canonical is the one name of a media type, without parameters.
func canonical(media string) string {
	media, _, _ = mime.ParseMediaType(media)
	switch media {
	case "image/jpg", "image/pjpeg":
		return "image/jpeg"
	case "application/x-ofd", "application/vnd.ofd":
		return "application/ofd"
	}
	if known := mimetype.Lookup(media); known != nil {
		media, _, _ = mime.ParseMediaType(known.String())
	}
	return media
}

// family is what a media type can be mistaken for by an honest client: text for
// text, a picture for a picture, and a document of one office suite for that of
// another, in whatever it is packed. Any other type is a family by itself; one
// that is not known has none.
func family(media string) string {
	media = canonical(media)
	known := mimetype.Lookup(media)
	for m := known; m != nil; m = m.Parent() {
		switch {
		case m.Is("text/rtf"), container(m):
			return "document"
		case m.Is("text/plain"):
			return "text"
		}
	}
	top, sub, _ := strings.Cut(media, "/")
	switch {
	case slices.Contains([]string{"ofd", "vnd.ms-works", "kswps", "kset", "ksdps"}, sub), strings.HasPrefix(sub, "wps-office."):
		return "document"
	case top == "text", strings.HasSuffix(sub, "+xml"), strings.HasSuffix(sub, "+json"):
		return "text"
	case top == "image":
		return "image"
	case top == "audio", top == "video", media == "application/ogg":
		return "recording"
	case known != nil:
		return media
	}
	return ""
}
