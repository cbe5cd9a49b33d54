package rider

import "time"

// Audience says whom a session and its tokens are for; a token of one opens no door of the other.
type Audience string

// The audiences.
const (
	ForRiders   Audience = "rider"
	ForStaff    Audience = "staff"
	ForServices Audience = "service" // machines: they have no sessions
)

// Session is one login, of a rider or of staff: a family of refresh tokens, each used once. Only the hash of the present
// token is stored.
type Session struct {
	Family    string // UUID
	Hash      []byte // SHA-256 of the refresh token
	Subject   string // rider's or staff member's ID
	Audience  Audience
	StartedAt time.Time // zero: now
	ExpiresAt time.Time
	Agent     string // what the client says it is
	Address   string // of the client
}
