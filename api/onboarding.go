package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/credential"
	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/workflows"
)

// onboardingStore is what taking scooters in, and renumbering them, needs of the books.
type onboardingStore interface {
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)
	Credentials(ctx context.Context, plate string) ([]credential.Credential, error)
	SetBootstrap(ctx context.Context, plate, reason string, c credential.Credential) error
	OpenOnboarding(ctx context.Context, o onboarding.Onboarding) (open onboarding.Onboarding, created bool, err error)
	Onboarding(ctx context.Context, plate string) (onboarding.Onboarding, error)
	Onboardings(ctx context.Context, state onboarding.State) ([]onboarding.Onboarding, error)
	Box(ctx context.Context, plate string) (box onboarding.Box, found bool, err error)
	OpenRenumbering(ctx context.Context, r onboarding.Renumbering) error
	DropRenumbering(ctx context.Context, id, why string) error
	Renumbering(ctx context.Context, plate string) (onboarding.Renumbering, error)
	auditor
}

// onboardings is the taking in of scooters.
type onboardings struct {
	store    onboardingStore
	holders  holders
	sealer   Sealer // nil: no scooter gets a password
	rules    config.Onboard
	deadline time.Duration
	backend  []string // names at the broker that are no scooter's
}

// onboardScooter is POST /admin/v1/scooters/{plate}/onboard.
type onboardScooter struct{ *onboardings }

type onboardScooterIn struct {
	PlateRef
	Body struct {
		Reason         Reason         `json:"reason" minLength:"3" maxLength:"500" example:"New in the fleet."`
		KeepCredential bool           `json:"keep_credential,omitempty" doc:"Only ask the box who it is: what it logs in with stays, and nothing is made for it."`
		Bootstrap      *BootstrapBody `json:"bootstrap,omitempty" doc:"What the box logs in with now, if that is known."`
	}
}

// BootstrapBody is what a box comes with.
type BootstrapBody struct {
	Username string `json:"username,omitempty" maxLength:"64" doc:"Absent: the plate, where that can be a user name."`
	Password string `json:"password" minLength:"8" maxLength:"64"`
}

type onboardScooterOut struct {
	Location string `header:"Location"`
	Body     StartedOnboarding
}

// StartedOnboarding is an onboarding that was asked for.
type StartedOnboarding struct {
	OnboardingBody
	Bootstrap *Login `json:"bootstrap,omitempty" doc:"What the box must be set to unless it logs in with an account already, which stays good. It was made just now and is shown this once."`
}

// Login is a name and a password for the broker.
type Login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

func (onboardScooter) Meta() meta {
	return meta{
		ID: "onboard-scooter", Summary: "Take a scooter in", Status: http.StatusAccepted,
		Description: "Waits until the box is heard, asks it who it is (21, 24, 35, 97), compares its IMEI with the one registered, gives it " +
			"a credential of its own (101) and, once it was heard with that one alone, revokes the one that it came with. It goes on " +
			"for as long as it takes; asked for again, it is the same one. What the box logs in with works until it was " +
			"heard with its own; nobody can rent it from the moment in which it is told. Unless keep_credential is set it needs the permission " +
			"`dangerous_commands` as well.",
		Faults: []*fault.Error{
			fleet.ErrScooterUnknown, onboarding.ErrRetired, credential.ErrUsername, credential.ErrPassword, credential.ErrUsernameTaken,
			credential.ErrReserved, fleet.ErrHeld, firmware.ErrUpgrading, credential.ErrNoKey, onboarding.ErrRenumbering, rental.ErrUnreachable,
		},
	}
}

func (e onboardScooter) Execute(ctx context.Context, in *onboardScooterIn) (*onboardScooterOut, error) {
	member := memberFrom(ctx)
	if !in.Body.KeepCredential {
		if err := member.Need(staff.DangerousCommands); err != nil {
			return nil, err
		}
	}
	scooter, err := e.store.ScooterByPlate(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	if scooter.Hold != fleet.Free && (!in.Body.KeepCredential || in.Body.Bootstrap != nil) {
		if scooter.Hold == fleet.Upgrading {
			return nil, firmware.ErrUpgrading
		}
		return nil, fleet.ErrHeld
	}
	comes, err := e.bootstrap(ctx, scooter.Plate, string(in.Body.Reason), in.Body.Bootstrap, in.Body.KeepCredential)
	if err != nil {
		return nil, err
	}
	wish := workflows.OnboardRequest{Do: workflows.OnboardRetry} // of one that is parked
	if comes.login != nil {
		wish = workflows.OnboardRequest{Do: workflows.OnboardProvide, Replace: comes.replaces}
	}
	asked := onboarding.Onboarding{StaffID: member.ID, Reason: string(in.Body.Reason)}
	open, err := e.begin(ctx, scooter, asked, !in.Body.KeepCredential, wish)
	if err != nil {
		return nil, err
	}
	out := &onboardScooterOut{Location: staffScooterAt(in.Plate) + "/onboarding"}
	if out.Body.OnboardingBody, err = e.describe(ctx, open); err != nil {
		return nil, err
	}
	if comes.made {
		out.Body.Bootstrap = comes.login
	}
	return out, nil
}

// begin opens the row and starts its workflow, or tells the one that runs what is wished.
func (o *onboardings) begin(
	ctx context.Context, s fleet.Scooter, asked onboarding.Onboarding, change bool, wish workflows.OnboardRequest,
) (onboarding.Onboarding, error) {
	asked.ID, asked.Plate = uuid.NewString(), s.Plate
	wish.By = asked.StaffID
	open, _, err := o.store.OpenOnboarding(ctx, asked)
	if err != nil {
		return open, err
	}
	return open, o.holders.onboard(ctx, workflows.OnboardInput{
		OnboardingID: open.ID, Plate: open.Plate, Switch: change, Limits: o.limits(),
		Dialect: workflows.Dialect{StrictJSON: s.Model.StrictJSON, LowercaseLength: s.Model.LowercaseLength},
	}, wish)
}

func (o *onboardings) limits() workflows.OnboardLimits {
	return workflows.OnboardLimits{
		AckWindow: o.rules.AckWindow, Backoff: o.rules.Backoff, BackoffMax: o.rules.BackoffMax, Patience: o.rules.Patience,
		SwitchPatience: o.rules.SwitchPatience,
	}
}

// created takes in a scooter that was just registered, where that is wished. It is registered whatever becomes of that.
func (o *onboardings) created(ctx context.Context, s fleet.Scooter) {
	if !o.rules.OnCreate || s.Service == fleet.Retired {
		return
	}
	if _, err := o.begin(ctx, s, onboarding.Onboarding{StaffID: memberFrom(ctx).ID, Reason: "registered"}, true, workflows.OnboardRequest{Do: workflows.OnboardRetry}); err != nil {
		logFrom(ctx).WarnContext(ctx, "a new scooter is not taken in by itself; staff can ask for it", "plate", s.Plate, "error", err)
	}
}
