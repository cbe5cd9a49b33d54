package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/staff"
)

// alertStore is what alerts need of the books.
type alertStore interface {
	Alerts(ctx context.Context, openOnly bool) ([]staff.Alert, error)
	CloseAlert(ctx context.Context, plate string, kind staff.AlertKind, by string) error
}

// alerts is what staff must look at.
type alerts struct{ store alertStore }

// Alert is something about a scooter that a person must look at.
type Alert struct {
	ID       int64           `json:"id"`
	Plate    string          `json:"plate"`
	Kind     staff.AlertKind `json:"kind" enum:"not_secured,fault_at_start"`
	Text     string          `json:"text"`
	RentalID string          `json:"rental_id,omitempty"`
	OpenedAt time.Time       `json:"opened_at"`
	ClosedAt *time.Time      `json:"closed_at,omitempty"`
	ClosedBy string          `json:"closed_by,omitempty"`
}

func showAlert(a staff.Alert) Alert {
	return Alert{
		ID: a.ID, Plate: a.Plate, Kind: a.Kind, Text: a.Text, RentalID: a.RentalID,
		OpenedAt: a.OpenedAt.UTC(), ClosedAt: happened(a.ClosedAt), ClosedBy: a.ClosedBy,
	}
}

// listAlerts is GET /admin/v1/alerts.
type listAlerts struct{ *alerts }

type listAlertsIn struct {
	All bool `query:"all" doc:"The closed ones too."`
}

type alertsOut struct {
	Body struct {
		Alerts []Alert `json:"alerts"`
	}
}

func (listAlerts) Meta() meta { return meta{ID: "list-alerts", Summary: "What needs a person"} }

func (e listAlerts) Execute(ctx context.Context, in *listAlertsIn) (*alertsOut, error) {
	list, err := e.store.Alerts(ctx, !in.All)
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

var errAlertUnknown = fault.Declare(fault.NotFound, "alert_unknown", "There is no such alert.")

func (closeAlert) Meta() meta {
	return meta{
		ID: "close-alert", Summary: "Close an alert", Description: "Closing a closed alert changes nothing.",
		Faults: []*fault.Error{errAlertUnknown},
	}
}

func (e closeAlert) Execute(ctx context.Context, in *closeAlertIn) (*struct{}, error) {
	list, err := e.store.Alerts(ctx, false)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.ID != in.ID {
			continue
		}
		if !a.ClosedAt.IsZero() {
			return nil, nil
		}
		return nil, e.store.CloseAlert(ctx, a.Plate, a.Kind, memberFrom(ctx).Email)
	}
	return nil, errAlertUnknown
}
