package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// memberStore is what the doors of staff need of the books.
type memberStore interface {
	StaffByID(ctx context.Context, id string) (staff.Member, error)
	StaffInSession(ctx context.Context, id, session string) (staff.Member, error)
}

// serviceDoor is what the doors need of the books where services may come in.
type serviceDoor interface {
	ServiceWith(ctx context.Context, id, tokens string) (staff.Service, error)
}

// doors let in who works for the operator. They ask the books and not the token: what is taken away is gone with the next request.
type doors struct {
	members  memberStore
	services serviceDoor
	guarded  []staff.Permission // that count only with a second factor
	now      func() time.Time
}

// open lets a member of staff or a service through who has a permission. From here on the request is theirs.
func (d doors) open(api huma.API, who audience, needs staff.Permission, about meta) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		come := d.member
		if infoFrom(ctx.Context()).audience == rider.ForServices {
			come = d.service
		}
		by, err := come(ctx.Context(), needs, about)
		if err != nil {
			challenge(ctx, err, who)
			turnAway(api, ctx, err)
			return
		}
		by.Address, by.RequestID = addressFrom(ctx.Context()), requestIDFrom(ctx.Context())
		next(huma.WithContext(ctx, staff.Acting(ctx.Context(), by)))
	}
}

// member is a member of staff with a permission. An endpoint for newcomers is open to whoever has yet to set a password, one of
// their Own to whoever has, and both to any permission.
func (d doors) member(ctx context.Context, needs staff.Permission, about meta) (staff.Actor, error) {
	member, err := d.members.StaffInSession(ctx, subjectFrom(ctx), sessionFrom(ctx))
	if !member.SecondFactor {
		member.Withheld = d.guarded
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
	infoFrom(ctx).member = member
	return staff.Actor{StaffID: member.ID, Email: member.Email}, err
}

// service is a service with a permission, unless none is needed.
func (d doors) service(ctx context.Context, needs staff.Permission, _ meta) (staff.Actor, error) {
	one, err := d.services.ServiceWith(ctx, subjectFrom(ctx), sessionFrom(ctx))
	if err == nil {
		err = one.Ready(addressFrom(ctx), d.now())
	}
	if err == nil && needs != "" {
		err = one.Need(needs)
	}
	infoFrom(ctx).service = one
	return staff.Actor{ServiceID: one.ID, Email: one.Name}, err
}

// need refuses whoever asks, a member of staff or a service, without a permission beyond the endpoint's own.
func need(ctx context.Context, p staff.Permission) error {
	info := infoFrom(ctx)
	switch {
	case info == nil:
		return staff.ErrPermission
	case info.audience == rider.ForServices:
		return info.service.Need(p)
	}
	return info.member.Need(p)
}

// memberFrom is the member of staff who asks.
func memberFrom(ctx context.Context) staff.Member {
	if info := infoFrom(ctx); info != nil {
		return info.member
	}
	return staff.Member{}
}
