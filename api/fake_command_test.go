package api_test

import (
	"context"
	"slices"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/workflows"
)

// OpenOrder and what follows are the commands in memory, in the order they were given.
func (s *fakeStore) OpenOrder(ctx context.Context, o command.Order, deed *staff.Deed) (command.Order, bool, error) {
	defer s.lock()()
	if _, ok := s.scooters[o.Plate]; !ok {
		return command.Order{}, false, fleet.ErrScooterUnknown
	}
	for _, known := range s.orders {
		if o.Key != "" && known.Key == o.Key && known.StaffID == o.StaffID {
			if known.Digest != o.Digest {
				return command.Order{}, false, rental.ErrKeyReused
			}
			return known, false, s.broken
		}
	}
	o.Email = s.staff[o.StaffID].Email
	s.orders = append(s.orders, o)
	if deed != nil {
		return o, true, s.audit(ctx, *deed)
	}
	return o, true, s.broken
}

func (s *fakeStore) order(fits func(command.Order) bool) (command.Order, bool, error) {
	defer s.lock()()
	for _, o := range slices.Backward(s.orders) {
		if fits(o) {
			return o, true, s.broken
		}
	}
	return command.Order{}, false, s.broken
}

func (s *fakeStore) OrderByKey(_ context.Context, staffID, key string) (command.Order, bool, error) {
	return s.order(func(o command.Order) bool { return o.StaffID == staffID && o.Key == key })
}

func (s *fakeStore) LastDone(_ context.Context, plate string, code int) (command.Order, bool, error) {
	return s.order(func(o command.Order) bool { return o.Plate == plate && o.Code == code && o.Outcome == command.Done })
}

func (s *fakeStore) Order(_ context.Context, plate, id string) (command.Order, error) {
	o, found, err := s.order(func(o command.Order) bool { return o.Plate == plate && o.ID == id })
	if !found {
		return o, command.ErrOrderUnknown
	}
	return o, err
}

// finishOrder is what a command's workflow does at its end.
func (s *fakeStore) finishOrder(id string, e command.Ending, sends ...command.Send) {
	defer s.lock()()
	for i, o := range s.orders {
		if o.ID != id {
			continue
		}
		s.orders[i].Ending = e
		for _, send := range sends {
			s.sends = append(s.sends, command.Record{
				Send: send, Number: int64(len(s.sends) + 1), Plate: o.Plate, Origin: command.ForCommand, OriginID: id,
				StaffID: o.StaffID, Email: o.Email, Reason: o.Reason,
			})
		}
	}
}

func (s *fakeStore) records(fits func(command.Record) bool) []command.Record {
	defer s.lock()()
	var found []command.Record
	for _, r := range slices.Backward(s.sends) {
		if fits(r) {
			found = append(found, r)
		}
	}
	return found
}

func (s *fakeStore) Sends(_ context.Context, plate string, f command.Filter) ([]command.Record, error) {
	if _, ok := s.scooters[plate]; !ok {
		return nil, fleet.ErrScooterUnknown
	}
	found := s.records(func(r command.Record) bool {
		return r.Plate == plate && (f.Code == 0 || r.Code == f.Code) && (f.Outcome == "" || r.Outcome == f.Outcome) &&
			!r.AskedAt.Before(f.Since) && (f.Until.IsZero() || r.AskedAt.Before(f.Until)) && (f.Before.Number == 0 || r.Number < f.Before.Number)
	})
	return found[:min(f.Limit, len(found))], s.broken
}

func (s *fakeStore) SendsOf(_ context.Context, originID string) ([]command.Record, error) {
	found := s.records(func(r command.Record) bool { return r.OriginID == originID })
	slices.Reverse(found)
	return found, s.broken
}

func (s *fakeStore) LastSent(_ context.Context, plate string, codes ...int) (command.Record, bool, error) {
	found := s.records(func(r command.Record) bool {
		return r.Plate == plate && slices.Contains(codes, r.Code) && r.Outcome == command.Done
	})
	if len(found) == 0 {
		return command.Record{}, false, s.broken
	}
	return found[0], true, s.broken
}

// fakeRun is a workflow that runs until its context is over, unless it is over already.
type fakeRun struct {
	client.WorkflowRun
	f  *fakeTemporal
	id string
}

func (r fakeRun) Get(ctx context.Context, _ any) error {
	r.f.mu.Lock()
	over := r.f.over[r.id]
	r.f.mu.Unlock()
	if over {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// ExecuteWorkflow plays the command at once.
func (f *fakeTemporal) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	if in, is := args[0].(workflows.RenumberInput); is {
		return f.startRenumber(o, in)
	}
	in := args[0].(workflows.CommandInput)
	f.mu.Lock()
	running := slices.ContainsFunc(f.commands, func(c workflows.CommandInput) bool { return c.ID == in.ID })
	f.start = o
	if f.commandErr == nil && !running {
		f.commands = append(f.commands, in)
	}
	f.mu.Unlock()
	switch {
	case f.commandErr != nil:
		return nil, f.commandErr
	case running:
		return nil, alreadyStarted()
	}
	if f.onCommand != nil && f.onCommand(in) {
		f.mu.Lock()
		f.over[o.ID] = true
		f.mu.Unlock()
	}
	return fakeRun{f: f, id: o.ID}, nil
}

func (f *fakeTemporal) GetWorkflow(_ context.Context, id, _ string) client.WorkflowRun {
	return fakeRun{f: f, id: id}
}

func (f *fakeTemporal) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if !f.holders[id] {
		return nil, notRunning()
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflow.WorkflowExecutionInfo{
		Status: enums.WORKFLOW_EXECUTION_STATUS_RUNNING,
	}}, nil
}
