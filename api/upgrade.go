package api

import (
	"context"
	"math"
	"time"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/internal/config"
	"rodada/workflows"
)

// upgradeStore is what upgrades need of the books.
type upgradeStore interface {
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)
	Image(ctx context.Context, id string) (firmware.Image, error)
	OpenUpgrade(ctx context.Context, u firmware.Upgrade) (firmware.Upgrade, error)
	DropUpgrade(ctx context.Context, id string, trouble firmware.Trouble, detail string) error
	Upgrade(ctx context.Context, id string) (firmware.Upgrade, error)
	UpgradeOf(ctx context.Context, plate string) (firmware.Upgrade, error)
	Upgrades(ctx context.Context, f firmware.Filter, q listing.Query) (list []firmware.Upgrade, places []listing.Place, total int, err error)
	ProposeDecision(ctx context.Context, d firmware.UpgradeDecision) error
}

// Progress is how upgrades that send come along, by plate and fresher than the books. Who is missing is known to nobody.
type Progress interface {
	Progress(ctx context.Context, plates ...string) (map[string]firmware.Progress, error)
}

// upgrades is the giving of firmware to scooters, one by one.
type upgrades struct {
	store    upgradeStore
	holders  holders
	progress Progress // nil: the books must do
	rules    config.Upgrade
	deadline time.Duration
	pace     time.Duration // of looks at what a stream shows
}

// UpgradeBody is the upgrade of one scooter.
type UpgradeBody struct {
	ID         string           `json:"id" format:"uuid"`
	Plate      string           `json:"plate" doc:"As it was when it began."`
	Image      string           `json:"image" format:"uuid"`
	Model      string           `json:"model"`
	Version    string           `json:"version" doc:"That the scooter is to run."`
	From       string           `json:"from,omitempty" doc:"What it ran before, once that is known."`
	Rollout    string           `json:"rollout,omitempty" format:"uuid" doc:"Absent: staff asked for this one scooter."`
	StaffID    string           `json:"staff_id" format:"uuid"`
	StaffEmail string           `json:"staff_email"`
	Reason     string           `json:"reason"`
	Downgrade  bool             `json:"downgrade"`
	State      firmware.State   `json:"state" enum:"checking,starting,sending,finishing,rebooting,verifying,parked,aborting,done,failed,aborted" doc:"parked: it is stuck, keeps the scooter and waits for retry, restart or abort."`
	Trouble    firmware.Trouble `json:"trouble,omitempty" enum:"silent,powered_on,battery_low,prohibited,packets,rejected,version,not_back,moving,downgrade,same,model,parked,staff,cancelled,orphaned,held,not_begun" doc:"Why it does not go on, or came to nothing."`
	Detail     string           `json:"detail,omitempty" doc:"More of that."`
	Attempt    int              `json:"attempt" doc:"How often the image was begun."`
	Progress   UpgradeProgress  `json:"progress"`
	StartedAt  time.Time        `json:"started_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
	ParkedAt   *time.Time       `json:"parked_at,omitempty"`
	EndedAt    *time.Time       `json:"ended_at,omitempty"`
	WorkflowID string           `json:"workflow_id" doc:"Where to look in the Temporal UI."`
}

// UpgradeProgress is how the sending goes.
type UpgradeProgress struct {
	Packets     int        `json:"packets" doc:"In all."`
	Sent        int        `json:"sent" doc:"Those that the scooter has taken in this attempt."`
	Failures    int        `json:"failures" doc:"Those that it asked for again."`
	Rate        float64    `json:"packets_per_second,omitempty" doc:"In this attempt; absent: not known."`
	SecondsLeft int        `json:"seconds_left,omitempty" doc:"At that rate; absent: not known, or nothing is left to send."`
	At          *time.Time `json:"at,omitempty" doc:"Of the last packet. Absent: all of this is as it was stored last."`
}

func storedUpgrade(u firmware.Upgrade) UpgradeBody {
	return UpgradeBody{
		ID: u.ID, Plate: u.Plate, Image: u.ImageID, Model: u.Model, Version: u.Version, From: u.From, Rollout: u.RolloutID,
		StaffID: u.StaffID, StaffEmail: u.StaffEmail, Reason: u.Reason, Downgrade: u.Downgrade,
		State: u.State, Trouble: u.Trouble, Detail: u.Detail, Attempt: u.Attempt,
		Progress:  UpgradeProgress{Packets: u.Packets, Sent: u.Sent, Failures: u.Failures},
		StartedAt: u.StartedAt.UTC(), UpdatedAt: u.UpdatedAt.UTC(), ParkedAt: happened(u.ParkedAt), EndedAt: happened(u.EndedAt),
		WorkflowID: workflows.ScooterID(u.Plate),
	}
}

// show is upgrades with their progress, as fresh as it can be had, and at once for all of them.
func (s *upgrades) show(ctx context.Context, list ...firmware.Upgrade) []UpgradeBody {
	var open []string
	for _, u := range list {
		if !u.State.Over() {
			open = append(open, u.Plate)
		}
	}
	fresh := freshest(ctx, s.progress, open)
	bodies := make([]UpgradeBody, len(list))
	for i, u := range list {
		bodies[i] = storedUpgrade(u)
		p, known := fresh[u.Plate]
		if u.State.Over() || u.State == firmware.Starting || !known || p.UpgradeID != u.ID || p.Attempt < u.Attempt || p.Attempt == u.Attempt && p.Sent < u.Sent {
			continue // of an upgrade before, or older than the books
		}
		bodies[i].Attempt = p.Attempt
		bodies[i].Progress = showProgress(p, u.State == firmware.Sending)
	}
	return bodies
}

// freshest is the progress of scooters by plate; without it, the books must do.
func freshest(ctx context.Context, from Progress, plates []string) map[string]firmware.Progress {
	if len(plates) == 0 || from == nil {
		return nil
	}
	fresh, err := from.Progress(ctx, plates...)
	if err != nil {
		logFrom(ctx).WarnContext(ctx, "no progress of upgrades", "scooters", len(plates), "error", err)
	}
	return fresh
}

func showProgress(p firmware.Progress, sending bool) UpgradeProgress {
	shown := UpgradeProgress{Packets: p.Packets, Sent: p.Sent, Failures: p.Failures, Rate: math.Round(p.Rate()*100) / 100, At: happened(p.At)}
	if sending {
		shown.SecondsLeft = int(math.Ceil(p.Left().Seconds()))
	}
	return shown
}

func upgradeAt(id string) string { return "/admin/v1/upgrades/" + id }

// UpgradeRef is the address of an upgrade.
type UpgradeRef struct {
	ID string `path:"id" format:"uuid"`
}

type upgradeOut struct {
	Status   int
	Location string `header:"Location"`
	Body     UpgradeBody
}

// getUpgrade is GET /admin/v1/upgrades/{id}.
type getUpgrade struct{ *upgrades }

func (getUpgrade) Meta() meta {
	return meta{ID: "get-upgrade", Summary: "One upgrade, with its progress", Faults: []*fault.Error{firmware.ErrUpgradeUnknown}}
}

func (e getUpgrade) Execute(ctx context.Context, in *UpgradeRef) (*upgradeOut, error) {
	u, err := e.store.Upgrade(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &upgradeOut{Status: 200, Body: e.show(ctx, u)[0]}, nil
}

// listUpgrades is GET /admin/v1/upgrades.
type listUpgrades struct{ *upgrades }

// UpgradeFilter narrows the list of upgrades.
type UpgradeFilter struct {
	State   []string `query:"state" enum:"checking,starting,sending,finishing,rebooting,verifying,parked,aborting,done,failed,aborted" doc:"One or more, with commas."`
	Open    string   `query:"open" enum:"true,false" doc:"Whether it has not ended yet. Absent: both."`
	Model   int64    `query:"model" minimum:"1" doc:"A model's ID."`
	Image   string   `query:"image" format:"uuid"`
	Rollout string   `query:"rollout" format:"uuid"`
	Plate   string   `query:"plate" maxLength:"64" doc:"Of the scooter that is called so now."`
}

type listUpgradesIn struct {
	Listing
	UpgradeFilter
}

type upgradesOut struct {
	Body struct {
		Upgrades []UpgradeBody `json:"upgrades"`
		Paging
	}
}

var upgradeSorts = sorts{"urgency", "started", "updated", "plate"}

func (listUpgrades) Meta() meta {
	return meta{
		ID: "list-upgrades", Summary: "The upgrades of scooters",
		Description: upgradeSorts.describe() + " By urgency is parked ones first, then those that go on, then those that are over, the " +
			"newest of each first.",
		Faults: listFaults,
	}
}

func (e listUpgrades) Execute(ctx context.Context, in *listUpgradesIn) (*upgradesOut, error) {
	q, err := in.page(upgradeSorts, in.UpgradeFilter)
	if err != nil {
		return nil, err
	}
	f := firmware.Filter{
		States: as[firmware.State](in.State), ModelID: in.Model, ImageID: in.Image, RolloutID: in.Rollout, Plate: in.Plate, Open: choice(in.Open),
	}
	list, places, total, err := e.store.Upgrades(ctx, f, q)
	if err != nil {
		return nil, err
	}
	out := &upgradesOut{}
	places, out.Body.Paging = cut(places, total, q, in.UpgradeFilter, func(p listing.Place) listing.Place { return p })
	out.Body.Upgrades = e.show(ctx, list[:len(places)]...)
	return out, nil
}

// upgradeStream is GET /admin/v1/upgrades/{id}/stream.
type upgradeStream struct{ *upgrades }

func (upgradeStream) Meta() meta {
	return meta{
		ID: "stream-upgrade", Summary: "One upgrade as it goes on",
		Description: "An event `upgrade` with the whole of it at once, and again whenever something changes: its state, or a packet. " +
			"`end` comes when the upgrade is over; don't come back then. The stream of one that is parked goes on. Events have no ID: who " +
			"comes back is told how it is now.",
		Events: map[string]any{"upgrade": UpgradeBody{}, streamOver: StreamEnd{}},
		Faults: []*fault.Error{firmware.ErrUpgradeUnknown},
	}
}

func (e upgradeStream) Execute(ctx context.Context, in *UpgradeRef) (*streamOut, error) {
	return following(ctx, "upgrade", e.pace, func(ctx context.Context) (seen UpgradeBody, over bool, err error) {
		u, err := e.store.Upgrade(ctx, in.ID)
		if err != nil {
			return seen, false, err
		}
		return e.show(ctx, u)[0], u.State.Over(), nil
	})
}
