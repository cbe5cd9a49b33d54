// Package person is what people write of themselves, riders and staff alike: names, addresses, passwords. Each has one rule and one form
// in which it is kept, whichever door it came in by, so that what looks the same is the same.
package person
