package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Config is everything that can be set. A file has the keys as they stand
// here; the environment has them in capitals behind VESPER_, with _ for the
// dot (VESPER_MEDIA_LISTEN). An unknown key is an error.
type Config struct {
	// Listen is the address of the pages, the API and the signaling.
	Listen string `koanf:"listen"`
	// URL is how people reach the pages, for links: https://groups.example.org.
	URL string `koanf:"url"`
	// TrustedProxies are the addresses or networks of proxies in front: only what
	// they write into ProxyHeader says who asks.
	TrustedProxies []string `koanf:"trusted_proxies"`
	// ProxyHeader is X-Forwarded-For by default; no other is read.
	ProxyHeader string `koanf:"proxy_header"`
	// Limits bound how often one address may ask without a token.
	Limits LimitsConfig `koanf:"limits"`
	// Data is the folder of records and keys.
	Data string `koanf:"data"`
	// Postgres keeps the records instead of a file in the data folder:
	// postgres://login@host/database.
	Postgres string `koanf:"postgres"`
	// Redis keeps the live state instead of memory: redis://, rediss://, unix://.
	Redis string `koanf:"redis"`
	// Metrics is the address of the Prometheus listener; empty: none.
	Metrics string `koanf:"metrics"`
	// MetricsOutside lets Metrics be an address that others reach, too.
	MetricsOutside bool `koanf:"metrics_outside"`
	// Log is debug, info, warn or error.
	Log   string      `koanf:"log"`
	Media MediaConfig `koanf:"media"`
	TLS   TLSConfig   `koanf:"tls"`
	// SMTP is the server that mails go to; without an address none are sent.
	SMTP     SMTPConfig     `koanf:"smtp"`
	Mail     MailConfig     `koanf:"mail"`
	Webhooks WebhooksConfig `koanf:"webhooks"`
	// Checkpoints let the evidence's checkpoints leave the machine.
	Checkpoints CheckpointsConfig `koanf:"checkpoints"`
	// OIDC are identity providers for staff, SMART record systems that may
	// launch sessions. They stand in the file alone.
	OIDC  []ProviderConfig `koanf:"oidc"`
	SMART []EHRConfig      `koanf:"smart"`
}

// MediaConfig is the one UDP port for everybody.
type MediaConfig struct {
	Listen string `koanf:"listen"`
	// Advertise are the addresses that clients are told, behind a 1:1 NAT.
	Advertise []string `koanf:"advertise"`
}

// TLSConfig names PEM files; without them the pages are plain HTTP, for a
// proxy in front.
type TLSConfig struct {
	Cert string `koanf:"cert"`
	Key  string `koanf:"key"`
}

// defaultConfig is a server for this machine only.
func defaultConfig() Config {
	return Config{
		Listen: "127.0.0.1:8080", Data: "data", Log: "info",
		Media: MediaConfig{Listen: "127.0.0.1:0"},
	}
}

// errandOn refuses an errand on records that nobody made: without --config it
// would go to a folder of its own beside whoever called it, and the server
// would never see what it did.
func (c Config) errandOn() error {
	if c.Postgres != "" || c.Data != defaultConfig().Data {
		return nil
	}
	if _, err := os.Stat(filepath.Join(c.Data, "vesper.db")); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there are no records in the folder %q here: name the server's configuration with --config", c.Data)
	}
	return nil
}

// environment are the variables that are not keys of the configuration.
var environment = map[string]bool{"VESPER_TOKEN": true, "VESPER_PURGE_POSTGRES": true}

// readConfig reads the file, if there is one, and then the environment.
func readConfig(path string, environ []string) (Config, error) {
	c := defaultConfig()
	k := koanf.New(".")
	if path != "" {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return c, fmt.Errorf("read configuration: %w", err)
		}
	}
	keys := env.Provider(".", env.Opt{
		Prefix:      "VESPER_",
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(key, value string) (string, any) {
			if environment[key] {
				return "", nil
			}
			name := strings.ToLower(strings.TrimPrefix(key, "VESPER_"))
			for _, section := range []string{"media_", "tls_", "smtp_", "mail_", "webhooks_", "checkpoints_", "limits_"} {
				if rest, ok := strings.CutPrefix(name, section); ok {
					name = strings.TrimSuffix(section, "_") + "." + rest
				}
			}
			if name == "media.advertise" || name == "trusted_proxies" {
				return name, strings.Split(value, ",")
			}
			return name, value
		},
	})
	if err := k.Load(keys, nil); err != nil {
		return c, fmt.Errorf("read environment: %w", err)
	}
	var read mapstructure.Metadata
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Metadata: &read, Result: &c, TagName: "koanf", WeaklyTypedInput: true,
	}})
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	if len(read.Unused) > 0 {
		slices.Sort(read.Unused)
		return c, fmt.Errorf("configuration: there is no key %s", strings.Join(read.Unused, ", "))
	}
	return c, c.check()
}

func (c Config) check() error {
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		return fmt.Errorf("configuration: tls needs both cert and key")
	}
	for _, a := range c.Media.Advertise {
		if _, err := netip.ParseAddr(a); err != nil {
			return fmt.Errorf("configuration: media.advertise takes IP addresses, not %q", a)
		}
	}
	if err := c.checkFront(); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if at, err := url.Parse(c.URL); c.URL != "" && (err != nil || at.Host == "" || (at.Scheme != "http" && at.Scheme != "https")) {
		return fmt.Errorf("configuration: url is a whole address as in https://groups.example.org, not %q", c.URL)
	}
	if err := c.checkMail(); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	switch c.Log {
	case "debug", "info", "warn", "error":
		return nil
	}
	return fmt.Errorf("configuration: log is debug, info, warn or error, not %q", c.Log)
}

func (m MediaConfig) addresses() []netip.Addr {
	var list []netip.Addr
	for _, a := range m.Advertise {
		if addr, err := netip.ParseAddr(a); err == nil {
			list = append(list, addr)
		}
	}
	return list
}

func environ() []string { return os.Environ() }
