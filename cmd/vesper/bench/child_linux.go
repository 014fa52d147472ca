package main

import "syscall"

// asChild ends the server with this process, however that ends.
func asChild() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
