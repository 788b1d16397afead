package sample

import "github.com/juece/juece/decision"

// Specimens are one well-formed act of every kind with who does it: those of
// the walk of the decree, and those apart from it. Well formed is not lawful: a
// case that they belong to there is not.
func Specimens() map[decision.Kind]Step {
	all := map[decision.Kind]Step{}
	for _, s := range append(Walk("d713"), Apart("d713")...) {
		if _, known := all[s.Act.Kind()]; !known {
			all[s.Act.Kind()] = s
		}
	}
	return all
}
