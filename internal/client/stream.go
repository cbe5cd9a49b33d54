package client

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
)

// Stream reads server-sent events until the server ends them, or each fails.
func (c *Client) Stream(ctx context.Context, path string, each func(name string, data []byte) error) error {
	res, err := c.open(ctx, c.unhurried(), http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 400 {
		text, err := io.ReadAll(res.Body)
		if err != nil {
			return err
		}
		return Answer{Status: res.StatusCode, Header: res.Header, Body: text}.Into(nil)
	}
	var name string
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "event":
			name = value
		case "data":
			if err := each(name, []byte(value)); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}
