package api

import (
	"context"
	"time"

	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// ledgerStore is what looking into the ledger needs of the books.
type ledgerStore interface {
	Ledger(ctx context.Context, f wallet.Filter, q listing.Query) ([]wallet.Booked, []listing.Place, int, error)
}

// ledgers is staff's look into the ledger.
type ledgers struct{ store ledgerStore }

// LedgerTransaction is one movement of money, with its entries.
type LedgerTransaction struct {
	ID       string        `json:"id" format:"uuid"`
	Kind     wallet.Kind   `json:"kind" doc:"What it is for, such as ride, topup or refund; docs/money.md has all."`
	At       time.Time     `json:"at" doc:"When it was booked."`
	Key      string        `json:"key" doc:"Makes it happen once."`
	RiderID  string        `json:"rider_id,omitempty" format:"uuid" doc:"Whose wallet it touches."`
	RentalID string        `json:"rental_id,omitempty" format:"uuid"`
	Note     string        `json:"note,omitempty" doc:"Why, as staff or the rule said."`
	Entries  []LedgerEntry `json:"entries" nullable:"false" doc:"They sum to zero."`
}

// LedgerEntry is what one account got.
type LedgerEntry struct {
	Account string       `json:"account" example:"revenue" doc:"One of ours, or rider: and the ID of whose wallet it is."`
	Amount  money.Amount `json:"amount" doc:"What the account got; below zero, what it gave."`
	Item    wallet.Item  `json:"item,omitempty" doc:"Of a charge."`
}

func showBooked(b wallet.Booked) LedgerTransaction {
	return LedgerTransaction{
		ID: b.ID, Kind: b.Kind, At: b.At, Key: b.Key, RiderID: b.Rider(), RentalID: b.RentalID, Note: b.Note,
		Entries: each(b.Entries, func(e wallet.Entry) LedgerEntry {
			return LedgerEntry{Account: string(e.Account), Amount: e.Amount, Item: e.Item}
		}),
	}
}

// LedgerFilter narrows the list of the ledger.
type LedgerFilter struct {
	Kind    []string  `query:"kind" maxItems:"20" enum:"ride,topup,refund,bonus,adjustment,void,pass,pass_refund" doc:"One or more, with commas."`
	Rider   string    `query:"rider" format:"uuid" doc:"What touches the wallet of a rider."`
	Account string    `query:"account" maxLength:"60" pattern:"^[a-z_]+(:[a-z0-9-]+)?$" doc:"What touches an account, such as revenue."`
	Rental  string    `query:"rental" format:"uuid" doc:"What is about a rental."`
	Key     string    `query:"key" maxLength:"300" doc:"The one under a key."`
	Since   time.Time `query:"since" doc:"Booked then or later."`
	Until   time.Time `query:"until" doc:"Booked before."`
}

func (f LedgerFilter) stored() wallet.Filter {
	return wallet.Filter{
		Kinds: as[wallet.Kind](f.Kind), RiderID: f.Rider, Account: wallet.Account(f.Account), RentalID: f.Rental, Key: f.Key, Since: f.Since, Until: f.Until,
	}
}

var ledgerSorts = sorts{"-booked"}

// listLedger is GET /admin/v1/ledger.
type listLedger struct{ *ledgers }

type listLedgerIn struct {
	Listing
	LedgerFilter
}

type ledgerOut struct {
	Body struct {
		Transactions []LedgerTransaction `json:"transactions" nullable:"false"`
		Paging
	}
}

func (listLedger) Meta() meta {
	return meta{
		ID: "list-ledger", Summary: "The ledger", Needs: staff.Money, Faults: listFaults,
		Description: "Every movement of money with its entries. Nothing in it ever changes. " + ledgerSorts.describe(),
	}
}

func (e listLedger) Execute(ctx context.Context, in *listLedgerIn) (*ledgerOut, error) {
	q, err := in.page(ledgerSorts, in.LedgerFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.Ledger(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	out := &ledgerOut{}
	out.Body.Transactions, out.Body.Paging = pageOf(list, places, total, q, in.LedgerFilter, showBooked)
	return out, nil
}

// LedgerFileIn is what the ledger takes when it is a file.
type LedgerFileIn struct {
	LedgerFilter
	FileIn
}

func (e *ledgers) file(log *audits, now func() time.Time) listFile[LedgerFileIn] {
	return listFile[LedgerFileIn]{name: "ledger", title: "The ledger", needs: staff.Money, rows: e.table, log: log, now: now}
}

// table has a row for each entry.
func (e *ledgers) table(ctx context.Context, in *LedgerFileIn) ([][]string, error) {
	q, err := in.whole(ledgerSorts)
	if err != nil {
		return nil, err
	}
	list, _, total, err := e.store.Ledger(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	if total > exportLimit {
		return nil, errExport.With("limit", exportLimit)
	}
	rows := [][]string{{"id", "at", "kind", "account", "amount", "currency", "item", "rider_id", "rental_id", "key", "note"}}
	for _, b := range list {
		t := showBooked(b)
		for _, entry := range t.Entries {
			rows = append(rows, []string{
				t.ID, moment(&t.At), string(t.Kind), entry.Account, itoa(entry.Amount.Minor), entry.Amount.Currency, string(entry.Item),
				t.RiderID, t.RentalID, t.Key, t.Note,
			})
		}
	}
	return rows, nil
}
