package lease

// Waiting is how many marks wait for the next round trip.
func Waiting(s *Store) int {
	s.marks.mu.Lock()
	defer s.marks.mu.Unlock()
	return len(s.marks.waiting)
}
