package protocol

var powerMessages = []Spec{
	command(PowerOn, "power-on", "Power on", PowerOnAck).dangerous().
		doc("Unlocks the scooter. Never repeated blindly: an unlock that arrives late opens somebody's scooter."),
	timedAck(PowerOnAck, "power-on-ack", "Power on ack", hardwareResult),

	command(PowerOff, "power-off", "Power off", PowerOffAck).by(1).notWhileMoving().
		doc("Locks the scooter. The seed allows QoS 1 or 2."),
	timedAck(PowerOffAck, "power-off-ack", "Power off ack", hardwareResult),

	command(Reboot, "reboot", "Reboot IOT", 0).dangerous().notWhileMoving().
		doc("Not acknowledged."),
	command(RebootAfterUpgrade, "reboot-after-upgrade", "Reboot IOT if updated", 0).dangerous().notWhileMoving().
		under("Reboot IOT if Updated").doc("Not acknowledged."),
}

var counterMessages = []Spec{
	command(ClearTripMileage, "clear-trip-mileage", "Clear trip mileage", ClearTripMileageAck).
		under("Clear single riding mileage").
		doc("May fail: take a baseline with query-vehicle and bill the difference."),
	timedAck(ClearTripMileageAck, "clear-trip-mileage-ack", "Clear trip mileage ack", counterResult).
		under("Clear single riding mileage ack"),

	command(ClearTripTime, "clear-trip-time", "Clear trip time", ClearTripTimeAck).
		under("Clear single riding time"),
	timedAck(ClearTripTimeAck, "clear-trip-time-ack", "Clear trip time ack", counterResult).
		under("Clear single riding time ack"),

	command(ClearTotalMileage, "clear-total-mileage", "Clear total mileage", ClearTotalMileageAck).dangerous(),
	timedAck(ClearTotalMileageAck, "clear-total-mileage-ack", "Clear total mileage ack", counterResult),

	command(ClearTotalTime, "clear-total-time", "Clear total riding time", ClearTotalTimeAck).dangerous().
		under("Clear the total riding time"),
	timedAck(ClearTotalTimeAck, "clear-total-time-ack", "Clear total riding time ack", counterResult).
		under("Clear the total riding time ack"),
}
