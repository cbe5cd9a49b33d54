package devstack

import (
	"context"

	"rodada/broker"
	"rodada/providers/brokeraccounts"
)

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

// AddScooter gives a scooter an account at the broker, which must be running.
func (s *Stack) AddScooter(ctx context.Context, a Account) error {
	at := s.Addresses()
	accounts, err := brokeraccounts.Dial(broker.Options{URL: at.MQTT, Username: at.MQTTUser, Password: at.MQTTPassword, Log: s.opt.Log},
		brokeraccounts.Topics{Bike: topicBike, Other: topicOther})
	if err != nil {
		return err
	}
	defer accounts.Close()
	return accounts.Put(ctx, brokeraccounts.Account{User: a.User, Password: a.Password, Numbers: []string{a.User}})
}
