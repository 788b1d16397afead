package delivery_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
)

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hooks.yaml")
	ok(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestAFileOfSubscribersIsRead(t *testing.T) {
	t.Parallel()
	path := written(t, `
source: https://juece.example.gov.cn
retention_days: 90
due_within: 5
subscribers:
  - name: oa
    url: https://oa.example.gov.cn/hooks
    secrets: [`+firstText+`]
    secret_files: [next.secret]
    types: [cn.juece.act.recorded/1]
    organs: [某市人民政府]
    since: 2026-02-13
  - name: archive
    url: http://10.1.2.3:8080/events
    secrets: [`+secondText+`]
    allow_private: true
`)
	ok(t, os.WriteFile(filepath.Join(filepath.Dir(path), "next.secret"), []byte(secondText+"\n"), 0o600))
	c, err := delivery.ReadFile(path)
	ok(t, err)
	same(t, "source", c.Source, "https://juece.example.gov.cn")
	same(t, "numbers", []any{c.Retention, c.DueWithin}, []any{90 * 24 * time.Hour, calendar.WorkingDays(5)})
	oa, archive := c.Subscribers[0], c.Subscribers[1]
	same(t, "secrets", []int{len(oa.Secrets), len(archive.Secrets)}, []int{2, 1})
	same(t, "since", oa.Since.Equal(time.Date(2026, 2, 12, 16, 0, 0, 0, time.UTC)), true) // midnight in China
	same(t, "oa", []any{oa.Name, oa.URL, oa.Types, oa.Organs, oa.AllowPrivate},
		[]any{"oa", "https://oa.example.gov.cn/hooks", []string{delivery.TypeActRecorded}, []string{"某市人民政府"}, false})
	same(t, "archive", []any{archive.URL, archive.AllowPrivate, archive.Types}, []any{"http://10.1.2.3:8080/events", true, []string(nil)})
	for _, form := range []string{"%v", "%+v", "%s", "%#v", "%q"} {
		if text := fmt.Sprintf(form, c); strings.Contains(text, "MfKQ9r8G") || strings.Contains(text, "AAAAAAAA") {
			t.Errorf("%s prints a secret", form)
		}
	}

	// What is left out has its default.
	c, err = delivery.ReadFile(written(t, "source: /here\nsubscribers: [{name: a, url: 'https://example.com', secrets: ["+firstText+"]}]\n"))
	ok(t, err)
	same(t, "defaults", []any{c.Retention, c.DueWithin, c.Subscribers[0].Since.IsZero()}, []any{30 * 24 * time.Hour, calendar.WorkingDays(3), true})
}

func TestWhatIsWrongWithAFileIsNamedByField(t *testing.T) {
	t.Parallel()
	const good = `source: https://juece.example.gov.cn
subscribers:
  - name: oa
    url: https://oa.example.gov.cn
    secrets: [` + firstText + `]
`
	for name, c := range map[string]struct {
		old, new string
		want     string // field: line, in order
	}{
		"no source":         {"source: https://juece.example.gov.cn\n", "", "source:0"},
		"no subscriber":     {good[strings.Index(good, "subscribers"):], "subscribers: []\n", "subscribers:2"},
		"unknown field":     {"    url:", "    link: x\n    url:", "subscribers[0].link:4"},
		"unknown at top":    {"source:", "hooks: x\nsource:", "hooks:1"},
		"wrong type":        {"name: oa", "name: [oa]", "subscribers[0].name[0]:3"},
		"no YAML":           {"subscribers:", "subscribers: [", ":"},
		"a bad name":        {"name: oa", "name: 办公", "subscribers[0].name:3"},
		"http":              {"url: https:", "url: http:", "subscribers[0].url:4"},
		"a user":            {"https://oa", "https://user:hunter2hunter2@oa", "subscribers[0].url:4"},
		"another scheme":    {"https://oa", "ftp://oa", "subscribers[0].url:4"},
		"a private address": {"https://oa.example.gov.cn", "https://192.168.0.1", "subscribers[0].url:4"},
		"a mapped address":  {"https://oa.example.gov.cn", "'https://[::ffff:10.0.0.1]'", "subscribers[0].url:4"},
		"no secret":         {"secrets: [" + firstText + "]", "types: []", "subscribers[0].secrets:3"},
		"a short secret":    {firstText, "whsec_hunter2hunter2", "subscribers[0].secrets[0]:5"},
		"a bare secret":     {firstText, strings.TrimPrefix(firstText, "whsec_"), "subscribers[0].secrets[0]:5"},
		"a missing file":    {"secrets: [" + firstText + "]", "secret_files: [none]", "subscribers[0].secret_files[0]:5"},
		"an unknown type":   {"    url:", "    types: [cn.juece.act/9]\n    url:", "subscribers[0].types[0]:4"},
		"an empty organ":    {"    url:", "    organs: ['']\n    url:", "subscribers[0].organs[0]:4"},
		"a bad day":         {"    url:", "    since: 2026-02-30\n    url:", "subscribers[0].since:4"},
		"a number too low":  {"source:", "retention_days: 0\ndue_within: 0\nsource:", "retention_days:1 due_within:2"},
		"one name twice": {
			"  - name: oa", "  - {name: oa, url: 'https://x.example', secrets: [" + secondText + "]}\n  - name: oa", "subscribers[1].name:4",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(good, c.old) != 1 {
				t.Fatalf("%q stands %d times", c.old, strings.Count(good, c.old))
			}
			_, err := delivery.ReadFile(written(t, strings.Replace(good, c.old, c.new, 1)))
			var all delivery.Errors
			if !errors.As(err, &all) || !errors.Is(err, delivery.ErrConfig) {
				t.Fatal(err)
			}
			var fields []string
			for _, e := range all {
				fields = append(fields, fmt.Sprintf("%s:%d", e.Field, e.Line))
				if e.Zh == "" || e.En == "" || e.Message("zh") == e.Message("en") {
					t.Errorf("said: %q, %q", e.Zh, e.En)
				}
			}
			if got := strings.Join(fields, " "); !strings.HasPrefix(got, c.want) {
				t.Errorf("fields: %s, want %s", got, c.want)
			}
			for _, secret := range []string{"hunter2", "MfKQ9r8G", "AAAAAAAA"} {
				if strings.Contains(err.Error()+all.Message("zh"), secret) {
					t.Errorf("a secret is told: %v", err)
				}
			}
		})
	}
}

func TestReasonsAreSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, r := range []delivery.Reason{
		"http 503", delivery.ReasonTimeout, delivery.ReasonName, delivery.ReasonAddress, delivery.ReasonTLS, delivery.ReasonConnection, delivery.ReasonEvent,
	} {
		if r.Text("zh") == r.Text("en") || r.Text("en") == string(r) {
			t.Errorf("%s: %s, %s", r, r.Text("zh"), r.Text("en"))
		}
	}
}
