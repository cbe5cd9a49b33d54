package devstack

import (
	"fmt"
)

// PortTakenError says that something else listens where a service should.
type PortTakenError struct {
	Service Service
	Port    int
	Setting string
}

func (e *PortTakenError) Error() string {
	return fmt.Sprintf("%s: port %d on 127.0.0.1 is already taken; free it or set %s to another port", e.Service, e.Port, e.Setting)
}

// MissingProgramError says that a program is neither here nor could be fetched.
type MissingProgramError struct {
	Service Service
	Program string
	Install string // what to do about it
	Cause   error  // why it could not be fetched, if that was tried
}

func (e *MissingProgramError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s is missing and could not be fetched (%v); %s", e.Service, e.Program, e.Cause, e.Install)
	}
	return fmt.Sprintf("%s: %s is missing; %s", e.Service, e.Program, e.Install)
}

func (e *MissingProgramError) Unwrap() error { return e.Cause }

// StateError says that the folder that keeps the state can't be used.
type StateError struct {
	Dir    string
	Reason string
	Cause  error
	// Foreign: the folder is not ours to clear.
	Foreign bool
}

func (e *StateError) Error() string {
	msg := fmt.Sprintf("state folder %s: %s", e.Dir, e.Reason)
	if e.Cause != nil {
		msg += fmt.Sprintf(" (%v)", e.Cause)
	}
	if e.Foreign {
		return msg + "; move it away, or set RODADA_DEV_DIR to another folder"
	}
	return msg + "; `make dev-reset` clears it"
}

func (e *StateError) Unwrap() error { return e.Cause }

// InUseError says that another run works on the same state folder.
type InUseError struct{ Dir string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("state folder %s is in use by another run; stop that one first", e.Dir)
}

// StartError says that a service ended, or stayed silent, while it started.
type StartError struct {
	Service  Service
	LogFile  string
	LastLine string // what the service said last
	OldState bool   // it worked on state of an earlier run, which may be the reason
	Cause    error
}

func (e *StartError) Error() string {
	msg := fmt.Sprintf("%s did not start: %v", e.Service, e.Cause)
	if e.LastLine != "" {
		msg += ": " + e.LastLine
	}
	if e.LogFile != "" {
		msg += fmt.Sprintf(" (log: %s)", e.LogFile)
	}
	if e.OldState {
		msg += "; if its state is broken, `make dev-reset` clears it"
	}
	return msg
}

func (e *StartError) Unwrap() error { return e.Cause }

// UnknownServiceError says that a service is not part of this stack.
type UnknownServiceError struct{ Service Service }

func (e *UnknownServiceError) Error() string {
	return fmt.Sprintf("%s is not part of this stack", e.Service)
}
