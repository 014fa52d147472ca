package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"vesper/rooms"
	"vesper/rooms/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf is a small honest Calendar in memory.
type shelf struct {
	mu      sync.Mutex
	series  []schedule.Series
	planned map[schedule.Key]schedule.Occurrence
	opened  []rooms.SessionID
	failing error
}

func (s *shelf) Series(context.Context) ([]schedule.Series, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.series, s.failing
}

func (s *shelf) Plan(_ context.Context, series schedule.Series, from, to time.Time) error {
	occurrences, err := series.Occurrences(from, to)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range occurrences {
		s.planned[o.Key()] = o
	}
	return nil
}

func (s *shelf) Due(_ context.Context, t time.Time) ([]rooms.SessionID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []rooms.SessionID
	for key, o := range s.planned {
		id := rooms.SessionID(key.RecurrenceID.String())
		if plan := o.Plan(id); !plan.DoorOpens().After(t) && plan.Closes().After(t) {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	return due, nil
}

func (s *shelf) open(_ context.Context, id rooms.SessionID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.opened, id) {
		return rooms.ErrSealed
	}
	s.opened = append(s.opened, id)
	return nil
}

// counts are the evenings planned, and the sessions opened so far.
func (s *shelf) counts() (int, []rooms.SessionID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.planned), slices.Clone(s.opened)
}

func evening(rule string) schedule.Series {
	start, _ := schedule.ParseLocalTime("2000-01-01T17:30")
	return schedule.Series{
		ID: "s", Rule: rule, Start: start, Zone: "UTC", Duration: time.Hour,
		Template: schedule.Template{{Kind: rooms.Group, Minutes: 60}},
	}
}

// The bubble's clock starts at midnight of 1 January 2000.
func TestRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{planned: map[schedule.Key]schedule.Occurrence{}, series: []schedule.Series{evening("FREQ=DAILY"), evening("FREQ=HOURLY")}}
		d := Start(Options{Calendar: s, Open: s.open, Every: time.Minute})
		defer d.Close()
		synctest.Wait()
		if got, _ := s.counts(); got != 60 {
			t.Errorf("%d evenings planned for 60 days ahead, want 60; a broken series must not keep the others from their turn", got)
		}
		time.Sleep(17*time.Hour - time.Minute)
		synctest.Wait()
		if _, opened := s.counts(); len(opened) != 0 {
			t.Errorf("opened %v before the door", opened)
		}
		time.Sleep(90 * time.Second)
		synctest.Wait()
		if _, opened := s.counts(); !slices.Equal(opened, []rooms.SessionID{"2000-01-01T17:30"}) {
			t.Errorf("opened %v when the door opens, want the first evening", opened)
		}
		s.mu.Lock()
		s.failing = errors.New("away")
		s.mu.Unlock()
		time.Sleep(24 * time.Hour)
		s.mu.Lock()
		s.failing = nil
		s.mu.Unlock()
		d.Wake()
		synctest.Wait()
		if _, opened := s.counts(); len(opened) != 2 {
			t.Errorf("opened %v, want the second evening too though series could not be read", opened)
		}
	})
}
