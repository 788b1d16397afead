// Package calendar counts days as Chinese administrative procedure does.
//
// A [Date] is a civil date. A [Calendar] is a set of year tables, each from
// the notices of the State Council General Office (国务院办公厅) that arrange
// that year's holidays: days off, and weekend days that are worked in exchange
// (调休上班日). A working day (工作日) is a weekday that is not off, or a weekend
// day that is worked. Counting weekdays alone is wrong in both directions.
//
// Days (日) and working days are different types, [Days] and [WorkingDays], so
// that neither can be taken for the other. The day of the event is never
// counted (Civil Code Art 201). A package received on Friday 13 February 2026
// with seven working days for its review is due on Monday 2 March: Saturday
// the 14th is worked and is the first; the Spring Festival takes the 15th to
// the 23rd; the 24th to the 27th are the second to the fifth; Saturday the
// 28th is worked again and is the sixth. [Calendar.AddWorkingDays] counts so,
// [Calendar.AddDays] and [Calendar.Between] count calendar days.
//
// The notice for a year appears in the autumn before it. An answer that
// reaches a year without a table is marked provisional: it counts weekdays as
// an estimate and may change. So is one that reaches the last three days of
// December while the next year's notice, which may arrange New Year's Day
// together with them, is not loaded. A host need not wait for a release of
// this module: [Load] reads tables of the same form as those in years/.
package calendar
