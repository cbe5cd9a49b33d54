package config

import (
	"fmt"
	"math"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"rodada/domain/firmware"
	"rodada/domain/staff"
	"rodada/providers/identity"
	"rodada/seal"
)

var (
	rolePattern    = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,39}$`)
	countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)
	topicPattern   = regexp.MustCompile(`^[^/+#$\x00-\x1f]{1,64}$`)
)

// Validate reports every setting that is wrong, by its name.
func (c Config) Validate() error {
	var errs []error
	check := func(ok bool, name, want string, got any) {
		if !ok {
			errs = append(errs, fmt.Errorf("%s%s must be %s, not %q", prefix, name, want, fmt.Sprint(got)))
		}
	}
	check(isAddr(c.HTTP.Addr), "HTTP_ADDR", "host:port", c.HTTP.Addr)
	check(c.HTTP.MetricsAddr == "" || isAddr(c.HTTP.MetricsAddr), "HTTP_METRICS_ADDR", "host:port or empty", c.HTTP.MetricsAddr)
	check(!slices.ContainsFunc(c.HTTP.Proxies, func(p string) bool { return !isNetwork(p) }),
		"HTTP_PROXIES", "addresses or networks such as 10.0.0.0/8", c.HTTP.Proxies)
	check(!slices.ContainsFunc(c.HTTP.Cloudflare, func(p string) bool { return !isNetwork(p) }),
		"HTTP_CLOUDFLARE", "addresses or networks such as 173.245.48.0/20", c.HTTP.Cloudflare)
	check(c.HTTP.HSTS >= 0 && c.HTTP.HSTS <= 10*8766*time.Hour, "HTTP_HSTS", "0 (never) to 87660h", c.HTTP.HSTS)
	c.Limits.validate(check)
	check((c.HTTP.TLSCert == "") == (c.HTTP.TLSKey == ""), "HTTP_TLS_KEY", "set with RODADA_HTTP_TLS_CERT, and only then", c.HTTP.TLSKey)
	c.Temporal.TLS.validate(check, "TEMPORAL_TLS", c.Temporal.Secure)
	c.Redis.TLS.validate(check, "REDIS_TLS", c.Redis.Secure)
	c.MQTT.TLS.validate(check, "MQTT_TLS", isURL(c.MQTT.URL, "ssl", "mqtts", "wss"))
	c.Influx.TLS.validate(check, "INFLUX_TLS", isURL(c.Influx.URL, "https"))
	check(c.HTTP.MaxBody > 0, "HTTP_MAX_BODY", "above 0", c.HTTP.MaxBody)
	c.Postgres.validate(check)
	check(isAddr(c.Temporal.Addr), "TEMPORAL_ADDR", "host:port", c.Temporal.Addr)
	check(c.Temporal.UpgradesAtOnce > 0, "TEMPORAL_UPGRADES_AT_ONCE", "above 0", c.Temporal.UpgradesAtOnce)
	check(len(c.Redis.Addrs) > 0 && !slices.ContainsFunc(c.Redis.Addrs, func(a string) bool { return !isAddr(a) }),
		"REDIS_ADDRS", "host:port[,host:port]", c.Redis.Addrs)
	check(isURL(c.MQTT.URL, "tcp", "ssl", "mqtt", "mqtts", "ws", "wss"), "MQTT_URL", "tcp:// or ssl://", "its present value")
	check(topicPattern.MatchString(c.MQTT.TopicBike), "MQTT_TOPIC_BIKE", "one topic level", c.MQTT.TopicBike)
	check(topicPattern.MatchString(c.MQTT.TopicOther) && c.MQTT.TopicOther != c.MQTT.TopicBike,
		"MQTT_TOPIC_OTHER", "one topic level, another than MQTT_TOPIC_BIKE", c.MQTT.TopicOther)
	check(isURL(c.Influx.URL, "http", "https"), "INFLUX_URL", "an http:// URL", "its present value")
	check(c.Telemetry.Rebuild >= 0, "TELEMETRY_REBUILD", "0 (never) or more", c.Telemetry.Rebuild)
	check(c.Influx.Retention == 0 || c.Influx.Retention >= time.Hour && c.Influx.Retention%time.Second == 0,
		"INFLUX_RETENTION", "0 (for ever) or whole seconds and at least 1h", c.Influx.Retention)
	check(isCodeLink(c.Fleet.QRLink), "FLEET_QR_LINK", "https://host/path/, with a slash at its end", c.Fleet.QRLink)
	check(isCurrency(c.Currency), "CURRENCY", "an ISO 4217 code such as EUR", c.Currency)
	c.Operator.validate(check)
	check(c.Log.Format == "text" || c.Log.Format == "json", "LOG_FORMAT", "text or json", c.Log.Format)
	if _, err := seal.Parse(c.SealKeys); c.SealKeys != "" {
		check(err == nil, "SEAL_KEYS", "name:base64 of 32 bytes[,name:...]", "its present value")
	}
	check(c.MQTT.BoxAddr == "" || isAddr(c.MQTT.BoxAddr), "MQTT_BOX_ADDR", "host:port or empty", c.MQTT.BoxAddr)
	c.Rental.validate(check)
	c.Payment.validate(check, c.Development, c.SealKeys != "")
	c.Onboard.validate(check)
	_, err := firmware.ParseKeys(c.Firmware.Keys)
	check(err == nil, "FIRMWARE_KEYS", "name:base64 of 32 bytes[,name:...]", "its present value")
	check(c.Firmware.MaxSize > 0 && c.Firmware.MaxSize <= firmware.SizeLimit, "FIRMWARE_MAX_SIZE", "1 to 67108864", c.Firmware.MaxSize)
	check(c.Firmware.UploadTimeout >= time.Second && c.Firmware.UploadTimeout <= time.Hour, "FIRMWARE_UPLOAD_TIMEOUT", "1s to 1h", c.Firmware.UploadTimeout)
	c.Upgrade.validate(check)
	check(c.Rollout.RetryAfter >= time.Second, "ROLLOUT_RETRY_AFTER", "at least 1s", c.Rollout.RetryAfter)
	check(c.Rollout.OfflinePatience >= time.Minute, "ROLLOUT_OFFLINE_PATIENCE", "at least 1m", c.Rollout.OfflinePatience)
	check(c.Rollout.LookEvery >= time.Second, "ROLLOUT_LOOK_EVERY", "at least 1s", c.Rollout.LookEvery)
	c.Telemetry.validate(check)
	check(c.Poll.Rate >= 0, "POLL_RATE", "0 (never) or more", c.Poll.Rate)
	check(c.Poll.Rate == 0 || c.Poll.Window > 0 && c.Poll.Window <= c.Rental.AckWindow/2,
		"POLL_WINDOW", "above 0 and at most half of RODADA_RENTAL_ACK_WINDOW", c.Poll.Window)
	check(min(c.Poll.Position, c.Poll.Vehicle, c.Poll.Signal, c.Poll.IdlePosition, c.Poll.IdleVehicle, c.Poll.IdleSignal) >= 0,
		"POLL_*", "0 (never) or more", "less")
	c.History.validate(check)
	check(c.Spool.Dir != "", "SPOOL_DIR", "a folder", c.Spool.Dir)
	check(c.Spool.Limit >= 1<<20, "SPOOL_LIMIT", "at least 1048576 (1 MiB)", c.Spool.Limit)
	c.Alert.validate(check)
	check(!slices.ContainsFunc(c.Webhook.Networks, func(n string) bool { _, err := netip.ParsePrefix(n); return err != nil }),
		"WEBHOOK_NETWORKS", "networks such as 10.1.0.0/16", c.Webhook.Networks)
	check(!slices.ContainsFunc(c.Staff.SecondFactor, func(p string) bool { return !staff.Permission(p).Known() }),
		"STAFF_SECOND_FACTOR", fmt.Sprintf("permissions out of %v", staff.Permissions()), c.Staff.SecondFactor)
	c.Mail.validate(check)
	c.Login.validate(check)
	check(c.Rental.UnlockWindow < c.HTTP.Deadline, "HTTP_DEADLINE", "longer than RODADA_RENTAL_UNLOCK_WINDOW", c.HTTP.Deadline)
	check(isURL(c.Client.URL, "http", "https"), "URL", "an http:// URL", c.Client.URL)
	check(c.Command.Window > 0 && c.Command.Window <= time.Minute, "COMMAND_WINDOW", "above 0 and at most 1m", c.Command.Window)
	return oneLine(errs)
}

// validate also finds what would be taken for a protection and is none.
func (t TLS) validate(check func(ok bool, name, want string, got any), name string, used bool) {
	check((t.Cert == "") == (t.Key == ""), name+"_KEY", "set with RODADA_"+name+"_CERT, and only then", t.Key)
	check(used || t.CA == "", name+"_CA", "empty where the service is reached without TLS", t.CA)
	check(used || t.Cert == "", name+"_CERT", "empty where the service is reached without TLS", t.Cert)
}

func (p Postgres) validate(check func(ok bool, name, want string, got any)) {
	check(isURL(p.URL, "postgres", "postgresql"), "POSTGRES_URL", "a postgres:// URL", "its present value")
	for name, own := range map[string]string{"API": p.APIURL, "LOGIN": p.LoginURL, "WORKER": p.WorkerURL, "BRIDGE": p.BridgeURL} {
		check(own == "" || isURL(own, "postgres", "postgresql"), "POSTGRES_"+name+"_URL", "a postgres:// URL or empty", "its present value")
	}
	check(p.APIURL == "" || p.LoginURL != "", "POSTGRES_LOGIN_URL", "set where RODADA_POSTGRES_API_URL is, whose user reads no passwords", "")
	check(rolePattern.MatchString(p.RolePrefix), "POSTGRES_ROLE_PREFIX", "small letters, digits and _, at most 40", p.RolePrefix)
	check(p.MaxOpen > 0, "POSTGRES_MAX_OPEN", "above 0", p.MaxOpen)
	check(p.LoginMaxOpen > 0, "POSTGRES_LOGIN_MAX_OPEN", "above 0", p.LoginMaxOpen)
}

func (r Rental) validate(check func(ok bool, name, want string, got any)) {
	check(r.AckWindow > 0, "RENTAL_ACK_WINDOW", "above 0", r.AckWindow)
	check(r.UnlockWindow > 0, "RENTAL_UNLOCK_WINDOW", "above 0", r.UnlockWindow)
	check(r.ZoneGrace >= 0, "RENTAL_ZONE_GRACE", "0 (never) or more", r.ZoneGrace)
	check(r.RemindAfter >= 0, "RENTAL_REMIND_AFTER", "0 (never) or more", r.RemindAfter)
	check(r.PauseAfter == 0 || r.PauseAfter >= r.RemindAfter, "RENTAL_PAUSE_AFTER", "0 (never) or not before RODADA_RENTAL_REMIND_AFTER", r.PauseAfter)
	check(r.EndAfter == 0 || r.EndAfter >= max(r.PauseAfter, r.RemindAfter), "RENTAL_END_AFTER", "0 (never) or the last of the limits", r.EndAfter)
	check(r.LockBackoff > 0, "RENTAL_LOCK_BACKOFF", "above 0", r.LockBackoff)
	check(r.LockBackoffMax >= r.LockBackoff, "RENTAL_LOCK_BACKOFF_MAX", "at least RODADA_RENTAL_LOCK_BACKOFF", r.LockBackoffMax)
	check(r.AlertAfter > 0, "RENTAL_ALERT_AFTER", "above 0", r.AlertAfter)
	check(r.MinimumBattery >= 0 && r.MinimumBattery <= 100, "RENTAL_MINIMUM_BATTERY", "0 to 100", r.MinimumBattery)
	check(r.ReservationsADay >= 0, "RENTAL_RESERVATIONS_A_DAY", "0 (any number) or more", r.ReservationsADay)
	check(r.FailedUnder >= 0, "RENTAL_FAILED_UNDER", "0 (none) or more", r.FailedUnder)
	check(r.FailedWithin >= 0, "RENTAL_FAILED_WITHIN", "0 (none) or more", r.FailedWithin)
}

func (l Limits) validate(check func(ok bool, name, want string, got any)) {
	check(!slices.ContainsFunc(l.Free, func(p string) bool { return !isNetwork(p) }), "LIMIT_FREE", "addresses or networks such as 10.0.0.0/8", l.Free)
	check(l.LoginTries >= 1, "LIMIT_LOGIN_TRIES", "1 or more", l.LoginTries)
	check(l.LoginWait >= time.Second, "LIMIT_LOGIN_WAIT", "1s or more", l.LoginWait)
	check(l.LoginWaitMax >= l.LoginWait && l.LoginWaitMax <= time.Hour, "LIMIT_LOGIN_WAIT_MAX", "RODADA_LIMIT_LOGIN_WAIT to 1h", l.LoginWaitMax)
	check(l.CardTries >= 1, "LIMIT_CARD_TRIES", "1 or more", l.CardTries)
	check(l.CardWait >= time.Second, "LIMIT_CARD_WAIT", "1s or more", l.CardWait)
	check(l.CardWaitMax >= l.CardWait && l.CardWaitMax <= time.Hour, "LIMIT_CARD_WAIT_MAX", "RODADA_LIMIT_CARD_WAIT to 1h", l.CardWaitMax)
}

func (o Onboard) validate(check func(ok bool, name, want string, got any)) {
	check(o.AckWindow > 0, "ONBOARD_ACK_WINDOW", "above 0", o.AckWindow)
	check(o.Backoff > 0, "ONBOARD_BACKOFF", "above 0", o.Backoff)
	check(o.BackoffMax >= o.Backoff, "ONBOARD_BACKOFF_MAX", "not below RODADA_ONBOARD_BACKOFF", o.BackoffMax)
	check(o.Patience > 0, "ONBOARD_PATIENCE", "above 0", o.Patience)
	check(o.SwitchPatience > o.AckWindow, "ONBOARD_SWITCH_PATIENCE", "longer than RODADA_ONBOARD_ACK_WINDOW", o.SwitchPatience)
}

func (t Telemetry) validate(check func(ok bool, name, want string, got any)) {
	check(t.OfflineAfter > 0, "TELEMETRY_OFFLINE_AFTER", "above 0", t.OfflineAfter)
	check(t.FixFor > 0, "TELEMETRY_FIX_FOR", "above 0", t.FixFor)
	check(t.MaxKmh >= 1 && t.MaxKmh <= 200, "TELEMETRY_MAX_KMH", "1 to 200", t.MaxKmh)
}

func (h History) validate(check func(ok bool, name, want string, got any)) {
	for name, every := range map[string]time.Duration{
		"GPS": h.GPS, "SPEED": h.Speed, "BATTERY": h.Battery, "STATUS": h.Status, "SIGNAL": h.Signal,
	} {
		check(every >= 0 && every <= time.Hour, "HISTORY_"+name+"_EVERY", "0 to 1h", every)
	}
}

func (u Upgrade) validate(check func(ok bool, name, want string, got any)) {
	check(u.AckWindow > 0, "UPGRADE_ACK_WINDOW", "above 0", u.AckWindow)
	check(u.PacketWindow > 0, "UPGRADE_PACKET_WINDOW", "above 0", u.PacketWindow)
	check(u.FinishWindow > 0, "UPGRADE_FINISH_WINDOW", "above 0", u.FinishWindow)
	check(u.RebootWindow > u.AckWindow, "UPGRADE_REBOOT_WINDOW", "longer than RODADA_UPGRADE_ACK_WINDOW", u.RebootWindow)
	check(u.SilentAfter > u.PacketWindow, "UPGRADE_SILENT_AFTER", "longer than RODADA_UPGRADE_PACKET_WINDOW", u.SilentAfter)
	check(u.Backoff > 0, "UPGRADE_BACKOFF", "above 0", u.Backoff)
	check(u.BackoffMax >= u.Backoff, "UPGRADE_BACKOFF_MAX", "not below RODADA_UPGRADE_BACKOFF", u.BackoffMax)
	check(u.Attempts > 0, "UPGRADE_ATTEMPTS", "above 0", u.Attempts)
	check(u.MinimumBattery >= 0 && u.MinimumBattery <= 100, "UPGRADE_MINIMUM_BATTERY", "0 to 100", u.MinimumBattery)
	check(u.ParkFor > 0, "UPGRADE_PARK_FOR", "above 0", u.ParkFor)
}

func (a Alert) validate(check func(ok bool, name, want string, got any)) {
	check(a.Battery >= 1 && a.Battery <= 90, "ALERT_BATTERY", "1 to 90", a.Battery)
	check(a.Sweep >= time.Second, "ALERT_SWEEP", "1s or more", a.Sweep)
	check(a.OfflineAfter >= a.Sweep, "ALERT_OFFLINE_AFTER", "RODADA_ALERT_SWEEP or more", a.OfflineAfter)
	check(a.SpeedMargin >= 1 && a.SpeedMargin <= 50, "ALERT_SPEED_MARGIN_KMH", "1 to 50", a.SpeedMargin)
	check(a.MovedMeters >= 20, "ALERT_MOVED_METERS", "20 or more", a.MovedMeters)
	check(a.Settle > 0, "ALERT_SETTLE", "above 0", a.Settle)
	check(a.Quiet > 0, "ALERT_QUIET", "above 0", a.Quiet)
	check(a.Repeat >= a.Sweep, "ALERT_REPEAT", "RODADA_ALERT_SWEEP or more", a.Repeat)
}

func (m Mail) validate(check func(ok bool, name, want string, got any)) {
	check(m.SMTP == "" || isAddr(m.SMTP), "MAIL_SMTP", "host:port or empty", m.SMTP)
	check(m.SMTP == "" || m.Dir == "", "MAIL_DIR", "empty where RODADA_MAIL_SMTP is set", m.Dir)
	check(slices.Contains([]string{"starttls", "tls", "none"}, m.TLS), "MAIL_TLS", "starttls, tls or none", m.TLS)
	check(m.TLS != "none" || m.Username == "", "MAIL_TLS", "starttls or tls where RODADA_MAIL_USERNAME is set", m.TLS)
	_, err := mail.ParseAddress(m.From)
	check(err == nil, "MAIL_FROM", "an address such as Rodada <no-reply@example.com>", m.From)
}

func (l Login) validate(check func(ok bool, name, want string, got any)) {
	list, err := identity.Parse(l.OIDC)
	check(err == nil, "LOGIN_OIDC", "a JSON list of providers with name, title, issuer (https), client_id, client_secret and alg", "its present value")
	some := len(list) > 0 || l.Google.ID+l.Facebook.ID+l.X.ID != ""
	check(!some && l.URL == "" || isHome(l.URL), "LOGIN_URL", "https://host, without a path", l.URL)
	check(!some && l.App == "" || isAppLink(l.App), "LOGIN_APP", "a link that the app opens", l.App)
	check(l.Patience > 0 && l.Patience <= time.Minute, "LOGIN_PATIENCE", "above 0 and at most 1m", l.Patience)
	for name, of := range map[string][2]string{
		"GOOGLE": {l.Google.ID, l.Google.Secret}, "FACEBOOK": {l.Facebook.ID, l.Facebook.Secret}, "X": {l.X.ID, l.X.Secret},
	} {
		check((of[0] == "") == (of[1] == ""), "LOGIN_"+name+"_SECRET", "set where RODADA_LOGIN_"+name+"_ID is, and only there", "its present value")
	}
	for name, at := range map[string]string{
		"GOOGLE_ISSUER":          l.Google.Issuer,
		"FACEBOOK_AUTHORIZE_URL": l.Facebook.Authorize, "FACEBOOK_TOKEN_URL": l.Facebook.Token, "FACEBOOK_ME_URL": l.Facebook.Me,
		"X_AUTHORIZE_URL": l.X.Authorize, "X_TOKEN_URL": l.X.Token, "X_ME_URL": l.X.Me,
	} {
		check(identity.IsSafe(at), "LOGIN_"+name, "an https:// URL", at)
	}
}

// isHome reports whether an address is all of a host, which browsers reach safely.
func isHome(s string) bool {
	u, err := url.Parse(s)
	return err == nil && identity.IsSafe(s) && u.Path == "" && !strings.ContainsAny(s, "?#")
}

// isAppLink reports whether browsers may be sent to an address with a secret: over https, or to an app by a scheme of its own.
func isAppLink(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Fragment != "" || u.User != nil || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return identity.IsSafe(s)
	case "", "javascript", "data", "vbscript", "file", "blob", "about", "ftp", "ws", "wss", "mailto":
		return false
	}
	return true
}

func (p Payment) validate(check func(ok bool, name, want string, got any), development, sealed bool) {
	check(slices.Contains([]string{"", "stripe", "sandbox"}, p.Provider), "PAYMENT_PROVIDER", "stripe, sandbox or empty", p.Provider)
	check(p.Provider != "sandbox" || development, "PAYMENT_PROVIDER", "another where RODADA_DEVELOPMENT is not set: the sandbox takes no money", p.Provider)
	check(p.Provider == "" || sealed, "SEAL_KEYS", "set where RODADA_PAYMENT_PROVIDER is", "")
	check(p.Provider != "stripe" || p.StripeKey != "", "PAYMENT_STRIPE_KEY", "set where RODADA_PAYMENT_PROVIDER is stripe", "")
	check(p.Provider != "stripe" || len(p.StripeWebhookSecrets) > 0, "PAYMENT_STRIPE_WEBHOOK_SECRETS", "set where RODADA_PAYMENT_PROVIDER is stripe", "")
	check(isURL(p.StripeURL, "http", "https"), "PAYMENT_STRIPE_URL", "an http:// or https:// URL", p.StripeURL)
	check(p.SandboxURL == "" || isURL(p.SandboxURL, "http", "https"), "PAYMENT_SANDBOX_URL", "an http:// URL or empty", p.SandboxURL)
	check(p.MinimumTopUp >= 1, "PAYMENT_MINIMUM_TOPUP", "1 or more", p.MinimumTopUp)
	check(p.MaximumTopUp >= p.MinimumTopUp, "PAYMENT_MAXIMUM_TOPUP", "not below RODADA_PAYMENT_MINIMUM_TOPUP", p.MaximumTopUp)
	check(p.AnnounceWithin >= time.Minute, "PAYMENT_ANNOUNCE_WITHIN", "1m or more", p.AnnounceWithin)
	check(p.ActionWithin >= time.Minute, "PAYMENT_ACTION_WITHIN", "1m or more", p.ActionWithin)
	check(len(p.DebtSteps) > 0 && p.DebtSteps[0] > 0 && slices.IsSorted(p.DebtSteps), "PAYMENT_DEBT_STEPS", "durations above zero, each not below the one before", p.DebtSteps)
}

func isNetwork(s string) bool {
	_, network := netip.ParsePrefix(s)
	_, address := netip.ParseAddr(s)
	return network == nil || address == nil
}

func isAddr(s string) bool {
	_, port, err := net.SplitHostPort(s)
	return err == nil && port != ""
}

// isCodeLink reports whether a link reads as a scooter's code when the code follows it: nothing but a path may stand before.
func isCodeLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && strings.HasSuffix(u.Path, "/") &&
		!strings.ContainsAny(s, "?#") && len(s) <= 200
}

func isURL(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	return err == nil && slices.Contains(schemes, u.Scheme) && u.Host != ""
}

func (c Operator) validate(check func(ok bool, name, want string, got any)) {
	check(strings.TrimSpace(c.Name) != "", "OPERATOR_NAME", "a name", c.Name)
	check(countryPattern.MatchString(c.Country), "OPERATOR_COUNTRY", "two letters of ISO 3166 such as ES", c.Country)
	_, err := time.LoadLocation(c.TimeZone)
	check(err == nil && c.TimeZone != "" && c.TimeZone != "Local", "OPERATOR_TIME_ZONE", "a time zone such as Europe/Madrid", c.TimeZone)
	check(c.TaxPercent >= 0 && c.TaxPercent < 100 && c.TaxPercent == float64(c.TaxHundredths())/100, "OPERATOR_TAX_PERCENT",
		"from 0 to below 100, with two decimals at most", c.TaxPercent)
	check(c.TaxPercent == 0 || strings.TrimSpace(c.TaxName) != "", "OPERATOR_TAX_NAME", "a name", c.TaxName)
}

// TaxHundredths is the tax in hundredths of a percent.
func (c Operator) TaxHundredths() int64 { return int64(math.Round(c.TaxPercent * 100)) }

// isCurrency reports whether a text is a code of ISO 4217, as it is written there.
func isCurrency(text string) bool {
	unit, err := currency.ParseISO(text)
	return err == nil && unit.String() == text
}
