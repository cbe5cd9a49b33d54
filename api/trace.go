package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"

	"github.com/google/uuid"

	"rodada/domain/promotion"
	"rodada/domain/rider"
	"rodada/seal"
)

// traceStore is what the traces of riders need of the books.
type traceStore interface {
	RiderByID(ctx context.Context, id string) (rider.Rider, error)
	Links(ctx context.Context, riderID string) ([]rider.Link, error)
	TraceKey(ctx context.Context, id, secret string) (keptID, kept string, err error)
	KeepTraces(ctx context.Context, riderID string, traces []string) error
}

// traces keep what riders are known by who come back under another account, after this one is gone.
type traces struct {
	store  traceStore
	sealer Sealer // nil: the key lies in clear
	open   func(sealed, purpose string) (string, error)

	mu  sync.Mutex
	key []byte
}

// keep keeps the traces of a rider as they are now.
func (t *traces) keep(ctx context.Context, riderID string) error {
	key, err := t.secret(ctx)
	if err != nil {
		return err
	}
	r, err := t.store.RiderByID(ctx, riderID)
	if err != nil {
		return err
	}
	links, err := t.store.Links(ctx, riderID)
	if err != nil {
		return err
	}
	return t.store.KeepTraces(ctx, riderID, promotion.Traces(key, r.Email, links))
}

// secret is the one key of all copies of the API, which the first of them makes.
func (t *traces) secret(ctx context.Context) ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.key != nil {
		return t.key, nil
	}
	id, kept, err := t.store.TraceKey(ctx, "", "")
	if err == nil && kept == "" {
		var fresh string
		id = uuid.NewString()
		if fresh, err = t.fresh(id); err != nil {
			return nil, err
		}
		id, kept, err = t.store.TraceKey(ctx, id, fresh)
	}
	if err != nil {
		return nil, err
	}
	if seal.Is(kept) {
		if t.open == nil {
			return nil, seal.ErrKey
		}
		if kept, err = t.open(kept, promotion.TraceKeyPurpose(id)); err != nil {
			return nil, err
		}
	}
	t.key, err = hex.DecodeString(kept)
	return t.key, err
}

func (t *traces) fresh(id string) (string, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	text := hex.EncodeToString(raw)
	if t.sealer == nil {
		return text, nil
	}
	sealed, err := t.sealer.Seal(text, promotion.TraceKeyPurpose(id))
	if errors.Is(err, seal.ErrKey) {
		return text, nil // as letters lie in clear where there is no key
	}
	return sealed, err
}
