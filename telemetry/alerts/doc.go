// Package alerts watches what the fleet says, and what it does not say, and opens and closes alerts in the books. It reads the
// live state, which all bridges write, so that there is one watch however many bridges there are, and a scooter's message costs
// it nothing: one look counts for all that came since the last. Why it is built so is in docs/design/0008-alerts.md.
package alerts
