package main

import (
	"fmt"
	"strings"

	"rodada/protocol"
)

func what(s protocol.Spec) string {
	text := s.Title
	if s.Deprecated {
		text += " (deprecated)"
	}
	if s.Doc != "" {
		text += ". " + s.Doc
	}
	return text
}

var preconditions = map[protocol.Precondition]string{
	protocol.NeedsPowerOn:         "powered on",
	protocol.NeedsPowerOff:        "powered off",
	protocol.NeedsLampCommandMode: "lamp mode 0",
	protocol.NeedsUnheld:          "nobody has it",
	protocol.OnlyByUpgrade:        "only by an upgrade",
}

func rules(s protocol.Spec) string {
	var parts []string
	if s.Dangerous {
		parts = append(parts, "**dangerous**")
	}
	if s.HasSecrets() {
		parts = append(parts, "secret")
	}
	if s.NotWhileMoving {
		parts = append(parts, "never while moving")
	}
	for _, p := range s.Preconditions {
		parts = append(parts, preconditions[p])
	}
	if s.Blind {
		parts = append(parts, "blind")
	}
	return strings.Join(parts, ", ")
}

func status(s protocol.Spec) string {
	switch s.Status {
	case protocol.StatusResult:
		return meanings(s.Statuses)
	case protocol.StatusState:
		return "a state: " + meanings(s.Statuses)
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

func key(p protocol.Param) string {
	if p.DirtyKey != "" {
		return "`\"" + p.DirtyKey + "\"`"
	}
	return "`" + p.Key + "`"
}

func kind(p protocol.Param) string {
	text := string(p.Kind)
	if p.Optional {
		text += ", optional"
	}
	return text
}

func limits(p protocol.Param) string {
	switch {
	case p.Min != nil && p.Max != nil:
		return strings.TrimSpace(fmt.Sprintf("%d to %d %s", *p.Min, *p.Max, p.Unit))
	case p.MaxLen > 0:
		return fmt.Sprintf("up to %d bytes", p.MaxLen)
	}
	return p.Unit
}

func meaning(p protocol.Param) string {
	var parts []string
	if p.Unit != "" && p.Min == nil {
		parts = append(parts, p.Unit)
	}
	if len(p.Values) > 0 {
		parts = append(parts, meanings(p.Values))
	}
	if p.Default != nil {
		parts = append(parts, fmt.Sprintf("default %d", *p.Default))
	}
	if p.Doc != "" {
		parts = append(parts, p.Doc)
	}
	if p.Secret {
		parts = append(parts, "secret")
	}
	return strings.Join(parts, "; ")
}

// line shows how the parts of one value are put together.
func line(s protocol.Spec) string {
	parts := make([]string, len(s.Params))
	for i, p := range s.Params {
		parts[i] = "<" + p.Name + ">"
		if s.Line.Quoted {
			parts[i] = `"` + parts[i] + `"`
		}
	}
	return s.Line.Before + strings.Join(parts, s.Line.Separator) + s.Line.After
}
