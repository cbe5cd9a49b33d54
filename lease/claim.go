package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/command"
	"rodada/protocol"
)

// keep is how much longer than its lease an answer can be found by Withdraw: the worker of the waiter may be down for a
// while. It costs a key, which the next send of the same code removes.
const keep = 15 * time.Minute

// claim: KEYS lease, taken, asking; ARGV ack, ms to keep it beyond the lease.
// A poll's question, which has no workflow, is over with its answer, and nobody wants it back.
// Without a lease the same ack, to the nanosecond of its arrival, is the same claim whose reply got lost.
var claim = redis.NewScript(`
local w = redis.call('HMGET', KEYS[1], 'send', 'workflow', 'watched')
if not w[1] then
  local taken = redis.call('HMGET', KEYS[2], 'send', 'workflow', 'ack', 'watched')
  if taken[3] ~= ARGV[1] then return false end
  return {taken[1], taken[2], redis.call('PTTL', KEYS[2]) - ARGV[2], taken[4]}
end
local left = redis.call('PTTL', KEYS[1])
if w[2] == '' then
  redis.call('DEL', KEYS[1], KEYS[3])
  return {w[1], '', left, ''}
end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[2], 'send', w[1], 'workflow', w[2], 'ack', ARGV[1], 'watched', w[3] or '', 'life', left + ARGV[2])
redis.call('PEXPIRE', KEYS[2], left + ARGV[2])
return {w[1], w[2], left, w[3] or ''}
`)

// Claim is an answer that somebody waits for: whom to signal, and for how long that makes sense.
type Claim struct {
	command.Waiter
	Left time.Duration // until the lease would have run out
	// Watched: the waiter looks for the ack itself at this moment, and needs no signal.
	Watched bool
}

// Polled reports whether it was a poll that asked: there is nobody to signal.
func (c Claim) Polled() bool { return c.WorkflowID == "" }

// Claim takes the lease of an ack away, whoever holds it, and leaves the ack for Withdraw. False: nobody waits for it.
// Of several bridges with the same ack one gets the claim.
func (s *Store) Claim(ctx context.Context, plate string, ack command.Ack) (Claim, bool, error) {
	ack.SendID = "" // it is the lease that knows
	text, err := json.Marshal(ack)
	if err != nil {
		return Claim{}, false, fmt.Errorf("write the ack %d: %w", ack.Code, err)
	}
	code := protocol.Code(ack.Code)
	got, err := claim.Run(ctx, s.redis, append(s.of(plate, code), s.asking(plate)), text, keep.Milliseconds()).Slice()
	if errors.Is(err, redis.Nil) {
		return Claim{}, false, nil
	}
	if err != nil {
		return Claim{}, false, fmt.Errorf("claim the lease of %s: %w", code, err)
	}
	var c Claim
	c.SendID, _ = got[0].(string)
	c.WorkflowID, _ = got[1].(string)
	left, _ := got[2].(int64)
	c.Watched = got[3] == "1"
	c.Left = max(time.Duration(left)*time.Millisecond, 0)
	return c, true, nil
}
