package firmware

// Takeover is an upgrade whose workflow was ended from outside, as another run of it finds it in the store.
type Takeover struct {
	Ours     bool   `json:"ours"` // false: it is over, or was taken over by somebody else; nothing of the rest is known
	Heirs    int    `json:"heirs,omitempty"`
	Seq      int    `json:"seq,omitempty"` // what the run before may still store comes too late
	State    State  `json:"state,omitempty"`
	Detail   string `json:"detail,omitempty"`
	From     string `json:"from,omitempty"`
	Attempt  int    `json:"attempt,omitempty"`
	Sent     int    `json:"sent,omitempty"`
	Failures int    `json:"failures,omitempty"`
}
