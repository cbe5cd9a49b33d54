package activities

import (
	"context"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// Notifier reaches riders.
type Notifier interface {
	Notify(ctx context.Context, n rider.Notice) error
}

// AlertStore keeps what staff must look at.
type AlertStore interface {
	RaiseAlert(ctx context.Context, a staff.Alert) error
	CloseAlert(ctx context.Context, plate string, kind staff.AlertKind, by string) error
}

// People tells riders and staff.
type People struct {
	Notifier Notifier
	Alerts   AlertStore
}

// Notify tells the rider.
func (p *People) Notify(ctx context.Context, n rider.Notice) error {
	return Failure(p.Notifier.Notify(ctx, n))
}

// Alert tells staff; while an alert of its kind is open for the scooter, it changes nothing.
func (p *People) Alert(ctx context.Context, a staff.Alert) error {
	return Failure(p.Alerts.RaiseAlert(ctx, a))
}

// ClearInput names an alert that is settled.
type ClearInput struct {
	Plate string          `json:"plate"`
	Kind  staff.AlertKind `json:"kind"`
	By    string          `json:"by"`
}

// Clear closes an open alert.
func (p *People) Clear(ctx context.Context, in ClearInput) error {
	return Failure(p.Alerts.CloseAlert(ctx, in.Plate, in.Kind, in.By))
}
