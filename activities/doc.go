// Package activities is what workflows do to the world: one struct per resource, behind small interfaces, every activity
// idempotent by a key that its workflow chose. Errors of the fault vocabulary become Temporal's here, and nowhere else.
package activities
