package main

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow/httpapi"
)

// limitFlags bound what one caller, and all of them, may ask for.
type limitFlags struct {
	ActorReads    float64 `default:"50" placeholder:"N" help:"每个身份每秒的读取次数，0为不限；瞬时可达两倍。Reads of one identity a second, twice that at once; 0 is no limit."`
	ActorWrites   float64 `default:"20" placeholder:"N" help:"每个身份每秒的写入次数。Writes of one identity a second."`
	AddressReads  float64 `default:"200" placeholder:"N" help:"每个地址（IPv6按/64）每秒的读取次数。Reads from one address a second; of IPv6 a /64 is one."`
	AddressWrites float64 `default:"50" placeholder:"N" help:"每个地址每秒的写入次数。Writes from one address a second."`
	Concurrent    int     `default:"256" placeholder:"N" help:"同时处理的请求数，0为不限；事件流另计。Requests served at once, streams apart; 0 is no limit."`
	Streams       int     `default:"128" placeholder:"N" help:"同时打开的事件流数，0为不限。Streams open at once; 0 is no limit."`
	ActorStreams  int     `default:"8" placeholder:"N" help:"每个身份同时打开的事件流数，0为不限。Streams of one identity open at once; 0 is no limit."`
}

// maxBuckets is how many callers are told apart. Whoever was silent longest is
// forgotten first, and begins anew with a full bucket.
const maxBuckets = 1 << 16

// buckets hold one token bucket a caller.
type buckets[K comparable] struct {
	limit  rate.Limit
	burst  int
	mu     sync.Mutex
	recent *simplelru.LRU[K, *rate.Limiter]
}

// newBuckets returns nil, which limits nothing, for a rate of 0 or less.
func newBuckets[K comparable](perSecond float64, size int) (*buckets[K], error) {
	if perSecond <= 0 {
		return nil, nil
	}
	recent, err := simplelru.NewLRU[K, *rate.Limiter](size, nil)
	if err != nil {
		return nil, err
	}
	return &buckets[K]{limit: rate.Limit(perSecond), burst: int(math.Ceil(2 * perSecond)), recent: recent}, nil
}

// wait returns 0 and takes a token, or says when there will be one.
func (b *buckets[K]) wait(key K) time.Duration {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	limiter, known := b.recent.Get(key)
	if !known {
		limiter = rate.NewLimiter(b.limit, b.burst)
		b.recent.Add(key, limiter)
	}
	b.mu.Unlock()
	now := time.Now()
	token := limiter.ReserveN(now, 1)
	delay := token.DelayFrom(now)
	if delay > 0 {
		token.CancelAt(now)
	}
	return delay
}

// who tells actors apart.
type who struct{ organ, id string }

// limits are the buckets of actors and addresses, reads and writes apart, and
// the places of the requests under way.
type limits struct {
	actorReads, actorWrites     *buckets[who]
	addressReads, addressWrites *buckets[netip.Prefix]
	places                      chan struct{} // nil when there is no bound
	proxies                     proxies
}

func (f limitFlags) limits(trusted []netip.Prefix) (l limits, err error) {
	if f.Concurrent > 0 {
		l.places = make(chan struct{}, f.Concurrent)
	}
	l.proxies = trusted
	if l.actorReads, err = newBuckets[who](f.ActorReads, maxBuckets); err != nil {
		return l, err
	}
	if l.actorWrites, err = newBuckets[who](f.ActorWrites, maxBuckets); err != nil {
		return l, err
	}
	if l.addressReads, err = newBuckets[netip.Prefix](f.AddressReads, maxBuckets); err != nil {
		return l, err
	}
	l.addressWrites, err = newBuckets[netip.Prefix](f.AddressWrites, maxBuckets)
	return l, err
}

// actor says how long an actor has to wait; see [httpapi.Options].
func (l *limits) actor(ctx huma.Context, a decision.Actor) time.Duration {
	all := l.actorReads
	if writes(ctx.Method()) {
		all = l.actorWrites
	}
	return all.wait(who{a.Organ, a.ID})
}

// before lets through what has a place and comes from an address that may ask.
func (l *limits) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all := l.addressReads
		if writes(r.Method) {
			all = l.addressWrites
		}
		if wait := all.wait(networkOf(l.proxies.client(r))); wait > 0 {
			w.Header().Set("Retry-After", seconds(wait))
			refuse(w, r, "too_many_requests")
			return
		}
		if l.places != nil {
			select {
			case l.places <- struct{}{}:
				leave := sync.OnceFunc(func() { <-l.places })
				defer leave()
				w = placed{w, leave}
			default:
				w.Header().Set("Retry-After", "1")
				refuse(w, r, "busy")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers instead of the API.
func refuse(w http.ResponseWriter, r *http.Request, code string) {
	if seen := requestOf(r.Context()); seen != nil {
		seen.Code = code
	}
	httpapi.WriteCode(w, r, code)
}

func writes(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// seconds is a Retry-After: whole seconds, and not too early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(math.Ceil(d.Seconds())), 10)
}
