package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/api/password"
	"rodada/api/token"
	"rodada/domain/fault"
	"rodada/domain/limit"
	"rodada/domain/person"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// sessionStore is what logging in needs of the books.
type sessionStore interface {
	OpenSession(ctx context.Context, s rider.Session) error
	RotateSession(ctx context.Context, hash, next []byte, now, expires time.Time) (family, subject string, of rider.Audience, err error)
	CloseSession(ctx context.Context, hash []byte) error
	OpenSessions(ctx context.Context, subject string) ([]rider.Login, error)
	EndSession(ctx context.Context, subject, id string) error
	EndOtherSessions(ctx context.Context, subject, but string) error
}

// login is what an account needs for logging in.
type login struct {
	id, hash string
	refused  error
	factor   bool // a password is not enough
}

// sessions logs one audience in and out.
type sessions struct {
	audience rider.Audience
	store    sessionStore
	byEmail  func(ctx context.Context, email string) (login, error) // a fault when there is no such account
	byID     func(ctx context.Context, id string) (login, error)
	hasher   *password.Hasher
	tries    *tries
	tokens   *token.Issuer
	refresh  time.Duration
	now      func() time.Time
}

// Session is what a login gives.
type Session struct {
	AccessToken      string    `json:"access_token" doc:"Send it as Authorization: Bearer."`
	ExpiresAt        time.Time `json:"expires_at" doc:"Of the access token."`
	RefreshToken     string    `json:"refresh_token" doc:"Good once, for the next pair; using it twice ends the session."`
	RefreshExpiresAt time.Time `json:"refresh_expires_at"`
}

type sessionOut struct {
	Body Session
}

// openSession is POST …/sessions.
type openSession struct{ *sessions }

type openSessionIn struct {
	Body struct {
		Email    string `json:"email" maxLength:"254" example:"ana@example.com"`
		Password string `json:"password" maxLength:"200"`
	}
}

func (e openSession) Meta() meta {
	return meta{
		ID: e.named("open-session"), Summary: "Log in", Status: http.StatusCreated,
		Faults: append(e.refusals(), rider.ErrCredentials, password.ErrBusy, limit.ErrWait), Class: classLogin,
	}
}

// Execute takes the same work whether the account exists or not, and says the same when it does not or the password is
// wrong.
func (e openSession) Execute(ctx context.Context, in *openSessionIn) (*sessionOut, error) {
	who, err := e.know(ctx, in.Body.Email, in.Body.Password)
	if err != nil {
		return nil, err
	}
	e.tries.right(ctx, in.Body.Email)
	e.tries.meet(ctx, in.Body.Email)
	return e.open(ctx, who.id)
}

// know finds who logs in by a password, and with a fault whose account it was, if there is one. Until its try is said to have been right it counts as a wrong one.
func (s *sessions) know(ctx context.Context, email, password string) (login, error) {
	email = person.LogIn(email)
	if err := s.tries.begin(ctx, email); err != nil {
		return login{}, err
	}
	who, err := s.byEmail(ctx, email)
	if err != nil && !isFault(err) {
		return login{}, err
	}
	same, err := s.hasher.Matches(ctx, password, who.hash)
	if err != nil {
		return login{}, err
	}
	if !same {
		return login{id: who.id}, rider.ErrCredentials
	}
	return who, who.refused
}

// open begins a session of a subject whose right to one is proved.
func (s *sessions) open(ctx context.Context, subject string) (*sessionOut, error) {
	shown, hash := token.NewRefresh(s.audience)
	now := s.now()
	session := rider.Session{
		Family: uuid.NewString(), Hash: hash, Subject: subject, Audience: s.audience, StartedAt: now, ExpiresAt: now.Add(s.refresh),
	}
	if info := infoFrom(ctx); info != nil {
		session.Agent, session.Address = info.agent, info.address
	}
	if err := s.store.OpenSession(ctx, session); err != nil {
		return nil, err
	}
	return s.pair(session.Family, subject, shown, session.ExpiresAt)
}

// refreshSession is POST …/sessions/refresh.
type refreshSession struct{ *sessions }

type refreshIn struct {
	Body struct {
		RefreshToken string `json:"refresh_token" maxLength:"200"`
	}
}

func (e refreshSession) Meta() meta {
	return meta{
		ID: e.named("refresh-session"), Summary: "Get the next pair of tokens",
		Description: "A refresh token is good once. One that comes back a second time was stolen: its session ends.",
		Faults:      append(e.refusals(), rider.ErrToken), Class: classRefresh,
	}
}

func (e refreshSession) Execute(ctx context.Context, in *refreshIn) (*sessionOut, error) {
	hash, err := token.RefreshHash(in.Body.RefreshToken, e.audience)
	if err != nil {
		return nil, err
	}
	now := e.now()
	expires := now.Add(e.refresh)
	shown, next := token.NewRefresh(e.audience)
	family, subject, of, err := e.store.RotateSession(ctx, hash, next, now, expires)
	if err != nil {
		return nil, err
	}
	if of != e.audience {
		return nil, rider.ErrToken
	}
	who, err := e.byID(ctx, subject)
	if err != nil {
		return nil, err
	}
	if who.refused != nil {
		return nil, who.refused
	}
	return e.pair(family, subject, shown, expires)
}

func (s *sessions) pair(family, subject, refresh string, refreshExpires time.Time) (*sessionOut, error) {
	access, expires, err := s.tokens.IssueIn(family, subject, s.audience)
	if err != nil {
		return nil, err
	}
	return &sessionOut{Body: Session{
		AccessToken: access, ExpiresAt: expires.UTC(), RefreshToken: refresh, RefreshExpiresAt: refreshExpires.UTC().Truncate(time.Second),
	}}, nil
}

// closeSession is DELETE …/sessions.
type closeSession struct{ *sessions }

func (e closeSession) Meta() meta {
	return meta{
		ID: e.named("close-session"), Summary: "Log out", Description: "Ends the session of a refresh token, spent or not.",
		Faults: []*fault.Error{rider.ErrToken}, Class: classRefresh,
	}
}

func (e closeSession) Execute(ctx context.Context, in *refreshIn) (*struct{}, error) {
	hash, err := token.RefreshHash(in.Body.RefreshToken, e.audience)
	if err != nil {
		return nil, err
	}
	return nil, e.store.CloseSession(ctx, hash)
}

// named keeps the operations of the two audiences apart.
func (s *sessions) named(id string) string {
	if s.audience == rider.ForStaff {
		return "staff-" + id
	}
	return id
}

// refusals are why somebody may not come in whose password is right.
func (s *sessions) refusals() []*fault.Error {
	if s.audience == rider.ForStaff {
		return []*fault.Error{staff.ErrSuspended, staff.ErrPasswordExpired}
	}
	return nil
}
