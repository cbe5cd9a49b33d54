package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/staff"
)

// memberStore is what the doors of staff need of the books.
type memberStore interface {
	StaffByID(ctx context.Context, id string) (staff.Member, error)
	StaffInSession(ctx context.Context, id, session string) (staff.Member, error)
}

// authorise lets a member of staff through who has a permission. It asks the books and not the token: what is taken away is
// gone with the next request. From here on the request is the member's deed.
//
// Permissions that are guarded count only with a second factor. An endpoint for newcomers is open to whoever has yet to set a password, one of their Own to
// whoever has, and both to any permission.
func authorise(api huma.API, members memberStore, needs staff.Permission, about meta, guarded []staff.Permission) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		member, err := members.StaffInSession(ctx.Context(), subjectFrom(ctx.Context()), sessionFrom(ctx.Context()))
		if !member.SecondFactor {
			member.Withheld = guarded
		}
		switch {
		case err != nil:
		case about.Own:
			err = member.Ready()
		case !about.Newcomers:
			err = member.Need(needs)
		case member.Suspended():
			err = staff.ErrSuspended
		}
		if err != nil {
			challenge(ctx, err, forStaff)
			turnAway(api, ctx, err)
			return
		}
		infoFrom(ctx.Context()).member = member
		next(huma.WithContext(ctx, staff.Acting(ctx.Context(), staff.Actor{
			StaffID: member.ID, Email: member.Email, Address: addressFrom(ctx.Context()), RequestID: requestIDFrom(ctx.Context()),
		})))
	}
}

// memberFrom is the member of staff who asks.
func memberFrom(ctx context.Context) staff.Member {
	if info := infoFrom(ctx); info != nil {
		return info.member
	}
	return staff.Member{}
}
