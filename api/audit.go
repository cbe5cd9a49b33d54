package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"rodada/domain/listing"
	"rodada/domain/staff"
)

// auditor writes down what changes no row of the books, in the name of the member who asks.
type auditor interface {
	Audit(ctx context.Context, d staff.Deed) error
}

// auditStore is what the audit log needs of the books.
type auditStore interface {
	auditor
	AuditLog(ctx context.Context, f staff.AuditFilter, q listing.Query) ([]staff.Entry, []listing.Place, int, error)
}

// audits is what staff did.
type audits struct{ store auditStore }

// exported writes down that a member took a whole list: how much, and by which filters. What they looked for may be somebody's name, so that is not in it.
func (e *audits) exported(ctx context.Context, list, format string, rows int) error {
	filters := []string{}
	if info := infoFrom(ctx); info != nil {
		filters = slices.Sorted(maps.Keys(info.query))
	}
	return e.store.Audit(ctx, staff.Deed{Action: "export." + list, Subject: list, After: map[string]any{"format": format, "rows": rows, "filters": filters}})
}

// AuditEntry is one thing that staff did.
type AuditEntry struct {
	ID        int64           `json:"id"`
	At        time.Time       `json:"at"`
	By        staff.ActorKind `json:"by" enum:"staff,service,console,nobody" doc:"Console is whoever has the machine itself, nobody a stranger who could not log in."`
	StaffID   string          `json:"staff_id,omitempty" format:"uuid"`
	ServiceID string          `json:"service_id,omitempty" format:"uuid"`
	Email     string          `json:"staff_email" doc:"As it was then; of a service, its name."`
	Action    string          `json:"action" example:"scooter.service"`
	Subject   string          `json:"subject" example:"12AB" doc:"A plate, an ID or an email: what it was done to."`
	Before    json.RawMessage `json:"before,omitempty" doc:"What was changed, as it was."`
	After     json.RawMessage `json:"after,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Address   string          `json:"address,omitempty" doc:"Of the client."`
	RequestID string          `json:"request_id,omitempty"`
}

func showEntry(e staff.Entry) AuditEntry {
	return AuditEntry{
		ID: e.ID, At: e.At.UTC(), By: e.Kind(), StaffID: e.StaffID, ServiceID: e.ServiceID, Email: e.Email, Action: e.Action, Subject: e.Subject,
		Before: e.Before, After: e.After, Reason: e.Reason, Address: e.Address, RequestID: e.RequestID,
	}
}

// AuditFilter narrows the audit log.
type AuditFilter struct {
	Who     string          `query:"who" maxLength:"254" doc:"A member's email, or a service's name."`
	By      staff.ActorKind `query:"by" enum:"staff,service,console,nobody"`
	Action  string          `query:"action" maxLength:"100" doc:"An action, or the beginning of some with its dot: zone."`
	Subject string          `query:"subject" maxLength:"254"`
	Address string          `query:"address" maxLength:"45" doc:"Of the client."`
	Request string          `query:"request" maxLength:"64" doc:"The ID of a request."`
	Since   time.Time       `query:"since" doc:"Not before this time."`
	Until   time.Time       `query:"until" doc:"Before this time."`
}

func (f AuditFilter) stored() staff.AuditFilter {
	return staff.AuditFilter{
		StaffEmail: f.Who, Kind: f.By, Action: f.Action, Subject: f.Subject, Address: f.Address, RequestID: f.Request, Since: f.Since, Until: f.Until,
	}
}

var auditSorts = sorts{"-at"}

// listAudit is GET /admin/v1/audit.
type listAudit struct{ *audits }

type listAuditIn struct {
	Listing
	AuditFilter
}

type auditOut struct {
	Body struct {
		Entries []AuditEntry `json:"entries" nullable:"false"`
		Paging
	}
}

func (listAudit) Meta() meta {
	return meta{
		ID: "list-audit", Summary: "What staff did", Needs: staff.Admin, Faults: listFaults,
		Description: "Every change that staff make, and before it is sent every dangerous command and every lock that meets a ride. Entries never change. " +
			auditSorts.describe(),
	}
}

func (e listAudit) Execute(ctx context.Context, in *listAuditIn) (*auditOut, error) {
	q, err := in.page(auditSorts, in.AuditFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.AuditLog(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	out := &auditOut{}
	out.Body.Entries, out.Body.Paging = pageOf(list, places, total, q, in.AuditFilter, showEntry)
	return out, nil
}

// AuditFileIn is what the audit log takes when it is a file.
type AuditFileIn struct {
	AuditFilter
	FileIn
}

func (e *audits) file(now func() time.Time) listFile[AuditFileIn] {
	return listFile[AuditFileIn]{name: "audit", title: "What staff did", needs: staff.Admin, rows: e.table, log: e, now: now}
}

func (e *audits) table(ctx context.Context, in *AuditFileIn) ([][]string, error) {
	q, err := in.whole(auditSorts)
	if err != nil {
		return nil, err
	}
	list, _, total, err := e.store.AuditLog(ctx, in.stored(), q)
	if err != nil {
		return nil, err
	}
	header := []string{"id", "at", "by", "staff_id", "service_id", "staff_email", "action", "subject", "before", "after", "reason", "address", "request_id"}
	return tableOf(header, list, total, func(each staff.Entry) []string {
		return []string{
			itoa(each.ID), moment(&each.At), string(each.Kind()), each.StaffID, each.ServiceID, each.Email, each.Action, each.Subject, string(each.Before), string(each.After),
			each.Reason, each.Address, each.RequestID,
		}
	})
}
