package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"rodada/broker"
	"rodada/protocol"
)

// Ears hear the answers that a scooter gives on its own topic, where else only commands go. They listen there while such an
// answer is awaited and hand it on to the topic of all scooters, where the bridges take it for what it is. Listening to
// every scooter's topic for good would bring each of our own commands back to each bridge, every firmware packet among
// them.
type Ears struct {
	conn  *broker.Conn
	topic string
	log   *slog.Logger

	mu    sync.Mutex
	until map[string]*ear
}

// ear is one scooter that is listened to.
type ear struct{ stop func() }

// NewEars makes ears that hand on over the same connection.
func NewEars(conn *broker.Conn, topics protocol.Topics, log *slog.Logger) *Ears {
	if topics == (protocol.Topics{}) {
		topics = protocol.DefaultTopics()
	}
	return &Ears{conn: conn, topic: topics.Bike, log: log, until: map[string]*ear{}}
}

// enough answers are handed on each time somebody listens: a scooter that floods its topic is not worth more.
const enough = 32

// Listen hears a scooter on its own topic from now on, for so long. There is one subscription for all who listen; the later
// end counts.
func (e *Ears) Listen(ctx context.Context, plate string, d time.Duration) error {
	this := e.next(plate)
	heard := 0 // messages come one after the other
	stop, err := e.conn.Listen(ctx, plate, 1, func(m broker.Message) {
		if heard < enough && said(plate, m.Payload) {
			heard++
			go e.handOn(plate, m.Payload, d) // the connection waits for this function
		}
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		this.stop = stop
	}
	if e.until[plate] == this {
		time.AfterFunc(d, func() { e.end(plate, this) })
	}
	return err
}

// next takes over from who listens already, before the subscription is made: nobody may end it from now on.
func (e *Ears) next(plate string) *ear {
	e.mu.Lock()
	defer e.mu.Unlock()
	this := &ear{stop: func() {}}
	if before := e.until[plate]; before != nil {
		this.stop = before.stop
	}
	e.until[plate] = this
	return this
}

func (e *Ears) end(plate string, this *ear) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.until[plate] == this {
		delete(e.until, plate)
		this.stop()
	}
}

func (e *Ears) handOn(plate string, frame []byte, limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := e.conn.Publish(ctx, e.topic, 1, frame); err != nil {
		e.log.Warn("an answer on a scooter's own topic is lost", "plate", plate, "error", err)
	}
}

// said reports whether a frame is the scooter's word, and not a command to it.
func said(plate string, frame []byte) bool {
	m, err := protocol.Decode(frame)
	return err == nil && m.Plate == plate && m.Known()
}
