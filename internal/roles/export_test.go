package roles

var (
	BuildOf     = buildOf
	Listen      = listen
	Quieten     = quieten
	NewRegistry = newRegistry
	NewLive     = newLive

	RetainHistory = retainHistory
)
