package alerts

import (
	"fmt"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/live"
)

// verdict is what is to be thought of a scooter in one respect. Between wrong and well lies what changes nothing.
type verdict struct {
	wrong, well bool
	text        string
}

func wrong(format string, args ...any) verdict {
	return verdict{wrong: true, text: fmt.Sprintf(format, args...)}
}

var (
	well = verdict{well: true}
	open verdict
)

// judge says what is wrong with a scooter and what is well, by kind. Of one that is silent nothing else is known.
func (l Limits) judge(s live.State, m *memory, inside func(geo.Point) bool, now time.Time) map[staff.AlertKind]verdict {
	if silent := now.Sub(s.Seen); silent > l.OfflineAfter {
		return map[staff.AlertKind]verdict{staff.Offline: wrong("Not heard of since %s.", s.Seen.UTC().Format("2006-01-02 15:04 UTC"))}
	}
	return map[staff.AlertKind]verdict{
		staff.Offline:    well,
		staff.LowBattery: l.battery(s),
		staff.Fallen:     l.fallen(s, m, now),
		staff.Fault:      broken(s),
		staff.Speeding:   l.speeding(s, now),
		staff.Moved:      l.moved(s, m, now),
		staff.OutOfArea:  l.outOfArea(s, m, inside, now),
	}
}

func (l Limits) battery(s live.State) verdict {
	switch is := s.Battery.Is; {
	case !s.Battery.Known():
		return open
	case is < l.BatteryBelow:
		return wrong("The battery is at %d %%.", is)
	case is >= l.BatteryBelow+batteryBack:
		return well
	}
	return open
}

// fallen: a box that is off says in its heartbeats nothing of how it lies. Switching it off is no cure, but what it said before that is
// not true for ever; what it says while it is off, in a 55, is, until it says otherwise.
func (l Limits) fallen(s live.State, m *memory, now time.Time) verdict {
	switch off := s.Powered.Known() && !s.Powered.Is; {
	case !off:
		m.Off = time.Time{}
	case m.Off.IsZero():
		m.Off = s.Powered.At
	}
	switch {
	case !s.Fallen.Known():
		return open
	case !s.Fallen.Is:
		return well
	case !m.Off.IsZero() && !s.Fallen.At.After(m.Off) && now.Sub(s.Fallen.At) > l.Quiet:
		return well
	}
	return wrong("It lies on its side.")
}

func broken(s live.State) verdict {
	switch {
	case !s.Fault.Known():
		return open
	case s.Fault.Is != 0:
		return wrong("It reports fault %d: %s.", s.Fault.Is, protocol.FaultText(s.Fault.Is))
	}
	return well
}

// fresh is how old a speed may be to be one.
const fresh = time.Minute

func (l Limits) speeding(s live.State, now time.Time) verdict {
	limit := s.LimitKmh
	switch {
	case !limit.Known() || limit.Is <= 0:
		return open
	case now.Sub(s.SpeedKmh.At) > l.Quiet:
		return well
	case now.Sub(s.SpeedKmh.At) > fresh:
		return open
	case s.SpeedKmh.Is > limit.Is+l.SpeedMarginKmh:
		return wrong("It goes %d km/h where its limit is %d.", s.SpeedKmh.Is, limit.Is)
	case s.SpeedKmh.Is <= limit.Is:
		return well
	}
	return open
}

// moved: shaken, or taken away from where it was left, while nobody has it.
func (l Limits) moved(s live.State, m *memory, now time.Time) verdict {
	if s.Hold.Is != fleet.Free {
		*m = memory{Outside: m.Outside, Off: m.Off}
		return well
	}
	settled := s.HeldSince.Add(l.Settle)
	if !m.Free.Equal(s.HeldSince) {
		*m = memory{Free: s.HeldSince, Outside: m.Outside, Off: m.Off}
	}
	away := l.away(s, m, settled, now)
	if away > l.MovedMeters {
		return wrong("It was taken %.0f m away without a ride.", away)
	}
	latest := s.Vibrated.At
	if s.Alarm.Is && s.Alarm.At.After(latest) {
		latest = s.Alarm.At
	}
	switch {
	case !latest.After(settled) || now.Sub(latest) > l.Quiet:
		return well
	case now.Sub(latest) <= l.Quiet/2:
		return wrong("It is shaken without a ride.")
	}
	return open
}

// away is how far it is from where it was left. Where it stays for a while, it is left anew.
func (l Limits) away(s live.State, m *memory, settled, now time.Time) float64 {
	if !s.Fix.Known() || s.Fix.At.Before(settled) {
		return 0
	}
	here := s.Fix.Is
	switch {
	case m.LeftAt.IsZero():
		m.Left, m.LeftAt, m.Rest, m.RestAt = here, now, here, now
	case geo.Distance(m.Rest, here) > l.MovedMeters:
		m.Rest, m.RestAt = here, now
	case now.Sub(m.RestAt) > l.Quiet:
		m.Left = m.Rest
	}
	return geo.Distance(m.Left, here)
}

// outOfArea: with nobody on it, for longer than a fix or two may be wrong.
func (l Limits) outOfArea(s live.State, m *memory, inside func(geo.Point) bool, now time.Time) verdict {
	switch {
	case s.Hold.Is != fleet.Free || !s.Fix.Known() || inside == nil:
		m.Outside = time.Time{}
		return open
	case inside(s.Fix.Is):
		m.Outside = time.Time{}
		return well
	case m.Outside.IsZero():
		m.Outside = now
	}
	if now.Sub(m.Outside) < l.Settle {
		return open
	}
	return wrong("It stands outside of every zone where rides may end.")
}
