package postgres_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/rider"
)

// newcomer is the account that somebody unknown gets.
func newcomer(email string) rider.Rider {
	return rider.Rider{ID: uuid.NewString(), FirstName: "Ana", Email: email, Language: "es", CreatedAt: today}
}

// enter is a log-in of another service.
func (b *books) enter(service, subject, email string) (rider.Rider, error) {
	i := rider.Identity{Service: service, Subject: subject, Email: email}
	return b.EnterLogin(b.ctx, i, newcomer(email), linkLetter())
}

func linkLetter() letter.Envelope {
	return letter.Envelope{ID: uuid.NewString(), Kind: letter.LoginLinked, Language: "es", Content: "x"}
}

func TestALoginOpensOneAccount(t *testing.T) {
	b := newBooks(t)
	first, err := b.enter("x", "7", "")
	require.NoError(t, err)
	require.Empty(t, first.Email)
	again, err := b.enter("x", "7", "ana@example.org")
	require.NoError(t, err)
	require.Equal(t, first, again, "an address that a service verifies later changes nothing")
	other, err := b.enter("google", "7", "")
	require.NoError(t, err)
	require.NotEqual(t, first.ID, other.ID, "another service's 7 is somebody else")
	require.Zero(t, b.count(`SELECT count(*) FROM letters`))

	links, err := b.Links(b.ctx, first.ID)
	require.NoError(t, err)
	require.Len(t, links, 1)
	require.Equal(t, rider.Link{Service: "x", Subject: "7", LinkedAt: links[0].LinkedAt}, links[0])
}

func TestAVerifiedAddressLinks(t *testing.T) {
	b := newBooks(t)
	who := b.rider()
	got, err := b.enter("google", "7", strings.ToUpper(who.Email))
	require.NoError(t, err)
	require.Equal(t, who.ID, got.ID)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM letters WHERE rider_id = $1 AND kind = 'login_linked'`, who.ID))
	_, err = b.enter("google", "7", who.Email)
	require.NoError(t, err)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM letters`), "told once")

	// The address has come to somebody else at that service, who is not let into the account.
	_, err = b.enter("google", "8", who.Email)
	require.ErrorIs(t, err, rider.ErrLoginTwice)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM rider_logins`))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM letters`))
}

func TestSuspendedRidersAreNotLinked(t *testing.T) {
	b := newBooks(t)
	who := b.rider()
	_, err := b.Suspend(b.ctx, who.ID, "left it in the river", letter.Envelope{})
	require.NoError(t, err)
	_, err = b.enter("google", "7", who.Email)
	require.ErrorIs(t, err, rider.ErrSuspended)
	require.Zero(t, b.count(`SELECT count(*) FROM rider_logins`)+b.count(`SELECT count(*) FROM letters`))
}

// However many first log-ins of one person come at once, and with whatever address of an account that is just being made, there is one.
func TestFirstLoginsAtOnce(t *testing.T) {
	b := newBooks(t)
	ids := sync.Map{}
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			r, err := b.enter([]string{"google", "acme"}[n%2], "7", "ana@example.org")
			if err == nil {
				ids.Store(r.ID, true)
			}
			require.NoError(t, err)
		})
	}
	all.Wait()
	count := 0
	ids.Range(func(any, any) bool { count++; return true })
	require.Equal(t, 1, count)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM riders`))
	require.Equal(t, 2, b.count(`SELECT count(*) FROM rider_logins`))
}

func TestLinking(t *testing.T) {
	b := newBooks(t)
	ana, eva := b.rider(), b.rider()
	i := rider.Identity{Service: "x", Subject: "7"}
	require.NoError(t, b.LinkLogin(b.ctx, ana.ID, i, linkLetter()))
	require.NoError(t, b.LinkLogin(b.ctx, ana.ID, i, linkLetter()))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM letters`))
	require.ErrorIs(t, b.LinkLogin(b.ctx, eva.ID, i, linkLetter()), rider.ErrLoginTaken)
	require.ErrorIs(t, b.LinkLogin(b.ctx, ana.ID, rider.Identity{Service: "x", Subject: "8"}, linkLetter()), rider.ErrLoginTwice)
	got, err := b.enter("x", "7", "")
	require.NoError(t, err)
	require.Equal(t, ana.ID, got.ID)

	require.NoError(t, b.DeleteRider(b.ctx, ana.ID, money.Amount{}, letter.Envelope{}))
	require.Zero(t, b.count(`SELECT count(*) FROM rider_logins`))
	require.ErrorIs(t, b.LinkLogin(b.ctx, ana.ID, i, linkLetter()), rider.ErrToken)
	got, err = b.enter("x", "7", "")
	require.NoError(t, err)
	require.NotEqual(t, ana.ID, got.ID)
}

func TestTheLastWayInStays(t *testing.T) {
	b := newBooks(t)
	who, err := b.enter("x", "7", "")
	require.NoError(t, err)
	require.ErrorIs(t, b.UnlinkLogin(b.ctx, who.ID, "x", ""), rider.ErrLoginLast)
	require.ErrorIs(t, b.UnlinkLogin(b.ctx, who.ID, "google", ""), rider.ErrLoginUnknown)

	for range 8 { // of two that are removed at once, one stays
		require.NoError(t, b.LinkLogin(b.ctx, who.ID, rider.Identity{Service: "x", Subject: "7"}, letter.Envelope{}))
		require.NoError(t, b.LinkLogin(b.ctx, who.ID, rider.Identity{Service: "google", Subject: "7"}, letter.Envelope{}))
		var kept atomic.Int32
		var both sync.WaitGroup
		for _, service := range []string{"x", "google"} {
			both.Go(func() {
				if b.UnlinkLogin(b.ctx, who.ID, service, "") != nil {
					kept.Add(1)
				}
			})
		}
		both.Wait()
		require.EqualValues(t, 1, kept.Load())
		require.Equal(t, 1, b.count(`SELECT count(*) FROM rider_logins`))
	}

	require.NoError(t, b.ChangePassword(b.ctx, who.ID, "hash", "", letter.Envelope{}))
	links, err := b.Links(b.ctx, who.ID)
	require.NoError(t, err)
	require.NoError(t, b.UnlinkLogin(b.ctx, who.ID, links[0].Service, ""))
}

func TestUnlinkingEndsOtherSessions(t *testing.T) {
	b := newBooks(t)
	mine := b.session("1")
	other := rider.Session{Family: uuid.NewString(), Hash: hash("2"), Subject: mine.Subject, Audience: rider.ForRiders, ExpiresAt: tomorrow}
	require.NoError(t, b.OpenSession(b.ctx, other))
	require.NoError(t, b.LinkLogin(b.ctx, mine.Subject, rider.Identity{Service: "x", Subject: "7"}, letter.Envelope{}))
	require.NoError(t, b.UnlinkLogin(b.ctx, mine.Subject, "x", mine.Family))
	require.ErrorIs(t, b.rotate("2", "3", today), rider.ErrToken)
	require.NoError(t, b.rotate("1", "4", today))
}

// Somebody who leaves and logs in at the same moment either comes in before or is somebody new.
func TestEnteringAgainstLeaving(t *testing.T) {
	b := newBooks(t)
	for range 12 {
		who, err := b.enter("x", "7", "")
		require.NoError(t, err)
		var got rider.Rider
		var both sync.WaitGroup
		both.Go(func() { require.NoError(t, b.DeleteRider(b.ctx, who.ID, money.Amount{}, letter.Envelope{})) })
		both.Go(func() {
			var err error
			got, err = b.enter("x", "7", "")
			require.NoError(t, err)
		})
		both.Wait()
		require.Zero(t, b.count(`SELECT count(*) FROM rider_logins l JOIN riders r ON r.id = l.rider_id WHERE r.deleted_at IS NOT NULL`))
		if got.ID != who.ID {
			require.NoError(t, b.DeleteRider(b.ctx, got.ID, money.Amount{}, letter.Envelope{}))
		}
	}
}

func flow() rider.LoginFlow {
	return rider.LoginFlow{
		State: hash("state"), Browser: hash("browser"), Service: "x", Challenge: "challenge", ExpiresAt: today.Add(rider.LoginLife),
	}
}

func TestALoginIsFinishedOnceAndWhereItWasBegun(t *testing.T) {
	b := newBooks(t)
	require.NoError(t, b.BeginLogin(b.ctx, flow(), today))
	for name, edit := range map[string]func(*rider.LoginFlow){
		"another browser": func(f *rider.LoginFlow) { f.Browser = hash("other") },
		"no browser":      func(f *rider.LoginFlow) { f.Browser = nil },
		"another service": func(f *rider.LoginFlow) { f.Service = "google" },
		"another state":   func(f *rider.LoginFlow) { f.State = hash("other") },
	} {
		f := flow()
		edit(&f)
		_, err := b.TakeLogin(b.ctx, f, today)
		require.ErrorIs(t, err, rider.ErrLoginLost, name)
	}
	_, err := b.TakeLogin(b.ctx, flow(), today.Add(rider.LoginLife))
	require.ErrorIs(t, err, rider.ErrLoginLost, "too late")

	var taken atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if challenge, err := b.TakeLogin(b.ctx, flow(), today); err == nil && challenge == "challenge" {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, taken.Load())
}

func TestACodeIsFetchedOnceByTheAppThatBegan(t *testing.T) {
	b := newBooks(t)
	c := rider.LoginCode{
		Hash: hash("code"), Challenge: "challenge", ExpiresAt: today.Add(rider.LoginCodeLife),
		Identity: rider.Identity{Service: "x", Subject: "7", Email: "ana@example.org", FirstName: "Ana", LastName: "Ruiz"},
	}
	for name, try := range map[string]struct {
		challenge string
		at        time.Time
	}{
		"another app": {"other", today},
		"no app":      {"", today},
		"too late":    {"challenge", today.Add(rider.LoginCodeLife)},
	} {
		require.NoError(t, b.KeepLogin(b.ctx, c))
		_, err := b.FetchLogin(b.ctx, c.Hash, try.challenge, try.at)
		require.ErrorIs(t, err, rider.ErrLoginCode, name)
		_, err = b.FetchLogin(b.ctx, c.Hash, "challenge", today)
		require.ErrorIs(t, err, rider.ErrLoginCode, "a thief had one try: "+name)
	}
	require.NoError(t, b.KeepLogin(b.ctx, c))
	var fetched atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if i, err := b.FetchLogin(b.ctx, c.Hash, "challenge", today); err == nil && i == c.Identity {
				fetched.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, fetched.Load())
}

func TestUnfinishedLoginsAreForgotten(t *testing.T) {
	b := newBooks(t)
	require.NoError(t, b.BeginLogin(b.ctx, flow(), today))
	require.NoError(t, b.KeepLogin(b.ctx, rider.LoginCode{Hash: hash("code"), ExpiresAt: today, Identity: rider.Identity{Service: "x", Subject: "7"}}))
	next := flow()
	next.State, next.ExpiresAt = hash("next"), today.Add(time.Hour)
	require.NoError(t, b.BeginLogin(b.ctx, next, today.Add(rider.LoginLife+time.Second)))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM login_flows`))
	require.Zero(t, b.count(`SELECT count(*) FROM login_codes`))
}
