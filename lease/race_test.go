package lease_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/command"
)

func TestOfManyClaimersOneWins(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		for round := range 30 {
			plate := fmt.Sprint("A", round)
			b.take(t, plate, "s1", long)
			var wins atomic.Int32
			var all sync.WaitGroup
			for n := range 20 {
				all.Go(func() {
					if _, found, err := b.Claim(t.Context(), plate, arrival(n)); err == nil && found {
						wins.Add(1)
					}
				})
			}
			all.Wait()
			require.EqualValues(t, 1, wins.Load())
		}
	})
}

func TestOfManyTakersOneWins(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		for round := range 30 {
			plate := fmt.Sprint("A", round)
			taken := make(chan command.Taken, 20)
			var all sync.WaitGroup
			for n := range 20 {
				all.Go(func() {
					how, err := b.Take(t.Context(), plate, code, waiter(fmt.Sprint("s", n)), long)
					if err == nil {
						taken <- how
					}
				})
			}
			all.Wait()
			close(taken)
			count := map[command.Taken]int{}
			for how := range taken {
				count[how]++
			}
			require.Equal(t, map[command.Taken]int{command.TakenNew: 1, command.TakenBusy: 19}, count)
		}
	})
}

// Either the ack was claimed before the waiter gave up, and the waiter has it, or it never is.
func TestClaimAgainstWithdraw(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		for round := range 150 {
			plate := fmt.Sprint("A", round)
			b.take(t, plate, "s1", long)
			var claimed bool
			var ack *command.Ack
			var errs [2]error
			var all sync.WaitGroup
			all.Go(func() { _, claimed, errs[0] = b.Claim(t.Context(), plate, arrival(1)) })
			all.Go(func() { ack, errs[1] = b.Withdraw(t.Context(), plate, code, "s1") })
			all.Wait()
			require.Equal(t, [2]error{}, errs)
			require.Equal(t, claimed, ack != nil)
			_, late := b.claim(t, plate, arrival(2))
			require.False(t, late, "nothing comes after the withdrawal")
		}
	})
}

// Any order of steps does what the two keys of an answer are meant to do.
func TestEveryInterleaving(t *testing.T) {
	m := miniredis.RunT(t)
	b := open(t, m.Addr(), "p:", m.FastForward)
	rapid.Check(t, func(r *rapid.T) {
		m.FlushAll()
		ctx := context.WithoutCancel(t.Context())
		var held, answered string
		var watched, unseen bool // the lease's waiter looks itself; nobody has looked at the answer
		var answer command.Ack
		arrivals := 0
		send := rapid.SampledFrom([]string{"s1", "s2", "s3"})
		r.Repeat(map[string]func(*rapid.T){
			"take": func(r *rapid.T) {
				s := send.Draw(r, "send")
				want := command.TakenNew
				switch {
				case held == s:
					want, watched = command.TakenOwn, false
				case held == "" && answered == s:
					want = command.TakenAnswered
				case held != "", answered != "" && unseen:
					want = command.TakenBusy
				default:
					held, answered, watched = s, "", true
				}
				got, err := b.Take(ctx, "A1", code, waiter(s), long)
				require.NoError(r, err)
				require.Equal(r, want, got)
			},
			"claim": func(r *rapid.T) {
				arrivals++
				got, found, err := b.Claim(ctx, "A1", arrival(arrivals))
				require.NoError(r, err)
				require.Equal(r, held != "", found)
				if found {
					require.Equal(r, held, got.SendID)
					answered, answer, held = held, arrival(arrivals), ""
					answer.SendID = answered
					require.Equal(r, watched, got.Watched)
					unseen = watched
				}
			},
			"watch": func(r *rapid.T) {
				s := send.Draw(r, "send")
				got, err := b.Watch(ctx, "A1", code, s, 0)
				require.NoError(r, err)
				if answered == s {
					require.Equal(r, &answer, got)
					unseen = false
				} else {
					require.Nil(r, got)
				}
				if held == s {
					watched = false
				}
			},
			"withdraw": func(r *rapid.T) {
				s := send.Draw(r, "send")
				got, err := b.Withdraw(ctx, "A1", code, s)
				require.NoError(r, err)
				if answered == s {
					require.Equal(r, &answer, got)
					unseen = false
				} else {
					require.Nil(r, got)
				}
				if held == s {
					held = ""
				}
			},
			"expire": func(*rapid.T) {
				m.FastForward(2 * time.Minute)
				held, unseen = "", false
				if !m.Exists("p:{A1}:taken:2") {
					answered = ""
				}
			},
		})
	})
}

// In a cluster a script may touch one slot only, whatever the plate looks like.
func TestKeysOfOneScooterShareASlot(t *testing.T) {
	for _, plate := range []string{"ABC123", "A}B", "}", "{", "{}", "Ñ 1:2"} {
		m := miniredis.RunT(t)
		b := open(t, m.Addr(), "p:", m.FastForward)
		b.take(t, plate, "s1", long)
		_, found := b.claim(t, plate, arrival(1))
		require.True(t, found)
		b.take(t, plate, "s2", long)
		require.NoError(t, b.TakeHeard(t.Context(), plate, waiter("s2"), long))
		tags := map[string]bool{}
		for _, key := range m.Keys() {
			_, rest, _ := strings.Cut(key, "{")
			tag, _, _ := strings.Cut(rest, "}")
			require.NotEmpty(t, tag, key)
			tags[tag] = true
		}
		require.Len(t, tags, 1)
	}
}
