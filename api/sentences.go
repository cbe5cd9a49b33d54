package api

// plainEnglish says the codes that are no fault of the vocabulary; a fault brings its own sentence.
var plainEnglish = map[string]string{
	codeInternal:    "Something went wrong on our side.",
	codeOverloaded:  "This took too long. Try again in a moment.",
	codeMalformed:   "The body is not valid JSON.",
	codeInvalid:     "The request is not valid; see errors.",
	codeTooLarge:    "The body is too large.",
	codeTooSlow:     "The body took too long to arrive.",
	codeMediaType:   "Send the body as application/json.",
	codeNoRoute:     "There is nothing at this address.",
	codeNotAllowed:  "This address does not know that method.",
	codeUnavailable: "A part of the service is not ready.",
}

// spanish says every code of the API and every declared fault in Spanish.
var spanish = map[string]string{ //nolint:gosec // sentences about passwords are none
	codeInternal:    "Algo ha fallado por nuestra parte.",
	codeOverloaded:  "Ha tardado demasiado. Inténtalo de nuevo en un momento.",
	codeMalformed:   "El cuerpo no es JSON válido.",
	codeInvalid:     "La petición no es válida; mira errors.",
	codeTooLarge:    "El cuerpo es demasiado grande.",
	codeTooSlow:     "El cuerpo ha tardado demasiado en llegar.",
	codeMediaType:   "Envía el cuerpo como application/json.",
	codeNoRoute:     "No hay nada en esta dirección.",
	codeNotAllowed:  "Esta dirección no admite ese método.",
	codeUnavailable: "Una parte del servicio no está lista.",

	// Accounts.
	"email_taken":        "Ya existe una cuenta con este correo.",
	"email_invalid":      "Esa dirección de correo no es válida.",
	"credentials_wrong":  "El correo o la contraseña no son correctos.",
	"token_invalid":      "El token falta, ha caducado o no vale aquí.",
	"permission_missing": "Tu cuenta no tiene permiso para eso.",
	"rider_suspended":    "Esta cuenta está suspendida.",
	"too_many_logins":    "Demasiadas personas están entrando ahora mismo. Inténtalo de nuevo.",

	// Scooters.
	"qr_invalid":           "Ese no es el código QR de un patinete.",
	"scooter_unknown":      "No existe ese patinete.",
	"scooter_unavailable":  "Este patinete está fuera de servicio.",
	"scooter_held":         "Otra persona tiene este patinete.",
	"scooter_securing":     "Este patinete todavía se está bloqueando tras su último viaje.",
	"scooter_battery_low":  "La batería de este patinete no alcanza para un viaje.",
	"service_away":         "Una parte del servicio no está disponible en este momento. Inténtalo de nuevo.",
	"text_invalid":         "Un texto contiene un carácter que no se permite.",
	"place_invalid":        "Eso no es un lugar de la Tierra.",
	"map_unavailable":      "El mapa de los patinetes no está disponible en este momento. Inténtalo de nuevo.",
	"scooter_silent":       "El patinete no responde.",
	"scooter_fault":        "El patinete avisa de una avería.",
	"scooter_upgrading":    "El patinete está actualizando su firmware.",
	"scooter_refused":      "El patinete se niega.",
	"scooter_moving":       "Detén primero el patinete.",
	"scooter_unreachable":  "Ahora mismo no se puede llegar al patinete. Inténtalo de nuevo.",
	"scooter_not_held":     "Nadie tiene este patinete.",
	"command_unknown":      "No existe esa orden.",
	"command_invalid":      "Un parámetro de la orden no es válido.",
	"command_not_found":    "A este patinete nunca se le dio esa orden.",
	"command_precondition": "El patinete no está como lo necesita esta orden.",
	"command_elsewhere":    "Esta orden solo se da con una operación propia.",
	"command_busy":         "Otra orden espera la misma respuesta de este patinete. Inténtalo de nuevo.",
	"command_refused":      "El patinete rechazó la orden.",
	"command_silent":       "El patinete no respondió a la orden.",
	"command_late":         "La orden no se pudo enviar a tiempo, y no se envió. Inténtalo de nuevo.",
	"command_sealed":       "El secreto de esta orden ya no se puede leer. Da la orden de nuevo.",
	"command_secrets_away": "Esta instalación no tiene clave con la que ocultar secretos, así que ninguna orden puede llevarlos.",

	// The register.
	"plate_taken":              "Otro patinete tiene esta matrícula.",
	"plate_invalid":            "Una matrícula tiene de 1 a 64 caracteres, sin / + # $ ni caracteres de control, y sin espacios en los extremos.",
	"imei_taken":               "Otro patinete tiene este IMEI.",
	"imei_invalid":             "Un IMEI tiene 15 cifras.",
	"qr_code_taken":            "Otro patinete tiene este código impreso, o lo tuvo.",
	"qr_code_invalid":          "Un código impreso tiene de 4 a 40 letras, cifras, - y _, y no es la matrícula.",
	"model_unknown":            "No existe ese modelo.",
	"model_not_found":          "No existe tal modelo.",
	"model_name_taken":         "Otro modelo tiene este nombre.",
	"model_invalid":            "Un modelo tiene un nombre, una velocidad máxima de 1 a 200 km/h y una autonomía.",
	"limit_invalid":            "El límite de velocidad es de al menos 1 km/h y no supera lo que alcanza el modelo.",
	"scooter_retired":          "Un patinete retirado no está en ninguna estación.",
	"station_unknown":          "No existe esa estación.",
	"station_short_name_taken": "Otra estación tiene este nombre corto.",
	"station_full":             "En la estación no caben tantos patinetes.",
	"station_closed":           "La estación está cerrada.",
	"station_occupied":         "Todavía hay patinetes en esta estación.",
	"station_invalid":          "Una estación tiene un nombre corto, un nombre, un lugar y sitio para 1 a 10000 patinetes.",

	// Lists.
	"sort_unknown":   "La lista no se puede ordenar por eso.",
	"cursor_invalid": "Este cursor no pertenece a esta lista.",

	// Rentals.
	"rental_unknown":          "No existe ese alquiler.",
	"rider_has_rental":        "Ya tienes un alquiler abierto.",
	"idempotency_key_reused":  "Esta Idempotency-Key pertenece a otra petición.",
	"idempotency_key_missing": "Envía una cabecera Idempotency-Key de 1 a 128 caracteres visibles.",
	"idempotency_key_invalid": "Una Idempotency-Key tiene de 1 a 128 caracteres visibles de ASCII.",
	"rental_over":             "Este alquiler ha terminado.",
	"rental_state":            "El alquiler no está en un estado que lo permita.",
	"rental_void":             "El alquiler terminó antes de empezar.",
	"outside_zone":            "El viaje no puede terminar aquí.",

	// Money.
	"balance_too_low":     "El saldo es demasiado bajo para esta tarifa. Recarga primero.",
	"currency_mismatch":   "Los importes son de monedas distintas.",
	"ledger_unbalanced":   "Los asientos de una transacción deben sumar cero en cada moneda.",
	"ledger_key_conflict": "Con esta clave se anotó otra cosa.",

	// Staff.
	"alert_unknown":         "No existe esa alerta.",
	"zone_geometry_invalid": "La zona necesita un Polygon o MultiPolygon de GeoJSON cuyos anillos tengan superficie y no se crucen.",
}
