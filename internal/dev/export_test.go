package dev

var (
	Seed       = seed
	CheckPorts = checkPorts
	Describe   = describe
	BoxLogin   = boxPassword
)

var FirmwareKey = firmwareKey
