package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/credential"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

const selectMQTT = `
	SELECT c.id, c.username, c.sealed, c.digest, c.state, c.created_at, c.activated_at, c.revoked_at
	FROM mqtt_credentials c JOIN scooters s ON s.id = c.scooter_id `

type credentialRow struct {
	ID          string           `db:"id"`
	Username    string           `db:"username"`
	Sealed      sql.NullString   `db:"sealed"`
	Digest      []byte           `db:"digest"`
	State       credential.State `db:"state"`
	CreatedAt   time.Time        `db:"created_at"`
	ActivatedAt sql.NullTime     `db:"activated_at"`
	RevokedAt   sql.NullTime     `db:"revoked_at"`
}

func (r credentialRow) credential() credential.Credential {
	return credential.Credential{
		ID: r.ID, Username: r.Username, Sealed: r.Sealed.String, Digest: r.Digest, State: r.State,
		CreatedAt: r.CreatedAt.UTC(), ActivatedAt: timeOf(r.ActivatedAt), RevokedAt: timeOf(r.RevokedAt),
	}
}

func credentialsOf(rows []credentialRow) []credential.Credential {
	list := make([]credential.Credential, len(rows))
	for i, r := range rows {
		list[i] = r.credential()
	}
	return list
}

// Credentials lists what a scooter logs in with and what it did, oldest first.
func (s *Store) Credentials(ctx context.Context, plate string) ([]credential.Credential, error) {
	var rows []credentialRow
	err := s.once(ctx, "credentials", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectMQTT+`WHERE s.plate = $1 ORDER BY c.created_at, c.id`, plate)
	})
	return credentialsOf(rows), err
}

// SetBootstrap stores what a box came with, instead of what was stored of that before: credential.ErrUsernameTaken.
func (s *Store) SetBootstrap(ctx context.Context, plate, reason string, c credential.Credential) error {
	return s.atomically(ctx, "set bootstrap credential", func(tx executor) error {
		var id int64
		if err := tx.GetContext(ctx, &id, `SELECT id FROM scooters WHERE plate = $1 FOR UPDATE`, plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		var another bool
		err := tx.GetContext(ctx, &another, `SELECT EXISTS (SELECT FROM scooters WHERE lower(plate) = lower($1) AND id <> $2)`, c.Username, id)
		if err != nil {
			return err
		}
		if another { // whose box may be logged in with it
			return credential.ErrUsernameTaken
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE mqtt_credentials SET state = 'revoked', revoked_at = now(), sealed = NULL, digest = NULL
			WHERE scooter_id = $1 AND state = 'bootstrap' AND username <> $2`, id, c.Username)
		if err != nil {
			return err
		}
		var kept string
		err = tx.GetContext(ctx, &kept, `
			INSERT INTO mqtt_credentials AS had (id, scooter_id, username, sealed, digest, state) VALUES ($1, $2, $3, $4, $5, 'bootstrap')
			ON CONFLICT (username) DO UPDATE SET id = excluded.id, sealed = excluded.sealed, digest = excluded.digest, state = 'bootstrap',
				revoked_at = NULL, activated_at = NULL
			WHERE had.scooter_id = excluded.scooter_id AND had.state IN ('bootstrap', 'revoked') RETURNING id`,
			c.ID, id, c.Username, c.Sealed, c.Digest)
		if err != nil {
			return orElse(err, credential.ErrUsernameTaken)
		}
		return audit(ctx, tx, staff.Deed{
			Action: "scooter.bootstrap", Subject: plate, Reason: reason, After: facts{"username": c.Username},
		})
	})
}

// IssueCredential stores the credential that a scooter is to be given, and returns it: the one that was issued and not proven
// yet, if there is one, because the box may have it already.
func (s *Store) IssueCredential(ctx context.Context, plate string, c credential.Credential) (credential.Credential, error) {
	var row credentialRow
	err := s.atomically(ctx, "issue credential", func(tx executor) error {
		var id int64
		if err := tx.GetContext(ctx, &id, `SELECT id FROM scooters WHERE plate = $1 FOR UPDATE`, plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO mqtt_credentials (id, scooter_id, username, sealed, digest, state) VALUES ($1, $2, $3, $4, $5, 'issued')
			ON CONFLICT (scooter_id, state) WHERE state <> 'revoked' DO NOTHING`, c.ID, id, c.Username, c.Sealed, c.Digest)
		if err != nil {
			return err
		}
		row = credentialRow{}
		return tx.GetContext(ctx, &row, selectMQTT+`WHERE c.scooter_id = $1 AND c.state = 'issued'`, id)
	})
	return row.credential(), err
}

// ActivateCredential makes the issued credential of a scooter its only one. Done before, it changes nothing.
func (s *Store) ActivateCredential(ctx context.Context, plate, id string) error {
	return s.atomically(ctx, "activate credential", func(tx executor) error {
		var scooter int64
		err := tx.GetContext(ctx, &scooter, `
			SELECT s.id FROM scooters s JOIN mqtt_credentials c ON c.scooter_id = s.id
			WHERE s.plate = $1 AND c.id = $2 AND c.state IN ('issued', 'active') FOR UPDATE OF s`, plate, id)
		if err != nil {
			return orElse(err, credential.ErrMissing)
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE mqtt_credentials SET state = 'revoked', revoked_at = now(), sealed = NULL, digest = NULL
			WHERE scooter_id = $1 AND id <> $2 AND state <> 'revoked'`, scooter, id)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE mqtt_credentials SET state = 'active', activated_at = now() WHERE id = $1 AND state = 'issued'`, id)
		return err
	})
}

// CredentialHolders lists every credential that opens something, of one scooter, or with an empty plate of all: with its plate,
// and the one that the scooter is being given.
func (s *Store) CredentialHolders(ctx context.Context, plate string) ([]credential.Holder, error) {
	var rows []struct {
		credentialRow
		Plate string         `db:"plate"`
		Next  sql.NullString `db:"to_plate"`
	}
	err := s.once(ctx, "credential holders", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT c.id, c.username, c.sealed, c.digest, c.state, c.created_at, c.activated_at, c.revoked_at, s.plate, r.to_plate
			FROM mqtt_credentials c JOIN scooters s ON s.id = c.scooter_id
			LEFT JOIN renumberings r ON r.scooter_id = s.id AND r.ended_at IS NULL AND r.run_id IS NOT NULL
			WHERE c.state <> 'revoked' AND ($1 = '' OR s.plate = $1) ORDER BY c.scooter_id, c.created_at`, plate)
	})
	holders := make([]credential.Holder, len(rows))
	for i, r := range rows {
		holders[i] = credential.Holder{Credential: r.credential(), Plates: []string{r.Plate}}
		if r.Next.Valid {
			holders[i].Plates = append(holders[i].Plates, r.Next.String)
		}
	}
	return holders, err
}
