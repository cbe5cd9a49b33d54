package config

import (
	"time"

	"rodada/domain/limit"
)

// Limits are how often the API takes requests: 60/1m is 60 at once and one more every second; 0 is no limit. Those of an address count
// whoever comes from there, to all endpoints of a kind; those of an account count each endpoint by itself.
type Limits struct {
	// Free are addresses or networks that are not counted themselves, such as those of one's own machines; accounts are.
	Free []string `env:"FREE"`
	// LoginTries are how many passwords may be wrong from one address for one account until the next must wait; four times as many from
	// all addresses that the account is not known to come from, ten times as many from one address in an hour for all accounts.
	LoginTries int `env:"LOGIN_TRIES" envDefault:"5"`
	// LoginWait is the first such wait; each is twice the one before.
	LoginWait    time.Duration `env:"LOGIN_WAIT" envDefault:"1m"`
	LoginWaitMax time.Duration `env:"LOGIN_WAIT_MAX" envDefault:"15m"` // The longest such wait.
	// CardTries are how many payments of a rider may be declined, and cards begun that are never saved, from one address until the next must
	// wait; four times as many from all, ten times as many from one address in an hour for all riders.
	CardTries int `env:"CARD_TRIES" envDefault:"10"`
	// CardWait is the first such wait; each is twice the one before.
	CardWait    time.Duration `env:"CARD_WAIT" envDefault:"10m"`
	CardWaitMax time.Duration `env:"CARD_WAIT_MAX" envDefault:"1h"` // The longest such wait.

	LoginAddress      limit.Quota `env:"LOGIN_ADDRESS" envDefault:"60/1m"`         // Log-ins, right or wrong.
	RefreshAddress    limit.Quota `env:"REFRESH_ADDRESS" envDefault:"600/1m"`      // Sessions that go on or end.
	CodeAddress       limit.Quota `env:"CODE_ADDRESS" envDefault:"30/10m"`         // Codes that are mailed or typed.
	CodeAccount       limit.Quota `env:"CODE_ACCOUNT" envDefault:"10/10m"`         // The same for an account.
	PasswordAddress   limit.Quota `env:"PASSWORD_ADDRESS" envDefault:"60/10m"`     // What takes a password or a code of who is logged in.
	PasswordAccount   limit.Quota `env:"PASSWORD_ACCOUNT" envDefault:"10/10m"`     // The same for an account.
	ScanAddress       limit.Quota `env:"SCAN_ADDRESS" envDefault:"600/1m"`         // Scooters that are unlocked or reserved.
	ScanAccount       limit.Quota `env:"SCAN_ACCOUNT" envDefault:"20/1m"`          // The same for an account.
	RideAddress       limit.Quota `env:"RIDE_ADDRESS" envDefault:"1200/1m"`        // Rides that are paused, resumed or ended.
	RideAccount       limit.Quota `env:"RIDE_ACCOUNT" envDefault:"60/1m"`          // The same for an account.
	ReadAddress       limit.Quota `env:"READ_ADDRESS" envDefault:"6000/1m"`        // What riders look at.
	ReadAccount       limit.Quota `env:"READ_ACCOUNT" envDefault:"240/1m"`         // The same for an account.
	WriteAddress      limit.Quota `env:"WRITE_ADDRESS" envDefault:"1200/1m"`       // What else riders change.
	WriteAccount      limit.Quota `env:"WRITE_ACCOUNT" envDefault:"60/1m"`         // The same for an account.
	StreamAddress     limit.Quota `env:"STREAM_ADDRESS" envDefault:"300/1m"`       // Streams that are opened.
	StreamAccount     limit.Quota `env:"STREAM_ACCOUNT" envDefault:"60/1m"`        // The same for an account.
	StaffReadAddress  limit.Quota `env:"STAFF_READ_ADDRESS" envDefault:"6000/1m"`  // What staff look at.
	StaffReadAccount  limit.Quota `env:"STAFF_READ_ACCOUNT" envDefault:"600/1m"`   // The same for an account.
	StaffWriteAddress limit.Quota `env:"STAFF_WRITE_ADDRESS" envDefault:"3000/1m"` // What staff change.
	StaffWriteAccount limit.Quota `env:"STAFF_WRITE_ACCOUNT" envDefault:"600/1m"`  // The same for an account.
	HookAddress       limit.Quota `env:"HOOK_ADDRESS" envDefault:"3000/1m"`        // What other services tell us.
}
