package statistics

import (
	"encoding/json"
	"fmt"
	"math/bits"
)

// Rate is a share: Count of Of, such as what was closed of what was due to
// close. It is kept as the two numbers it is made of, so that nothing is lost
// in rounding and nobody has to guess the denominator.
type Rate struct {
	Count int64
	Of    int64
}

// Hundredths returns the rate in hundredths of a percent, rounded half up:
// 4388 for 43.88 %. There is none, and ok is false, over a denominator of
// zero: nothing was due, which is neither 0 % nor 100 %. Nor is there one when
// the two numbers are no share, because one is negative or the count exceeds
// what it is a part of.
func (r Rate) Hundredths() (hundredths int64, ok bool) {
	if r.Of <= 0 || r.Count < 0 || r.Count > r.Of {
		return 0, false
	}
	// floor(Count·10000/Of + 1/2) in 128 bits. The quotient is at most 10000,
	// so the division cannot overflow.
	of := uint64(r.Of)
	hi, lo := bits.Mul64(uint64(r.Count), 2*10000)
	lo, carry := bits.Add64(lo, of, 0)
	q, _ := bits.Div64(hi+carry, lo, 2*of)
	return int64(q), true
}

// String returns the rate with two decimals, "43.88%", or "—" when there is
// none.
func (r Rate) String() string {
	h, ok := r.Hundredths()
	if !ok {
		return "—"
	}
	return fmt.Sprintf("%d.%02d%%", h/100, h%100)
}

// RateView is a rate as JSON shows it.
type RateView struct {
	Count      int64  `json:"count" doc:"分子。The numerator."`
	Of         int64  `json:"of" doc:"分母。The denominator."`
	Hundredths *int64 `json:"hundredths" doc:"万分之几，四舍五入；分母为零则为null。In hundredths of a percent, rounded half up; null over a zero denominator."`
	Text       string `json:"text" example:"43.88%"`
}

// View returns the rate as JSON shows it.
func (r Rate) View() RateView {
	v := RateView{Count: r.Count, Of: r.Of, Text: r.String()}
	if h, ok := r.Hundredths(); ok {
		v.Hundredths = &h
	}
	return v
}

// MarshalJSON writes both numbers, the hundredths of a percent (null when
// there is no rate) and the text.
func (r Rate) MarshalJSON() ([]byte, error) { return json.Marshal(r.View()) }

// UnmarshalJSON reads what MarshalJSON wrote. Only the two numbers count.
func (r *Rate) UnmarshalJSON(data []byte) error {
	var v RateView
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*r = Rate{v.Count, v.Of}
	return nil
}
