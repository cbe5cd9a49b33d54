package workflows_test

import (
	"context"
	"time"

	"rodada/domain/firmware"
	"rodada/protocol"
)

// Publish is the way to the box.
func (g *garage) Publish(_ context.Context, _ string, _ byte, payload []byte) error {
	c, err := protocol.DecodeCommand(payload, protocol.Dialect{})
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told = append(g.told, c.Code)
	if g.deafTo[c.Code] > 0 {
		g.deafTo[c.Code]--
		return nil
	}
	if g.deaf {
		return nil
	}
	if c.Code == protocol.SendPacket {
		serial, _ := c.Args["serial"].(int64)
		data, _ := c.Args["data"].([]byte)
		g.packet(int(serial), data)
		return nil
	}
	g.box.env.RegisterDelayedCallback(func() { g.obey(c) }, 100*time.Millisecond)
	return nil
}

// packet takes a packet as boxes do: in its order, and a repeat of the one before only as that.
func (g *garage) packet(serial int, data []byte) {
	if do := g.reports[serial]; do != nil {
		delete(g.reports, serial)
		do()
		if g.deaf {
			return
		}
	}
	at := len(g.got) / firmware.PacketSize
	again := true
	switch {
	case g.bad[serial] > 0:
		g.bad[serial]--
	case g.parts > 0 && serial == at && at < g.parts:
		g.got = append(g.got, data...)
		again = false
	case g.parts > 0 && serial == at-1:
		again = false
	}
	if g.lost[protocol.SendPacket] > 0 {
		g.lost[protocol.SendPacket]--
	} else {
		if !again && serial == g.progress.Sent {
			g.progress.Sent++
		}
		g.acks <- firmware.PacketAck{Plate: plate, Serial: serial, Again: again, Fence: g.fence}
	}
	if !again && g.parts > 0 && serial == g.parts-1 {
		g.box.env.RegisterDelayedCallback(g.complete, 50*time.Millisecond)
	}
}

// complete reports what became of the image.
func (g *garage) complete() {
	g.mu.Lock()
	if g.parts == 0 {
		g.mu.Unlock()
		return
	}
	status := g.next(protocol.UpgradeReport)
	lost := g.drop(protocol.UpgradeReport)
	if !g.fails {
		g.ready = g.got
	}
	g.parts, g.got = 0, nil
	g.mu.Unlock()
	if !lost {
		g.box.tellOf(protocol.UpgradeReport, map[string]any{"status": float64(status)}, status)
	}
}

// obey does what a command says.
func (g *garage) obey(c protocol.Command) {
	g.mu.Lock()
	if g.deaf {
		g.mu.Unlock()
		return
	}
	spec, _ := protocol.Lookup(c.Code)
	status := g.next(c.Code)
	lost := g.drop(c.Code)
	power := 1.0
	if g.powered {
		power = 0
	}
	values := map[string]any{}
	switch c.Code {
	case protocol.QueryVersion:
		values = map[string]any{"firmware": g.version, "hardware": "H1", "power": power}
	case protocol.QueryVehicle:
		g.box.mu.Lock()
		values = map[string]any{"battery_percent": float64(g.battery), "power": power, "speed_kmh": float64(g.box.speed)}
		g.box.known.SpeedKmh, g.box.known.SpeedAt = g.box.speed, g.box.env.Now()
		g.box.mu.Unlock()
	case protocol.StartUpgrade:
		if status == 0 {
			n, _ := c.Args["packets"].(int64)
			g.parts, g.got = int(n), nil
		}
	case protocol.Reboot, protocol.RebootAfterUpgrade:
		g.restart()
	}
	g.mu.Unlock()
	if spec.Ack != 0 && !lost {
		g.box.tellOf(spec.Ack, values, status)
	}
}

// restart loses what was on its way and runs what is ready.
func (g *garage) restart() {
	g.parts, g.got = 0, nil
	if g.ready == nil {
		return
	}
	g.held, g.version = g.ready, newVersion
	if g.settled != nil {
		if g.version = g.settled(); g.version != newVersion {
			g.held = nil
		}
	}
	g.ready = nil
}

func (g *garage) next(c protocol.Code) int {
	if left := g.status[c]; len(left) > 0 {
		g.status[c] = left[1:]
		return left[0]
	}
	return 0
}

func (g *garage) drop(c protocol.Code) bool {
	if g.lost[c] > 0 {
		g.lost[c]--
		return true
	}
	return false
}
