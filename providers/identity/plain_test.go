package identity_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
)

func TestWhoSomebodyIsToFacebookAndX(t *testing.T) {
	w := newWorld(t)
	for want, s := range map[rider.Identity]loginService{
		{Service: "facebook", Subject: "ana-1", FirstName: "Ana", LastName: "Ruiz de la Torre"}: w.facebook(),
		{Service: "x", Subject: "ana-1", FirstName: "Ana", LastName: "Ruiz"}:                    w.x(),
	} {
		got, err := identify(t, s, ana)
		require.NoError(t, err)
		require.Equal(t, want, got, "an address that it names counts for nothing")
	}
}

func TestTheyAreAskedForNoMoreThanNeeded(t *testing.T) {
	w := newWorld(t)
	for scope, s := range map[string]loginService{"public_profile": w.facebook(), "users.read tweet.read": w.x()} {
		address, err := s.Begin(t.Context(), keys())
		require.NoError(t, err)
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Equal(t, scope, u.Query().Get("scope"))
		require.Equal(t, "S256", u.Query().Get("code_challenge_method"))
		require.NotContains(t, address, "secret")
	}
}

func TestPlainAnswersThatAreNotTaken(t *testing.T) {
	w := newWorld(t)
	for me, s := range map[string]loginService{"/facebook/me": w.facebook(), "/x/users/me": w.x()} {
		k := keys()
		a := consent(t, s, ana, k)
		stolen := k
		stolen.Verifier = keys().Verifier
		_, err := s.Identify(t.Context(), consent(t, s, ana, k), stolen)
		require.ErrorIs(t, err, rider.ErrLoginFailed, "a code without its verifier")
		_, err = s.Identify(t.Context(), a, k)
		require.NoError(t, err)
		_, err = s.Identify(t.Context(), a, k)
		require.ErrorIs(t, err, rider.ErrLoginFailed, "a code is good once")

		for name, change := range map[string]func(map[string]any){
			"nobody":   func(answer map[string]any) { clear(answer) },
			"a number": func(answer map[string]any) { answer["id"], answer["data"] = 7, 7 },
			"a path":   func(answer map[string]any) { answer["id"], answer["data"] = "a b", map[string]any{"id": "ñ"} },
		} {
			w.altered(t, me, change)
			_, err := identify(t, s, ana)
			require.ErrorIs(t, err, rider.ErrLoginFailed, name)
		}
		w.altered(t, "/token", func(answer map[string]any) { answer["access_token"] = "other" })
		_, err = identify(t, s, ana)
		require.ErrorIs(t, err, rider.ErrLoginFailed, "a token of nobody")
		w.change.Store(nil)
	}
}

func TestAPlainServiceThatIsAway(t *testing.T) {
	w := newWorld(t)
	s, k := w.facebook(), keys()
	a := consent(t, s, ana, k)
	w.Kill()
	_, err := s.Identify(t.Context(), a, k)
	require.ErrorIs(t, err, rider.ErrLoginAway)
}
