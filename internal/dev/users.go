package dev

import (
	"net/url"

	"rodada/internal/config"
)

// devUsers gives each part a user of its own at the development database, which trusts this machine: what a part may not do where
// Rodada runs for real, it may not do here either.
func devUsers(c config.Postgres, owner string) config.Postgres {
	as := func(user string) string {
		u, err := url.Parse(owner)
		if err != nil {
			return "" // the owner's own is wrong too, and says so
		}
		u.User = url.User("dev_" + user)
		return u.String()
	}
	c.URL, c.APIURL, c.LoginURL, c.WorkerURL, c.BridgeURL = owner, as("api"), as("login"), as("worker"), as("bridge")
	return c
}
