package rider

// Notice is something a rider is told while away from the app.
type Notice struct {
	RiderID  string     `json:"rider_id"`
	RentalID string     `json:"rental_id"`
	Kind     NoticeKind `json:"kind"`
}

// NoticeKind says what a notice is about; it is also the kind of its event in the rental's history.
type NoticeKind string

// The kinds of notices.
const (
	RideForgotten NoticeKind = "ride_forgotten" // it goes on, and nobody ended it
	RidePaused    NoticeKind = "ride_paused"    // by its limit
	RideEnded     NoticeKind = "ride_ended"     // by its limit
	ZoneSlow      NoticeKind = "zone_slow"      // a zone has made the scooter slower
	ZoneForbidden NoticeKind = "zone_forbidden" // no riding here: turn back
	ZonePaused    NoticeKind = "zone_paused"    // nobody turned back
	ZoneBack      NoticeKind = "zone_back"      // where riding is allowed again
)

// NoticeKinds lists every kind.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{RideForgotten, RidePaused, RideEnded, ZoneSlow, ZoneForbidden, ZonePaused, ZoneBack}
}

var noticeWords = map[NoticeKind][2]string{
	RideForgotten: {"Your ride is still running. End it when you are done.", "Tu viaje sigue en marcha. Termínalo cuando hayas acabado."},
	RidePaused:    {"Your ride has been paused because it has gone on for so long.", "Tu viaje se ha pausado porque dura demasiado."},
	RideEnded:     {"Your ride has been ended because it had gone on for so long.", "Tu viaje se ha terminado porque duraba demasiado."},
	ZoneSlow:      {"You are in a slow zone: the scooter goes slower here.", "Estás en una zona lenta: aquí el patinete va más despacio."},
	ZoneForbidden: {"You may not ride here. Turn back, or the scooter will pause.", "Aquí no se puede circular. Da la vuelta o el patinete se pausará."},
	ZonePaused:    {"The scooter has paused because you may not ride here. Resume to ride back.", "El patinete se ha pausado porque aquí no se puede circular. Reanuda para volver."},
	ZoneBack:      {"You are back where you may ride.", "Estás de nuevo donde se puede circular."},
}

// Words are what the rider is told, in Spanish ("es") or English.
func (k NoticeKind) Words(lang string) string {
	words := noticeWords[k]
	if lang == "es" {
		return words[1]
	}
	return words[0]
}
