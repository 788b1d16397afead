package workflow

import "github.com/juece/juece/workflow/calendar"

// workingDays counts the working days after a day up to and including
// another; none when the other comes first. The answer is provisional where a
// year's notice is not loaded.
func workingDays(cal *calendar.Calendar, after, until calendar.Date) (count int, provisional bool, err error) {
	if until.Before(after) {
		return 0, false, nil
	}
	span, err := cal.Between(after, until)
	return int(span.WorkingDays), span.Provisional, err
}

// afterWorkingDays returns the n-th working day after a day, and whether it is
// provisional.
func afterWorkingDays(cal *calendar.Calendar, day calendar.Date, n int) (end calendar.Date, provisional bool, err error) {
	result, err := cal.AddWorkingDays(day, calendar.WorkingDays(n))
	return result.Date, result.Provisional, err
}
