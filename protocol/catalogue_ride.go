package protocol

var rideMessages = []Spec{
	command(SetSpeedLimit, "set-speed-limit", "Set speed limit", SetSpeedLimitAck,
		Param{Name: "kmh", Key: "k", Kind: Integer, Example: 20, Min: at(0), Max: at(30), Unit: "km/h", Offset: 2000, Doc: "sent as 2000+km/h"},
	).by(1).under("Set the speed limit data"),
	{
		Code: SetSpeedLimitAck, Name: "set-speed-limit-ack", Title: "Set speed limit ack",
		Direction: FromScooter, Topic: TopicBike, Params: []Param{fieldTime, fieldStatus},
		Status: StatusResult, Statuses: faultResult, Section: "Set the speed limit data ack",
	},

	command(SetAssistLevel, "set-assist-level", "Set assist level", SetAssistLevelAck,
		Param{Name: "level", Key: "k", Kind: Integer, Example: 1, Min: at(0), Max: at(2)},
	).by(1).under("Set_Assist_Level"),
	plainAck(SetAssistLevelAck, "set-assist-level-ack", "Set assist level ack", faultResult).
		under("Set_Assist_Level ack"),

	command(Pause, "pause", "Enter pause mode", PauseAck).notWhileMoving(),
	plainAck(PauseAck, "pause-ack", "Enter pause mode ack", plainResult),

	command(Resume, "resume", "Exit pause mode", ResumeAck),
	plainAck(ResumeAck, "resume-ack", "Exit pause mode ack", plainResult),
}

var comfortMessages = []Spec{
	command(Buzz, "buzz", "Alarm buzzer", 0).doc("Not acknowledged."),
	command(Ring, "ring", "Special alarm buzzer", 0,
		Param{Name: "rings", Key: "v", Kind: Integer, Example: 5, Min: at(1), Max: at(100), Doc: "times it rings"},
		Param{Name: "on_ms", Key: "i", Kind: Integer, Example: 100, Min: at(1), Max: at(60_000), Unit: "ms", Doc: "sound"},
		Param{Name: "off_ms", Key: "L", Kind: Integer, Example: 200, Min: at(0), Max: at(60_000), Unit: "ms", Doc: "silence between"},
	).doc("No ack is documented."),

	command(SetLamp, "set-lamp", "Switch the lamp", SetLampAck,
		Param{Name: "lamp", Key: "d", Kind: Integer, Example: 1, Min: at(0), Max: at(1), Values: map[int]string{0: "off", 1: "on"}},
	).blind().needs(NeedsLampCommandMode).under("Lamp switch setting").
		doc("Works only in lamp mode 0."),
	plainAck(SetLampAck, "set-lamp-ack", "Switch the lamp ack", plainResult).under("Lamp switch setting ack"),

	command(SetLampMode, "set-lamp-mode", "Set lamp mode", SetLampModeAck,
		Param{Name: "mode", Key: "j", Kind: Integer, Example: 0, Min: at(0), Max: at(1),
			Values: map[int]string{0: "command control", 1: "always on"}},
	).blind().needs(NeedsPowerOn).under("Lamp mode setting"),
	plainAck(SetLampModeAck, "set-lamp-mode-ack", "Set lamp mode ack", plainResult).under("Lamp mode setting ack"),

	command(SetVibrationSensitivity, "set-vibration-sensitivity", "Set vibration sensitivity", SetVibrationSensitivityAck,
		Param{Name: "sensitivity", Key: "v", Kind: Integer, Example: 10, Min: at(0), Max: at(99), Default: at(25),
			Doc: "0 is off; the larger, the less sensitive"},
	).blind().under("Vibration sensitivity setting"),
	plainAck(SetVibrationSensitivityAck, "set-vibration-sensitivity-ack", "Set vibration sensitivity ack", plainResult).
		under("Vibration sensitivity setting ack"),

	command(SetDistanceUnit, "set-distance-unit", "Set distance unit", SetDistanceUnitAck,
		Param{Name: "unit", Key: "f", Kind: Integer, Example: 0, Min: at(0), Max: at(1), Values: map[int]string{0: "kilometre", 1: "mile"}},
	).blind().needs(NeedsPowerOff).under("Kilometer or mile switch setting").
		doc("On the scooter's display."),
	plainAck(SetDistanceUnitAck, "set-distance-unit-ack", "Set distance unit ack", plainResult).
		under("Kilometer or mile switch setting ack"),
}
