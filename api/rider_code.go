package api

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/rider"
	"rodada/seal"
)

// proofStore is what codes need of the books.
type proofStore interface {
	BeginProof(ctx context.Context, p rider.Proof, e letter.Envelope) error
	Proof(ctx context.Context, id string, now time.Time) (rider.Proof, error)
	RenewProof(ctx context.Context, p rider.Proof, e letter.Envelope) error
	FinishRegistration(ctx context.Context, id string, hash []byte, now time.Time) (rider.Rider, error)
	FinishReset(ctx context.Context, id string, hash []byte, now time.Time, passwordHash string, e letter.Envelope) error
	FinishEmail(ctx context.Context, riderID, id string, hash []byte, now time.Time, e letter.Envelope) error
	FinishSelf(ctx context.Context, riderID, session, id string, hash []byte, now time.Time) error
	Shown(ctx context.Context, riderID, session string, since time.Time) (rider.Shown, error)
}

// proofs is the codes that are mailed.
type proofs struct {
	store  proofStore
	sealer Sealer // of letters; nil: they lie there in clear until they are sent
	secret []byte
	tries  *tries
	now    func() time.Time
}

// Code is a code that was mailed.
type Code struct {
	ID        string    `json:"id" format:"uuid" doc:"Goes with the code."`
	ExpiresAt time.Time `json:"expires_at" doc:"Of the code."`
	ResendAt  time.Time `json:"resend_at" doc:"From when on it may be mailed again."`
}

type codeOut struct{ Body Code }

// codeIn is a code as it was typed.
type codeIn struct {
	Body struct {
		ID   string `json:"id" format:"uuid"`
		Code string `json:"code" minLength:"1" maxLength:"20" example:"493827"`
	}
}

// begin mails what a proof's letter says, and shows what to type the code with.
func (s *proofs) begin(ctx context.Context, p rider.Proof) (*codeOut, error) {
	p.ID = uuid.NewString()
	p.MailedAt = s.now().UTC().Truncate(time.Microsecond)
	p.ExpiresAt = p.MailedAt.Add(rider.CodeLife)
	p.Asker, p.Met = cmp.Or(p.Asker, s.tries.asker(ctx)), s.tries.met(ctx, p.Email)
	e, err := s.code(&p)
	if err != nil {
		return nil, err
	}
	if err := s.store.BeginProof(ctx, p, e); err != nil {
		return nil, err
	}
	return showCode(p), nil
}

func showCode(p rider.Proof) *codeOut {
	return &codeOut{Body: Code{ID: p.ID, ExpiresAt: p.ExpiresAt.UTC(), ResendAt: p.MailedAt.Add(rider.CodePause).UTC()}}
}

// code gives a proof a new code, if its letter carries one, and puts the letter into its envelope.
func (s *proofs) code(p *rider.Proof) (letter.Envelope, error) {
	l := letter.Letter{Kind: p.Letter, Language: p.Language, To: p.Email, ExpiresAt: p.ExpiresAt}
	code := rider.NewCode(p.Purpose)
	p.Hash = nil
	switch p.Letter {
	case letter.Register, letter.ChangeEmail, letter.Reset, letter.ProveSelf:
		l.Code, p.Hash = code, s.hash(p.ID, code)
	case "":
		return letter.Envelope{}, nil
	}
	return s.envelope(l)
}

// envelope closes a letter, sealed where there is a key.
func (s *proofs) envelope(l letter.Letter) (letter.Envelope, error) {
	l.ID = uuid.NewString()
	if s.sealer != nil {
		e, err := l.Close(s.sealer.Seal)
		if !errors.Is(err, seal.ErrKey) {
			return e, err
		}
	}
	return l.Close(nil)
}

// hash is what is stored of a code. A million codes are soon tried, so it needs the installation's secret.
func (s *proofs) hash(id, code string) []byte {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("code\x00" + id + "\x00" + rider.Typed(code)))
	return mac.Sum(nil)
}

// resendCode is POST /v1/codes/resend.
type resendCode struct{ *accounts }

type resendCodeIn struct {
	Body struct {
		ID string `json:"id" format:"uuid"`
	}
}

func (resendCode) Meta() meta {
	return meta{
		ID: "resend-code", Class: classCode, Summary: "Mail another code", Status: http.StatusAccepted,
		Description: "The code of before opens nothing any more. At most one a minute, and five an hour from one place to one address (`retry_after`); the time in which the code must be typed is not made longer.",
		Faults:      []*fault.Error{rider.ErrCode, rider.ErrTooSoon},
	}
}

func (e resendCode) Execute(ctx context.Context, in *resendCodeIn) (*codeOut, error) {
	p, err := e.store.Proof(ctx, in.Body.ID, e.now())
	if err != nil {
		return nil, err
	}
	p.MailedAt = e.now().UTC().Truncate(time.Microsecond)
	p.Met = e.tries.met(ctx, p.Email)
	mail, err := e.proofs.code(&p)
	if err != nil {
		return nil, err
	}
	if err := e.store.RenewProof(ctx, p, mail); err != nil {
		return nil, err
	}
	return showCode(p), nil
}
