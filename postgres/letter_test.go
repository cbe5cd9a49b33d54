package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
)

// letter puts one on its way.
func (b *books) letter() (id string) {
	b.t.Helper()
	id = uuid.NewString()
	require.NoError(b.t, b.exec(`INSERT INTO letters (id, kind, language, content) VALUES ($1, 'register', 'es', '{"to":"ana@example.org"}')`, id))
	return id
}

func TestEachLetterIsOnes(t *testing.T) {
	b := newBooks(t)
	const letters = 20
	for range letters {
		b.letter()
	}
	var (
		workers sync.WaitGroup
		mutex   sync.Mutex
		taken   = map[string]int{}
	)
	for range 4 {
		workers.Go(func() {
			for {
				due, err := b.DueLetters(b.ctx, 3, time.Minute)
				if err != nil || len(due) == 0 {
					return
				}
				mutex.Lock()
				for _, e := range due {
					taken[e.ID]++
				}
				mutex.Unlock()
			}
		})
	}
	workers.Wait()
	require.Len(t, taken, letters)
	for _, times := range taken {
		require.Equal(t, 1, times)
	}
}

func TestWhatIsOverIsForgotten(t *testing.T) {
	b := newBooks(t)
	sent, lost, waiting := b.letter(), b.letter(), b.letter()
	due, err := b.DueLetters(b.ctx, 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, due, 3)
	require.Equal(t, 1, due[0].Attempts)
	l, err := due[0].Open(nil)
	require.NoError(t, err)
	require.Equal(t, letter.Letter{ID: due[0].ID, Kind: letter.Register, Language: "es", To: "ana@example.org"}, l)

	require.NoError(t, b.LetterSent(b.ctx, sent))
	require.NoError(t, b.LetterNotSent(b.ctx, lost, "no answer", time.Time{}))
	require.NoError(t, b.LetterNotSent(b.ctx, waiting, "no answer", time.Now().Add(-time.Second)))
	require.NoError(t, b.LetterNotSent(b.ctx, sent, "too late", time.Now()), "it has gone out")
	require.Equal(t, 2, b.count(`SELECT count(*) FROM letters WHERE content = ''`))
	due, err = b.DueLetters(b.ctx, 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, due, 1)
	require.Equal(t, waiting, due[0].ID)
	require.Equal(t, 2, due[0].Attempts)

	require.NoError(t, b.ForgetLetters(b.ctx, time.Now().Add(time.Hour)))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM letters`), "what is on its way stays")
}
