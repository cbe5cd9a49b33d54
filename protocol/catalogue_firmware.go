package protocol

// MaxPacket is the most a firmware packet carries.
const MaxPacket = 1024

var firmwareMessages = []Spec{
	command(StartUpgrade, "start-upgrade", "Start a firmware upgrade", StartUpgradeAck,
		Param{Name: "packets", Key: "l", Kind: Integer, Example: 50, Min: at(1), Max: at(65535), Doc: "packets of at most 1024 bytes"},
	).needs(OnlyByUpgrade).under("Start Upgrade firmware"),
	report(StartUpgradeAck, "start-upgrade-ack", "Start a firmware upgrade ack", StatusResult, fieldStatus).by(1).
		means(map[int]string{0: "can be upgraded", 1: "upgrade prohibited"}).under("Start Upgrade firmware"),

	command(SendPacket, "send-packet", "Send a firmware packet", SendPacketAck,
		Param{Name: "serial", Key: "x", Kind: Integer, Example: 55, Min: at(0), Max: at(65534), Doc: "starts at 0"},
		Param{Name: "length", Key: "I", Kind: Integer, Min: at(1), Max: at(MaxPacket), Optional: true, Unit: "bytes",
			Doc: "length of data; computed when sending"},
		Param{Name: "data", Key: "d", Kind: Bytes, Example: []byte("012z"), MaxLen: MaxPacket, Doc: "raw binary: the frame is not JSON"},
	).needs(OnlyByUpgrade).under("Send updating data"),
	report(SendPacketAck, "send-packet-ack", "Send a firmware packet ack", StatusResult,
		Param{Name: "serial", Key: "x", Kind: Integer, Example: 55}, fieldStatus,
	).by(1).means(map[int]string{0: "send the next packet", 1: "send this packet again"}).
		under("Send updating data ack").doc("After more than 5 failures the module reboots for a new upgrade."),

	report(UpgradeReport, "upgrade-report", "Firmware upgrade result", StatusResult, fieldStatus).by(1).
		means(map[int]string{0: "upgraded", 1: "upgrade failed"}).under("Dupdating success report"),
}
