package httpapi_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/httpapi"
	"github.com/juece/juece/workflow/sample"
)

// taking is a server with a case that files are uploaded to.
type taking struct {
	*harness
	id, spool string
	unit      decision.Actor
}

func take(t *testing.T, options httpapi.Options) *taking {
	t.Helper()
	options.SpoolDir = t.TempDir()
	h := serveWith(t, openSQLite(t), options)
	id, _ := h.walk("d713", sample.Before("d713", "submit_draft"))
	return &taking{h, id, options.SpoolDir, sample.Actor("d713", workflow.RoleUndertakingUnit)}
}

// swept fails the test when something is left in the spool directory, or open of
// what was there: a file without a name takes room as long as it is open.
func (s *taking) swept(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(s.spool)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the spool directory: %v %v", left, err)
	}
	for deadline := time.Now().Add(5 * time.Second); s.open(t) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) { // a request that was given up ends a little later
			t.Errorf("%d files of the spool directory are still open", s.open(t))
			return
		}
	}
}

// open counts the files of the spool directory that this process holds, where
// the system tells.
func (s *taking) open(t *testing.T) (n int) {
	t.Helper()
	held, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range held {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, s.spool+"/") {
			n++
		}
	}
	return n
}

// entry is one part of a form.
type entry struct{ header, text string }

func field(name, text string) entry {
	return entry{fmt.Sprintf("Content-Disposition: form-data; name=%q", name), text}
}

func attached(name, file, media, content string) entry {
	return entry{fmt.Sprintf("Content-Disposition: form-data; name=%q; filename=%q\r\nContent-Type: %s", name, file, media), content}
}

const boundary = "juece-form"

// written is a form with these parts.
func written(parts ...entry) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("--" + boundary + "\r\n" + p.header + "\r\n\r\n" + p.text + "\r\n")
	}
	return b.String() + "--" + boundary + "--\r\n"
}

func (s *taking) form(query string, body any) *httptest.ResponseRecorder {
	return s.do(call{method: "POST", path: "/decisions/" + s.id + "/materials" + query, actor: s.unit, body: body, header: map[string]string{"Content-Type": "multipart/form-data; boundary=" + boundary}})
}

// A form has the file, and what is said of it before the file or after it.
func TestAFormIsUploaded(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{})
	file := attached("file", "报告.txt", "text/plain; charset=utf-8", "调研\r\n--"+boundary+"x\r\n报告")
	secret := []entry{field("restricted", "true"), field("class", "personal"), field("ground", "个人信息保护法\n第二十八条")}
	for what, c := range map[string]struct {
		query      string
		parts      []entry
		name       string
		restricted bool
	}{
		"named by the file":     {"", []entry{file}, "报告.txt", false},
		"a name before":         {"", []entry{field("name", "调研报告"), file}, "调研报告", false},
		"a name after":          {"", []entry{file, field("name", "调研报告"), field("restricted", "false")}, "调研报告", false},
		"a name in the query":   {"?name=n", []entry{file}, "n", false},
		"restricted before":     {"", append(secret[:3:3], file), "报告.txt", true},
		"restricted after":      {"", append([]entry{file}, secret...), "报告.txt", true},
		"restricted both ways":  {"", []entry{secret[1], file, secret[0], secret[2]}, "报告.txt", true},
		"restricted in a query": {"?restricted=true", []entry{file, secret[1], secret[2]}, "报告.txt", true},
	} {
		w := s.form(c.query, written(c.parts...))
		if w.Code != http.StatusCreated {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
			continue
		}
		held := decode[httpapi.HeldMaterial](t, w)
		content := "调研\r\n--" + boundary + "x\r\n报告"
		m, err := s.svc.Vault.Material(t.Context(), s.id, held.Digest)
		if err != nil || held.Name != c.name || held.MediaType != "text/plain; charset=utf-8" || held.Size != int64(len(content)) || (held.Restricted != nil) != c.restricted || held.Digest.Committed() != c.restricted {
			t.Errorf("%s: %+v %v", what, held, err)
			continue
		}
		if got := string(bytesOf(t, m.Content)); got != content {
			t.Errorf("%s: %q", what, got)
		}
	}
	s.swept(t)
}

// What is wrong with a form is said, by the name of the field, and nothing of it
// is kept.
func TestFormsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{MaxMaterialBytes: 1 << 20})
	file := attached("file", "a.txt", "text/plain", "x")
	many := make([]entry, 3000)
	for i := range many {
		many[i] = field("name", "x")
	}
	whole := written(file)
	for what, c := range map[string]struct {
		query, body string
		status      int
		code, field string
	}{
		"no file":                  {"", written(field("name", "x")), 422, "invalid_act", "file"},
		"no part":                  {"", "--" + boundary + "--\r\n", 422, "invalid_act", "file"},
		"two files":                {"", written(file, file), 422, "invalid_act", "file"},
		"an unknown field":         {"", written(file, field("owner", canary)), 422, "invalid_act", "owner"},
		"a field without a name":   {"", written(entry{"Content-Type: text/plain", canary}), 422, "invalid_act", "body"},
		"a field that is no name":  {"", written(field(canary, "x")), 422, "invalid_act", "body"},
		"a file by another name":   {"", written(attached("name", "a.txt", "text/plain", canary)), 422, "invalid_act", "name"},
		"a name twice":             {"", written(field("name", "a"), field("name", "b"), file), 422, "invalid_act", "name"},
		"a name in the query, too": {"?name=a", written(field("name", "b"), file), 422, "invalid_act", "name"},
		"no name at all":           {"", written(entry{`Content-Disposition: form-data; name="file"`, "x"}), 422, "invalid_act", "name"},
		"a long name":              {"", written(field("name", strings.Repeat("长", 301)), file), 422, "invalid_act", "name"},
		"a name that is no text":   {"", written(field("name", "\xb5\xf7"), file), 422, "invalid_act", "name"},
		"a huge field":             {"", written(field("ground", strings.Repeat("a", 10<<10)), file), 422, "invalid_act", "ground"},
		"a field of 20 MiB":        {"", written(field("ground", strings.Repeat("a", 20<<20))), 422, "invalid_act", "ground"},
		"restricted in words":      {"", written(file, field("restricted", "ja")), 422, "invalid_act", "restricted"},
		"restricted by nothing":    {"", written(file, field("restricted", "true")), 422, "invalid_act", "class"},
		"a class for nothing":      {"", written(file, field("class", "personal")), 422, "invalid_act", "restricted"},
		"another class":            {"", written(file, field("restricted", "true"), field("class", canary), field("ground", "x")), 422, "invalid_act", "class"},
		"a form in the form":       {"", written(attached("file", "a", "multipart/mixed; boundary=b", "--b--")), 422, "invalid_act", "file"},
		"a file in base64":         {"", written(entry{file.header + "\r\nContent-Transfer-Encoding: base64", "eA=="}), 422, "invalid_act", "file"},
		"thousands of parts":       {"", written(many...), 422, "invalid_act", "name"},
		"thousands of headers":     {"", written(entry{strings.Repeat("X-A: b\r\n", 20000) + file.header, "x"}), 400, "malformed_body", ""},
		"a file of 20 MiB":         {"", written(attached("file", "a.txt", "text/plain", strings.Repeat("a", 20<<20))), 413, "body_too_large", ""},
		"one byte too many":        {"", written(attached("file", "a.txt", "text/plain", strings.Repeat("a", 1<<20+1))), 413, "body_too_large", ""},
		"much after the form":      {"", whole + strings.Repeat("a", 20<<20), 413, "body_too_large", ""},
		"cut short":                {"", whole[:len(whole)-5], 400, "malformed_body", ""},
		"cut in the file":          {"", whole[:len(whole)-20], 400, "malformed_body", ""},
		"no form":                  {"", canary, 400, "malformed_body", ""},
		"nothing":                  {"", "", 400, "malformed_body", ""},
		"another type":             {"", written(attached("file", "a.html", "text/html", "<html>")), 415, "unsupported_media_type", ""},
	} {
		w := s.form(c.query, c.body)
		p := decode[httpapi.Problem](t, w)
		named := c.field == ""
		for _, f := range p.Errors {
			named = named || f.Field == c.field
		}
		if w.Code != c.status || p.Code != c.code || !named || strings.Contains(w.Body.String(), canary) {
			t.Errorf("%s: %d %.300s, want %d %s %s", what, w.Code, w.Body, c.status, c.code, c.field)
		}
	}
	exact := written(attached("file", "a.txt", "text/plain", strings.Repeat("a", 1<<20)), field("name", "n"))
	if w := s.form("", exact); w.Code != http.StatusCreated {
		t.Errorf("as large as may be: %d %s", w.Code, w.Body)
	}
	for _, media := range []string{"multipart/form-data", "multipart/form-data; boundary=" + strings.Repeat("b", 71), "multipart/mixed; boundary=b", "application/x-www-form-urlencoded"} {
		w := s.do(call{method: "POST", path: "/decisions/" + s.id + "/materials?name=a", actor: s.unit, body: "x", header: map[string]string{"Content-Type": media}})
		if w.Code != http.StatusBadRequest && w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %d %s", media, w.Code, w.Body)
		}
	}
	s.swept(t)
	if s.log.Len() > 0 {
		t.Errorf("logged: %s", s.log)
	}
}

// listen serves over a network, on which a client can be slow, or lie.
func (s *taking) listen(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(s.mux)
	server.Config.ReadTimeout = 2 * time.Minute
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// dial sends the beginning of an upload, and returns what the rest can be
// written to and the answer read from.
func (s *taking) dial(t *testing.T, server *httptest.Server, who decision.Actor, header, begin string) (net.Conn, func() (int, string)) {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	actor, err := json.Marshal(who)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(header, "Content-Type") {
		header += "\r\nContent-Type: text/plain"
	}
	fmt.Fprintf(conn, "POST /v1/decisions/%s/materials?name=a HTTP/1.1\r\nHost: x\r\nX-Actor: %s\r\n%s\r\n\r\n%s", s.id, actor, header, begin)
	return conn, func() (int, string) {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		w, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return 0, err.Error()
		}
		defer w.Body.Close()
		var p struct{ Code string }
		_ = json.NewDecoder(w.Body).Decode(&p)
		return w.StatusCode, p.Code
	}
}

// Whatever a client says of the length of a body, it ends where it must.
func TestLengthsThatLie(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{MaxMaterialBytes: 1 << 20})
	server := s.listen(t)
	chunk := func(size int) string { return fmt.Sprintf("%x\r\n%s\r\n", size, strings.Repeat("a", size)) }
	for what, c := range map[string]struct {
		header, body string
		end          bool // the client says nothing more
		status       int
		code         string
	}{
		"too long, by its own word": {"Content-Length: 20971520", "", false, 413, "body_too_large"},
		"in chunks without an end":  {"Transfer-Encoding: chunked", chunk(1<<20 + 1), false, 413, "body_too_large"},
		"longer than it is":         {"Content-Length: 1000", "abc", true, 400, "malformed_body"},
		"chunks that are none":      {"Transfer-Encoding: chunked", "zz\r\n", true, 400, "malformed_body"},
		"shorter than it is":        {"Content-Length: 3", "abcdefghijkl", false, 201, ""},
		"in chunks":                 {"Transfer-Encoding: chunked", chunk(1<<20) + "0\r\n\r\n", false, 201, ""},
		"of no length":              {"Connection: close", "", false, 201, ""},
	} {
		conn, answer := s.dial(t, server, s.unit, c.header, c.body)
		if c.end {
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		if status, code := answer(); status != c.status || code != c.code {
			t.Errorf("%s: %d %s, want %d %s", what, status, code, c.status, c.code)
		}
	}
	if w := s.do(call{method: "POST", path: "/decisions/" + s.id + "/materials", actor: s.unit, body: "x", header: map[string]string{
		"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "20971520",
	}}); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a form that says too much: %d %s", w.Code, w.Body)
	}
	s.swept(t)
}

// Who may not upload is told so while nothing of the body has come.
func TestPermissionComesBeforeTheBody(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{})
	server := s.listen(t)
	other := s.unit
	other.Organ = "邻县人民政府"
	for what, c := range map[string]struct {
		who    decision.Actor
		status int
		code   string
	}{
		"the public":    {sample.Actor("d713", workflow.RolePublic), 403, "not_permitted"},
		"another organ": {other, 404, "not_found"},
		"nobody":        {decision.Actor{}, 401, "unauthenticated"},
	} {
		begin := time.Now()
		_, answer := s.dial(t, server, c.who, "Content-Length: 30000000", "")
		if status, code := answer(); status != c.status || code != c.code || time.Since(begin) > 10*time.Second {
			t.Errorf("%s: %d %s after %v", what, status, code, time.Since(begin))
		}
	}
	_, answer := s.dial(t, server, other, "Content-Length: 1000", "") // less than a server reads by itself
	if status, _ := answer(); status != http.StatusNotFound {
		t.Errorf("another organ, with little: %d", status)
	}
	_, answer = s.dial(t, server, s.unit, "Content-Length: 30000000\r\nContent-Type: text/html", "")
	if status, _ := answer(); status != http.StatusUnsupportedMediaType {
		t.Errorf("a type that is not taken: %d", status)
	}
	s.swept(t)
}

// A client that stalls is cut off.
func TestAnUploadThatStallsIsCutOff(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{BodyTimeout: 300 * time.Millisecond})
	_, answer := s.dial(t, s.listen(t), s.unit, "Content-Length: 1000000", "abc")
	if status, code := answer(); status != http.StatusRequestTimeout || code != "body_too_slow" {
		t.Errorf("%d %s", status, code)
	}
	s.swept(t)
}

// paced is a step of a file, as [httpapi.Options.BodyTimeout] counts them.
const paced = 64 << 10

// A client that is slow and moves may take longer than one step may, and keeps
// nobody from writing meanwhile.
func TestASlowUploadKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{BodyTimeout: 3 * time.Second})
	conn, answer := s.dial(t, s.listen(t), s.unit, fmt.Sprintf("Content-Length: %d", 6*paced), "")
	for i := range 6 {
		if _, err := conn.Write(bytes.Repeat([]byte("a"), paced)); err != nil {
			t.Fatal(err)
		}
		if i == 5 {
			break
		}
		time.Sleep(700 * time.Millisecond)
		begin := time.Now()
		_, err := s.svc.KeepMaterial(t.Context(), s.id, workflow.Material{Name: "b", MediaType: "text/plain", Content: strings.NewReader(fmt.Sprint(i))})
		if waited := time.Since(begin); err != nil || waited > 2*time.Second {
			t.Errorf("meanwhile, after %v: %v", waited, err)
		}
	}
	if status, code := answer(); status != http.StatusCreated {
		t.Errorf("%d %s", status, code)
	}
	s.swept(t)
}

// Each step in time, and yet without end: all of it has its time, too.
func TestAnUploadWithoutEndIsCutOff(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{BodyTimeout: time.Minute, MaterialTimeout: time.Second})
	begin := time.Now()
	conn, answer := s.dial(t, s.listen(t), s.unit, "Content-Length: 30000000", "")
	go func() {
		for {
			if _, err := conn.Write(bytes.Repeat([]byte("a"), paced/8)); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	if status, code := answer(); status != http.StatusRequestTimeout && status != 0 || time.Since(begin) > 20*time.Second { // 0: the answer was lost to what was still on its way
		t.Errorf("%d %s after %v", status, code, time.Since(begin))
	}
	s.swept(t)
}

// flow is so many bytes that nobody holds.
func flow(size int64) io.Reader { return io.LimitReader(endless{}, size) }

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte('a' + i%26)
	}
	return len(p), nil
}

var uploaded = flag.Int64("uploaded", 96, "MiB of the large file that is uploaded")

// A file goes up and comes down in the memory of a part of it.
func TestALargeFileIsNeverHeldWhole(t *testing.T) {
	if testing.Short() || storetest.RaceEnabled {
		t.Skip("large")
	}
	size := *uploaded << 20
	s := take(t, httpapi.Options{MaxMaterialBytes: size})
	server := s.listen(t)
	actor, err := json.Marshal(s.unit)
	if err != nil {
		t.Fatal(err)
	}
	send := func(method, path string, header http.Header, body io.Reader) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/decisions/"+s.id+"/materials"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = header
		r.Header.Set("X-Actor", string(actor))
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, total := m.HeapInuse, m.TotalAlloc
	begin := time.Now()

	form, to := io.Pipe()
	w := multipart.NewWriter(to)
	go func() {
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="a.txt"`}, "Content-Type": {"text/plain"}})
		if err == nil {
			_, err = io.Copy(part, flow(size))
		}
		if err == nil {
			err = w.Close()
		}
		to.CloseWithError(err)
	}()
	answer := send("POST", "", http.Header{"Content-Type": {w.FormDataContentType()}}, form)
	var held httpapi.HeldMaterial
	if err := json.NewDecoder(answer.Body).Decode(&held); err != nil || answer.StatusCode != http.StatusCreated || held.Size != size {
		t.Fatalf("%d %+v %v", answer.StatusCode, held, err)
	}
	answer.Body.Close()
	up := time.Since(begin)
	runtime.ReadMemStats(&m)
	kept := m.HeapInuse

	answer = send("GET", "/"+string(held.Digest), http.Header{}, nil)
	digest, err := history.SHA256().MaterialFrom(answer.Body)
	answer.Body.Close()
	if err != nil || digest != held.Digest || answer.ContentLength != size {
		t.Errorf("%s, %d bytes: %v", digest, answer.ContentLength, err)
	}
	runtime.ReadMemStats(&m)
	t.Logf("%d MiB up in %v, all in %v; heap %d, %d and %d MiB, %d MiB allocated in all", size>>20, up, time.Since(begin), before>>20, kept>>20, m.HeapInuse>>20, (m.TotalAlloc-total)>>20)
	if max(kept, m.HeapInuse) > before+32<<20 {
		t.Errorf("it sat in memory: %d MiB, then %d and %d", before>>20, kept>>20, m.HeapInuse>>20)
	}
	s.swept(t)
}

// packed is a zip file with entries of these names.
func packed(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		f, err := w.Create(n)
		if err == nil {
			_, err = io.WriteString(f, "内容")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What a client says a file is is held against what it looks like.
func TestMediaTypes(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{})
	const (
		docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		doc  = "application/msword"
	)
	zeros := strings.Repeat("\x00", 600)
	pdf, html, exe, elf := "%PDF-1.7\n1 0 obj", "<!DOCTYPE html><html><body>x", "MZ"+zeros, "\x7fELF\x02\x01\x01"+zeros
	png, jpeg, tiff, mp4 := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "\xff\xd8\xff\xe0\x00\x10JFIF", "II*\x00\x08\x00\x00\x00", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
	ole, rtf, svg := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"+zeros, `{\rtf1\ansi 报告}`, `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	word, sheet := packed(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml"), packed(t, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
	ofd, archive, jar := packed(t, "OFD.xml", "Doc_0/Document.xml"), packed(t, "a.txt"), packed(t, "META-INF/MANIFEST.MF", "A.class")
	gbk := "\xb5\xf7\xd1\xd0\xb1\xa8\xb8\xe6\r\n"
	for i, c := range []struct{ said, content, want string }{ // want "" is refused
		{"application/pdf", pdf, "application/pdf"},
		{"application/pdf", html, ""},
		{"application/pdf", exe, ""},
		{"application/pdf", png, ""},
		{"application/pdf", archive, ""},
		{"application/pdf", "", ""},
		{"application/x-pdf", pdf, "application/x-pdf"},
		{docx, word, docx},
		{docx, archive, docx}, // an entry that tells comes too late
		{docx, ole, docx},     // with a password
		{docx, pdf, ""},
		{docx, exe, ""},
		{docx, jar, ""},
		{xlsx, sheet, xlsx},
		{doc, ole, doc},
		{doc, rtf, doc},
		{doc, word, doc},
		{doc, html, ""},
		{"application/wps-office.wps", ole, "application/wps-office.wps"},
		{"application/wps-office.et", exe, ""},
		{"application/ofd", ofd, "application/ofd"},
		{"application/x-ofd", ofd, "application/x-ofd"},
		{"application/octet-stream", ofd, "application/ofd"},
		{"", ofd, "application/ofd"},
		{"application/ofd", pdf, ""},
		{"application/zip", archive, "application/zip"},
		{"application/x-zip-compressed", word, "application/x-zip-compressed"},
		{"application/zip", jar, ""},
		{"image/png", png, "image/png"},
		{"image/jpeg", png, "image/jpeg"}, // by the wrong ending
		{"image/jpg", jpeg, "image/jpg"},
		{"image/tiff", tiff, "image/tiff"},
		{"image/png", svg, ""},
		{"image/svg+xml", svg, ""},
		{"text/html", html, ""},
		{"", html, ""},
		{"", svg, ""},
		{"", elf, ""},
		{"", "\x01\x02\x03\xfe", ""}, // cannot be told, and is not said
		{"text/plain; charset=gbk", gbk, "text/plain; charset=gbk"},
		{"text/csv", gbk, "text/csv"},
		{"text/csv", "MZ001,2\nMZ002,3\n", "text/csv"},
		{"text/plain", "\x00a\x00b", "text/plain"}, // UTF-16 without a mark
		{"text/plain", elf, ""},
		{"text/plain", pdf, ""},
		{"text/markdown", "<!-- 说明 -->\n# 报告", "text/markdown"},
		{"application/json", `{"a":1}`, "application/json"},
		{"text/xml", `<?xml version="1.0"?><a/>`, "text/xml"},
		{"application/xml", `<?xml version="1.0"?><a/>`, "application/xml"},
		{"", "调研报告", "text/plain; charset=utf-8"},
		{"", gbk, "text/plain"},
		{"nonsense", pdf, "application/pdf"},
		{"text/plain; charset=\"\xff\"", "x", "text/plain; charset=utf-8"},
		{"video/mp4", mp4, "video/mp4"},
		{"audio/mpeg", "ID3\x03\x00", "audio/mpeg"},
		{"audio/mpeg", exe, ""},
		{"video/mp4", html, ""},
		{"application/x-msdownload", exe, ""},
		{"application/java-archive", jar, ""},
	} {
		header := map[string]string{"Content-Type": c.said}
		w := s.do(call{method: "POST", path: "/decisions/" + s.id + "/materials?name=a", actor: s.unit, body: c.content + strings.Repeat("\n", i), header: header})
		switch {
		case c.want == "":
			p := decode[httpapi.Problem](t, w)
			if w.Code != http.StatusUnsupportedMediaType || p.Code != "unsupported_media_type" || p.Detail == "" {
				t.Errorf("%q with %.20q: %d %s", c.said, c.content, w.Code, w.Body)
			}
		case w.Code != http.StatusCreated:
			t.Errorf("%q with %.20q: %d %s", c.said, c.content, w.Code, w.Body)
		default:
			if got := decode[httpapi.HeldMaterial](t, w).MediaType; got != c.want {
				t.Errorf("%q with %.20q: %q, want %q", c.said, c.content, got, c.want)
			}
		}
	}
	s.swept(t)
}

// A host names the types that it takes, its own among them.
func TestMediaTypesOfTheHost(t *testing.T) {
	t.Parallel()
	s := take(t, httpapi.Options{MediaTypes: []string{"text/plain", "application/x-drawing", "application/vnd.*"}})
	for said, want := range map[string]int{
		"text/plain": 201, "application/x-drawing": 201, "application/vnd.x-table": 201, "application/pdf": 415, "text/csv": 415,
	} {
		if w := s.do(call{method: "POST", path: "/decisions/" + s.id + "/materials?name=a", actor: s.unit, body: "\x01\x02\x03\xfe" + said, header: map[string]string{"Content-Type": said}}); w.Code != want {
			t.Errorf("%s: %d %s", said, w.Code, w.Body)
		}
	}
	w := s.do(call{method: "POST", path: "/decisions/" + s.id + "/materials?name=a", actor: s.unit, body: "MZ" + strings.Repeat("\x00", 600), header: map[string]string{"Content-Type": "application/x-drawing"}})
	if w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a program: %d", w.Code)
	}
}
