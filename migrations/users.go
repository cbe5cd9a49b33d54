package migrations

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Users sees to it that who a URL logs in as exists and is a member of the role that the URL is for. A user that exists keeps its
// password. The owner, and a URL that is empty, are left alone.
func Users(ctx context.Context, url, prefix string, urls map[Role]string) error {
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	for _, r := range Roles() {
		if urls[r] == "" {
			continue
		}
		as, err := pgconn.ParseConfig(urls[r])
		if err != nil {
			return fmt.Errorf("migrations: URL of %s: %w", r, err)
		}
		if as.User == db.Config().User {
			continue
		}
		options, err := login(as.Password)
		if err != nil {
			return fmt.Errorf("migrations: %s: %w", as.User, err)
		}
		if err := makeRole(ctx, db, as.User, options); err != nil {
			return err
		}
		if err := join(ctx, db, as.User, r.Name(prefix)); err != nil {
			return fmt.Errorf("migrations: %s as a member of %s: %w", as.User, r.Name(prefix), err)
		}
	}
	return nil
}

// join makes a user a member of a role. Another database of the server may be about to do the same, and Postgres refuses one of two.
func join(ctx context.Context, db *pgx.Conn, user, role string) error {
	const tries = 10
	for try := 1; ; try++ {
		var member bool
		err := db.QueryRow(ctx, `SELECT pg_has_role($1, $2, 'MEMBER')`, user, role).Scan(&member)
		if err != nil || member {
			return err
		}
		_, err = db.Exec(ctx, `GRANT `+pgx.Identifier{role}.Sanitize()+` TO `+pgx.Identifier{user}.Sanitize(), pgx.QueryExecModeSimpleProtocol)
		var refused *pgconn.PgError
		if err == nil || !errors.As(err, &refused) || refused.Code == "42501" || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

var errPassword = errors.New("a password here must be of printable ASCII")

// login is what a user logs in with. The password goes to the server as what that keeps of it, so that no log of statements has it.
// One without a password logs in as the server's pg_hba.conf says: by certificate, or trusted on a developer's machine.
func login(password string) (options string, err error) {
	if password == "" {
		return "LOGIN", nil
	}
	if strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", errPassword
	}
	const rounds = 4096
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	client := sha256.Sum256(keyed(salted, "Client Key"))
	text := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("LOGIN PASSWORD 'SCRAM-SHA-256$%d:%s$%s:%s'", rounds, text(salt), text(client[:]), text(keyed(salted, "Server Key"))), nil
}

func keyed(key []byte, of string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(of))
	return mac.Sum(nil)
}
