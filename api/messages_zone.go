package api

import (
	"fmt"
	"strings"

	"rodada/geo"
)

// spanishFlaws says in Spanish why a shape is no area; English is the geometry's own.
var spanishFlaws = map[geo.Flaw]string{
	geo.Unreadable:   "no es lo que GeoJSON tiene en este lugar",
	geo.NoRing:       "no tiene ningún anillo",
	geo.TooFew:       "necesita al menos tres esquinas",
	geo.OffEarth:     "no está en la Tierra",
	geo.Repeated:     "repite el lugar de otro vértice",
	geo.Flat:         "es plano: está en una línea y no rodea superficie",
	geo.Crossing:     "empieza un lado que cruza otro",
	geo.Outside:      "es un hueco que no está dentro del anillo 1",
	geo.Overlap:      "está encima de otro polígono o de otro hueco",
	geo.Inconsistent: "no forma un área con los demás",
}

// sayFlaw says where a shape has a flaw, and which.
func sayFlaw(flaw geo.Flaw, facts map[string]any) string {
	var where []string
	for _, part := range [][2]string{{"polygon", "polígono"}, {"ring", "anillo"}, {"vertex", "vértice"}} {
		if n, is := facts[part[0]]; is {
			where = append(where, fmt.Sprint(part[1], " ", n))
		}
	}
	if len(where) == 0 {
		where = []string{"la forma"}
	}
	return "La zona no es un área: " + strings.Join(where, ", ") + " " + spanishFlaws[flaw] + "."
}
