// Package statistics counts what organs did: how much of what was due was
// closed, and closed on time; which steps were performed and which were left
// out, and why; what was recorded late; which rules were not observed; how
// long legality reviews took. It is how decision-making counts in the
// appraisal of an organ and its leaders (Art 9).
//
// A [Tally] folds one case after the other and keeps counts only, so any
// number of cases can stream through it. Two tallies of different cases add up
// by [Tally.Merge], in any order, to what one tally of all of them says.
//
// # What a number means
//
// An act lies in a period when the day it happened does; a case that is not
// live may not tell the day, and then it lies in none. What is said of a
// procedure as a whole (its category and unit, its steps, the findings of the
// rules) is counted in the period in which the procedure was initiated (Art
// 10); where the file of a published case does not tell that day, the first
// day that it does tell stands for it. Stages, findings and due days are as
// the record stands on the day of the count.
//
// Due to close (应结案数) is what has its due day in the period, and what was
// due before and still open when the period began. It is the denominator of
// two rates that are never mixed up: closed on time (按期结案率), which is
// closed on or before the due day, and closed at all by the end of the period
// (结案率). What was filed (立案数) in the period is another number. The due day
// is the one said last, unless it was said when the day had passed already. A
// suspension moves no due day; a task that is open when its decision is
// stopped or replaced lapses. What has no due day, or was closed on a day that
// is not told, is in neither rate and counted as such.
//
// A rate over a denominator of zero does not exist. All arithmetic is in whole
// numbers; see [Rate].
package statistics
