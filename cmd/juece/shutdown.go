package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	// shutdownTime is how long requests under way may take to end.
	shutdownTime = 10 * time.Second
	// transferTime is how long a request may take to arrive, and its answer to
	// leave: enough for the largest material.
	transferTime = 2 * time.Minute
)

// serve serves until the context ends. From then on the server is not ready;
// requests under way get shutdownTime to finish, so that what was acknowledged
// was done.
func (f *front) serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := newServer(f.before(handler), f.errorLog())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	f.health.stopping.Store(true)
	// The context has ended already; what is under way still gets its time.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil { // somebody took too long
		err = errors.Join(err, server.Close())
	}
	if ended := <-failed; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// newServer returns a server that waits for nobody for ever.
func newServer(handler http.Handler, complaints *log.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ErrorLog: complaints, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: transferTime, WriteTimeout: transferTime, IdleTimeout: transferTime,
	}
}
