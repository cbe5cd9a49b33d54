// Package workflows is the durable stories: a rental, the payment of a ride, a command from staff. Each workflow stands in
// its own file with its contract beside it (…_contract.go): the ID, the input, and the signals, updates and queries as
// typed constants, which are all that the rest of Rodada may know of it.
package workflows
