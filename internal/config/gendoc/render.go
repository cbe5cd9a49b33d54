package main

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"rodada/domain/limit"
	"rodada/internal/config"
)

const intro = `# Configuration

<!-- Written by go generate ./internal/config from the code. Change the code, not this file. -->

Every role reads its settings from the environment and from nowhere else. A setting that is missing has the default below,
which suits one machine. A setting that is wrong stops the role at its start with one line that names it.

Each setting may come from a file instead: ` + "`NAME_FILE`" + ` names the file that holds ` + "`NAME`" + `, as Docker and Kubernetes mount
secrets. Give one of the two. Settings marked **secret** have no business in the environment of a server; use the file.

Durations are written as ` + "`90s`, `15m`, `2h30m`" + `. A list has commas between its items. A quota is a number in a duration, such as ` + "`60/1m`" + `, or ` + "`0`" + ` for none.
A switch is ` + "`true` or `false`" + `.
`

// render is the whole document.
func render(c comments) string {
	var b strings.Builder
	b.WriteString(intro)
	group := ""
	for _, s := range config.Settings() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| variable | kind | default | meaning |\n|---|---|---|---|\n", title(s), about(c, group))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.Name, kind(s), byDefault(s), cell(meaning(c, s)))
	}
	return b.String()
}

func title(of config.Setting) string {
	switch group := of.Group; group {
	case "TLS":
		service, _, _ := strings.Cut(strings.TrimPrefix(of.Name, "RODADA_"), "_TLS_")
		return "TLS to " + map[string]string{"TEMPORAL": "Temporal", "REDIS": "Redis", "MQTT": "the MQTT broker", "INFLUX": "InfluxDB"}[service]
	case "Config":
		return "For all roles"
	case "DevPorts":
		return "Ports of `rodada dev`"
	case "Dev":
		return "`rodada dev`"
	}
	return of.Group
}

func about(c comments, group string) string {
	if group == "Config" {
		return "What concerns the whole installation."
	}
	return c.types[group]
}

// meaning joins what the code says with what it leaves out.
func meaning(c comments, s config.Setting) string {
	said := c.fields[[2]string{s.Group, s.Field}]
	text := words[s.Name]
	if text == "" {
		text = said.before
	}
	switch {
	case said.behind == "":
		return text
	case text == "":
		return said.behind
	}
	return strings.TrimSuffix(text, ".") + " (" + said.behind + ")."
}

func kind(s config.Setting) string {
	k := "text"
	switch {
	case s.Type == reflect.TypeFor[time.Duration]():
		k = "duration"
	case s.Type.Kind() == reflect.Bool:
		k = "switch"
	case s.Type.Kind() == reflect.Slice:
		k = "list"
	case s.Type == reflect.TypeFor[limit.Quota]():
		k = "quota"
	case s.Type.Kind() != reflect.String:
		k = "number"
	}
	if s.Secret {
		k += ", **secret**"
	}
	return k
}

func byDefault(s config.Setting) string {
	if s.Default != "" {
		return "`" + s.Default + "`"
	}
	if s.Type.Kind() == reflect.Bool {
		return "`false`"
	}
	return "none"
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
