package dev_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/internal/dev"
)

func TestTheKeyForFirmwareStays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "firmware.pem")
	made, err := dev.FirmwareKey(file)
	require.NoError(t, err)
	keys, err := firmware.ParseKeys(made)
	require.NoError(t, err)
	require.Contains(t, keys, "dev")
	again, err := dev.FirmwareKey(file)
	require.NoError(t, err)
	require.Equal(t, made, again)
	require.NoError(t, os.WriteFile(file, []byte("spoiled"), 0o600))
	_, err = dev.FirmwareKey(file)
	require.Error(t, err)
}
