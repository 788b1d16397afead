package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/history"
)

// noon is when everything in the samples happens, to the microsecond.
var noon = time.Date(2026, 2, 13, 12, 0, 0, 123456000, time.UTC)

// Act returns a valid write of the next entry: entry, state row, one task,
// an idempotency key and an event. A test changes what matters to it.
func Act(decision string, seq int64) workflow.Write {
	return ActOf(decision, seq, fmt.Appendf(nil, `{"decision":%q,"seq":%d,"act":{"事项":"轨道交通"}}`, decision, seq))
}

// ActOf is [Act] with these very bytes as the entry.
func ActOf(decision string, seq int64, data []byte) workflow.Write {
	digest := history.EntryDigest(data)
	return workflow.Write{
		Entry: history.Record{Seq: seq, Data: data, Digest: digest},
		Summary: workflow.Summary{
			Decision: decision, Version: seq, Head: digest,
			Stage: "participation", Title: "城市轨道交通三期规划", Organ: "某市人民政府", LeadUnit: "交通局",
			Pack: history.DataDigest([]byte("d713")), PackName: "d713",
			CreatedAt: noon, UpdatedAt: noon.Add(time.Duration(seq) * time.Microsecond),
		},
		Tasks: []workflow.Task{{
			Decision: decision, Key: fmt.Sprintf("act-%d", seq), Act: "OpenComment", Rule: "R15.1",
			Role: "undertaker", Unit: "交通局", Organ: "某市人民政府", Due: calendar.MustParseDate("2026-03-15"),
		}},
		Use: &workflow.Use{
			Actor: "张三", Key: fmt.Sprintf("key-%d-%s", seq, digest),
			Request: history.DataDigest(data), Seq: seq,
		},
		Events: []workflow.Event{{ID: fmt.Sprintf("event-%d-%s", seq, digest), Type: "juece.act", Body: data}},
	}
}

// Opinions returns n opinions whose ids ascend from the number first.
func Opinions(first, n int) []workflow.Opinion {
	list := make([]workflow.Opinion, n)
	for i := range list {
		body := fmt.Appendf(nil, `{"salt":"%08d","text":"建议增设公交接驳站点"}`, first+i)
		list[i] = workflow.Opinion{
			ID:     fmt.Sprintf("0198c0de-0000-7000-8000-%012d", first+i),
			Digest: history.OpinionDigest(body), Body: body, ReceivedAt: noon,
		}
	}
	return list
}

// Material returns a material with the content.
func Material(content string) workflow.Material {
	return workflow.Material{
		Digest: history.MaterialDigest([]byte(content)), MediaType: "text/plain", Name: "草案.txt",
		Content: strings.NewReader(content), CreatedAt: noon,
	}
}

// Positions numbers opinions from the position first.
func Positions(first int64, opinions []workflow.Opinion) []workflow.Position {
	list := make([]workflow.Position, len(opinions))
	for i, o := range opinions {
		list[i] = workflow.Position{Opinion: o.ID, Position: first + int64(i)}
	}
	return list
}
