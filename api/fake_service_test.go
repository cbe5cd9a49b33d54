package api_test

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// fakeService is a service in memory.
type fakeService struct {
	staff.Service
	hashes map[string][]byte // by the secret's ID
	tokens map[string]string // what the tokens of a secret name, by its ID
}

func (s *fakeStore) Services(_ context.Context, f staff.ServiceFilter, q listing.Query) (list []staff.Service, places []listing.Place, total int, err error) {
	defer s.lock()()
	for _, one := range s.services {
		if strings.Contains(one.Name, f.Text) && (f.Permission == "" || slices.Contains(one.Permissions, f.Permission)) &&
			(f.Suspended == nil || *f.Suspended == one.Suspended()) {
			list = append(list, one.Service)
		}
	}
	slices.SortFunc(list, func(a, b staff.Service) int { return cmp.Compare(a.Name, b.Name) })
	total = len(list)
	list = slices.DeleteFunc(list, func(one staff.Service) bool { return q.After != nil && one.Name <= q.After.Value })
	for _, one := range list {
		places = append(places, listing.Place{Value: one.Name, ID: one.ID})
	}
	n := min(len(list), q.Limit+1)
	return list[:n], places[:n], total, s.broken
}

func (s *fakeStore) Service(_ context.Context, id string) (staff.Service, error) {
	defer s.lock()()
	if one, is := s.services[id]; is {
		return one.Service, s.broken
	}
	return staff.Service{}, staff.ErrServiceUnknown
}

func (s *fakeStore) CreateService(ctx context.Context, one staff.Service, secret string, hash []byte, reason string) (staff.Service, error) {
	defer s.lock()()
	for _, other := range s.services {
		if strings.EqualFold(other.Name, one.Name) {
			return one, staff.ErrServiceTaken
		}
	}
	if s.services == nil {
		s.services = map[string]fakeService{}
	}
	one.CreatedAt = s.now()
	made := fakeService{Service: one, hashes: map[string][]byte{}, tokens: map[string]string{}}
	made.add(secret, hash, s.now())
	s.services[one.ID] = made
	return s.services[one.ID].Service, s.audit(ctx, staff.Deed{Action: "service.create", Subject: one.Name, Reason: reason})
}

func (f *fakeService) add(secret string, hash []byte, at time.Time) {
	f.hashes[secret], f.tokens[secret] = hash, uuid.NewString()
	f.Secrets = append(slices.Clone(f.Secrets), staff.ServiceSecret{ID: secret, CreatedAt: at})
}

// known is what log-in may read of a service.
func (f fakeService) known() staff.Service {
	one := f.Service
	one.Secrets, one.UsedAt, one.UsedFrom = nil, time.Time{}, ""
	return one
}

// onService changes a service.
func (s *fakeStore) onService(ctx context.Context, action, id, reason string, do func(*fakeService) error) (staff.Service, error) {
	defer s.lock()()
	one, is := s.services[id]
	if !is {
		return one.Service, staff.ErrServiceUnknown
	}
	if err := do(&one); err != nil {
		return one.Service, err
	}
	s.services[id] = one
	return one.Service, s.audit(ctx, staff.Deed{Action: action, Subject: one.Name, Reason: reason})
}

func (s *fakeStore) ChangeService(ctx context.Context, id string, e staff.ServiceEdit, reason string) (staff.Service, error) {
	return s.onService(ctx, "service.change", id, reason, func(f *fakeService) error { e.Apply(&f.Service); return nil })
}

func (s *fakeStore) SuspendService(ctx context.Context, id, reason string, at time.Time) (staff.Service, error) {
	return s.onService(ctx, "service.suspend", id, reason, func(f *fakeService) error {
		f.SuspendedAt, f.SuspendedReason = at, reason
		for secret := range f.tokens {
			f.tokens[secret] = uuid.NewString()
		}
		return nil
	})
}

func (s *fakeStore) ReinstateService(ctx context.Context, id, reason string) (staff.Service, error) {
	return s.onService(ctx, "service.reinstate", id, reason, func(f *fakeService) error {
		f.SuspendedAt, f.SuspendedReason = time.Time{}, ""
		return nil
	})
}

func (s *fakeStore) AddServiceSecret(ctx context.Context, id, secret string, hash []byte, reason string) (staff.Service, error) {
	return s.onService(ctx, "service.add-secret", id, reason, func(f *fakeService) error {
		if len(f.Secrets) >= staff.ServiceSecrets {
			return staff.ErrServiceSecrets
		}
		f.add(secret, hash, s.now())
		return nil
	})
}

func (s *fakeStore) RemoveServiceSecret(ctx context.Context, id, secret, reason string) (staff.Service, error) {
	return s.onService(ctx, "service.remove-secret", id, reason, func(f *fakeService) error {
		if f.hashes[secret] == nil {
			return staff.ErrSecretUnknown
		}
		delete(f.hashes, secret)
		delete(f.tokens, secret)
		f.Secrets = slices.DeleteFunc(slices.Clone(f.Secrets), func(k staff.ServiceSecret) bool { return k.ID == secret })
		return nil
	})
}

func (s *fakeStore) DeleteService(ctx context.Context, id, reason string) error {
	_, err := s.onService(ctx, "service.delete", id, reason, func(*fakeService) error { return nil })
	delete(s.services, id)
	return err
}

func (s *fakeStore) ServiceBySecret(_ context.Context, id string, hash []byte) (staff.Service, string, error) {
	defer s.lock()()
	for secret, known := range s.services[id].hashes {
		if bytes.Equal(known, hash) {
			return s.services[id].known(), s.services[id].tokens[secret], s.broken
		}
	}
	return staff.Service{}, "", rider.ErrCredentials
}

func (s *fakeStore) ServiceWith(_ context.Context, id, tokens string) (staff.Service, error) {
	defer s.lock()()
	for _, known := range s.services[id].tokens {
		if known == tokens {
			return s.services[id].known(), s.broken
		}
	}
	return staff.Service{}, rider.ErrToken
}

func (s *fakeStore) ServiceUsed(_ context.Context, id, _, address string) error {
	defer s.lock()()
	one := s.services[id]
	one.UsedAt, one.UsedFrom = s.now(), address
	s.services[id] = one
	return s.broken
}
