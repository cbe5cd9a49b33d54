package archtest

import "strings"

// rule says what the packages in and under a folder may import.
type rule struct {
	folder string
	// may are the folders of this module, besides its own; "*" is all of them.
	may []string
	// libraries, when not nil, are all that may come from other modules.
	libraries []string
}

// none is for folders that lean on the standard library alone.
var none = []string{}

// rules is the map of the design. The longest folder that fits a package counts;
// a package without one has no place yet, which is an error too. geo is the
// vocabulary of domain, and whoever speaks of the domain may speak of places.
var rules = []rule{
	{folder: "", may: []string{"*"}}, // main.go
	{folder: "internal/config", may: []string{"*"}},
	{folder: "internal/roles", may: []string{"*"}}, // the wiring of the subcommands
	{folder: "internal/dev", may: []string{"*"}},   // all of it on one machine
	{folder: "internal/cli", may: []string{"domain/firmware", "domain/staff", "internal/certs", "internal/client", "internal/config", "protocol", "seal"}},
	{folder: "internal/certs", may: none},
	{folder: "internal/meter", may: []string{"activities", "domain", "geo", "protocol", "workflows"}},
	{folder: "internal/client", may: none}, // sees the wire, not the code

	{folder: "protocol", may: none, libraries: []string{"github.com/tidwall/"}},
	{folder: "geo", may: none, libraries: []string{"github.com/golang/geo", "github.com/tidwall/geodesic"}},
	{folder: "seal", may: none, libraries: none},
	{folder: "domain", may: []string{"geo"}, libraries: none},
	{folder: "domain/person", may: []string{"domain"}, libraries: []string{"golang.org/x/net/idna", "golang.org/x/text/unicode/norm"}},

	{folder: "workflows", may: []string{"domain", "geo", "protocol", "activities"}},
	{folder: "activities", may: []string{"domain", "geo", "protocol", "seal"}},
	{folder: "worker", may: []string{
		"activities", "broker", "domain", "geo", "internal/config", "lease", "migrations",
		"postgres", "protocol", "providers", "seal", "telemetry", "workflows",
	}},
	{folder: "mqttbridge", may: []string{"broker", "domain", "geo", "lease", "protocol", "telemetry", "workflows"}},
	{folder: "broker", may: none},
	{folder: "throttle", may: []string{"domain"}},
	{folder: "lease", may: []string{"domain", "protocol"}},
	{folder: "telemetry", may: []string{"domain", "geo", "protocol"}},
	{folder: "telemetry/poll", may: []string{"domain", "lease", "protocol", "telemetry"}}, // it asks, so it takes turns as every sender does
	{folder: "postgres", may: []string{"domain", "geo"}},
	{folder: "providers", may: []string{"domain", "geo"}},
	{folder: "providers/brokeraccounts", may: []string{"broker", "domain"}},
	{folder: "migrations", may: none},
	{folder: "api", may: []string{"domain", "geo", "internal/config", "protocol", "seal", "workflows"}},
	{folder: "web", may: none},
	{folder: "simulator", may: []string{"broker", "geo", "protocol"}},

	{folder: "internal/devstack", may: []string{"broker", "providers/brokeraccounts"}},
	{folder: "internal/devstack/run", may: []string{"internal/devstack", "internal/testkit"}},
	{folder: "internal/testkit", may: []string{"internal/devstack"}},
	{folder: "internal/archtest", may: none},

	{folder: "bench", may: []string{"*"}},
	{folder: "e2e", may: []string{"*"}},
	{folder: "deploy", may: []string{"*"}},
	{folder: "docs", may: []string{"*"}},
}

// database says who may import the libraries that speak to the database.
var database = map[string][]string{
	"github.com/jackc/pgx":      {"postgres", "migrations", "internal/testkit"},
	"github.com/jmoiron/sqlx":   {"postgres"},
	"github.com/pressly/goose":  {"migrations"},
	"database/sql":              {"postgres", "migrations"},
	"github.com/lib/pq":         none,
	"github.com/jackc/pgconn":   none,
	"github.com/jackc/puddle":   none,
	"github.com/golang-migrate": none,
}

// ruleFor is the rule of the longest folder that holds the package.
func ruleFor(folder string) (rule, bool) {
	best, found := rule{}, false
	for _, r := range rules {
		fits := under(folder, r.folder) && (r.folder != "" || folder == "")
		if fits && (!found || len(r.folder) > len(best.folder)) {
			best, found = r, true
		}
	}
	return best, found
}

// under says whether a package is in or under a folder.
func under(pkg, folder string) bool {
	return folder == "" || pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

func underAny(pkg string, folders []string) bool {
	for _, f := range folders {
		if f == "*" || under(pkg, f) {
			return true
		}
	}
	return false
}
