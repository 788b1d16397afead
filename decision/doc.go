// Package decision holds the nouns of a major administrative decision
// (重大行政决策) and the acts (程序行为) that its procedure is made of.
//
// An [Act] is one statutory deed. The same struct is the library call, the
// body of an API request, the payload of a history entry and a line of a case
// file; its validate tags say what a well-formed act looks like, its doc
// comment names the article of State Council Decree 713 (重大行政决策程序暂行
// 条例, cited as D713) that it serves. When an act may be done is not decided
// here: that is what package workflow is for.
//
// A [Decision] is the fold of its acts and nothing else: [Decision.Record]
// adds one. Every field of an act can tell unknown from false or zero: a text
// is unknown when it is empty, a date when it is the zero date, a yes or no
// and a count when the pointer is nil. In a live decision the tags demand what
// the law demands ([Validate]); a published case leaves out what its source
// does not say ([ValidateKnown]).
package decision
