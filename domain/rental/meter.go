package rental

import (
	"time"

	"rodada/domain/fare"
)

// Meter adds up the time of a ride by rate. Its zero value has not started.
type Meter struct {
	Riding  time.Duration `json:"riding"`
	Paused  time.Duration `json:"paused"`
	Since   time.Time     `json:"since,omitzero"` // of the present stretch; zero when stopped
	OnPause bool          `json:"on_pause,omitempty"`
}

// Start sets the meter running on the riding rate.
func (m *Meter) Start(at time.Time) { m.Since, m.OnPause = at, false }

// Pause changes to the paused rate; pausing a paused meter changes nothing.
func (m *Meter) Pause(at time.Time) { m.turn(at, true) }

// Resume changes to the riding rate; resuming a riding meter changes nothing.
func (m *Meter) Resume(at time.Time) { m.turn(at, false) }

// Stop ends the meter for good at a moment; only the first stop counts. One that was asked for before the last change of
// rate, and had to wait for it, takes back what was counted since.
func (m *Meter) Stop(at time.Time) {
	if m.Since.IsZero() {
		return
	}
	*m = m.at(at)
	last, other := &m.Paused, &m.Riding // the rates before the present stretch
	if m.OnPause {
		last, other = other, last
	}
	back := max(m.Since.Sub(at), 0)
	part := min(back, *last)
	*last -= part
	*other -= min(back-part, *other)
	m.Since = time.Time{}
}

// Usage is what the meter shows at a moment.
func (m Meter) Usage(now time.Time, meters int64) fare.Usage {
	m = m.at(now)
	return fare.Usage{Riding: m.Riding, Paused: m.Paused, Meters: meters}
}

func (m *Meter) turn(at time.Time, pause bool) {
	if m.Since.IsZero() || m.OnPause == pause {
		return
	}
	*m = m.at(at)
	m.OnPause = pause
}

// at moves the meter to a moment; a clock that went back adds nothing.
func (m Meter) at(now time.Time) Meter {
	if m.Since.IsZero() || !now.After(m.Since) {
		return m
	}
	if d := now.Sub(m.Since); m.OnPause {
		m.Paused += d
	} else {
		m.Riding += d
	}
	m.Since = now
	return m
}
