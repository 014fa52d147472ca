package auth

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"vesper/rooms"
)

// Resume is what a device holds to take up its own connection again. It is
// fenced by its generation: the room refuses one that is not the newest.
type Resume struct {
	rooms.Identity
	Generation uint64 `json:"gen"`
	Device     string `json:"device"`
}

type resumeClaims struct {
	jwt.RegisteredClaims
	Resume
}

func (c *resumeClaims) id() string { return c.ID }
func (c *resumeClaims) complete() bool {
	return whole(c.Identity) && c.Generation > 0 && c.Device != ""
}

// maxDevice bounds the name that a device gave itself.
const maxDevice = 64

// IssueResume gives a device the token with which it may come back until the
// given time: the room's end and 30 minutes. Generations count from 1.
func (a *Authority) IssueResume(who rooms.Identity, generation uint64, device string, until time.Time) (string, error) {
	now := a.anchored()
	resume := Resume{Identity: who, Generation: generation, Device: device}
	claims := &resumeClaims{a.registered(resumeForm, now, until.Sub(now)), resume}
	switch {
	case !claims.complete() || len(device) > maxDevice:
		return "", errors.New("issue resume: identity, generation or device is not whole")
	case !until.After(now) || until.Sub(now) > resumeForm.longest:
		return "", errors.New("issue resume: no such time")
	}
	return a.sign(resumeForm, claims)
}

// VerifyResume says whose connection a token resumes. The room still decides
// whether it may: by generation, by removal, by its end. ErrInvalid.
func (a *Authority) VerifyResume(token string) (Resume, error) {
	var claims resumeClaims
	if err := a.verify(resumeForm, token, &claims, a.anchored()); err != nil {
		return Resume{}, err
	}
	return claims.Resume, nil
}
