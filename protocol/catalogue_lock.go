package protocol

var lockMessages = []Spec{
	command(UnlockBattery, "unlock-battery", "Unlock the battery", UnlockBatteryAck).dangerous().notWhileMoving().under("Battery unlock").
		doc("On the road a battery that comes loose cuts the power."),
	plainAck(UnlockBatteryAck, "unlock-battery-ack", "Unlock the battery ack", hardwareResult).under("Battery unlock ack"),

	command(LockBattery, "lock-battery", "Lock the battery", LockBatteryAck).blind().under("Battery lock"),
	plainAck(LockBatteryAck, "lock-battery-ack", "Lock the battery ack", hardwareResult).under("Battery lock ack"),

	command(UnlockChain, "unlock-chain", "Unlock the chain lock", UnlockChainAck).dangerous().notWhileMoving().
		under("Chainlock unlock").
		doc("A loose chain can catch the wheel. Nothing closes it remotely: ask query-chain-lock before a ride ends."),
	plainAck(UnlockChainAck, "unlock-chain-ack", "Unlock the chain lock ack", hardwareResult).under("Chainlock unlock ack"),

	command(UnlockMotor, "unlock-motor", "Unlock the motor", UnlockMotorAck).dangerous().under("unlock the motor lock"),
	plainAck(UnlockMotorAck, "unlock-motor-ack", "Unlock the motor ack", plainResult).
		on(TopicUnnamed).under("unlock the motor lock ack"),

	command(LockMotor, "lock-motor", "Lock the motor", LockMotorAck).notWhileMoving().under("lock the motor lock"),
	plainAck(LockMotorAck, "lock-motor-ack", "Lock the motor ack", plainResult).
		on(TopicUnnamed).under("lock the motor lock ack"),
}
