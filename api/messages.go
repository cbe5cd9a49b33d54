package api

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2/validation"
)

// apart stands between a message and what belongs into it until it is said in a language.
const apart = "\x1f"

// keepApart takes the place of huma's formatter: it leaves a message as its template and its arguments.
func keepApart(template string, args ...any) string {
	parts := []string{template}
	for _, arg := range args {
		text := fmt.Sprint(arg)
		if number, is := arg.(float64); is { // a million is 1000000 to whoever reads it
			text = strconv.FormatFloat(number, 'f', -1, 64)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, apart)
}

var verb = regexp.MustCompile(`%[dsqv]`)

// sayField says what is wrong with a field. The reasons that Go's parsers give are left out, and so is whatever they say on
// their own account: they speak of Go.
func sayField(lang, message string) string {
	parts := strings.Split(message, apart)
	template, args := parts[0], parts[1:]
	translated, known := spanishMessages[template]
	switch {
	case lang == "es" && known:
		template = translated
	case lang == "es":
		return "no es válido"
	case !known:
		return "is not valid"
	}
	template = strings.TrimSuffix(template, ": %v")
	return verb.ReplaceAllStringFunc(template, func(verb string) string {
		if len(args) == 0 {
			return verb
		}
		arg := args[0]
		args = args[1:]
		return arg
	})
}

// placeOf is where a message belongs: that a property is missing is said of its object, and belongs to the property.
func placeOf(location, message string) string {
	template, args, _ := strings.Cut(message, apart)
	switch template {
	case validation.MsgExpectedRequiredProperty, validation.MsgExpectedDependentRequiredProperty:
		property, _, _ := strings.Cut(args, apart)
		return location + "." + property
	}
	return location
}

// spanishMessages has every message of huma's about a field, by its template.
var spanishMessages = map[string]string{
	validation.MsgUnexpectedProperty:                 "esta propiedad no se espera",
	validation.MsgExpectedRFC3339DateTime:            "se espera una fecha y hora según RFC 3339",
	validation.MsgExpectedRFC1123DateTime:            "se espera una fecha y hora según RFC 1123",
	validation.MsgExpectedRFC3339Date:                "se espera una fecha según RFC 3339",
	validation.MsgExpectedRFC3339Time:                "se espera una hora según RFC 3339",
	validation.MsgExpectedRFC5322Email:               "se espera un correo según RFC 5322",
	validation.MsgExpectedRFC5890Hostname:            "se espera un nombre de máquina según RFC 5890",
	validation.MsgExpectedRFC2673IPv4:                "se espera una dirección IPv4 según RFC 2673",
	validation.MsgExpectedRFC2373IPv6:                "se espera una dirección IPv6 según RFC 2373",
	validation.MsgExpectedRFCIPAddr:                  "se espera una dirección IPv4 según RFC 2673 o IPv6 según RFC 2373",
	validation.MsgExpectedRFC3986URI:                 "se espera un URI según RFC 3986",
	validation.MsgExpectedRFC4122UUID:                "se espera un UUID según RFC 4122",
	validation.MsgExpectedRFC6570URITemplate:         "se espera una plantilla de URI según RFC 6570",
	validation.MsgExpectedRFC6901JSONPointer:         "se espera un puntero JSON según RFC 6901",
	validation.MsgExpectedRFC6901RelativeJSONPointer: "se espera un puntero JSON relativo según RFC 6901",
	validation.MsgExpectedRegexp:                     "se espera una expresión regular",
	validation.MsgExpectedMatchAtLeastOneSchema:      "se espera que cumpla al menos un esquema y no cumple ninguno",
	validation.MsgExpectedMatchExactlyOneSchema:      "se espera que cumpla exactamente un esquema y no cumple ninguno",
	validation.MsgExpectedNotMatchSchema:             "se espera que no cumpla el esquema",
	validation.MsgExpectedPropertyNameInObject:       "falta la propiedad que dice cuál es el esquema",
	validation.MsgExpectedBoolean:                    "se espera true o false",
	validation.MsgExpectedDuration:                   "se espera una duración",
	validation.MsgExpectedNumber:                     "se espera un número",
	validation.MsgExpectedInteger:                    "se espera un número entero",
	validation.MsgExpectedString:                     "se espera un texto",
	validation.MsgExpectedBase64String:               "se espera un texto en base64",
	validation.MsgExpectedArray:                      "se espera una lista",
	validation.MsgExpectedObject:                     "se espera un objeto",
	validation.MsgExpectedArrayItemsUnique:           "se espera una lista sin repeticiones",
	validation.MsgExpectedOneOf:                      `se espera uno de "%s"`,
	validation.MsgExpectedMinimumNumber:              "se espera un número >= %v",
	validation.MsgExpectedExclusiveMinimumNumber:     "se espera un número > %v",
	validation.MsgExpectedMaximumNumber:              "se espera un número <= %v",
	validation.MsgExpectedExclusiveMaximumNumber:     "se espera un número < %v",
	validation.MsgExpectedNumberBeMultipleOf:         "se espera un múltiplo de %v",
	validation.MsgExpectedMinLength:                  "se espera una longitud >= %d",
	validation.MsgExpectedMaxLength:                  "se espera una longitud <= %d",
	validation.MsgExpectedBePattern:                  "se espera un texto que sea %s",
	validation.MsgExpectedMatchPattern:               "se espera un texto que cumpla el patrón %s",
	validation.MsgExpectedMinItems:                   "se espera una lista de longitud >= %d",
	validation.MsgExpectedMaxItems:                   "se espera una lista de longitud <= %d",
	validation.MsgExpectedMinProperties:              "se espera un objeto con al menos %d propiedades",
	validation.MsgExpectedMaxProperties:              "se espera un objeto con un máximo de %d propiedades",
	validation.MsgExpectedRequiredProperty:           "falta la propiedad %s, que es obligatoria",
	validation.MsgExpectedDependentRequiredProperty:  "falta la propiedad %s, que va con %s",

	// What we say of a field.
	msgNoTime: "se espera un momento posterior al año 1",
	msgName:   "se esperan de 1 a 80 caracteres legibles, en una sola línea",
	msgReason: "se esperan de 3 a 500 caracteres legibles, en una sola línea",

	// What huma says without a name for it.
	"expected value to match exactly one schema but matched multiple": "se espera que cumpla exactamente un esquema y cumple varios",
	"expected at most one value, but received multiple values":        "se espera un solo valor y hay varios",
	"write only property is non-zero":                                 "esta propiedad solo se escribe",
	"unknown query parameter":                                         "este parámetro no existe",
	"required path parameter is missing":                              "falta este parámetro de la dirección",
	"required query parameter is missing":                             "falta este parámetro",
	"required header parameter is missing":                            "falta esta cabecera",
	"required cookie parameter is missing":                            "falta esta cookie",
	"required form parameter is missing":                              "falta este campo del formulario",
	"invalid integer":                                                 "no es un número entero",
	"invalid float":                                                   "no es un número",
	"invalid floating value":                                          "no es un número",
	"invalid boolean":                                                 "no es true ni false",
}

// spanishTitles is the words of a status.
var spanishTitles = map[int]string{
	400: "Petición incorrecta",
	401: "No autenticado",
	402: "Pago necesario",
	403: "Prohibido",
	404: "No encontrado",
	405: "Método no permitido",
	408: "Tiempo de espera agotado",
	409: "Conflicto",
	413: "Contenido demasiado grande",
	415: "Tipo de contenido no admitido",
	422: "Contenido no procesable",
	429: "Demasiadas peticiones",
	499: "El cliente cerró la petición",
	500: "Error interno",
	503: "Servicio no disponible",
	504: "Tiempo de respuesta agotado",
}
