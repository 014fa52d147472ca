package main

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"os"
	"strings"

	"vesper/auth"
	"vesper/rooms/desk/mail"
)

// SMTPConfig is the server that mails go to.
type SMTPConfig struct {
	Address  string `koanf:"address"`  // host:port
	Security string `koanf:"security"` // starttls (default), tls; none on this machine only
	User     string `koanf:"user"`
	// PasswordFile holds the password, so that it stands in no configuration;
	// VESPER_SMTP_PASSWORD does too.
	PasswordFile string      `koanf:"password_file"`
	Password     auth.Secret `koanf:"password"`
}

// MailConfig is what mails say of their sender.
type MailConfig struct {
	// From is an address. Its name is the clinic's neutral title, unless it has
	// one.
	From    string `koanf:"from"`
	ReplyTo string `koanf:"reply_to"`
}

// WebhooksConfig is for tests only: webhooks leave the house otherwise.
type WebhooksConfig struct {
	AllowInside bool `koanf:"allow_inside"`
}

// checkMail reports what is missing or can't be.
func (c Config) checkMail() error {
	if c.SMTP.Address == "" {
		return nil
	}
	options, err := c.mailOptions()
	if err == nil {
		_, err = mail.New(options)
	}
	return err
}

// mailOptions are those of the mailer.
func (c Config) mailOptions() (mail.Options, error) {
	password := c.SMTP.Password.Reveal()
	if c.SMTP.PasswordFile != "" {
		data, err := os.ReadFile(c.SMTP.PasswordFile)
		if err != nil {
			return mail.Options{}, fmt.Errorf("smtp.password_file: %w", err)
		}
		password = strings.TrimRight(string(data), "\r\n")
	}
	if c.SMTP.User != "" && password == "" {
		return mail.Options{}, errors.New("smtp.user needs smtp.password_file, or VESPER_SMTP_PASSWORD")
	}
	if c.Mail.From == "" {
		return mail.Options{}, errors.New("smtp.address needs mail.from")
	}
	return mail.Options{
		Address: c.SMTP.Address, Security: c.SMTP.Security, User: c.SMTP.User, Password: password,
		From: c.Mail.From, ReplyTo: c.Mail.ReplyTo,
	}, nil
}

// organizer is the address that calendars name; empty: no mails are sent.
func (c Config) organizer() string {
	from, err := netmail.ParseAddress(c.Mail.From)
	if err != nil || c.SMTP.Address == "" {
		return ""
	}
	return from.Address
}
