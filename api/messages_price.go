package api

import "rodada/domain/pricing"

// spanishPrices says in Spanish what is wrong with a price; English is the domain's own. %s is what was said.
var spanishPrices = map[pricing.FlawKind]string{
	pricing.FlawID:        "Un ID tiene de 1 a 64 caracteres de a-z, 0-9, - y _.",
	pricing.FlawName:      "Un nombre tiene de 1 a 100 caracteres legibles, en una sola línea.",
	pricing.FlawRange:     "Esto va de 0 a %s.",
	pricing.FlawMany:      "Hay %s como mucho.",
	pricing.FlawEnd:       "Un tramo termina después de empezar, o con 0 nunca.",
	pricing.FlawClock:     "Una hora del día va de 00:00 a 23:59, y como final hasta 24:00.",
	pricing.FlawDay:       "Un día es mon, tue, wed, thu, fri, sat o sun.",
	pricing.FlawTimeZone:  "La IANA no tiene ninguna zona horaria %s. Se escriben como Europe/Madrid.",
	pricing.FlawNoZone:    "Las horas necesitan una zona horaria: la de una ciudad, o time_zone.",
	pricing.FlawGeometry:  "Una ciudad es un Polygon o MultiPolygon de GeoJSON cuyos anillos rodean una superficie y no se cruzan.",
	pricing.FlawCityTwice: "Cada ciudad está una sola vez.",
	pricing.FlawNoCity:    "Ninguna de las ciudades se llama %s.",
	pricing.FlawNoTariff:  "No hay ninguna tarifa %s.",
	pricing.FlawNone:      "No hay ninguno con el ID %s.",
}

// sayPrices says what is wrong with each field of a price.
func sayPrices(lang string, flaws []pricing.Flaw) []FieldError {
	list := make([]FieldError, len(flaws))
	for i, f := range flaws {
		list[i] = FieldError{Location: inBody(f.Field), Message: f.String()}
		if lang == "es" {
			list[i].Message = f.Say(spanishPrices[f.What])
		}
	}
	return list
}
