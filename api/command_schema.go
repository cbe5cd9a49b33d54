package api

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rodada/domain/command"
	"rodada/domain/staff"
	"rodada/protocol"
	"rodada/workflows"
)

// bodySchema is the body of one command, as the catalogue has it.
func bodySchema(spec protocol.Spec) *huma.Schema {
	params := object()
	for _, p := range spec.Params {
		if !sentByPeople(p) {
			continue
		}
		params.Properties[p.Name] = paramSchema(p)
		if !p.Optional {
			params.Required = append(params.Required, p.Name)
		}
	}
	body := object()
	body.Properties["reason"] = &huma.Schema{
		Type: huma.TypeString, MinLength: ptr(staff.ReasonShortest), MaxLength: ptr(staff.ReasonLongest),
		Description: "Kept in the scooter's history, and of a dangerous command in the audit log.",
	}
	if len(params.Properties) > 0 {
		body.Properties["params"] = params
	}
	if len(params.Required) > 0 {
		body.Required = append(body.Required, "params")
	}
	if spec.Dangerous {
		body.Required = append(body.Required, "reason")
	}
	if locks(spec.Code) {
		body.Properties["ride"] = &huma.Schema{
			Type: huma.TypeString, Enum: []any{string(command.RidePauses), string(command.RideEnds)},
			Description: rideText(spec.Code),
		}
	}
	return body
}

func object() *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
}

func ptr[T any](v T) *T { return &v }

// sentByPeople leaves out what only a program can write: the data of a firmware packet.
func sentByPeople(p protocol.Param) bool { return p.Kind != protocol.Bytes }

// rideText says what a lock does to a ride.
func rideText(code protocol.Code) string {
	text := "What it does to the ride that holds the scooter, if one does: end stops and charges it, and needs a reason. Left out, it is "
	return text + string(workflows.RideEffect(code)) + "; a reservation stays, unless this is end."
}

// locks reports whether a command locks the scooter under its rider.
func locks(code protocol.Code) bool {
	return slices.Contains([]protocol.Code{protocol.PowerOff, protocol.Pause, protocol.LockMotor}, code)
}

func paramSchema(p protocol.Param) *huma.Schema {
	s := &huma.Schema{Description: describeParam(p)}
	if p.Example != nil {
		s.Examples = []any{p.Example}
	}
	switch p.Kind {
	case protocol.Integer:
		s.Type = huma.TypeInteger
		if p.Min != nil {
			s.Minimum = ptr(float64(*p.Min))
		}
		if p.Max != nil {
			s.Maximum = ptr(float64(*p.Max))
		}
	default:
		s.Type, s.MaxLength = huma.TypeString, &p.MaxLen
		if !p.Optional {
			s.MinLength = ptr(1)
		}
		if p.Secret {
			s.Format, s.WriteOnly = "password", true
		}
	}
	return s
}

// describeParam says in words what the catalogue knows of a parameter beside its range.
func describeParam(p protocol.Param) string {
	var parts []string
	if p.Unit != "" {
		parts = append(parts, "In "+p.Unit+".")
	}
	if len(p.Values) > 0 {
		parts = append(parts, valuesText(p.Values)+".")
	}
	if p.Default != nil {
		parts = append(parts, fmt.Sprintf("A box comes with %d.", *p.Default))
	}
	if p.Doc != "" {
		parts = append(parts, strings.ToUpper(p.Doc[:1])+strings.TrimSuffix(p.Doc[1:], ".")+".")
	}
	return strings.Join(parts, " ")
}

// valuesText lists the meanings of numbers: 0 off, 1 on.
func valuesText(values map[int]string) string {
	var numbers []int
	for n := range values {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n) + " " + values[n]
	}
	return strings.Join(texts, ", ")
}

// describeCommand is what the document says of a command.
func describeCommand(spec protocol.Spec) string {
	parts := []string{spec.Doc}
	if spec.Dangerous {
		parts = append(parts, "Dangerous: it needs a reason, which the audit log keeps.")
	}
	if spec.NotWhileMoving {
		parts = append(parts, "It is not sent while the scooter moves.")
	}
	for _, need := range spec.Preconditions {
		parts = append(parts, preconditionText[need])
	}
	if spec.Deprecated {
		parts = append(parts, "Deprecated by the makers of the boxes.")
	}
	ack, _ := protocol.Lookup(spec.Ack)
	switch {
	case spec.Ack == 0:
		parts = append(parts, "The scooter does not answer it: 202.")
	case len(ack.Statuses) > 0:
		parts = append(parts, fmt.Sprintf("Its answer is %d %s: %s.", ack.Code, ack.Name, valuesText(ack.Statuses)))
	default:
		parts = append(parts, fmt.Sprintf("Its answer is %d %s.", ack.Code, ack.Name))
	}
	if frame, err := spec.Example(); err == nil && len(spec.Params) > 0 {
		parts = append(parts, fmt.Sprintf("On the wire: `%s`.", frame))
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

var preconditionText = map[protocol.Precondition]string{
	protocol.NeedsPowerOn:         "The scooter must be powered on.",
	protocol.NeedsPowerOff:        "The scooter must be powered off.",
	protocol.NeedsLampCommandMode: "The lamp must be in mode 0 (set-lamp-mode).",
	protocol.NeedsUnheld:          "Nobody may hold the scooter.",
	protocol.OnlyByUpgrade:        "Only a firmware upgrade sends it.",
}
