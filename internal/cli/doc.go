// Package cli is what people of staff do at a terminal: commands to scooters, through the REST API as everybody else, and
// the first accounts of an installation. What a command takes, and its help, come from the protocol's catalogue.
package cli
