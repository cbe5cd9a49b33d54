// Package meter measures what a role does, for Prometheus: rentals, commands and what Temporal's SDK says of itself. What
// each name means is in docs/metrics.md.
package meter
