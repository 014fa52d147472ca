package main

import "context"

func (s *showing) perform(context.Context) (func(), error) { return func() {}, nil }
