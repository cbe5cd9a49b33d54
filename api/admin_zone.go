package api

import (
	"context"
	"encoding/json"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/zone"
)

// zoneStore is what zones need of the books.
type zoneStore interface {
	Zones(ctx context.Context) (zone.Set, error)
	RetireZone(ctx context.Context, id int64) error
	CreateZone(ctx context.Context, name string, order int, rideEnd bool, geojson []byte) (zone.Zone, error)
}

// zones is what may happen where.
type zones struct{ store zoneStore }

// Zone is one version of an area with its rule.
type Zone struct {
	ID      int64  `json:"id"`
	Version int64  `json:"version"`
	Name    string `json:"name"`
	Order   int    `json:"order" doc:"Lower goes first: the first zone that contains a place decides."`
	RideEnd bool   `json:"ride_end_allowed"`
}

func showZone(z zone.Zone) Zone {
	return Zone{ID: z.ID, Version: z.Version, Name: z.Name, Order: z.Order, RideEnd: z.RideEnd}
}

// listZones is GET /admin/v1/zones.
type listZones struct{ *zones }

type zonesOut struct {
	Body struct {
		Version int64  `json:"version" doc:"Of the whole set."`
		Zones   []Zone `json:"zones"`
	}
}

func (listZones) Meta() meta { return meta{ID: "list-zones", Summary: "The zones in force"} }

func (e listZones) Execute(ctx context.Context, _ *struct{}) (*zonesOut, error) {
	set, err := e.store.Zones(ctx)
	if err != nil {
		return nil, err
	}
	out := &zonesOut{}
	out.Body.Version = set.Version
	out.Body.Zones = make([]Zone, len(set.Zones))
	for i, z := range set.Zones {
		out.Body.Zones[i] = showZone(z)
	}
	return out, nil
}

// createZone is POST /admin/v1/zones.
type createZone struct{ *zones }

// Geometry is a GeoJSON Polygon or MultiPolygon: rings of longitude and latitude. (RFC 7946)
type Geometry struct {
	Type        string `json:"type" enum:"Polygon,MultiPolygon"`
	Coordinates []any  `json:"coordinates" minItems:"1"`
}

type createZoneIn struct {
	Body struct {
		Name     string   `json:"name" minLength:"1" maxLength:"100"`
		Order    int      `json:"order" minimum:"0" maximum:"1000000"`
		RideEnd  bool     `json:"ride_end_allowed"`
		Geometry Geometry `json:"geometry"`
	}
}

type zoneOut struct {
	Body Zone
}

func (createZone) Meta() meta {
	return meta{
		ID: "create-zone", Summary: "Draw a zone", Status: http.StatusCreated, Faults: []*fault.Error{zone.ErrGeometry},
	}
}

func (e createZone) Execute(ctx context.Context, in *createZoneIn) (*zoneOut, error) {
	geometry, err := json.Marshal(in.Body.Geometry)
	if err != nil {
		return nil, err
	}
	z, err := e.store.CreateZone(ctx, in.Body.Name, in.Body.Order, in.Body.RideEnd, geometry)
	if err != nil {
		return nil, err
	}
	return &zoneOut{Body: showZone(z)}, nil
}

// retireZone is DELETE /admin/v1/zones/{id}.
type retireZone struct{ *zones }

type zoneRef struct {
	ID int64 `path:"id" minimum:"1"`
}

func (retireZone) Meta() meta {
	return meta{
		ID: "retire-zone", Summary: "Take a zone out of force",
		Description: "The zones in force get a new version. Rides that it has judged still show the version they were judged by. " +
			"A zone that is not in force stays so.",
		Status: http.StatusNoContent,
	}
}

func (e retireZone) Execute(ctx context.Context, in *zoneRef) (*struct{}, error) {
	return nil, e.store.RetireZone(ctx, in.ID)
}
