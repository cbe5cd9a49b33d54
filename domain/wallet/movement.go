package wallet

import (
	"time"

	"rodada/domain/money"
)

// Movement is a transaction as one wallet sees it.
type Movement struct {
	ID       string // UUID
	Kind     Kind
	At       time.Time
	RentalID string
	Note     string       // for staff
	Amount   money.Amount // what the wallet got; below zero: what it gave
	Items    []Part       // of a charge
}

// Part is what a movement is made of.
type Part struct {
	Item  Item  `json:"item"`
	Minor int64 `json:"amount"`
}

// Flaw is something in the books that can't be.
type Flaw struct {
	Law     string // what does not hold
	Subject string // for what
}
