package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/staff"
)

// alertStore is what alerts need of the books.
type alertStore interface {
	ListAlerts(ctx context.Context, q staff.AlertQuery, limit int) ([]staff.Alert, error)
	Alert(ctx context.Context, id int64) (staff.Alert, error)
	DismissAlert(ctx context.Context, id int64, by string) error
}

// alerts is what staff must look at.
type alerts struct{ store alertStore }

// Alert is something about a scooter, a rollout or a rider that a person must look at.
type Alert struct {
	ID        int64           `json:"id"`
	Plate     string          `json:"plate" doc:"Empty: it is about a rollout or a rider."`
	Kind      staff.AlertKind `json:"kind" enum:"not_secured,fault_at_start,onboarding,renumbering,upgrade,rollout,debt,low_battery,fallen,moved,offline,fault,speeding,out_of_area"`
	Text      string          `json:"text"`
	RentalID  string          `json:"rental_id,omitempty"`
	RolloutID string          `json:"rollout_id,omitempty" doc:"Of kind rollout: the one that paused itself."`
	RiderID   string          `json:"rider_id,omitempty" doc:"Of kind debt: who owes."`
	OpenedAt  time.Time       `json:"opened_at"`
	Repeats   int             `json:"repeats" doc:"How many times it was told again, because it lasts: once a day."`
	ClosedAt  *time.Time      `json:"closed_at,omitempty"`
	ClosedBy  string          `json:"closed_by,omitempty"`
}

func showAlert(a staff.Alert) Alert {
	return Alert{
		ID: a.ID, Plate: a.Plate, Kind: a.Kind, Text: a.Text, RentalID: a.RentalID, RolloutID: a.RolloutID, RiderID: a.RiderID,
		OpenedAt: a.OpenedAt.UTC(), Repeats: a.Repeats, ClosedAt: happened(a.ClosedAt), ClosedBy: a.ClosedBy,
	}
}

// listAlerts is GET /admin/v1/alerts.
type listAlerts struct{ *alerts }

type listAlertsIn struct {
	State staff.AlertState  `query:"state" enum:"open,closed,all" default:"open"`
	Kind  []staff.AlertKind `query:"kind" maxItems:"20" enum:"not_secured,fault_at_start,onboarding,renumbering,upgrade,rollout,debt,low_battery,fallen,moved,offline,fault,speeding,out_of_area" doc:"Only these kinds, separated by commas."`
	Plate string            `query:"plate" maxLength:"100" doc:"Only of this scooter."`
	All   bool              `query:"all" doc:"As state=all." deprecated:"true"`
}

// maxAlerts bounds the list of alerts: a fleet in more trouble than this has another problem.
const maxAlerts = 1000

type alertsOut struct {
	Body struct {
		Alerts []Alert `json:"alerts"`
	}
}

func (listAlerts) Meta() meta {
	return meta{ID: "list-alerts", Summary: "What needs a person", Description: "The newest first, at most 1,000."}
}

func (e listAlerts) Execute(ctx context.Context, in *listAlertsIn) (*alertsOut, error) {
	q := staff.AlertQuery{State: in.State, Kinds: in.Kind, Plate: in.Plate}
	if in.All {
		q.State = staff.AllAlerts
	}
	list, err := e.store.ListAlerts(ctx, q, maxAlerts)
	if err != nil {
		return nil, err
	}
	out := &alertsOut{}
	out.Body.Alerts = make([]Alert, len(list))
	for i, a := range list {
		out.Body.Alerts[i] = showAlert(a)
	}
	return out, nil
}

// closeAlert is POST /admin/v1/alerts/{id}/close.
type closeAlert struct{ *alerts }

type closeAlertIn struct {
	ID int64 `path:"id" minimum:"1"`
}

func (closeAlert) Meta() meta {
	return meta{
		ID: "close-alert", Summary: "Close an alert", Description: "Closing a closed alert changes nothing.",
		Faults: []*fault.Error{staff.ErrAlertUnknown},
	}
}

func (e closeAlert) Execute(ctx context.Context, in *closeAlertIn) (*struct{}, error) {
	a, err := e.store.Alert(ctx, in.ID)
	if err != nil || !a.ClosedAt.IsZero() {
		return nil, err
	}
	by, _ := staff.ActorFrom(ctx)
	return nil, e.store.DismissAlert(ctx, a.ID, by.Email)
}
