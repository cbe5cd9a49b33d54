// Package history is what scooters said, for as long as it is kept, in InfluxDB: where they were, how fast, how full, in what
// state and how well heard. What must be known at once is in the live state; nothing here is in any command's or rental's way.
//
// A report becomes points (Reading), which are thinned (Sampler) and written in batches (Writer). A point is named by its
// plate and the time it holds for, so one that is written twice is there once.
package history
