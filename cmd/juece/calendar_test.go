package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func calendarSays(t *testing.T, c calendarCmd) (string, string, error) {
	t.Helper()
	var out, complaint bytes.Buffer
	if c.Lang == "" {
		c.Lang = "zh"
	}
	err := c.Run(streams{out: &out, err: &complaint})
	return out.String(), complaint.String(), err
}

func TestCalendarAnswersAClerk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cmd  calendarCmd
		want []string
	}{
		{calendarCmd{From: "2026-02-13", Step: "+7wd"}, []string{"2026-03-02  周一", "2026-02-15—2026-02-23  春节", "2026-03-01  周日", "国办发明电〔2025〕7号"}},
		{calendarCmd{From: "2026-03-02", Step: minus + "7wd", Lang: "en"}, []string{"2026-02-13  Friday", "Spring Festival"}},
		{calendarCmd{From: "2026-04-10", Step: "-7d"}, []string{"2026-04-03  周五"}},
		{calendarCmd{From: "2026-03-05", Step: "+30d"}, []string{"2026-04-07  周二", "2026-04-04（周六）", "第二百零三条"}},
		{calendarCmd{From: "2025-03-07", Step: "2025-04-07"}, []string{"不计首日31日，计首日32日"}},
		{calendarCmd{From: "2026-12-25", Step: "+10wd"}, []string{"暂定：2027年的放假安排通知尚未载入"}},
		{calendarCmd{From: "2026-12-25", Step: "2028-01-05", Lang: "en"}, []string{"PROVISIONAL: the holiday notice for 2027, 2028 is not loaded"}},
		{calendarCmd{From: "2022-12-30", Step: "+1wd"}, []string{"2023-01-03", "国办发明电〔2022〕16号", "2022-12-31—2023-01-02  元旦"}},
	} {
		got, complaint, err := calendarSays(t, c.cmd)
		if err != nil || complaint != "" {
			t.Errorf("%+v: %v, %s", c.cmd, err, complaint)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%+v: no %q in\n%s", c.cmd, want, got)
			}
		}
	}
}

func TestCalendarAnswersAProgram(t *testing.T) {
	t.Parallel()
	out, _, err := calendarSays(t, calendarCmd{From: "2026-12-25", Step: "+10wd", Format: "json"})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Date        string           `json:"date"`
		Provisional bool             `json:"provisional"`
		NotCounted  []map[string]any `json:"not_counted"`
		Notices     []map[string]any `json:"notices"`
		Counted     int              `json:"counted"`
		Missing     []int            `json:"missing"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Date == "" || !got.Provisional || len(got.NotCounted) == 0 || len(got.Notices) != 1 || got.Counted != 10 || !slices.Equal(got.Missing, []int{2027}) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestCalendarSaysWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for _, c := range []calendarCmd{
		{From: "13.2.2026", Step: "+7wd"},
		{From: "2026-02-13", Step: "7wd"},
		{From: "2026-02-13", Step: "+7"},
		{From: "2026-02-13", Step: "2026-02-12"},
		{From: "2026-02-13", Step: "+99999wd"},
		{From: "2026-02-13", Step: "+30x", Lang: "en"},
		{From: "0001-01-03", Step: "-7wd"},
		{From: "9999-12-31", Step: "+1d"},
	} {
		out, complaint, err := calendarSays(t, c)
		if !errors.Is(err, exitUnusable) || complaint == "" || out != "" {
			t.Errorf("%+v: %v, %q, %q", c, err, out, complaint)
		}
	}
}

func TestACountBackwardsIsNoFlag(t *testing.T) {
	t.Parallel()
	got := signed([]string{"calendar", "2026-03-02", "-7wd", "--lang", "en", "-h"})
	if strings.Join(got, " ") != "calendar 2026-03-02 "+minus+"7wd --lang en -h" {
		t.Errorf("%q", got)
	}
}

func TestCalendarOnTheCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"calendar", "2026-03-02", "-7wd"}, exitOK, "2026-02-13  周五"},
		{[]string{"calendar", "--lang", "en", "2026-03-02", "-7wd"}, exitOK, "2026-02-13  Friday"},
		{[]string{"calendar", "2026-03-02", "--lang", "en", "-7d"}, exitOK, "2026-02-23  Monday"},
		{[]string{"calendar", "2026-03-02", "7wd"}, exitUsage, ""},
		{[]string{"calendar", "2026-03-02"}, exitUsage, ""},
		{[]string{"calendar", "2026-03-02", "-7"}, exitUsage, ""},
	} {
		code, stdout, stderr := program(t, c.args...)
		if code != c.code || !says(stdout, c.says) || (stderr == "") != (code == exitOK) {
			t.Errorf("%q: exit %d\nstdout: %s\nstderr: %s", c.args, code, stdout, stderr)
		}
	}
}
