package identity

import (
	"context"
	"encoding/json"
	"strings"

	"golang.org/x/oauth2"

	"rodada/domain/person"
	"rodada/domain/rider"
)

// Addresses are where a service of its own kind answers.
type Addresses struct {
	Authorize string // where browsers are sent
	Token     string // where codes become tokens
	Me        string // who the bearer of a token is
}

// Plain is a service that speaks OAuth 2.0 and says who somebody is in a way of its own. It vouches for no address.
type Plain struct {
	service
	config oauth2.Config
	me     string
	read   func(answer []byte) (somebody, error)
}

// somebody is a person as a service describes them.
type somebody struct{ id, firstName, lastName, name string }

// Facebook is Facebook. It is asked for no more than names: what it says of addresses counts for nothing here.
func Facebook(o Options, at Addresses, id, secret string) *Plain {
	s := &Plain{service: o.service("facebook", "Facebook"), config: o.config("facebook", id, secret, "public_profile"), me: at.Me}
	s.config.Endpoint = oauth2.Endpoint{AuthURL: at.Authorize, TokenURL: at.Token, AuthStyle: oauth2.AuthStyleInParams}
	s.read = func(answer []byte) (somebody, error) {
		var said struct {
			ID        string `json:"id"`
			FirstName string `json:"first_name"`
			LastName  string `json:"last_name"`
			Name      string `json:"name"`
		}
		err := json.Unmarshal(answer, &said)
		return somebody{said.ID, said.FirstName, said.LastName, said.Name}, err
	}
	return s
}

// X is X, once Twitter. It gives out who somebody is only with the right to read posts.
func X(o Options, at Addresses, id, secret string) *Plain {
	s := &Plain{service: o.service("x", "X"), config: o.config("x", id, secret, "users.read", "tweet.read"), me: at.Me}
	s.config.Endpoint = oauth2.Endpoint{AuthURL: at.Authorize, TokenURL: at.Token, AuthStyle: oauth2.AuthStyleInHeader}
	s.read = func(answer []byte) (somebody, error) {
		var said struct {
			Data struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"data"`
		}
		err := json.Unmarshal(answer, &said)
		return somebody{id: said.Data.ID, name: said.Data.Name}, err
	}
	return s
}

// Begin is the address to send a browser to. There is no ID token that could repeat a nonce; state and PKCE hold the log-in together.
func (s *Plain) Begin(_ context.Context, k rider.LoginKeys) (string, error) {
	return s.config.AuthCodeURL(k.State, oauth2.S256ChallengeOption(k.Verifier)), nil
}

// Identify is who came back: rider.ErrLoginAway, rider.ErrLoginFailed.
func (s *Plain) Identify(ctx context.Context, a rider.LoginAnswer, k rider.LoginKeys) (rider.Identity, error) {
	ctx, cancel := s.reach(ctx)
	defer cancel()
	token, err := s.config.Exchange(ctx, a.Code, oauth2.VerifierOption(k.Verifier))
	if err != nil {
		return rider.Identity{}, failure(err)
	}
	answer, err := s.ask(ctx, s.me, token)
	if err != nil {
		return rider.Identity{}, failure(err)
	}
	who, err := s.read(answer)
	if err != nil {
		return rider.Identity{}, failure(err)
	}
	id, err := subject(who.id)
	return named(rider.Identity{Service: s.name, Subject: id}, who.firstName, who.lastName, who.name), err
}

// named gives an identity its names: apart where a service tells them apart, else the first word and the rest.
func named(i rider.Identity, first, last, whole string) rider.Identity {
	if first == "" && last == "" {
		first, last, _ = strings.Cut(person.CleanName(whole), " ")
	}
	i.FirstName, i.LastName = person.CleanName(first), person.CleanName(last)
	return i
}
