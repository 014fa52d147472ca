package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"vesper/cmd/vesper/demo"
)

// demoFile is where a data folder keeps which clinic the demo is.
func demoFile(dir string) string { return filepath.Join(dir, "demo.json") }

func readDemo(dir string) (*demo.Clinic, error) {
	data, err := os.ReadFile(demoFile(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the demo's clinic: %w", err)
	}
	c := new(demo.Clinic)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("read the demo's clinic: %w", err)
	}
	return c, nil
}

func writeDemo(dir string, c *demo.Clinic) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return os.WriteFile(demoFile(dir), data, 0o600)
}

func sortSteps(steps []step) {
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.at - b.at) })
}
