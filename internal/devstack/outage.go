package devstack

import "context"

// StopService stops one service in its orderly way; StartService brings it back
// on the same port with the same state.
func (s *Stack) StopService(ctx context.Context, name Service) error {
	part, ok := s.services[name]
	if !ok {
		return &UnknownServiceError{Service: name}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	part.Stop()
	return nil
}

// StartService starts a service again after StopService or Kill.
func (s *Stack) StartService(ctx context.Context, name Service) error {
	part, ok := s.services[name]
	if !ok {
		return &UnknownServiceError{Service: name}
	}
	return part.Start(ctx)
}

// Kill ends a service as a crash would. A name that is not part of the stack is
// no crash.
func (s *Stack) Kill(name Service) {
	if part, ok := s.services[name]; ok {
		part.Kill()
	}
}

// AddScooter gives a scooter an account at the broker. It is asked for again
// after a restart of the stack.
func (s *Stack) AddScooter(ctx context.Context, a Account) error {
	s.rights.add(a)
	if m, ok := s.services[MQTT].(*mosquittoServer); ok {
		return m.reload(ctx)
	}
	return nil
}
