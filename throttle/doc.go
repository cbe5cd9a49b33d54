// Package throttle counts how often somebody comes, for all copies of the API together, in Redis. While Redis is away every
// process counts for itself: nothing stops for want of a counter, and nobody gets unlimited tries.
package throttle
