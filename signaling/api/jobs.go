package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"vesper/rooms"
	"vesper/rooms/attendance/week"
	"vesper/rooms/records"
)

// Bounds of the exports that are kept in memory.
const (
	keepExport  = 15 * time.Minute
	maxExport   = 32 << 20  // bytes of one file
	maxExports  = 256 << 20 // bytes of all
	perCaller   = 8         // running or kept
	runningJobs = 2         // at a time; others wait
)

// exportDesk makes exports, two at a time, and keeps their files for a while,
// each for the caller who asked. It owns the goroutines of what is running;
// Close ends and waits for them.
type exportDesk struct {
	clock rooms.Clock
	log   *slog.Logger
	life  context.Context
	end   context.CancelFunc
	work  sync.WaitGroup
	slots chan struct{}

	mu   sync.Mutex
	jobs map[string]*exportJob
	size int
}

// exportJob is one export of one caller.
type exportJob struct {
	id, clinic, caller string
	asked              NewExport
	begun              time.Time
	entry              records.AuditEntry // for the file's every reading

	mu       sync.Mutex
	state    string
	done     int
	total    int
	detail   string
	unsigned []week.Listed
	made     made // read only once the state is done
	until    time.Time
}

// made is a finished file.
type made struct {
	name, kind string
	data       []byte
}

// unsignedError refuses a final export.
type unsignedError struct{ sessions []week.Listed }

func (*unsignedError) Error() string { return "not everything in the export is signed" }

func newExportDesk(clock rooms.Clock, log *slog.Logger) *exportDesk {
	life, end := context.WithCancel(context.Background())
	return &exportDesk{clock: clock, log: log, life: life, end: end, slots: make(chan struct{}, runningJobs), jobs: map[string]*exportJob{}}
}

// Close ends what is running and returns when it has.
func (d *exportDesk) Close() {
	d.end()
	d.work.Wait()
}

var tooManyExports = refuse(http.StatusTooManyRequests, "too_many", "There are too many exports at a time; wait for one to end.")

// begin makes an export in the background.
func (d *exportDesk) begin(who caller, asked NewExport, entry records.AuditEntry, work func(context.Context, func(done, total int)) (made, error)) (string, error) {
	job := &exportJob{
		id: rooms.NewID(), clinic: string(who.clinic), caller: who.again, asked: asked, begun: d.clock.Now().UTC(), entry: entry, state: "running", total: 1,
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep()
	own := d.of(who)
	if len(own) >= perCaller { // what came to nothing makes room
		for _, other := range slices.Backward(own) {
			if state := other.shown().State; state == "refused" || state == "failed" {
				delete(d.jobs, other.id)
				own = own[1:]
				break
			}
		}
	}
	if len(own) >= perCaller || d.size >= maxExports || d.life.Err() != nil {
		return "", tooManyExports
	}
	d.jobs[job.id] = job
	d.work.Go(func() { d.run(job, work) })
	return job.id, nil
}

func (d *exportDesk) run(job *exportJob, work func(context.Context, func(done, total int)) (made, error)) {
	select {
	case d.slots <- struct{}{}:
	case <-d.life.Done():
		return
	}
	defer func() { <-d.slots }()
	out, err := guarded(d.life, job.step, work)
	if err == nil && len(out.data) > maxExport {
		err = errors.New("the file is larger than 32 MiB")
	}
	d.mu.Lock()
	d.size += len(out.data)
	d.mu.Unlock()
	var unsigned *unsignedError
	job.mu.Lock()
	defer job.mu.Unlock()
	job.until = d.clock.Now().Add(keepExport)
	switch {
	case errors.As(err, &unsigned):
		job.state, job.unsigned = "refused", unsigned.sessions
		job.detail = "Sign what is listed first, or export a draft."
	case err != nil:
		d.log.Error("export failed", "error", err)
		job.state, job.detail = "failed", "Something went wrong on the server; it has been logged."
	default:
		job.state, job.made, job.done = "done", out, job.total
	}
}

// guarded lets a panic fail one export, and not take the server along. What it
// said is not kept: it may hold what people said.
func guarded(ctx context.Context, step func(done, total int), work func(context.Context, func(done, total int)) (made, error)) (out made, err error) {
	defer func() {
		if recover() != nil {
			out, err = made{}, fmt.Errorf("the export panicked: %s", debug.Stack())
		}
	}()
	return work(ctx, step)
}

func (j *exportJob) step(done, total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done, j.total = done, total
}

func (j *exportJob) shown() Export {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := Export{
		ID: j.id, Kind: j.asked.Kind, Session: j.asked.Session, Week: j.asked.Week, From: j.asked.From, To: j.asked.To, Draft: j.asked.Draft,
		Begun: j.begun, State: j.state, Done: j.done, Total: j.total, Detail: j.detail, Unsigned: j.unsigned,
	}
	if j.state == "done" {
		e.Name, e.Size, e.Until = j.made.name, len(j.made.data), &j.until
	}
	return e
}

// of are the caller's own exports, the newest first. The caller holds mu.
func (d *exportDesk) of(who caller) []*exportJob {
	var own []*exportJob
	for _, job := range d.jobs {
		if job.belongsTo(who) {
			own = append(own, job)
		}
	}
	slices.SortFunc(own, func(a, b *exportJob) int {
		return cmp.Or(b.begun.Compare(a.begun), strings.Compare(a.id, b.id))
	})
	return own
}

// list is how far the caller's exports are.
func (d *exportDesk) list(who caller) []Export {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep()
	list := []Export{}
	for _, job := range d.of(who) {
		list = append(list, job.shown())
	}
	return list
}

// belongsTo says whether a caller may have it: their own and, of one with
// answers of check-ins, as long as they may read them.
func (j *exportJob) belongsTo(who caller) bool {
	answers := j.asked.Kind == "fhir" && !j.asked.withheld
	return j.clinic == string(who.clinic) && j.caller == who.again && (!answers || who.may[mayRun])
}

// find is the caller's own export, if it is still there.
func (d *exportDesk) find(who caller, id string) (*exportJob, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep()
	job, found := d.jobs[id]
	if !found || !job.belongsTo(who) {
		return nil, false
	}
	return job, true
}

// sweep drops what was kept long enough. The caller holds mu.
func (d *exportDesk) sweep() {
	now := d.clock.Now()
	for id, job := range d.jobs {
		job.mu.Lock()
		if job.state != "running" && !now.Before(job.until) {
			d.size -= len(job.made.data)
			delete(d.jobs, id)
		}
		job.mu.Unlock()
	}
}
