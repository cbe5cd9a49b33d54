// Package config is the one configuration of every role and the only reader of the environment. Every setting has a
// default that suits one machine; Validate names the setting that is wrong.
package config

import (
	"slices"
	"time"
)

// Config is all settings. Each is read from RODADA_<prefix><name>.
type Config struct {
	HTTP      HTTP     `envPrefix:"HTTP_"`
	Limits    Limits   `envPrefix:"LIMIT_"`
	Postgres  Postgres `envPrefix:"POSTGRES_"`
	Temporal  Temporal `envPrefix:"TEMPORAL_"`
	Redis     Redis    `envPrefix:"REDIS_"`
	MQTT      MQTT     `envPrefix:"MQTT_"`
	Influx    Influx   `envPrefix:"INFLUX_"`
	Tokens    Tokens   `envPrefix:"TOKEN_"`
	Staff     Staff    `envPrefix:"STAFF_"`
	Rental    Rental   `envPrefix:"RENTAL_"`
	Command   Command  `envPrefix:"COMMAND_"`
	Client    Client
	Onboard   Onboard   `envPrefix:"ONBOARD_"`
	Firmware  Firmware  `envPrefix:"FIRMWARE_"`
	Upgrade   Upgrade   `envPrefix:"UPGRADE_"`
	Rollout   Rollout   `envPrefix:"ROLLOUT_"`
	Log       Log       `envPrefix:"LOG_"`
	Telemetry Telemetry `envPrefix:"TELEMETRY_"`
	Poll      Poll      `envPrefix:"POLL_"`
	History   History   `envPrefix:"HISTORY_"`
	Spool     Spool     `envPrefix:"SPOOL_"`
	Alert     Alert     `envPrefix:"ALERT_"`
	Webhook   Webhook   `envPrefix:"WEBHOOK_"`
	Mail      Mail      `envPrefix:"MAIL_"`
	Login     Login     `envPrefix:"LOGIN_"`
	Payment   Payment   `envPrefix:"PAYMENT_"`
	Fleet     Fleet     `envPrefix:"FLEET_"`
	Operator  Operator  `envPrefix:"OPERATOR_"`
	Dev       Dev       `envPrefix:"DEV_"`
	// Development switches on what only a developer's machine may have: payments in the sandbox and the demo accounts.
	Development bool `env:"DEVELOPMENT"`
	// SealKeys hide scooters' passwords and what payment providers call riders, cards and payments, in the books and in workflows: name:base64 of 32 bytes, the newest first, separated by
	// commas. Without one no scooter gets a password, no command may carry one, and there are no payments.
	SealKeys string `env:"SEAL_KEYS,unset"`
	// Currency is what wallets hold and tariffs charge: one per installation.
	Currency string `env:"CURRENCY" envDefault:"EUR"`
}

// HTTP is the API's door.
type HTTP struct {
	Addr string `env:"ADDR" envDefault:"127.0.0.1:8080"`
	// MetricsAddr serves /healthz, /readyz and /metrics of worker and bridge; empty serves none.
	MetricsAddr string `env:"METRICS_ADDR"`
	// Deadline is the API's own: past it a slow rental is answered with 202. Unlock window < deadline < the proxy's.
	Deadline time.Duration `env:"DEADLINE" envDefault:"15s"`
	MaxBody  int64         `env:"MAX_BODY" envDefault:"65536"` // bytes
	// Proxies are the addresses or networks of proxies in front of the API, whose X-Forwarded-For and X-Forwarded-Proto it believes.
	Proxies []string `env:"PROXIES"`
	// Cloudflare are Cloudflare's networks, as https://www.cloudflare.com/ips/ lists them, if it stands in front of the API or of these
	// proxies: from there CF-Connecting-IP says who asks.
	Cloudflare []string `env:"CLOUDFLARE"`
	// HSTS is for how long browsers that came over TLS, to the API or to a proxy of ours, come no other way (Strict-Transport-Security); 0:
	// they are not told.
	HSTS time.Duration `env:"HSTS" envDefault:"8760h"`
	// TLSCert and TLSKey are files with the certificate, its chain below it, and its key, both PEM: then the API speaks https and nothing
	// else. They are read again when they change.
	TLSCert string `env:"TLS_CERT"`
	TLSKey  string `env:"TLS_KEY"`
}

// TLS is whom a part trusts, and what it shows of itself, when it connects to a service by TLS.
type TLS struct {
	CA   string `env:"CA"`   // File with the authorities that the service's certificate may be of; empty: whom the system trusts.
	Cert string `env:"CERT"` // File with a certificate for a service that asks for one.
	Key  string `env:"KEY"`  // File with its key. Both are read again when they change.
}

// Postgres is the books. Each part of Rodada should log in as a user of its own, which may do what it needs and no more:
// docs/security.md.
type Postgres struct {
	// URL is the database as its owner reaches it, for migrate and the commands of the console; and as every part does that has no
	// URL of its own.
	URL       string `env:"URL,unset" envDefault:"postgres://rodada@127.0.0.1:5432/rodada?sslmode=disable"`
	APIURL    string `env:"API_URL,unset"`    // The API's; empty: RODADA_POSTGRES_URL, and the same for the others.
	LoginURL  string `env:"LOGIN_URL,unset"`  // The API's where it finds out who somebody is.
	WorkerURL string `env:"WORKER_URL,unset"` // The worker's.
	BridgeURL string `env:"BRIDGE_URL,unset"` // The bridge's.
	// RolePrefix begins the names of the roles that migrate makes: rodada_api and so on. Installations that share a server have one each.
	RolePrefix string `env:"ROLE_PREFIX" envDefault:"rodada_"`
	MaxOpen    int    `env:"MAX_OPEN" envDefault:"20"`
	// LoginMaxOpen is how many more the API may have to find out who somebody is.
	LoginMaxOpen int `env:"LOGIN_MAX_OPEN" envDefault:"10"`
}

// Temporal is where the workflows live.
type Temporal struct {
	Addr      string `env:"ADDR" envDefault:"127.0.0.1:7233"`
	Namespace string `env:"NAMESPACE" envDefault:"default"`
	Secure    bool   `env:"TLS"` // Whether it is reached by TLS.
	TLS       TLS    `envPrefix:"TLS_"`
	TaskQueue string `env:"TASK_QUEUE" envDefault:"rodada"`
	// StopTimeout is how long a worker that is told to stop finishes what it has begun.
	StopTimeout time.Duration `env:"STOP_TIMEOUT" envDefault:"10s"`
	// UpgradesAtOnce is how many scooters one worker sends firmware packets to at a time; more of them wait their turn.
	UpgradesAtOnce int `env:"UPGRADES_AT_ONCE" envDefault:"200"`
}

// Redis holds the leases and the live state.
type Redis struct {
	Addrs    []string `env:"ADDRS" envDefault:"127.0.0.1:6379"` // more than one: a cluster
	Username string   `env:"USERNAME"`
	Password string   `env:"PASSWORD,unset"`
	Prefix   string   `env:"PREFIX" envDefault:"rodada:"` // of every key
	Secure   bool     `env:"TLS"`                         // Whether it is reached by TLS.
	TLS      TLS      `envPrefix:"TLS_"`
}

// MQTT is the way to the scooters.
type MQTT struct {
	URL      string `env:"URL" envDefault:"tcp://127.0.0.1:1883"` // tcp://, or ssl:// for TLS
	TLS      TLS    `envPrefix:"TLS_"`
	Username string `env:"USERNAME" envDefault:"rodada"`
	Password string `env:"PASSWORD,unset"`
	ClientID string `env:"CLIENT_ID"` // of the bridge's persistent session; empty: made from the host's name
	// Topics that scooters publish to, by the roles the protocol gives them. Commands go to the plate itself.
	TopicBike  string `env:"TOPIC_BIKE" envDefault:"bike"`
	TopicOther string `env:"TOPIC_OTHER" envDefault:"o"`
	// AccountsUsername is who gives scooters their accounts at the broker; empty: RODADA_MQTT_USERNAME does.
	AccountsUsername string `env:"ACCOUNTS_USERNAME"`
	AccountsPassword string `env:"ACCOUNTS_PASSWORD,unset"`
	// BoxAddr is the broker as scooters reach it, which they are told with their credential; empty: as RODADA_MQTT_URL.
	BoxAddr string `env:"BOX_ADDR"`
}

// Backend are the names at the broker that no scooter may have: the backend's users and client ID.
func (c MQTT) Backend() []string {
	return slices.DeleteFunc([]string{c.Username, c.AccountsUsername, c.ClientID}, func(name string) bool { return name == "" })
}

// Influx is the history of telemetry.
type Influx struct {
	URL    string `env:"URL" envDefault:"http://127.0.0.1:8086"` // http:// or https://
	TLS    TLS    `envPrefix:"TLS_"`
	Token  string `env:"TOKEN,unset"`
	Org    string `env:"ORG" envDefault:"rodada"`
	Bucket string `env:"BUCKET" envDefault:"rodada/autogen"`
	// Retention is how long the history is kept, which the migrate role sets up: an hour or more, 0 for ever.
	Retention time.Duration `env:"RETENTION" envDefault:"2160h"`
}

// Tokens sign riders' and staff's sessions.
type Tokens struct {
	Secret string `env:"SECRET,unset"` // 32 bytes or more
	// OtherSecret is a second key whose tokens are taken, though none is signed with it: while keys are changed, the one to come or
	// the one of before.
	OtherSecret string        `env:"OTHER_SECRET,unset"`
	Access      time.Duration `env:"ACCESS" envDefault:"15m"`
	Refresh     time.Duration `env:"REFRESH" envDefault:"720h"`
}

// Staff is how the accounts of staff are kept.
type Staff struct {
	// SecondFactor are the permissions that count only for an account with a second factor, such as money,admin,dangerous_commands.
	SecondFactor []string `env:"SECOND_FACTOR"`
}

// Rental is the times that a rental lives by and the floor for its battery.
type Rental struct {
	AckWindow    time.Duration `env:"ACK_WINDOW" envDefault:"5s"`
	UnlockWindow time.Duration `env:"UNLOCK_WINDOW" envDefault:"10s"`
	// ZoneGrace is how long a rider may take to ride back.
	ZoneGrace      time.Duration `env:"ZONE_GRACE" envDefault:"30s"`
	RemindAfter    time.Duration `env:"REMIND_AFTER" envDefault:"2h"`
	PauseAfter     time.Duration `env:"PAUSE_AFTER" envDefault:"3h"`
	EndAfter       time.Duration `env:"END_AFTER" envDefault:"6h"`
	LockBackoff    time.Duration `env:"LOCK_BACKOFF" envDefault:"5s"`
	LockBackoffMax time.Duration `env:"LOCK_BACKOFF_MAX" envDefault:"10m"`
	AlertAfter     int           `env:"ALERT_AFTER" envDefault:"3"`
	MinimumBattery int           `env:"MINIMUM_BATTERY" envDefault:"15"` // percent
	// FailedUnder is how short a ride must have been to count as failed, which costs nothing; 0: none does.
	FailedUnder time.Duration `env:"FAILED_UNDER" envDefault:"3m"`
	// FailedWithin is how many metres it must have stayed within.
	FailedWithin int64 `env:"FAILED_WITHIN" envDefault:"200"`
	// ReservationsADay is how many reservations a rider may give back or let run out within 24 hours; 0: any number.
	ReservationsADay int `env:"RESERVATIONS_A_DAY" envDefault:"10"`
}

// Onboard is how scooters are taken in and get a credential or a number.
type Onboard struct {
	// OnCreate begins it for every scooter that staff register one by one; otherwise, and after an import, they ask for it.
	OnCreate  bool          `env:"ON_CREATE"`
	AckWindow time.Duration `env:"ACK_WINDOW" envDefault:"10s"`
	// Backoff is the first wait before a silent scooter is asked again; each wait is twice the one before.
	Backoff    time.Duration `env:"BACKOFF" envDefault:"10s"`
	BackoffMax time.Duration `env:"BACKOFF_MAX" envDefault:"10m"`
	// Patience is how long a scooter that was never heard is waited for before staff are alerted.
	Patience time.Duration `env:"PATIENCE" envDefault:"24h"`
	// SwitchPatience is how long it may take to come back with a new credential or number.
	SwitchPatience time.Duration `env:"SWITCH_PATIENCE" envDefault:"5m"`
}

// Command is how long commands of staff may take.
type Command struct {
	// Window is how long a command waits for its turn, for the scooter to stand and for the answer, in all.
	Window time.Duration `env:"WINDOW" envDefault:"10s"`
}

// Firmware is which images are taken.
type Firmware struct {
	// Keys are the operator's public Ed25519 keys: name:base64 of 32 bytes, separated by commas. Without one no image is taken.
	Keys string `env:"KEYS"`
	// MaxSize is how many bytes an image may have, up to 64 MiB.
	MaxSize int `env:"MAX_SIZE" envDefault:"4194304"`
	// UploadTimeout is how long an image may take on its way to the API, or from it.
	UploadTimeout time.Duration `env:"UPLOAD_TIMEOUT" envDefault:"5m"`
}

// Upgrade is the times and counts that the upgrade of a scooter lives by.
type Upgrade struct {
	// AckWindow is how long the answers to 23 and 21 are waited for.
	AckWindow time.Duration `env:"ACK_WINDOW" envDefault:"10s"`
	// PacketWindow is how long the answer to one packet is waited for before it is sent again.
	PacketWindow time.Duration `env:"PACKET_WINDOW" envDefault:"5s"`
	// FinishWindow is how long the report of the end (69) is waited for; then the version decides.
	FinishWindow time.Duration `env:"FINISH_WINDOW" envDefault:"1m"`
	// RebootWindow is how long the scooter may take to come back.
	RebootWindow time.Duration `env:"REBOOT_WINDOW" envDefault:"5m"`
	// SilentAfter is how long no packet is answered before the scooter counts as gone.
	SilentAfter time.Duration `env:"SILENT_AFTER" envDefault:"1m"`
	// Backoff is the first wait before an attempt is made again; each wait is twice the one before.
	Backoff time.Duration `env:"BACKOFF" envDefault:"10s"`
	// BackoffMax is the longest such wait.
	BackoffMax time.Duration `env:"BACKOFF_MAX" envDefault:"10m"`
	// Attempts is how often an image is begun before the upgrade is parked.
	Attempts int `env:"ATTEMPTS" envDefault:"5"`
	// MinimumBattery is the floor for upgrades, in percent.
	MinimumBattery int `env:"MINIMUM_BATTERY" envDefault:"30"`
	// ParkFor is how long a parked upgrade waits for staff; then it ends as failed.
	ParkFor time.Duration `env:"PARK_FOR" envDefault:"168h"`
}

// Rollout is how one firmware image comes to many scooters.
type Rollout struct {
	// FourEyes has every rollout approved by somebody who wrote no part of it.
	FourEyes bool `env:"FOUR_EYES"`
	// RetryAfter is the first wait before a scooter is tried again that was in use or not ready.
	RetryAfter time.Duration `env:"RETRY_AFTER" envDefault:"1m"`
	// OfflinePatience is how long a scooter may be silent whenever its turn comes; then it is skipped.
	OfflinePatience time.Duration `env:"OFFLINE_PATIENCE" envDefault:"24h"`
	// LookEvery is how often a rollout looks how its scooters stand though it was told nothing.
	LookEvery time.Duration `env:"LOOK_EVERY" envDefault:"5m"`
}

// Client is the API as the commands for staff see it, from any machine, and who uses them.
type Client struct {
	URL      string `env:"URL" envDefault:"http://127.0.0.1:8080"` // Where the API answers.
	CA       string `env:"CA"`                                     // File with the authorities that its certificate may be of; empty: whom the system trusts.
	Email    string `env:"STAFF_EMAIL"`                            // Who of staff logs in.
	Password string `env:"STAFF_PASSWORD,unset"`                   // Empty: it is asked for.
	Code     string `env:"STAFF_CODE,unset"`                       // Of the account's second factor, if it has one; empty: it is asked for.
}

// Telemetry is how live state ages, and what of it is believed.
type Telemetry struct {
	OfflineAfter time.Duration `env:"OFFLINE_AFTER" envDefault:"3m"`
	// Rebuild is how far back the bridge looks in the history for what Redis has lost of the live state; 0: it does not.
	Rebuild time.Duration `env:"REBUILD" envDefault:"168h"`
	// FixFor is how long riders are shown where a satellite saw a scooter last.
	FixFor time.Duration `env:"FIX_FOR" envDefault:"15m"`
	// MaxKmh is what no scooter of the fleet drives on its own: a place further from the last than that is a jump.
	MaxKmh int `env:"MAX_KMH" envDefault:"50"`
}

// History is how often a scooter's points are stored at most, by what they say. What comes slower is all stored, and a status that
// changed always; 0 stores all.
type History struct {
	GPS     time.Duration `env:"GPS_EVERY" envDefault:"5s"`      // Of positions.
	Speed   time.Duration `env:"SPEED_EVERY" envDefault:"5s"`    // Of speed, limit and trip.
	Battery time.Duration `env:"BATTERY_EVERY" envDefault:"20s"` // Of charge and voltage.
	Status  time.Duration `env:"STATUS_EVERY" envDefault:"30s"`  // Of power, posture, faults and alarms, unless they change.
	Signal  time.Duration `env:"SIGNAL_EVERY" envDefault:"15s"`  // Of the radio's strength.
}

// Spool keeps on the bridge's disk what is on its way to InfluxDB.
type Spool struct {
	// Dir must survive a restart. Each bridge has a folder of its own in it, named like its MQTT session.
	Dir string `env:"DIR" envDefault:".rodada/spool"`
	// Limit is how many bytes it may take; then the oldest points are dropped.
	Limit int64 `env:"LIMIT" envDefault:"1073741824"`
}

// Poll is how often the bridges ask scooters for what these say only when asked; 0 in a pace is never.
type Poll struct {
	// Rate is how many questions one bridge asks in a second at most; 0: it asks none. Those that ride come first: at the usual pace
	// one that rides is asked once in two seconds, and 78 of the others take one question a second.
	Rate int `env:"RATE" envDefault:"500"`
	// Position is how often a scooter that rides is asked where it is.
	Position time.Duration `env:"POSITION" envDefault:"5s"`
	// Vehicle is how often it is asked for speed and battery.
	Vehicle time.Duration `env:"VEHICLE" envDefault:"5s"`
	// Signal is how often it is asked how well its radio hears.
	Signal time.Duration `env:"SIGNAL" envDefault:"15s"`
	// IdlePosition is how often any other scooter that is online is asked where it is.
	IdlePosition time.Duration `env:"IDLE_POSITION" envDefault:"2m"`
	// IdleVehicle is how often such a one is asked for its battery.
	IdleVehicle time.Duration `env:"IDLE_VEHICLE" envDefault:"5m"`
	// IdleSignal is how often such a one is asked how well its radio hears.
	IdleSignal time.Duration `env:"IDLE_SIGNAL" envDefault:"15m"`
	// Window is how long an answer may take; a command that wants the same answer waits as long at most, out of its own time.
	Window time.Duration `env:"WINDOW" envDefault:"2s"`
}

// Alert is when staff are told of what a scooter says, or does not say.
type Alert struct {
	Battery      int           `env:"BATTERY" envDefault:"15"`         // The percentage below which a battery is low; 5 above, it is well again.
	OfflineAfter time.Duration `env:"OFFLINE_AFTER" envDefault:"15m"`  // How long a scooter may be silent.
	SpeedMargin  int           `env:"SPEED_MARGIN_KMH" envDefault:"5"` // How much faster than its limit a scooter may go.
	// MovedMeters is how far from where it was left a scooter with no ride may stray: its receiver is not sure either.
	MovedMeters int `env:"MOVED_METERS" envDefault:"100"`
	// Settle is how long after a ride a scooter may be shaken, and how long it must stand outside of the zones to be there.
	Settle time.Duration `env:"SETTLE" envDefault:"2m"`
	// Quiet is how long it must be left alone until it counts as left alone.
	Quiet  time.Duration `env:"QUIET" envDefault:"15m"`
	Repeat time.Duration `env:"REPEAT" envDefault:"24h"` // How often an alert that lasts is told again.
	// Sweep is how often the whole fleet is looked at, and not only what changed: what is offline, and what is to be told again, is found then.
	Sweep time.Duration `env:"SWEEP" envDefault:"1m"`
}

// Webhook is how other services are told of alerts.
type Webhook struct {
	// Networks are those of one's own that webhooks may lead to, also by plain http, such as 10.1.0.0/16; otherwise they lead to the
	// public Internet alone. The same for api and worker.
	Networks []string `env:"NETWORKS"`
}

// Mail is how riders get their codes and what else concerns their accounts.
type Mail struct {
	// SMTP is the server that takes mails, host:port. Without one and without a folder no mail goes out, and nobody can register.
	SMTP string `env:"SMTP"`
	// TLS is how the way to it is kept secret: starttls, tls from the first byte on, or none.
	TLS      string `env:"TLS" envDefault:"starttls"`
	Username string `env:"USERNAME"`                                           // Empty: the server takes mails from anybody who reaches it.
	Password string `env:"PASSWORD,unset"`                                     // For that name.
	From     string `env:"FROM" envDefault:"Rodada <no-reply@rodada.example>"` // Who riders see as the sender.
	// Dir is the folder that mails are put into, as .eml files, instead of being sent: for development.
	Dir string `env:"DIR"`
}

// Login is how riders log in with other services. docs/accounts.md tells how to register with each.
type Login struct {
	// URL is the API's own address as browsers reach it, such as https://api.example.com. The services send them back to
	// /v1/login/{service}/callback there.
	URL string `env:"URL"`
	// App is the one address that browsers are sent on to with what came of a log-in: a link that the app opens, such as
	// https://app.example.com/login or com.example.app:/login.
	App      string        `env:"APP"`
	Patience time.Duration `env:"PATIENCE" envDefault:"10s"` // How long a service may take when it is asked who came back.
	// OIDC is a JSON list of OIDC providers, each with name (in addresses), title (for people), issuer, client_id, client_secret and, where
	// its ID tokens are not signed with RS256, alg. An address that one of them calls verified opens the account that has it.
	OIDC     string   `env:"OIDC,unset"`
	Google   Google   `envPrefix:"GOOGLE_"`
	Facebook Facebook `envPrefix:"FACEBOOK_"`
	X        X        `envPrefix:"X_"`
}

// Google is Rodada as Google knows it.
type Google struct {
	ID     string `env:"ID"`                                              // Empty: nobody logs in with Google.
	Secret string `env:"SECRET,unset"`                                    // Of that client.
	Issuer string `env:"ISSUER" envDefault:"https://accounts.google.com"` // Its name, and where it says how it is asked.
}

// Facebook is Rodada as Facebook knows it.
type Facebook struct {
	ID        string `env:"ID"`                                                                                          // Empty: nobody logs in with Facebook.
	Secret    string `env:"SECRET,unset"`                                                                                // Of that app.
	Authorize string `env:"AUTHORIZE_URL" envDefault:"https://www.facebook.com/v24.0/dialog/oauth"`                      // Where browsers are sent.
	Token     string `env:"TOKEN_URL" envDefault:"https://graph.facebook.com/v24.0/oauth/access_token"`                  // Where codes become tokens.
	Me        string `env:"ME_URL" envDefault:"https://graph.facebook.com/v24.0/me?fields=id,first_name,last_name,name"` // Where it says who somebody is.
}

// X is Rodada as X knows it.
type X struct {
	ID        string `env:"ID"`                                                          // Empty: nobody logs in with X.
	Secret    string `env:"SECRET,unset"`                                                // Of that client.
	Authorize string `env:"AUTHORIZE_URL" envDefault:"https://x.com/i/oauth2/authorize"` // Where browsers are sent.
	Token     string `env:"TOKEN_URL" envDefault:"https://api.x.com/2/oauth2/token"`     // Where codes become tokens.
	Me        string `env:"ME_URL" envDefault:"https://api.x.com/2/users/me"`            // Where it says who somebody is.
}

// Payment is how riders pay.
type Payment struct {
	// Provider is who collects from riders' cards: stripe, or for development the sandbox; empty: nobody, and no wallet can be filled.
	// It needs RODADA_SEAL_KEYS.
	Provider string `env:"PROVIDER"`
	// StripeKey is the secret key.
	StripeKey string `env:"STRIPE_KEY,unset"`
	// StripePublishableKey is for the app, which is told it.
	StripePublishableKey string `env:"STRIPE_PUBLISHABLE_KEY"`
	// StripeWebhookSecrets sign what Stripe tells at /v1/webhooks/stripe: the events payment_intent.*. While one is changed, both.
	StripeWebhookSecrets []string `env:"STRIPE_WEBHOOK_SECRETS,unset"`
	// StripeURL is Stripe's API, or what stands in for it.
	StripeURL    string `env:"STRIPE_URL" envDefault:"https://api.stripe.com"`
	MinimumTopUp int64  `env:"MINIMUM_TOPUP" envDefault:"100"`    // The least that a rider may put into the wallet at once, in minor units.
	MaximumTopUp int64  `env:"MAXIMUM_TOPUP" envDefault:"100000"` // The most, in minor units.
	// AnnounceWithin is how long the provider may be away before a payment is given up that it has not heard of.
	AnnounceWithin time.Duration `env:"ANNOUNCE_WITHIN" envDefault:"15m"`
	// ActionWithin is how long a rider may take to confirm a payment with the bank.
	ActionWithin time.Duration `env:"ACTION_WITHIN" envDefault:"30m"`
	// DebtSteps are when what a rider owes is collected from the default card, counted from when the wallet fell below zero. After the
	// last the debt is left to the rider and to staff.
	DebtSteps []time.Duration `env:"DEBT_STEPS" envDefault:"1h,24h,120h,240h"`
	// SandboxDir keeps what the sandbox knows; api and worker need the same.
	SandboxDir string `env:"SANDBOX_DIR" envDefault:".rodada/payments"`
	// SandboxURL is the API as the sandbox reaches it with its webhooks; empty: it sends none.
	SandboxURL string `env:"SANDBOX_URL"`
}

// Fleet is what the scooters carry.
type Fleet struct {
	// QRLink is what a printed QR code begins with; the scooter's code follows. The app opens at this address.
	QRLink string `env:"QR_LINK" envDefault:"https://rodada.example/s/"`
}

// Operator is who rents the scooters out, as receipts name them.
type Operator struct {
	Name    string `env:"NAME" envDefault:"Rodada"` // As the law knows it.
	TaxID   string `env:"TAX_ID"`                   // Such as the NIF; empty: none on receipts.
	Address string `env:"ADDRESS"`                  // Where it is, in one line.
	Contact string `env:"CONTACT"`                  // Such as an email; empty: none.
	// Country decides how receipts write amounts: ISO 3166, two letters.
	Country string `env:"COUNTRY" envDefault:"ES"`
	// TimeZone is whose clocks receipts go by.
	TimeZone string `env:"TIME_ZONE" envDefault:"Europe/Madrid"`
	// TaxName is what the tax is called that prices have in them.
	TaxName string `env:"TAX_NAME" envDefault:"IVA"`
	// TaxPercent is how much of a price without the tax it is, with two decimals at most; 0: receipts name no tax.
	TaxPercent float64 `env:"TAX_PERCENT" envDefault:"0"`
}

// Log is how the roles log.
type Log struct {
	Level  string `env:"LEVEL" envDefault:"info"`
	Format string `env:"FORMAT" envDefault:"text"` // text or json
}

// Dev is the stack that `rodada dev` starts. The names of the ports are those that its errors give.
type Dev struct {
	Dir string `env:"DIR" envDefault:".rodada/dev"` // keeps the state
	// WorkerMetrics and BridgeMetrics are where these two roles show their health and metrics on 127.0.0.1.
	WorkerMetrics int `env:"WORKER_METRICS_PORT" envDefault:"18081"`
	BridgeMetrics int `env:"BRIDGE_METRICS_PORT" envDefault:"18082"`
	Ports         DevPorts
}

// DevPorts are where the development services listen on 127.0.0.1; 0 is any free port. The defaults, but Temporal's, stay
// clear of the usual ports, where a distribution's own services may listen.
type DevPorts struct {
	Temporal   int `env:"TEMPORAL_PORT" envDefault:"7233"`
	TemporalUI int `env:"TEMPORAL_UI_PORT" envDefault:"8233"`
	Postgres   int `env:"POSTGRES_PORT" envDefault:"15432"`
	Redis      int `env:"REDIS_PORT" envDefault:"16379"`
	Influx     int `env:"INFLUXDB_PORT" envDefault:"18086"`
	MQTT       int `env:"MQTT_PORT" envDefault:"11883"`
}
