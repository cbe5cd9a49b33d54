package protocol

// Where a scooter's box connects to. All of these carry addresses or
// passwords.
var networkMessages = []Spec{
	command(SetServerLegacy, "set-server-legacy", "Set server, plate and intervals", SetServerLegacyAck,
		Param{Name: "host", Key: "u", Kind: Text, Example: "18.180.156.177", MaxLen: 253, Secret: true, text: textHost},
		Param{Name: "port", Key: "u", Kind: Integer, Example: 1844, Min: at(1), Max: at(65535)},
		Param{Name: "plate", Key: "u", Kind: Text, Example: "00012", MaxLen: maxPlate, text: textPlate},
		Param{Name: "gps_seconds", Key: "u", Kind: Integer, Example: 30, Min: at(1), Max: at(86_400), Unit: "s"},
		Param{Name: "heartbeat_seconds", Key: "u", Kind: Integer, Example: 10, Min: at(1), Max: at(86_400), Unit: "s", Optional: true},
		Param{Name: "resends", Key: "u", Kind: Integer, Example: 3, Min: at(0), Max: at(255), Optional: true,
			Doc: "repeats after a failed heartbeat; needs heartbeat_seconds"},
	).line(Line{Key: "u", Separator: ","}).dangerous().deprecated().needs(NeedsUnheld).under("Set server parameters").
		doc("Replaced by set-server on newer boxes; the only command that sets the GPS interval. Renumbers the box."),
	plainAck(SetServerLegacyAck, "set-server-legacy-ack", "Set server, plate and intervals ack", plainResult).
		deprecated().under("Set server parameters ack"),

	command(QueryServer, "query-server", "Query server parameters", ServerReport).blind(),
	report(ServerReport, "server-report", "Server parameters", StatusNone,
		Param{Name: "host", Key: "u", Kind: Text, Example: "018.180.156.177", Secret: true},
		Param{Name: "port", Key: "u", Kind: Integer, Example: 1883, Optional: true},
		Param{Name: "username", Key: "u", Kind: Text, Example: "username", Secret: true},
		Param{Name: "password", Key: "u", Kind: Text, Example: "password", Secret: true},
		Param{Name: "plate", Key: "u", Kind: Text, Example: "12AB"},
		Param{Name: "gps_seconds", Key: "u", Kind: Integer, Example: 30, Unit: "s", Optional: true},
	).line(Line{Key: "u", Separator: ","}).under("Query server parameters ack"),

	command(SetAPN, "set-apn", "Set APN", SetAPNAck,
		Param{Name: "apn", Key: "z", Kind: Text, Example: "123", MaxLen: 100, Secret: true, text: textField},
		Param{Name: "username", Key: "z", Kind: Text, Example: "456", MaxLen: 64, Optional: true, Secret: true, text: textField},
		Param{Name: "password", Key: "z", Kind: Text, Example: "789", MaxLen: 64, Optional: true, Secret: true, text: textField},
	).line(Line{Key: "z", Before: "AT+QICSGP=15,1,", Separator: ",", Quoted: true, After: ",0"}).
		dangerous().needs(NeedsUnheld).under("APN setting"),
	plainAck(SetAPNAck, "set-apn-ack", "Set APN ack", plainResult).on(TopicOther).under("APN setting ack"),

	command(SetServer, "set-server", "Set server", SetServerAck,
		Param{Name: "host", Key: "u", Kind: Text, Example: "18.180.156.177", MaxLen: 253, Secret: true, text: textHost},
		Param{Name: "port", Key: "u", Kind: Integer, Example: 1883, Min: at(1), Max: at(65535)},
		Param{Name: "username", Key: "u", Kind: Text, Example: "username", MaxLen: 64, Secret: true, text: textField},
		Param{Name: "password", Key: "u", Kind: Text, Example: "password", MaxLen: 64, Secret: true, text: textField},
	).line(Line{Key: "u", Separator: ":", After: ":"}).dangerous().needs(NeedsUnheld).under("Set server parameters").
		doc("Gives a box its own credential."),
	plainAck(SetServerAck, "set-server-ack", "Set server ack", plainResult).on(TopicUnnamed).under("Set lot Parameters ack"),

	command(SetPlate, "set-plate", "Renumber the box", SetPlateAck,
		Param{Name: "plate", Key: "u", Kind: Text, Example: "SN_Number", MaxLen: maxPlate, text: textPlate},
	).line(Line{Key: "u", Separator: ":", After: ":"}).dangerous().needs(NeedsUnheld).under("Modify IOT SN"),
	plainAck(SetPlateAck, "set-plate-ack", "Renumber the box ack", plainResult).on(TopicUnnamed).under("Modify IOT SN ack"),
}
