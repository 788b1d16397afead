package statistics_test

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/juece/juece/workflow/statistics"
)

// The numbers of a published yearly report: 19,770 filed, 19,716 due to close,
// 8,651 closed on time, 19,119 closed. Both of its rates are over what was due
// to close; over what was filed they would be others.
func TestTheRatesOfAPublishedReport(t *testing.T) {
	t.Parallel()
	const filed, due, onTime, closed = 19770, 19716, 8651, 19119
	for _, c := range []struct {
		rate statistics.Rate
		want string
	}{
		{statistics.Rate{Count: onTime, Of: due}, "43.88%"},
		{statistics.Rate{Count: closed, Of: due}, "96.97%"},
		{statistics.Rate{Count: onTime, Of: filed}, "43.76%"},
		{statistics.Rate{Count: closed, Of: filed}, "96.71%"},
	} {
		if got := c.rate.String(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.rate, got, c.want)
		}
	}
}

func TestRateRoundsHalfUpAndHasNoValueOverZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		count, of int64
		want      string
	}{
		{0, 0, "—"},
		{5, 0, "—"},
		{0, 5, "0.00%"},
		{5, 5, "100.00%"},
		{1, 3, "33.33%"},
		{2, 3, "66.67%"},
		{1, 20000, "0.01%"}, // 0.005 %, the half goes up
		{1, 20001, "0.00%"},
		{3, 20000, "0.02%"}, // 0.015 %
		{19999, 20000, "100.00%"},
		{1, 8, "12.50%"},
		{-1, 5, "—"},
		{1, -5, "—"},
		{6, 5, "—"}, // no share of five
		{math.MaxInt64, math.MaxInt64, "100.00%"},
		{math.MaxInt64 / 2, math.MaxInt64, "50.00%"},
		{1, math.MaxInt64, "0.00%"},
		{math.MinInt64, math.MaxInt64, "—"},
	} {
		if got := (statistics.Rate{Count: c.count, Of: c.of}).String(); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.count, c.of, got, c.want)
		}
	}
}

func TestRateIsExactForEveryShare(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 713))
	for range 200_000 {
		of := r.Int64N(math.MaxInt64>>r.IntN(62)) + 1
		count := r.Int64N(of + min(1, math.MaxInt64-of))
		// floor((20000·count + of) / 2·of)
		num := new(big.Int).Mul(big.NewInt(count), big.NewInt(20000))
		num.Add(num, big.NewInt(of))
		want := num.Div(num, new(big.Int).Mul(big.NewInt(of), big.NewInt(2))).Int64()
		if got, ok := (statistics.Rate{Count: count, Of: of}).Hundredths(); !ok || got != want {
			t.Fatalf("%d of %d: %d, want %d", count, of, got, want)
		}
	}
}

func TestRateAsJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate statistics.Rate
		want string
	}{
		{statistics.Rate{Count: 8651, Of: 19716}, `{"count":8651,"of":19716,"hundredths":4388,"text":"43.88%"}`},
		{statistics.Rate{}, `{"count":0,"of":0,"hundredths":null,"text":"—"}`},
	} {
		text, err := json.Marshal(c.rate)
		if err != nil || string(text) != c.want {
			t.Errorf("%s, want %s: %v", text, c.want, err)
		}
		var back statistics.Rate
		if err := json.Unmarshal(text, &back); err != nil || back != c.rate {
			t.Errorf("%+v, want %+v: %v", back, c.rate, err)
		}
	}
}
