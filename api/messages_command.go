package api

import (
	"strings"

	"rodada/domain/command"
	"rodada/domain/fault"
	"rodada/domain/staff"
	"rodada/protocol"
)

// spanishPreconditions says what a command needs.
var spanishPreconditions = map[protocol.Precondition]string{
	protocol.NeedsPowerOn:         "El patinete tiene que estar encendido.",
	protocol.NeedsPowerOff:        "El patinete tiene que estar apagado.",
	protocol.NeedsLampCommandMode: "La luz tiene que estar en el modo 0 (set-lamp-mode).",
	protocol.NeedsUnheld:          "Nadie puede tener el patinete.",
	protocol.OnlyByUpgrade:        "Solo la envía una actualización de firmware.",
}

// sayCommand says in Spanish what a fault of a command adds to its sentence; empty: nothing.
func sayCommand(f *fault.Error) string {
	field, _ := f.Details["field"].(string)
	parameter, ofCommand := strings.CutPrefix(field, "body.params.")
	need, _ := f.Details["precondition"].(protocol.Precondition)
	switch {
	case f.Code == command.ErrPrecondition.Code:
		return spanishPreconditions[need]
	case f.Code == command.ErrInvalid.Code && ofCommand:
		return "El parámetro " + parameter + " de la orden no es válido."
	}
	return ""
}

// sayMore is what Spanish says more exactly than the sentence of a code.
func sayMore(f *fault.Error) string {
	if name, is := f.Details["permission"].(string); is && f.Code == staff.ErrPermissionUnknown.Code {
		return "No existe el permiso «" + name + "»."
	}
	return sayCommand(f)
}
