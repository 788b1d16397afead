package delivery

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// attempts is how often an event is tried before it is dead.
	attempts = 15
	// A failed attempt is followed by another after a random part of a pause, and
	// not within leastPause. The pause is firstPause at first, four times as long
	// each time, and longestPause at most: two days in all on average, four at
	// most.
	firstPause   = 10 * time.Second
	longestPause = 12 * time.Hour
	leastPause   = time.Second
)

// pauseAfter is the longest pause after the n-th attempt.
func pauseAfter(n int) time.Duration {
	pause := firstPause
	for i := 1; i < n && pause < longestPause; i++ {
		pause *= 4
	}
	return min(pause, longestPause)
}

// retryAfter reads how long a subscriber asks to be left alone (RFC 9110,
// 10.2.3): at most longestPause, 0 when it does not say.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestPause)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestPause)
	}
	return 0
}
