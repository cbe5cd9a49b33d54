package api_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"rodada/domain/listing"
	"rodada/domain/staff"
)

// Audit and AuditLog are the audit log in memory.
func (s *fakeStore) Audit(ctx context.Context, d staff.Deed) error {
	defer s.lock()()
	return s.audit(ctx, d)
}

func (s *fakeStore) audit(ctx context.Context, d staff.Deed) error {
	actor, ok := staff.ActorFrom(ctx)
	if !ok || s.broken != nil {
		return s.broken
	}
	e := staff.Entry{ID: int64(len(s.deeds) + 1), At: s.now(), Actor: actor, Action: d.Action, Subject: d.Subject, Reason: d.Reason}
	for state, text := range map[any]*json.RawMessage{"before": &e.Before, "after": &e.After} {
		v := d.Before
		if state == "after" {
			v = d.After
		}
		if v == nil {
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return err
		}
		*text = raw
	}
	s.deeds = append(s.deeds, e)
	return nil
}

// newestFirst asks for the audit log.
var newestFirst = listing.Query{Order: listing.Order{By: "at", Descending: true}, Limit: 100}

func (s *fakeStore) AuditLog(_ context.Context, f staff.AuditFilter, q listing.Query) (found []staff.Entry, places []listing.Place, total int, err error) {
	defer s.lock()()
	for _, e := range slices.Backward(s.deeds) {
		fits := (f.StaffEmail == "" || e.Email == f.StaffEmail) && (f.Kind == "" || e.Kind() == f.Kind) && (f.Subject == "" || e.Subject == f.Subject) &&
			(f.Action == "" || e.Action == f.Action || strings.HasSuffix(f.Action, ".") && strings.HasPrefix(e.Action, f.Action)) &&
			!e.At.Before(f.Since) && (f.Until.IsZero() || e.At.Before(f.Until))
		if !fits {
			continue
		}
		total++
		if id := strconv.FormatInt(e.ID, 10); (q.After == nil || id < q.After.ID) && len(found) <= q.Limit {
			found, places = append(found, e), append(places, listing.Place{ID: id})
		}
	}
	return found, places, total, s.broken
}
