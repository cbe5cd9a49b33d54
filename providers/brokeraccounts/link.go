package brokeraccounts

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"rodada/broker"
)

// patience is how long the broker may take. It rewrites its file of all accounts at each change, which takes milliseconds
// for thousands of scooters.
const patience = 10 * time.Second

// link is the conversation with the plugin. Everybody who may hear the answers hears everybody's: each request carries a tag.
type link struct {
	conn *broker.Conn
	name string

	mu      sync.Mutex
	next    int
	waiting map[string]chan response
}

func dial(o broker.Options) (*link, error) {
	l := &link{name: rand.Text(), waiting: map[string]chan response{}}
	o.ClientID, o.Persistent = "", false
	o.Subscriptions = []broker.Subscription{{Filter: ResponseTopic, QoS: 1}}
	o.OnMessage = l.hear
	conn, err := broker.Dial(o)
	l.conn = conn
	return l, err
}

func (l *link) hear(m broker.Message) {
	var all struct {
		Responses []response `json:"responses"`
	}
	if json.Unmarshal(m.Payload, &all) != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range all.Responses {
		if waits, ours := l.waiting[r.Tag]; ours {
			waits <- r
			delete(l.waiting, r.Tag)
		}
	}
}

// ask sends commands as one message, which the plugin obeys in their order, and returns its answers in that order.
func (l *link) ask(ctx context.Context, commands ...request) ([]response, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := l.conn.Await(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSilent, err)
	}
	answers := make(chan response, len(commands))
	place := l.tag(commands, answers)
	defer l.forget(commands)
	payload, err := json.Marshal(map[string]any{"commands": commands})
	if err != nil {
		return nil, err
	}
	if err := l.conn.Publish(ctx, ControlTopic, 1, payload); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSilent, err)
	}
	got := make([]response, len(commands))
	for range commands {
		select {
		case r := <-answers:
			got[place[r.Tag]] = r
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %s: %w", ErrSilent, commands[0].Command, ctx.Err())
		}
	}
	return got, nil
}

func (l *link) tag(commands []request, answers chan response) (place map[string]int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	place = map[string]int{}
	for i := range commands {
		l.next++
		commands[i].Tag = l.name + "/" + strconv.Itoa(l.next)
		place[commands[i].Tag] = i
		l.waiting[commands[i].Tag] = answers
	}
	return place
}

func (l *link) forget(commands []request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range commands {
		delete(l.waiting, c.Tag)
	}
}
