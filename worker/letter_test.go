package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/worker"
)

// mailbag is letters as the books keep them.
type mailbag struct {
	sync.Mutex
	now  time.Time
	due  map[string]time.Time
	sent map[string]bool
	over map[string]string
	list map[string]letter.Envelope
}

func newMailbag(letters ...letter.Letter) *mailbag {
	b := &mailbag{
		now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), due: map[string]time.Time{}, sent: map[string]bool{}, over: map[string]string{},
		list: map[string]letter.Envelope{},
	}
	for _, l := range letters {
		b.list[l.ID], _ = l.Close(nil)
		b.due[l.ID] = b.now
	}
	return b
}

func (b *mailbag) DueLetters(_ context.Context, limit int, mine time.Duration) (list []letter.Envelope, _ error) {
	b.Lock()
	defer b.Unlock()
	for id, at := range b.due {
		if !at.After(b.now) && len(list) < limit {
			e := b.list[id]
			e.Attempts++
			b.list[id], b.due[id] = e, b.now.Add(mine)
			list = append(list, e)
		}
	}
	return list, nil
}

func (b *mailbag) LetterSent(_ context.Context, id string) error {
	b.Lock()
	defer b.Unlock()
	delete(b.due, id)
	b.sent[id] = true
	return nil
}

func (b *mailbag) LetterNotSent(_ context.Context, id, trouble string, next time.Time) error {
	b.Lock()
	defer b.Unlock()
	b.due[id] = next
	if next.IsZero() {
		delete(b.due, id)
		b.over[id] = trouble
	}
	return nil
}

func (b *mailbag) ForgetLetters(context.Context, time.Time) error { return nil }

// mailboxError is a mail server's last word.
type mailboxError struct{ error }

func (mailboxError) Permanent() bool { return true }

func TestLettersAreTriedUntilTheyAreOver(t *testing.T) {
	b := newMailbag(
		letter.Letter{ID: "at once", To: "ana@example.com"}, letter.Letter{ID: "late", To: "ana@example.com"}, letter.Letter{ID: "lost", To: "ana@example.com"},
		letter.Letter{ID: "no mailbox", To: "ana@example.com"}, letter.Letter{ID: "too late", To: "ana@example.com", Code: "493827"},
	)
	short := b.list["too late"]
	short.ExpiresAt = b.now.Add(30 * time.Minute)
	b.list["too late"] = short
	var log bytes.Buffer
	var mutex sync.Mutex
	tries, counts := map[string]int{}, prometheus.NewRegistry()
	w := &worker.Letters{
		Store: b, Now: func() time.Time { return b.now }, Log: slog.New(slog.NewTextHandler(&log, nil)), Count: worker.NewLetterAttempts(counts),
		Send: func(_ context.Context, l letter.Letter) error {
			mutex.Lock()
			defer mutex.Unlock()
			tries[l.ID]++
			switch {
			case l.ID == "no mailbox":
				return mailboxError{errors.New("550")}
			case l.ID == "lost", l.ID == "too late", l.ID == "late" && tries["late"] < 4:
				return errors.New("no answer")
			}
			return nil
		},
	}
	for range 2 * 24 * 60 * 6 { // two days, by ten seconds
		require.NoError(t, w.Deliver(t.Context()))
		b.now = b.now.Add(10 * time.Second)
	}
	require.Equal(t, map[string]bool{"at once": true, "late": true}, b.sent)
	require.Equal(t, map[string]string{"lost": "no answer", "no mailbox": "550", "too late": "no answer"}, b.over)
	require.Equal(t, map[string]int{"at once": 1, "late": 4, "lost": 10, "no mailbox": 1, "too late": 5}, tries)
	require.Equal(t, map[string]int{"arrived": 2, "failed": 16, "given_up": 3}, counted(t, counts))
	require.NotContains(t, log.String(), "ana@example.com")
	require.NotContains(t, log.String(), "493827")
}

// Letters that waited while all workers were away do not go out once they are over.
func TestALetterThatIsOverIsNotSent(t *testing.T) {
	b := newMailbag(letter.Letter{ID: "one", To: "ana@example.com", Code: "493827"})
	e := b.list["one"]
	e.ExpiresAt = b.now
	b.list["one"] = e
	w := &worker.Letters{
		Store: b, Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler),
		Send: func(context.Context, letter.Letter) error { return errors.New("must not be sent") },
	}
	require.NoError(t, w.Deliver(t.Context()))
	require.Contains(t, b.over["one"], "say nothing")
}

// A worker that stops in the middle leaves the letter to the next one.
func TestALetterThatIsInterrupted(t *testing.T) {
	b := newMailbag(letter.Letter{ID: "one", To: "ana@example.com"})
	ctx, cancel := context.WithCancel(t.Context())
	w := &worker.Letters{
		Store: b, Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler),
		Send: func(ctx context.Context, _ letter.Letter) error { cancel(); return ctx.Err() },
	}
	require.ErrorIs(t, w.Deliver(ctx), context.Canceled)
	require.Equal(t, b.now.Add(2*time.Minute), b.due["one"])
}
