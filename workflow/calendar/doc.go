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
// counted (Civil Code Art 201).
//
// The notice for a year appears in the autumn before it. An answer that
// reaches a year without a table is marked provisional: it counts weekdays as
// an estimate and may change.
package calendar
