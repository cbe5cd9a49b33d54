package api

import (
	"context"
	"net/http"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/letter"
	"rodada/domain/limit"
	"rodada/domain/rider"
)

// proofDoc says in the document how riders show who they are, before what would give an account to whoever has stolen a token.
const proofDoc = "\n\nNeeds the password of an account that has one, or a code that `POST /v1/me/proof` mails, typed within the last 5 minutes; for an account " +
	"without a password a log-in within the last 5 minutes does as well. All of it in the session that asks."

func proofFaults() []*fault.Error {
	return []*fault.Error{rider.ErrPassword, limit.ErrWait, rider.ErrProof, password.ErrBusy}
}

// PasswordProof is the body of what needs nothing but to know who asks.
type PasswordProof struct {
	Password string `json:"password,omitempty" maxLength:"200" doc:"Of an account that has one."`
}

func (p *PasswordProof) typed() string {
	if p == nil {
		return ""
	}
	return p.Password
}

// proven is the rider who asks, once they have shown that they are: whoever has only come by a token has not.
func (e *accounts) proven(ctx context.Context, typed string) (rider.Rider, error) {
	r, err := e.store.RiderByID(ctx, subjectFrom(ctx))
	if err != nil {
		return r, err
	}
	if typed != "" && r.PasswordHash != "" {
		return r, e.tries.own(ctx, e.hasher, typed, r.PasswordHash)
	}
	shown, err := e.store.Shown(ctx, r.ID, sessionFrom(ctx), e.now().Add(-rider.ProofLife))
	if err != nil || shown.Code || shown.LoggedIn && r.PasswordHash == "" {
		return r, err
	}
	return r, proofNeeded(r)
}

// proofNeeded says too by what ways: a code goes to who has an address, and a log-in shows nothing where there is a password.
func proofNeeded(r rider.Rider) *fault.Error {
	ways := []string{}
	if r.PasswordHash != "" {
		ways = append(ways, "password")
	}
	if r.Email != "" {
		ways = append(ways, "code")
	}
	if r.PasswordHash == "" {
		ways = append(ways, "login")
	}
	return rider.ErrProof.With("ways", ways)
}

// askProof is POST /v1/me/proof.
type askProof struct{ *accounts }

func (askProof) Meta() meta {
	return meta{
		ID: "ask-proof", Class: classCode, Summary: "Ask for a code that shows it is you", Status: http.StatusAccepted,
		Description: "Mails it to the address of the account. Typed in, it lets this session for 5 minutes do what needs a password otherwise: change the " +
			"email, add or remove another service, delete the account. An account without an address is logged in to again instead.",
		Faults: []*fault.Error{rider.ErrProof, rider.ErrTooSoon},
	}
}

func (e askProof) Execute(ctx context.Context, _ *struct{}) (*codeOut, error) {
	r, err := e.store.RiderByID(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	if r.Email == "" {
		return nil, proofNeeded(r)
	}
	return e.proofs.begin(ctx, rider.Proof{
		Purpose: rider.ToProveSelf, Email: r.Email, Language: r.Language, RiderID: r.ID, Letter: letter.ProveSelf, Asker: e.tries.session(ctx),
	})
}

// verifyProof is POST /v1/me/proof/verify.
type verifyProof struct{ *accounts }

func (verifyProof) Meta() meta {
	return meta{
		ID: "verify-proof", Class: classCode, Summary: "Show that it is you with the code that was mailed", Status: http.StatusNoContent,
		Description: "Good for 5 minutes, and for the session that types it.", Faults: []*fault.Error{rider.ErrCode},
	}
}

func (e verifyProof) Execute(ctx context.Context, in *codeIn) (*struct{}, error) {
	hash := e.proofs.hash(in.Body.ID, in.Body.Code)
	return nil, e.store.FinishSelf(ctx, subjectFrom(ctx), sessionFrom(ctx), in.Body.ID, hash, e.now())
}
