package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/wallet"
)

// breaks requires that a statement breaks against a constraint.
func (b *books) breaks(constraint, query string, args ...any) {
	b.t.Helper()
	err := b.exec(query, args...)
	var pg *pgconn.PgError
	require.ErrorAs(b.t, err, &pg, query)
	require.Equal(b.t, constraint, pg.ConstraintName, pg.Message)
}

func TestTheLawsOfPeople(t *testing.T) {
	b := newBooks(t)
	b.rider()
	b.session("1")
	b.breaks("riders_language", `UPDATE riders SET language = 'de'`)
	b.breaks("riders_email_form", `UPDATE riders SET email = 'nobody'`)
	b.breaks("riders_email_key", `UPDATE riders SET email = 'a@b'`)
	b.breaks("staff_email_form", `INSERT INTO staff (id, first_name, last_name, email, password_hash) VALUES (gen_random_uuid(), '', '', '@', '')`)
	b.breaks("sessions_audience", `UPDATE sessions SET audience = 'all'`)
	b.breaks("sessions_staff_fkey", `UPDATE sessions SET audience = 'staff'`)
	b.breaks("sessions_rider_fkey", `DELETE FROM riders`)
	b.breaks("session_tokens_hash", `UPDATE session_tokens SET hash = 'short'`)
	_, err := b.enter("x", "7", "")
	require.NoError(t, err)
	b.breaks("rider_logins_service", `UPDATE rider_logins SET service = 'Google!'`)
	b.breaks("rider_logins_subject", `UPDATE rider_logins SET subject = ''`)
	b.breaks("rider_logins_rider_fkey", `UPDATE rider_logins SET rider_id = gen_random_uuid()`)
	b.breaks("session_tokens_one_unspent", `INSERT INTO session_tokens SELECT sha256('x'), family, expires_at FROM session_tokens`)
}

func TestTheLawsOfTheFleet(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	b.scooter()
	require.NoError(t, b.SetService(b.ctx, s.Plate, fleet.Maintenance, "x", fleet.Sighted{}))
	for constraint, set := range map[string]string{
		"scooters_service":       `service = 'gone'`,
		"scooters_hold":          `hold = 'lost'`,
		"scooters_battery":       `battery = 101`,
		"scooters_lat":           `lat = 91`,
		"scooters_lng":           `lng = -181`,
		"scooters_limit":         `limit_kmh = -1`,
		"scooters_plate":         `plate = 'a/b'`,
		"scooters_qr_code":       `qr_code = 'a b c'`,
		"scooters_plate_key":     `plate = '1'`,
		"scooters_qr_code_key":   `qr_code = '1111'`,
		"scooters_imei_key":      `imei = '1'`,
		"scooters_device_id_key": `device_id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`,
		"scooters_public_id_key": `public_id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'`,
		"scooters_model_fkey":    `model_id = 0`,
	} {
		b.breaks(constraint, `UPDATE scooters SET `+set)
	}
	_, err := b.CreateScooter(b.ctx, fleet.Scooter{Plate: "ghost1", Model: s.Model})
	require.NoError(t, err)
	b.breaks("scooters_plate_folded", `UPDATE scooters SET plate = 'GHOST1' WHERE id = $1`, s.ID)
	for _, plate := range []string{"bike", "o", "", "a+", "a#", "$a", "a\tb"} {
		b.breaks("scooters_plate", `UPDATE scooters SET plate = $1 WHERE id = $2`, plate, s.ID)
	}
	require.NoError(t, b.exec(`INSERT INTO spent_codes VALUES ('SPENT', $1)`, s.ID))
	b.breaks("scooters_code_spent", `UPDATE scooters SET qr_code = 'SPENT' WHERE id = $1`, s.ID)
	b.breaks("models_max_kmh", `UPDATE models SET max_kmh = 0`)
	b.breaks("models_range", `UPDATE models SET range_meters = -1`)
	b.breaks("models_name_key", `INSERT INTO models (name, max_kmh, range_meters) SELECT name, 1, 1 FROM models`)
	b.breaks("scooter_events_immutable", `UPDATE scooter_events SET note = ''`)
	b.breaks("scooter_events_immutable", `DELETE FROM scooter_events`)
	b.breaks("tariff_versions_immutable", `UPDATE tariff_versions SET plan = '{}'`)
	b.breaks("tariff_versions_currency", `INSERT INTO tariff_versions (tariff_id, version, name, currency, plan) VALUES ('standard', 9, '', 'eur', '{}')`)
	b.breaks("tariffs_id", `INSERT INTO tariffs VALUES ('A b', 1)`)
	_, err = b.CreateZones(b.ctx, draft("Centre", 1, true))
	require.NoError(t, err)
	b.breaks("zone_versions_immutable", `UPDATE zone_versions SET rank = 2`)
	b.breaks("zone_versions_immutable", `DELETE FROM zone_versions`)
	b.breaks("zone_versions_span", `UPDATE zone_versions SET until_set = since_set`)
	b.breaks("zone_versions_geometry", `INSERT INTO zone_versions (zone_id, version, name, rank, rules, geometry, since_set) VALUES (1, 2, 'x', 1, '[{}]', '{"type":"Point"}', 1)`)
	b.breaks("zone_versions_one_in_force", `INSERT INTO zone_versions (zone_id, version, name, rank, rules, geometry, since_set) SELECT zone_id, 2, name, rank, rules, geometry, since_set FROM zone_versions`)
	again := `INSERT INTO zone_versions (zone_id, version, name, rank, rules, since_set, starts_at, ends_at, price_percent, price_amount) VALUES (1, 2, 'x', 1, `
	b.breaks("zone_versions_rules", again+`'[]', 1, NULL, NULL, 0, 0)`)
	b.breaks("zone_versions_window", again+`'[{}]', 1, now(), now(), 0, 0)`)
	b.breaks("zone_versions_percent", again+`'[{}]', 1, NULL, NULL, -101, 0)`)
	b.breaks("zone_versions_amount", again+`'[{}]', 1, NULL, NULL, 0, -100000001)`)
	b.breaks("zone_sets_immutable", `DELETE FROM zone_sets`)
	request := `INSERT INTO webhook_requests (staff_id, key, digest, webhook_id) SELECT gen_random_uuid(), $1, '', gen_random_uuid()`
	b.breaks("webhook_requests_key", request, "")
	b.breaks("webhook_requests_staff_fkey", request, "k")
}

func TestTheLawsOfStations(t *testing.T) {
	b := newBooks(t)
	one, two := b.scooter(), b.scooter()
	at := b.station(1)
	for constraint, set := range map[string]string{
		"stations_short_name": `short_name = 'a b'`,
		"stations_name":       `name = ''`,
		"stations_lat":        `lat = 91`,
		"stations_lng":        `lng = 181`,
		"stations_capacity":   `capacity = 0`,
		"stations_state":      `state = 'lost'`,
	} {
		b.breaks(constraint, `UPDATE stations SET `+set)
	}
	b.breaks("stations_short_name_key", `INSERT INTO stations (id, short_name, name, lat, lng, capacity)
		SELECT gen_random_uuid(), lower(short_name), name, lat, lng, capacity FROM stations`)
	const stand = `UPDATE scooters SET station_id = $1 WHERE id = $2`
	b.breaks("scooters_station_fkey", stand, uuid.NewString(), one.ID)
	require.NoError(t, b.exec(stand, at.ID, one.ID))
	b.breaks("stations_room", stand, at.ID, two.ID)
	b.breaks("stations_room", `INSERT INTO scooters (device_id, public_id, qr_code, plate, model_id, service, limit_kmh, station_id)
		SELECT gen_random_uuid(), gen_random_uuid(), 'NEWCODE', 'NEWPLATE', model_id, service, limit_kmh, station_id FROM scooters WHERE id = $1`, one.ID)
	b.breaks("stations_occupied", `UPDATE stations SET state = 'closed'`)
	b.breaks("scooters_retired_stand_nowhere", `UPDATE scooters SET service = 'retired' WHERE id = $1`, one.ID)
	require.NoError(t, b.exec(stand, nil, one.ID))
	require.NoError(t, b.exec(`UPDATE stations SET state = 'closed'`))
	b.breaks("stations_closed", stand, at.ID, one.ID)
	b.breaks("scooter_events_kind", `INSERT INTO scooter_events (scooter_id, at, service, hold, cause, lat, lng, kind)
		VALUES ($1, now(), 'blocked', 'free', 'staff', 0, 0, 'Not this')`, one.ID)
	b.breaks("station_events_immutable", `DELETE FROM station_events`)
	b.breaks("station_events_state", `INSERT INTO station_events (station_id, state, capacity) VALUES ($1, 'lost', 1)`, at.ID)
	require.NoError(t, b.exec(`UPDATE scooters SET qr_code = 'ANOTHER1' WHERE id = $1`, one.ID))
	b.breaks("spent_codes_immutable", `DELETE FROM spent_codes`)
}

func TestTheLawsOfRentals(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	n := b.request(who, s)
	b.open(n)
	for constraint, set := range map[string]string{
		"rentals_state":             `state = 'flying', outcome = ''`,
		"rentals_outcome":           `outcome = 'lost', state = 'void'`,
		"rentals_reason":            `reason = 'mood'`,
		"rentals_riding":            `riding_ns = -1`,
		"rentals_paused":            `paused_ns = -1`,
		"rentals_meters":            `meters = -1`,
		"rentals_end_place":         `end_lat = 1`,
		"rentals_end_lat":           `end_lat = 91, end_lng = 0`,
		"rentals_end_lng":           `end_lat = 0, end_lng = 181`,
		"rentals_paused_at":         `paused_at = now()`,
		"rentals_run":               `run_id = ''`,
		"rentals_arrow":             `state = 'paused', paused_at = now()`,
		"rentals_outcome_at_end":    `state = 'void', reason = 'cancelled'`,
		"rentals_outcome_in_state":  `outcome = 'void', reason = 'cancelled'`,
		"rentals_voided":            `state = 'void', outcome = 'void'`,
		"rentals_ridden":            `state = 'securing', outcome = 'ended'`,
		"rentals_identity":          `rider_id = gen_random_uuid()`,
		"rentals_zone_version_fkey": `zone_version = 7`,
	} {
		if constraint == "rentals_state" || constraint == "rentals_outcome" { // the diagram would speak first
			require.NoError(t, b.exec(`ALTER TABLE rentals DISABLE TRIGGER rentals_guard`))
		}
		b.breaks(constraint, `UPDATE rentals SET `+set)
		require.NoError(t, b.exec(`ALTER TABLE rentals ENABLE TRIGGER rentals_guard`))
	}
	copyOf := func(rider, scooter string) string {
		return `INSERT INTO rentals (id, rider_id, scooter_id, plate, vehicle_id, state, tariff_id, tariff_version, tariff)
			SELECT gen_random_uuid(), ` + rider + `, ` + scooter + `, '', vehicle_id, 'unlocking', tariff_id, tariff_version, tariff FROM rentals`
	}
	other, free := b.rider().ID, b.scooter().ID
	b.breaks("rentals_one_open_per_rider", copyOf("rider_id", "$1::bigint"), free)
	b.breaks("rentals_one_held_per_scooter", copyOf("$1::uuid", "scooter_id"), other)
	b.breaks("rentals_rider_fkey", copyOf("gen_random_uuid()", "$1::bigint"), free)
	b.breaks("rentals_scooter_fkey", copyOf("$1::uuid", "0"), other)
	b.breaks("rental_keys_pkey", `INSERT INTO rental_keys SELECT * FROM rental_keys`)
	b.breaks("rental_keys_owner_fkey", `UPDATE rental_keys SET rider_id = $1`, other)
	b.breaks("rental_keys_key", `UPDATE rental_keys SET key = repeat('x', 129)`)
	b.breaks("rental_events_pkey", `INSERT INTO rental_events SELECT * FROM rental_events`)
	b.breaks("rental_events_immutable", `DELETE FROM rental_events`)
	b.breaks("rental_events_cause", `INSERT INTO rental_events VALUES ($1, 5, 'riding', 'ghost', now())`, n.ID)
	b.breaks("rental_events_kind", `INSERT INTO rental_events VALUES ($1, 5, 'A b', 'rider', now())`, n.ID)
	b.breaks("rental_events_seq", `INSERT INTO rental_events VALUES ($1, -1, 'riding', 'rider', now())`, n.ID)
	b.breaks("rentals_immutable", `DELETE FROM rentals`)

	_, err := b.BeginRental(b.ctx, n.ID, "run")
	require.NoError(t, err)
	b.breaks("rentals_one_run", `UPDATE rentals SET run_id = 'other'`)
	b.ride(n.ID)
	b.breaks("rentals_over", `UPDATE rentals SET meters = 5`)
}

func TestTheLawsOfTheLedger(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("k", who, money.Of(100, "EUR"))))
	b.breaks("ledger_transactions_immutable", `UPDATE ledger_transactions SET key = 'x'`)
	b.breaks("ledger_transactions_immutable", `DELETE FROM ledger_transactions`)
	b.breaks("ledger_entries_immutable", `UPDATE ledger_entries SET minor = 0`)
	b.breaks("ledger_entries_immutable", `DELETE FROM ledger_entries`)
	b.breaks("ledger_entries_immutable", `TRUNCATE ledger_entries`)
	b.breaks("ledger_accounts_immutable", `UPDATE ledger_accounts SET currency = 'USD'`)
	b.breaks("ledger_accounts_currency", `INSERT INTO ledger_accounts (name, currency) VALUES ('revenue', 'euro')`)
	b.breaks("ledger_accounts_name", `INSERT INTO ledger_accounts (name, currency) VALUES ('Re venue', 'EUR')`)
	b.breaks("ledger_accounts_name_key", `INSERT INTO ledger_accounts (name, currency) VALUES ('topups', 'EUR')`)
	b.breaks("ledger_accounts_rider_fkey", `INSERT INTO ledger_accounts (name, currency) VALUES ($1, 'EUR')`, "rider:"+uuid.NewString())
	b.breaks("ledger_balanced", `INSERT INTO ledger_entries SELECT transaction_id, line + 10, account_id, minor, currency FROM ledger_entries`)
	const transaction = `INSERT INTO ledger_transactions (key, kind, lines) VALUES `
	b.breaks("ledger_balanced", transaction+`('empty', 'topup', 2)`)
	b.breaks("ledger_transactions_lines", transaction+`('one', 'topup', 1)`)
	b.breaks("ledger_transactions_kind", transaction+`('x', 'gift', 2)`)
	b.breaks("ledger_transactions_key", transaction+`('', 'topup', 2)`)
	b.breaks("ledger_transactions_key_key", transaction+`('topup/k', 'topup', 2)`)
	b.breaks("ledger_transactions_ride", transaction+`('x', 'ride', 2)`)
	b.breaks("ledger_balanced", `WITH t AS (`+transaction+`('off', 'topup', 2) RETURNING id)
		INSERT INTO ledger_entries SELECT t.id, row_number() OVER (), a.id, 5, 'EUR' FROM t, ledger_accounts a`)
	b.breaks("ledger_entries_account_fkey", `WITH t AS (`+transaction+`('foreign', 'topup', 2) RETURNING id)
		INSERT INTO ledger_entries SELECT t.id, row_number() OVER (), a.id, CASE name WHEN 'topups' THEN -5 ELSE 5 END, 'USD' FROM t, ledger_accounts a`)
	require.EqualValues(t, 100, b.balance(wallet.Rider(who), "EUR"))
}
