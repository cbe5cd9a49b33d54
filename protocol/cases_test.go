package protocol_test

import "rodada/protocol"

// frames is the one table of what scooters send, right and wrong; every test
// of the codec and the fuzz targets draw on it.
type frameCase struct {
	name   string
	frame  string
	code   protocol.Code
	plate  string
	values map[string]any
	extra  map[string]string

	// clean: encoding the decoded message gives the same bytes again.
	clean bool

	// Refused when reason is set.
	reason protocol.Reason
	field  string
}

type vals = map[string]any

// valid are the reports as the seed writes them, one for every RD code.
var valid = []frameCase{
	{name: "power on ack", frame: `{"a":2,"i":"12AB","t":1503046415,"s":0,"n":0}`, code: 2, clean: true,
		values: vals{"time": int64(1503046415), "status": int64(0), "serial": int64(0)}},
	{name: "power off ack", frame: `{"a":4,"i":"12AB","t":1503046415,"s":1,"n":7}`, code: 4, clean: true,
		values: vals{"time": int64(1503046415), "status": int64(1), "serial": int64(7)}},
	{name: "clear trip mileage ack", frame: `{"a":6,"i":"12AB","t":1503046415,"s":3,"n":0}`, code: 6, clean: true,
		values: vals{"time": int64(1503046415), "status": int64(3), "serial": int64(0)}},
	{name: "clear trip time ack", frame: `{"a":8,"i":"12AB","t":1503046415,"s":0,"n":0}`, code: 8, clean: true,
		values: vals{"time": int64(1503046415), "status": int64(0), "serial": int64(0)}},
	{name: "clear total mileage ack", frame: `{"a":10,"i":"12AB","t":1503046415,"s":0,"n":0}`, code: 10, clean: true,
		values: vals{"time": int64(1503046415), "status": int64(0), "serial": int64(0)}},
	{name: "clear total time ack", frame: `{"a":12,"i":"12AB","t":1503046415,"s":2,"n":0}`, code: 12, clean: true,
		values: vals{"time": int64(1503046415), "status": int64(2), "serial": int64(0)}},
	{name: "speed limit ack", frame: `{"a":14,"i":"12AB","t":1503046415,"s":0}`, code: 14, clean: true,
		values: vals{"time": int64(1503046415), "status": int64(0)}},
	{name: "vehicle report with the seed's blanks in its keys",
		frame: `{"a":16,"i":"12AB","s":8,"k":25,"p ":12,"e ":4,"b ":80,"y":3600,"q":100,"w":60,"z":2,"c":0}`, code: 16, clean: true,
		values: vals{"status": int64(8), "limit_kmh": int64(25), "speed_kmh": int64(12), "fault": int64(4),
			"battery_percent": int64(80), "total_seconds": int64(3600), "total_km": int64(100),
			"trip_seconds": int64(60), "trip_km": int64(2), "power": int64(0)}},
	{name: "position", frame: `{"a":19,"i":"12AB","g":"3020.5887,12006.4229,1","t":1503046415}`, code: 19, clean: true,
		values: vals{"position": "3020.5887,12006.4229,1", "time": int64(1503046415)}},
	{name: "version", frame: `{"a":22,"i":"12AB","h":"V1.2","f":"3.4","c":"8986","m":"123456789888888","s":1,"t":1503046415}`, code: 22, clean: true,
		values: vals{"hardware": "V1.2", "firmware": "3.4", "sim": "8986", "imei": "123456789888888",
			"power": int64(1), "time": int64(1503046415)}},
	{name: "IMEI as a bare number", frame: `{"a":25,"i":"12AB","h":123456789888888,"t":1503046415}`, code: 25, clean: true,
		values: vals{"imei": "123456789888888", "time": int64(1503046415)}},
	{name: "heartbeat", frame: `{"a":27,"i":"12AB","b":90,"c":0,"s":1,"r":37.5,"v":25}`, code: 27, clean: true,
		values: vals{"battery_percent": int64(90), "power": int64(0), "posture": int64(1), "voltage": 37.5, "sensitivity": int64(25)}},
	{name: "legacy server ack", frame: `{"a":34,"i":"12AB","s":0}`, code: 34, clean: true, values: vals{"status": int64(0)}},
	{name: "server parameters", frame: `{"a":36,"i":"12AB","u":"018.180.156.177,1883,username,password,12AB,30"}`, code: 36, clean: true,
		values: vals{"host": "018.180.156.177", "port": int64(1883), "username": "username", "password": "password",
			"plate": "12AB", "gps_seconds": int64(30)}},
	{name: "lamp ack", frame: `{"a":38,"i":"12AB","s":0}`, code: 38, clean: true, values: vals{"status": int64(0)}},
	{name: "vibration sensitivity ack", frame: `{"a":40,"i":"12AB","s":1}`, code: 40, clean: true, values: vals{"status": int64(1)}},
	{name: "distance unit ack", frame: `{"a":42,"i":"12AB","s":0}`, code: 42, clean: true, values: vals{"status": int64(0)}},
	{name: "lamp mode ack", frame: `{"a":44,"i":"12AB","s":0}`, code: 44, clean: true, values: vals{"status": int64(0)}},
	{name: "assist level ack", frame: `{"a":50,"i":"12AB","s":0}`, code: 50, clean: true, values: vals{"status": int64(0)}},
	{name: "APN ack", frame: `{"a":54,"i":"12AB","s":0}`, code: 54, clean: true, values: vals{"status": int64(0)}},
	{name: "posture", frame: `{"a":55,"i":"12AB","s":1,"r":36}`, code: 55, clean: true, values: vals{"posture": int64(1), "voltage": 36.0}},
	{name: "vibration", frame: `{"a":57,"i":"12AB","s":1}`, code: 57, clean: true, values: vals{"status": int64(1)}},
	{name: "battery unlock ack", frame: `{"a":61,"i":"12AB","s":2}`, code: 61, clean: true, values: vals{"status": int64(2)}},
	{name: "battery lock ack", frame: `{"a":63,"i":"12AB","s":0}`, code: 63, clean: true, values: vals{"status": int64(0)}},
	{name: "upgrade start ack", frame: `{"a":66,"i":"12AB","s":1}`, code: 66, clean: true, values: vals{"status": int64(1)}},
	{name: "packet ack", frame: `{"a":68,"i":"12AB","x":55,"s":0}`, code: 68, clean: true, values: vals{"serial": int64(55), "status": int64(0)}},
	{name: "upgrade report", frame: `{"a":69,"i":"12AB","s":0}`, code: 69, clean: true, values: vals{"status": int64(0)}},
	{name: "chain unlock ack", frame: `{"a":72,"i":"12AB","s":0}`, code: 72, clean: true, values: vals{"status": int64(0)}},
	{name: "pause ack", frame: `{"a":74,"i":"12AB","s":0}`, code: 74, clean: true, values: vals{"status": int64(0)}},
	{name: "resume ack", frame: `{"a":76,"i":"12AB","s":1}`, code: 76, clean: true, values: vals{"status": int64(1)}},
	{name: "log", frame: `{"a":78,"i":"12AB","b":"one","c":"two","d":"3","e":"","f":"{[","g":"six"}`, code: 78, clean: true,
		values: vals{"log_b": "one", "log_c": "two", "log_d": "3", "log_e": "", "log_f": "{[", "log_g": "six"}},
	{name: "chain lock", frame: `{"a":84,"i":"12AB","s":1}`, code: 84, clean: true, values: vals{"chain_lock": int64(1)}},
	{name: "vibration check", frame: `{"a":88,"i":"12AB","s":5}`, code: 88, clean: true, values: vals{"status": int64(5)}},
	{name: "signal", frame: `{"a":98,"i":"12AB","x":27}`, code: 98, clean: true, values: vals{"signal": int64(27)}},
	{name: "server ack", frame: `{"a":102,"i":"12AB","s":0}`, code: 102, clean: true, values: vals{"status": int64(0)}},
	{name: "plate ack", frame: `{"a":104,"i":"12AB","s":0}`, code: 104, clean: true, values: vals{"status": int64(0)}},
	{name: "motor unlock ack", frame: `{"a":106,"i":"12AB","s":0}`, code: 106, clean: true, values: vals{"status": int64(0)}},
	{name: "motor lock ack", frame: `{"a":108,"i":"12AB","s":0}`, code: 108, clean: true, values: vals{"status": int64(0)}},
}

// dirty are frames of real boxes that are not as documented and still count.
var dirty = []frameCase{
	{name: "numbers as strings", frame: `{"a":"2","i":"12AB","t":"1503046415","s":"0","n":"0"}`, code: 2,
		values: vals{"time": int64(1503046415), "status": int64(0), "serial": int64(0)}},
	{name: "strings as numbers", frame: `{"a":22,"i":"12AB","h":1.2,"f":34,"m":123456789888888}`, code: 22,
		values: vals{"hardware": "1.2", "firmware": "34", "imei": "123456789888888"}},
	{name: "plate as a number", frame: `{"a":14,"i":123456789888888,"s":0}`, code: 14, plate: "123456789888888",
		values: vals{"status": int64(0)}},
	{name: "blanks in every key", frame: `{" a ":27,"i ":"12AB"," b":90,"c ":1}`, code: 27,
		values: vals{"battery_percent": int64(90), "power": int64(1)}},
	{name: "integral float", frame: `{"a":2.0,"i":"12AB","s":1.0}`, code: 2, values: vals{"status": int64(1)}},
	{name: "no time", frame: `{"a":4,"i":"12AB","s":0}`, code: 4, values: vals{"status": int64(0)}},
	{name: "odd random number does not lose the ack", frame: `{"a":2,"i":"12AB","t":"x","s":0}`, code: 2,
		values: vals{"status": int64(0)}, extra: map[string]string{"t": "x"}},
	{name: "null is absent", frame: `{"a":2,"i":"12AB","t":null,"s":0}`, code: 2, values: vals{"status": int64(0)}},
	{name: "empty is absent", frame: `{"a":27,"i":"12AB","b":90,"c":""}`, code: 27,
		values: vals{"battery_percent": int64(90)}, extra: map[string]string{"c": ""}},
	{name: "unknown key", frame: `{"a":27,"i":"12AB","b":90,"c":0,"st":3}`, code: 27,
		values: vals{"battery_percent": int64(90), "power": int64(0)}, extra: map[string]string{"st": "3"}},
	{name: "unknown code", frame: `{"a":17,"i":"12AB","e":3,"x":true}`, code: 17,
		values: vals{}, extra: map[string]string{"e": "3", "x": "true"}},
	{name: "any order", frame: `{"s":0,"n":1,"i":"12AB","a":2}`, code: 2, values: vals{"status": int64(0), "serial": int64(1)}},
	{name: "blanks and NUL around", frame: " \r\n{\"a\":38, \"i\" : \"12AB\", \"s\":0 }\n\x00\x00", code: 38,
		values: vals{"status": int64(0)}},
	{name: "escapes", frame: `{"a":78,"i":"12\u0041B","b":"a\"b\\c\n"}`, code: 78, values: vals{"log_b": "a\"b\\c\n"}},
	{name: "broken UTF-8 and NUL in a text", frame: "{\"a\":78,\"i\":\"12AB\",\"b\":\"x\xff\\u0000y\"}", code: 78,
		values: vals{"log_b": "x\uFFFDy"}},
	{name: "brackets inside a text", frame: `{"a":78,"i":"12AB","b":"\\\"{[[{"}`, code: 78, values: vals{"log_b": `\"{[[{`}},
	{name: "server parameters in too many parts", frame: `{"a":36,"i":"12AB","u":"h,1,u,p,w,12AB,30"}`, code: 36,
		values: vals{}, extra: map[string]string{"u": "h,1,u,p,w,12AB,30"}},
	{name: "server parameters with blanks and without numbers", frame: `{"a":36,"i":"12AB","u":"h, ,u , p,12AB,"}`, code: 36,
		values: vals{"host": "h", "username": "u", "password": "p", "plate": "12AB"}},
	{name: "server parameters with a word for a port", frame: `{"a":36,"i":"12AB","u":"h,mqtt,u,p,12AB,30"}`, code: 36,
		values: vals{}, extra: map[string]string{"u": "h,mqtt,u,p,12AB,30"}},
	{name: "plate with blanks and letters of any language", frame: `{"a":38,"i":"ÑU 7","s":0}`, code: 38, plate: "ÑU 7",
		values: vals{"status": int64(0)}},
}

// malformed are no frames at all.
var malformed = []frameCase{
	{name: "empty", frame: ``, reason: protocol.ReasonMalformed},
	{name: "blanks", frame: "  \x00", reason: protocol.ReasonMalformed},
	{name: "text", frame: `hello`, reason: protocol.ReasonMalformed},
	{name: "number", frame: `7`, reason: protocol.ReasonMalformed},
	{name: "cut off", frame: `{"a":2,"i":"12AB`, reason: protocol.ReasonMalformed},
	{name: "comma too many", frame: `{"a":2,"i":"12AB",}`, reason: protocol.ReasonMalformed},
	{name: "something behind", frame: `{"a":2,"i":"12AB"}x`, reason: protocol.ReasonMalformed},
	{name: "bare word", frame: `{"a":2,"i":12AB}`, reason: protocol.ReasonMalformed},
	{name: "two frames", frame: `{"a":2,"i":"12AB"}{"a":2,"i":"12AB"}`, reason: protocol.ReasonNested},
	{name: "array", frame: `[{"a":2}]`, reason: protocol.ReasonMalformed},
}

// forbidden are frames that are refused although they are JSON.
var forbidden = []frameCase{
	{name: "nested object", frame: `{"a":2,"i":"12AB","x":{}}`, reason: protocol.ReasonNested},
	{name: "nested array", frame: `{"a":2,"i":"12AB","x":[1]}`, reason: protocol.ReasonNested},
	{name: "no code", frame: `{"i":"12AB"}`, field: "a", reason: protocol.ReasonMissing},
	{name: "null code", frame: `{"a":null,"i":"12AB"}`, field: "a", reason: protocol.ReasonMissing},
	{name: "code is no number", frame: `{"a":"x","i":"12AB"}`, field: "a", reason: protocol.ReasonWrongType},
	{name: "code is a fraction", frame: `{"a":2.5,"i":"12AB"}`, field: "a", reason: protocol.ReasonWrongType},
	{name: "code is negative", frame: `{"a":-2,"i":"12AB"}`, field: "a", reason: protocol.ReasonOutOfRange},
	{name: "code is huge", frame: `{"a":1e9,"i":"12AB"}`, field: "a", reason: protocol.ReasonOutOfRange},
	{name: "a command", frame: `{"a":1,"i":"12AB"}`, code: 1, field: "a", reason: protocol.ReasonDirection},
	{name: "no plate", frame: `{"a":2,"s":0}`, code: 2, field: "i", reason: protocol.ReasonMissing},
	{name: "empty plate", frame: `{"a":2,"i":"","s":0}`, code: 2, field: "i", reason: protocol.ReasonInvalid},
	{name: "plate with a wildcard", frame: `{"a":2,"i":"+","s":0}`, code: 2, field: "i", reason: protocol.ReasonInvalid},
	{name: "plate with two levels", frame: `{"a":2,"i":"x/y","s":0}`, code: 2, field: "i", reason: protocol.ReasonInvalid},
	{name: "plate is a shared topic", frame: `{"a":2,"i":"bike","s":0}`, code: 2, field: "i", reason: protocol.ReasonInvalid},
	{name: "plate with a line break", frame: `{"a":2,"i":"12\nAB","s":0}`, code: 2, field: "i", reason: protocol.ReasonInvalid},
	{name: "same key twice", frame: `{"a":2,"i":"12AB","i":"34CD"}`, field: "i", reason: protocol.ReasonDuplicate},
	{name: "same key twice once trimmed", frame: `{"a":2,"i":"12AB","i ":"34CD"}`, field: "i", reason: protocol.ReasonDuplicate},
	{name: "status is a word", frame: `{"a":2,"i":"12AB","s":"ok"}`, code: 2, field: "s", reason: protocol.ReasonWrongType},
	{name: "status is a fraction", frame: `{"a":2,"i":"12AB","s":0.5}`, code: 2, field: "s", reason: protocol.ReasonWrongType},
	{name: "status is true", frame: `{"a":2,"i":"12AB","s":true}`, code: 2, field: "s", reason: protocol.ReasonWrongType},
	{name: "hexadecimal", frame: `{"a":2,"i":"12AB","s":"0x0"}`, code: 2, field: "s", reason: protocol.ReasonWrongType},
	{name: "not a number", frame: `{"a":27,"i":"12AB","b":"NaN","c":0}`, code: 27, field: "b", reason: protocol.ReasonWrongType},
}

// frames are all of them.
func frames() []frameCase {
	var all []frameCase
	for _, group := range [][]frameCase{valid, dirty, malformed, forbidden} {
		all = append(all, group...)
	}
	return all
}
