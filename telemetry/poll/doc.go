// Package poll asks scooters for what they say only when they are asked, or more often than they say it by themselves: where
// they are (18), how fast they go (15), how well they hear (97). No workflow has to do with it. A scooter has one question at a
// time, whichever bridge asks, and none while a workflow waits for such an answer; what comes back is telemetry like any other.
package poll
