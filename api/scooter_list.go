package api

import (
	"context"
	"slices"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/station"
)

// ScooterFilter narrows the list of the fleet. What is absent takes all; several filters take what fits each.
type ScooterFilter struct {
	Service      []string `query:"service" enum:"in_service,blocked,maintenance,missing,retired" doc:"One or more, with commas."`
	Hold         []string `query:"hold" enum:"free,reserved,in_use,securing,upgrading" doc:"One or more, with commas."`
	Status       []string `query:"status" enum:"available,reserved,in_use,securing,upgrading,blocked,maintenance,missing,retired" doc:"One or more, with commas: the hold while there is one, else available or the service."`
	Model        int64    `query:"model" minimum:"1" doc:"A model's ID."`
	Station      string   `query:"station" maxLength:"36" doc:"A station's ID, or none for free-floating scooters."`
	BatteryBelow int      `query:"battery_below" minimum:"1" maximum:"101" doc:"Percent, as the list shows it. A battery that is not known is not below."`
	Firmware     []string `query:"firmware" maxItems:"100" doc:"One or more versions, with commas, as the boxes said them; none: not known."`
	Connection   string   `query:"connection" enum:"online,offline" doc:"A scooter that was never heard of is offline."`
	Text         string   `query:"q" maxLength:"64" doc:"Part of the plate, the printed code or the IMEI."`
}

func (f ScooterFilter) stored() fleet.Filter {
	return fleet.Filter{
		Service: as[fleet.Service](f.Service), Hold: as[fleet.Hold](f.Hold), Status: f.Status, ModelID: f.Model, Station: f.Station, Text: f.Text,
		Firmware: f.Firmware,
	}
}

// live reports whether it takes the live state to know what the filter picks.
func (f ScooterFilter) live() bool { return f.BatteryBelow > 0 || f.Connection != "" }

// scooterSorts is what the fleet can be sorted by.
var scooterSorts = sorts{"plate", "updated", "created", "model", "station", "service", "battery", "seen"}

// listStaffScooters is GET /admin/v1/scooters.
type listStaffScooters struct{ *registry }

type listStaffScootersIn struct {
	Listing
	ScooterFilter
}

type staffScootersOut struct {
	Body struct {
		Scooters []StaffScooter `json:"scooters"`
		Paging
		Live bool `json:"live" doc:"False: what the scooters last said can't be read now, and all values are the stored ones."`
	}
}

func (listStaffScooters) Meta() meta {
	return meta{
		ID: "staff-list-scooters", Summary: "The fleet",
		Description: scooterSorts.describe() + " What is not known counts as lowest. A page begins after the last scooter of the page before, " +
			"whatever came or went meanwhile; only a scooter whose own value changes between two pages, which battery and seen do, can move " +
			"from one side of that place to the other. Filters and orders by what scooters say of themselves judge the very values that " +
			"the list shows, and are refused while those can't be read.",
		Faults: append([]*fault.Error{fleet.ErrMapAway, fleet.ErrModelUnknown, station.ErrUnknown}, listFaults...),
	}
}

func (e listStaffScooters) Execute(ctx context.Context, in *listStaffScootersIn) (*staffScootersOut, error) {
	q, err := in.page(scooterSorts, in.ScooterFilter)
	if err != nil {
		return nil, err
	}
	if err := e.picks(ctx, in.Model, in.Station); err != nil {
		return nil, err
	}
	keys, total, states, err := e.find(ctx, in.ScooterFilter, q)
	if err != nil {
		return nil, err
	}
	out := &staffScootersOut{}
	keys, out.Body.Paging = cut(keys, total, q, in.ScooterFilter, keyPlace)
	if states == nil && len(keys) > 0 {
		states, err = e.live.Sightings(ctx, platesOf(keys))
	}
	out.Body.Live = err == nil
	scooters, err := e.store.ScootersByIDs(ctx, idsOf(keys))
	if err != nil {
		return nil, err
	}
	out.Body.Scooters = make([]StaffScooter, len(scooters))
	for i, s := range scooters {
		out.Body.Scooters[i] = e.show(s, states[s.Plate])
	}
	return out, nil
}

// find picks the scooters of a page, and one more when there is a next one. What takes the live state to know is decided over
// the whole of what the books pick, so that a page is full and the total is right; states is then what was judged.
func (r *registry) find(ctx context.Context, f ScooterFilter, q listing.Query) (keys []fleet.Key, total int, states map[string]Sighting, err error) {
	if sorted := liveOrder(q.By); sorted != nil || f.live() {
		return r.findLive(ctx, f, q, sorted)
	}
	keys, total, err = r.store.ScooterKeys(ctx, f.stored(), q)
	return keys, total, nil, err
}

func (r *registry) findLive(
	ctx context.Context, f ScooterFilter, q listing.Query, sorted func(fleet.Key, Sighting) int64,
) (keys []fleet.Key, total int, states map[string]Sighting, err error) {
	all := listing.Query{Order: q.Order, After: q.After}
	if sorted != nil {
		all = listing.Query{Order: listing.Order{By: "plate"}}
	}
	keys, _, err = r.store.ScooterKeys(ctx, f.stored(), all)
	if err != nil {
		return nil, 0, nil, err
	}
	states, err = r.live.Sightings(ctx, platesOf(keys))
	if err != nil {
		return nil, 0, nil, fleet.ErrMapAway.Because(err)
	}
	keys = slices.DeleteFunc(keys, func(k fleet.Key) bool { return !r.fits(f, k, states[k.Plate]) })
	total = len(keys)
	if sorted != nil {
		if err := sortLive(keys, states, q, sorted); err != nil {
			return nil, 0, nil, err
		}
	}
	keys = slices.DeleteFunc(keys, func(k fleet.Key) bool { return !k.After })
	if q.Limit > 0 {
		keys = keys[:min(len(keys), q.Limit+1)]
	}
	return keys, total, states, nil
}

// fits judges a scooter by what it last said.
func (r *registry) fits(f ScooterFilter, k fleet.Key, seen Sighting) bool {
	if f.Connection != "" && r.online(seen) != (f.Connection == "online") {
		return false
	}
	battery := batteryOf(k, seen)
	return f.BatteryBelow == 0 || (battery >= 0 && battery < f.BatteryBelow)
}

// batteryOf is the battery that the list shows.
func batteryOf(k fleet.Key, seen Sighting) int {
	if !seen.Seen.IsZero() && seen.Battery >= 0 {
		return seen.Battery
	}
	return k.Battery
}

func keyPlace(k fleet.Key) listing.Place { return listing.Place{Value: k.Place, ID: itoa(k.ID)} }

func platesOf(keys []fleet.Key) []string {
	plates := make([]string, len(keys))
	for i, k := range keys {
		plates[i] = k.Plate
	}
	return plates
}

func idsOf(keys []fleet.Key) []int64 {
	ids := make([]int64, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	return ids
}

// as gives words their type.
func as[T ~string](words []string) []T {
	typed := make([]T, len(words))
	for i, w := range words {
		typed[i] = T(w)
	}
	return typed
}
