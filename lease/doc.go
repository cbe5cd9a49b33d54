// Package lease matches acks to sends. The wire has no correlation ID and many acks answer nothing (polls, repeats,
// forgeries), so whoever sends a command first takes the lease of its answer in Redis; the bridge that receives the answer
// claims the lease and signals that one waiter. An answer that no lease waits for is telemetry.
//
// The answers to firmware packets take a shorter way: whoever sends packets to a scooter listens on its channel of Redis, and
// nobody is signalled. The bridge stores in the same step how far the upgrade is, and tells the fence of who sends.
//
// The keys of a scooter share the hash tag {plate} and so a slot of a cluster:
//
//	{plate}:lease:<code>  who waits; its lifetime is the time that the answer may take
//	{plate}:taken:<code>  the answer that a lease was claimed with, kept for a waiter whose signal got lost
//	{plate}:upgrade       how far its firmware upgrade is, and the fence of who sends the packets
//
// Every step is one script, hence atomic, and may be repeated: by an activity that is tried again, by a bridge that
// did not hear Redis's reply, by the Redis client itself.
package lease
