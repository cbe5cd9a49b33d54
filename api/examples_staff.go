package api

import (
	"time"

	"rodada/domain/staff"
)

// staffExamples are the answers about accounts of staff.
func staffExamples() map[string]any {
	made := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	expires := made.AddDate(0, 0, staff.PasswordDays)
	eva := StaffAccount{
		ID: "5b0f3c7a-2d1e-4f6b-9a38-7c6d5e4f3a21", FirstName: "Eva", LastName: "Gil", Email: "eva@example.org",
		Permissions: []staff.Permission{staff.View, staff.Operate}, CreatedAt: made,
	}
	list := membersOut{}.Body
	list.Staff, list.Total = []StaffAccount{eva}, 1
	given, suspended := eva, eva
	given.PasswordExpires = &expires
	suspended.SuspendedAt, suspended.SuspendedReason = &expires, "Lost the phone."
	service := ServiceAccount{
		ID: "8d7e6f50-4a3b-4c2d-9e1f-0a9b8c7d6e5f", Name: "bi-export", Permissions: []staff.Permission{staff.View}, Networks: []string{"192.0.2.0/24"},
		CreatedAt: made, LastUsedAt: &expires, LastUsedFrom: "192.0.2.7",
		Secrets: []ServiceSecret{{ID: "0c1d2e3f-4a5b-4c6d-8e7f-9a0b1c2d3e4f", CreatedAt: made, LastUsedAt: &expires}},
	}
	services := machinesOut{}.Body
	services.Services, services.Total = []ServiceAccount{service}, 1
	asked, off := service, service
	asked.LastUsedAt, asked.LastUsedFrom, asked.Secrets = nil, "", nil
	off.SuspendedAt, off.SuspendedReason = &expires, "Its secret was in a log."
	secret := GivenSecret{ //nolint:gosec // an example
		ServiceAccount: service, ClientID: service.ID, SecretID: service.Secrets[0].ID, ClientSecret: "service_4JQXAHJ7Q2TZ5M3WVYK6GPD7NE4JQXAHJ7Q2TZ5M3WV",
	}
	return map[string]any{
		"list-services 200":         services,
		"get-service 200":           service,
		"change-service 200":        service,
		"reinstate-service 200":     service,
		"suspend-service 200":       off,
		"remove-service-secret 200": service,
		"create-service 201":        secret,
		"add-service-secret 201":    secret,
		"service-me 200":            asked,
		"service-token 200":         ServiceToken{AccessToken: "eyJhbGciOiJIUzI1NiIsImtpZCI6IjU0ZjE3YTYwIiwidHlwIjoiSldUIn0.e30.c2lnbmVk", TokenType: "Bearer", ExpiresIn: 900, Scope: "view"}, //nolint:gosec // an example

		"staff-me 200":             eva,
		"list-staff 200":           list,
		"get-staff 200":            eva,
		"change-staff 200":         eva,
		"reinstate-staff 200":      eva,
		"suspend-staff 200":        suspended,
		"create-staff 201":         GivenPassword{StaffAccount: given, Password: "4JQXAHJ7Q2TZ5M3WVYK6GPD7NE"}, //nolint:gosec // an example
		"reset-staff-password 200": GivenPassword{StaffAccount: given, Password: "4JQXAHJ7Q2TZ5M3WVYK6GPD7NE"}, //nolint:gosec // an example
	}
}
