package roles

import (
	"rodada/internal/config"
	"rodada/telemetry/history"
)

func historyAccess(c config.Influx) history.Access {
	return history.Access{URL: c.URL, Token: c.Token, Org: c.Org, Bucket: c.Bucket}
}
