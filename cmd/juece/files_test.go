package main

import (
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/juece/juece/workflow/httpapi"
)

func TestFileFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o, err := fileFlags{SpoolDir: dir, MediaType: []string{"default", "image/vnd.dwg"}, MaxMaterial: 64}.into(httpapi.Options{Program: "p"})
	if err != nil || o.SpoolDir != dir || o.MaxMaterialBytes != 64<<20 || o.Program != "p" || !slices.Equal(o.MediaTypes, append(httpapi.DefaultMediaTypes(), "image/vnd.dwg")) {
		t.Errorf("%+v %v", o, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if o, err := (fileFlags{MaxMaterial: 32}).into(httpapi.Options{}); err != nil || o.MediaTypes != nil {
		t.Errorf("by default: %+v %v", o, err)
	}
	for what, f := range map[string]fileFlags{
		"no directory": {SpoolDir: dir + "/none", MaxMaterial: 1}, "nothing may be sent": {}, "more than a dossier takes": {MaxMaterial: 4 << 10},
		"no type": {MaxMaterial: 1, MediaType: []string{"pdf"}}, "two types in one": {MaxMaterial: 1, MediaType: []string{"a/b,c/d"}},
	} {
		if _, err := f.into(httpapi.Options{}); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}

// deadlines is an answer that notes until when it may be written.
type deadlines struct {
	*httptest.ResponseRecorder
	last time.Time
}

func (d *deadlines) SetWriteDeadline(by time.Time) error {
	d.last = by
	return nil
}

// Each part of an answer has its time, and none goes beyond the end.
func TestAnAnswerMayTakeAsLongAsItMoves(t *testing.T) {
	t.Parallel()
	now := time.Now()
	to := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	a := &answered{ResponseWriter: to, end: now.Add(answerTime)}
	for range 2 {
		if _, err := a.Write([]byte("x")); err != nil || to.last.Before(now.Add(partTime)) || to.last.After(time.Now().Add(partTime)) {
			t.Errorf("%v %v", to.last.Sub(now), err)
		}
	}
	a.end = now.Add(time.Second)
	if _, err := a.Write([]byte("x")); err != nil || !to.last.Equal(a.end) {
		t.Errorf("%v %v", to.last.Sub(now), err)
	}
}
