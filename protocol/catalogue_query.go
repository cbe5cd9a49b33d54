package protocol

// faultCodes are the values of "e" in a vehicle report; 3 is not assigned.
var faultCodes = map[int]string{
	0: "no fault", 1: "motor hall fault", 2: "speed throttle fault", 4: "motor stalling",
	5: "over-current", 6: "motor over temperature", 7: "controller over temperature",
	8: "battery undervoltage", 9: "battery overvoltage", 10: "communication failure",
}

var queryMessages = []Spec{
	command(QueryVehicle, "query-vehicle", "Query vehicle parameters", VehicleReport).blind(),
	report(VehicleReport, "vehicle-report", "Vehicle parameters", StatusRaw,
		Param{Name: "status", Key: "s", Kind: Integer, Optional: true, Doc: "undefined by the seed"},
		Param{Name: "limit_kmh", Key: "k", Kind: Integer, Unit: "km/h"},
		Param{Name: "speed_kmh", Key: "p", DirtyKey: "p ", Kind: Integer, Unit: "km/h"},
		Param{Name: "fault", Key: "e", DirtyKey: "e ", Kind: Integer, Values: faultCodes},
		Param{Name: "battery_percent", Key: "b", DirtyKey: "b ", Kind: Integer, Unit: "%"},
		Param{Name: "total_seconds", Key: "y", Kind: Integer, Unit: "s"},
		Param{Name: "total_km", Key: "q", Kind: Integer, Unit: "km"},
		Param{Name: "trip_seconds", Key: "w", Kind: Integer, Unit: "s"},
		Param{Name: "trip_km", Key: "z", Kind: Integer, Unit: "km"},
		Param{Name: "power", Key: "c", Kind: Integer, Values: powerValues},
	).under("Query Vehicle parameter ack"),

	command(QueryPosition, "query-position", "Query GPS position", PositionReport).blind().
		under("Query GPS location data").
		doc("Seldom needed: a scooter with a fix reports its position by itself, every 30 s by default."),
	report(PositionReport, "position-report", "GPS position", StatusNone,
		Param{Name: "position", Key: "g", Kind: Text,
			Doc: "ddmm.mmmm,dddmm.mmmm,business[,source]; business 0 normal, 1 alarm; source 0 GPS, 1 LBS"},
		Param{Name: "time", Key: "t", Kind: Integer, Optional: true, Unit: "s", Doc: "report time, Unix seconds"},
	).by(1).under("Query GPS location data ack").doc("Also sent without a question."),

	command(QueryVersion, "query-version", "Query hardware and firmware version", VersionReport).blind().
		under("Qurey hardware and firmware version"),
	report(VersionReport, "version-report", "Hardware and firmware version", StatusState,
		Param{Name: "hardware", Key: "h", Kind: Text},
		Param{Name: "firmware", Key: "f", Kind: Text},
		Param{Name: "sim", Key: "c", Kind: Text, Optional: true, Doc: "number of the SIM card"},
		Param{Name: "imei", Key: "m", Kind: Text, Optional: true},
		Param{Name: "power", Key: "s", Kind: Integer, Optional: true, Values: powerValues, Doc: "a state, not a result"},
		fieldTime,
	).by(1).means(powerValues).under("Qurey hardware and firmware version ack"),

	command(QueryIMEI, "query-imei", "Query IMEI", IMEIReport).blind().under("Query IEMI number"),
	report(IMEIReport, "imei-report", "IMEI", StatusNone,
		Param{Name: "imei", Key: "h", Kind: Text, Bare: true, Doc: "often a bare 15-digit number"},
		fieldTime,
	).on(TopicUnnamed).under("Qurey IEMI number ack"),

	command(QueryLog, "query-log", "Query IoT log", LogReport).blind().under("Query IOT Log"),
	report(LogReport, "log-report", "IoT log", StatusNone,
		Param{Name: "log_b", Key: "b", Kind: Text, Optional: true},
		Param{Name: "log_c", Key: "c", Kind: Text, Optional: true},
		Param{Name: "log_d", Key: "d", Kind: Text, Optional: true},
		Param{Name: "log_e", Key: "e", Kind: Text, Optional: true},
		Param{Name: "log_f", Key: "f", Kind: Text, Optional: true},
		Param{Name: "log_g", Key: "g", Kind: Text, Optional: true},
	).on(TopicVehicle).under("Query IOT Log ack").
		doc("The seed puts it on the scooter's own topic: listen there while a query-log waits."),

	command(QueryChainLock, "query-chain-lock", "Query chain lock", ChainLockReport).blind().
		under("Query status of chain lock"),
	report(ChainLockReport, "chain-lock-report", "Chain lock", StatusState,
		Param{Name: "chain_lock", Key: "s", Kind: Integer, Values: map[int]string{0: "closed", 1: "open"}},
	).means(map[int]string{0: "closed", 1: "open"}).under("Query status of chain lock"),

	command(QuerySignal, "query-signal", "Query 4G signal", SignalReport).blind().
		under("Query 4G signal intensity"),
	report(SignalReport, "signal-report", "4G signal", StatusNone,
		Param{Name: "signal", Key: "x", Kind: Integer, Doc: "level of signal intensity"},
	).under("Query 4G signal intensity ack"),
}
