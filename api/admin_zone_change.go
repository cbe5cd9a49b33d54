package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/zone"
)

var drawFaults = []*fault.Error{zone.ErrGeometry, zone.ErrCorners, zone.ErrDraft, zone.ErrModel, zone.ErrTwice, staff.ErrPermission}

// mayPrice is a fault when a change touches prices and who makes it may not.
func mayPrice(ctx context.Context, next, was *zone.Draft) error {
	price := func(d *zone.Draft) fare.Adjustment {
		if d == nil {
			return fare.Adjustment{}
		}
		return d.Price
	}
	// Where a zone lies, when and before which others says what its price is for: one that has a price is a price.
	if price(next) == (fare.Adjustment{}) && price(was) == (fare.Adjustment{}) {
		return nil
	}
	return need(ctx, staff.Pricing)
}

// mayDraw is a fault when a draft, of what was before, is over already, or not for who makes it.
func (s *zones) mayDraw(ctx context.Context, next, was *zone.Draft) error {
	if err := next.Drawn(s.now(), was); err != nil {
		return err
	}
	return mayPrice(ctx, next, was)
}

// mayReplace is a fault when a set has prices and whoever changes all of it may not, or when there never was such a set.
func (s *zones) mayReplace(ctx context.Context, version int64) error {
	set, err := s.store.ZonesOf(ctx, version)
	if errors.Is(err, zone.ErrUnknown) {
		return zone.ErrChanged
	}
	if err != nil {
		return err
	}
	for _, z := range set.Zones {
		if err := mayPrice(ctx, nil, &z.Draft); err != nil {
			return err
		}
	}
	return nil
}

// createZone is POST /admin/v1/zones.
type createZone struct{ *zones }

// ZoneDraft is a zone as staff draw it.
type ZoneDraft struct {
	ZoneRules
	Geometry *Geometry `json:"geometry,omitempty"`
}

type createZoneIn struct {
	MaybeKeyed
	Body ZoneDraft
}

func (createZone) Meta() meta {
	return meta{
		ID: "create-zone", Summary: "Draw a zone", Status: http.StatusCreated, BodyLimit: maxZone,
		Faults:      append([]*fault.Error{rental.ErrKeyInvalid, rental.ErrKeyReused}, drawFaults...),
		Description: "It is in force at once, or from its start on. With an Idempotency-Key it is drawn once, however often that is sent. One that changes prices needs the permission `pricing` too.",
	}
}

func (e createZone) Execute(ctx context.Context, in *createZoneIn) (*zoneOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	d, err := in.Body.draft(in.Body.Geometry)
	if err == nil {
		err = e.mayDraw(ctx, &d, nil)
	}
	if err != nil {
		return nil, err
	}
	if key != "" {
		return e.once(ctx, key, d)
	}
	made, err := e.store.CreateZones(ctx, d)
	if err != nil {
		return nil, err
	}
	return e.answer(made[0], true)
}

// once draws a zone as the import of one does, and answers a repetition with what was drawn then.
func (e createZone) once(ctx context.Context, key string, d zone.Draft) (*zoneOut, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	made, err := e.store.ImportZones(ctx, zone.Import{
		StaffID: subjectFrom(ctx), Key: key, Digest: digest("zone", string(text)), Drafts: []zone.Draft{d},
	})
	if err != nil {
		return nil, err
	}
	versions, err := e.store.ZoneVersions(ctx, made.Zones[0].ID)
	if err != nil {
		return nil, err
	}
	first := versions[len(versions)-1]
	return e.answer(first.Zone, first.UntilSet == 0)
}

// changeZone is PUT /admin/v1/zones/{id}.
type changeZone struct{ *zones }

type changeZoneIn struct {
	ZoneRef
	Body struct {
		Version int64 `json:"version" minimum:"1" doc:"The version that the change was made of."`
		ZoneDraft
	}
}

func (changeZone) Meta() meta {
	return meta{
		ID: "change-zone", Summary: "Put a new version of a zone in force",
		Description: "The body is the whole zone; without a geometry it stays where it is. What is the same as before makes no version. " +
			"Rides under way are judged by the new version from their next position on. One that changes prices, or did, needs the " +
			"permission `pricing` too.",
		Faults:    append([]*fault.Error{zone.ErrUnknown, zone.ErrRetired, zone.ErrChanged}, drawFaults...),
		BodyLimit: maxZone,
	}
}

func (e changeZone) Execute(ctx context.Context, in *changeZoneIn) (*zoneOut, error) {
	was, _, err := e.store.Zone(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	g := in.Body.Geometry
	if g == nil && !in.Body.Everywhere {
		if g, err = geometryOf(was); err != nil {
			return nil, err
		}
	}
	d, err := in.Body.draft(g)
	if err == nil {
		err = e.mayDraw(ctx, &d, &was.Draft)
	}
	if err != nil {
		return nil, err
	}
	z, err := e.store.ChangeZone(ctx, in.ID, in.Body.Version, d)
	if err != nil {
		return nil, err
	}
	return e.answer(z, true)
}

// orderZones is PUT /admin/v1/zones/order.
type orderZones struct{ *zones }

type orderZonesIn struct {
	Body struct {
		Version int64   `json:"version" minimum:"1" doc:"The version of the set that was looked at."`
		Zones   []int64 `json:"zones" minItems:"1" maxItems:"100000" doc:"The IDs of all zones in force but the one that is everywhere, the first to decide first."`
	}
}

func (orderZones) Meta() meta {
	return meta{
		ID: "order-zones", Summary: "Say which zones go first",
		Description: "Each zone whose place changes gets a new version, all in one set; an order that they have already changes nothing. Where one changes prices, the permission `pricing` is needed too.",
		Faults:      []*fault.Error{zone.ErrOrder, zone.ErrChanged, staff.ErrPermission}, BodyLimit: maxZone,
	}
}

func (e orderZones) Execute(ctx context.Context, in *orderZonesIn) (*zonesOut, error) {
	if err := e.mayReplace(ctx, in.Body.Version); err != nil {
		return nil, err
	}
	if err := e.store.OrderZones(ctx, in.Body.Version, in.Body.Zones); err != nil {
		return nil, err
	}
	return listZones(e).Execute(ctx, &listZonesIn{})
}
