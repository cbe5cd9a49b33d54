package lease

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/firmware"
)

// progressLife is how long the progress of an upgrade is known, and older senders are kept out, after nobody has begun a chunk.
const progressLife = 30 * 24 * time.Hour

// enterSending: KEYS upgrade; ARGV fence, lifetime in ms, upgrade, attempt, packets, sent, failures, since, at. What the same
// attempt has come to already counts, whoever wrote it.
var enterSending = redis.NewScript(`
local was = redis.call('HMGET', KEYS[1], 'fence', 'upgrade', 'attempt', 'sent', 'failures', 'since')
if was[1] and was[1] > ARGV[1] then return false end
local sent, failures, since = ARGV[6], ARGV[7], ARGV[8]
if was[2] == ARGV[3] and was[3] == ARGV[4] then
  if tonumber(was[4]) > tonumber(sent) then sent = was[4] end
  if tonumber(was[5]) > tonumber(failures) then failures = was[5] end
  since = was[6]
end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'upgrade', ARGV[3], 'attempt', ARGV[4], 'packets', ARGV[5],
  'sent', sent, 'failures', failures, 'since', since, 'at', ARGV[9])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {sent, failures, since}
`)

// markSending: as enterSending, but Redis may have lost what was there.
var markSending = redis.NewScript(`
local was = redis.call('HMGET', KEYS[1], 'fence', 'sent')
if was[1] and was[1] > ARGV[1] then return 0 end
if was[1] == ARGV[1] then
  local sent = ARGV[6]
  if tonumber(was[2]) > tonumber(sent) then sent = was[2] end
  redis.call('HSET', KEYS[1], 'sent', sent, 'failures', ARGV[7], 'at', ARGV[9])
  return 1
end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'upgrade', ARGV[3], 'attempt', ARGV[4], 'packets', ARGV[5],
  'sent', ARGV[6], 'failures', ARGV[7], 'since', ARGV[8], 'at', ARGV[9])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

// EnterSending takes the sending of packets to a scooter over from whoever did it with an earlier fence, and returns how far
// the attempt has come. False: somebody has a later fence.
func (s *Store) EnterSending(ctx context.Context, plate string, f firmware.Fence, p firmware.Progress) (firmware.Progress, bool, error) {
	got, err := enterSending.Run(ctx, s.redis, []string{s.upgrade(plate)}, progressArgs(f, p)...).StringSlice()
	switch {
	case err == redis.Nil: //nolint:errorlint // go-redis returns it as it is
		return p, false, nil
	case err != nil:
		return p, false, fmt.Errorf("take the sending over: %w", err)
	}
	p.Sent, p.Failures, p.Since = integer(got[0]), integer(got[1]), moment(got[2])
	return p, true, nil
}

// MarkSending stores how far an attempt has come, unless a box's answer that was handed over says further. False: somebody has a
// later fence, and the caller must send no more. What Redis has lost is written anew.
func (s *Store) MarkSending(ctx context.Context, plate string, f firmware.Fence, p firmware.Progress) (bool, error) {
	ours, err := markSending.Run(ctx, s.redis, []string{s.upgrade(plate)}, progressArgs(f, p)...).Bool()
	if err != nil {
		return false, fmt.Errorf("store the progress of an upgrade: %w", err)
	}
	return ours, nil
}

// Progress is how far the latest upgrade of each of these scooters has come, in one round trip; nobody knows of those that are
// missing.
func (s *Store) Progress(ctx context.Context, plates ...string) (map[string]firmware.Progress, error) {
	hashes := make([]*redis.MapStringStringCmd, len(plates))
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, plate := range plates {
			hashes[i] = p.HGetAll(ctx, s.upgrade(plate))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the progress of upgrades: %w", err)
	}
	known := make(map[string]firmware.Progress, len(plates))
	for i, plate := range plates {
		if h := hashes[i].Val(); len(h) > 0 {
			known[plate] = firmware.Progress{
				UpgradeID: h["upgrade"], Attempt: integer(h["attempt"]), Packets: integer(h["packets"]), Sent: integer(h["sent"]),
				Failures: integer(h["failures"]), Since: moment(h["since"]), At: moment(h["at"]),
			}
		}
	}
	return known, nil
}

func progressArgs(f firmware.Fence, p firmware.Progress) []any {
	return []any{
		string(f), progressLife.Milliseconds(), p.UpgradeID, p.Attempt, p.Packets, p.Sent, p.Failures,
		p.Since.UnixMilli(), p.At.UnixMilli(),
	}
}

func (s *Store) upgrade(plate string) string { return s.tag(plate) + ":upgrade" }

// integer and moment read what a script wrote; what is not there is zero.
func integer(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func moment(text string) time.Time {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
