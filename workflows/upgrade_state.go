package workflows

// UpgradeState is what an upgrade takes along when it continues as new.
type UpgradeState struct {
	Seq   int `json:"seq"`
	Sends int `json:"sends"`
}
