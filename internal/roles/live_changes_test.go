package roles_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/internal/roles"
	"rodada/internal/testkit"
	"rodada/telemetry/live"
)

// Two APIs read the changes of one Redis: where one has read to, the other goes on.
func TestChangesAreTheSameForEveryAPI(t *testing.T) {
	addr, prefix := testkit.Redis(t)
	open := func() *live.Store {
		client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
		t.Cleanup(func() { require.NoError(t, client.Close()) })
		return live.New(client, prefix)
	}
	ctx, store := t.Context(), open()
	first, second := roles.ChangesOf(store), roles.ChangesOf(open())
	battery := func(plate string, percent int, at time.Time) {
		t.Helper()
		require.NoError(t, store.Update(ctx, []live.Report{{
			Plate: plate, Seen: at, Values: live.Values{Battery: live.Value[int]{Is: percent, At: at}},
		}}))
	}
	battery("A1", 80, noon)
	require.NoError(t, store.Stand(ctx, []fleet.Standing{{Plate: "A1", Service: fleet.InService, Hold: fleet.Free, At: noon}}))
	plates, err := second.Fleet(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"A1"}, plates)

	cursor, err := first.Now(ctx)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), first.At(cursor), time.Minute)
	battery("A2", 70, noon.Add(time.Second))
	battery("A1", 79, noon.Add(2*time.Second))
	plates, last, kept, err := second.Since(ctx, cursor)
	require.NoError(t, err)
	require.True(t, kept)
	require.Equal(t, []string{"A2", "A1"}, plates)
	plates, again, kept, err := first.Since(ctx, last)
	require.NoError(t, err)
	require.True(t, kept)
	require.Empty(t, plates)
	require.Equal(t, last, again)
	silent, err := first.LastHeard(ctx, noon, noon.Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, []string{"A2"}, silent)

	for _, none := range []string{"", "yesterday", "1-0", "99999999999999-0"} {
		_, _, kept, err = first.Since(ctx, none)
		require.NoError(t, err)
		require.False(t, kept, none)
	}
	require.True(t, first.At("yesterday").Before(noon))
}

// An outage is an error, and not a cursor that is forgotten: nobody is sent the whole fleet for it.
func TestChangesWhileRedisIsAway(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialTimeout: time.Second})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	changes := roles.ChangesOf(live.New(client, ""))
	_, _, _, err := changes.Since(t.Context(), "1-0")
	require.Error(t, err)
	_, err = changes.Now(t.Context())
	require.Error(t, err)
}
