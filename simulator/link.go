package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// link is a scooter's connection. A new client is made each time it goes
// online; the broker knows it by its client identifier.
type link struct {
	changing sync.Mutex // one change of the connection at a time

	mu     sync.Mutex
	client mqtt.Client
	ready  bool // subscribed
	wanted bool // false after Offline: a reboot does not bring it back then
}

const (
	retryEvery = 200 * time.Millisecond
	// A box that the broker refuses tries again: its account may be on the way.
	retryRefused = time.Second
)

// Online connects and subscribes. It keeps trying until ctx or the scooter
// ends, unless the broker refuses the credential. Online already, it does
// nothing.
func (s *Scooter) Online(ctx context.Context) error {
	s.want(true)
	return s.connectUntil(ctx)
}

// Offline closes the connection; the broker may take a moment to see it, and
// keeps the session unless Options.CleanSession is set.
func (s *Scooter) Offline() {
	s.want(false)
	s.drop()
}

// Connected tells whether the scooter has a connection right now.
func (s *Scooter) Connected() bool {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	return s.link.ready && s.link.client.IsConnectionOpen()
}

// Reboot takes the scooter offline for Intervals.Reboot; an upgrade that was
// under way is lost, one that is complete begins to run.
func (s *Scooter) Reboot() { s.do(s.reboot) }

func (s *Scooter) reboot() {
	s.drop() // first: who sees the reboot counted knows the old connection gone
	s.mu.Lock()
	s.state.Reboots++
	s.upgrade.boot(&s.state, s.faults.keepsOld)
	s.mu.Unlock()
	s.reconnect(s.opts.Interval.Reboot)
}

// reconnect goes offline and comes back by itself, without holding up the
// scooter's goroutine.
func (s *Scooter) reconnect(pause time.Duration) {
	s.drop()
	s.comeBack(pause)
}

// lose is told by a client that it lost its connection.
func (s *Scooter) lose(client mqtt.Client) {
	s.link.changing.Lock()
	ours := s.present() == client
	if ours {
		s.keep(nil, false)
	}
	s.link.changing.Unlock()
	if ours {
		s.comeBack(retryEvery)
	}
}

func (s *Scooter) comeBack(pause time.Duration) {
	time.AfterFunc(pause, func() {
		s.link.mu.Lock()
		wanted := s.link.wanted
		s.link.mu.Unlock()
		if !wanted {
			return
		}
		if err := s.connectUntil(s.life); err != nil && s.life.Err() == nil {
			s.opts.Logger.Warn("scooter did not come back yet", "plate", s.Plate(), "error", err)
			s.comeBack(retryRefused)
		}
	})
}

func (s *Scooter) want(online bool) {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	s.link.wanted = online
}

func (s *Scooter) present() mqtt.Client {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	return s.link.client
}

func (s *Scooter) keep(client mqtt.Client, ready bool) {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	s.link.client, s.link.ready = client, ready
}

func (s *Scooter) drop() {
	s.link.changing.Lock()
	defer s.link.changing.Unlock()
	if client := s.present(); client != nil {
		s.keep(nil, false)
		client.Disconnect(0)
	}
}

func (s *Scooter) connectUntil(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)() //nolint:contextcheck // the scooter's own end counts as well as the caller's
	s.link.changing.Lock()
	defer s.link.changing.Unlock()
	var why error // of the latest attempt that was not cut short
	for s.present() == nil {
		err := s.connect(ctx)
		if err == nil {
			return nil
		}
		if why == nil || ctx.Err() == nil {
			why = err
		}
		if ctx.Err() != nil || refused(err) {
			return fmt.Errorf("simulator: scooter %s can't connect to %s: %w", s.Plate(), s.broker(), why)
		}
		select {
		case <-time.After(retryEvery):
		case <-ctx.Done():
		}
	}
	return nil
}

// broker is where the box connects, for people.
func (s *Scooter) broker() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := url.Parse(s.server.url)
	if err != nil {
		return "its broker"
	}
	return u.Redacted()
}

func (s *Scooter) connect(ctx context.Context) error {
	s.mu.Lock()
	server, plate := s.server, s.state.Plate
	s.mu.Unlock()
	subscribed := make(chan error, 1)
	o := mqtt.NewClientOptions().AddBroker(server.url).SetClientID(s.clientID).
		SetUsername(server.username).SetPassword(server.password).SetTLSConfig(s.opts.TLS).
		SetCleanSession(s.opts.CleanSession).SetOrderMatters(true).
		SetKeepAlive(30 * time.Second).SetConnectTimeout(5 * time.Second).SetWriteTimeout(5 * time.Second).
		// paho's own way back sleeps on for seconds when the client is to end.
		SetAutoReconnect(false)
	// What the broker queued arrives before any subscription of this client:
	// only the default handler sees it.
	o.SetDefaultPublishHandler(s.arrived)
	o.SetConnectionLostHandler(func(c mqtt.Client, _ error) { s.lose(c) })
	o.SetOnConnectHandler(func(c mqtt.Client) {
		go func() { subscribed <- s.subscribe(c, plate) }()
	})
	client := mqtt.NewClient(o)
	s.keep(client, false) // what was queued may arrive, and be answered, at once
	token := client.Connect()
	err := await(ctx, token.Done())
	if err == nil {
		err = token.Error()
	}
	if err == nil {
		select {
		case err = <-subscribed:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		s.keep(nil, false)
		client.Disconnect(0)
		return err
	}
	s.keep(client, true)
	return nil
}

func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// subscribe asks more than once: while a broker delivers what it had queued,
// some (mochi) refuse a subscription whose packet identifier equals that of a
// message on its way to us.
func (s *Scooter) subscribe(c mqtt.Client, plate string) (err error) {
	const attempts = 10
	for range attempts {
		token := c.Subscribe(plate, 1, nil)
		token.Wait()
		if err = granted(token); !errors.Is(err, errNotSubscribed) {
			return err
		}
		select {
		case <-time.After(settle):
		case <-s.life.Done():
			return err
		}
	}
	return err
}

var errNotSubscribed = errors.New("the broker refused the subscription")

func granted(token mqtt.Token) error {
	if err := token.Error(); err != nil {
		return err
	}
	if sub, ok := token.(*mqtt.SubscribeToken); ok {
		for _, qos := range sub.Result() {
			if qos > 2 {
				return errNotSubscribed
			}
		}
	}
	return nil
}

func refused(err error) bool {
	return errors.Is(err, errNotSubscribed) || errors.Is(err, packets.ErrorRefusedNotAuthorised) ||
		errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword) || errors.Is(err, packets.ErrorRefusedIDRejected)
}

// publish sends without waiting: a box does not know either whether it was
// heard. Offline, the message is lost.
func (s *Scooter) publish(topic string, qos byte, payload []byte) {
	client := s.present()
	if client == nil || !client.IsConnectionOpen() {
		return
	}
	client.Publish(topic, qos, false, payload)
}
