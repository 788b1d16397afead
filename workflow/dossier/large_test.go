package dossier_test

import (
	"bytes"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/store/storetest"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/sample"
	"github.com/juece/juece/workflow/workflowtest"
)

var large = flag.Int("large", 4, "how many materials of 32 MiB the large case has")

// A case with many large materials is exported and verified in the memory of
// one of them.
func TestALargeCaseIsStreamed(t *testing.T) {
	if testing.Short() || storetest.RaceEnabled {
		t.Skip("large")
	}
	const size = 32 << 20
	in := install(t, workflowtest.SQLite(t))
	id, err := sample.Perform(t.Context(), in.svc, in.clock, "d713", sample.Before("d713", "submit_draft"))
	if err != nil {
		t.Fatal(err)
	}
	content := make([]byte, size)
	if _, err := rand.Read(content[:1<<20]); err != nil {
		t.Fatal(err)
	}
	act := decision.RecordInvestigation{Unit: sample.LeadUnit, Summary: "测绘成果"}
	for i := range *large {
		copy(content, fmt.Sprintf("第%d幅", i+1))
		m, err := in.svc.KeepMaterial(t.Context(), id, workflow.Material{Name: "图", MediaType: "image/tiff", Content: bytes.NewReader(content)})
		if err != nil {
			t.Fatal(err)
		}
		named := decision.Material{Digest: string(m.Digest), Title: fmt.Sprintf("测绘图第%d幅", i+1)}
		act.Report, act.Materials = named, append(act.Materials, named)
	}
	if _, err := in.svc.Do(t.Context(), workflow.Request{Decision: id, Expect: workflow.Latest, Act: act, Actor: sample.Actor("d713", workflow.RoleUndertakingUnit)}); err != nil {
		t.Fatal(err)
	}
	in.seal(t)
	path := filepath.Join(t.TempDir(), "large.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()

	peak := watch(t)
	begin := time.Now()
	made, err := dossier.Make(t.Context(), in.source(), dossier.Request{Decision: id})
	if err != nil {
		t.Fatal(err)
	}
	n, err := made.WriteTo(f)
	if err != nil || n != made.Size() {
		t.Fatalf("%d bytes written, said %d: %v", n, made.Size(), err)
	}
	exported, written := peak(), time.Since(begin)
	peak, begin = watch(t), time.Now()
	report, err := dossier.Verify(t.Context(), f, n, in.options())
	if err != nil || report.Verdict != dossier.Sound {
		t.Fatalf("%+v, %v", report.Failure, err)
	}
	verified, read := peak(), time.Since(begin)
	t.Logf("%d MiB: exported in %.1f s with %d MiB of memory, verified in %.1f s with %d MiB", n>>20, written.Seconds(), exported>>20, read.Seconds(), verified>>20)
	if exported > 12*size || verified > 2*size {
		t.Errorf("it sat in memory: %d MiB to export, %d MiB to verify", exported>>20, verified>>20)
	}
}

// watch returns a function that tells the most memory in use since.
func watch(t *testing.T) func() uint64 {
	t.Helper()
	runtime.GC()
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
			select {
			case <-stop:
				done <- peak
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-done }
}
