package spool_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/telemetry/spool"
)

func open(t testing.TB, o spool.Options) *spool.Spool {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s, err := spool.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func add(t testing.TB, s *spool.Spool, body string) {
	t.Helper()
	require.NoError(t, s.Append([]byte(body), 1))
}

// rest is all that can be taken now.
func rest(t testing.TB, s *spool.Spool, limit int) (all string, mark spool.Mark) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for {
		got, m, err := s.Take(ctx, nil, limit)
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			return all, mark
		}
		all, mark = all+string(got), m
	}
}

func TestWhatIsNotDoneIsThereAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, spool.Options{Dir: dir})
	require.Zero(t, s.State().Oldest)
	before := time.Now().Add(-time.Millisecond)
	for _, word := range []string{"a", "b", "c", "d"} {
		add(t, s, word)
	}
	got, mark, err := s.Take(t.Context(), nil, 2)
	require.NoError(t, err)
	require.Equal(t, "ab", string(got))
	require.NoError(t, s.Done(mark))
	require.WithinRange(t, s.State().Oldest, before, time.Now())
	got, _, err = s.Take(t.Context(), []byte("> "), 100)
	require.NoError(t, err)
	require.Equal(t, "> cd", string(got))
	require.NoError(t, s.Close())

	s = open(t, spool.Options{Dir: dir})
	got2, mark := rest(t, s, 1)
	require.Equal(t, "cd", got2)
	require.NoError(t, s.Done(mark))
	require.Zero(t, s.State().Oldest)
	require.Zero(t, s.State().Bytes)
	add(t, s, "e")
	require.NoError(t, s.Close())
	s = open(t, spool.Options{Dir: dir})
	got2, _ = rest(t, s, 1)
	require.Equal(t, "e", got2)
}

func TestTakeWaits(t *testing.T) {
	s := open(t, spool.Options{Dir: t.TempDir()})
	taken := make(chan string, 2)
	go func() {
		for {
			got, _, err := s.Take(context.Background(), nil, 100)
			if err != nil {
				close(taken)
				return
			}
			taken <- string(got)
		}
	}()
	add(t, s, "a")
	require.Equal(t, "a", <-taken)
	require.NoError(t, s.Close())
	_, open := <-taken
	require.False(t, open, "closed ends the wait")
	require.ErrorIs(t, s.Append(nil, 0), spool.ErrClosed)
	require.ErrorIs(t, s.Done(9), spool.ErrClosed)
	require.NoError(t, s.Close())
}

func TestOneProcessHasAFolder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, spool.Options{Dir: dir})
	_, err := spool.Open(spool.Options{Dir: dir})
	require.ErrorIs(t, err, spool.ErrTaken)
	require.NoError(t, s.Close())
	open(t, spool.Options{Dir: dir})
}

func TestFullDropsTheOldest(t *testing.T) {
	s := open(t, spool.Options{Dir: t.TempDir(), Limit: 16 << 10, Segment: 2 << 10})
	const blocks = 500
	for n := range blocks {
		add(t, s, fmt.Sprintf("%04d%s\n", n, strings.Repeat("x", 95)))
		require.LessOrEqual(t, s.State().Bytes, int64(16<<10))
	}
	got, mark := rest(t, s, 1<<20)
	words := strings.Fields(got)
	require.Greater(t, len(words), 60, "most of the room is used")
	for i, w := range words {
		require.Equal(t, fmt.Sprintf("%04d", blocks-len(words)+i), w[:4], "the newest, in order")
	}
	require.EqualValues(t, blocks-len(words), s.State().Lost.Full, "what is not there was counted")
	require.NoError(t, s.Done(mark))
	for n := range blocks { // what was written is not lost when its segment goes
		add(t, s, fmt.Sprintf("%04d%s\n", n, strings.Repeat("x", 95)))
		_, mark := rest(t, s, 1<<20)
		require.NoError(t, s.Done(mark))
	}
	require.EqualValues(t, blocks-len(words), s.State().Lost.Full)
}

// The front moves by segments while more is unread than would be cheap to copy.
func TestFrontMovesWhileMuchIsUnread(t *testing.T) {
	dir := t.TempDir()
	s := open(t, spool.Options{Dir: dir, Segment: 256 << 10})
	for range 40 {
		add(t, s, strings.Repeat("x", 64<<10))
	}
	all := s.State().Bytes
	for range 20 {
		_, mark, err := s.Take(t.Context(), nil, 1)
		require.NoError(t, err)
		require.NoError(t, s.Done(mark))
	}
	require.Less(t, s.State().Bytes, all*6/10)
	require.NoError(t, s.Close())
	s = open(t, spool.Options{Dir: dir})
	got, _ := rest(t, s, 1<<30)
	left := len(got) / (64 << 10)
	require.True(t, left >= 20 && left <= 24, "at most a segment is read again: %d", left)
}

func TestManyAppendAtOnce(t *testing.T) {
	s := open(t, spool.Options{Dir: t.TempDir(), Segment: 1 << 10})
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for n := range 50 {
				add(t, s, fmt.Sprintf("%d-%02d ", w, n))
			}
		})
	}
	seen := map[string]int{}
	next := make([]int, 8)
	for len(seen) < 400 {
		got, mark, err := s.Take(t.Context(), nil, 100)
		require.NoError(t, err)
		for _, word := range strings.Fields(string(got)) {
			seen[word]++
			var w, n int
			_, err := fmt.Sscanf(word, "%d-%02d", &w, &n)
			require.NoError(t, err)
			require.Equal(t, next[w], n, "each writer's in order")
			next[w]++
		}
		require.NoError(t, s.Done(mark))
	}
	writers.Wait()
	for word, times := range seen {
		require.Equal(t, 1, times, word)
	}
}

func TestFolderNames(t *testing.T) {
	require.Equal(t, "rodada-bridge-1", spool.Folder("rodada-bridge-1"))
	for _, name := range []string{"../../etc", "a/b", "..", "a b"} {
		require.Regexp(t, `^[A-Za-z0-9_-]+$`, spool.Folder(name))
	}
	require.NotEqual(t, spool.Folder("a/b"), spool.Folder("a.b"))
}

func TestOpenSaysWhatStandsInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := spool.Open(spool.Options{Dir: filepath.Join(file, "spool")})
	require.Error(t, err)
}
