package protocol

import "strconv"

// Code is the number in a frame's "a": what the message is.
type Code int

// Every code of the seed. The ack of n is n+1 but for StartUpgrade.
const (
	PowerOn                    Code = 1
	PowerOnAck                 Code = 2
	PowerOff                   Code = 3
	PowerOffAck                Code = 4
	ClearTripMileage           Code = 5
	ClearTripMileageAck        Code = 6
	ClearTripTime              Code = 7
	ClearTripTimeAck           Code = 8
	ClearTotalMileage          Code = 9
	ClearTotalMileageAck       Code = 10
	ClearTotalTime             Code = 11
	ClearTotalTimeAck          Code = 12
	SetSpeedLimit              Code = 13
	SetSpeedLimitAck           Code = 14
	QueryVehicle               Code = 15
	VehicleReport              Code = 16
	QueryPosition              Code = 18
	PositionReport             Code = 19
	Reboot                     Code = 20
	QueryVersion               Code = 21
	VersionReport              Code = 22
	StartUpgrade               Code = 23
	QueryIMEI                  Code = 24
	IMEIReport                 Code = 25
	HeartbeatReport            Code = 27
	Buzz                       Code = 28
	SetServerLegacy            Code = 33
	SetServerLegacyAck         Code = 34
	QueryServer                Code = 35
	ServerReport               Code = 36
	SetLamp                    Code = 37
	SetLampAck                 Code = 38
	SetVibrationSensitivity    Code = 39
	SetVibrationSensitivityAck Code = 40
	SetDistanceUnit            Code = 41
	SetDistanceUnitAck         Code = 42
	SetLampMode                Code = 43
	SetLampModeAck             Code = 44
	SetAssistLevel             Code = 49
	SetAssistLevelAck          Code = 50
	SetAPN                     Code = 53
	SetAPNAck                  Code = 54
	PostureReport              Code = 55
	VibrationReport            Code = 57
	Ring                       Code = 58
	UnlockBattery              Code = 60
	UnlockBatteryAck           Code = 61
	LockBattery                Code = 62
	LockBatteryAck             Code = 63
	StartUpgradeAck            Code = 66
	SendPacket                 Code = 67
	SendPacketAck              Code = 68
	UpgradeReport              Code = 69
	UnlockChain                Code = 71
	UnlockChainAck             Code = 72
	Pause                      Code = 73
	PauseAck                   Code = 74
	Resume                     Code = 75
	ResumeAck                  Code = 76
	QueryLog                   Code = 77
	LogReport                  Code = 78
	QueryChainLock             Code = 83
	ChainLockReport            Code = 84
	VibrationCheck             Code = 88
	RebootAfterUpgrade         Code = 93
	QuerySignal                Code = 97
	SignalReport               Code = 98
	SetServer                  Code = 101
	SetServerAck               Code = 102
	SetPlate                   Code = 103
	SetPlateAck                Code = 104
	UnlockMotor                Code = 105
	UnlockMotorAck             Code = 106
	LockMotor                  Code = 107
	LockMotorAck               Code = 108
)

// String is the message's name, or "code-n" for a code outside the catalogue.
func (c Code) String() string {
	if s := find(c); s != nil {
		return s.Name
	}
	return "code-" + strconv.Itoa(int(c))
}

// wild are codes seen in other operators' backends of the same boxes but not
// in the seed: nothing is decoded, yet a log line can name them.
var wild = map[Code]string{
	17: "fault report", 26: "transport mode", 47: "cell location", 79: "station lock", 81: "station lock",
}

// Wild names a code that is known to exist outside the seed.
func Wild(c Code) (string, bool) {
	name, ok := wild[c]
	return name, ok
}
