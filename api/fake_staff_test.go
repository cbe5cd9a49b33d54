package api_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// The accounts of staff in memory. Who may take what from whom is the database's to decide.

func (s *fakeStore) Members(_ context.Context, f staff.Filter, q listing.Query) (list []staff.Member, places []listing.Place, total int, err error) {
	defer s.lock()()
	for _, m := range s.staff {
		if strings.Contains(m.FirstName+" "+m.LastName+" "+m.Email, f.Text) && (f.Permission == "" || slices.Contains(m.Permissions, f.Permission)) &&
			(f.Suspended == nil || *f.Suspended == m.Suspended()) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b staff.Member) int { return cmp.Compare(a.Email, b.Email) })
	total = len(list)
	list = slices.DeleteFunc(list, func(m staff.Member) bool { return q.After != nil && m.Email <= q.After.Value })
	for _, m := range list {
		places = append(places, listing.Place{Value: m.Email, ID: m.ID})
	}
	n := min(len(list), q.Limit+1)
	return list[:n], places[:n], total, s.broken
}

func (s *fakeStore) Member(_ context.Context, id string) (staff.Member, error) {
	defer s.lock()()
	if m, ok := s.staff[id]; ok {
		return m, s.broken
	}
	return staff.Member{}, staff.ErrMemberUnknown
}

func (s *fakeStore) CreateStaffFor(ctx context.Context, m staff.Member, reason string) error {
	defer s.lock()()
	for _, other := range s.staff {
		if strings.EqualFold(other.Email, m.Email) {
			return rider.ErrEmailTaken
		}
	}
	s.staff[m.ID] = m
	return s.audit(ctx, staff.Deed{Action: "staff.create", Subject: m.Email, Reason: reason})
}

// edit changes an account, and ends its sessions if it should.
func (s *fakeStore) edit(ctx context.Context, action, id, reason string, ends bool, edit func(*staff.Member)) (staff.Member, error) {
	defer s.lock()()
	m, ok := s.staff[id]
	if !ok {
		return m, staff.ErrMemberUnknown
	}
	edit(&m)
	s.staff[id] = m
	for hash, open := range s.sessions {
		if ends && open.Subject == id {
			delete(s.sessions, hash)
		}
	}
	return m, s.audit(ctx, staff.Deed{Action: action, Subject: m.Email, Reason: reason})
}

func (s *fakeStore) ChangeMember(ctx context.Context, id string, e staff.Edit, reason string) (staff.Member, error) {
	return s.edit(ctx, "staff.change", id, reason, false, e.Apply)
}

func (s *fakeStore) SuspendMember(ctx context.Context, id, reason string, at time.Time) (staff.Member, error) {
	return s.edit(ctx, "staff.suspend", id, reason, true, func(m *staff.Member) { m.SuspendedAt, m.SuspendedReason = at, reason })
}

func (s *fakeStore) ReinstateMember(ctx context.Context, id, reason string) (staff.Member, error) {
	return s.edit(ctx, "staff.reinstate", id, reason, false, func(m *staff.Member) { m.SuspendedAt, m.SuspendedReason = time.Time{}, "" })
}

func (s *fakeStore) ResetPassword(ctx context.Context, id, hash string, expires time.Time, reason string) (staff.Member, error) {
	return s.edit(ctx, "staff.reset-password", id, reason, true, func(m *staff.Member) { m.PasswordHash, m.PasswordExpires = hash, expires })
}

func (s *fakeStore) SetOwnPassword(ctx context.Context, m staff.Member, hash string) error {
	_, err := s.edit(ctx, "staff.password", m.ID, "", true, func(m *staff.Member) { m.PasswordHash, m.PasswordExpires = hash, time.Time{} })
	return err
}

// StaffInSession knows the sessions that are open.
func (s *fakeStore) StaffInSession(ctx context.Context, id, session string) (staff.Member, error) {
	m, err := s.StaffByID(ctx, id)
	defer s.lock()()
	for _, open := range s.sessions {
		if open.Family == session {
			return m, err
		}
	}
	if session != "" && !m.Suspended() {
		return staff.Member{}, rider.ErrToken
	}
	return m, err
}

// fakeFactor is a second factor in memory.
type fakeFactor struct {
	secret, pending string
	step            int64
	recovery        []string
}

func (s *fakeStore) UseCode(_ context.Context, id, typed string, _ time.Time, check staff.CodeCheck) error {
	defer s.lock()()
	f := s.factors[id]
	if hash, is := staff.RecoveryHash(typed); is {
		if i := slices.Index(f.recovery, string(hash)); i >= 0 {
			f.recovery = slices.Delete(f.recovery, i, i+1)
			s.factors[id] = f
			return s.broken
		}
	}
	step, ok, err := check(f.secret)
	if err != nil {
		return err
	}
	if !ok || step <= f.step {
		return staff.ErrCodeWrong
	}
	f.step = step
	s.factors[id] = f
	return s.broken
}

func (s *fakeStore) ProposeFactor(_ context.Context, id, sealed string) error {
	defer s.lock()()
	if s.factors == nil {
		s.factors = map[string]fakeFactor{}
	}
	f := s.factors[id]
	f.pending = sealed
	s.factors[id] = f
	return s.broken
}

func (s *fakeStore) ConfirmFactor(ctx context.Context, id string, recovery [][]byte, check staff.CodeCheck) error {
	f := s.factors[id]
	if f.pending == "" {
		return staff.ErrFactorNone
	}
	step, ok, err := check(f.pending)
	if err != nil {
		return err
	}
	if !ok {
		return staff.ErrCodeWrong
	}
	f = fakeFactor{secret: f.pending, step: step}
	for _, hash := range recovery {
		f.recovery = append(f.recovery, string(hash))
	}
	s.factors[id] = f
	_, err = s.edit(ctx, "staff.second-factor", id, "", true, func(m *staff.Member) { m.SecondFactor = true })
	return err
}

func (s *fakeStore) RemoveFactor(ctx context.Context, id string) error {
	_, err := s.edit(ctx, "staff.second-factor-off", id, "", false, func(m *staff.Member) { m.SecondFactor = false })
	return err
}

func (s *fakeStore) ResetFactor(ctx context.Context, id, reason string) (staff.Member, error) {
	return s.edit(ctx, "staff.reset-second-factor", id, reason, true, func(m *staff.Member) { m.SecondFactor = false })
}
