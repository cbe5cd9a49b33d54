package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// requestInfo is what the API knows of a request beside its content.
type requestInfo struct {
	id       string
	language string // as Accept-Language asks, else of the account that asks; empty: neither
	log      *slog.Logger
	subject  string         // rider's or staff member's ID, once known
	session  string         // of the token, as far as it is of one
	audience rider.Audience // of the token
	address  string         // of who asks, as far as we believe it
	agent    string         // what the client says it is
	policies []string       // that count the request
	left     float64        // of the one that is used most
	member   staff.Member
	service  staff.Service
	query    url.Values
	grant    bool // it is for a token, as OAuth has it
}

type requestKey struct{}

var saneID = regexp.MustCompile(`^[0-9A-Za-z._-]{8,64}$`)

// identify gives every request its ID, its language and its origin. A trusted proxy may have given it an ID; nobody else chooses what
// the logs and the audit log call it.
func identify(log *slog.Logger, from origin) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := r.Header.Get("X-Request-Id")
			if !from.relayed(r) || !saneID.MatchString(id) {
				id = uuid.NewString()
			}
			w.Header().Set("X-Request-Id", id)
			info := &requestInfo{
				id:       id,
				language: preferred(r.Header.Get("Accept-Language")),
				log:      log.With(slog.String("request_id", id)),
				address:  from.of(r),
				agent:    agentOf(r.UserAgent()),
				query:    r.URL.Query(),
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, info)))
		})
	}
}

func infoFrom(ctx context.Context) *requestInfo {
	info, _ := ctx.Value(requestKey{}).(*requestInfo)
	return info
}

func requestIDFrom(ctx context.Context) string {
	if info := infoFrom(ctx); info != nil {
		return info.id
	}
	return ""
}

func logFrom(ctx context.Context) *slog.Logger {
	if info := infoFrom(ctx); info != nil {
		return info.log
	}
	return slog.Default()
}

// addressFrom is who asks.
func addressFrom(ctx context.Context) string {
	if info := infoFrom(ctx); info != nil {
		return info.address
	}
	return ""
}

// agentOf is what a client says it is, as text that can be kept.
func agentOf(said string) string {
	letters := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(said, "")))
	return string(letters[:min(len(letters), 200)])
}

// subjectFrom is the ID of who asks; every endpoint that is not for all has one.
func subjectFrom(ctx context.Context) string {
	if info := infoFrom(ctx); info != nil {
		return info.subject
	}
	return ""
}

// sessionFrom is the session of a rider's token, if it is of one.
func sessionFrom(ctx context.Context) string {
	if info := infoFrom(ctx); info != nil {
		return info.session
	}
	return ""
}
