package statistics_test

import (
	"testing"

	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/statistics"
	"github.com/juece/juece/workflow/workflowtest"
)

func BenchmarkAdd(b *testing.B) {
	c := workflowtest.Play(b, "d713", sample.Walk("d713"))
	t := statistics.Tally{Period: half}
	b.ReportAllocs()
	for b.Loop() {
		t.Add(c, date("2026-07-31"))
	}
}
