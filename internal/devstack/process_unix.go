//go:build unix && !linux

package devstack

import "syscall"

// childAttributes put a child in a group of its own. Only Linux can also tie its
// life to ours.
func childAttributes(user *syscall.Credential, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: user}
}
