//go:build !linux

package main

import "syscall"

func asChild() *syscall.SysProcAttr { return nil }
