package protocol_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// What the statuses of the seed mean, where several messages share them.
const (
	hardware = "0 success, 1 hardware fault, 2 firmware upgrading"
	counter  = hardware + ", 3 already later than the latest shutdown time"
	fault    = "0 success, 1 fault"
	failure  = "0 success, 1 failure"
	onOff    = "0 powered on, 1 powered off"
	lying    = "0 upright, 1 fallen"
	faults   = "0 no fault, 1 motor hall fault, 2 speed throttle fault, 4 motor stalling, 5 over-current, " +
		"6 motor over temperature, 7 controller over temperature, 8 battery undervoltage, 9 battery overvoltage, 10 communication failure"
)

// seed is phase 1 message by message, copied by hand and not from the
// catalogue, which it judges: code, heading, topic, QoS, ack, then the fields in the
// order of the wire with type, range, unit, secrecy, what is added to the value and what
// values mean, then the meaning of "s". A field that may be missing has a "?".
var seed = []string{
	"1 WR 'Power on' plate 0 ack 2",
	"2 RD 'Power on ack' bike 0 | t? integer | s integer | n? integer || " + hardware,
	"3 WR 'Power off' plate 1 ack 4",
	"4 RD 'Power off ack' bike 0 | t? integer | s integer | n? integer || " + hardware,
	"5 WR 'Clear single riding mileage' plate 0 ack 6",
	"6 RD 'Clear single riding mileage ack' bike 0 | t? integer | s integer | n? integer || " + counter,
	"7 WR 'Clear single riding time' plate 0 ack 8",
	"8 RD 'Clear single riding time ack' bike 0 | t? integer | s integer | n? integer || " + counter,
	"9 WR 'Clear total mileage' plate 0 ack 10",
	"10 RD 'Clear total mileage ack' bike 0 | t? integer | s integer | n? integer || " + counter,
	"11 WR 'Clear the total riding time' plate 0 ack 12",
	"12 RD 'Clear the total riding time ack' bike 0 | t? integer | s integer | n? integer || " + counter,
	"13 WR 'Set the speed limit data' plate 1 ack 14 | k integer 0..30 km/h +2000",
	"14 RD 'Set the speed limit data ack' bike 0 | t? integer | s integer || " + fault,
	"15 WR 'Query vehicle parameters' plate 0 ack 16",
	"16 RD 'Query Vehicle parameter ack' bike 0 | s? integer | k integer km/h | p  integer km/h | e  integer (" + faults + ") | b  integer % | y integer s | " +
		"q integer km | w integer s | z integer km | c integer (" + onOff + ")",
	"18 WR 'Query GPS location data' plate 0 ack 19",
	"19 RD 'Query GPS location data ack' bike 1 | g text | t? integer s",
	"20 WR 'Reboot IOT' plate 0 ack 0",
	"21 WR 'Qurey hardware and firmware version' plate 0 ack 22",
	"22 RD 'Qurey hardware and firmware version ack' bike 1 | h text | f text | c? text | m? text | s? integer (" + onOff + ") | t? integer || " + onOff,
	"23 WR 'Start Upgrade firmware' plate 0 ack 66 | l integer 1..65535",
	"24 WR 'Query IEMI number' plate 0 ack 25",
	"25 RD 'Qurey IEMI number ack' unnamed 0 | h text | t? integer",
	"27 RD 'Vehicle status report' bike 1 | b integer % | c integer (" + onOff + ") | s? integer (" + lying + ") | r? number V | v? integer || " + lying,
	"28 WR 'Alarm buzzer' plate 0 ack 0",
	"33 WR 'Set server parameters' plate 0 ack 34 | u text ..253 secret | u integer 1..65535 | u text ..64 | u integer 1..86400 s | u? integer 1..86400 s | u? integer 0..255",
	"34 RD 'Set server parameters ack' bike 0 | s integer || " + failure,
	"35 WR 'Query server parameters' plate 0 ack 36",
	"36 RD 'Query server parameters ack' bike 0 | u text secret | u? integer | u text secret | u text secret | u text | u? integer s",
	"37 WR 'Lamp switch setting' plate 0 ack 38 | d integer 0..1 (0 off, 1 on)",
	"38 RD 'Lamp switch setting ack' bike 0 | s integer || " + failure,
	"39 WR 'Vibration sensitivity setting' plate 0 ack 40 | v integer 0..99 default 25",
	"40 RD 'Vibration sensitivity setting ack' bike 0 | s integer || " + failure,
	"41 WR 'Kilometer or mile switch setting' plate 0 ack 42 | f integer 0..1 (0 kilometre, 1 mile)",
	"42 RD 'Kilometer or mile switch setting ack' bike 0 | s integer || " + failure,
	"43 WR 'Lamp mode setting' plate 0 ack 44 | j integer 0..1 (0 command control, 1 always on)",
	"44 RD 'Lamp mode setting ack' bike 0 | s integer || " + failure,
	"49 WR 'Set_Assist_Level' plate 1 ack 50 | k integer 0..2",
	"50 RD 'Set_Assist_Level ack' bike 0 | s integer || " + fault,
	"53 WR 'APN setting' plate 0 ack 54 | z text ..100 secret | z? text ..64 secret | z? text ..64 secret",
	"54 RD 'APN setting ack' o 0 | s integer || " + failure,
	"55 RD 'Scooter status parameter Report' o 0 | s integer (" + lying + ") | r? number V || " + lying,
	"57 RD 'Vibration dection Report' o 0 | s? integer",
	"58 WR 'Special alarm buzzer' plate 0 ack 0 | v integer 1..100 | i integer 1..60000 ms | L integer 0..60000 ms",
	"60 WR 'Battery unlock' plate 0 ack 61",
	"61 RD 'Battery unlock ack' bike 0 | s integer || " + hardware,
	"62 WR 'Battery lock' plate 0 ack 63",
	"63 RD 'Battery lock ack' bike 0 | s integer || " + hardware,
	"66 RD 'Start Upgrade firmware' bike 1 | s integer || 0 can be upgraded, 1 upgrade prohibited",
	"67 WR 'Send updating data' plate 0 ack 68 | x integer 0..65534 | I? integer 1..1024 bytes | d bytes ..1024",
	"68 RD 'Send updating data ack' bike 1 | x integer | s integer || 0 send the next packet, 1 send this packet again",
	"69 RD 'Dupdating success report' bike 1 | s integer || 0 upgraded, 1 upgrade failed",
	"71 WR 'Chainlock unlock' plate 0 ack 72",
	"72 RD 'Chainlock unlock ack' bike 0 | s integer || " + hardware,
	"73 WR 'Enter pause mode' plate 0 ack 74",
	"74 RD 'Enter pause mode ack' bike 0 | s integer || " + failure,
	"75 WR 'Exit pause mode' plate 0 ack 76",
	"76 RD 'Exit pause mode ack' bike 0 | s integer || " + failure,
	"77 WR 'Query IOT Log' plate 0 ack 78",
	"78 RD 'Query IOT Log ack' plate 0 | b? text | c? text | d? text | e? text | f? text | g? text",
	"83 WR 'Query status of chain lock' plate 0 ack 84",
	"84 RD 'Query status of chain lock' bike 0 | s integer (0 closed, 1 open) || 0 closed, 1 open",
	"88 RD 'Viberating check' bike 0 | s? integer",
	"93 WR 'Reboot IOT if Updated' plate 0 ack 0",
	"97 WR 'Query 4G signal intensity' plate 0 ack 98",
	"98 RD 'Query 4G signal intensity ack' bike 0 | x integer",
	"101 WR 'Set server parameters' plate 0 ack 102 | u text ..253 secret | u integer 1..65535 | u text ..64 secret | u text ..64 secret",
	"102 RD 'Set lot Parameters ack' unnamed 0 | s integer || " + failure,
	"103 WR 'Modify IOT SN' plate 0 ack 104 | u text ..64",
	"104 RD 'Modify IOT SN ack' unnamed 0 | s integer || " + failure,
	"105 WR 'unlock the motor lock' plate 0 ack 106",
	"106 RD 'unlock the motor lock ack' unnamed 0 | s integer || " + failure,
	"107 WR 'lock the motor lock' plate 0 ack 108",
	"108 RD 'lock the motor lock ack' unnamed 0 | s integer || " + failure,
}

func TestCatalogueSaysWhatTheSeedSays(t *testing.T) {
	catalogue := protocol.Catalogue()
	require.Len(t, catalogue, len(seed))
	for i, s := range catalogue {
		require.Equal(t, seed[i], inTheSeedsWords(s), s.Name)
	}
}

func inTheSeedsWords(s protocol.Spec) string {
	var b strings.Builder
	topic := strings.Replace(string(s.Topic), "vehicle", "plate", 1)
	fmt.Fprintf(&b, "%d %s '%s' %s %d", s.Code, s.Direction, s.Section, topic, s.QoS)
	if s.Direction == protocol.ToScooter {
		fmt.Fprintf(&b, " ack %d", s.Ack)
	}
	for _, p := range s.Params {
		b.WriteString(" | " + paramInTheSeedsWords(p))
	}
	if len(s.Statuses) > 0 {
		b.WriteString(" || " + inWords(s.Statuses))
	}
	return b.String()
}

func paramInTheSeedsWords(p protocol.Param) string {
	key := p.Key
	if p.DirtyKey != "" {
		key = p.DirtyKey
	}
	if p.Optional {
		key += "?"
	}
	text := key + " " + string(p.Kind)
	if p.Min != nil {
		text += fmt.Sprintf(" %d..%d", *p.Min, *p.Max)
	}
	if p.MaxLen > 0 {
		text += fmt.Sprintf(" ..%d", p.MaxLen)
	}
	if p.Unit != "" {
		text += " " + p.Unit
	}
	if p.Secret {
		text += " secret"
	}
	if p.Offset != 0 {
		text += fmt.Sprintf(" %+d", p.Offset)
	}
	if p.Default != nil {
		text += fmt.Sprintf(" default %d", *p.Default)
	}
	if len(p.Values) > 0 {
		text += " (" + inWords(p.Values) + ")"
	}
	return text
}

func inWords(meanings map[int]string) string {
	var parts []string
	for _, n := range slices.Sorted(maps.Keys(meanings)) {
		parts = append(parts, fmt.Sprintf("%d %s", n, meanings[n]))
	}
	return strings.Join(parts, ", ")
}
