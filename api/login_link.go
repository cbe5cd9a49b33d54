package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/rider"
)

// LinkedService is another service that opens an account.
type LinkedService struct {
	Service  string    `json:"service" example:"google"`
	Title    string    `json:"title,omitempty" example:"Google" doc:"For people; without one it is no service here any more."`
	LinkedAt time.Time `json:"linked_at"`
}

type loginsOut struct {
	Body struct {
		Logins []LinkedService `json:"logins" nullable:"false"`
	}
}

// listLogins is GET /v1/me/logins.
type listLogins struct{ *visitors }

func (listLogins) Meta() meta {
	return meta{ID: "list-logins", Summary: "The services that log you in"}
}

func (e listLogins) Execute(ctx context.Context, _ *struct{}) (*loginsOut, error) {
	links, err := e.books.Links(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := &loginsOut{}
	out.Body.Logins = each(links, func(l rider.Link) LinkedService {
		shown := LinkedService{Service: l.Service, LinkedAt: l.LinkedAt}
		if s, err := e.service(l.Service); err == nil {
			shown.Title = s.Title()
		}
		return shown
	})
	return out, nil
}

// linkLogin is POST /v1/me/logins.
type linkLogin struct{ *visitors }

type linkLoginIn struct {
	Body struct {
		LoginProof
		Password string `json:"password,omitempty" maxLength:"200" doc:"Of an account that has one."`
	}
}

func (linkLogin) Meta() meta {
	return meta{
		ID: "link-login", Class: classPassword, Summary: "Have another service log you in",
		Description: "Begun like a log-in, in the browser; this instead of `POST /v1/login/exchange` links it to your account, and tells you so by mail. " +
			"One that opens another account already is refused." + proofDoc,
		Faults: append(proofFaults(), rider.ErrLoginCode, rider.ErrLoginTaken, rider.ErrLoginTwice),
	}
}

func (e linkLogin) Execute(ctx context.Context, in *linkLoginIn) (*loginsOut, error) {
	r, err := e.proven(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	who, err := e.fetch(ctx, in.Body.LoginProof)
	if err != nil {
		return nil, err
	}
	told, err := e.tellLinked(r, who.Service)
	if err != nil {
		return nil, err
	}
	if err := e.books.LinkLogin(ctx, r.ID, who, told); err != nil {
		return nil, err
	}
	return listLogins(e).Execute(ctx, nil)
}

// unlinkLogin is DELETE /v1/me/logins/{service}.
type unlinkLogin struct{ *visitors }

type unlinkLoginIn struct {
	Service string `path:"service" pattern:"^[a-z][a-z0-9-]{0,31}$" example:"google"`
	Body    *PasswordProof
}

func (unlinkLogin) Meta() meta {
	return meta{
		ID: "unlink-login", Class: classPassword, Summary: "Have a service log you in no more", Status: http.StatusNoContent,
		Description: "Ends your other sessions. Not the last one of an account without a password. A service that has verified the account's own address opens it again " +
			"when it is next logged in with." + proofDoc,
		Faults: append(proofFaults(), rider.ErrLoginUnknown, rider.ErrLoginLast),
	}
}

func (e unlinkLogin) Execute(ctx context.Context, in *unlinkLoginIn) (*struct{}, error) {
	r, err := e.proven(ctx, in.Body.typed())
	if err != nil {
		return nil, err
	}
	return nil, e.books.UnlinkLogin(ctx, r.ID, in.Service, sessionFrom(ctx))
}
