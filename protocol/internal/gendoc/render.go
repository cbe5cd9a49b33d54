package main

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rodada/protocol"
)

//go:embed intro.md
var intro string

func render() string {
	var b strings.Builder
	b.WriteString(intro)
	b.WriteString("\n## To the scooter (WR)\n\n")
	b.WriteString("| code | name | what it does | parameters | answer | QoS | rules |\n|---:|---|---|---|---|---:|---|\n")
	each(protocol.ToScooter, func(s protocol.Spec) {
		fmt.Fprintf(&b, "| %d | `%s` | %s | %s | %s | %d | %s |\n",
			s.Code, s.Name, what(s), params(s), answer(s), s.QoS, rules(s))
	})
	b.WriteString("\n## From the scooter (RD)\n\n")
	b.WriteString("| code | name | what it says | fields besides `a` and `i` | `s` | topic | QoS |\n|---:|---|---|---|---|---|---:|\n")
	each(protocol.FromScooter, func(s protocol.Spec) {
		fmt.Fprintf(&b, "| %d | `%s` | %s | %s | %s | %s | %d |\n",
			s.Code, s.Name, what(s), params(s), status(s), topic(s.Topic), s.QoS)
	})
	b.WriteString("\n## Where the seed has it\n\n| code | name | heading |\n|---:|---|---|\n")
	for _, s := range protocol.Catalogue() {
		fmt.Fprintf(&b, "| %d | `%s` | %s (%s) |\n", s.Code, s.Name, s.Section, s.Direction)
	}
	return b.String()
}

func each(d protocol.Direction, do func(protocol.Spec)) {
	for _, s := range protocol.Catalogue() {
		if s.Direction == d {
			do(s)
		}
	}
}

func what(s protocol.Spec) string {
	text := s.Title
	if s.Deprecated {
		text += " (deprecated)"
	}
	if s.Doc != "" {
		text += ". " + s.Doc
	}
	return cell(text)
}

func params(s protocol.Spec) string {
	parts := make([]string, 0, len(s.Params))
	for _, p := range s.Params {
		parts = append(parts, param(p))
	}
	if l := s.Line; l != nil {
		return cell(fmt.Sprintf("`%s` = %s", l.Key, line(*l, len(s.Params))) + "<br>" + strings.Join(parts, "<br>"))
	}
	return cell(strings.Join(parts, "<br>"))
}

// line shows how the parts of a value are put together.
func line(l protocol.Line, parts int) string {
	part := "…"
	if l.Quoted {
		part = `"…"`
	}
	return "`" + l.Before + strings.Join(slices.Repeat([]string{part}, parts), l.Separator) + l.After + "`"
}

func param(p protocol.Param) string {
	key := p.Key
	if p.DirtyKey != "" {
		key = p.DirtyKey
	}
	text := fmt.Sprintf("`%s` %s, %s", key, p.Name, p.Kind)
	if p.Min != nil && p.Max != nil {
		text += fmt.Sprintf(" %d..%d", *p.Min, *p.Max)
	}
	if p.MaxLen > 0 {
		text += fmt.Sprintf(" up to %d bytes", p.MaxLen)
	}
	if p.Unit != "" {
		text += " " + p.Unit
	}
	if p.Default != nil {
		text += fmt.Sprintf(", default %d", *p.Default)
	}
	if p.Optional {
		text += ", optional"
	}
	if p.Secret {
		text += ", secret"
	}
	if len(p.Values) > 0 {
		text += ": " + meanings(p.Values)
	}
	if p.Doc != "" {
		text += " (" + p.Doc + ")"
	}
	return text
}

func meanings(values map[int]string) string {
	parts := make([]string, 0, len(values))
	for _, n := range slices.Sorted(maps.Keys(values)) {
		parts = append(parts, fmt.Sprintf("%d %s", n, values[n]))
	}
	return strings.Join(parts, ", ")
}

func answer(s protocol.Spec) string {
	if s.Ack == 0 {
		return "none"
	}
	return fmt.Sprint(int(s.Ack))
}

func rules(s protocol.Spec) string {
	var parts []string
	if s.Dangerous {
		parts = append(parts, "**dangerous**")
	}
	if s.NotWhileMoving {
		parts = append(parts, "never while moving")
	}
	if s.Blind {
		parts = append(parts, "may be repeated blindly")
	}
	for _, p := range s.Preconditions {
		parts = append(parts, string(p))
	}
	return strings.Join(parts, ", ")
}

func status(s protocol.Spec) string {
	switch s.Status {
	case protocol.StatusResult:
		return "result: " + cell(meanings(s.Statuses))
	case protocol.StatusState:
		return "state: " + cell(meanings(s.Statuses))
	case protocol.StatusRaw:
		return "undefined, kept"
	default:
		return ""
	}
}

func topic(t protocol.Topic) string {
	switch t {
	case protocol.TopicVehicle:
		return "the plate"
	case protocol.TopicUnnamed:
		return "not named"
	default:
		return "`" + string(t) + "`"
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
