// Package zones follows the scooters that are ridden through the zones, and tells a ride when something else is in force where
// it is now: a ride itself hears of no position.
//
// What is known of a scooter is kept in Redis with the time of the position it was made of, and only a later one replaces it:
// any bridge may handle any message, and one that starts again goes on. A ride is told until it has heard; it knows a
// crossing that it is told twice.
//
// A satellite fix is a few metres off, so a border is crossed when one fix lies deep beyond it, or several in a row lie clearly
// beyond it. See the constants of the tracker.
package zones
