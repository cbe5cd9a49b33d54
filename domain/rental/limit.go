package rental

// LimitInForce is the speed limit of a scooter in km/h when several hold at once: the lowest of its own and of those that hold
// for the moment, such as a slow zone's or the crawl that brings it to a stand.
//
// The scooter's own limit is its model's until staff set another, which then takes its place for this ride and the next ones.
// So no zone undoes what staff have set: entering one never raises their limit, and leaving one, which takes its limit out of
// the list, brings theirs back. Nor do staff undo a zone: a limit that they raise inside holds as far as the zone allows.
func LimitInForce(own int, passing ...int) int {
	limit := own
	for _, kmh := range passing {
		limit = min(limit, kmh)
	}
	return max(limit, 0)
}
