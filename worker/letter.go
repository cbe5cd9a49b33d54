package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"rodada/domain/letter"
)

// LetterStore is what is on its way to riders.
type LetterStore interface {
	DueLetters(ctx context.Context, limit int, mine time.Duration) ([]letter.Envelope, error)
	LetterSent(ctx context.Context, id string) error
	LetterNotSent(ctx context.Context, id, trouble string, next time.Time) error
	ForgetLetters(ctx context.Context, before time.Time) error
}

// Letters sends what the books have for riders.
type Letters struct {
	Store LetterStore
	Send  func(ctx context.Context, l letter.Letter) error
	Open  func(sealed, purpose string) (string, error) // nil: there is no key
	Now   func() time.Time
	Log   *slog.Logger
	Count *Attempts // nil: nobody counts
}

const (
	lettersAtOnce = 5
	// letterTime is how long a letter is ours: longer than a server may take, after which another worker tries.
	letterTime = 2 * time.Minute
)

// refused is an error of a letter that no further attempt helps.
type refused interface{ Permanent() bool }

// Run sends until ctx ends.
func (w *Letters) Run(ctx context.Context, every time.Duration) { w.outbox().run(ctx, every) }

// Deliver sends all that is due now.
func (w *Letters) Deliver(ctx context.Context) error { return w.outbox().sendDue(ctx) }

func (w *Letters) outbox() outbox[letter.Envelope] {
	return outbox[letter.Envelope]{
		due: func(ctx context.Context) ([]letter.Envelope, error) {
			return w.Store.DueLetters(ctx, lettersAtOnce, letterTime)
		},
		send: w.deliver, forget: w.Store.ForgetLetters, now: w.Now, log: w.Log, fails: "no letters go out",
	}
}

// errOver is a letter that waited for longer than what it says holds.
var errOver = errors.New("letter: it would say nothing any more")

// deliver sends one letter. Neither its address nor what is in it may come into the log.
func (w *Letters) deliver(ctx context.Context, e letter.Envelope) error {
	if e.Over(w.Now()) {
		return w.giveUp(ctx, e, errOver)
	}
	l, err := e.Open(w.Open)
	if err == nil {
		err = w.Send(ctx, l)
	}
	var final refused
	switch {
	case err == nil:
		w.Count.count(attemptArrived)
		return w.Store.LetterSent(ctx, e.ID)
	case ctx.Err() != nil:
		return ctx.Err() // we stop; the letter is due again in a while
	case errors.As(err, &final) && final.Permanent():
		return w.giveUp(ctx, e, err)
	}
	next, again := e.TryAgain(w.Now())
	if !again {
		return w.giveUp(ctx, e, err)
	}
	w.Count.count(attemptFailed)
	w.Log.Warn("a letter did not go out, and is tried again", "letter", e.ID, "kind", e.Kind, "error", err)
	return w.Store.LetterNotSent(ctx, e.ID, err.Error(), next)
}

func (w *Letters) giveUp(ctx context.Context, e letter.Envelope, why error) error {
	w.Count.count(attemptLast)
	w.Log.Warn("a letter was not sent, and will not be", "letter", e.ID, "kind", e.Kind, "error", why)
	return w.Store.LetterNotSent(ctx, e.ID, why.Error(), time.Time{})
}
