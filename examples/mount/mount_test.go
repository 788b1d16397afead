// Package mount_test shows the procedure inside the API of another service,
// with that service's own identity.
package mount_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/sqlite"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi"
)

// sessions are how the host knows its people; nothing of it is Juece's.
type sessions map[string]decision.Actor

var errNoSession = errors.New("no session")

// identify translates a session of the host into an actor of the procedure.
func (s sessions) identify(ctx huma.Context) (decision.Actor, error) {
	cookie, err := huma.ReadCookie(ctx, "session")
	if err != nil {
		return decision.Actor{}, errNoSession
	}
	actor, known := s[cookie.Value]
	if !known {
		return decision.Actor{}, errNoSession
	}
	return actor, nil
}

// A service with an API of its own mounts the procedure under /decide, beside
// what it serves already, and describes both in one document.
func Example() {
	dir, err := os.MkdirTemp("", "juece-mount-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	st, err := sqlite.Open(context.Background(), filepath.Join(dir, "juece.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	if err := st.Migrate(context.Background()); err != nil {
		log.Fatal(err)
	}
	packs, err := workflow.Packs()
	if err != nil {
		log.Fatal(err)
	}
	svc := &workflow.Service{Store: st, Register: st, Vault: st, Packs: packs, Calendar: calendar.China()}

	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("办公平台", "1.0"))
	huma.Get(api, "/rooms", func(context.Context, *struct{}) (*struct{ Body []string }, error) {
		return &struct{ Body []string }{[]string{"第一会议室"}}, nil
	})
	people := sessions{
		"7f3a": {ID: "办公室经办人", Organ: "县人民政府", Unit: "县政府办公室", Roles: []decision.Role{workflow.RoleGovOffice}},
	}
	if err := httpapi.Register(huma.NewGroup(api, "/decide"), svc, httpapi.Options{Identify: people.identify}); err != nil {
		log.Fatal(err)
	}

	host := httptest.NewServer(mux)
	defer host.Close()
	ask := func(method, path, session, body string) {
		r, err := http.NewRequestWithContext(context.Background(), method, host.URL+path, strings.NewReader(body))
		if err != nil {
			log.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept-Language", "en")
		if session != "" {
			r.AddCookie(&http.Cookie{Name: "session", Value: session})
		}
		w, err := host.Client().Do(r)
		if err != nil {
			log.Fatal(err)
		}
		defer w.Body.Close()
		if _, err := io.Copy(io.Discard, w.Body); err != nil {
			log.Fatal(err)
		}
		fmt.Println(strings.TrimSpace(fmt.Sprint(method, " ", path, " ", w.StatusCode, " ", w.Header.Get("ETag"))))
	}
	matter, err := json.Marshal(map[string]any{"act": decision.Propose{
		Title: "县城区餐饮油烟污染防治办法", Organ: decision.Organ{Name: "县人民政府", Level: "county"},
		Category: "public_policy", CategoryReason: "环境保护方面的重大公共政策", Exclusion: "none",
		Source: "department", Proposer: "县城市管理局", InWriting: new(true),
		Problem: "城区餐饮油烟投诉集中", Reasons: "现有措施不能解决问题", Basis: "大气污染防治法第八十一条",
		Solution: "分区管理，限期安装净化设施", Feasibility: "必要且可行，经费已测算",
	}})
	if err != nil {
		log.Fatal(err)
	}
	ask("GET", "/rooms", "", "")
	ask("GET", "/decide/decisions", "", "")
	ask("GET", "/decide/decisions", "7f3a", "")
	ask("POST", "/decide/decisions", "7f3a", string(matter))
	// Output:
	// GET /rooms 200
	// GET /decide/decisions 401
	// GET /decide/decisions 200
	// POST /decide/decisions 201 "1"
}
