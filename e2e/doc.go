// Package e2e tells whole stories about Rodada, each ending in a check of the books: the roles run as processes of the built
// binary, against a real Temporal, Postgres, Redis and MQTT broker; simulated scooters are in the streets, and riders use
// the REST API as their app does. What a story shows can't be shown by the parts alone.
package e2e
