package reading_test

import (
	"slices"

	"github.com/juece/juece/workflow/calendar"
)

// sevenWorkingDays counts the working days after one day up to another.
func sevenWorkingDays(from, to calendar.Date) answer {
	if from.IsZero() || to.IsZero() {
		return cannotTell
	}
	n := 0
	for day := from.AddDays(1); !day.After(to); day = day.AddDays(1) {
		if worked(day.String(), int(day.Weekday())) {
			n++
		}
	}
	return unless(n >= 7)
}

// worked says whether a day of 2026 is a working day, by the notice of the
// State Council General Office.
func worked(day string, weekday int) bool {
	if slices.Contains([]string{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}, day) {
		return true
	}
	for _, off := range [][2]string{
		{"2026-01-01", "2026-01-03"},
		{"2026-02-15", "2026-02-23"},
		{"2026-04-04", "2026-04-06"},
		{"2026-05-01", "2026-05-05"},
		{"2026-06-19", "2026-06-21"},
		{"2026-09-25", "2026-09-27"},
		{"2026-10-01", "2026-10-07"},
	} {
		if off[0] <= day && day <= off[1] {
			return false
		}
	}
	return weekday != 0 && weekday != 6
}
