package identity

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"rodada/domain/person"
	"rodada/domain/rider"
)

// claims are what an ID token, or the endpoint for userinfo, says of somebody. (OpenID Connect Core 1.0, section 5.1)
type claims struct {
	Subject    string `json:"sub"`
	Party      string `json:"azp"`
	Email      string `json:"email"`
	Verified   said   `json:"email_verified"`
	GivenName  string `json:"given_name"`
	FamilyName string `json:"family_name"`
	Name       string `json:"name"`
	Domain     string `json:"hd"` // Google's: whose customer the account belongs to
}

// said is a truth that some providers write as a text; whatever is not "true" is none.
type said bool

// UnmarshalJSON is json.Unmarshaler's.
func (s *said) UnmarshalJSON(text []byte) error {
	*s = string(text) == "true" || string(text) == `"true"`
	return nil
}

// verify reads the ID token that came with an access token: signed by the provider with the one algorithm that was agreed on, for us,
// still good, and for this very log-in.
func (s *OpenID) verify(ctx context.Context, p *discovered, token *oauth2.Token, nonce string) (c claims, err error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return c, errors.New("no ID token")
	}
	id, err := p.VerifierContext(ctx, &oidc.Config{
		ClientID: s.config.ClientID, SupportedSigningAlgs: []string{s.algorithm}, Now: s.now,
	}).Verify(ctx, raw)
	if err != nil {
		return c, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return c, errors.New("the ID token is of another log-in")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return c, err
		}
	}
	if err := id.Claims(&c); err != nil {
		return c, err
	}
	if c.Party != "" && c.Party != s.config.ClientID || c.Party == "" && len(id.Audience) > 1 {
		return c, errors.New("the ID token was given to somebody else")
	}
	return c, nil
}

// more adds what the ID token does not say and the provider tells the bearer of the access token.
func (c *claims) more(answer json.RawMessage) error {
	told := *c
	told.Subject, told.Verified = "", false // which is of the address that it is said with
	if err := json.Unmarshal(answer, &told); err != nil {
		return err
	}
	if told.Subject != c.Subject {
		return errors.New("userinfo is about somebody else")
	}
	*c = told
	return nil
}

// identity keeps of the claims what is of use here.
func (s *OpenID) identity(c claims) (rider.Identity, error) {
	of, err := subject(c.Subject)
	if err != nil {
		return rider.Identity{}, err
	}
	i := named(rider.Identity{Service: s.name, Subject: of}, c.GivenName, c.FamilyName, c.Name)
	if email, err := person.Email(c.Email); err == nil && bool(c.Verified) && s.owns(c) {
		i.Email = email
	}
	return i, nil
}
