package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	// transferTime is how long a request may take to arrive. A file that is
	// uploaded has its own time; see [httpapi.Options].
	transferTime = 2 * time.Minute
	// Each part of an answer, some 32 KiB, may take partTime to leave, and all
	// of it answerTime, wherever the request came from: who downloads a large
	// file on a slow line gets it, and who reads nothing is let go.
	partTime, answerTime = time.Minute, time.Hour
)

// stopFlags say how the server stops.
type stopFlags struct {
	DrainDelay      time.Duration `default:"0s" help:"停止时，/readyz先答复503，这段时间内照常服务，让负载均衡器撤下本副本。When it stops, /readyz answers 503 and the server goes on for this long, so that a load balancer takes it out."`
	ShutdownTimeout time.Duration `default:"30s" help:"此后不再接受连接，正在处理的请求最多还有这么长时间。Then no connection is accepted any more, and requests under way have this long to finish."`
}

func (f stopFlags) check() error {
	if f.DrainDelay < 0 || f.ShutdownTimeout <= 0 {
		return setupError{"--drain-delay不得为负，--shutdown-timeout须大于零", "--drain-delay must not be negative, and --shutdown-timeout must be more than nothing"}
	}
	return nil
}

// serve serves until the context ends, and then stops in an order in which
// nothing that was acknowledged was not done, and as little as possible is
// refused: the server is not ready; it goes on for the drain delay; it accepts
// no connection any more; requests under way finish.
func (f *front) serve(ctx context.Context, listener net.Listener, handler http.Handler, secure *tls.Config, stop stopFlags) error {
	server := newServer(f.leaving(f.before(handler)), f.errorLog())
	failed := make(chan error, 1)
	go func() { failed <- serveOn(server, listener, secure) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	f.health.stopping.Store(true)
	f.logger.Info("stopping", "drain", stop.DrainDelay, "timeout", stop.ShutdownTimeout)
	drained := time.NewTimer(stop.DrainDelay)
	defer drained.Stop()
	select {
	case err := <-failed:
		return err
	case <-drained.C:
	}
	err := finish(context.WithoutCancel(ctx), server, stop.ShutdownTimeout)
	if ended := <-failed; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	if err != nil {
		f.logger.Error("stopped", "error", err)
		return err
	}
	f.logger.Info("stopped: every request was answered")
	return nil
}

func serveOn(server *http.Server, listener net.Listener, secure *tls.Config) error {
	if secure == nil {
		return server.Serve(listener)
	}
	server.TLSConfig = secure
	return server.ServeTLS(listener, "", "")
}

// finish accepts nothing any more, and waits for what is under way.
func finish(ctx context.Context, server *http.Server, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(fmt.Errorf("requests that were still under way after %s were cut off", timeout), server.Close())
	}
	return err
}

// leaving ends each connection with its answer once the server stops: who comes
// again finds another replica, and an idle connection is not closed on somebody
// who is just sending.
func (f *front) leaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.health.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// newServer returns a server that waits for nobody for ever.
func newServer(handler http.Handler, complaints *log.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ErrorLog: complaints, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: transferTime, WriteTimeout: transferTime, IdleTimeout: transferTime,
	}
}
