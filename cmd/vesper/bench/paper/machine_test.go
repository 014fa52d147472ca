package paper

import "testing"

func TestProcField(t *testing.T) {
	const info = "processor\t: 0\nmodel name\t: Some CPU: fast\nflags\t\t: fpu hypervisor\n\nprocessor\t: 1\nmodel name\t: Other\n"
	if got := procField(info, "model name"); got != "Some CPU: fast" {
		t.Errorf("got %q", got)
	}
	if got := procField(info, "bogomips"); got != "" {
		t.Errorf("got %q of nothing", got)
	}
}
