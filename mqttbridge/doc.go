// Package mqttbridge listens to the scooters: an answer that somebody waits for becomes a signal to that workflow, everything
// else live state and history. It never starts anything, so no device can make work that nobody asked for.
//
// Three lanes lead away from the MQTT session, which only sorts. Answers are never dropped and wait for nothing but Redis and
// Temporal. Reports go to the sinks in batches, and are dropped, and counted, when more come than Redis takes. What the
// history is to have is made safe in groups, and then its messages are acknowledged. In each lane the messages of one scooter
// stay in order. (Design, decisions 2, 12, 13 and 15)
package mqttbridge
