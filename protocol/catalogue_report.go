package protocol

// What a scooter sends without having been asked; 19 stands with its question.
var reportMessages = []Spec{
	report(HeartbeatReport, "heartbeat", "Heartbeat", StatusState,
		Param{Name: "battery_percent", Key: "b", Kind: Integer, Example: 90, Unit: "%"},
		Param{Name: "power", Key: "c", Kind: Integer, Example: 0, Values: powerValues},
		Param{Name: "posture", Key: "s", Kind: Integer, Example: 0, Optional: true, Values: postureValues, Doc: "valid only when powered on"},
		Param{Name: "voltage", Key: "r", Kind: Number, Example: 37.5, Optional: true, Unit: "V"},
		Param{Name: "sensitivity", Key: "v", Kind: Integer, Example: 25, Optional: true, Doc: "of the vibration alarm"},
	).by(1).means(postureValues).under("Vehicle status report").
		doc("A last value (1 station attached, 3 no station) lost its key in the seed: unknown keys are kept."),

	report(PostureReport, "posture-report", "Posture and voltage", StatusState,
		Param{Name: "posture", Key: "s", Kind: Integer, Example: 0, Values: postureValues},
		Param{Name: "voltage", Key: "r", Kind: Number, Example: 37.5, Optional: true, Unit: "V"},
	).on(TopicOther).means(postureValues).deprecated().under("Scooter status parameter Report"),

	report(VibrationReport, "vibration-report", "Vibration", StatusRaw,
		Param{Name: "status", Key: "s", Kind: Integer, Example: 1, Optional: true, Doc: "1 in the seed, not explained"},
	).on(TopicOther).deprecated().under("Vibration dection Report"),

	report(VibrationCheck, "vibration-check", "Vibration check", StatusRaw,
		Param{Name: "status", Key: "s", Kind: Integer, Example: 0, Optional: true, Doc: "reserved"},
	).under("Viberating check"),
}
