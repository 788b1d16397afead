package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/juece/juece/workflow/httpapi"
)

// streamFlags say how entries are streamed as they are recorded.
type streamFlags struct {
	Poll      time.Duration `default:"1s" placeholder:"TIME" help:"事件流多久查看一次新的记录并重新核对身份。How often a stream looks for entries and asks again who reads."`
	Heartbeat time.Duration `default:"15s" placeholder:"TIME" help:"没有记录时多久写一次，使代理不断开。How often something is written when there is nothing to say."`
	Time      time.Duration `default:"1h" placeholder:"TIME" help:"一条事件流最长持续多久，到时由读者重新连接。How long a stream lives; then its reader connects again."`
	Overlap   time.Duration `default:"1m" placeholder:"TIME" help:"多个案件的事件流往回看多久：须大于各副本时钟之差与事务时长之和。How far a stream of many cases looks back: more than clocks differ and transactions take together."`
}

// streams are the flags as the API takes them; every stream ends with the
// context.
func (f frontFlags) streams(ctx context.Context) httpapi.Streams {
	unbounded := func(n int) int { // 0 is no limit
		if n <= 0 {
			return -1
		}
		return n
	}
	return httpapi.Streams{
		Poll: f.Stream.Poll, Heartbeat: f.Stream.Heartbeat, Time: f.Stream.Time, Overlap: f.Stream.Overlap,
		Most: unbounded(f.Limit.Streams), MostOfActor: unbounded(f.Limit.ActorStreams), Stopping: ctx.Done(),
	}
}

// placed is an answer that gives its place among the requests under way back
// when it turns out to be a stream: streams have a limit of their own, and
// would keep the places for hours.
type placed struct {
	http.ResponseWriter
	leave func()
}

// isStream reports whether an answer is a stream.
func isStream(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/event-stream")
}

func (p placed) WriteHeader(status int) {
	if isStream(p.Header()) {
		p.leave()
	}
	p.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController the deadlines.
func (p placed) Unwrap() http.ResponseWriter { return p.ResponseWriter }
