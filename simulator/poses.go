package simulator

// What a test or a demo does to a scooter with its own hands.

// Snapshot is the scooter's state at this moment.
func (s *Scooter) Snapshot() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Locked tells whether nobody can ride it.
func (s *Scooter) Locked() bool { return s.Snapshot().Locked() }

// SetPosition puts the scooter somewhere else and makes that its home.
func (s *Scooter) SetPosition(lat, lng float64) {
	s.change(func() {
		s.state.Lat, s.state.Lng = lat, lng
		s.state.homeLat, s.state.homeLng = lat, lng
	})
}

// SetBattery sets the charge in percent.
func (s *Scooter) SetBattery(percent float64) { s.change(func() { s.state.Battery = percent }) }

// SetFault sets the fault code of vehicle reports.
func (s *Scooter) SetFault(code int) { s.change(func() { s.state.Fault = code }) }

// SetAlarm sets the alarm flag of position reports.
func (s *Scooter) SetAlarm(on bool) { s.change(func() { s.state.Alarm = on }) }

// AddTrip adds to both counters, as if it had been ridden.
func (s *Scooter) AddTrip(metres float64) {
	s.change(func() { s.state.TripMetres += metres; s.state.TotalMetres += metres })
}

// CloseChain closes the chain lock, which nothing does remotely.
func (s *Scooter) CloseChain() { s.change(func() { s.state.ChainOpen = false }) }
