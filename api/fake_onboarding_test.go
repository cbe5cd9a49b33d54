package api_test

import (
	"context"

	"go.temporal.io/sdk/client"

	"rodada/domain/credential"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
	"rodada/workflows"
)

// fakeDepot is the part of the books that is about taking scooters in.
type fakeDepot struct {
	credentials  []credential.Credential // of the one scooter
	onboardings  []onboarding.Onboarding
	renumberings []onboarding.Renumbering
	box          *onboarding.Box
}

func (s *fakeStore) Credentials(context.Context, string) ([]credential.Credential, error) {
	defer s.lock()()
	return append([]credential.Credential(nil), s.credentials...), s.broken
}

func (s *fakeStore) SetBootstrap(_ context.Context, _, _ string, c credential.Credential) error {
	defer s.lock()()
	c.State, c.CreatedAt = credential.Bootstrap, s.now()
	s.credentials = append(s.credentials, c)
	return s.broken
}

func (s *fakeStore) OpenOnboarding(ctx context.Context, o onboarding.Onboarding) (onboarding.Onboarding, bool, error) {
	defer s.lock()()
	for _, known := range s.onboardings {
		if !known.State.Over() {
			return known, false, s.broken
		}
	}
	o.State, o.StartedAt, o.UpdatedAt = onboarding.Waiting, s.now(), s.now()
	s.onboardings = append(s.onboardings, o)
	return o, true, s.audit(ctx, staff.Deed{Action: "scooter.onboard", Subject: o.Plate, Reason: o.Reason})
}

func (s *fakeStore) Onboarding(_ context.Context, plate string) (onboarding.Onboarding, error) {
	defer s.lock()()
	if _, known := s.scooters[plate]; !known {
		return onboarding.Onboarding{}, fleet.ErrScooterUnknown
	}
	if len(s.onboardings) == 0 {
		return onboarding.Onboarding{}, onboarding.ErrUnknown
	}
	return s.onboardings[len(s.onboardings)-1], s.broken
}

func (s *fakeStore) Onboardings(_ context.Context, state onboarding.State) ([]onboarding.Onboarding, error) {
	defer s.lock()()
	var found []onboarding.Onboarding
	for _, o := range s.onboardings {
		if o.State == state || state == "" && !o.State.Over() {
			found = append(found, o)
		}
	}
	return found, s.broken
}

func (s *fakeStore) Box(context.Context, string) (onboarding.Box, bool, error) {
	defer s.lock()()
	if s.box == nil {
		return onboarding.Box{}, false, s.broken
	}
	return *s.box, true, s.broken
}

func (s *fakeStore) OpenRenumbering(ctx context.Context, r onboarding.Renumbering) error {
	defer s.lock()()
	if _, taken := s.scooters[r.To]; taken {
		return fleet.ErrPlateTaken
	}
	r.State, r.StartedAt, r.UpdatedAt = onboarding.Running, s.now(), s.now()
	s.renumberings = append(s.renumberings, r)
	return s.audit(ctx, staff.Deed{Action: "scooter.renumber", Subject: r.From, Reason: r.Reason})
}

func (s *fakeStore) DropRenumbering(_ context.Context, id, why string) error {
	s.renumber(id, onboarding.Undone, why)
	return s.broken
}

// renumber is how a renumbering ends.
func (s *fakeStore) renumber(id string, state onboarding.RenumberState, trouble string) {
	defer s.lock()()
	for i, r := range s.renumberings {
		if r.ID == id {
			s.renumberings[i].State, s.renumberings[i].Trouble = state, trouble
			if state == onboarding.Renumbered {
				sc := s.scooters[r.From]
				delete(s.scooters, r.From)
				sc.Plate = r.To
				s.scooters[r.To] = sc
			}
		}
	}
}

func (s *fakeStore) Renumbering(_ context.Context, plate string) (onboarding.Renumbering, error) {
	defer s.lock()()
	if _, known := s.scooters[plate]; !known {
		return onboarding.Renumbering{}, fleet.ErrScooterUnknown
	}
	if len(s.renumberings) == 0 {
		return onboarding.Renumbering{}, onboarding.ErrRenumberingUnknown
	}
	return s.renumberings[len(s.renumberings)-1], s.broken
}

// fakeSignals keeps what workflows were told, and what was started with it.
type fakeSignals struct {
	signals    []signal
	onboards   []workflows.OnboardInput
	renumbers  []workflows.RenumberInput
	onRenumber func(in workflows.RenumberInput) error
	signalErr  error
}

type signal struct {
	id, name string
	arg      any
}

func (f *fakeTemporal) SignalWithStartWorkflow(
	_ context.Context, id, name string, arg any, o client.StartWorkflowOptions, _ any, args ...any,
) (client.WorkflowRun, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signals, f.start = append(f.signals, signal{id, name, arg}), o
	if in, ok := args[0].(workflows.OnboardInput); ok {
		f.onboards = append(f.onboards, in)
	}
	return fakeRun{f: f, id: id}, f.signalErr
}

func (f *fakeTemporal) SignalWorkflow(_ context.Context, id, _, name string, arg any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signals = append(f.signals, signal{id, name, arg})
	return f.signalErr
}

// startRenumber plays a renumbering at once.
func (f *fakeTemporal) startRenumber(o client.StartWorkflowOptions, in workflows.RenumberInput) (client.WorkflowRun, error) {
	f.mu.Lock()
	f.start, f.renumbers = o, append(f.renumbers, in)
	f.over[o.ID] = true
	f.mu.Unlock()
	if f.onRenumber != nil {
		if err := f.onRenumber(in); err != nil {
			return nil, err
		}
	}
	return fakeRun{f: f, id: o.ID}, nil
}
