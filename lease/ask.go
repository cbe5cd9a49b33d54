package lease

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/protocol"
)

// ask: KEYS asking, polled, then the leases and the taken answers of all that is polled, that of this question first; ARGV code,
// send, ms that the answer may take, ms between two such questions.
// A poll takes the lease of its answer as every send does, so neither can have the other's answer, but for no workflow; and it
// takes it only while nobody waits for any of these answers, has one before him that he has not seen, or waits for his turn.
var ask = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 'busy' end
local n = (#KEYS - 2) / 2
for i = 1, n do
  if redis.call('EXISTS', KEYS[2+i]) == 1 then return 'busy' end
  local taken = redis.call('HMGET', KEYS[2+n+i], 'watched', 'life')
  if taken[1] == '1' and taken[2] - redis.call('PTTL', KEYS[2+n+i]) < 1500 then return 'busy' end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wanted = redis.call('HGET', KEYS[2], 'wanted')
if wanted and now < tonumber(wanted) then return 'busy' end
local last = redis.call('HGET', KEYS[2], ARGV[1])
if last and now - last < tonumber(ARGV[4]) then return 'early' end
redis.call('HSET', KEYS[2], ARGV[1], string.format('%d', now))
redis.call('PEXPIRE', KEYS[2], 3600000)
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[3+n])
redis.call('HSET', KEYS[3], 'send', ARGV[2], 'workflow', '', 'call', '')
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return 'ask'
`)

// Polled are the answers that polls ask for.
var Polled = []protocol.Code{protocol.PositionReport, protocol.VehicleReport, protocol.SignalReport}

// Turn is what came of asking for a poll's turn.
type Turn string

// The turns.
const (
	TurnNow   Turn = "ask"   // ask now
	TurnBusy  Turn = "busy"  // the scooter has a question already, or a workflow waits for an answer like that
	TurnEarly Turn = "early" // somebody asked the same not long ago
)

// Ask takes the turn of a poll for an answer, in whichever process it runs: one question at a time for a scooter, none while a
// workflow waits for an answer that polls ask for, and the same at most once in every. The turn ends with the answer, or after
// window.
func (s *Store) Ask(ctx context.Context, plate string, answer protocol.Code, window, every time.Duration) (Turn, error) {
	if window < time.Millisecond {
		return "", ErrLifetime
	}
	keys := []string{s.asking(plate), s.polled(plate)}
	leases, taken := s.of(plate, answer)[:1], s.of(plate, answer)[1:]
	for _, code := range Polled {
		if code != answer {
			leases, taken = append(leases[:len(leases):len(leases)], s.of(plate, code)[0]), append(taken, s.of(plate, code)[1])
		}
	}
	keys = append(append(keys, leases...), taken...)
	turn, err := ask.Run(ctx, s.redis, keys, strconv.Itoa(int(answer)), "poll/"+rand.Text(), window.Milliseconds(), every.Milliseconds()).Text()
	if err != nil {
		return "", fmt.Errorf("take the turn to ask a scooter: %w", err)
	}
	return Turn(turn), nil
}

func (s *Store) asking(plate string) string { return s.tag(plate) + ":asking" }

// polled is when which question was asked last, and until when polls stand back.
func (s *Store) polled(plate string) string { return s.tag(plate) + ":polled" }
