package roles

import (
	"rodada/api"
	"rodada/telemetry/live"
)

var (
	BuildOf     = buildOf
	Listen      = listen
	Quieten     = quieten
	NewRegistry = newRegistry
	NewLive     = newLive

	RetainHistory = retainHistory
	Ask           = ask
	OpenAPIStore  = openAPIStore
	MigrateBooks  = migrateBooks
	OpenRedis     = openRedis
	HistoryAccess = historyAccess
	BrokerOptions = brokerOptions
	DialTemporal  = dialTemporal
	SameCurrency  = sameCurrency
)

// ChangesOf shows the changes of a live state as the API sees them.
func ChangesOf(store *live.Store) api.Changes { return changes{store} }
