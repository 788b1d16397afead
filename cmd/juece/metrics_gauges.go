package main

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/juece/juece/store"
	"github.com/juece/juece/workflow/calendar"
	"github.com/juece/juece/workflow/delivery"
	"github.com/juece/juece/workflow/transparency"
)

// gaugeRest is how long an answer of the database holds: however often it is
// scraped, it answers four times a minute, for probeTime at most.
const gaugeRest = 15 * time.Second

// subject is what the metrics tell of beside requests.
type subject struct {
	store *store.Store
	log   transparency.Log            // without a store when there is none
	ready func(context.Context) error // nil when there is no server
}

// gauges read the database while it is scraped. Others change what it tells as
// well, other replicas, juece seal, juece deliver: so it is read, and not counted
// as it happens. And it is read on demand, so that a server which nobody scrapes
// does not pay for it.
type gauges struct {
	subject
	ctx    context.Context // a scrape has none of its own
	schema int64           // the version of the tables that the program needs

	mu       sync.Mutex
	question question[depths]
	asked    time.Time
	last     depths
	failed   error
}

// depths are what waits in the database.
type depths struct {
	store.Queues
	subscribers []delivery.Status
	leaves      int64
	unsealed    transparency.Backlog
}

func newGauges(ctx context.Context, s subject) *gauges {
	_, schema, _ := s.store.SchemaVersion(ctx) // the second is known whatever the database says
	return &gauges{subject: s, ctx: ctx, schema: schema}
}

// Describe describes nothing: which series there are depends on what answers.
func (g *gauges) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	s := series{out}
	s.gauge("juece_build_info", "The program, and the version of the tables that it needs.", 1,
		label{"version", version()}, label{"goversion", runtime.Version()}, label{"schema", strconv.FormatInt(g.schema, 10)})
	if g.ready != nil {
		s.gauge("juece_ready", "Whether the server can serve, as /readyz says.", truth(g.ready(g.ctx) == nil))
	}
	g.pools(s)
	d, err := g.depths()
	s.gauge("juece_database_up", "Whether the database answered in time; otherwise what is read of it is left out.", truth(err == nil))
	if err != nil {
		return
	}
	s.gauge("juece_tasks_overdue", "Open tasks whose day is past.", float64(d.Overdue))
	g.outbox(s, d)
	if g.log.Store != nil {
		g.sealing(s, d)
	}
}

func (g *gauges) pools(s series) {
	for _, p := range g.store.Pools() {
		pool := label{"pool", p.Name}
		s.gauge("juece_database_connections", "Connections, by pool and state.", float64(p.InUse), pool, label{"state", "in_use"})
		s.gauge("juece_database_connections", "Connections, by pool and state.", float64(p.Idle), pool, label{"state", "idle"})
		s.gauge("juece_database_connections_limit", "Connections that a pool may have.", float64(p.MaxOpenConnections), pool)
		s.counter("juece_database_connection_waits_total", "How often a connection had to be waited for.", float64(p.WaitCount), pool)
		s.counter("juece_database_connection_wait_seconds_total", "How long connections were waited for.", p.WaitDuration.Seconds(), pool)
	}
}

// outbox tells of events only where there are subscribers: without any, all that
// was ever recorded waits for the first.
func (g *gauges) outbox(s series, d depths) {
	if len(d.subscribers) == 0 {
		return
	}
	s.gauge("juece_outbox_unrouted_events", "Events of which it is not decided yet who is told.", float64(d.Unrouted))
	counted := map[store.Undelivered]int64{}
	for _, u := range d.Undelivered {
		counted[store.Undelivered{Subscriber: u.Subscriber, State: u.State}] = u.Count
	}
	for _, one := range d.subscribers {
		name := label{"subscriber", one.Name}
		for _, state := range []delivery.State{delivery.Waiting, delivery.Dead} {
			s.gauge("juece_outbox_deliveries", "Events that a subscriber was not told of, by state.",
				float64(counted[store.Undelivered{Subscriber: one.Name, State: state}]), name, label{"state", string(state)})
		}
		s.gauge("juece_outbox_subscriber_disabled", "Whether a subscriber is told nothing because it said that it is gone.", truth(!one.DisabledAt.IsZero()), name)
	}
}

func (g *gauges) sealing(s series, d depths) {
	age := 0.0
	if !d.unsealed.Oldest.IsZero() {
		age = max(0, time.Since(d.unsealed.Oldest).Seconds())
	}
	s.counter("juece_log_leaves_total", "Leaves of the log up to its last checkpoint.", float64(d.leaves))
	s.gauge("juece_log_unsealed_entries", "Entries that no checkpoint covers yet.", float64(d.unsealed.Entries))
	s.gauge("juece_log_unsealed_oldest_age_seconds", "How long the oldest of them waits; 0 when there is none.", age)
}

// depths returns what was read not long ago, or is read now.
func (g *gauges) depths() (depths, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asked.IsZero() || time.Since(g.asked) >= gaugeRest {
		g.last, g.failed = g.question.put(g.ctx, g.read)
		g.asked = time.Now()
	}
	return g.last, g.failed
}

func (g *gauges) read(ctx context.Context) (d depths, err error) {
	if d.Queues, err = g.store.Queues(ctx, calendar.DateOf(time.Now())); err != nil {
		return d, err
	}
	if d.subscribers, err = g.store.Subscribers(ctx); err != nil || g.log.Store == nil {
		return d, err
	}
	head, err := g.log.Store.Head(ctx, g.log.Origin)
	if err != nil && !errors.Is(err, transparency.ErrNotFound) { // before the first checkpoint
		return d, err
	}
	d.leaves = head.Size
	d.unsealed, err = g.log.Backlog(ctx, "")
	return d, err
}

// series takes metrics as they are read.
type series struct{ out chan<- prometheus.Metric }

type label struct{ name, value string }

func (s series) gauge(name, help string, value float64, labels ...label) {
	s.tell(prometheus.GaugeValue, name, help, value, labels)
}

func (s series) counter(name, help string, value float64, labels ...label) {
	s.tell(prometheus.CounterValue, name, help, value, labels)
}

func (s series) tell(kind prometheus.ValueType, name, help string, value float64, labels []label) {
	names, values := make([]string, len(labels)), make([]string, len(labels))
	for i, l := range labels {
		names[i], values[i] = l.name, l.value
	}
	s.out <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), kind, value, values...)
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
