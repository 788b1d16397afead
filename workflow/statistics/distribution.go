package statistics

import (
	"maps"
	"slices"
)

// Distribution sums up whole numbers. The quantiles are numbers that occurred:
// the smallest one that at least so large a share does not exceed (nearest
// rank). All but N are null when there is no number.
type Distribution struct {
	N      int64 `json:"n"`
	Min    *int  `json:"min"`
	Median *int  `json:"median"`
	P90    *int  `json:"p90"`
	Max    *int  `json:"max"`
}

// spread counts how often each number occurred.
type spread map[int]int64

func (s *spread) add(value int, n int64) {
	if *s == nil {
		*s = spread{}
	}
	(*s)[value] += n
}

func (s *spread) merge(other spread) {
	for value, n := range other {
		s.add(value, n)
	}
}

func (s spread) distribution() Distribution {
	var d Distribution
	for _, n := range s {
		d.N += n
	}
	if d.N == 0 {
		return d
	}
	values := slices.Sorted(maps.Keys(s))
	d.Min, d.Max = new(values[0]), new(values[len(values)-1])
	d.Median, d.P90 = s.quantile(values, d.N, 50), s.quantile(values, d.N, 90)
	return d
}

// quantile returns the smallest of the values such that at least so many
// percent of the n numbers do not exceed it.
func (s spread) quantile(values []int, n, percent int64) *int {
	rank := n/100*percent + (n%100*percent+99)/100 // rounded up
	var seen int64
	for _, v := range values {
		if seen += s[v]; seen >= rank {
			return new(v)
		}
	}
	return nil
}
