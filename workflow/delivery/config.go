package delivery

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"code.dny.dev/ssrf"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/juece/juece/workflow/calendar"
)

// Config is what a file of subscribers says.
type Config struct {
	Source      string
	Retention   time.Duration
	DueWithin   calendar.WorkingDays
	Subscribers []Subscriber
}

// Deliverer returns one that works as configured.
func (c Config) Deliverer(s Store, cal *calendar.Calendar) *Deliverer {
	return &Deliverer{
		Store: s, Subscribers: c.Subscribers, Source: c.Source, Calendar: cal, DueWithin: c.DueWithin, Retention: c.Retention,
	}
}

// ErrConfig is wrapped by every [Errors].
var ErrConfig = errors.New("delivery: the configuration is not usable")

// Error is one thing that is wrong with a file of subscribers. It repeats no
// value: that could be a secret.
type Error struct {
	File   string
	Line   int    // 0 when it is of the whole file
	Field  string // such as subscribers[0].url
	Zh, En string
}

// Message says it in a language, "zh" or "en".
func (e Error) Message(lang string) string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if e.Field != "" {
		b.WriteString(": " + e.Field)
	}
	if lang == "en" {
		return b.String() + ": " + e.En
	}
	return b.String() + "：" + e.Zh
}

// Errors is everything that is wrong with a file of subscribers.
type Errors []Error

// Error lists everything, a line each, in English.
func (e Errors) Error() string { return e.Message("en") }

// Message lists everything, a line each, in a language, "zh" or "en".
func (e Errors) Message(lang string) string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Message(lang)
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is find ErrConfig.
func (e Errors) Unwrap() error { return ErrConfig }

// file is the form of the file; docs/events.md shows one.
type file struct {
	Source      string           `yaml:"source"`
	Retention   *int             `yaml:"retention_days"`
	DueWithin   *int             `yaml:"due_within"`
	Subscribers []fileSubscriber `yaml:"subscribers"`
}

type fileSubscriber struct {
	Name         string   `yaml:"name"`
	URL          string   `yaml:"url"`
	Secrets      []string `yaml:"secrets"`
	SecretFiles  []string `yaml:"secret_files"` // beside the file, unless absolute
	Types        []string `yaml:"types"`
	Organs       []string `yaml:"organs"`
	Since        string   `yaml:"since"`
	AllowPrivate bool     `yaml:"allow_private"`
}

// ReadFile reads a file of subscribers, strictly. What is wrong with it comes as
// [Errors], all of it at once.
func ReadFile(path string) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	r := &reader{path: path}
	if r.tree, err = parser.ParseBytes(data, 0); err != nil {
		return Config{}, r.malformed(err)
	}
	var f file
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return Config{}, r.malformed(err)
	}
	c := r.config(f)
	if len(r.wrong) > 0 {
		return Config{}, r.wrong
	}
	return c, nil
}

// reader collects what is wrong with a file.
type reader struct {
	path  string
	tree  *ast.File
	wrong Errors
}

func (r *reader) say(field, zh, en string) {
	r.wrong = append(r.wrong, Error{File: r.path, Line: r.line(field), Field: field, Zh: zh, En: en})
}

// line finds where a field stands, or what it belongs to when it is missing.
func (r *reader) line(field string) int {
	for ; field != ""; field = field[:max(0, strings.LastIndexAny(field, ".["))] {
		path, err := yaml.PathString("$." + field)
		if err != nil {
			continue
		}
		if node, err := path.FilterFile(r.tree); err == nil && node != nil && node.GetToken() != nil {
			return node.GetToken().Position.Line
		}
	}
	return 0
}

// malformed reports what the reader of YAML found by its line alone: its own
// words repeat the text.
func (r *reader) malformed(err error) error {
	e := Error{
		File: r.path,
		Zh:   "不是所要求的YAML：字段须为source、retention_days、due_within、subscribers，订阅者的字段见docs/events.md，类型须相符",
		En:   "not the YAML that is wanted: the fields are source, retention_days, due_within and subscribers; docs/events.md lists those of a subscriber, and their types",
	}
	if located, ok := errors.AsType[yaml.Error](err); ok {
		if t := located.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line
			e.Field = r.fieldAt(e.Line)
		}
	}
	return Errors{e}
}

// fieldAt names the field on a line, the longest path where there are several.
func (r *reader) fieldAt(line int) string {
	if r.tree == nil {
		return ""
	}
	found := ""
	for _, d := range r.tree.Docs {
		ast.Walk(visitor(func(n ast.Node) {
			path := strings.TrimPrefix(n.GetPath(), "$.")
			if t := n.GetToken(); t != nil && t.Position != nil && t.Position.Line == line && len(path) > len(found) {
				found = path
			}
		}), d.Body)
	}
	if strings.Contains(found, secretPrefix) || found == "$" {
		return ""
	}
	return found
}

type visitor func(ast.Node)

func (v visitor) Visit(n ast.Node) ast.Visitor {
	v(n)
	return v
}

func (r *reader) config(f file) Config {
	c := Config{Source: f.Source, Retention: defaultRetention, DueWithin: defaultDueWithin}
	if u, err := url.Parse(f.Source); err != nil || f.Source == "" || u.User != nil {
		r.say("source", "须为本系统的标识，如https://juece.example.gov.cn，事件以此说明来自何处", "must be a URI that names this installation, such as https://juece.example.gov.cn: the source of every event")
	}
	if n := f.Retention; n != nil {
		c.Retention = time.Duration(*n) * 24 * time.Hour
		if *n < 1 || *n > 3650 {
			r.say("retention_days", "须为1至3650日", "must be 1 to 3650 days")
		}
	}
	if n := f.DueWithin; n != nil {
		c.DueWithin = calendar.WorkingDays(*n)
		if *n < 1 || *n > 60 {
			r.say("due_within", "须为1至60个工作日", "must be 1 to 60 working days")
		}
	}
	if len(f.Subscribers) == 0 {
		r.say("subscribers", "至少须有一个订阅者", "at least one subscriber is needed")
	}
	seen := map[string]bool{}
	for i, s := range f.Subscribers {
		field := fmt.Sprintf("subscribers[%d]", i)
		if seen[s.Name] {
			r.say(field+".name", "名称不得重复：投递进度按名称记录", "must not stand twice: what was delivered is remembered by the name")
		}
		seen[s.Name] = true
		c.Subscribers = append(c.Subscribers, r.subscriber(field, s))
	}
	return c
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (r *reader) subscriber(field string, f fileSubscriber) Subscriber {
	s := Subscriber{Name: f.Name, URL: f.URL, Types: f.Types, Organs: f.Organs, AllowPrivate: f.AllowPrivate}
	if !nameForm.MatchString(f.Name) {
		r.say(field+".name", "须为1至64个字母、数字、“-”、“_”、“.”，以字母或者数字开头", "must be 1 to 64 letters, digits, -, _ and ., the first a letter or digit")
	}
	r.url(field+".url", f)
	for i, t := range f.Types {
		if !slices.Contains(Types(), t) {
			r.say(fmt.Sprintf("%s.types[%d]", field, i), "没有这种事件；有"+strings.Join(Types(), "、"), "there is no such type; there are "+strings.Join(Types(), ", "))
		}
	}
	for i, o := range f.Organs {
		if strings.TrimSpace(o) == "" {
			r.say(fmt.Sprintf("%s.organs[%d]", field, i), "须为机关名称", "must be the name of an organ")
		}
	}
	if f.Since != "" {
		day, err := calendar.ParseDate(f.Since)
		if err != nil {
			r.say(field+".since", "须为2026-02-13的形式", "must be of the form 2026-02-13")
		}
		s.Since = day.Time().Add(-8 * time.Hour) // midnight in China
	}
	s.Secrets = r.secrets(field, f)
	return s
}

func (r *reader) url(field string, f fileSubscriber) {
	u, err := url.Parse(f.URL)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http":
		r.say(field, "须为https地址，不带用户名、口令和#", "must be an https address without a user, a password or a #")
	case u.Scheme == "http" && !f.AllowPrivate:
		r.say(field, "须为https；确在内网的，配置allow_private: true", "must be https, unless the subscriber has allow_private: true")
	case !f.AllowPrivate:
		// A name is checked when it is called, by the address that it leads to.
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ssrf.New().SafeAddr(ip) != nil {
			r.say(field, "须为公网地址；确在内网的，配置allow_private: true", "must be a public address, unless the subscriber has allow_private: true")
		}
	}
}

func (r *reader) secrets(field string, f fileSubscriber) []Secret {
	var list []Secret
	add := func(field, text string) {
		s, err := ParseSecret(text)
		if err != nil {
			r.say(field, "密钥须为whsec_加24至64字节的base64", "a secret is whsec_ and 24 to 64 bytes in base64")
			return
		}
		list = append(list, s)
	}
	for i, text := range f.Secrets {
		add(fmt.Sprintf("%s.secrets[%d]", field, i), text)
	}
	for i, name := range f.SecretFiles {
		at := fmt.Sprintf("%s.secret_files[%d]", field, i)
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(r.path), name)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			r.say(at, "文件不能读取", "the file cannot be read")
			continue
		}
		add(at, strings.TrimSpace(string(text)))
	}
	if n := len(f.Secrets) + len(f.SecretFiles); n < 1 || n > maxSecrets {
		r.say(field+".secrets", fmt.Sprintf("须有1至%d个密钥（secrets或者secret_files）：每个都签名，以便更换", maxSecrets),
			fmt.Sprintf("1 to %d secrets are needed (secrets or secret_files); each of them signs, so that one can follow another", maxSecrets))
	}
	return list
}

// maxSecrets is enough for one to follow another, and keeps the header short.
const maxSecrets = 4
