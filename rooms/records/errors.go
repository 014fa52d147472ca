package records

import "errors"

// Errors that callers test for. What is not there, or not theirs, is
// rooms.ErrNotFound.
var (
	// ErrNameTaken: the series has that display name already.
	ErrNameTaken = errors.New("the display name is taken in this series")
	// ErrSeated: the person has a seat in the series already.
	ErrSeated = errors.New("the person has a seat in this series")
	// ErrExists: a row with that id is kept already.
	ErrExists = errors.New("it exists already")
	// ErrInUse: another process holds the data folder.
	ErrInUse = errors.New("the data folder is in use")
	// ErrDisk: the disk is full, gone or read-only, and nothing was kept.
	ErrDisk = errors.New("the disk can't keep it")
	// ErrStarted: the session was opened, ended or cancelled already.
	ErrStarted = errors.New("the session is no longer only scheduled")
	// ErrChanged: somebody else changed it since it was read.
	ErrChanged = errors.New("it was changed meanwhile")
	// ErrNoEvening: the series has no evening there.
	ErrNoEvening = errors.New("the series has no evening then")
	// ErrOver: the session has ended or was cancelled.
	ErrOver = errors.New("the session is over")
	// ErrFull: the series has as many clients as its capacity.
	ErrFull = errors.New("the series is full")
	// ErrDischarged: the seat was given up.
	ErrDischarged = errors.New("the seat was given up")
	// ErrNotGuest: the person is no guest of that session.
	ErrNotGuest = errors.New("the person is no guest of the session")
	// ErrClient: whom a collateral belongs to is no client of the clinic.
	ErrClient = errors.New("a collateral belongs to a client")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("the records are closed")
)
