package api

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"rodada/domain/staff"
)

// auditor writes down what changes no row of the books, in the name of the member who asks.
type auditor interface {
	Audit(ctx context.Context, d staff.Deed) error
}

// auditStore is what the audit log needs of the books.
type auditStore interface {
	auditor
	AuditLog(ctx context.Context, f staff.AuditFilter) ([]staff.Entry, error)
}

// audits is what staff did.
type audits struct{ store auditStore }

// AuditEntry is one thing that staff did.
type AuditEntry struct {
	ID        int64           `json:"id"`
	At        time.Time       `json:"at"`
	StaffID   string          `json:"staff_id,omitempty" format:"uuid"`
	Email     string          `json:"staff_email" doc:"As it was then."`
	Action    string          `json:"action" example:"scooter.service"`
	Subject   string          `json:"subject" example:"12AB" doc:"A plate, an ID or an email: what it was done to."`
	Before    json.RawMessage `json:"before,omitempty" doc:"What was changed, as it was."`
	After     json.RawMessage `json:"after,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Address   string          `json:"address,omitempty" doc:"Of the client."`
	RequestID string          `json:"request_id,omitempty"`
}

// listAudit is GET /admin/v1/audit.
type listAudit struct{ *audits }

type listAuditIn struct {
	Who     string    `query:"who" maxLength:"254" doc:"A member's email."`
	Action  string    `query:"action" maxLength:"100" doc:"An action, or the beginning of some with its dot: zone."`
	Subject string    `query:"subject" maxLength:"254"`
	Since   time.Time `query:"since" doc:"Not before this time."`
	Until   time.Time `query:"until" doc:"Before this time."`
	Limit   int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Before  int64     `query:"before" minimum:"0" doc:"The next of the page before."`
}

type auditOut struct {
	Body struct {
		Entries []AuditEntry `json:"entries"`
		Next    string       `json:"next,omitempty" doc:"What to pass as before for the following page; absent on the last."`
	}
}

func (listAudit) Meta() meta {
	return meta{
		ID: "list-audit", Summary: "What staff did, newest first", Needs: staff.Admin,
		Description: "Every change that staff make, and before it is sent every dangerous command and every lock that meets a ride. Entries never change.",
	}
}

func (e listAudit) Execute(ctx context.Context, in *listAuditIn) (*auditOut, error) {
	page, err := e.store.AuditLog(ctx, staff.AuditFilter{
		StaffEmail: in.Who, Action: in.Action, Subject: in.Subject, Since: in.Since, Until: in.Until, Before: in.Before, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	out := &auditOut{}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.Next = strconv.FormatInt(page[in.Limit-1].ID, 10)
	}
	out.Body.Entries = make([]AuditEntry, len(page))
	for i, e := range page {
		out.Body.Entries[i] = AuditEntry{
			ID: e.ID, At: e.At.UTC(), StaffID: e.StaffID, Email: e.Email, Action: e.Action, Subject: e.Subject,
			Before: e.Before, After: e.After, Reason: e.Reason, Address: e.Address, RequestID: e.RequestID,
		}
	}
	return out, nil
}
