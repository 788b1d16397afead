package statistics

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Count is how often something occurred. An empty ID stands for what the
// record does not tell.
type Count struct {
	ID    string `json:"id"`
	Count int64  `json:"count"`
}

// counter counts by name. Its zero value is empty.
type counter map[string]int64

func (c *counter) add(name string, n int64) {
	if *c == nil {
		*c = counter{}
	}
	(*c)[name] += n
}

func (c *counter) merge(other counter) {
	for name, n := range other {
		c.add(name, n)
	}
}

// rows lists the counts, the largest first.
func (c counter) rows() []Count {
	rows := make([]Count, 0, len(c))
	for _, name := range slices.Sorted(maps.Keys(c)) {
		rows = append(rows, Count{name, c[name]})
	}
	slices.SortStableFunc(rows, func(a, b Count) int { return cmp.Compare(b.Count, a.Count) })
	return rows
}

func (c counter) total() (n int64) {
	for _, k := range c {
		n += k
	}
	return n
}

const (
	// maxTexts is how many different reasons a tally holds apart.
	maxTexts = 500
	// maxRunes is how much of a reason tells it from another.
	maxRunes = 100
	// ShownReasons is how many reasons a report lists by their text.
	ShownReasons = 10
)

// texts counts the reasons that people wrote. It holds at most maxTexts of
// them: the shortest, because what many cases share is a set phrase, and in
// the order of the text among those of one length. A text that was once left
// out can never come back, so the counts of those held are exact and do not
// depend on the order in which the cases came.
type texts struct {
	held []Count // ascending by length and text
	rest int64   // occurrences of texts that are not held
}

func (t *texts) add(text string, n int64) {
	text = clip(strings.Join(strings.Fields(text), " "))
	i, found := slices.BinarySearchFunc(t.held, text, func(c Count, text string) int {
		return cmp.Or(cmp.Compare(len(c.ID), len(text)), cmp.Compare(c.ID, text))
	})
	if found {
		t.held[i].Count += n
		return
	}
	t.held = slices.Insert(t.held, i, Count{text, n})
	if len(t.held) > maxTexts {
		t.rest += t.held[maxTexts].Count
		t.held = t.held[:maxTexts]
	}
}

func (t *texts) merge(other texts) {
	for _, c := range other.held {
		t.add(c.ID, c.Count)
	}
	t.rest += other.rest
}

// rows lists the most frequent texts, and how often there was another.
func (t texts) rows() (shown []Count, other int64) {
	shown = append([]Count{}, t.held...)
	slices.SortStableFunc(shown, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID))
	})
	other = t.rest
	if len(shown) > ShownReasons {
		for _, c := range shown[ShownReasons:] {
			other += c.Count
		}
		shown = shown[:ShownReasons:ShownReasons]
	}
	return shown, other
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxRunes {
		return s
	}
	return string([]rune(s)[:maxRunes-1]) + "…"
}
