package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample is the configuration in docs/operations.md.
func sample(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../docs/operations.md")
	must(t, err)
	_, rest, found := strings.Cut(string(data), "```yaml\n")
	text, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("docs/operations.md has no sample configuration")
	}
	return text
}

func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vesper.yaml")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSampleConfiguration(t *testing.T) {
	c, err := readConfig(configFile(t, sample(t)), nil)
	must(t, err)
	if c.Listen != "0.0.0.0:443" || c.Media.Listen != "0.0.0.0:40000" || len(c.Media.Advertise) != 1 || c.TLS.Key == "" || c.Metrics == "" {
		t.Fatalf("got %+v", c)
	}
}

func TestEnvironmentOverridesTheFile(t *testing.T) {
	c, err := readConfig(configFile(t, "listen: 127.0.0.1:1\n"), []string{
		"VESPER_LISTEN=127.0.0.1:2", "VESPER_MEDIA_LISTEN=127.0.0.1:3", "VESPER_MEDIA_ADVERTISE=192.0.2.1,192.0.2.2",
		"VESPER_TOKEN=secret", "PATH=/bin", "VESPER_TRUSTED_PROXIES=192.0.2.1,2001:db8::/64", "VESPER_LIMITS_BURST=9", "VESPER_LIMITS_PER_SECOND=0.5",
	})
	must(t, err)
	if proxies, err := c.proxies(); err != nil || len(proxies) != 2 || proxies[0].Bits() != 32 || c.Limits != (LimitsConfig{9, 0.5}) {
		t.Errorf("in front: %v %v %+v", proxies, err, c.Limits)
	}
	if c.Listen != "127.0.0.1:2" || c.Media.Listen != "127.0.0.1:3" || len(c.Media.Advertise) != 2 {
		t.Fatalf("got %+v", c)
	}
}

func TestBadConfiguration(t *testing.T) {
	cases := []struct{ name, text, env, want string }{
		{"unknown key", "listne: 127.0.0.1:1\n", "", "listne"},
		{"unknown key in a section", "media:\n  listn: x\n", "", "listn"},
		{"unknown variable", "", "VESPER_LISTNE=x", "listne"},
		{"half a certificate", "tls:\n  cert: a.pem\n", "", "both cert and key"},
		{"no address", "media:\n  advertise: [home]\n", "", "advertise"},
		{"a proxy by its name", "trusted_proxies: [proxy.example.org]\n", "", "trusted_proxies"},
		{"everybody a proxy", "trusted_proxies: [0.0.0.0/0]\n", "", "everybody"},
		{"half a limit", "limits:\n  burst: 5\n", "", "per_second"},
		{"an address without a scheme", "url: groups.example.org:443\n", "", "whole address"},
		{"log level", "log: loud\n", "", "loud"},
		{"not YAML", "listen: [\n", "", "configuration"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var env []string
			if c.env != "" {
				env = []string{c.env}
			}
			_, err := readConfig(configFile(t, c.text), env)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want a word of %q", err, c.want)
			}
		})
	}
}

func TestErrandWithoutConfiguration(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"admin", "clinic", "Harbor", "--zone", "UTC"}, {"admin", "key"}, {"admin", "purge"}} {
		if _, err := says(t, args...); err == nil || !strings.Contains(err.Error(), "--config") {
			t.Errorf("%v: %v", args, err)
		}
	}
	if made, err := os.ReadDir("."); err != nil || len(made) > 0 {
		t.Errorf("it made %v, %v", made, err)
	}
}

func TestUnknownClinic(t *testing.T) {
	t.Setenv("VESPER_DATA", filepath.Join(t.TempDir(), "records"))
	for _, args := range [][]string{
		{"admin", "invite", "Alex", "--clinic", "nowhere"}, {"admin", "token", "EHR", "--clinic", "nowhere"}, {"admin", "retain", "7", "--clinic", "nowhere"},
	} {
		if _, err := says(t, args...); err == nil || !strings.Contains(err.Error(), `no clinic "nowhere"`) {
			t.Errorf("%v: %v", args, err)
		}
	}
	file := configFile(t, "listen: 127.0.0.1:0\noidc:\n  - {id: a, name: A, issuer: https://id.example.org, client_id: v, grants: [{clinic: CLINIC-ID, value: x, role: admin}]}\n")
	if _, err := says(t, "serve", "--config", file); err == nil || !strings.Contains(err.Error(), `no clinic "CLINIC-ID"`) {
		t.Errorf("a grant in a clinic that is not there: %v", err)
	}
	if _, err := says(t, "help"); err == nil || !strings.Contains(err.Error(), "--help") {
		t.Errorf("an unknown command: %v", err)
	}
}
