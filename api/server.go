package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"rodada/internal/config"
)

// Server serves the API and stops without cutting anybody off.
type Server struct {
	http *http.Server
	stop time.Duration
}

// NewServer makes a server with limits for clients that are slow, on purpose or not. Streams end when it begins to stop.
func NewServer(handler http.Handler, c config.HTTP, log *slog.Logger) *Server {
	stopping, stop := context.WithCancel(context.Background())
	s := &Server{
		stop: c.Deadline + 5*time.Second,
		http: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       bodyTime + 5*time.Second,
			WriteTimeout:      c.Deadline + writeSlack,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    16 << 10,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
			BaseContext: func(net.Listener) context.Context {
				return context.WithValue(context.Background(), serverEnd{}, stopping)
			},
		},
	}
	s.http.RegisterOnShutdown(stop)
	return s
}

// Secure has the server speak https alone, as t says; nil: http.
func (s *Server) Secure(t *tls.Config) *Server {
	s.http.TLSConfig = t
	return s
}

// Serve answers on a listener until ctx ends, then lets what is under way finish, for as long as an answer may take.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	failed := make(chan error, 1)
	go func() {
		if s.http.TLSConfig != nil {
			failed <- s.http.ServeTLS(l, "", "")
			return
		}
		failed <- s.http.Serve(l)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("api: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.stop)
	defer cancel()
	if err := s.http.Shutdown(last); err != nil {
		_ = s.http.Close()
		return fmt.Errorf("api: stopped before every answer was given: %w", err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("api: %w", err)
	}
	return nil
}
