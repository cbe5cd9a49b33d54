package firmware

// UpgradeDecision is what a member of staff decides of an upgrade. It waits in the store, with who decided, until the upgrade
// takes it: a message to a workflow names it only.
type UpgradeDecision struct {
	ID        string // UUID
	UpgradeID string
	Verb      UpgradeVerb
	Reason    string
}

// UpgradeVerb is what staff may decide of an upgrade.
type UpgradeVerb string

// The verbs.
const (
	RetryUpgrade   UpgradeVerb = "retry"
	RestartUpgrade UpgradeVerb = "restart"
	AbortUpgrade   UpgradeVerb = "abort"
)
