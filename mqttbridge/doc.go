// Package mqttbridge listens to the scooters: an answer that somebody waits for becomes a signal to that workflow, everything
// else live state. It never starts anything, so no device can make work that nobody asked for.
//
// Two lanes lead away from the MQTT session, which only sorts: answers, which are never dropped and wait for nothing but
// Redis and Temporal, and reports, which are written in batches and dropped, and counted, when more come than Redis
// takes. In each lane the messages of one scooter stay in order. (Design, decisions 2, 12, 13 and 15)
package mqttbridge
