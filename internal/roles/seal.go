package roles

import (
	"fmt"

	"rodada/internal/config"
	"rodada/seal"
)

// sealKeys are the keys that secrets are hidden with; without a setting there is none, and whatever needs one says so.
func sealKeys(c config.Config) (seal.Keys, error) {
	if c.SealKeys == "" {
		return seal.Keys{}, nil
	}
	keys, err := seal.Parse(c.SealKeys)
	if err != nil {
		return seal.Keys{}, fmt.Errorf("RODADA_SEAL_KEYS: %w", err)
	}
	return keys, nil
}
