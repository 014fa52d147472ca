package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMailConfiguration(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	must(t, os.WriteFile(password, []byte("planted-secret\n"), 0o600))
	text := "smtp:\n  address: smtp.example.org:587\n  user: vesper\nmail:\n  from: Desk <no-reply@example.org>\n"
	for _, env := range []string{"VESPER_SMTP_PASSWORD=planted-secret", "VESPER_SMTP_PASSWORD_FILE=" + password} {
		c, err := readConfig(configFile(t, text), []string{env})
		must(t, err)
		options, err := c.mailOptions()
		must(t, err)
		if options.Password != "planted-secret" || c.organizer() != "no-reply@example.org" {
			t.Errorf("%s: organizer %q", env, c.organizer())
		}
		if printed := fmt.Sprintf("%v %+v", c, c.SMTP); strings.Contains(printed, "planted") {
			t.Error("the password is printed")
		}
	}
	for name, text := range map[string]string{
		"no sender":           "smtp:\n  address: smtp.example.org:587\n",
		"no password":         "smtp:\n  address: smtp.example.org:587\n  user: vesper\nmail:\n  from: a@example.org\n",
		"no port":             "smtp:\n  address: smtp.example.org\nmail:\n  from: a@example.org\n",
		"in the clear":        "smtp:\n  address: smtp.example.org:25\n  security: none\nmail:\n  from: a@example.org\n",
		"no such file":        "smtp:\n  address: smtp.example.org:587\n  password_file: /nowhere\nmail:\n  from: a@example.org\n",
		"unknown key":         "smtp:\n  adress: x\n",
		"unknown key of mail": "mail:\n  form: x\n",
	} {
		if _, err := readConfig(configFile(t, text), nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if c, err := readConfig("", nil); err != nil || c.organizer() != "" {
		t.Errorf("without mail: %q, %v", c.organizer(), err)
	}
}
