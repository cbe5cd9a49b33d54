package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api"
)

// target is an operation of the OpenAPI document, as an attacker reads it. What is added to the API is attacked by itself.
type target struct {
	id, method, path string
	who              string // rider, staff or service, or empty for all
	services         bool   // services may too
	headers, queries []string
	body             object // schema; nil: none, or no JSON
	upload           string // the type of a body that is no JSON
	stream           bool
	doc              *document
}

// document is the API's own words on itself.
type document struct{ schemas object }

func targets(t *testing.T) []target {
	t.Helper()
	raw, err := api.Document()
	require.NoError(t, err)
	var doc struct {
		Paths map[string]map[string]struct {
			ID       string                      `json:"operationId"`
			Security []map[string][]any          `json:"security"`
			Params   []struct{ Name, In string } `json:"parameters"`
			Body     struct {
				Content map[string]struct{ Schema object } `json:"content"`
			} `json:"requestBody"`
			Responses map[string]struct {
				Content map[string]any `json:"content"`
			} `json:"responses"`
		} `json:"paths"`
		Components struct {
			Schemas object `json:"schemas"`
		} `json:"components"`
	}
	require.NoError(t, json.Unmarshal(raw, &doc))
	d := &document{doc.Components.Schemas}
	var all []target
	for path, methods := range doc.Paths {
		for method, op := range methods {
			one := target{id: op.ID, method: strings.ToUpper(method), path: path, doc: d}
			for i, audiences := range op.Security {
				for who := range audiences {
					if i == 0 {
						one.who = who
					}
					one.services = one.services || who == "service"
				}
			}
			for _, p := range op.Params {
				switch p.In {
				case "header":
					one.headers = append(one.headers, p.Name)
				case "query":
					one.queries = append(one.queries, p.Name)
				}
			}
			for kind, content := range op.Body.Content {
				if kind == "application/json" {
					one.body = content.Schema
				} else if one.body == nil {
					one.upload = kind
				}
			}
			_, one.stream = op.Responses["200"].Content["text/event-stream"]
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b target) int { return strings.Compare(a.path+" "+a.method, b.path+" "+b.method) })
	require.Greater(t, len(all), 150)
	return all
}

// at is its path with everything filled in.
func (o target) at(fill map[string]string) string {
	parts := strings.Split(o.path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			name := strings.Trim(part, "{}")
			value, known := fill[strings.Join(parts[:i], "/")+"/"+part]
			if !known {
				value, known = fill[name]
			}
			if !known {
				value = uuid.NewString()
			}
			parts[i] = value
		}
	}
	return strings.Join(parts, "/")
}

// keys are the headers that it wants.
func (o target) keys() []string {
	if slices.Contains(o.headers, "Idempotency-Key") {
		return []string{"Idempotency-Key", key()}
	}
	return nil
}

// schema follows references, and picks what is no null.
func (d *document) schema(s object) object {
	for {
		ref, is := s["$ref"].(string)
		if !is {
			break
		}
		s = d.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(object)
	}
	for _, choice := range []string{"oneOf", "anyOf"} {
		if list, is := s[choice].([]any); is && s["type"] == nil {
			return d.schema(list[0].(object))
		}
	}
	return s
}

func kind(s object) string {
	switch k := s["type"].(type) {
	case string:
		return k
	case []any:
		for _, one := range k {
			if one != "null" {
				return one.(string)
			}
		}
	}
	if s["properties"] != nil {
		return "object"
	}
	return ""
}

// sample is a value that a schema takes, with all that may be in it.
func (d *document) sample(s object) any {
	s = d.schema(s)
	if list, is := s["examples"].([]any); is {
		return list[0]
	}
	if list, is := s["enum"].([]any); is {
		return list[0]
	}
	switch kind(s) {
	case "object":
		o := object{}
		for name, property := range properties(s) {
			o[name] = d.sample(property.(object))
		}
		return o
	case "array":
		if items, is := s["items"].(object); is {
			return []any{d.sample(items)}
		}
		return []any{}
	case "integer", "number":
		if least, is := s["minimum"].(float64); is {
			return least
		}
		return 1
	case "boolean":
		return true
	case "string":
		return text(s)
	}
	return nil
}

func properties(s object) object {
	p, _ := s["properties"].(object)
	return p
}

func text(s object) string {
	switch s["format"] {
	case "uuid":
		return uuid.NewString()
	case "date-time":
		return time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	case "uri":
		return "https://example.com/"
	}
	least, _ := s["minLength"].(float64)
	return "text" + strings.Repeat("x", max(0, int(least)-4))
}

// place is where in a body something stands: names and numbers.
type place []any

// places finds everything of a kind in a body, by its schema.
func (d *document) places(s object, sample any, of string) (found []place) {
	s = d.schema(s)
	if kind(s) == of {
		found = append(found, place{})
	}
	switch v := sample.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(properties(s))) {
			for _, p := range d.places(properties(s)[name].(object), v[name], of) {
				found = append(found, append(place{name}, p...))
			}
		}
	case []any:
		items, is := s["items"].(object)
		if is && len(v) > 0 {
			for _, p := range d.places(items, v[0], of) {
				found = append(found, append(place{0}, p...))
			}
		}
	}
	return found
}

// with is a copy of a body with a value at a place.
func (p place) with(body, value any) any {
	if len(p) == 0 {
		return value
	}
	switch v := body.(type) {
	case object:
		c := maps.Clone(v)
		c[p[0].(string)] = p[1:].with(v[p[0].(string)], value)
		return c
	case []any:
		c := slices.Clone(v)
		c[p[0].(int)] = p[1:].with(v[p[0].(int)], value)
		return c
	}
	return body
}

// in is what stands at a place.
func (p place) in(body any) any {
	for _, step := range p {
		switch at := step.(type) {
		case string:
			o, _ := body.(object)
			body = o[at]
		case int:
			body = body.([]any)[at]
		}
	}
	return body
}
