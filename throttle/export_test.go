package throttle

// LocalKeys is how many counters this process holds.
func (s *Store) LocalKeys() int {
	s.local.mu.Lock()
	defer s.local.mu.Unlock()
	return len(s.local.young) + len(s.local.old)
}
