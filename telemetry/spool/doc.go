// Package spool keeps on this machine's disk what is on its way to the history, so that a message can be acknowledged before
// InfluxDB has it, however long that is away. What was appended survives kill -9 and a lost power supply.
//
// It is a line of blocks over tidwall/wal, which has no checksums, does not open a log whose last write was torn, and is of no
// more use after a write that failed. So each block carries a checksum, the end of the log is mended before it is opened,
// and a log that failed is opened anew.
//
// The reader's place is the front of the log. The front moves when everything is read, or a segment of it, so what was read
// since is read again after a crash: whoever reads must not mind.
//
// A spool is bounded. When it is full, or the disk is, the oldest segments are dropped and counted. It never holds up whoever
// appends: a bridge that stopped to acknowledge would soon be sent nothing more, the answers to unlocks among it.
package spool
