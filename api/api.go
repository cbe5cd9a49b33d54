package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"rodada/api/password"
	"rodada/api/token"
	"rodada/domain/firmware"
	"rodada/domain/limit"
	"rodada/domain/payment"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/config"
)

// Options is what the API is made of.
type Options struct {
	Config   config.Config
	Store    Store
	Live     Live
	Changes  Changes // of the live state
	History  History
	Temporal Temporal
	Progress Progress // of upgrades; nil: as it was stored last
	// Logins are the other services that log riders in.
	Logins []LoginService
	Sealer Sealer // of secrets in commands; nil: no command may carry one
	// Payments is who collects from riders' cards; nil: nobody does. It needs the Sealer.
	Payments payment.Provider
	// Open reveals what Sealer hid of the API's own; nil: nothing.
	Open func(sealed, purpose string) (string, error)
	// Throttle counts who comes how often; nil: nobody does.
	Throttle Throttle
	Log      *slog.Logger
	// Registry collects the API's measurements and shows them, with whatever else is in it, at /metrics.
	Registry *prometheus.Registry
	// Ready is what /readyz asks, by name.
	Ready map[string]Check
	// Now is the clock; nil is the machine's.
	Now func() time.Time
}

// app is the nouns behind the endpoints.
type app struct {
	now           func() time.Time
	accounts      *accounts
	leaving       *leaving
	visitors      *visitors
	adminRiders   *adminRiders
	riderSessions *sessions
	staffSessions *sessions
	wallets       *wallets
	adminWallets  *adminWallets
	adminDebts    *adminDebts
	ledgers       *ledgers
	payments      *payments
	methods       *methods
	claimFailed   claimFailed
	scooters      *scooters
	pricings      *pricings
	estimates     *estimates
	promotions    *promotions
	passes        *passes
	watch         watchScooters
	rentals       *rentals
	members       *members
	factors       *factors
	services      *services
	alerts        *alerts
	webhooks      *webhooks
	adminRentals  *adminRentals
	adminScooters *adminScooters
	registry      *registry
	labels        *labels
	zones         *zones
	audits        *audits
	commands      *commands
	onboardings   *onboardings
	images        *images
	upgrades      *upgrades
	rollouts      *rollouts
	histories     *histories
	rentalRoutes  *rentalRoutes
	receipts      *receipts
}

// New makes the API. It fails when the token secret is too short, or the operator's keys are none.
func New(o Options) (http.Handler, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	tokens, err := token.NewIssuer(o.Config.Tokens.Secret, o.Config.Tokens.Access, o.Now)
	if err != nil {
		return nil, err
	}
	if other := o.Config.Tokens.OtherSecret; other != "" {
		if err := tokens.Accept(other); err != nil {
			return nil, err
		}
	}
	from := origin{proxies: parseProxies(o.Config.HTTP.Proxies), cloudflare: parseProxies(o.Config.HTTP.Cloudflare)}
	router, measured := chi.NewRouter(), newMeters(o.Registry)
	router.Use(
		identify(o.Log, from),
		measured.record,
		survive,
		guard(from, o.Config.HTTP.HSTS),
		unhurried,
		middleware.GetHead,
		within(o.Config.HTTP.Deadline+workSlack),
	)
	a := newApp(o, tokens, measured)
	if a.images.keys, err = firmware.ParseKeys(o.Config.Firmware.Keys); err != nil {
		return nil, err
	}
	document, err := describeAll(router, &mounter{
		tokens: tokens, riders: o.Store, limits: newLimits(o.Throttle, o.Config.Limits, o.Registry), maxBody: o.Config.HTTP.MaxBody,
		doors:    doors{members: o.Store, services: o.Store, guarded: as[staff.Permission](o.Config.Staff.SecondFactor), now: o.Now},
		bodyTime: bodyTime, workTime: o.Config.HTTP.Deadline + workSlack,
	}, a)
	if err != nil {
		return nil, err
	}
	router.Method(http.MethodGet, "/", http.RedirectHandler("/docs", http.StatusFound))
	router.Get("/openapi.json", serve("application/openapi+json", document))
	router.Get("/docs", serveDocs)
	router.Get("/docs/{file}", serveDocs)
	router.Get("/healthz", healthy)
	router.Get("/readyz", ready(o.Ready))
	router.Method(http.MethodGet, "/metrics", metrics(o.Registry))
	router.NotFound(noRoute)
	router.MethodNotAllowed(noMethod(router))
	return router, nil
}

// Document is the OpenAPI document of the API, without an API behind it.
func Document() ([]byte, error) {
	return describeAll(chi.NewRouter(), &mounter{limits: &limits{}}, &app{
		riderSessions: &sessions{audience: rider.ForRiders},
		staffSessions: &sessions{audience: rider.ForStaff},
	})
}

// describeAll mounts every endpoint and returns the document that comes of it.
func describeAll(router chi.Router, m *mounter, a *app) ([]byte, error) {
	m.api = humachi.New(router, huma.Config{
		OpenAPI:                      newDocument(),
		Formats:                      huma.DefaultFormats,
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	})
	m.examples = together(examples(), riderExamples(), paymentExamples(), staffExamples(), zoneExamples(), priceExamples(), passExamples(), liveExamples(), firmwareExamples(), rolloutExamples())
	endpoints(m, a)
	document, err := json.MarshalIndent(m.api.OpenAPI(), "", "  ")
	return append(document, '\n'), err
}

func newApp(o Options, tokens *token.Issuer, measured *meters) *app {
	c := o.Config
	hasher := password.New(max(2, runtime.GOMAXPROCS(0)))
	holders := holders{temporal: o.Temporal, queue: c.Temporal.TaskQueue}
	triesOf := func(audience rider.Audience) *tries {
		return &tries{
			throttle: o.Throttle, audience: audience, secret: []byte(c.Tokens.Secret),
			backoff: limit.Backoff{Tries: c.Limits.LoginTries, First: c.Limits.LoginWait, Max: c.Limits.LoginWaitMax},
		}
	}
	sessionsOf := func(audience rider.Audience) *sessions {
		s := &sessions{
			audience: audience, store: o.Store, hasher: hasher, tokens: tokens, refresh: c.Tokens.Refresh, now: o.Now,
			tries: triesOf(audience),
		}
		if audience == rider.ForStaff {
			s.byEmail, s.byID = staffLogins(o.Store, o.Now)
		} else {
			s.byEmail, s.byID = riderLogins(o.Store)
		}
		return s
	}
	onboardings := &onboardings{store: o.Store, holders: holders, sealer: o.Sealer, rules: c.Onboard, deadline: c.HTTP.Deadline, backend: c.MQTT.Backend()}
	registry := &registry{store: o.Store, live: o.Live, backend: c.MQTT.Backend(), fresh: c.Telemetry.OfflineAfter, now: o.Now, created: onboardings.created}
	histories := &histories{store: o.Store, history: o.History, now: o.Now}
	rentals := &rentals{
		store: o.Store, live: o.Live, holders: holders, rules: c.Rental, deadline: c.HTTP.Deadline,
		fresh: c.Telemetry.OfflineAfter, now: o.Now, meters: measured, tax: operatorOf(c.Operator).Tax,
	}
	riderDoors, staffDoors := sessionsOf(rider.ForRiders), sessionsOf(rider.ForStaff)
	routes := &rentalRoutes{rentals: rentals, staff: o.Store, histories: histories, now: o.Now}
	people := &accounts{
		tries: riderDoors.tries,
		store: o.Store, hasher: hasher, currency: c.Currency, now: o.Now,
		proofs: &proofs{store: o.Store, sealer: o.Sealer, secret: []byte(c.Tokens.Secret), tries: riderDoors.tries, now: o.Now},
	}
	bought := &passes{store: o.Store, prices: o.Store, currency: c.Currency, now: o.Now}
	known := &traces{store: o.Store, sealer: o.Sealer, open: o.Open}
	purses := &wallets{store: o.Store, currency: c.Currency}
	owing := &debtors{
		store: o.Store, temporal: o.Temporal, queue: c.Temporal.TaskQueue, currency: c.Currency, steps: c.Payment.DebtSteps, off: o.Payments == nil,
	}
	codes := &promotions{store: o.Store, traces: known, currency: c.Currency, now: o.Now, debts: owing}
	cards := triesOf(cardTries)
	cards.backoff = limit.Backoff{Tries: c.Limits.CardTries, First: c.Limits.CardWait, Max: c.Limits.CardWaitMax}
	return &app{
		now:           o.Now,
		registry:      registry,
		labels:        &labels{registry: registry, link: c.Fleet.QRLink},
		onboardings:   onboardings,
		histories:     histories,
		rentalRoutes:  routes,
		receipts:      &receipts{store: o.Store, routes: routes, operator: operatorOf(c.Operator)},
		accounts:      people,
		leaving:       &leaving{accounts: people, books: o.Store, passes: bought, promotions: codes, traces: known, country: c.Operator.Country},
		adminRiders:   &adminRiders{store: o.Store, accounts: people, currency: c.Currency},
		riderSessions: riderDoors,
		visitors: &visitors{
			accounts: people, books: o.Store, sessions: riderDoors, services: o.Logins,
			app: c.Login.App, secure: strings.HasPrefix(c.Login.URL, "https://"), secret: []byte(c.Tokens.Secret),
		},
		staffSessions: staffDoors,
		wallets:       purses,
		adminWallets:  &adminWallets{store: o.Store, currency: c.Currency, debts: owing},
		ledgers:       &ledgers{store: o.Store},
		claimFailed:   claimFailed{store: o.Store, debts: owing, rule: rental.FailedRule{Under: c.Rental.FailedUnder, Within: c.Rental.FailedWithin}},
		payments: &payments{
			store: o.Store, wallets: purses, provider: o.Payments, sealer: o.Sealer, temporal: o.Temporal, queue: c.Temporal.TaskQueue,
			rules: c.Payment, deadline: c.HTTP.Deadline, debts: owing, tries: cards,
		},
		methods:    &methods{store: o.Store, provider: o.Payments, sealer: o.Sealer, publishable: c.Payment.StripePublishableKey, debts: owing, tries: cards, payments: o.Store, temporal: o.Temporal},
		adminDebts: &adminDebts{store: o.Store, debtors: owing},
		watch: watchScooters{
			hub: &hub{
				live: o.Live, changes: o.Changes, silence: c.Telemetry.OfflineAfter, turn: mapTurn, now: o.Now, log: o.Log,
			},
			members: o.Store, recheck: mapRecheck,
		},
		scooters: &scooters{
			store: o.Store, live: o.Live, minimumBattery: c.Rental.MinimumBattery, fresh: c.Telemetry.OfflineAfter, fixed: c.Telemetry.FixFor, now: o.Now,
		},
		promotions:    codes,
		passes:        bought,
		estimates:     &estimates{store: o.Store, live: o.Live, now: o.Now},
		pricings:      &pricings{store: o.Store, prices: o.Store, fleet: o.Store, live: o.Live, currency: c.Currency, now: o.Now},
		rentals:       rentals,
		factors:       &factors{store: o.Store, sealer: o.Sealer, open: o.Open, hasher: hasher, tries: staffDoors.tries, now: o.Now},
		members:       &members{store: o.Store, hasher: hasher, tries: staffDoors.tries, now: o.Now},
		services:      &services{store: o.Store, tokens: tokens, tries: triesOf(rider.ForServices), now: o.Now},
		alerts:        &alerts{store: o.Store},
		webhooks:      &webhooks{store: o.Store, sealer: o.Sealer, reach: staff.NewReach(o.Config.Webhook.Networks...)},
		adminRentals:  &adminRentals{store: o.Store, holders: holders, deadline: c.HTTP.Deadline, now: o.Now},
		adminScooters: &adminScooters{store: o.Store, registry: registry, holders: holders, deadline: c.HTTP.Deadline},
		images:        &images{store: o.Store, limit: c.Firmware.MaxSize, patience: c.Firmware.UploadTimeout},
		rollouts: &rollouts{
			store: o.Store, models: o.Store, progress: o.Progress, holders: holders, rules: c.Rollout, upgrade: c.Upgrade, deadline: c.HTTP.Deadline, pace: streamPace,
		},
		upgrades: &upgrades{
			store: o.Store, holders: holders, progress: o.Progress, rules: c.Upgrade, deadline: c.HTTP.Deadline, pace: streamPace,
		},
		zones:  &zones{store: o.Store, now: o.Now, exact: zoneMaps{exact: true}},
		audits: &audits{store: o.Store},
		commands: &commands{
			store: o.Store, live: o.Live, holders: holders, sealer: o.Sealer, secret: []byte(c.Tokens.Secret), window: c.Command.Window,
			try: c.Rental.AckWindow, deadline: c.HTTP.Deadline, fresh: c.Telemetry.OfflineAfter, now: o.Now,
		},
	}
}
