package api

import "rodada/domain/firmware"

// spanishPlan says in Spanish what is wrong with the plan of a rollout; English is the domain's own. %s is what was said.
var spanishPlan = map[firmware.FlawKind]string{
	firmware.FlawName:        "Un nombre tiene de 1 a 100 caracteres.",
	firmware.FlawNoGroups:    "Di cuántos grupos hay, o el porcentaje de cada uno.",
	firmware.FlawBothGroups:  "Di groups o percents, pero no los dos.",
	firmware.FlawGroups:      "Hay de 1 a 20 grupos, no %s.",
	firmware.FlawShare:       "A cada grupo le toca al menos el 1 por ciento, no %s.",
	firmware.FlawSum:         "Los porcentajes de todos los grupos suman 100, no %s.",
	firmware.FlawPercent:     "Un porcentaje va de 0 a 100; %s, no.",
	firmware.FlawCount:       "Un número de patinetes va de 0 a 1000000; %s, no.",
	firmware.FlawAtOnce:      "A la vez van de 1 a 500 actualizaciones, no %s.",
	firmware.FlawService:     "Ningún patinete que se vaya a actualizar está en el servicio %s.",
	firmware.FlawList:        "Un filtro nombra como mucho 10000, no %s.",
	firmware.FlawValue:       "Lo que nombra un filtro tiene de 1 a 64 bytes.",
	firmware.FlawPlates:      "No hay ningún patinete con la matrícula %s.",
	firmware.FlawOtherModel:  "La imagen es para otro modelo que el de %s.",
	firmware.FlawStations:    "No hay ninguna estación %s.",
	firmware.FlawClock:       "Una hora del día va de 00:00 a 23:59.",
	firmware.FlawDay:         "Un día es mon, tue, wed, thu, fri, sat o sun.",
	firmware.FlawZone:        "La IANA no tiene ninguna zona horaria %s. Se escriben como Europe/Madrid.",
	firmware.FlawEmptyWindow: "La ventana termina cuando empieza. Quítala para que las actualizaciones empiecen en cualquier momento.",
	firmware.FlawAnyTime:     "Di window o any_time, pero no los dos.",
}

// sayPlan says what is wrong with each field of a plan.
func sayPlan(lang string, flaws []firmware.Flaw) []FieldError {
	list := make([]FieldError, len(flaws))
	for i, f := range flaws {
		list[i] = FieldError{Location: inBody(f.Field), Message: f.String()}
		if lang == "es" {
			list[i].Message = f.Say(spanishPlan[f.What])
		}
	}
	return list
}
