package roles

import (
	"fmt"

	"rodada/api"
	"rodada/internal/config"
	"rodada/providers/identity"
)

// loginServices are the other services that riders log in with here.
func loginServices(c config.Login) (list []api.LoginService, err error) {
	o := identity.Options{Home: c.URL, Patience: c.Patience}
	if c.Google.ID != "" {
		list = append(list, identity.Google(o, c.Google.Issuer, c.Google.ID, c.Google.Secret))
	}
	if c.Facebook.ID != "" {
		at := identity.Addresses{Authorize: c.Facebook.Authorize, Token: c.Facebook.Token, Me: c.Facebook.Me}
		list = append(list, identity.Facebook(o, at, c.Facebook.ID, c.Facebook.Secret))
	}
	if c.X.ID != "" {
		at := identity.Addresses{Authorize: c.X.Authorize, Token: c.X.Token, Me: c.X.Me}
		list = append(list, identity.X(o, at, c.X.ID, c.X.Secret))
	}
	providers, err := identity.Parse(c.OIDC)
	if err != nil {
		return nil, fmt.Errorf("RODADA_LOGIN_OIDC: %w", err)
	}
	for _, p := range providers {
		list = append(list, identity.New(o, p))
	}
	return list, nil
}
