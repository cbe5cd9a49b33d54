package api

import (
	"time"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

// riderExamples are what accounts answer.
func riderExamples() map[string]any {
	asked := time.Date(2026, 11, 23, 17, 5, 12, 0, time.UTC)
	code := Code{ID: "9b1f7b0e-4c0c-4a5b-8a2e-3f6d2b7c1e44", ExpiresAt: asked.Add(30 * time.Minute), ResendAt: asked.Add(time.Minute)}
	ana := Rider{
		ID: "7c1d5b1e-8b7e-4a0f-9a53-3c5f0a6f9d21", FirstName: "Ana", LastName: "Ruiz", Email: "ana@example.com", Phone: "+34600000000",
		Language: "es", Password: true, CreatedAt: asked,
	}
	day := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	top := Movement{ID: "2f0a6c1d-9a3e-4b57-8d21-6f1e0c5b7a90", Kind: wallet.TopUp, At: day, Amount: money.Of(2000, "EUR")}
	balance := money.Of(2000, "EUR")
	own := ana
	own.Balance = &balance
	suspended := Suspension{RiderID: ana.ID, Suspended: true, SuspendedAt: &asked, Reason: "Two scooters left in the river."}
	services, linked := servicesOut{}.Body, loginsOut{}.Body
	services.Services = []Service{{Name: "google", Title: "Google"}, {Name: "acme", Title: "Acme"}}
	linked.Logins = []LinkedService{{Service: "google", Title: "Google", LinkedAt: day}}
	session := Session{ //nolint:gosec // an example
		AccessToken: "eyJhbGciOiJIUzI1NiIs…", ExpiresAt: asked.Add(15 * time.Minute), RefreshToken: "rider_8xLOxBtZp8…", RefreshExpiresAt: asked.Add(30 * 24 * time.Hour),
	}
	sessions, ended := ownSessionsOut{}.Body, endRiderSessionsOut{}.Body
	sessions.Sessions = []OwnSession{{
		ID: "0d8e6c1a-5f4b-4e7a-9c3d-2b1a0f9e8d7c", Current: true, Agent: "Rodada/1.2 (Android 16)", Address: "203.0.113.7", StartedAt: day, UsedAt: asked, ExpiresAt: asked.Add(30 * 24 * time.Hour),
	}}
	ended.Ended = 2
	return map[string]any{
		"list-sessions 200": sessions, "staff-list-sessions 200": sessions, "refresh-session 200": session, "end-rider-sessions 200": ended,
		"export-me 200": Export{
			ExportedAt: asked, Account: own, Rentals: []Rental{}, Cards: []SavedCard{}, Payments: []Payment{}, Passes: []Pass{}, Promotions: []Redemption{}, Wallet: []Movement{top},
			Logins:   []PastSession{{StartedAt: day, ExpiresAt: day.Add(30 * 24 * time.Hour)}},
			Services: []PastLink{{Service: "google", Subject: "110169484474386276334", LinkedAt: day}},
		},
		"list-login-services 200": services, "list-logins 200": linked, "link-login 200": linked, "exchange-login 201": session,
		"suspend-rider 200": suspended, "reinstate-rider 200": Suspension{RiderID: ana.ID},
		"register-rider 202": code, "ask-proof 202": code, "resend-code 202": code, "change-email 202": code, "ask-password-reset 202": code,
		"verify-rider 201": ana, "verify-email 200": ana, "change-me 200": ana,
	}
}
