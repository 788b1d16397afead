package client_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/httpapi/client"
)

// A unit opens a case and goes on with it, with the structs that a program
// would use that runs the procedure itself.
func Example() {
	ctx := context.Background()
	c := &client.Client{
		Base:      "https://decisions.example.gov.cn/v1",
		Authorize: client.Bearer(os.Getenv("TOKEN")),
		HTTP:      &http.Client{Timeout: 30 * time.Second},
	}
	opened, err := c.Propose(ctx, decision.Propose{ /* … */ }, client.Pack("d713"))
	if err != nil {
		return
	}
	day := calendar.MustParseDate("2026-03-02")
	_, err = c.Do(ctx, opened.Decision, opened.Version, decision.RecordInvestigation{ /* … */ },
		client.OccurredOn(day), client.Reason("R26.3", "…"))
	if client.Is(err, "version_conflict") {
		return // read the case again, and decide again
	}
	var p *client.Problem // code, detail, fields, findings
	if errors.As(err, &p) {
		for _, f := range p.Findings {
			_ = f.Zh // what stands in the way, and who can clear it
		}
	}
}
