// Package simulator is a fleet of scooters that do not exist.
//
// It exists so that the whole system can be run, shown and tested without a
// single real box: each scooter has a position, a battery, counters and locks,
// holds its own MQTT connection, answers every command of the protocol with
// the report the seed documents, and sends heartbeats and positions at the
// seed's pace. It shares nothing with the backend but package protocol and the
// broker.
//
// Real scooters fail, so these do on request. Every Scooter has switches, which
// may be turned at any time from any goroutine; Behave turns all of them off:
//
//   - Silent: commands are lost on the way to it, some or all;
//   - LoseAck: it obeys, and its answers are lost on the way back;
//   - Slow: it obeys and answers late; AnswerLate: only its answers are late;
//   - Duplicate: its answers arrive more than once;
//   - Refuse: it answers a command with a status and does not obey;
//   - Offline, Online, Reboot: its connection goes and comes;
//   - SetSpeed, FreeSpeed: it rolls, whatever limit and lock say;
//   - FailPacket, FailPackets, FailUpgrade: firmware packets, or the whole
//     image, are bad; LosePackets, StaleAnswers: the way is; LosePowerAt: the
//     upgrade is forgotten; KeepVersion: it reboots into what it ran before.
//
// What people and the street do to it: SetPosition, SetBattery, SetFault,
// SetAlarm, AddTrip, CloseChain, Fall, Shake. A command that its precondition
// or its range forbids is answered with status 1, as the seed has no other.
package simulator
