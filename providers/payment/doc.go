// Package payment takes money from riders' cards: Stripe, and for development a sandbox that fails on demand. Card numbers go from the
// rider's app to the provider alone; here are nothing but tokens.
package payment
