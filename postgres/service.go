package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/netip"
	"strings"
	"time"

	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

type serviceRow struct {
	ID              string       `db:"id"`
	Name            string       `db:"name"`
	Permissions     string       `db:"permissions"`
	Networks        string       `db:"networks"`
	CreatedAt       time.Time    `db:"created_at"`
	ExpiresAt       sql.NullTime `db:"expires_at"`
	SuspendedAt     sql.NullTime `db:"suspended_at"`
	SuspendedReason string       `db:"suspended_reason"`
	UsedAt          sql.NullTime `db:"used_at"`
	UsedFrom        string       `db:"used_from"`
	Secrets         []byte       `db:"secrets"`
	Place           string       `db:"place"`
}

// knownService is what is asked of a service that logs in or shows a token. Log-in may read no more.
const knownService = `
	v.id, v.name, array_to_string(v.permissions, ' ') AS permissions, array_to_string(v.networks, ' ') AS networks, v.created_at, v.expires_at,
	v.suspended_at, v.suspended_reason`

// servicesList is the services that are not gone.
var servicesList = listed{
	what: "list services",
	fields: knownService + `, v.used_at, v.used_from, (
		SELECT json_agg(json_build_object('id', k.id, 'created', k.created_at, 'used', k.used_at) ORDER BY k.created_at, k.id)
		FROM service_secrets k WHERE k.service_id = v.id) AS secrets`,
	from: `FROM services v`,
	columns: map[string]column{
		"name":    {"lower(v.name)", "text"},
		"created": {"v.created_at", "timestamptz"},
		"used":    {"coalesce(v.used_at, '-infinity')", "timestamptz"},
	},
	id: "v.id", idType: "uuid",
}

func (r serviceRow) service() (staff.Service, error) {
	s := staff.Service{
		ID: r.ID, Name: r.Name, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: timeOf(r.ExpiresAt), SuspendedAt: timeOf(r.SuspendedAt),
		SuspendedReason: r.SuspendedReason, UsedAt: timeOf(r.UsedAt), UsedFrom: r.UsedFrom,
	}
	for _, p := range strings.Fields(r.Permissions) {
		s.Permissions = append(s.Permissions, staff.Permission(p))
	}
	for _, text := range strings.Fields(r.Networks) {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return s, err
		}
		s.Networks = append(s.Networks, network)
	}
	var secrets []struct {
		ID      string
		Created time.Time
		Used    time.Time
	}
	if r.Secrets == nil {
		return s, nil
	}
	err := json.Unmarshal(r.Secrets, &secrets)
	for _, k := range secrets {
		known := staff.ServiceSecret{ID: k.ID, CreatedAt: k.Created.UTC()}
		if !k.Used.IsZero() {
			known.UsedAt = k.Used.UTC()
		}
		s.Secrets = append(s.Secrets, known)
	}
	return s, err
}

// Services is one page of the services that a filter picks, each with its place in the order, and with one more when there is a next
// page; and how many it picks in all.
func (s *Store) Services(ctx context.Context, f staff.ServiceFilter, q listing.Query) (list []staff.Service, places []listing.Place, total int, err error) {
	var p picked
	p.where(`v.deleted_at IS NULL`)
	if f.Text != "" {
		p.where(`strpos(lower(v.name), lower(?)) > 0`, f.Text)
	}
	if f.Permission != "" {
		p.where(`? = ANY(v.permissions)`, string(f.Permission))
	}
	if f.Suspended != nil {
		p.where(`(v.suspended_at IS NOT NULL) = ?::boolean`, *f.Suspended)
	}
	rows, total, err := pageFrom[serviceRow](ctx, s, servicesList, p, q)
	for _, r := range rows {
		one, wrong := r.service()
		if wrong != nil {
			return nil, nil, 0, wrong
		}
		list, places = append(list, one), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

// Service finds one: staff.ErrServiceUnknown.
func (s *Store) Service(ctx context.Context, id string) (one staff.Service, err error) {
	err = s.once(ctx, "service", func(db executor) error {
		one, err = serviceByID(ctx, db, id, "")
		return err
	})
	return one, err
}

func serviceByID(ctx context.Context, db executor, id, lock string) (staff.Service, error) {
	if !isID(id) {
		return staff.Service{}, staff.ErrServiceUnknown
	}
	var row serviceRow
	err := db.GetContext(ctx, &row, `SELECT `+servicesList.fields+` `+servicesList.from+` WHERE v.id = $1 AND v.deleted_at IS NULL `+lock, id)
	if err != nil {
		return staff.Service{}, orElse(err, staff.ErrServiceUnknown)
	}
	return row.service()
}

// ServiceBySecret finds the service that shows a secret, and what its tokens are to name: rider.ErrCredentials.
func (s *Store) ServiceBySecret(ctx context.Context, id string, hash []byte) (one staff.Service, tokens string, err error) {
	var row struct {
		serviceRow
		Tokens string `db:"tokens"`
	}
	if !isID(id) {
		return one, "", rider.ErrCredentials
	}
	err = s.identify(ctx, "service by secret", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `
			SELECT `+knownService+`, k.tokens FROM services v JOIN service_secrets k ON k.service_id = v.id
			WHERE v.id = $1 AND k.hash = $2 AND v.deleted_at IS NULL`, id, hash), rider.ErrCredentials)
	})
	if err != nil {
		return one, "", err
	}
	one, err = row.service()
	return one, row.Tokens, err
}

// ServiceWith finds the service that a token names: rider.ErrToken when it is gone, or the secret that the token was given for, or the
// tokens of that secret were ended.
func (s *Store) ServiceWith(ctx context.Context, id, tokens string) (one staff.Service, err error) {
	if !isID(id) || !isID(tokens) {
		return one, rider.ErrToken
	}
	var row serviceRow
	err = s.identify(ctx, "service with secret", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `
			SELECT `+knownService+` FROM services v
			WHERE v.id = $1 AND v.deleted_at IS NULL AND EXISTS (SELECT FROM service_secrets k WHERE k.tokens = $2 AND k.service_id = v.id)`,
			id, tokens), rider.ErrToken)
	})
	if err != nil {
		return one, err
	}
	return row.service()
}

// ServiceUsed writes down that a service got a token for one of its secrets.
func (s *Store) ServiceUsed(ctx context.Context, id, tokens, address string) error {
	return s.once(ctx, "service used", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			WITH secret AS (UPDATE service_secrets SET used_at = now() WHERE service_id = $1 AND tokens = $2)
			UPDATE services SET used_at = now(), used_from = $3 WHERE id = $1`, id, tokens, address)
		return err
	})
}
