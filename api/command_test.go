package api_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/protocol"
	"rodada/seal"
	"rodada/workflows"
)

const commandsPath = "/admin/v1/scooters/12AB/commands/"

func (s *stage) command(t *testing.T, name string, body any, headers ...string) (status int, answer map[string]any) {
	t.Helper()
	res := s.do(t, "POST", commandsPath+name, s.token(t, support, "staff"), body, headers...)
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &answer), res.Body.String())
	return res.Code, answer
}

// obeys lets every command end in a way.
func (s *stage) obeys(e command.Ending) {
	s.temporal.onCommand = func(in workflows.CommandInput) bool {
		spec, _ := protocol.Lookup(in.Command.Code)
		e := e
		e.FinishedAt, e.Attempts = s.now.Add(time.Second), 1
		send := command.Send{
			ID: in.ID + "/1", Code: int(in.Command.Code), AskedAt: s.now, Sent: []byte(`{"a":13,"k":2020}`), SentAt: s.now, Outcome: e.Outcome,
		}
		if e.Outcome == command.Unsent {
			e.Attempts, send.Sent, send.SentAt, send.Unsent = 0, nil, time.Time{}, e.Unsent
		}
		if e.Ack != nil {
			ack := *e.Ack
			ack.Code, ack.ReceivedAt = int(spec.Ack), s.now.Add(250*time.Millisecond)
			e.Ack = &ack
			send.Received, send.ReceivedAt, send.Status = []byte(`{"a":14,"s":0}`), ack.ReceivedAt, ack.Status
		}
		s.store.finishOrder(in.ID, e, send)
		return true
	}
}

func acked(status int) *command.Ack {
	return &command.Ack{Status: &status, Values: map[string]any{"status": float64(status)}}
}

func TestCommandAnswersWithTheDecodedAck(t *testing.T) {
	s := newStage(t)
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	status, b := s.command(t, "set-speed-limit", map[string]any{"params": map[string]any{"kmh": 20}, "reason": "A slow street."})
	require.Equal(t, 200, status, b)
	require.Equal(t, "done", b["outcome"])
	require.Equal(t, "set-speed-limit", b["name"])
	require.EqualValues(t, 13, b["code"])
	require.Equal(t, map[string]any{"kmh": 20.}, b["params"])
	require.Equal(t, map[string]any{"id": support, "email": "support@example.com"}, b["by"])
	require.EqualValues(t, 1, b["attempts"])
	require.Equal(t, map[string]any{
		"code": 14., "name": "set-speed-limit-ack", "status": 0., "meaning": "success", "values": map[string]any{"status": 0.},
		"received_at": "2026-11-23T12:00:00.25Z",
	}, b["ack"])
	send := b["sends"].([]any)[0].(map[string]any)
	require.Equal(t, `{"a":13,"k":2020}`, send["sent"])
	require.Equal(t, `{"a":14,"s":0}`, send["received"])
	require.EqualValues(t, 250, send["took_ms"])

	in := s.temporal.commands[0]
	require.Equal(t, b["id"], in.ID)
	require.Equal(t, protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": 20.}}, in.Command)
	require.Equal(t, workflows.Dialect{LowercaseLength: true}, in.Dialect)
	require.Equal(t, noon.Add(10*time.Second), in.Deadline)
	require.Equal(t, "command/"+in.ID, s.temporal.start.ID)
	require.NotContains(t, s.temporal.start.StaticSummary, "slow street")
}

func TestHowACommandEnds(t *testing.T) {
	for name, c := range map[string]struct {
		name   string
		ending command.Ending
		status int
		code   string
	}{
		"refused":     {"set-speed-limit", command.Ending{Outcome: command.Refused, Ack: acked(1)}, 422, "command_refused"},
		"silent":      {"set-speed-limit", command.Ending{Outcome: command.Silent}, 504, "command_silent"},
		"moving":      {"pause", command.Ending{Outcome: command.Unsent, Unsent: "moving"}, 409, "scooter_moving"},
		"busy":        {"pause", command.Ending{Outcome: command.Unsent, Unsent: "busy"}, 409, "command_busy"},
		"late":        {"pause", command.Ending{Outcome: command.Unsent, Unsent: "late"}, 503, "command_late"},
		"unreachable": {"pause", command.Ending{Outcome: command.Unsent, Unsent: "unreachable"}, 503, "scooter_unreachable"},
		"unreadable":  {"pause", command.Ending{Outcome: command.Unsent, Unsent: "invalid"}, 409, "command_sealed"},
		"no answer":   {"buzz", command.Ending{Outcome: command.Sent}, 202, ""},
		"done":        {"resume", command.Ending{Outcome: command.Done, Ack: acked(0)}, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.obeys(c.ending)
			var args any
			if c.name == "set-speed-limit" {
				args = map[string]any{"params": map[string]any{"kmh": 20}}
			}
			res := s.asStaff(t, "POST", commandsPath+c.name, args)
			if c.code == "" {
				b := body(t, res, c.status)
				require.Equal(t, string(c.ending.Outcome), b["outcome"])
				return
			}
			p := problem(t, res, c.status, c.code)
			given := p["command"].(map[string]any)
			require.Equal(t, string(c.ending.Outcome), given["outcome"])
			require.Equal(t, p["attempts"], given["attempts"])
			if c.ending.Ack != nil {
				require.EqualValues(t, 1, p["device_status"])
				require.Equal(t, "fault", p["meaning"])
			}
		})
	}
}

func TestACommandThatTakesLongerThanTheAPIMayIsFoundLater(t *testing.T) {
	s := newStage(t, func(o *api.Options) { o.Config.HTTP.Deadline = 20 * time.Millisecond })
	res := s.asStaff(t, "POST", commandsPath+"query-vehicle", nil)
	b := body(t, res, 202)
	require.Equal(t, commandsPath+b["id"].(string), res.Header().Get("Location"))
	require.Equal(t, "pending", b["outcome"])
	at := commandsPath + b["id"].(string)
	require.Equal(t, "pending", body(t, s.asStaff(t, "GET", at, nil), 200)["outcome"])
	s.store.finishOrder(b["id"].(string), command.Ending{Outcome: command.Silent, Attempts: 2, FinishedAt: s.now})
	later := body(t, s.asStaff(t, "GET", at, nil), 200)
	require.Equal(t, "silent", later["outcome"])
	require.EqualValues(t, 2, later["attempts"])
	problem(t, s.asStaff(t, "GET", commandsPath+uuid.NewString(), nil), 404, "command_not_found")
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/nobody/commands/"+b["id"].(string), nil), 404, "command_not_found")
}

func TestWhatNoCommandMayBe(t *testing.T) {
	for name, c := range map[string]struct {
		name   string
		body   any
		status int
		code   string
		field  string
	}{
		"no such command":            {"fly", nil, 404, "command_unknown", ""},
		"what scooters say":          {"power-on-ack", nil, 404, "command_unknown", ""},
		"firmware":                   {"start-upgrade", map[string]any{"params": map[string]any{"packets": 5}}, 409, "command_elsewhere", ""},
		"firmware's packets":         {"send-packet", nil, 409, "command_elsewhere", ""},
		"a number too large":         {"set-speed-limit", map[string]any{"params": map[string]any{"kmh": 31}}, 422, "request_invalid", "body.params.kmh"},
		"a limit that stops a rider": {"set-speed-limit", map[string]any{"params": map[string]any{"kmh": 0}}, 422, "limit_invalid", "body.params.kmh"},
		"faster than its model":      {"set-speed-limit", map[string]any{"params": map[string]any{"kmh": 26}}, 422, "limit_invalid", "body.params.kmh"},
		"a number that is none":      {"set-speed-limit", map[string]any{"params": map[string]any{"kmh": "20"}}, 422, "request_invalid", "body.params.kmh"},
		"a parameter missing":        {"set-speed-limit", map[string]any{"params": map[string]any{}}, 422, "request_invalid", "body.params.kmh"},
		"a parameter too many":       {"set-speed-limit", map[string]any{"params": map[string]any{"kmh": 20, "mph": 12}}, 422, "request_invalid", "body.params.mph"},
		"no body where one must be":  {"set-speed-limit", nil, 400, "body_malformed", ""},
		"dangerous without a reason": {"reboot", map[string]any{}, 422, "request_invalid", "body.reason"},
		"dangerous with a blank one": {"reboot", map[string]any{"reason": "x"}, 422, "request_invalid", "body.reason"},
		"a ride that is no lock's":   {"buzz", map[string]any{"ride": "end"}, 422, "request_invalid", "body.ride"},
		"a ride that is none":        {"power-off", map[string]any{"ride": "fly"}, 422, "request_invalid", "body.ride"},
		"text that leaves its field": {"set-apn", map[string]any{"reason": "A new card.", "params": map[string]any{"apn": `a","b`}}, 422, "command_invalid", "body.params.apn"},
		"renumbering":                {"set-plate", map[string]any{"reason": "A new number.", "params": map[string]any{"plate": "99ZZ"}}, 409, "command_elsewhere", ""},
		"renumbering in passing": {"set-server-legacy", map[string]any{"reason": "A new number.", "params": map[string]any{
			"host": "h", "port": 1883, "plate": "99ZZ", "gps_seconds": 30,
		}}, 409, "command_elsewhere", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			p := problem(t, s.asStaff(t, "POST", commandsPath+c.name, c.body), c.status, c.code)
			switch c.code {
			case "request_invalid":
				require.Contains(t, p["errors"].([]any)[0].(map[string]any)["location"], c.field)
			case "command_invalid", "limit_invalid":
				require.Equal(t, c.field, p["field"])
				require.Equal(t, []any{map[string]any{"location": c.field, "message": p["detail"]}}, p["errors"])
			case "command_elsewhere":
				require.NotEmpty(t, p["operation"])
			}
			require.Empty(t, s.temporal.commands)
			require.Empty(t, s.store.orders)
		})
	}
	s := newStage(t)
	problem(t, s.asStaff(t, "POST", "/admin/v1/scooters/nobody/commands/buzz", nil), 404, "scooter_unknown")
}

func TestDangerousCommandsNeedTheirPermissionAndAreWrittenDown(t *testing.T) {
	s := newStage(t)
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	why := map[string]any{"reason": "The rider is locked out."}
	s.hired(staff.Operate)
	require.Equal(t, "dangerous_commands", problem(t, s.asStaff(t, "POST", commandsPath+"power-on", why), 403, "permission_missing")["permission"])
	body(t, s.asStaff(t, "POST", commandsPath+"resume", nil), 200)
	require.Empty(t, s.store.deeds)

	s.hired(staff.DangerousCommands)
	b := body(t, s.asStaff(t, "POST", commandsPath+"power-on", why), 200)
	require.Len(t, s.store.deeds, 1)
	deed := s.store.deeds[0]
	require.Equal(t, "command.power-on", deed.Action)
	require.Equal(t, plate, deed.Subject)
	require.Equal(t, "The rider is locked out.", deed.Reason)
	require.Contains(t, string(deed.After), b["id"])

	s.store.broken = errors.New("the books are away")
	require.Equal(t, 500, s.asStaff(t, "POST", commandsPath+"power-on", why).Code)
	require.Len(t, s.temporal.commands, 2, "what can't be written down is not sent")
}

func TestCommandWithAKeyHappensOnce(t *testing.T) {
	s := newStage(t)
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	limit := func(kmh int) any { return map[string]any{"params": map[string]any{"kmh": kmh}} }
	status, first := s.command(t, "set-speed-limit", limit(20), "Idempotency-Key", "k1")
	require.Equal(t, 200, status)
	for range 2 {
		status, again := s.command(t, "set-speed-limit", limit(20), "Idempotency-Key", "k1")
		require.Equal(t, 200, status)
		require.Equal(t, first, again)
	}
	require.Len(t, s.temporal.commands, 1)
	status, p := s.command(t, "set-speed-limit", limit(21), "Idempotency-Key", "k1")
	require.Equal(t, 422, status)
	require.Equal(t, "idempotency_key_reused", p["code"])
	status, p = s.command(t, "set-speed-limit", limit(20), "Idempotency-Key", "two words")
	require.Equal(t, 422, status)
	require.Equal(t, "idempotency_key_invalid", p["code"])

	_, other := s.command(t, "set-speed-limit", limit(20))
	require.NotEqual(t, first["id"], other["id"], "without a key it is another command")
}

// A key whose command never got to Temporal starts it now, and not after its deadline.
func TestAKeyFinishesWhatAnOutageInterrupted(t *testing.T) {
	s := newStage(t)
	s.temporal.commandErr = away()
	send := func() (int, map[string]any) { return s.command(t, "resume", nil, "Idempotency-Key", "k1") }
	status, p := send()
	require.Equal(t, 503, status)
	require.Equal(t, "scooter_unreachable", p["code"])
	require.Equal(t, s.store.orders[0].ID, p["command_id"])

	s.temporal.commandErr = nil
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	s.now = s.now.Add(time.Hour)
	status, b := send()
	require.Equal(t, 200, status)
	require.Equal(t, p["command_id"], b["id"])
	require.Equal(t, noon.Add(10*time.Second), s.temporal.commands[0].Deadline, "the deadline is the first one's")
}

func TestPreconditions(t *testing.T) {
	yes, no := true, false
	seen := func(powered *bool, ago time.Duration) func(*stage) {
		return func(s *stage) {
			s.live.seen = []api.Sighting{{Plate: plate, Powered: powered, PoweredAt: noon.Add(-ago), Seen: noon.Add(-ago)}}
		}
	}
	sent := func(code protocol.Code) func(*stage) {
		return func(s *stage) {
			s.store.sends = append(s.store.sends, command.Record{Plate: plate, Number: 1, Send: command.Send{
				Code: int(code), Outcome: command.Done, ReceivedAt: noon.Add(-time.Second),
			}})
		}
	}
	lamp := func(mode float64) func(*stage) {
		return func(s *stage) {
			s.store.orders = append(s.store.orders, command.Order{
				Plate: plate, Code: int(protocol.SetLampMode), Args: map[string]any{"mode": mode}, Ending: command.Ending{Outcome: command.Done},
			})
		}
	}
	unit, mode := map[string]any{"params": map[string]any{"unit": 1}}, map[string]any{"params": map[string]any{"mode": 1}}
	lampOn := map[string]any{"params": map[string]any{"lamp": 1}}
	same := map[string]any{"reason": "Another interval.", "params": map[string]any{"plate": plate, "host": "h", "port": 1883, "gps_seconds": 10}}
	for name, c := range map[string]struct {
		name   string
		body   any
		before []func(*stage)
		fails  string
	}{
		"powered on as needed":            {"set-lamp-mode", mode, []func(*stage){seen(&yes, time.Second)}, ""},
		"powered off, on needed":          {"set-lamp-mode", mode, []func(*stage){seen(&no, time.Second)}, "powered-on"},
		"powered off once, on since":      {"set-lamp-mode", mode, []func(*stage){seen(&no, time.Minute), sent(protocol.PowerOn)}, ""},
		"powered on, off needed":          {"set-distance-unit", unit, []func(*stage){seen(&yes, time.Second)}, "powered-off"},
		"powered on once, off since":      {"set-distance-unit", unit, []func(*stage){seen(&yes, time.Minute), sent(protocol.PowerOff)}, ""},
		"powered off now, on before that": {"set-distance-unit", unit, []func(*stage){seen(&no, 0), sent(protocol.PowerOn)}, ""},
		"nobody has heard of it today":    {"set-distance-unit", unit, []func(*stage){seen(&yes, time.Hour)}, ""},
		"nobody has ever heard of it":     {"set-distance-unit", unit, nil, ""},
		"it never said whether it is on":  {"set-distance-unit", unit, []func(*stage){seen(nil, time.Second)}, ""},
		"the lamp obeys":                  {"set-lamp", lampOn, []func(*stage){lamp(0)}, ""},
		"the lamp is always on":           {"set-lamp", lampOn, []func(*stage){lamp(1)}, "lamp-mode-command"},
		"the lamp obeys again":            {"set-lamp", lampOn, []func(*stage){lamp(1), lamp(0)}, ""},
		"nobody knows about the lamp":     {"set-lamp", lampOn, nil, ""},
		"nobody holds it":                 {"set-server-legacy", same, nil, ""},
		"a rental holds it":               {"set-server-legacy", same, []func(*stage){func(s *stage) { s.ride(t) }}, "unheld"},
		"an upgrade holds it": {"set-server-legacy", same, []func(*stage){func(s *stage) {
			s.temporal.holders["scooter/"+plate] = true
		}}, "unheld"},
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := seal.Parse(seal.NewKey("a"))
			require.NoError(t, err)
			s := newStage(t, func(o *api.Options) { o.Sealer = keys })
			s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
			for _, do := range c.before {
				do(s)
			}
			res := s.do(t, "POST", commandsPath+c.name, s.token(t, support, rider.ForStaff), c.body, "Accept-Language", "es")
			if c.fails == "" {
				body(t, res, 200)
				return
			}
			p := problem(t, res, 409, "command_precondition")
			require.Equal(t, c.fails, p["precondition"])
			require.NotContains(t, p["detail"], "como lo necesita", "it says what is needed")
			require.NotEmpty(t, p["detail"])
			require.Empty(t, s.temporal.commands)
		})
	}
}

// The books, the workflow and the log get to see that there is a secret, and nothing else of it.
func TestSecretsStayBetweenStaffAndTheWorker(t *testing.T) {
	const password = "correct-horse-battery"
	server := map[string]any{"reason": "Its own credential.", "params": map[string]any{
		"host": "mqtt.example.org", "port": 1883, "username": "box-12AB", "password": password,
	}}
	keys, err := seal.Parse(seal.NewKey("a"))
	require.NoError(t, err)
	s := newStage(t, func(o *api.Options) { o.Sealer = keys })
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	b := body(t, s.asStaff(t, "POST", commandsPath+"set-server", server), 200)
	require.Equal(t, map[string]any{"host": "***", "port": 1883., "username": "***", "password": "***"}, b["params"])

	in := s.temporal.commands[0]
	sealed := in.Command.Args["password"].(string)
	require.True(t, seal.Is(sealed))
	secret, err := keys.Open(sealed, command.Purpose(plate, 101, "password"))
	require.NoError(t, err)
	require.Equal(t, password, secret)
	for what, thing := range map[string]any{"input": in, "order": s.store.orders, "audit": s.store.deeds, "start": s.temporal.start} {
		text, err := json.Marshal(thing)
		require.NoError(t, err)
		for _, hidden := range []string{password, "mqtt.example.org", "box-12AB"} {
			require.NotContains(t, string(text), hidden, what)
		}
	}
	require.NotContains(t, s.log.String(), password)

	bare := newStage(t)
	problem(t, bare.asStaff(t, "POST", commandsPath+"set-server", server), 503, "secrets_unavailable")
	require.Empty(t, bare.temporal.commands)
}

func TestCommandKnowsTheRideItIsMeantFor(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	body(t, s.asStaff(t, "POST", commandsPath+"power-off", map[string]any{"ride": "end", "reason": "A complaint."}), 200)
	in := s.temporal.commands[0]
	require.Equal(t, command.RideEnds, in.Ride)
	require.Equal(t, id, in.RentalID)
	require.Equal(t, support, in.By)
}

func TestHistoryOfCommands(t *testing.T) {
	s := newStage(t)
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	for range 3 {
		body(t, s.asStaff(t, "POST", commandsPath+"resume", nil), 200)
	}
	s.obeys(command.Ending{Outcome: command.Unsent, Unsent: "moving"})
	_ = s.asStaff(t, "POST", commandsPath+"pause", map[string]any{"reason": "A complaint."})
	s.store.sends = append(s.store.sends, command.Record{Plate: plate, Number: 9, Origin: command.ForRental, OriginID: "r-1", RiderID: ana, Send: command.Send{
		ID: "r-1/1", Code: 1, AskedAt: noon, SentAt: noon, Sent: []byte("{\"a\":1}"), Outcome: command.Silent,
	}})

	list := func(query string) []any {
		t.Helper()
		return body(t, s.asStaff(t, "GET", strings.TrimSuffix(commandsPath, "/")+query, nil), 200)["sends"].([]any)
	}
	all := list("")
	require.Len(t, all, 5)
	ride := all[0].(map[string]any)
	require.Equal(t, "rental", ride["origin"])
	require.Equal(t, ana, ride["rider_id"])
	require.NotContains(t, ride, "took_ms")
	pause := all[1].(map[string]any)
	require.Equal(t, "unsent", pause["outcome"])
	require.Equal(t, "A complaint.", pause["reason"])
	require.NotContains(t, pause, "sent_at")
	done := all[2].(map[string]any)
	require.Equal(t, map[string]any{"id": support, "email": "support@example.com"}, done["by"])
	require.Equal(t, "success", done["meaning"])

	require.Len(t, list("?name=resume"), 3)
	require.Len(t, list("?outcome=silent"), 1)
	require.Empty(t, list("?since=2026-11-23T12:00:01Z"))
	first := body(t, s.asStaff(t, "GET", "/admin/v1/scooters/12AB/commands?limit=3", nil), 200)
	rest := body(t, s.asStaff(t, "GET", "/admin/v1/scooters/12AB/commands?limit=3&cursor="+first["next"].(string), nil), 200)
	require.Equal(t, all, append(first["sends"].([]any), rest["sends"].([]any)...))
	require.NotContains(t, rest, "next")
	for _, bad := range []string{"x", "MS4y.", "ISE", "MTIz"} {
		problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/12AB/commands?cursor="+bad, nil), 422, "cursor_invalid")
	}
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/12AB/commands?name=fly", nil), 404, "command_unknown")
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/nobody/commands", nil), 404, "scooter_unknown")
}

// Every command of the catalogue has an operation with its own schema, and the catalogue is served whole.
func TestTheCatalogueIsTheAPI(t *testing.T) {
	s := newStage(t)
	messages := body(t, s.asStaff(t, "GET", "/admin/v1/commands", nil), 200)["messages"].([]any)
	require.Len(t, messages, len(protocol.Catalogue()))
	documented := map[string]operation{}
	for _, op := range operations(t) {
		if name, is := strings.CutPrefix(op.path, "/admin/v1/scooters/{plate}/commands/"); is && op.method == "post" {
			documented[name] = op
		}
	}
	for i, spec := range protocol.Catalogue() {
		entry := messages[i].(map[string]any)
		require.EqualValues(t, spec.Code, entry["code"])
		require.Equal(t, spec.Dangerous, entry["dangerous"])
		require.Len(t, entry["params"], len(spec.Params))
		op, given := documented[spec.Name]
		elsewhere, _ := entry["elsewhere"].(bool)
		require.Equal(t, spec.Direction == protocol.ToScooter && !elsewhere, given, spec.Name)
		if given {
			require.Contains(t, op.responses, "202")
			require.Equal(t, spec.Ack != 0, op.responses["504"] != nil, spec.Name)
		}
	}
}

func TestStateOfAScooterThatIsNotHeldIsNoMatter(t *testing.T) {
	s := newStage(t)
	s.obeys(command.Ending{Outcome: command.Done, Ack: acked(0)})
	sc := s.store.scooters[plate]
	sc.Service = fleet.Maintenance
	s.store.scooters[plate] = sc
	body(t, s.asStaff(t, "POST", commandsPath+"resume", nil), 200)
	require.Empty(t, s.temporal.commands[0].RentalID)
}

func TestValuesOfAnAnswerAreExplained(t *testing.T) {
	s := newStage(t)
	raw := 7
	s.obeys(command.Ending{Outcome: command.Done, Ack: &command.Ack{Status: &raw, Values: map[string]any{"power": 1., "fault": 4., "speed_kmh": 1.}}})
	ack := body(t, s.asStaff(t, "POST", commandsPath+"query-vehicle", nil), 200)["ack"].(map[string]any)
	require.Equal(t, map[string]any{"power": "powered off", "fault": "motor stalling"}, ack["meanings"])
	require.Equal(t, "answered", ack["meaning"], "the protocol does not say what its s means")
}
