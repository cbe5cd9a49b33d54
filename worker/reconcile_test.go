package worker_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/activities"
	"rodada/broker"
	"rodada/domain/credential"
	"rodada/internal/testkit"
	"rodada/providers/brokeraccounts"
	"rodada/seal"
	"rodada/worker"
)

// books are the credentials of a fleet.
type books struct {
	activities.CredentialStore
	all []credential.Holder
}

func (b books) CredentialHolders(_ context.Context, plate string) ([]credential.Holder, error) {
	var found []credential.Holder
	for _, h := range b.all {
		if plate == "" || h.Plates[0] == plate {
			found = append(found, h)
		}
	}
	return found, nil
}

func TestABrokerThatLostItsAccounts(t *testing.T) {
	at := testkit.Broker(t).Addresses()
	accounts, err := brokeraccounts.Dial(broker.Options{
		URL: at.MQTT, Username: at.MQTTUser, Password: at.MQTTPassword, Log: slog.New(slog.DiscardHandler),
	}, brokeraccounts.Topics{Bike: "bike", Other: "o"})
	require.NoError(t, err)
	defer accounts.Close()
	keys, err := seal.Parse(seal.NewKey("k"))
	require.NoError(t, err)
	var b books
	for _, name := range []string{"u1", "u2", "u3"} {
		sealed, err := keys.Seal("secret of "+name, credential.Purpose(name))
		require.NoError(t, err)
		b.all = append(b.all, credential.Holder{
			Credential: credential.Credential{ID: name, Username: name, Sealed: sealed, State: credential.Active}, Plates: []string{"P-" + name},
		})
	}
	c := &activities.Credentials{Store: b, Accounts: worker.Accounts{Broker: accounts}, Safe: keys}
	require.NoError(t, worker.Accounts{Broker: accounts}.Put(t.Context(), "u2", "secret of u2", []string{"P-u2"}))
	require.NoError(t, worker.Accounts{Broker: accounts}.Put(t.Context(), "by-hand", "x", []string{"P-x"}))
	for _, want := range []int{2, 0} {
		helped, err := worker.Reconcile(t.Context(), accounts, b, c)
		require.NoError(t, err)
		require.Equal(t, want, helped)
	}
	listed, err := accounts.List(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 4)
	for _, a := range listed {
		if a.User != "by-hand" {
			require.Equal(t, []string{"P-" + a.User}, a.Numbers)
		}
	}

	require.NoError(t, worker.Accounts{Broker: accounts}.Suspend(t.Context(), "nobody", true), "who is unknown comes in nowhere as it is")
	require.NoError(t, worker.Accounts{Broker: accounts}.Release(t.Context(), "P-u1"))
	require.NoError(t, worker.Accounts{Broker: accounts}.Remove(t.Context(), "nobody"))
	c.Safe = seal.Keys{}
	b.all[0].Username = "u4"
	_, err = worker.Reconcile(t.Context(), accounts, b, c)
	require.ErrorContains(t, err, "P-u1")
}

// A name that another scooter has at the broker already keeps its owner, and the scooter behind it does not wait for that.
func TestAnAccountOfAnotherScooterStays(t *testing.T) {
	at := testkit.Broker(t).Addresses()
	accounts, err := brokeraccounts.Dial(broker.Options{
		URL: at.MQTT, Username: at.MQTTUser, Password: at.MQTTPassword, Log: slog.New(slog.DiscardHandler),
	}, brokeraccounts.Topics{Bike: "bike", Other: "o"})
	require.NoError(t, err)
	defer accounts.Close()
	keys, err := seal.Parse(seal.NewKey("k"))
	require.NoError(t, err)
	holder := func(name, plate string) credential.Holder {
		sealed, err := keys.Seal("secret of "+name, credential.Purpose(name))
		require.NoError(t, err)
		return credential.Holder{
			Credential: credential.Credential{ID: name, Username: name, Sealed: sealed, State: credential.Bootstrap}, Plates: []string{plate},
		}
	}
	require.NoError(t, accounts.Put(t.Context(), brokeraccounts.Account{User: "taken", Password: "its own", Numbers: []string{"P2"}}))
	b := books{all: []credential.Holder{holder("taken", "P1"), holder("u1", "P1"), holder(at.MQTTUser, "P3"), holder("u4", "P4")}}
	c := &activities.Credentials{Store: b, Accounts: worker.Accounts{Broker: accounts}, Safe: keys}
	helped, err := worker.Reconcile(t.Context(), accounts, b, c)
	require.Error(t, err)
	require.Equal(t, 1, helped)
	users, err := worker.Accounts{Broker: accounts}.Users(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"taken": {"P2"}, "u4": {"P4"}}, users)
}
