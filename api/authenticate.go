package api

import (
	"errors"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rodada/api/token"
	"rodada/domain/rider"
)

// authenticate lets only the bearers of a token of the audience through, before anything of the request is read. Of riders it asks
// the books too: who is suspended, gone or logged out is so with the next request, whatever tokens were given before.
func authenticate(api huma.API, tokens *token.Issuer, riders accountStore, who audience, suspended bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		scheme, signed, _ := strings.Cut(ctx.Header("Authorization"), " ")
		subject, session, err := "", "", error(rider.ErrToken)
		var of rider.Audience
		if strings.EqualFold(scheme, "Bearer") {
			for _, of = range who.each() {
				if subject, session, err = tokens.ReadIn(strings.TrimSpace(signed), of); err == nil {
					break
				}
			}
		}
		var standing rider.Standing
		if err == nil && who == forRider {
			standing, err = riders.Standing(ctx.Context(), subject, session)
		}
		info := infoFrom(ctx.Context())
		if info != nil && err == nil {
			info.subject, info.session, info.audience = subject, session, of
			if info.language == "" {
				info.language = standing.Language
			}
		}
		switch {
		case err != nil:
		case standing.SessionOver:
			err = rider.ErrToken
		case !standing.SuspendedAt.IsZero() && !suspended:
			err = rider.ErrSuspended
		}
		if err != nil {
			challenge(ctx, err, who)
			turnAway(api, ctx, err)
			return
		}
		next(ctx)
	}
}

// challenge says whose token is wanted, where one is not good. (RFC 6750, 3)
func challenge(ctx huma.Context, err error, who audience) {
	if errors.Is(err, rider.ErrToken) {
		ctx.SetHeader("WWW-Authenticate", fmt.Sprintf("Bearer realm=%q", who.each()[0]))
	}
}

// turnAway answers a request that no endpoint comes to see.
func turnAway(api huma.API, ctx huma.Context, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		p = problemOf(ctx.Context(), err)
	}
	for name, values := range p.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = api.Marshal(ctx.BodyWriter(), typeJSON, p)
}
