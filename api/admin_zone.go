package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/fault"
	"rodada/domain/staff"
	"rodada/domain/zone"
)

// zoneStore is what zones need of the books.
type zoneStore interface {
	Zones(ctx context.Context) (zone.Set, error)
	FreshZones(ctx context.Context) (zone.Set, error)
	ZonesOf(ctx context.Context, version int64) (zone.Set, error)
	Zone(ctx context.Context, id int64) (z zone.Zone, inForce bool, err error)
	ZoneVersions(ctx context.Context, id int64) ([]zone.Version, error)
	CreateZones(ctx context.Context, drafts ...zone.Draft) ([]zone.Zone, error)
	ImportZones(ctx context.Context, in zone.Import) (zone.Imported, error)
	ChangeZone(ctx context.Context, id, version int64, d zone.Draft) (zone.Zone, error)
	OrderZones(ctx context.Context, version int64, ids []int64) error
	RetireZone(ctx context.Context, id, version int64) error
}

// zones is what may happen where.
type zones struct {
	store zoneStore
	now   func() time.Time
	// drawn is the set in force on a map: for riders, and for staff as it was drawn.
	drawn, exact zoneMaps
}

func (s *zones) maps(exact bool) *zoneMaps {
	if exact {
		return &s.exact
	}
	return &s.drawn
}

// maxZone and maxZones bound in bytes what one zone and a file of zones may be: a corner is about 40.
const (
	maxZone  = 2 << 20
	maxZones = 32 << 20
)

// ZoneRef names a zone.
type ZoneRef struct {
	ID int64 `path:"id" minimum:"1"`
}

type zoneOut struct{ Body Zone }

// listZones is GET /admin/v1/zones.
type listZones struct{ *zones }

type listZonesIn struct {
	Version int64 `query:"version" minimum:"0" doc:"The set of that version, as it was when it judged a ride; 0: the one in force."`
}

type zonesOut struct {
	Body struct {
		Version int64  `json:"version" doc:"Of the whole set."`
		Zones   []Zone `json:"zones"`
	}
}

func (listZones) Meta() meta {
	return meta{
		ID: "list-zones", Summary: "The zones in force, or those of an earlier set",
		Description: "In the order in which they decide. A ride shows the version of the set that judged its end.",
		Faults:      []*fault.Error{zone.ErrUnknown},
	}
}

func (e listZones) Execute(ctx context.Context, in *listZonesIn) (*zonesOut, error) {
	now, err := e.store.FreshZones(ctx)
	if err != nil {
		return nil, err
	}
	set, inForce := now, map[[2]int64]bool{}
	if in.Version > 0 {
		if set, err = e.store.ZonesOf(ctx, in.Version); err != nil {
			return nil, err
		}
	}
	for _, z := range now.Zones {
		inForce[[2]int64{z.ID, z.Version}] = !z.Over(e.now())
	}
	out := &zonesOut{}
	out.Body.Version = set.Version
	out.Body.Zones = make([]Zone, len(set.Zones))
	for i, z := range set.Zones {
		out.Body.Zones[i] = showZone(z, inForce[[2]int64{z.ID, z.Version}])
	}
	return out, nil
}

// getZone is GET /admin/v1/zones/{id}.
type getZone struct{ *zones }

func (getZone) Meta() meta {
	return meta{ID: "get-zone", Summary: "A zone with its geometry", Description: "Its latest version, whether in force, over or retired.", Faults: []*fault.Error{zone.ErrUnknown}}
}

func (e getZone) Execute(ctx context.Context, in *ZoneRef) (*zoneOut, error) {
	z, inForce, err := e.store.Zone(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return e.answer(z, inForce)
}

// answer is a zone as it is shown; in the newest set it is in force until it is over.
func (s *zones) answer(z zone.Zone, inSet bool) (*zoneOut, error) {
	shown, err := drawZone(z, inSet && !z.Over(s.now()))
	if err != nil {
		return nil, err
	}
	return &zoneOut{Body: shown}, nil
}

// zoneVersions is GET /admin/v1/zones/{id}/versions.
type zoneVersions struct{ *zones }

// ZoneVersion is a version of a zone, and when it was in force.
type ZoneVersion struct {
	Zone
	SinceSet int64      `json:"since_set" doc:"The first set that it is part of."`
	Since    time.Time  `json:"since"`
	UntilSet int64      `json:"until_set,omitempty" doc:"The first set that it is not part of any more."`
	Until    *time.Time `json:"until,omitempty"`
}

type zoneVersionsOut struct {
	Body struct {
		Versions []ZoneVersion `json:"versions" doc:"The latest first."`
	}
}

func (zoneVersions) Meta() meta {
	return meta{
		ID: "zone-versions", Summary: "All that a zone has been", Description: "Who changed it and why is in the audit log, subject zone/{id}.",
		Faults: []*fault.Error{zone.ErrUnknown},
	}
}

func (e zoneVersions) Execute(ctx context.Context, in *ZoneRef) (*zoneVersionsOut, error) {
	versions, err := e.store.ZoneVersions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &zoneVersionsOut{}
	for _, v := range versions {
		shown, err := drawZone(v.Zone, v.UntilSet == 0 && !v.Zone.Over(e.now()))
		if err != nil {
			return nil, err
		}
		out.Body.Versions = append(out.Body.Versions, ZoneVersion{shown, v.SinceSet, v.Since, v.UntilSet, happened(v.Until)})
	}
	return out, nil
}

// retireZone is DELETE /admin/v1/zones/{id}.
type retireZone struct{ *zones }

type retireZoneIn struct {
	ZoneRef
	Version int64 `query:"version" required:"true" minimum:"1" doc:"The version that was looked at."`
}

func (retireZone) Meta() meta {
	return meta{
		ID: "retire-zone", Summary: "Take a zone out of force",
		Description: "The zones in force get a new version. Rides that it has judged still show the version they were judged by. " +
			"A zone that is not in force stays so. One that changes prices needs the permission `pricing` too.",
		Status: http.StatusNoContent, Faults: []*fault.Error{zone.ErrChanged, staff.ErrPermission},
	}
}

func (e retireZone) Execute(ctx context.Context, in *retireZoneIn) (*struct{}, error) {
	if z, inForce, err := e.store.Zone(ctx, in.ID); err == nil && inForce {
		if err := mayPrice(ctx, nil, &z.Draft); err != nil {
			return nil, err
		}
	}
	return nil, e.store.RetireZone(ctx, in.ID, in.Version)
}
