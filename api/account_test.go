package api_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/letter"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/seal"
)

// bureau is the API on a real Postgres, with its letters.
type bureau struct {
	*stage
	books *postgres.Store
	keys  seal.Keys
}

func newBureau(t *testing.T, edits ...func(*api.Options)) *bureau {
	t.Helper()
	b := &bureau{}
	var err error
	b.keys, err = seal.Parse(seal.NewKey("test"))
	require.NoError(t, err)
	var served *postgres.Store
	b.books, served, _ = openBooks(t)
	b.stage = newStage(t, append(edits, func(o *api.Options) { o.Store, o.Sealer = served, b.keys })...)
	require.NoError(t, b.books.CreateStaff(t.Context(), staff.Member{
		ID: support, FirstName: "Eva", LastName: "Staff", Email: "support@example.com", PasswordHash: "none", Permissions: []staff.Permission{staff.People},
	}))
	return b
}

// mail takes the letters that wait.
func (b *bureau) mail(t *testing.T) (list []letter.Letter) {
	t.Helper()
	due, err := b.books.DueLetters(t.Context(), 50, time.Hour)
	require.NoError(t, err)
	for _, e := range due {
		require.True(t, seal.Is(e.Content), "nobody reads it in the books")
		l, err := e.Open(b.keys.Open)
		require.NoError(t, err)
		require.NoError(t, b.books.LetterSent(t.Context(), e.ID))
		list = append(list, l)
	}
	return list
}

// one takes the only letter that waits.
func (b *bureau) one(t *testing.T, kind letter.Kind, to string) letter.Letter {
	t.Helper()
	list := b.mail(t)
	require.Len(t, list, 1)
	require.Equal(t, kind, list[0].Kind)
	require.Equal(t, to, list[0].To)
	return list[0]
}

func (b *bureau) post(t *testing.T, path, bearer string, body any) *httptest.ResponseRecorder {
	t.Helper()
	return b.do(t, "POST", path, bearer, body, "Accept-Language", "es")
}

func (b *bureau) ask(t *testing.T, email string) string {
	t.Helper()
	return body(t, b.post(t, "/v1/riders", "", map[string]any{
		"first_name": "Ana", "last_name": "Ruiz", "email": email, "password": pass, "phone": "+34600000000",
	}), 202)["id"].(string)
}

// citizen is a rider with an account and a session, made as an app makes one.
type citizen struct{ id, email, access, refresh string }

func (b *bureau) citizen(t *testing.T, email string) citizen {
	t.Helper()
	id := b.ask(t, email)
	made := body(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": id, "code": b.one(t, letter.Register, email).Code}), 201)
	session := b.login(t, "/v1/sessions", email, pass)
	return citizen{made["id"].(string), email, session["access_token"].(string), session["refresh_token"].(string)}
}

func TestRegister(t *testing.T) {
	b := newBureau(t)
	asked := body(t, b.post(t, "/v1/riders", "", map[string]any{
		"first_name": "Ana", "last_name": "Ruiz", "email": "Ana@Example.com", "password": pass,
	}), 202)
	require.Equal(t, "2026-11-23T12:30:00Z", asked["expires_at"])
	require.Equal(t, "2026-11-23T12:01:00Z", asked["resend_at"])
	problem(t, b.post(t, "/v1/sessions", "", map[string]any{"email": "ana@example.com", "password": pass}), 401, "credentials_wrong")

	l := b.one(t, letter.Register, "ana@example.com")
	require.Equal(t, "es", l.Language)
	require.Regexp(t, `^[0-9]{6}$`, l.Code)
	made := body(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": asked["id"], "code": l.Code[:3] + " " + l.Code[3:]}), 201)
	require.Equal(t, "ana@example.com", made["email"])
	require.Equal(t, "es", made["language"])
	require.NotContains(t, made, "phone")
	b.login(t, "/v1/sessions", "ana@example.com", pass)
	problem(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": asked["id"], "code": l.Code}), 422, "code_wrong")
	require.NotContains(t, b.log.String(), "xample.com")
	require.NotContains(t, b.log.String(), l.Code)
}

// Nobody learns from an answer whether an address has an account; its owner learns it from a mail.
func TestAnAddressThatHasAnAccount(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	masked := func(res *httptest.ResponseRecorder, status int) map[string]any {
		answer := body(t, res, status)
		require.NoError(t, uuid.Validate(answer["id"].(string)))
		delete(answer, "id")
		return answer
	}
	ask := func(email string) *httptest.ResponseRecorder {
		return b.post(t, "/v1/riders", "", map[string]any{"first_name": "Eva", "last_name": "Gil", "email": email, "password": "another password"})
	}
	first := ask("ANA@example.com")
	var given struct{ ID string }
	require.NoError(t, json.Unmarshal(first.Body.Bytes(), &given))
	require.Equal(t, masked(ask("new@example.com"), 202), masked(first, 202))
	mails := b.mail(t)
	require.Len(t, mails, 2)
	for _, l := range mails {
		require.Equal(t, l.To == "new@example.com", l.Kind == letter.Register)
		require.Equal(t, l.Kind == letter.Known, l.Code == "")
	}
	for range 7 {
		problem(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": given.ID, "code": "000000"}), 422, "code_wrong")
	}
	b.now = noon.Add(time.Minute)
	body(t, b.post(t, "/v1/codes/resend", "", map[string]any{"id": given.ID}), 202)
	b.one(t, letter.Known, "ana@example.com")
	b.login(t, "/v1/sessions", who.email, pass)

	// A password for an address without an account is asked for like any other.
	known := masked(b.post(t, "/v1/passwords/reset", "", map[string]any{"email": "ana@example.com"}), 202)
	require.Equal(t, known, masked(b.post(t, "/v1/passwords/reset", "", map[string]any{"email": "nobody@example.com"}), 202))
	b.one(t, letter.Reset, "ana@example.com")

	// And so is a change to it.
	eva := b.citizen(t, "eva@example.com")
	taken := masked(b.post(t, "/v1/me/email", eva.access, map[string]any{"email": "ana@example.com", "password": pass}), 202)
	require.Equal(t, taken, masked(b.post(t, "/v1/me/email", eva.access, map[string]any{"email": "free@example.com", "password": pass}), 202))
	require.Len(t, b.mail(t), 2)
}

func TestCodesAreTriedFiveTimesAndForHalfAnHour(t *testing.T) {
	b := newBureau(t)
	id := b.ask(t, "ana@example.com")
	l := b.one(t, letter.Register, "ana@example.com")
	wrong := "000000"
	if l.Code == wrong {
		wrong = "000001"
	}
	verify := func(id, code string) *httptest.ResponseRecorder {
		return b.post(t, "/v1/riders/verify", "", map[string]any{"id": id, "code": code})
	}
	var tries sync.WaitGroup // at once they are no more than five either
	for range 20 {
		tries.Go(func() { verify(id, wrong) })
	}
	tries.Wait()
	problem(t, verify(id, l.Code), 422, "code_wrong")
	b.now = noon.Add(2 * time.Minute)
	body(t, b.post(t, "/v1/codes/resend", "", map[string]any{"id": id}), 202)
	problem(t, verify(id, b.one(t, letter.Register, "ana@example.com").Code), 422, "code_wrong")

	other := b.ask(t, "ana@example.com")
	code := b.one(t, letter.Register, "ana@example.com").Code
	problem(t, verify(id, code), 422, "code_wrong")
	problem(t, verify(uuid.NewString(), code), 422, "code_wrong")
	problem(t, b.do(t, "PUT", "/v1/passwords/reset", "", map[string]any{"id": other, "code": code, "password": pass}), 422, "code_wrong")
	b.now = b.now.Add(rider.CodeLife)
	problem(t, verify(other, code), 422, "code_wrong")
	problem(t, b.post(t, "/v1/codes/resend", "", map[string]any{"id": other}), 422, "code_wrong")
}

func TestCodesAreMailedAgainSlowly(t *testing.T) {
	b := newBureau(t)
	id := b.ask(t, "ana@example.com")
	again := func() *httptest.ResponseRecorder {
		return b.post(t, "/v1/codes/resend", "", map[string]any{"id": id})
	}
	old := b.one(t, letter.Register, "ana@example.com").Code
	require.EqualValues(t, 60, problem(t, again(), 429, "code_too_soon")["retry_after"])
	require.Empty(t, b.mail(t))
	var latest string
	for range rider.CodesAnHour - 1 {
		b.now = b.now.Add(rider.CodePause)
		body(t, again(), 202)
		latest = b.one(t, letter.Register, "ana@example.com").Code
	}
	b.now = b.now.Add(rider.CodePause)
	problem(t, again(), 429, "code_too_soon")
	problem(t, b.post(t, "/v1/riders", "", map[string]any{"first_name": "A", "last_name": "R", "email": "ANA@example.com", "password": pass}), 429, "code_too_soon")
	problem(t, b.post(t, "/v1/passwords/reset", "", map[string]any{"email": "ana@example.com"}), 429, "code_too_soon")
	require.Empty(t, b.mail(t))
	if old != latest {
		problem(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": id, "code": old}), 422, "code_wrong")
	}
	body(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": id, "code": latest}), 201)
}

// Whoever types the code first has the address.
func TestTwoRegistrationsOfOneAddress(t *testing.T) {
	b := newBureau(t)
	one := b.ask(t, "ana@example.com")
	codeOne := b.one(t, letter.Register, "ana@example.com").Code
	two := b.ask(t, "Ana@example.com")
	codeTwo := b.one(t, letter.Register, "ana@example.com").Code
	body(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": two, "code": codeTwo}), 201)
	problem(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": one, "code": codeOne}), 409, "email_taken")
}

func TestRegisterRefuses(t *testing.T) {
	b := newBureau(t)
	for name, edit := range map[string]func(map[string]any){
		"short password": func(b map[string]any) { b["password"] = "ninechars" },
		"endless":        func(b map[string]any) { b["password"] = strings.Repeat("x", 201) },
		"no name":        func(b map[string]any) { b["first_name"] = "" },
		"bad phone":      func(b map[string]any) { b["phone"] = "600 000 000" },
		"language":       func(b map[string]any) { b["language"] = "de" },
		"unknown member": func(b map[string]any) { b["balance"] = 1000 },
		"suspended":      func(b map[string]any) { b["suspended"] = false },
	} {
		t.Run(name, func(t *testing.T) {
			sent := map[string]any{"first_name": "Ana", "last_name": "Ruiz", "email": "new@example.com", "password": pass}
			edit(sent)
			problem(t, b.post(t, "/v1/riders", "", sent), 422, "request_invalid")
		})
	}
	problem(t, b.post(t, "/v1/riders", "", map[string]any{
		"first_name": "Ana", "last_name": "Ruiz", "email": "Ana <ana@example.com>", "password": pass,
	}), 422, "email_invalid")
	require.Empty(t, b.mail(t))
}

func TestANewPassword(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	asked := body(t, b.post(t, "/v1/passwords/reset", "", map[string]any{"email": "ANA@example.com"}), 202)["id"]
	code := b.one(t, letter.Reset, "ana@example.com").Code
	reset := func(code string) *httptest.ResponseRecorder {
		return b.do(t, "PUT", "/v1/passwords/reset", "", map[string]any{"id": asked, "code": code, "password": "brand new password"})
	}
	problem(t, reset("AAAAA-AAAAA"), 422, "code_wrong")
	require.Equal(t, 204, reset(strings.ToLower(code)).Code)
	problem(t, reset(code), 422, "code_wrong")
	b.one(t, letter.PasswordChanged, "ana@example.com")

	problem(t, b.do(t, "GET", "/v1/me", who.access, nil), 401, "token_invalid")
	problem(t, b.post(t, "/v1/sessions/refresh", "", map[string]any{"refresh_token": who.refresh}), 401, "token_invalid")
	problem(t, b.post(t, "/v1/sessions", "", map[string]any{"email": who.email, "password": pass}), 401, "credentials_wrong")
	b.login(t, "/v1/sessions", who.email, "brand new password")
}

func TestChangeOfPassword(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	other := b.login(t, "/v1/sessions", who.email, pass)
	pending := body(t, b.post(t, "/v1/passwords/reset", "", map[string]any{"email": who.email}), 202)["id"]
	code := b.one(t, letter.Reset, who.email).Code
	change := func(old string) *httptest.ResponseRecorder {
		return b.do(t, "PUT", "/v1/me/password", who.access, map[string]any{"old": old, "new": "brand new password"})
	}
	problem(t, change("a wrong password"), 403, "password_wrong")
	require.Equal(t, 204, change(pass).Code)
	b.one(t, letter.PasswordChanged, who.email)
	body(t, b.do(t, "GET", "/v1/me", who.access, nil), 200)
	body(t, b.post(t, "/v1/sessions/refresh", "", map[string]any{"refresh_token": who.refresh}), 200)
	problem(t, b.do(t, "GET", "/v1/me", other["access_token"].(string), nil), 401, "token_invalid")
	problem(t, b.post(t, "/v1/sessions/refresh", "", map[string]any{"refresh_token": other["refresh_token"]}), 401, "token_invalid")
	problem(t, b.do(t, "PUT", "/v1/passwords/reset", "", map[string]any{"id": pending, "code": code, "password": pass}), 422, "code_wrong")
}

func TestChangeOfEmail(t *testing.T) {
	b := newBureau(t)
	who, eva := b.citizen(t, "ana@example.com"), b.citizen(t, "eva@example.com")
	problem(t, b.post(t, "/v1/me/email", who.access, map[string]any{"email": "new@example.com", "password": "a wrong password"}), 403, "password_wrong")
	problem(t, b.post(t, "/v1/me/email", who.access, map[string]any{"email": "new@example.com"}), 403, "proof_needed")
	id := body(t, b.post(t, "/v1/me/email", who.access, map[string]any{"email": "new@example.com", "password": pass}), 202)["id"]
	code := b.one(t, letter.ChangeEmail, "new@example.com").Code
	typed := map[string]any{"id": id, "code": code}
	problem(t, b.post(t, "/v1/me/email/verify", eva.access, typed), 422, "code_wrong")
	require.Equal(t, who.email, body(t, b.do(t, "GET", "/v1/me", who.access, nil), 200)["email"])

	reset := body(t, b.post(t, "/v1/passwords/reset", "", map[string]any{"email": who.email}), 202)["id"]
	resetCode := b.one(t, letter.Reset, who.email).Code
	require.Equal(t, "new@example.com", body(t, b.post(t, "/v1/me/email/verify", who.access, typed), 200)["email"])
	b.one(t, letter.EmailChanged, who.email)
	problem(t, b.do(t, "PUT", "/v1/passwords/reset", "", map[string]any{"id": reset, "code": resetCode, "password": pass}), 422, "code_wrong")
	b.login(t, "/v1/sessions", "new@example.com", pass)
	problem(t, b.post(t, "/v1/sessions", "", map[string]any{"email": who.email, "password": pass}), 401, "credentials_wrong")
	b.citizen(t, who.email) // it is free again
}

func TestChangeOfData(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	me := body(t, b.do(t, "PATCH", "/v1/me", who.access, map[string]any{"first_name": "Anna", "phone": "", "language": "en"}), 200)
	require.Equal(t, "Anna", me["first_name"])
	require.Equal(t, "Ruiz", me["last_name"])
	require.Equal(t, "en", me["language"])
	require.NotContains(t, me, "phone")
	for _, member := range []string{"email", "password", "suspended", "balance", "id"} {
		problem(t, b.do(t, "PATCH", "/v1/me", who.access, map[string]any{member: "x"}), 422, "request_invalid")
	}
	problem(t, b.do(t, "PATCH", "/v1/me", who.access, map[string]any{"phone": "600"}), 422, "request_invalid")
}

// An account without an address is one that another service opened.
func TestNoRideWithoutAnAddress(t *testing.T) {
	s := newStage(t)
	r := s.store.riders[ana]
	r.Email = ""
	s.store.riders[ana] = r
	problem(t, s.rent(t, ana, "key-1"), 403, "email_unverified")
	problem(t, s.asRider(t, "POST", "/v1/reservations", map[string]any{"qr": code}, "Idempotency-Key", "key-2"), 403, "email_unverified")
}

func TestLogOutEndsTheAccessTokenToo(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	require.Equal(t, 204, b.do(t, "DELETE", "/v1/sessions", "", map[string]any{"refresh_token": who.refresh}).Code)
	problem(t, b.do(t, "GET", "/v1/me", who.access, nil), 401, "token_invalid")
}

// Who asks for mails to somebody else's address spends their own, and not the owner's.
func TestNobodySpendsAnothersMails(t *testing.T) {
	b := newBureau(t, counted(t))
	who := b.citizen(t, "ana@example.com") // from 192.0.2.1, which is known from then on
	ask := func(from string) *httptest.ResponseRecorder {
		return b.do(t, "POST", "/v1/passwords/reset", "", map[string]any{"email": who.email}, "X-Forwarded-For", from)
	}
	b.now = noon.Add(2 * time.Hour)
	for range rider.CodesAnHour {
		body(t, ask("203.0.113.1"), 202)
	}
	b.now = b.now.Add(10 * time.Minute)
	res := ask("203.0.113.1")
	require.EqualValues(t, 50*60, problem(t, res, 429, "code_too_soon")["retry_after"])
	require.Equal(t, "3000", res.Header().Get("Retry-After"))
	for i := range rider.StrangersCodesAnHour - rider.CodesAnHour {
		body(t, ask(fmt.Sprintf("203.0.113.%d", 2+i)), 202)
	}
	require.EqualValues(t, 3*60, problem(t, ask("198.51.100.1"), 429, "code_too_soon")["retry_after"])
	b.mail(t)
	body(t, ask("192.0.2.1"), 202)
	b.one(t, letter.Reset, who.email)
	access := b.login(t, "/v1/sessions", who.email, pass)["access_token"].(string)
	asked := body(t, b.do(t, "POST", "/v1/me/proof", access, nil, "X-Forwarded-For", "198.51.100.1"), 202)
	b.one(t, letter.ProveSelf, who.email)
	b.now = b.now.Add(rider.CodePause)
	body(t, b.do(t, "POST", "/v1/codes/resend", "", map[string]any{"id": asked["id"]}, "X-Forwarded-For", "198.51.100.1"), 202)
	b.one(t, letter.ProveSelf, who.email)
	b.now = b.now.Add(-rider.CodePause)
	body(t, b.do(t, "POST", "/v1/passwords/reset", "", map[string]any{"email": "eva@example.com"}, "X-Forwarded-For", "203.0.113.1"), 202)
	b.now = b.now.Add(50 * time.Minute)
	body(t, ask("203.0.113.1"), 202)
}

// However many strangers ask for mails to an address, its owner is mailed a code within minutes, and the mailbox not flooded.
func TestStrangersShutNoAddress(t *testing.T) {
	b := newBureau(t, counted(t))
	const email = "ana@example.com"
	ask := func(from string) *httptest.ResponseRecorder {
		return b.do(t, "POST", "/v1/passwords/reset", "", map[string]any{"email": email}, "X-Forwarded-For", from)
	}
	for i := range 4 {
		for range rider.CodesAnHour {
			body(t, ask(fmt.Sprintf("203.0.113.%d", i)), 202)
		}
	}
	register := func() *httptest.ResponseRecorder {
		return b.do(t, "POST", "/v1/riders", "", map[string]any{
			"first_name": "Ana", "last_name": "Ruiz", "email": email, "password": pass,
		}, "X-Forwarded-For", "198.51.100.1")
	}
	wait := problem(t, register(), 429, "code_too_soon")["retry_after"].(float64)
	require.LessOrEqual(t, wait, rider.StrangersPause.Seconds())
	b.now = b.now.Add(time.Duration(wait) * time.Second)
	problem(t, ask("203.0.113.0"), 429, "code_too_soon") // who had theirs takes none of it
	id := body(t, register(), 202)["id"]
	code := b.one(t, letter.Register, email).Code
	mails := 0
	for i := range 240 { // another two hours of asking, from a new address every time
		b.now = b.now.Add(30 * time.Second)
		if ask(fmt.Sprintf("203.0.114.%d", i)).Code == 202 {
			mails++
		}
		if i == 30 {
			body(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": id, "code": code}), 201)
		}
	}
	require.LessOrEqual(t, mails, 2*rider.StrangersCodesAnHour+2)
}

// Whoever has stolen a token spends no mails of the owner, who is logged in elsewhere.
func TestAThiefSpendsNoMailsOfTheOwner(t *testing.T) {
	b := newBureau(t, counted(t, func(l *config.Limits) { l.CodeAccount = hourly(7) }))
	who := b.citizen(t, "ana@example.com")
	own := b.login(t, "/v1/sessions", who.email, pass)["access_token"].(string)
	for range rider.CodesAnHour {
		body(t, b.post(t, "/v1/me/proof", who.access, nil), 202)
	}
	problem(t, b.post(t, "/v1/me/proof", who.access, nil), 429, "code_too_soon")
	b.post(t, "/v1/me/proof", who.access, nil)
	problem(t, b.post(t, "/v1/me/proof", who.access, nil), 429, "too_many_requests")
	body(t, b.post(t, "/v1/me/proof", own, nil), 202)
}

// What looks the same is the same, at every door, and what can't be read is refused before the books see it.
func TestWhatPeopleWriteOfThemselves(t *testing.T) {
	b := newBureau(t)
	sent := func(member, text string) map[string]any {
		out := map[string]any{"first_name": "Ana", "last_name": "Ruiz", "email": "new@example.com", "password": pass}
		out[member] = text
		return out
	}
	for _, name := range []string{"\x00", "Ana\x00", " ", "\u3164", "A\u202eanA", "Ana\nRuiz"} {
		for _, member := range []string{"first_name", "last_name"} {
			p := problem(t, b.post(t, "/v1/riders", "", sent(member, name)), 422, "request_invalid")
			require.Contains(t, fmt.Sprint(p["errors"]), "se esperan de 1 a 80 caracteres legibles", "%q", name)
		}
	}
	for _, email := range []string{"ana@localhost", "ana@exa_mple.com", "ana\x00@example.com", "a\u202ena@example.com"} {
		problem(t, b.post(t, "/v1/riders", "", sent("email", email)), 422, "email_invalid")
		problem(t, b.post(t, "/v1/passwords/reset", "", map[string]any{"email": email}), 422, "email_invalid")
		problem(t, b.post(t, "/v1/sessions", "", map[string]any{"email": email, "password": pass}), 401, "credentials_wrong")
	}
	for password, code := range map[string]string{"password1234": "password_weak", "newnewnewnew": "password_weak", "correct\x00 horse battery": "password_unreadable"} {
		problem(t, b.post(t, "/v1/riders", "", sent("password", password)), 422, code)
	}
	require.Empty(t, b.mail(t))

	asked := body(t, b.post(t, "/v1/riders", "", map[string]any{
		"first_name": " Jose\u0301  Luis ", "last_name": "Ruiz", "email": " JOSE\u0301@EXAMPLE.com ", "password": "contrasen\u0303a de mi perro",
	}), 202)
	l := b.one(t, letter.Register, "jos\u00e9@example.com")
	made := body(t, b.post(t, "/v1/riders/verify", "", map[string]any{"id": asked["id"], "code": l.Code}), 201)
	require.Equal(t, "Jos\u00e9 Luis", made["first_name"])
	access := b.login(t, "/v1/sessions", "Jos\u00c9@example.COM\n", "contrase\u00f1a de mi perro")["access_token"].(string)
	changed := body(t, b.do(t, "PATCH", "/v1/me", access, map[string]any{"first_name": "Ana\u0301"}), 200)
	require.Equal(t, "An\u00e1", changed["first_name"])
	problem(t, b.do(t, "PATCH", "/v1/me", access, map[string]any{"last_name": "\x00"}), 422, "request_invalid")
	problem(t, b.do(t, "PUT", "/v1/me/password", access, map[string]any{"old": "contrasen\u0303a de mi perro", "new": "jos\u00e9@example.com1"}), 422, "password_weak")
	require.Equal(t, 204, b.do(t, "PUT", "/v1/me/password", access, map[string]any{"old": "contrasen\u0303a de mi perro", "new": "brand new password"}).Code)
}
