package devstack

import "syscall"

// childAttributes put a child in a group of its own and have the kernel send it
// onDeath when its parent dies without having said goodbye.
func childAttributes(user *syscall.Credential, onDeath syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: onDeath, Credential: user}
}
