// Package lease matches acks to sends. The wire has no correlation ID and many acks answer nothing (polls, repeats,
// forgeries), so whoever sends a command first takes the lease of its answer in Redis; the bridge that receives the answer
// claims the lease and signals that one waiter. An answer that no lease waits for is telemetry.
package lease
