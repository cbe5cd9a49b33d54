package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/postgres"
	"rodada/seal"
)

// neverStored are purposes of what goes to a workflow and not into the database.
var neverStored = []string{"command.Purpose"}

// Whoever seals for a purpose stores it where `rodada keys rotate` finds it.
func TestEveryPurposeHasItsColumn(t *testing.T) {
	listed := map[string]bool{}
	for _, c := range postgres.SealedColumns() {
		name := runtime.FuncForPC(reflect.ValueOf(c.Purpose).Pointer()).Name()
		listed[name[strings.LastIndex(name, "/")+1:]] = true
	}
	found := 0
	err := filepath.WalkDir("../domain", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			f, is := decl.(*ast.FuncDecl)
			if !is || f.Recv != nil || !strings.HasSuffix(f.Name.Name, "Purpose") {
				continue
			}
			found++
			if name := file.Name.Name + "." + f.Name.Name; !listed[name] && !slices.Contains(neverStored, name) {
				t.Errorf("what is sealed for %s has no column in SealedColumns of postgres/sealed.go: add a line such as\n"+
					"\t{Table: \"…\", Column: \"…\", ID: \"id\", Purpose: %s},\n"+
					"or its values are lost with the key that sealed them", name, name)
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, found, len(neverStored))
}

// Nothing else of the schema says that it is sealed.
func TestEverySealedColumnIsListed(t *testing.T) {
	b := newBooks(t)
	var said []string
	require.NoError(t, b.db.SelectContext(b.ctx, &said, `
		SELECT DISTINCT c.conrelid::regclass || '.' || a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
		WHERE c.contype = 'c' AND pg_get_constraintdef(c.oid) LIKE '%(' || a.attname || ' ~~ ''sealed:%'
		UNION SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name LIKE '%sealed%'`))
	require.NotEmpty(t, said)
	var listed []string
	for _, c := range postgres.SealedColumns() {
		listed = append(listed, c.String())
	}
	require.Subset(t, listed, said, "add it to SealedColumns of postgres/sealed.go, so that keys can be changed")
}

// keysOf makes keys; the first seals.
func keysOf(t testing.TB, texts ...string) seal.Keys {
	t.Helper()
	k, err := seal.Parse(strings.Join(texts, ","))
	require.NoError(t, err)
	return k
}

func sealed(t testing.TB, k seal.Keys, secret, purpose string) string {
	t.Helper()
	text, err := k.Seal(secret, purpose)
	require.NoError(t, err)
	return text
}

// hooks are webhooks with a secret each, which is their number.
func (b *books) hooks(k seal.Keys, n int) (ids []string) {
	for i := range n {
		id := uuid.NewString()
		require.NoError(b.t, b.exec(`INSERT INTO webhooks (id, url, secret) VALUES ($1, 'https://example.com', $2)`, id, sealed(b.t, k, fmt.Sprint(i), staff.WebhookPurpose(id))))
		ids = append(ids, id)
	}
	return ids
}

func (b *books) secret(k seal.Keys, id string) string {
	var text string
	require.NoError(b.t, b.db.GetContext(b.ctx, &text, `SELECT secret FROM webhooks WHERE id = $1`, id))
	secret, err := k.Open(text, staff.WebhookPurpose(id))
	require.NoError(b.t, err)
	return secret
}

var webhookSecrets = postgres.SealedColumns()[slices.IndexFunc(postgres.SealedColumns(), func(c postgres.SealedColumn) bool { return c.Table == "webhooks" })]

// under counts the values of all columns by key.
func (b *books) under() map[string]int {
	counts, err := b.CountSealed(b.ctx)
	require.NoError(b.t, err)
	by := map[string]int{}
	for _, n := range counts {
		by[n.Key] += n.Values
	}
	return by
}

func TestEveryColumnIsSealedAnew(t *testing.T) {
	b := newBooks(t)
	old, fresh := seal.NewKey("old"), seal.NewKey("new")
	before, both, after := keysOf(t, old), keysOf(t, fresh, old), keysOf(t, fresh)
	member, s := b.member(), b.scooter()
	values := map[string]func(id, secret string) error{
		"mqtt_credentials.sealed": func(id, secret string) error {
			return b.exec(`INSERT INTO mqtt_credentials (id, scooter_id, username, sealed, digest, state)
				SELECT $1::uuid, s.id, 'u', $2, sha256('x'), 'bootstrap' FROM scooters s WHERE plate = $3`, id, secret, s.Plate)
		},
		"staff.totp_secret": func(_, secret string) error {
			return b.exec(`UPDATE staff SET totp_secret = $2 WHERE id = $1`, member.ID, secret)
		},
		"staff.totp_pending": func(_, secret string) error {
			return b.exec(`UPDATE staff SET totp_pending = $2 WHERE id = $1`, member.ID, secret)
		},
		"webhooks.secret": func(id, secret string) error {
			return b.exec(`INSERT INTO webhooks (id, url, secret) VALUES ($1, 'https://example.com', $2)`, id, secret)
		},
		"letters.content": func(id, secret string) error {
			return b.exec(`INSERT INTO letters (id, kind, language, content) VALUES ($1, 'test', 'es', $2)`, id, secret)
		},
		"payment_customers.reference": func(id, secret string) error {
			require.NoError(t, b.CreateRider(b.ctx, rider.Rider{ID: id, Email: id + "@example.org", Language: "es"}))
			return b.exec(`INSERT INTO payment_customers (rider_id, provider, reference) VALUES ($1, 'sandbox', $2)`, id, secret)
		},
		"payment_methods.reference": func(id, secret string) error {
			return b.exec(`INSERT INTO payment_methods (id, rider_id, provider, reference) VALUES ($1, $3, 'sandbox', $2)`, id, secret, b.rider().ID)
		},
		"payments.reference": func(id, secret string) error {
			return b.exec(`WITH card AS (
					INSERT INTO payment_methods (id, rider_id, provider, reference) VALUES (gen_random_uuid(), $3, 'sandbox', '') RETURNING id, rider_id
				)
				INSERT INTO payments (id, rider_id, method_id, purpose, provider, minor, currency, reference)
				SELECT $1, rider_id, id, 'topup', 'sandbox', 5, 'EUR', $2 FROM card`, id, secret, b.rider().ID)
		},
	}
	for _, c := range postgres.SealedColumns() {
		store, known := values[c.String()]
		if !known {
			continue // its own test stores it
		}
		id := uuid.NewString()
		if c.Table == "staff" {
			id = member.ID
		}
		require.NoError(t, store(id, sealed(t, before, c.String(), c.Purpose(id))), c)
		done, err := b.Reseal(b.ctx, c, "new", both.Anew)
		require.NoError(t, err)
		require.Equal(t, 1, done, c)
		done, err = b.Reseal(b.ctx, c, "new", both.Anew)
		require.NoError(t, err)
		require.Zero(t, done, c)
		var text string
		require.NoError(t, b.db.GetContext(b.ctx, &text, `SELECT `+c.Column+` FROM `+c.Table+` WHERE `+c.ID+` = $1`, id))
		secret, err := after.Open(text, c.Purpose(id))
		require.NoError(t, err, c)
		require.Equal(t, c.String(), secret)
	}
	require.Equal(t, map[string]int{"new": len(values)}, b.under())
	require.NoError(t, values["letters.content"](uuid.NewString(), `{"in":"clear"}`))
	require.Equal(t, map[string]int{"new": len(values), "": 1}, b.under(), "what was never sealed stays and is told")
}

func TestSealingAnewGoesOnWhereItWasStopped(t *testing.T) {
	b := newBooks(t)
	old, fresh, lost := seal.NewKey("old"), seal.NewKey("new"), seal.NewKey("lost")
	both := keysOf(t, fresh, old)
	const many = 1700 // several rounds
	ids := b.hooks(keysOf(t, old), many)
	strange := b.hooks(keysOf(t, lost), 3)

	ctx, stop := context.WithCancel(b.ctx)
	n := 0
	_, err := b.Reseal(ctx, webhookSecrets, "new", func(sealed, purpose string) (string, error) {
		if n++; n == 900 {
			stop()
		}
		return both.Anew(sealed, purpose)
	})
	require.ErrorIs(t, err, context.Canceled)
	left := b.under()["old"]
	require.Positive(t, left)
	require.Less(t, left, many)
	for i, id := range ids[:50] {
		require.Equal(t, fmt.Sprint(i), b.secret(both, id), "all can be opened in between")
	}

	done, err := b.Reseal(b.ctx, webhookSecrets, "new", both.Anew)
	require.NoError(t, err)
	require.Equal(t, left, done, "no more than was left")
	require.Equal(t, map[string]int{"new": many, "lost": len(strange)}, b.under(), "what nobody can open is left as it is")
	after := keysOf(t, fresh)
	for i, id := range ids {
		require.Equal(t, fmt.Sprint(i), b.secret(after, id))
	}
}

// Those who write meanwhile win, and those who read never meet a value that they can't open.
func TestSealingAnewWhileOthersWrite(t *testing.T) {
	b := newBooks(t)
	old, fresh := seal.NewKey("old"), seal.NewKey("new")
	before, both := keysOf(t, old), keysOf(t, fresh, old)
	ids := b.hooks(before, 40)
	last := make([]string, len(ids))
	over := make(chan struct{})
	var all sync.WaitGroup
	for w := range 4 {
		writer := before // a part that was not restarted yet
		if w%2 == 0 {
			writer = both
		}
		all.Go(func() {
			for n := 0; ; n++ {
				for i := w; i < len(ids); i += 4 {
					select {
					case <-over:
						return
					default:
					}
					value := fmt.Sprintf("%d/%d/%d", w, i, n)
					text, err := writer.Seal(value, staff.WebhookPurpose(ids[i]))
					if err == nil {
						err = b.exec(`UPDATE webhooks SET secret = $2 WHERE id = $1`, ids[i], text)
					}
					if err != nil {
						t.Error(err)
						return
					}
					last[i] = value
				}
			}
		})
	}
	for range 100 {
		_, err := b.Reseal(b.ctx, webhookSecrets, "new", both.Anew)
		require.NoError(t, err)
		for _, id := range ids {
			b.secret(both, id)
		}
	}
	close(over)
	all.Wait()
	_, err := b.Reseal(b.ctx, webhookSecrets, "new", both.Anew)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"new": len(ids)}, b.under())
	for i, id := range ids {
		if last[i] != "" {
			require.Equal(t, last[i], b.secret(keysOf(t, fresh), id), "no change is lost")
		}
	}
}

func TestSealingAnewWithAKeyThatFails(t *testing.T) {
	b := newBooks(t)
	b.hooks(keysOf(t, seal.NewKey("old")), 600)
	done, err := b.Reseal(b.ctx, webhookSecrets, "new", func(string, string) (string, error) { return "", errors.New("no") })
	require.NoError(t, err)
	require.Zero(t, done)
	require.Equal(t, map[string]int{"old": 600}, b.under())
}
