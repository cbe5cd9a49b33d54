package dev

import (
	"context"
	"io"
)

// Tell is what is said of how a demo ride went.
func Tell(ctx context.Context, out io.Writer, failure error) {
	narrator{out}.tell(ctx, failure, "rodada.log")
}

var (
	Seed       = seed
	CheckPorts = checkPorts
	Describe   = describe
	BoxLogin   = boxPassword
)

var FirmwareKey = firmwareKey
