package activities_test

import (
	"context"
	"errors"
	stdmaps "maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/credential"
	"rodada/protocol"
	"rodada/seal"
)

// registry is the books of one scooter's credentials, and a broker that writes down what it is told.
type registry struct {
	all  []credential.Credential
	told []string
	// known are the accounts of the broker that the books do not know, with their plates.
	known map[string][]string
	err   error
}

func (r *registry) CredentialHolders(context.Context, string) ([]credential.Holder, error) {
	var live []credential.Holder
	for _, c := range r.all {
		if c.State != credential.Revoked {
			live = append(live, credential.Holder{Credential: c, Plates: []string{"12AB"}})
		}
	}
	return live, r.err
}

func (r *registry) Credentials(context.Context, string) ([]credential.Credential, error) {
	return r.all, r.err
}

func (r *registry) IssueCredential(_ context.Context, _ string, c credential.Credential) (credential.Credential, error) {
	for _, known := range r.all {
		if known.State == credential.Issued {
			return known, r.err
		}
	}
	c.State = credential.Issued
	r.all = append(r.all, c)
	return c, r.err
}

func (r *registry) ActivateCredential(_ context.Context, _, id string) error {
	for i, c := range r.all {
		r.all[i].State = credential.Revoked
		if c.ID == id {
			r.all[i].State = credential.Active
		}
	}
	return r.err
}

func (r *registry) tell(what string) error {
	r.told = append(r.told, what)
	return r.err
}

func (r *registry) Put(_ context.Context, username, password string, plates []string) error {
	return r.tell("put " + username + " " + password + " " + plates[0])
}

func (r *registry) Add(_ context.Context, username, password string, plates []string) error {
	return r.tell("add " + username + " " + password + " " + plates[0])
}

func (r *registry) Allow(_ context.Context, username string, plates []string) error {
	return r.tell("allow " + username + " " + strings.Join(plates, "+"))
}

func (r *registry) Users(context.Context) (map[string][]string, error) {
	users := map[string][]string{}
	for _, c := range r.all {
		users[c.Username] = []string{"12AB"}
	}
	stdmaps.Copy(users, r.known)
	return users, r.err
}

func (r *registry) Suspend(_ context.Context, username string, suspended bool) error {
	if suspended {
		return r.tell("suspend " + username)
	}
	return r.tell("restore " + username)
}

func (r *registry) Remove(_ context.Context, username string) error {
	return r.tell("remove " + username)
}
func (r *registry) Release(_ context.Context, plate string) error { return r.tell("release " + plate) }

func newCredentials(t *testing.T) (*activities.Credentials, *registry, seal.Keys) {
	t.Helper()
	keys, err := seal.Parse(seal.NewKey("k"))
	require.NoError(t, err)
	sealed, err := keys.Seal("boot-secret", credential.Purpose("boot"))
	require.NoError(t, err)
	r := &registry{all: []credential.Credential{{ID: "boot", Username: "12AB", Sealed: sealed, State: credential.Bootstrap}}}
	return &activities.Credentials{
		Store: r, Accounts: r, Safe: keys, Server: activities.Server{Host: "mqtt.example", Port: 8883},
	}, r, keys
}

// The command that tells a box its credential is sealed as the sending activity opens it, and the same however often.
func TestIssue(t *testing.T) {
	c, r, keys := newCredentials(t)
	var before map[string]string
	for range 2 {
		issued, err := c.Issue(t.Context(), activities.ProvideInput{Plate: "12AB"})
		require.NoError(t, err)
		require.Equal(t, protocol.SetServer, issued.Command.Code)
		require.Equal(t, 8883, issued.Command.Args["port"])
		opened := map[string]string{}
		for _, name := range []string{"host", "username", "password"} {
			text := issued.Command.Args[name].(string)
			require.True(t, seal.Is(text))
			opened[name], err = keys.Open(text, command.Purpose("12AB", int(protocol.SetServer), name))
			require.NoError(t, err)
		}
		require.Equal(t, "mqtt.example", opened["host"])
		require.NoError(t, credential.Check(opened["username"], opened["password"]))
		require.True(t, before == nil || before["password"] == opened["password"], "the box may have it already")
		before = opened
		require.Equal(t, "add "+opened["username"]+" "+opened["password"]+" 12AB", r.told[len(r.told)-1])
	}
	require.Len(t, r.all, 2)
}

func TestFromOneCredentialToTheOther(t *testing.T) {
	c, r, _ := newCredentials(t)
	for anew, want := range map[bool]string{false: "add 12AB boot-secret 12AB", true: "put 12AB boot-secret 12AB"} {
		n, err := c.Provide(t.Context(), activities.ProvideInput{Plate: "12AB", Anew: anew})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, want, r.told[len(r.told)-1])
	}
	issued, err := c.Issue(t.Context(), activities.ProvideInput{Plate: "12AB"})
	require.NoError(t, err)
	own := activities.CredentialInput{Plate: "12AB", ID: issued.ID}
	r.told = nil
	require.NoError(t, c.SuspendOthers(t.Context(), own))
	require.NoError(t, c.RestoreOthers(t.Context(), own))
	require.NoError(t, c.Activate(t.Context(), own))
	require.Equal(t, []string{"suspend 12AB", "restore 12AB", "remove 12AB"}, r.told)

	r.told = nil
	known, err := c.SetNumbers(t.Context(), activities.NumbersInput{Plate: "12AB", For: []string{"34CD"}, Release: "12AB"})
	require.NoError(t, err)
	require.True(t, known)
	require.Contains(t, r.told, "allow "+r.all[1].Username+" 34CD")
	require.Equal(t, "release 12AB", r.told[len(r.told)-1])
	r.all = nil
	known, err = c.SetNumbers(t.Context(), activities.NumbersInput{Plate: "12AB", For: []string{"34CD"}})
	require.NoError(t, err)
	require.False(t, known)
}

// A key that is missing is waited for; a broker or books that are away are tried again.
func TestCredentialsThatCantBe(t *testing.T) {
	c, r, _ := newCredentials(t)
	away := errors.New("connection refused")
	r.err = away
	_, err := c.Provide(t.Context(), activities.ProvideInput{Plate: "12AB"})
	require.ErrorIs(t, err, away)
	require.ErrorIs(t, c.SuspendOthers(t.Context(), activities.CredentialInput{Plate: "12AB"}), away)
	r.err = nil
	c.Safe = seal.Keys{}
	calls := map[string]func() error{
		"provide": func() error {
			_, err := c.Provide(t.Context(), activities.ProvideInput{Plate: "12AB"})
			return err
		},
		"issue": func() error {
			_, err := c.Issue(t.Context(), activities.ProvideInput{Plate: "12AB"})
			return err
		},
		"numbers": func() error {
			_, err := c.SetNumbers(t.Context(), activities.NumbersInput{Plate: "12AB", For: []string{"x"}})
			return err
		},
	}
	for name, call := range calls {
		var app *temporal.ApplicationError
		require.ErrorAs(t, call(), &app, name)
		require.Equal(t, credential.ErrNoKey.Code, app.Type())
		require.False(t, app.NonRetryable())
	}
}

// What the broker let speak for the plate before the books knew of it is suspended and ends as what they know. Another scooter's
// account is never touched.
func TestAccountsThatTheBooksDoNotKnow(t *testing.T) {
	c, r, _ := newCredentials(t)
	r.known = map[string][]string{"factory": {"12AB"}, "another": {"56EF"}}
	issued, err := c.Issue(t.Context(), activities.ProvideInput{Plate: "12AB"})
	require.NoError(t, err)
	own := activities.CredentialInput{Plate: "12AB", ID: issued.ID}
	r.told = nil
	require.NoError(t, c.SuspendOthers(t.Context(), own))
	require.NoError(t, c.RestoreOthers(t.Context(), own))
	require.NoError(t, c.Activate(t.Context(), own))
	require.Equal(t, []string{"suspend 12AB", "suspend factory", "restore 12AB", "restore factory", "remove 12AB", "remove factory"}, r.told)

	r.told, r.known = nil, map[string][]string{"factory": {"12AB"}, "another": {"56EF"}}
	_, err = c.SetNumbers(t.Context(), activities.NumbersInput{Plate: "12AB", For: []string{"34CD"}})
	require.NoError(t, err)
	require.Contains(t, r.told, "allow factory 34CD")
	for _, told := range r.told {
		require.NotContains(t, told, "another")
	}

	r.known = map[string][]string{"all-of-them": {"12AB", "56EF"}}
	r.told = nil
	require.Error(t, c.SuspendOthers(t.Context(), own), "another's box may be logged in with it")
	require.NotContains(t, r.told, "suspend all-of-them")
}
