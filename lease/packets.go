package lease

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"rodada/domain/firmware"
)

// handOver: KEYS upgrade; ARGV channel, again (0 or 1), serial, at. The answer that an attempt waits for moves it on even if
// nobody listens: whoever takes over then begins with the packet that the box wants. The fence goes along, so that who listens
// knows without asking that nobody has taken over.
var handOver = redis.NewScript(`
local was = redis.call('HMGET', KEYS[1], 'fence', 'sent', 'packets')
if ARGV[2] == '0' and was[2] == ARGV[3] and tonumber(ARGV[3]) < tonumber(was[3]) then
  redis.call('HSET', KEYS[1], 'sent', tonumber(ARGV[3]) + 1, 'at', ARGV[4])
end
return redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. (was[1] or ''))
`)

// HandOver stores what scooters answered to packets, and tells whoever sends them, in one round trip. Nobody may be listening.
func (s *Store) HandOver(ctx context.Context, acks []firmware.PacketAck) error {
	calls := make([]call, len(acks))
	for i, a := range acks {
		again := 0
		if a.Again {
			again = 1
		}
		calls[i] = call{key: s.upgrade(a.Plate), args: []any{s.packets(a.Plate), again, a.Serial, a.At.UnixMilli()}}
	}
	if err := s.all(ctx, handOver, calls); err != nil {
		return fmt.Errorf("hand over the answers to packets: %w", err)
	}
	return nil
}

func (s *Store) packets(plate string) string { return s.tag(plate) + ":packets" }

// Packets hears what bridges hand over, for all scooters that this process sends packets to, on one connection. An answer that
// comes while Redis is away is lost: its packet is sent again.
type Packets struct {
	store *Store

	mu   sync.Mutex
	sub  *redis.PubSub // nil: nobody has listened yet
	ears map[string][]*packetEar
}

type packetEar struct {
	acks  chan firmware.PacketAck
	ready chan struct{} // closed when Redis has confirmed
	sure  sync.Once
}

// heardAhead is how many answers wait for who listens. One is of use, so what does not fit may go.
const heardAhead = 64

// NewPackets listens where the store's bridges hand over. Close it.
func NewPackets(s *Store) *Packets {
	return &Packets{store: s, ears: map[string][]*packetEar{}}
}

// Listen hears a scooter's answers from now on, until stop.
func (p *Packets) Listen(ctx context.Context, plate string) (acks <-chan firmware.PacketAck, stop func(), err error) {
	channel := p.store.packets(plate)
	ear := &packetEar{acks: make(chan firmware.PacketAck, heardAhead), ready: make(chan struct{})}
	p.mu.Lock()
	if p.sub == nil {
		p.sub = p.store.redis.Subscribe(context.WithoutCancel(ctx))
		go p.run(p.sub.ChannelWithSubscriptions(redis.WithChannelSize(1024)))
	}
	first := len(p.ears[channel]) == 0
	p.ears[channel] = append(p.ears[channel], ear)
	if first {
		err = p.sub.Subscribe(ctx, channel)
	} else {
		ear.confirm()
	}
	p.mu.Unlock()
	stop = func() { p.remove(channel, ear) }
	if err == nil {
		select {
		case <-ear.ready:
			return ear.acks, stop, nil
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	stop()
	return nil, nil, fmt.Errorf("listen to the answers to packets: %w", err)
}

// Close ends all listening.
func (p *Packets) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sub == nil {
		return nil
	}
	return p.sub.Close()
}

func (p *Packets) remove(channel string, ear *packetEar) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []*packetEar
	for _, e := range p.ears[channel] {
		if e != ear {
			left = append(left, e)
		}
	}
	if len(left) > 0 {
		p.ears[channel] = left
		return
	}
	delete(p.ears, channel)
	_ = p.sub.Unsubscribe(context.Background(), channel) // on an error the connection is made anew, without this channel
}

// run ends when the subscription is closed.
func (p *Packets) run(in <-chan any) {
	for m := range in {
		switch m := m.(type) {
		case *redis.Subscription:
			if m.Kind == "subscribe" {
				p.each(m.Channel, (*packetEar).confirm)
			}
		case *redis.Message:
			if ack, ok := readPacketAck(m.Payload); ok {
				p.each(m.Channel, func(e *packetEar) { e.hear(ack) })
			}
		}
	}
}

func (p *Packets) each(channel string, do func(*packetEar)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.ears[channel] {
		do(e)
	}
}

func (e *packetEar) confirm() { e.sure.Do(func() { close(e.ready) }) }

func (e *packetEar) hear(a firmware.PacketAck) {
	select {
	case e.acks <- a:
	default:
	}
}

func readPacketAck(text string) (firmware.PacketAck, bool) {
	word, rest, _ := strings.Cut(text, " ")
	serial, fence, ok := strings.Cut(rest, " ")
	return firmware.PacketAck{Serial: integer(serial), Again: word == "1", Fence: firmware.Fence(fence)}, ok
}
