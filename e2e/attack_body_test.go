package e2e_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// large are the operations that read more than any other, in bytes.
var large = map[string]int{"import-zones": 33 << 20}

// monstrousBodies sends every operation that reads a body what is too long, too deep, too wide or no JSON at all.
func (s *siege) monstrousBodies(t *testing.T) {
	deep := func(open, inner, end string) string {
		n := 30_000 / len(open)
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	bodies := map[string]string{
		"deep lists":         deep("[", "", "]"),
		"deep objects":       deep(`{"a":`, "1", "}"),
		"never closed":       strings.Repeat(`{"a":[`, 10_000),
		"wide":               `{` + strings.TrimSuffix(strings.Repeat(`"a":1,`, 10_000), ",") + `}`,
		"a number of weight": `{"amount":1e999999999}`,
		"digits":             `{"amount":` + strings.Repeat("9", 60_000) + `}`,
		"no JSON":            "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
		"null":               "null",
		"a list":             "[]",
		"a text":             `"text"`,
		"broken text":        "{\"email\":\"\xff\xfe\"}",
		"two of them":        "{}{}",
		"nothing":            "",
	}
	for _, o := range s.targets {
		t.Run(o.id, func(t *testing.T) {
			if o.body == nil && o.upload == "" {
				return
			}
			by, path := s.as(o.who), o.at(s.fill())
			for name, body := range bodies {
				a := s.attack(t, by, o, path, []byte(body))
				unharmed(t, a, o.id, name)
				if o.upload == "" && name != "null" && name != "nothing" {
					require.GreaterOrEqual(t, a.Status, 400, "%s takes %s", o.id, name)
				}
			}
			if o.upload == "" {
				a := s.attack(t, by, o, path, []byte(`{"a":"`+strings.Repeat("x", max(5<<20, large[o.id]))+`"}`))
				require.Equal(t, http.StatusRequestEntityTooLarge, a.Status, "%s: %s", o.id, a.Body)
			}
		})
	}
}

// slowClients open connections and say next to nothing. Others are served meanwhile, and in the end the slow ones are hung up on.
func (s *siege) slowClients(t *testing.T) {
	address := strings.TrimPrefix(strings.TrimSuffix(s.api.ready, "/readyz"), "http://")
	var slow []net.Conn
	for i := range 60 {
		c, err := net.Dial("tcp", address)
		require.NoError(t, err)
		defer c.Close()
		said := "POST /v1/sessions HTTP/1.1\r\nHost: slow\r\n"
		if i%2 == 0 { // its header is whole, its body never
			said += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"email\":"
		}
		_, err = fmt.Fprint(c, said)
		require.NoError(t, err)
		slow = append(slow, c)
	}
	for range 20 {
		_, err := s.riders[1].app.Balance(t.Context())
		require.NoError(t, err)
	}
	for _, c := range slow {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
		r := bufio.NewReader(c)
		if res, err := http.ReadResponse(r, nil); err == nil { // it may say why
			require.Contains(t, []int{http.StatusRequestTimeout, http.StatusBadRequest}, res.StatusCode)
			_ = res.Body.Close()
		}
		_, err := r.ReadByte()
		for err == nil {
			_, err = r.ReadByte()
		}
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection is still open")
	}
}
