package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/credential"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/workflows"
)

// OnboardingBody is the taking in of a scooter.
type OnboardingBody struct {
	ID          string             `json:"id" format:"uuid"`
	Plate       string             `json:"plate" doc:"As it was then."`
	State       onboarding.State   `json:"state" enum:"waiting,asking,switching,confirming,parked,done,aborted"`
	Trouble     onboarding.Trouble `json:"trouble,omitempty" enum:"silent,imei_mismatch,refused,not_switched,not_back,broker" doc:"Why it is parked."`
	Detail      string             `json:"detail,omitempty" doc:"What it does, or waits for."`
	Reason      string             `json:"reason,omitempty"`
	StaffID     string             `json:"staff_id,omitempty"`
	StartedAt   time.Time          `json:"started_at"`
	UpdatedAt   time.Time          `json:"updated_at"`
	EndedAt     *time.Time         `json:"ended_at,omitempty"`
	Box         *BoxBody           `json:"box,omitempty" doc:"What the box told of itself; absent: it was never asked."`
	Credentials []CredentialBody   `json:"credentials" doc:"What it logs in with, oldest first."`
	WorkflowID  string             `json:"workflow_id" doc:"Where to look in the Temporal UI."`
}

// BoxBody is what a box told of itself. The address of its server is a secret; its port is not.
type BoxBody struct {
	Hardware    string     `json:"hardware,omitempty"`
	Firmware    string     `json:"firmware,omitempty"`
	SIM         string     `json:"sim,omitempty" doc:"The number of the SIM card (ICCID)."`
	IMEI        string     `json:"imei,omitempty" doc:"As told, which need not be what is registered."`
	Signal      *int       `json:"signal,omitempty" doc:"Of the mobile network, as the box counts it."`
	Plate       string     `json:"plate,omitempty" doc:"What the box calls itself."`
	ServerPort  int        `json:"server_port,omitempty"`
	GPSSeconds  int        `json:"gps_seconds,omitempty"`
	AskedAt     time.Time  `json:"asked_at"`
	OnboardedAt *time.Time `json:"onboarded_at,omitempty"`
}

// CredentialBody is a user name at the broker. Its password is shown to nobody.
type CredentialBody struct {
	Username    string           `json:"username"`
	State       credential.State `json:"state" enum:"bootstrap,issued,active,revoked"`
	CreatedAt   time.Time        `json:"created_at"`
	ActivatedAt *time.Time       `json:"activated_at,omitempty"`
	RevokedAt   *time.Time       `json:"revoked_at,omitempty"`
}

func onboardingBody(o onboarding.Onboarding) OnboardingBody {
	return OnboardingBody{
		ID: o.ID, Plate: o.Plate, State: o.State, Trouble: o.Trouble, Detail: o.Detail, Reason: o.Reason, StaffID: o.StaffID,
		StartedAt: o.StartedAt.UTC(), UpdatedAt: o.UpdatedAt.UTC(), EndedAt: happened(o.EndedAt), Credentials: []CredentialBody{},
		WorkflowID: workflows.OnboardID(o.Plate),
	}
}

// describe adds what is known of the box and its credentials.
func (o *onboardings) describe(ctx context.Context, one onboarding.Onboarding) (OnboardingBody, error) {
	body := onboardingBody(one)
	box, found, err := o.store.Box(ctx, one.Plate)
	if err != nil {
		return body, err
	}
	if found {
		body.Box = &BoxBody{
			Hardware: box.Hardware, Firmware: box.Firmware, SIM: box.SIM, IMEI: box.IMEI, Signal: box.Signal, Plate: box.Plate,
			ServerPort: box.Port, GPSSeconds: box.GPSSeconds, AskedAt: box.AskedAt.UTC(), OnboardedAt: happened(box.OnboardedAt),
		}
	}
	known, err := o.store.Credentials(ctx, one.Plate)
	for _, c := range known {
		body.Credentials = append(body.Credentials, CredentialBody{
			Username: c.Username, State: c.State, CreatedAt: c.CreatedAt.UTC(), ActivatedAt: happened(c.ActivatedAt), RevokedAt: happened(c.RevokedAt),
		})
	}
	return body, err
}

// getOnboarding is GET /admin/v1/scooters/{plate}/onboarding.
type getOnboarding struct{ *onboardings }

type onboardingOut struct {
	Location string `header:"Location"`
	Body     OnboardingBody
}

func (getOnboarding) Meta() meta {
	return meta{
		ID: "get-onboarding", Summary: "How the taking in of a scooter goes, or went the last time",
		Faults: []*fault.Error{fleet.ErrScooterUnknown, onboarding.ErrUnknown},
	}
}

func (e getOnboarding) Execute(ctx context.Context, in *PlateRef) (*onboardingOut, error) {
	one, err := e.store.Onboarding(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	one.Plate = in.Plate // it may have been renumbered since
	body, err := e.describe(ctx, one)
	return &onboardingOut{Body: body}, err
}

// listOnboardings is GET /admin/v1/onboardings.
type listOnboardings struct{ *onboardings }

type listOnboardingsIn struct {
	State onboarding.State `query:"state" enum:"waiting,asking,switching,confirming,parked,done,aborted" doc:"Absent: all that go on."`
}

type onboardingsOut struct {
	Body struct {
		Onboardings []OnboardingBody `json:"onboardings" doc:"Newest first, without what their boxes told."`
	}
}

func (listOnboardings) Meta() meta {
	return meta{ID: "list-onboardings", Summary: "Scooters that are being taken in"}
}

func (e listOnboardings) Execute(ctx context.Context, in *listOnboardingsIn) (*onboardingsOut, error) {
	list, err := e.store.Onboardings(ctx, in.State)
	out := &onboardingsOut{}
	out.Body.Onboardings = make([]OnboardingBody, len(list))
	for i, one := range list {
		out.Body.Onboardings[i] = onboardingBody(one)
	}
	return out, err
}

// decideOnboarding is POST /admin/v1/scooters/{plate}/onboarding/retry and …/abort.
type decideOnboarding struct {
	*onboardings
	do workflows.OnboardDo
}

type decideIn struct {
	PlateRef
	Body reasonBody
}

func (e decideOnboarding) Meta() meta {
	m := meta{
		ID: "retry-onboarding", Summary: "Go on with a parked onboarding", Status: http.StatusAccepted,
		Description: "For when what was in the way is mended: the registered IMEI is right now, say.",
		Faults:      []*fault.Error{fleet.ErrScooterUnknown, onboarding.ErrUnknown, onboarding.ErrNotParked, rental.ErrUnreachable},
	}
	if e.do == workflows.OnboardAbort {
		m.ID, m.Summary = "abort-onboarding", "Give an onboarding up"
		m.Description = "Every credential that the box may have stays good, so that it stays reachable."
		m.Faults = []*fault.Error{fleet.ErrScooterUnknown, onboarding.ErrUnknown, onboarding.ErrOver, rental.ErrUnreachable}
	}
	return m
}

func (e decideOnboarding) Execute(ctx context.Context, in *decideIn) (*onboardingOut, error) {
	one, err := e.store.Onboarding(ctx, in.Plate)
	switch {
	case err != nil:
		return nil, err
	case e.do == workflows.OnboardRetry && one.State != onboarding.Parked:
		return nil, onboarding.ErrNotParked
	case one.State.Over():
		return nil, onboarding.ErrOver
	}
	action := "scooter.onboard-" + string(e.do)
	if err := e.store.Audit(ctx, staff.Deed{Action: action, Subject: in.Plate, Reason: string(in.Body.Reason)}); err != nil {
		return nil, err
	}
	request := workflows.OnboardRequest{OnboardingID: one.ID, Do: e.do, By: subjectFrom(ctx)}
	if err := e.holders.signal(ctx, workflows.OnboardID(one.Plate), workflows.SignalOnboard, request); err != nil {
		return nil, err
	}
	body, err := e.describe(ctx, one)
	return &onboardingOut{Location: staffScooterAt(in.Plate) + "/onboarding", Body: body}, err
}
