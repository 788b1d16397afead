package calendar

import (
	"fmt"
	"time"
)

// layout is the one accepted text form of a date, ISO 8601 without a time.
const layout = time.DateOnly

// epoch anchors the ordinal of a Date: 0000-12-31, so that 0001-01-01 is day 1
// and the zero Date stands for "not known".
var epoch = time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC).Unix()

const secondsPerDay = 24 * 60 * 60

// The ordinals of 0001-01-01 and 9999-12-31, the dates that the text form can
// write.
const firstDay, lastDay = 1, 3_652_059

// Date is a civil date (日) in the Gregorian calendar, without a time of day
// and without a zone. The zero Date means that the day is not known; a
// published case seldom gives every date, and unknown is not the same as
// wrong. Dates are comparable with == and usable as map keys.
type Date struct{ day int32 }

// NewDate returns the date of the given year, month and day. It reports an
// error for a day that does not exist, such as 30 February.
func NewDate(year int, month time.Month, day int) (Date, error) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1 || year > 9999 || t.Year() != year || t.Month() != month || t.Day() != day {
		return Date{}, fmt.Errorf("calendar: %04d-%02d-%02d is not a date", year, month, day)
	}
	return fromUTC(t), nil
}

// ParseDate reads a date in the form 2026-02-13. No other form is accepted.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fmt.Errorf("calendar: %q is not a date of the form 2026-02-13", s)
	}
	return fromUTC(t), nil
}

// MustParseDate is [ParseDate] for constants in tests and tables; it panics on
// a text that is not a date.
func MustParseDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf returns the civil date in China (Asia/Shanghai, UTC+8 without
// summer time since 1991) at the instant t.
func DateOf(t time.Time) Date { return fromUTC(t.In(china)) }

// china is the zone of every legal deadline in D713. A fixed offset is exact
// for every year since 1992, so no zone database is needed at run time.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

func fromUTC(t time.Time) Date {
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return Date{day: int32((midnight.Unix() - epoch) / secondsPerDay)}
}

// Time returns midnight UTC of the date, for formatting.
func (d Date) Time() time.Time {
	return time.Unix(epoch+int64(d.day)*secondsPerDay, 0).UTC()
}

// Begins returns the instant at which the date begins in China.
func (d Date) Begins() time.Time { return d.Time().Add(-8 * time.Hour) }

// IsZero reports whether the day is not known.
func (d Date) IsZero() bool { return d.day == 0 }

// written reports whether the text form can write the date.
func (d Date) written() bool { return d.day >= firstDay && d.day <= lastDay }

// Equal reports whether both are the same day, or both unknown.
func (d Date) Equal(other Date) bool { return d == other }

// Before reports whether d is an earlier day than other. Callers check
// [Date.IsZero] first: nothing is before or after an unknown day.
func (d Date) Before(other Date) bool { return d.day < other.day }

// After reports whether d is a later day than other; see [Date.Before].
func (d Date) After(other Date) bool { return d.day > other.day }

// AddDays returns the date n calendar days later, or earlier when n is
// negative. An unknown date stays unknown. Callers stay within the years 1 to
// 9999; [Calendar.AddDays] reports an error beyond them.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	return Date{day: d.day + int32(n)}
}

// DaysSince returns the number of calendar days from other to d: the day of
// other is not counted (Civil Code Art 201), the day of d is.
func (d Date) DaysSince(other Date) int { return int(d.day - other.day) }

// Year returns the calendar year.
func (d Date) Year() int { return d.Time().Year() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// String returns the form 2026-02-13, or "" when the day is not known.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Time().Format(layout)
}

// MarshalText writes the form 2026-02-13, or nothing for an unknown day.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form 2026-02-13; an empty text is an unknown day.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
