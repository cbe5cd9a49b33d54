package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
	"rodada/domain/station"
	"rodada/geo"
)

const stationFields = `s.id, s.short_name, s.name, s.address, s.lat, s.lng, s.capacity, s.charging, s.state, s.note, s.created_at, s.updated_at,
	(SELECT count(*) FROM scooters WHERE station_id = s.id) AS scooters`

type stationRow struct {
	ID        string        `db:"id"`
	ShortName string        `db:"short_name"`
	Name      string        `db:"name"`
	Address   string        `db:"address"`
	Lat       float64       `db:"lat"`
	Lng       float64       `db:"lng"`
	Capacity  int           `db:"capacity"`
	Charging  bool          `db:"charging"`
	State     station.State `db:"state"`
	Note      string        `db:"note"`
	Scooters  int           `db:"scooters"`
	CreatedAt time.Time     `db:"created_at"`
	UpdatedAt time.Time     `db:"updated_at"`
	Place     string        `db:"place"`
}

func (r stationRow) station() station.Station {
	return station.Station{
		ID: r.ID, ShortName: r.ShortName, Name: r.Name, Address: r.Address, Position: geo.Point{Lat: r.Lat, Lng: r.Lng},
		Capacity: r.Capacity, Charging: r.Charging, State: r.State, Note: r.Note, Scooters: r.Scooters,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

// CreateStation stores a station, by default an active one, and returns it with its ID: station.ErrTaken.
func (s *Store) CreateStation(ctx context.Context, n station.Station, note string) (station.Station, error) {
	n.ID = uuid.NewString()
	if n.State == "" {
		n.State = station.Active
	}
	if err := n.Check(); err != nil {
		return n, err
	}
	err := s.atomically(ctx, "create station", func(tx executor) error {
		if _, err := insertStation(ctx, tx, n, note); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "station.create", Subject: n.ShortName, After: stationFacts(n), Reason: note})
	})
	if err != nil {
		return n, err
	}
	return s.Station(ctx, n.ID)
}

func insertStation(ctx context.Context, tx executor, n station.Station, note string) (sql.Result, error) {
	result, err := tx.ExecContext(ctx, `
		INSERT INTO stations (id, short_name, name, address, lat, lng, capacity, charging, state, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		n.ID, n.ShortName, n.Name, n.Address, n.Position.Lat, n.Position.Lng, n.Capacity, n.Charging, n.State, n.Note)
	if err != nil {
		return nil, err
	}
	return result, noteStation(ctx, tx, n, note)
}

func noteStation(ctx context.Context, tx executor, n station.Station, note string) error {
	actor, _ := staff.ActorFrom(ctx)
	_, err := tx.ExecContext(ctx, `
		INSERT INTO station_events (station_id, state, capacity, staff_id, staff_email, note) VALUES ($1, $2, $3, $4, $5, $6)`,
		n.ID, n.State, n.Capacity, nullText(actor.StaffID), actor.Email, note)
	return err
}

// Station finds a station: station.ErrUnknown.
func (s *Store) Station(ctx context.Context, id string) (station.Station, error) {
	if !isID(id) {
		return station.Station{}, station.ErrUnknown
	}
	var row stationRow
	err := s.once(ctx, "find station", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT `+stationFields+` FROM stations s WHERE s.id = $1`, id), station.ErrUnknown)
	})
	return row.station(), err
}

var stationColumns = map[string]column{
	"short_name": {"lower(s.short_name)", "text"},
	"name":       {"s.name", "text"},
	"capacity":   {"s.capacity", "integer"},
	"updated":    {"s.updated_at", "timestamptz"},
}

// Stations is one page of the stations that a filter picks, each with its place in the order, and with one more when there is
// a next page; and how many it picks in all.
func (s *Store) Stations(ctx context.Context, f station.Filter, q listing.Query) (list []station.Station, places []listing.Place, total int, err error) {
	p, err := pageOf(q, stationColumns, "s.id", "uuid", 3)
	if err != nil {
		return nil, nil, 0, err
	}
	const matching = ` FROM stations s WHERE ($1::text IS NULL OR s.state = $1) AND ($2::text IS NULL
		OR strpos(lower(s.short_name), lower($2)) > 0 OR strpos(lower(s.name), lower($2)) > 0 OR strpos(lower(s.address), lower($2)) > 0) `
	value, id := after(q)
	args := []any{nullText(string(f.State)), nullText(f.Text), value, id, p.limit}
	var rows []stationRow
	err = s.once(ctx, "list stations", func(db executor) error {
		rows = nil
		if err := db.GetContext(ctx, &total, `SELECT count(*)`+matching, args[:2]...); err != nil {
			return err
		}
		return orCursor(db.SelectContext(ctx, &rows,
			`SELECT `+stationFields+`, `+p.place+` AS place`+matching+`AND `+p.beyond+p.order+` LIMIT $5`, args...))
	})
	for _, r := range rows {
		list, places = append(list, r.station()), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

// StationEvents is what happened to a station, the newest first, at most limit: station.ErrUnknown.
func (s *Store) StationEvents(ctx context.Context, id string, limit int) ([]station.Event, error) {
	if _, err := s.Station(ctx, id); err != nil {
		return nil, err
	}
	var rows []struct {
		At         time.Time      `db:"at"`
		State      station.State  `db:"state"`
		Capacity   int            `db:"capacity"`
		StaffID    sql.NullString `db:"staff_id"`
		StaffEmail string         `db:"staff_email"`
		Note       string         `db:"note"`
	}
	err := s.once(ctx, "station events", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT at, state, capacity, staff_id, staff_email, note FROM station_events
			WHERE station_id = $1 ORDER BY at DESC, id DESC LIMIT $2`, id, limit)
	})
	events := make([]station.Event, len(rows))
	for i, r := range rows {
		events[i] = station.Event{
			At: r.At.UTC(), State: r.State, Capacity: r.Capacity, StaffID: r.StaffID.String, StaffEmail: r.StaffEmail, Note: r.Note,
		}
	}
	return events, err
}

// ChangeStation changes a station: station.ErrUnknown, ErrTaken, ErrFull when more scooters stand there than it would have
// room for, ErrOccupied when it would close over them.
func (s *Store) ChangeStation(ctx context.Context, id string, edit station.Edit, note string) error {
	return s.changeStation(ctx, id, "station.change", edit, note, nil)
}

// CloseStation closes a station. The scooters that stand there become free-floating when release says so; otherwise they keep
// it open: station.ErrOccupied.
func (s *Store) CloseStation(ctx context.Context, id string, release bool, note string) error {
	closed := station.Closed
	return s.changeStation(ctx, id, "station.close", station.Edit{State: &closed}, note, func(tx executor, before station.Station) error {
		if before.Scooters > 0 && !release {
			return station.ErrOccupied.With("scooters", before.Scooters)
		}
		return releaseAll(ctx, tx, id, note)
	})
}

func (s *Store) changeStation(
	ctx context.Context, id, action string, edit station.Edit, note string, first func(executor, station.Station) error,
) error {
	if !isID(id) {
		return station.ErrUnknown
	}
	return s.atomically(ctx, action, func(tx executor) error {
		var row stationRow
		if err := tx.GetContext(ctx, &row, `SELECT `+stationFields+` FROM stations s WHERE s.id = $1 FOR UPDATE`, id); err != nil {
			return orElse(err, station.ErrUnknown)
		}
		before := row.station()
		after, err := edit.Apply(before)
		if err != nil || after == before {
			return err
		}
		if first != nil {
			if err := first(tx, before); err != nil {
				return err
			}
		}
		if err := updateStation(ctx, tx, before, after, note); err != nil {
			return err
		}
		deed := staff.Deed{Action: action, Subject: before.ShortName, Reason: note}
		return audit(ctx, tx, changed(deed, stationFacts(before), stationFacts(after)))
	})
}

func updateStation(ctx context.Context, tx executor, before, after station.Station, note string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE stations SET short_name = $2, name = $3, address = $4, lat = $5, lng = $6, capacity = $7, charging = $8,
			state = $9, note = $10, updated_at = now() WHERE id = $1`,
		before.ID, after.ShortName, after.Name, after.Address, after.Position.Lat, after.Position.Lng, after.Capacity, after.Charging,
		after.State, after.Note)
	if err != nil || (after.State == before.State && after.Capacity == before.Capacity) {
		return err
	}
	return noteStation(ctx, tx, after, note)
}

func releaseAll(ctx context.Context, tx executor, stationID, note string) error {
	var rows []scooterRow
	if err := tx.SelectContext(ctx, &rows, selectScooters+`WHERE s.station_id = $1 ORDER BY s.id FOR UPDATE OF s`, stationID); err != nil {
		return err
	}
	for _, r := range rows {
		free := r.scooter()
		free.StationID, free.Station = "", ""
		if err := standAt(ctx, tx, free.ID, ""); err != nil {
			return err
		}
		if err := noteScooter(ctx, tx, free, fleet.Stationed, note, fleet.Sighted{}); err != nil {
			return err
		}
	}
	return nil
}
