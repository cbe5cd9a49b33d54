package api

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"rodada/domain/limit"
	"rodada/domain/rider"
	"rodada/internal/config"
)

// Throttle counts how often somebody comes, for all copies of the API together. It always answers.
type Throttle interface {
	Take(ctx context.Context, key string, q limit.Quota) limit.Verdict
	Try(ctx context.Context, l limit.Login, b limit.Backoff) (wait time.Duration)
	Right(ctx context.Context, l limit.Login)
	Reset(ctx context.Context, l limit.Login)
	Meet(ctx context.Context, l limit.Login)
	Met(ctx context.Context, l limit.Login) bool
	Away() bool
}

// class is the endpoints that have the same limits.
type class string

// The classes.
const (
	classLogin      class = "login"       // opens a session
	classRefresh    class = "refresh"     // goes on with one, or ends it
	classCode       class = "code"        // mails a code, or takes one
	classPassword   class = "password"    // takes the password of who asks
	classScan       class = "scan"        // takes a scooter
	classRide       class = "ride"        // is for who rides
	classRead       class = "read"        // shows a rider something
	classWrite      class = "write"       // changes something for a rider
	classStream     class = "stream"      // goes on showing
	classStaffRead  class = "staff_read"  // shows staff something
	classStaffWrite class = "staff_write" // changes something for staff
	classHook       class = "hook"        // is for other services
)

// class is that of an endpoint: its own, or the usual one.
func (m meta) class(who audience, method string) class {
	switch read := method == http.MethodGet; {
	case m.Class != "":
		return m.Class
	case len(m.Events) > 0:
		return classStream
	case who.has(rider.ForStaff) && read, who == forService:
		return classStaffRead
	case who.has(rider.ForStaff):
		return classStaffWrite
	case who == forRider && read:
		return classRead
	case who == forRider:
		return classWrite
	}
	return classLogin // the strictest, for whoever forgets to say
}

// limits is how often somebody may come: an address, whoever uses it, to the endpoints of a class, and an account to an endpoint.
type limits struct {
	throttle Throttle // nil: nobody is counted
	quotas   map[class]quotas
	free     proxies // whose addresses are not counted
	limited  *prometheus.CounterVec
}

type quotas struct{ address, account limit.Quota }

func newLimits(throttle Throttle, c config.Limits, r prometheus.Registerer) *limits {
	l := &limits{
		throttle: throttle, free: parseProxies(c.Free),
		quotas: map[class]quotas{
			classLogin:      {address: c.LoginAddress},
			classRefresh:    {address: c.RefreshAddress},
			classCode:       {c.CodeAddress, c.CodeAccount},
			classPassword:   {c.PasswordAddress, c.PasswordAccount},
			classScan:       {c.ScanAddress, c.ScanAccount},
			classRide:       {c.RideAddress, c.RideAccount},
			classRead:       {c.ReadAddress, c.ReadAccount},
			classWrite:      {c.WriteAddress, c.WriteAccount},
			classStream:     {c.StreamAddress, c.StreamAccount},
			classStaffRead:  {c.StaffReadAddress, c.StaffReadAccount},
			classStaffWrite: {c.StaffWriteAddress, c.StaffWriteAccount},
			classHook:       {address: c.HookAddress},
		},
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rodada_http_limited_total", Help: "Requests that were turned away because they came too often, by the class of the endpoint and by what was counted: address or account.",
		}, []string{"class", "by"}),
	}
	r.MustRegister(l.limited, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "rodada_limits_alone", Help: "1 while Redis does not answer and this process counts requests by itself.",
	}, func() float64 {
		if throttle != nil && throttle.Away() {
			return 1
		}
		return 0
	}))
	return l
}

// byAddress counts an address, before anything else is done for it.
func (l *limits) byAddress(api huma.API, c class) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		address := addressFrom(ctx.Context())
		if parsed, err := netip.ParseAddr(address); err == nil && l.free.have(parsed) {
			next(ctx)
			return
		}
		l.count(api, ctx, next, c, "address", string(c)+":"+household(address), l.quotas[c].address)
	}
}

// byAccount counts who asks, once that is known. What takes a password or a code counts each session for itself: whoever has stolen a
// token spends none of its owner's tries.
func (l *limits) byAccount(api huma.API, c class, operation string) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		who := subjectFrom(ctx.Context())
		if session := sessionFrom(ctx.Context()); (c == classPassword || c == classCode) && session != "" {
			who = session
		}
		l.count(api, ctx, next, c, "account", operation+":"+who, l.quotas[c].account)
	}
}

func (l *limits) count(api huma.API, ctx huma.Context, next func(huma.Context), c class, by, of string, q limit.Quota) {
	if l.throttle == nil || q.None() {
		next(ctx)
		return
	}
	v := l.throttle.Take(ctx.Context(), "limit:"+by+":"+of, q)
	infoFrom(ctx.Context()).counted(ctx, by, q, v)
	if !v.Allowed {
		l.limited.WithLabelValues(string(c), by).Inc()
		turnAway(api, ctx, limit.In(limit.ErrTooMany, v.Retry))
		return
	}
	next(ctx)
}

// counted tells a client how it stands, in the words of draft-ietf-httpapi-ratelimit-headers: every limit that it is under, and
// of the one that it has used most how much is left.
func (i *requestInfo) counted(ctx huma.Context, by string, q limit.Quota, v limit.Verdict) {
	policy := fmt.Sprintf("%q;q=%d;w=%d", by, q.Count, limit.Seconds(q.Per))
	i.policies = append(i.policies, policy)
	ctx.SetHeader("RateLimit-Policy", strings.Join(i.policies, ", "))
	if left := float64(v.Left) / float64(q.Count); len(i.policies) == 1 || left <= i.left {
		i.left = left
		ctx.SetHeader("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", by, v.Left, limit.Seconds(v.Reset)))
	}
}

// limitHeaders are what the document says of them.
func limitHeaders() map[string]*huma.Param {
	text := func(what, example string) *huma.Param {
		return &huma.Param{Description: what, Schema: &huma.Schema{Type: huma.TypeString}, Example: example}
	}
	return map[string]*huma.Param{
		"Retry-After":      text("Seconds until it makes sense to come back.", "12"),
		"RateLimit":        text("What is left of the limit that is used most, and the seconds until all of it is there again.", `"account";r=0;t=60`),
		"RateLimit-Policy": text("The limits: how many requests in how many seconds.", `"address";q=600;w=60, "account";q=60;w=60`),
	}
}

// GetHeaders tells huma when to come back, where a problem says so, and how to prove who one is, where that failed for a token.
func (p *Problem) GetHeaders() http.Header {
	if p.grant != nil && p.Status == http.StatusUnauthorized {
		return http.Header{"Www-Authenticate": {`Basic realm="service"`}}
	}
	if wait, is := p.Facts["retry_after"].(int); is {
		return http.Header{"Retry-After": {strconv.Itoa(wait)}}
	}
	return nil
}
