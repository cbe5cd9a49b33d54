package api_test

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
	"rodada/domain/station"
)

// fakeRegistry is the part of the fake books with models, stations and what happened to scooters.
type fakeRegistry struct {
	models        []fleet.Model
	stations      map[string]station.Station
	stationEvents map[string][]station.Event
	scooterEvents map[string][]fleet.Event // by plate
	spentCodes    []string
}

// placeOf is a scooter's place in an order, in text that sorts as the value does.
func placeOf(s fleet.Scooter, by string) string {
	switch by {
	case "updated":
		return s.UpdatedAt.Format(time.RFC3339Nano)
	case "created":
		return s.CreatedAt.Format(time.RFC3339Nano)
	case "model":
		return s.Model.Name
	case "station":
		return s.Station
	case "service":
		return string(s.Service)
	}
	return s.Plate
}

func (s *fakeStore) ScooterKeys(_ context.Context, f fleet.Filter, q listing.Query) ([]fleet.Key, int, error) {
	defer s.lock()()
	var keys []fleet.Key
	for _, sc := range s.scooters {
		if fits(sc, f) {
			keys = append(keys, fleet.Key{ID: sc.ID, Plate: sc.Plate, Battery: sc.Battery, Place: placeOf(sc, q.By), After: true})
		}
	}
	compare := func(a, b fleet.Key) int {
		c := cmp.Or(strings.Compare(a.Place, b.Place), cmp.Compare(a.ID, b.ID))
		if q.Descending {
			return -c
		}
		return c
	}
	slices.SortFunc(keys, compare)
	total := len(keys)
	if q.After != nil {
		id, err := strconv.ParseInt(q.After.ID, 10, 64)
		if err != nil {
			return nil, 0, listing.ErrCursor
		}
		for i := range keys {
			keys[i].After = compare(fleet.Key{ID: id, Place: q.After.Value}, keys[i]) < 0
		}
	}
	if q.Limit > 0 {
		keys = slices.DeleteFunc(keys, func(k fleet.Key) bool { return !k.After })
		keys = keys[:min(len(keys), q.Limit+1)]
	}
	return keys, total, s.broken
}

func fits(sc fleet.Scooter, f fleet.Filter) bool {
	runs := cmp.Or(sc.Firmware, fleet.FirmwareUnknown)
	return (len(f.Firmware) == 0 || slices.Contains(f.Firmware, runs)) && (len(f.Status) == 0 || slices.Contains(f.Status, sc.Status())) && (len(f.Service) == 0 || slices.Contains(f.Service, sc.Service)) && (len(f.Hold) == 0 || slices.Contains(f.Hold, sc.Hold)) &&
		(f.ModelID == 0 || f.ModelID == sc.Model.ID) && (len(f.Plates) == 0 || slices.Contains(f.Plates, sc.Plate)) &&
		(f.Station == "" || f.Station == sc.StationID || (f.Station == fleet.FreeFloating && sc.StationID == "")) &&
		strings.Contains(strings.ToLower(sc.Plate+"\n"+sc.QRCode+"\n"+sc.IMEI), strings.ToLower(f.Text))
}

func (s *fakeStore) ScootersByIDs(_ context.Context, ids []int64) ([]fleet.Scooter, error) {
	defer s.lock()()
	var found []fleet.Scooter
	for _, id := range ids {
		for _, sc := range s.scooters {
			if sc.ID == id {
				found = append(found, sc)
			}
		}
	}
	return found, s.broken
}

func (s *fakeStore) ScooterEvents(_ context.Context, plate string, q listing.Query) ([]fleet.Event, int, error) {
	defer s.lock()()
	if _, ok := s.scooters[plate]; !ok {
		return nil, 0, fleet.ErrScooterUnknown
	}
	all := slices.Clone(s.scooterEvents[plate])
	slices.Reverse(all)
	events := slices.DeleteFunc(slices.Clone(all), func(e fleet.Event) bool {
		return q.After != nil && strconv.FormatInt(e.ID, 10) >= q.After.ID
	})
	return events[:min(len(events), q.Limit+1)], len(all), s.broken
}

func (s *fakeStore) CreateScooter(ctx context.Context, n fleet.Scooter) (fleet.Scooter, error) {
	defer s.lock()()
	for _, sc := range s.scooters {
		switch {
		case sc.Plate == n.Plate:
			return n, fleet.ErrPlateTaken
		case n.IMEI != "" && sc.IMEI == n.IMEI:
			return n, fleet.ErrIMEITaken
		case sc.QRCode == n.QRCode:
			return n, fleet.ErrCodeTaken
		}
	}
	n.ID, n.Hold, n.CreatedAt, n.UpdatedAt = int64(100+len(s.scooters)), fleet.Free, s.now(), s.now()
	n.DeviceID, n.PublicID = uuid.NewString(), uuid.NewString()
	for _, m := range s.models {
		if m.ID == n.Model.ID {
			n.Model, n.LimitKmh = m, cmp.Or(n.LimitKmh, m.MaxKmh)
		}
	}
	n.Station = s.stations[n.StationID].ShortName
	s.scooters[n.Plate] = n
	return n, s.happen(ctx, n, fleet.Registered, "scooter.create", "", fleet.Sighted{})
}

// changeScooter changes a scooter as the books do, with an event and a line of the audit log.
func (s *fakeStore) changeScooter(
	ctx context.Context, plate string, kind fleet.EventKind, action, reason string, seen fleet.Sighted, edit func(*fleet.Scooter) error,
) error {
	defer s.lock()()
	sc, ok := s.scooters[plate]
	if !ok {
		return fleet.ErrScooterUnknown
	}
	if err := edit(&sc); err != nil {
		return err
	}
	sc.UpdatedAt = s.now()
	s.scooters[plate] = sc
	return s.happen(ctx, sc, kind, action, reason, seen)
}

func (s *fakeStore) happen(ctx context.Context, sc fleet.Scooter, kind fleet.EventKind, action, reason string, seen fleet.Sighted) error {
	actor, _ := staff.ActorFrom(ctx)
	if s.scooterEvents == nil {
		s.scooterEvents = map[string][]fleet.Event{}
	}
	e := fleet.Event{
		ID: int64(len(s.scooterEvents[sc.Plate]) + 1), At: s.now(), Kind: kind, Service: sc.Service, Hold: sc.Hold, StationID: sc.StationID,
		Cause: "staff", StaffID: actor.StaffID, StaffEmail: actor.Email, Position: seen.Position, PlaceAt: seen.At, Note: reason,
	}
	s.scooterEvents[sc.Plate] = append(s.scooterEvents[sc.Plate], e)
	return s.audit(ctx, staff.Deed{Action: action, Subject: sc.Plate, Reason: reason})
}

func (s *fakeStore) SetService(ctx context.Context, plate string, service fleet.Service, reason string, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.StatusSet, "scooter.service", reason, seen, func(sc *fleet.Scooter) error {
		sc.Service, sc.Reason = service, reason
		return nil
	})
}

func (s *fakeStore) ChangeScooter(ctx context.Context, plate string, edit fleet.Edit, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.Changed, "scooter.change", "", seen, func(sc *fleet.Scooter) (err error) {
		model := sc.Model
		for _, m := range s.models {
			if edit.ModelID != nil && m.ID == *edit.ModelID {
				model = m
			}
		}
		*sc, err = edit.Apply(*sc, model)
		return err
	})
}

func (s *fakeStore) StationScooter(ctx context.Context, plate, stationID, reason string, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.Stationed, "scooter.station", reason, seen, func(sc *fleet.Scooter) error {
		if at := s.stations[stationID]; stationID != "" && s.standing(stationID) >= at.Capacity {
			return station.ErrFull
		}
		sc.StationID, sc.Station = stationID, s.stations[stationID].ShortName
		return nil
	})
}

func (s *fakeStore) standing(stationID string) (n int) {
	for _, sc := range s.scooters {
		if sc.StationID == stationID {
			n++
		}
	}
	return n
}

func (s *fakeStore) ReplaceCode(ctx context.Context, plate, code, reason string, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.Recoded, "scooter.code", reason, seen, func(sc *fleet.Scooter) error {
		s.spentCodes = append(s.spentCodes, sc.QRCode)
		sc.QRCode = code
		return nil
	})
}

func (s *fakeStore) Models(context.Context) ([]fleet.Model, error) {
	defer s.lock()()
	return slices.Clone(s.models), s.broken
}

func (s *fakeStore) CreateModel(ctx context.Context, m fleet.Model) (fleet.Model, error) {
	defer s.lock()()
	if slices.ContainsFunc(s.models, func(other fleet.Model) bool { return other.Name == m.Name }) {
		return m, fleet.ErrModelTaken
	}
	m.ID = int64(len(s.models) + 1)
	s.models = append(s.models, m)
	return m, s.audit(ctx, staff.Deed{Action: "model.create", Subject: m.Name})
}

func (s *fakeStore) ChangeModel(_ context.Context, id int64, edit fleet.ModelEdit) (m fleet.Model, err error) {
	defer s.lock()()
	for i := range s.models {
		if s.models[i].ID == id {
			m, err = edit.Apply(s.models[i])
			s.models[i] = m
		}
	}
	return m, cmp.Or(err, s.broken)
}

func (s *fakeStore) Station(_ context.Context, id string) (station.Station, error) {
	defer s.lock()()
	at, ok := s.stations[id]
	if !ok {
		return at, station.ErrUnknown
	}
	at.Scooters = s.standing(id)
	return at, s.broken
}

func (s *fakeStore) Stations(_ context.Context, f station.Filter, q listing.Query) (list []station.Station, places []listing.Place, total int, err error) {
	defer s.lock()()
	for _, at := range s.stations {
		if f.State == "" || f.State == at.State {
			list = append(list, at)
		}
	}
	slices.SortFunc(list, func(a, b station.Station) int { return strings.Compare(a.ShortName, b.ShortName) })
	total = len(list)
	list = slices.DeleteFunc(list, func(at station.Station) bool { return q.After != nil && at.ShortName <= q.After.Value })
	list = list[:min(len(list), q.Limit+1)]
	for _, at := range list {
		places = append(places, listing.Place{Value: at.ShortName, ID: at.ID})
	}
	return list, places, total, s.broken
}

func (s *fakeStore) StationEvents(_ context.Context, id string, _ int) ([]station.Event, error) {
	defer s.lock()()
	return s.stationEvents[id], s.broken
}

func (s *fakeStore) CreateStation(ctx context.Context, n station.Station, note string) (station.Station, error) {
	defer s.lock()()
	if s.stations == nil {
		s.stations, s.stationEvents = map[string]station.Station{}, map[string][]station.Event{}
	}
	n.ID, n.State, n.CreatedAt, n.UpdatedAt = uuid.NewString(), station.Active, s.now(), s.now()
	for _, at := range s.stations {
		if strings.EqualFold(at.ShortName, n.ShortName) {
			return n, station.ErrTaken
		}
	}
	s.stations[n.ID] = n
	return n, s.audit(ctx, staff.Deed{Action: "station.create", Subject: n.ShortName, Reason: note})
}

func (s *fakeStore) ChangeStation(ctx context.Context, id string, edit station.Edit, note string) error {
	defer s.lock()()
	at, ok := s.stations[id]
	if !ok {
		return station.ErrUnknown
	}
	at, err := edit.Apply(at)
	if err != nil {
		return err
	}
	s.stations[id] = at
	actor, _ := staff.ActorFrom(ctx)
	s.stationEvents[id] = append(s.stationEvents[id], station.Event{
		At: s.now(), State: at.State, Capacity: at.Capacity, StaffID: actor.StaffID, StaffEmail: actor.Email, Note: note,
	})
	return s.audit(ctx, staff.Deed{Action: "station.change", Subject: at.ShortName, Reason: note})
}

func (s *fakeStore) CloseStation(ctx context.Context, id string, release bool, note string) error {
	s.mu.Lock()
	standing := s.standing(id)
	for plate, sc := range s.scooters {
		if release && sc.StationID == id {
			sc.StationID, sc.Station = "", ""
			s.scooters[plate] = sc
		}
	}
	s.mu.Unlock()
	if standing > 0 && !release {
		return station.ErrOccupied.With("scooters", standing)
	}
	closed := station.Closed
	return s.ChangeStation(ctx, id, station.Edit{State: &closed}, note)
}

func (s *fakeStore) ImportScooters(ctx context.Context, records []fleet.Record, file string, dry bool) (fleet.Plan, error) {
	defer s.lock()()
	k := fleet.Known{
		Scooters: s.scooters, IMEIs: map[string]string{}, Codes: map[string]string{}, Models: map[string]fleet.Model{},
		Stations: map[string]fleet.Place{},
	}
	for plate, sc := range s.scooters {
		k.IMEIs[sc.IMEI], k.Codes[sc.QRCode] = plate, plate
	}
	for _, m := range s.models {
		k.Models[fleet.Fold(m.Name)] = m
	}
	for id, at := range s.stations {
		k.Stations[fleet.Fold(at.ShortName)] = fleet.Place{ID: id, ShortName: at.ShortName, Room: at.Capacity - s.standing(id)}
	}
	plan := fleet.PlanImport(records, k)
	if dry || len(plan.Errors) > 0 {
		return plan, s.broken
	}
	for i, sc := range plan.Create {
		sc.ID, sc.QRCode = int64(500+i), cmp.Or(sc.QRCode, fleet.NewCode())
		s.scooters[sc.Plate] = sc
	}
	for _, c := range plan.Change {
		s.scooters[c.After.Plate] = c.After
	}
	return plan, s.audit(ctx, staff.Deed{Action: "scooter.import", Subject: file})
}

func (s *fakeStore) ImportStations(ctx context.Context, records []station.Record, file string, dry bool) (station.Plan, error) {
	defer s.lock()()
	known := map[string]station.Station{}
	for _, at := range s.stations {
		known[station.Fold(at.ShortName)] = at
	}
	plan := station.PlanImport(records, known)
	if dry || len(plan.Errors) > 0 {
		return plan, s.broken
	}
	for _, at := range plan.Create {
		at.ID = uuid.NewString()
		s.stations[at.ID] = at
	}
	for _, c := range plan.Change {
		s.stations[c.After.ID] = c.After
	}
	return plan, s.audit(ctx, staff.Deed{Action: "station.import", Subject: file})
}
