// Package live is what each scooter last said of itself, in Redis: the map of the fleet, and what a command looks at before it
// is sent. Every value carries the time it holds for, and only a newer one replaces it, so any bridge may handle any
// message, in any order and more than once. All of it comes back with the scooters' next reports if Redis loses it.
package live
