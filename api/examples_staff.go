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
	return map[string]any{
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
