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
		Param{Name: "status", Key: "s", Kind: Integer, Example: 8, Optional: true, Doc: "undefined by the seed"},
		Param{Name: "limit_kmh", Key: "k", Kind: Integer, Example: 25, Unit: "km/h"},
		Param{Name: "speed_kmh", Key: "p", DirtyKey: "p ", Kind: Integer, Example: 12, Unit: "km/h"},
		Param{Name: "fault", Key: "e", DirtyKey: "e ", Kind: Integer, Example: 0, Values: faultCodes},
		Param{Name: "battery_percent", Key: "b", DirtyKey: "b ", Kind: Integer, Example: 80, Unit: "%"},
		Param{Name: "total_seconds", Key: "y", Kind: Integer, Example: 36000, Unit: "s"},
		Param{Name: "total_km", Key: "q", Kind: Integer, Example: 100, Unit: "km"},
		Param{Name: "trip_seconds", Key: "w", Kind: Integer, Example: 600, Unit: "s"},
		Param{Name: "trip_km", Key: "z", Kind: Integer, Example: 2, Unit: "km"},
		Param{Name: "power", Key: "c", Kind: Integer, Example: 0, Values: powerValues},
	).under("Query Vehicle parameter ack"),

	command(QueryPosition, "query-position", "Query GPS position", PositionReport).blind().
		under("Query GPS location data").
		doc("Seldom needed: a scooter with a fix reports its position by itself, every 30 s by default."),
	report(PositionReport, "position-report", "GPS position", StatusNone,
		Param{Name: "position", Key: "g", Kind: Text, Example: "3020.5887,12006.4229,1",
			Doc: "ddmm.mmmm,dddmm.mmmm,business[,source]; business 0 normal, 1 alarm; source 0 GPS, 1 LBS"},
		Param{Name: "time", Key: "t", Kind: Integer, Example: 1503046415, Optional: true, Unit: "s", Doc: "report time, Unix seconds"},
	).by(1).under("Query GPS location data ack").doc("Also sent without a question."),

	command(QueryVersion, "query-version", "Query hardware and firmware version", VersionReport).blind().
		under("Qurey hardware and firmware version"),
	report(VersionReport, "version-report", "Hardware and firmware version", StatusState,
		Param{Name: "hardware", Key: "h", Kind: Text, Example: "RB-1"},
		Param{Name: "firmware", Key: "f", Kind: Text, Example: "1.0.0"},
		Param{Name: "sim", Key: "c", Kind: Text, Example: "8958021000000000001", Optional: true, Doc: "number of the SIM card"},
		Param{Name: "imei", Key: "m", Kind: Text, Example: "123456789888888", Optional: true},
		Param{Name: "power", Key: "s", Kind: Integer, Example: 0, Optional: true, Values: powerValues, Doc: "a state, not a result"},
		fieldTime,
	).by(1).means(powerValues).under("Qurey hardware and firmware version ack"),

	command(QueryIMEI, "query-imei", "Query IMEI", IMEIReport).blind().under("Query IEMI number"),
	report(IMEIReport, "imei-report", "IMEI", StatusNone,
		Param{Name: "imei", Key: "h", Kind: Text, Bare: true, Example: "123456789888888", Doc: "often a bare 15-digit number"},
		fieldTime,
	).on(TopicUnnamed).under("Qurey IEMI number ack"),

	command(QueryLog, "query-log", "Query IoT log", LogReport).blind().under("Query IOT Log"),
	report(LogReport, "log-report", "IoT log", StatusNone,
		Param{Name: "log_b", Key: "b", Kind: Text, Example: "12AB", Optional: true},
		Param{Name: "log_c", Key: "c", Kind: Text, Example: "12AB", Optional: true},
		Param{Name: "log_d", Key: "d", Kind: Text, Example: "12AB", Optional: true},
		Param{Name: "log_e", Key: "e", Kind: Text, Example: "12AB", Optional: true},
		Param{Name: "log_f", Key: "f", Kind: Text, Example: "12AB", Optional: true},
		Param{Name: "log_g", Key: "g", Kind: Text, Example: "12AB", Optional: true},
	).on(TopicVehicle).under("Query IOT Log ack").
		doc("The seed puts it on the scooter's own topic: listen there while a query-log waits."),

	command(QueryChainLock, "query-chain-lock", "Query chain lock", ChainLockReport).blind().
		under("Query status of chain lock"),
	report(ChainLockReport, "chain-lock-report", "Chain lock", StatusState,
		Param{Name: "chain_lock", Key: "s", Kind: Integer, Example: 0, Values: map[int]string{0: "closed", 1: "open"}},
	).means(map[int]string{0: "closed", 1: "open"}).under("Query status of chain lock"),

	command(QuerySignal, "query-signal", "Query 4G signal", SignalReport).blind().
		under("Query 4G signal intensity"),
	report(SignalReport, "signal-report", "4G signal", StatusNone,
		Param{Name: "signal", Key: "x", Kind: Integer, Example: 20, Doc: "level of signal intensity"},
	).under("Query 4G signal intensity ack"),
}
