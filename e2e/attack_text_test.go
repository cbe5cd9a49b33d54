package e2e_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mark is in every hostile text, so that it is found again.
const mark = "zqx"

// hostile are texts that would be code if somebody put them where code is.
var hostile = []string{
	mark + `' OR '1'='1'; DROP TABLE riders CASCADE; --`,
	mark + `\"); SELECT pg_sleep(60); --`,
	mark + "\r\nX-Injected: yes\r\n\r\n<script>alert(1)</script>",
	mark + "\x00\x1b[31m",
	"../../etc/passwd%00%0d%0aX-Injected:%20yes{{7*7}}${7*7}<img src=x onerror=alert(1)>" + mark,
	mark + "\u202e\ufeff" + strings.Repeat("\U0001F6F4", 8),
}

// hostileText puts them into every text of every body, path, query and header. Nothing breaks, no header is split, and what is taken is shown as
// it was sent: it was text on all of the way.
func (s *siege) hostileText(t *testing.T) {
	fill := s.fill()
	for _, o := range s.targets {
		t.Run(o.id, func(t *testing.T) {
			if skipped := map[string]bool{"delete-me": true}; skipped[o.id] { // the attacker has to stay
				return
			}
			by := s.as(o.who)
			for _, text := range hostile {
				for _, query := range o.queries {
					unharmed(t, s.attack(t, by, o, o.at(fill)+"?"+url.Values{query: {text}}.Encode(), nil), o.id, query)
				}
				if strings.Contains(o.path, "{") {
					bad := map[string]string{"id": url.PathEscape(text), "plate": url.PathEscape(text), "name": url.PathEscape(text), "version": url.PathEscape(text)}
					unharmed(t, s.attack(t, by, o, o.at(bad), nil), o.id)
				}
				if o.method == "GET" && !strings.ContainsAny(text, "\r\n\x00\x1b") { // which no client can send
					header := []string{"Accept-Language", text, "X-Request-Id", text, "X-Forwarded-For", text, "User-Agent", text}
					for _, name := range o.headers {
						header = append(header, name, text)
					}
					unharmed(t, s.attack(t, by, o, o.at(fill), nil, header...), o.id)
				}
			}
			if o.body == nil {
				return
			}
			sample := o.doc.sample(o.body)
			if whole, err := json.Marshal(sample); err == nil { // that others can name what comes of it
				a := s.attack(t, by, o, o.at(fill), whole)
				unharmed(t, a, o.id)
				var made struct{ ID any }
				if o.method == "POST" && a.Status == 201 && json.Unmarshal(a.Body, &made) == nil && made.ID != nil {
					raw, err := json.Marshal(made.ID)
					require.NoError(t, err)
					fill[o.path+"/{id}"] = strings.Trim(string(raw), `"`)
				}
			}
			for _, where := range o.doc.places(o.body, sample, "string") {
				for _, text := range hostile {
					body, err := json.Marshal(where.with(sample, text))
					require.NoError(t, err)
					a := s.attack(t, by, o, o.at(fill), body)
					unharmed(t, a, o.id, where)
					if a.Status < 300 && strings.HasPrefix(a.Header.Get("Content-Type"), "application/json") {
						var answer any
						require.NoError(t, json.Unmarshal(a.Body, &answer), o.id)
						for _, shown := range texts(answer) {
							if strings.Contains(shown, mark) {
								require.True(t, slices.ContainsFunc(hostile, func(h string) bool { return shown == h || shown == strings.TrimSpace(h) }), "%s shows %q", o.id, shown)
							}
						}
					}
				}
			}
		})
	}
	for _, table := range []string{"riders", "staff", "rentals", "scooters", "audit_log", "sessions"} {
		require.GreaterOrEqual(t, s.number(t, "SELECT count(*) FROM "+table), 0)
	}
}

// texts are all texts of an answer.
func texts(answer any) (found []string) {
	switch v := answer.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			found = append(found, texts(one)...)
		}
	case object:
		for _, one := range v {
			found = append(found, texts(one)...)
		}
	}
	return found
}
