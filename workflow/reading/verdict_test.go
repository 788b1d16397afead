package reading_test

// impossible lists the rules that nothing in these histories can break: in a
// file, what they ask for is either told or not known.
var impossible = map[string]string{
	"R10.2": "each of the five points is told or not known",
	"R14.2": "the way of hearing is told or not known",
	"R15.2": "the reason in the notice is told or not known",
	"R15.3": "each part of the notice is told or not known",
	"R17.3": "a participant signed, refused, or it is not known",
	"R23.1": "risk points and measures are told or not known",
	"R23.2": "the departments heard are told or not known",
	"F3":    "ground, alternatives and end are told or not known",
	"F5":    "those heard are told or not known",
	"R30.4": "the reason is told or not known",
	"R33.2": "each part of an item is told or not known",
	"R36.4": "those heard are told or not known",
	"R44.1": "no day moves before 2019",
}

// unread lists the rules of which no statute speaks, and why they have no
// reader.
var unread = map[string]string{
	"R44.2": "it compares packs, not acts",
	"S38.2": "the arithmetic of a score sheet",
	"S38.3": "the bookkeeping of a score sheet",
}

// disputed lists the rules in which this reading holds the evaluator to be
// wrong, each with its ground in the statute. Their differences are counted
// and logged.
var disputed = map[string]string{}
