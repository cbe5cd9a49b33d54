package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/station"
	"rodada/geo"
)

// Station is a place where scooters stand and charge.
type Station struct {
	ID        string        `json:"id" format:"uuid"`
	ShortName string        `json:"short_name" example:"MAD-01"`
	Name      string        `json:"name"`
	Address   string        `json:"address,omitempty"`
	Position  geo.Point     `json:"position"`
	Capacity  int           `json:"capacity" doc:"How many scooters it has room for."`
	Scooters  int           `json:"scooters" doc:"How many stand there."`
	Charging  bool          `json:"charging" doc:"Scooters charge there."`
	State     station.State `json:"state" enum:"active,maintenance,closed"`
	Note      string        `json:"note,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

func showStation(s station.Station) Station {
	return Station{
		ID: s.ID, ShortName: s.ShortName, Name: s.Name, Address: s.Address, Position: s.Position, Capacity: s.Capacity, Scooters: s.Scooters,
		Charging: s.Charging, State: s.State, Note: s.Note, CreatedAt: s.CreatedAt.UTC(), UpdatedAt: s.UpdatedAt.UTC(),
	}
}

// StationID is the address of a station.
type StationID struct {
	ID string `path:"id" format:"uuid"`
}

// listStations is GET /admin/v1/stations.
type listStations struct{ *registry }

// StationFilter narrows the list of stations.
type StationFilter struct {
	State string `query:"state" enum:"active,maintenance,closed"`
	Text  string `query:"q" maxLength:"64" doc:"Part of the names or the address."`
}

type listStationsIn struct {
	Listing
	StationFilter
}

type stationsOut struct {
	Body struct {
		Stations []Station `json:"stations"`
		Paging
	}
}

var stationSorts = sorts{"short_name", "name", "capacity", "updated"}

func (listStations) Meta() meta {
	return meta{ID: "list-stations", Summary: "The stations", Description: stationSorts.describe(), Faults: listFaults}
}

func (e listStations) Execute(ctx context.Context, in *listStationsIn) (*stationsOut, error) {
	q, err := in.page(stationSorts, in.StationFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.Stations(ctx, station.Filter{State: station.State(in.State), Text: in.Text}, q)
	if err != nil {
		return nil, err
	}
	out := &stationsOut{}
	places, out.Body.Paging = cut(places, total, q, in.StationFilter, func(p listing.Place) listing.Place { return p })
	out.Body.Stations = make([]Station, len(places))
	for i := range places {
		out.Body.Stations[i] = showStation(list[i])
	}
	return out, nil
}

// getStation is GET /admin/v1/stations/{id}.
type getStation struct{ *registry }

// StationEvent is a change of a station's state or capacity.
type StationEvent struct {
	At         time.Time     `json:"at"`
	State      station.State `json:"state" enum:"active,maintenance,closed"`
	Capacity   int           `json:"capacity"`
	StaffID    string        `json:"staff_id,omitempty" format:"uuid"`
	StaffEmail string        `json:"staff_email,omitempty"`
	Note       string        `json:"note,omitempty"`
}

type getStationOut struct {
	Body struct {
		Station
		There  []StaffScooter `json:"there" doc:"The scooters that stand there, by plate, at most 200."`
		Events []StationEvent `json:"events" doc:"The newest 50, the newest first."`
	}
}

func (getStation) Meta() meta {
	return meta{ID: "get-station", Summary: "A station with its scooters", Faults: []*fault.Error{station.ErrUnknown}}
}

func (e getStation) Execute(ctx context.Context, in *StationID) (*getStationOut, error) {
	s, err := e.store.Station(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &getStationOut{}
	out.Body.Station = showStation(s)
	if out.Body.There, err = e.there(ctx, in.ID); err != nil {
		return nil, err
	}
	events, err := e.store.StationEvents(ctx, in.ID, 50)
	if err != nil {
		return nil, err
	}
	out.Body.Events = make([]StationEvent, len(events))
	for i, each := range events {
		out.Body.Events[i] = StationEvent(each)
	}
	return out, nil
}

// there is the first scooters at a station.
func (r *registry) there(ctx context.Context, id string) ([]StaffScooter, error) {
	const shown = 200
	keys, _, err := r.store.ScooterKeys(ctx, fleet.Filter{Station: id}, listing.Query{Order: listing.Order{By: "plate"}, Limit: shown})
	if err != nil {
		return nil, err
	}
	keys = keys[:min(len(keys), shown)]
	scooters, err := r.store.ScootersByIDs(ctx, idsOf(keys))
	if err != nil {
		return nil, err
	}
	states, _ := r.live.Sightings(ctx, platesOf(keys)) // without them: as stored
	there := make([]StaffScooter, len(scooters))
	for i, s := range scooters {
		there[i] = r.show(s, states[s.Plate])
	}
	return there, nil
}

type stationOut struct {
	Body Station
}

// createStation is POST /admin/v1/stations.
type createStation struct{ *registry }

type createStationIn struct {
	Body struct {
		ShortName string    `json:"short_name" minLength:"1" maxLength:"20" pattern:"^[0-9A-Za-z_-]+$" example:"MAD-01"`
		Name      string    `json:"name" minLength:"1" maxLength:"200"`
		Address   string    `json:"address,omitempty" maxLength:"500"`
		Position  geo.Point `json:"position"`
		Capacity  int       `json:"capacity" minimum:"1" maximum:"10000"`
		Charging  *bool     `json:"charging,omitempty" doc:"Absent: they do."`
		Note      string    `json:"note,omitempty" maxLength:"1000"`
	}
}

func (createStation) Meta() meta {
	return meta{
		ID: "create-station", Summary: "Open a station", Status: http.StatusCreated,
		Faults: []*fault.Error{station.ErrTaken, station.ErrInvalid},
	}
}

func (e createStation) Execute(ctx context.Context, in *createStationIn) (*stationOut, error) {
	b := in.Body
	s, err := e.store.CreateStation(ctx, station.Station{
		ShortName: b.ShortName, Name: b.Name, Address: b.Address, Position: b.Position, Capacity: b.Capacity, Charging: b.Charging == nil || *b.Charging,
		Note: b.Note,
	}, "")
	if err != nil {
		return nil, err
	}
	return &stationOut{Body: showStation(s)}, nil
}
