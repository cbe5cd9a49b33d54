package api

import (
	"context"
	"net/url"
	"time"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/protocol"
)

// StaffScooter is a scooter as staff see it: what is stored of it, with what it last said in its place.
type StaffScooter struct {
	Plate      string        `json:"plate"`
	QRCode     string        `json:"qr_code" doc:"The printed code."`
	PublicID   string        `json:"public_id" format:"uuid" doc:"Changes after every ride."`
	DeviceID   string        `json:"device_id" format:"uuid"`
	IMEI       string        `json:"imei"`
	Model      string        `json:"model"`
	ModelID    int64         `json:"model_id"`
	Station    *StationRef   `json:"station,omitempty" doc:"Where it stands; absent: free-floating."`
	State      string        `json:"state" enum:"available,reserved,in_use,securing,upgrading,blocked,maintenance,missing,retired,offline" doc:"What the map shows: offline while it is not heard of, whatever its status; else its status."`
	Status     string        `json:"status" doc:"One word for both: the hold while there is one, else available or the service."`
	Service    fleet.Service `json:"service" enum:"in_service,blocked,maintenance,missing,retired"`
	Hold       fleet.Hold    `json:"hold" enum:"free,reserved,in_use,securing,upgrading"`
	Reason     string        `json:"reason,omitempty" doc:"Why it is out of service."`
	Note       string        `json:"note,omitempty" doc:"Staff's own words."`
	Position   *geo.Point    `json:"position,omitempty" doc:"Absent: nobody knows. See sources."`
	Battery    *int          `json:"battery,omitempty" doc:"Percent; absent: nobody knows. See sources."`
	LimitKmh   int           `json:"limit_kmh" doc:"The speed limit that holds between rides."`
	Online     bool          `json:"online" doc:"It was heard of lately, as RODADA_TELEMETRY_OFFLINE_AFTER says."`
	Firmware   string        `json:"firmware,omitempty" doc:"The version that its box said last that it runs; absent: nobody knows."`
	FirmwareAt *time.Time    `json:"firmware_at,omitempty" doc:"When it said so."`
	UpgradeID  string        `json:"upgrade_id,omitempty" format:"uuid" doc:"The upgrade that is under way; absent: none."`
	Sources    Sources       `json:"sources" doc:"Where position and battery come from."`
	Live       *LiveScooter  `json:"live,omitempty" doc:"What it last said; absent: it was never heard of, or this can't be read now."`
	CreatedAt  time.Time     `json:"created_at"`
	UpdatedAt  time.Time     `json:"updated_at"`
}

// StationRef names a station.
type StationRef struct {
	ID        string `json:"id" format:"uuid"`
	ShortName string `json:"short_name"`
}

// Sources says where the values of a scooter come from.
type Sources struct {
	Position string `json:"position" enum:"live,stored,unknown"`
	Battery  string `json:"battery" enum:"live,stored,unknown"`
}

// LiveScooter is what a scooter last said. What it never said is absent.
type LiveScooter struct {
	SeenAt         time.Time  `json:"seen_at" doc:"When its last message came."`
	PositionAt     *time.Time `json:"position_at,omitempty"`
	PositionSource string     `json:"position_source,omitempty" enum:"gps,lbs" doc:"lbs is by radio cells: hundreds of metres off."`
	SpeedKmh       *int       `json:"speed_kmh,omitempty"`
	LimitKmh       *int       `json:"limit_kmh,omitempty" doc:"The speed limit that it says it is set to."`
	Powered        *bool      `json:"powered,omitempty"`
	FaultCode      *int       `json:"fault_code,omitempty"`
	Fault          string     `json:"fault,omitempty" doc:"The fault code in words."`
	Fallen         *bool      `json:"fallen,omitempty" doc:"It lies on its side."`
	Alarm          *bool      `json:"alarm,omitempty" doc:"It called its latest position an alarm."`
	Signal         *int       `json:"signal,omitempty" doc:"Of its radio, as the box counts it: a level of GSM or LTE, or dBm."`
	VibratedAt     *time.Time `json:"vibrated_at,omitempty" doc:"When it last told that somebody moves it."`
}

// Where a value comes from.
const (
	fromLive   = "live"
	fromStored = "stored"
	unknown    = "unknown"
)

// show joins what is stored of a scooter with what it last said; the zero Sighting is nothing.
func (r *registry) show(s fleet.Scooter, seen Sighting) StaffScooter {
	out := StaffScooter{
		Plate: s.Plate, QRCode: s.QRCode, PublicID: s.PublicID, DeviceID: s.DeviceID, IMEI: s.IMEI, Model: s.Model.Name, ModelID: s.Model.ID,
		Status: s.Status(), Service: s.Service, Hold: s.Hold, Reason: s.Reason, Note: s.Note,
		LimitKmh: s.LimitKmh, Online: r.online(seen), Firmware: s.Firmware, FirmwareAt: happened(s.FirmwareAt), UpgradeID: s.UpgradeID,
		CreatedAt: s.CreatedAt.UTC(), UpdatedAt: s.UpdatedAt.UTC(),
		Sources: Sources{Position: fromStored, Battery: fromStored},
	}
	out.State = stateOf(out.Status, out.Online)
	if s.StationID != "" {
		out.Station = &StationRef{ID: s.StationID, ShortName: s.Station}
	}
	switch {
	case !seen.PositionAt.IsZero():
		out.Position, out.Sources.Position = &seen.Position, fromLive
	case s.Position.IsZero():
		out.Sources.Position = unknown
	default:
		out.Position = &s.Position
	}
	switch {
	case !seen.Seen.IsZero() && seen.Battery >= 0:
		out.Battery, out.Sources.Battery = &seen.Battery, fromLive
	case s.Battery < 0:
		out.Sources.Battery = unknown
	default:
		out.Battery = &s.Battery
	}
	if !seen.Seen.IsZero() {
		out.Live = &LiveScooter{
			SeenAt: seen.Seen.UTC(), PositionAt: happened(seen.PositionAt), PositionSource: seen.PositionSource,
			SpeedKmh: said(seen.SpeedKmh), LimitKmh: said(seen.LimitKmh), Powered: seen.Powered, FaultCode: said(seen.Fault),
			Fallen: seen.Fallen, Alarm: seen.Alarm, Signal: seen.Signal, VibratedAt: happened(seen.Vibrated),
		}
		if seen.Fault >= 0 {
			out.Live.Fault = protocol.FaultText(seen.Fault)
		}
	}
	return out
}

// said is a number that a scooter may not have said; below zero: it has not.
func said(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}

type staffScooterOut struct {
	Body StaffScooter
}

// scooter is one scooter as staff see it. While its live state can't be read it is shown as it is stored.
func (r *registry) scooter(ctx context.Context, plate string) (*staffScooterOut, error) {
	s, err := r.store.ScooterByPlate(ctx, plate)
	if err != nil {
		return nil, err
	}
	seen, _, err := r.live.Sighting(ctx, plate)
	if err != nil {
		seen = Sighting{}
	}
	return &staffScooterOut{Body: r.show(s, seen)}, nil
}

// PlateRef is the address of a scooter, for staff.
type PlateRef struct {
	Plate string `path:"plate" minLength:"1" maxLength:"64"`
}

// staffScooterAt is the address of a scooter, for staff.
func staffScooterAt(plate string) string { return "/admin/v1/scooters/" + url.PathEscape(plate) }

// getStaffScooter is GET /admin/v1/scooters/{plate}.
type getStaffScooter struct{ *registry }

func (getStaffScooter) Meta() meta {
	return meta{ID: "staff-get-scooter", Summary: "One scooter", Faults: []*fault.Error{fleet.ErrScooterUnknown}}
}

func (e getStaffScooter) Execute(ctx context.Context, in *PlateRef) (*staffScooterOut, error) {
	return e.scooter(ctx, in.Plate)
}
