package paper

import (
	"rodada/domain/receipt"
	"rodada/domain/wallet"
)

// words are English and Spanish.
type words [2]string

func (w words) in(lang string) string {
	if lang == "es" {
		return w[1]
	}
	return w[0]
}

var (
	wordTitle    = words{"Receipt", "Recibo"}
	wordTaxID    = words{"Tax ID", "NIF"}
	wordNumber   = words{"Number", "Número"}
	wordIssued   = words{"Issued", "Fecha de emisión"}
	wordAt       = words{"at", "a"}
	wordNet      = words{"without tax", "base imponible"}
	wordRider    = words{"Rider", "Cliente"}
	wordRide     = words{"Ride", "Viaje"}
	wordScooter  = words{"Scooter", "Patinete"}
	wordBegan    = words{"Began", "Inicio"}
	wordEnded    = words{"Ended", "Fin"}
	wordRode     = words{"Riding", "En marcha"}
	wordPaused   = words{"Paused", "En pausa"}
	wordDistance = words{"Distance", "Distancia"}
	wordTariff   = words{"Tariff", "Tarifa"}
	wordZones    = words{"Zones", "Zonas"}
	wordVersion  = words{"version", "versión"}
	wordTotal    = words{"Total", "Total"}
	wordCost     = words{"Cost in the end", "Coste final"}
	wordIncludes = words{"includes", "incluye"}
	wordRoute    = words{"The route, from the dot to the square", "El recorrido, del punto al cuadrado"}
	wordOther    = words{"Other", "Otros"}
)

// items names the lines of a bill.
var items = map[string]words{
	"unlock":    {"Unlock", "Desbloqueo"},
	"riding":    {"Time riding", "Tiempo en marcha"},
	"paused":    {"Time paused", "Tiempo en pausa"},
	"distance":  {"Distance", "Distancia"},
	"zone":      {"Zone where the ride ended", "Zona donde terminó el viaje"},
	"promotion": {"Promotion", "Promoción"},
	"pass":      {"Pass", "Bono"},
}

var states = map[receipt.State]words{
	receipt.Due:            {"Not charged yet", "Todavía sin cobrar"},
	receipt.Paid:           {"Paid", "Pagado"},
	receipt.PartlyRefunded: {"Refunded in part", "Devuelto en parte"},
	receipt.Refunded:       {"Refunded", "Devuelto"},
	receipt.Waived:         {"Not charged: this ride costs nothing", "Sin cobrar: este viaje no cuesta nada"},
}

var movements = map[wallet.Kind]words{
	wallet.Ride:   {"Charged to the wallet", "Cobrado del monedero"},
	wallet.Refund: {"Refunded to the wallet", "Devuelto al monedero"},
	wallet.Void:   {"Waived", "Anulado"},
}
