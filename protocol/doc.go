// Package protocol is the wire of the scooters: every message of the seed's
// phase 1 as data, with what turns those data into bytes and back.
//
// It exists so that there is one place that knows what code 13 means. The
// catalogue (Catalogue, Lookup) is the single source that the encoder, the
// decoder, the validation, the REST schema, the simulator, the panel and
// docs/protocol.md read. The package knows nothing of MQTT sessions, of
// workflows or of the business: bytes in, typed values out.
//
// Directions are named as in the seed: WR goes from the server to the scooter,
// RD from the scooter to the server. What a scooter sends is not trusted:
// Decode tolerates what real boxes send, refuses the rest with a typed error
// that names the field, and its cost is bounded by MaxPayload.
package protocol

//go:generate go run ./internal/gendoc -o ../docs/protocol.md
