package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2/negotiation"

	"rodada/api/paper"
	"rodada/domain/fault"
	"rodada/domain/receipt"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/series"
	"rodada/domain/staff"
	"rodada/domain/wallet"
	"rodada/geo"
	"rodada/internal/config"
)

// receiptStore is what receipts need of the books.
type receiptStore interface {
	RentalMovements(ctx context.Context, r rental.Rental) ([]wallet.Movement, error)
	IssueReceipt(ctx context.Context, rentalID string) (receipt.Issue, error)
	RiderRecord(ctx context.Context, id, currency string) (rider.Record, rider.Tally, error)
}

// receipts tells what rides cost.
type receipts struct {
	store    receiptStore
	routes   *rentalRoutes
	operator receipt.Operator
}

// operatorOf is who gives the receipts, as it is configured.
func operatorOf(c config.Operator) receipt.Operator {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return receipt.Operator{
		Name: c.Name, TaxID: c.TaxID, Address: c.Address, Contact: c.Contact, Country: c.Country, Zone: zone,
		Tax: receipt.Tax{Name: c.TaxName, Hundredths: c.TaxHundredths()},
	}
}

const typePDF = "application/pdf"

// RideReceipt is a receipt with the way of its ride.
type RideReceipt struct {
	paper.Receipt
	Route       *LineString `json:"route,omitempty" doc:"The way, as GeoJSON; absent where nothing was heard of it, or not any more."`
	RouteMeters int64       `json:"route_meters,omitempty" doc:"Along the way."`
	RouteAway   bool        `json:"route_away,omitempty" doc:"The way can't be read just now."`
}

type receiptIn struct {
	RentalRef
	Accept string `header:"Accept" doc:"application/json, unless it prefers application/pdf."`
}

type receiptOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Language    string `header:"Content-Language"`
	Vary        string `header:"Vary"`
	Body        []byte
}

var receiptFaults = []*fault.Error{rental.ErrUnknown, receipt.ErrNotYet, receipt.ErrNone}

const aboutReceipt = "What a ride cost, line by line as it was billed, and what was charged, given back or waived since; the tariff and the zones by their " +
	"versions; the way. As JSON or as PDF by `Accept`, in Spanish or English by `Accept-Language`, with amounts as the operator's country " +
	"writes them. It has a number, without gaps among all receipts, and a date from when it is asked for first. The same ride gives the same file until something happens to its money."

// of gives the receipt of a rental.
func (e receipts) of(ctx context.Context, r rental.Rental, accept string) (*receiptOut, error) {
	movements, err := e.store.RentalMovements(ctx, r)
	if err != nil {
		return nil, err
	}
	made, err := receipt.Of(r, movements, e.operator.Tax)
	if err != nil {
		return nil, err
	}
	if made.Issue, err = e.store.IssueReceipt(ctx, r.ID); err != nil {
		return nil, err
	}
	who, _, err := e.store.RiderRecord(ctx, r.RiderID, r.Tariff.Currency)
	if err != nil {
		return nil, err
	}
	lang := languageFrom(ctx)
	body := RideReceipt{Receipt: paper.Write(r, who.FirstName+" "+who.LastName, made, e.operator, lang)}
	way, _, err := e.routes.of(ctx, r)
	switch {
	case errors.Is(err, series.ErrAway): // which is no reason to give none
		body.RouteAway = true
	case err != nil:
		return nil, err
	default:
		body.Route, body.RouteMeters = way.Line, way.Meters
	}
	out := &receiptOut{ContentType: typeJSON, Language: lang, Vary: "Accept, Accept-Language"}
	if negotiation.SelectQValue(strings.ToLower(accept), []string{typeJSON, typePDF}) != typePDF {
		out.Body, err = json.Marshal(body)
		return out, err
	}
	out.ContentType, out.Disposition = typePDF, fmt.Sprintf("inline; filename=%q", "rodada-"+r.ID+".pdf")
	out.Body, err = body.PDF(body.Route.points())
	return out, err
}

func (l *LineString) points() []geo.Point {
	if l == nil {
		return nil
	}
	return each(l.Coordinates, func(at [2]float64) geo.Point { return geo.Point{Lat: at[1], Lng: at[0]} })
}

// rentalReceipt is GET /v1/rentals/{id}/receipt.
type rentalReceipt struct{ *receipts }

func (rentalReceipt) Meta() meta {
	return meta{
		ID: "rental-receipt", Summary: "The receipt of one of your rides", Description: aboutReceipt, Suspended: true,
		Answer: RideReceipt{}, Files: []string{typePDF}, Faults: receiptFaults,
	}
}

func (e rentalReceipt) Execute(ctx context.Context, in *receiptIn) (*receiptOut, error) {
	r, err := e.routes.rentals.store.Rental(ctx, subjectFrom(ctx), in.ID, e.routes.rentals.orphanAfter())
	if err != nil {
		return nil, err
	}
	return e.of(ctx, r, in.Accept)
}

// staffReceipt is GET /admin/v1/rentals/{id}/receipt.
type staffReceipt struct{ *receipts }

func (staffReceipt) Meta() meta {
	return meta{
		ID: "staff-rental-receipt", Summary: "The receipt of a ride", Description: aboutReceipt, Needs: staff.Money,
		Answer: RideReceipt{}, Files: []string{typePDF}, Faults: receiptFaults,
	}
}

func (e staffReceipt) Execute(ctx context.Context, in *receiptIn) (*receiptOut, error) {
	r, err := e.routes.staff.RentalForStaff(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return e.of(ctx, r, in.Accept)
}
