package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/rider"
)

// OwnSession is a session of who asks.
type OwnSession struct {
	ID        string    `json:"id" format:"uuid"`
	Current   bool      `json:"current" doc:"The one that asks."`
	Agent     string    `json:"user_agent,omitempty" doc:"What the client said it is, at the log-in."`
	Address   string    `json:"address,omitempty" doc:"Of the client, at the log-in."`
	StartedAt time.Time `json:"started_at"`
	UsedAt    time.Time `json:"used_at" doc:"When its tokens were renewed last."`
	ExpiresAt time.Time `json:"expires_at" doc:"Unless it is gone on with."`
}

// ownSessions is GET …/me/sessions.
type ownSessions struct{ *sessions }

type ownSessionsOut struct {
	Body struct {
		Sessions []OwnSession `json:"sessions" nullable:"false" doc:"The one that was used last first."`
	}
}

func (e ownSessions) Meta() meta {
	return meta{ID: e.named("list-sessions"), Summary: "Where you are logged in", Newcomers: true, Suspended: true}
}

func (e ownSessions) Execute(ctx context.Context, _ *struct{}) (*ownSessionsOut, error) {
	list, err := e.store.OpenSessions(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	current, out := sessionFrom(ctx), &ownSessionsOut{}
	out.Body.Sessions = each(list, func(l rider.Login) OwnSession {
		return OwnSession{
			ID: l.ID, Current: l.ID == current, Agent: l.Agent, Address: l.Address, StartedAt: l.StartedAt, UsedAt: l.UsedAt, ExpiresAt: l.ExpiresAt,
		}
	})
	return out, nil
}

// endOwnSession is DELETE …/me/sessions/{id}.
type endOwnSession struct{ *sessions }

type endOwnSessionIn struct {
	ID string `path:"id" format:"uuid"`
}

func (e endOwnSession) Meta() meta {
	return meta{
		ID: e.named("end-session"), Summary: "Log out somewhere", Newcomers: true, Suspended: true,
		Description: "Its tokens are refused from the next request on, the access token too.", Faults: []*fault.Error{rider.ErrSession},
	}
}

func (e endOwnSession) Execute(ctx context.Context, in *endOwnSessionIn) (*struct{}, error) {
	return nil, e.store.EndSession(ctx, subjectFrom(ctx), in.ID)
}

// endOtherSessions is DELETE …/me/sessions.
type endOtherSessions struct{ *sessions }

func (e endOtherSessions) Meta() meta {
	return meta{
		ID: e.named("end-other-sessions"), Summary: "Log out everywhere else", Newcomers: true, Suspended: true,
		Description: "All sessions end but the one that asks.",
	}
}

func (e endOtherSessions) Execute(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, e.store.EndOtherSessions(ctx, subjectFrom(ctx), sessionFrom(ctx))
}
