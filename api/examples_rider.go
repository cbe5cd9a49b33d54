package api

import "time"

// riderExamples are what accounts answer.
func riderExamples() map[string]any {
	asked := time.Date(2026, 11, 23, 17, 5, 12, 0, time.UTC)
	code := Code{ID: "9b1f7b0e-4c0c-4a5b-8a2e-3f6d2b7c1e44", ExpiresAt: asked.Add(30 * time.Minute), ResendAt: asked.Add(time.Minute)}
	ana := Rider{
		ID: "7c1d5b1e-8b7e-4a0f-9a53-3c5f0a6f9d21", FirstName: "Ana", LastName: "Ruiz", Email: "ana@example.com", Phone: "+34600000000",
		Language: "es", Password: true, CreatedAt: asked,
	}
	return map[string]any{
		"register-rider 202": code, "resend-code 202": code, "change-email 202": code, "ask-password-reset 202": code,
		"verify-rider 201": ana, "verify-email 200": ana, "change-me 200": ana,
	}
}
