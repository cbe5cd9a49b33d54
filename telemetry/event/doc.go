// Package event is what scooters say of themselves without having been asked, in words of the fleet and not of the wire: where
// one is, how full, fallen or not, shaken, broken. A message is read here once, for everybody who wants to know: the live state
// now, the history for later.
//
// A report may come twice and late. Each says the whole of what it is about, so a duplicate says nothing new, and carries the
// times that tell an old one from a new one.
package event
