package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms/records"
)

// keyHeader is the header by which a POST may be repeated without being done
// twice.
const keyHeader = "Idempotency-Key"

var (
	otherCall  = refuse(http.StatusUnprocessableEntity, "idempotency_mismatch", "This key was used for another call; use a new one.")
	inProgress = refuse(http.StatusConflict, "in_progress", "The first call with this key still runs; ask again in a moment.")
)

// keyed describes the header in the interface's document.
func keyed(o *huma.Operation) {
	if o.Method != http.MethodPost || o.Metadata["may"] == nil {
		return
	}
	o.Metadata["once"] = true
	longest := 255
	o.Parameters = append(o.Parameters, &huma.Param{
		Name: keyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest},
		Description: "A repeated call with the same key and body gets the answer of the first, for 24 h.",
	})
}

// reading is an operation that is a POST for what its body holds and changes
// nothing: its answers are not kept, and there is nothing to repeat.
func reading(o huma.Operation) huma.Operation {
	delete(o.Metadata, "once")
	o.Parameters = nil
	return o
}

// once answers a repeated POST as it was answered before. Only what was done is
// remembered: a refusal changed nothing, and its key is free again.
func (h *house) once(ctx huma.Context, next func(huma.Context)) {
	key, who := ctx.Header(keyHeader), callerOf(ctx.Context())
	if key == "" || ctx.Operation().Metadata["once"] != true || who.clinic == "" {
		next(ctx)
		return
	}
	if !printable(key) {
		answerProblem(ctx, badField("header."+keyHeader, "Give a key of up to 255 printable ASCII characters."))
		return
	}
	limit := ctx.Operation().MaxBodyBytes
	body, err := io.ReadAll(io.LimitReader(ctx.BodyReader(), limit+1))
	if err != nil || int64(len(body)) > limit { // the operation itself says what is wrong with it
		next(&repeatable{below: ctx, body: io.MultiReader(bytes.NewReader(body), ctx.BodyReader()), straight: true})
		return
	}
	url := ctx.URL()
	call := records.Call{
		Clinic: who.clinic, Caller: who.again, Key: key, Route: ctx.Method() + " " + url.RequestURI(), Body: body,
	}
	run, replay, err := h.Records.BeginCall(ctx.Context(), call)
	switch {
	case errors.Is(err, records.ErrOtherCall):
		answerProblem(ctx, otherCall)
	case errors.Is(err, records.ErrRunning):
		answerProblem(ctx, inProgress)
	case err != nil:
		answerProblem(ctx, ours(h.Logger, "begin call", err))
	case replay != nil:
		ctx.SetHeader("Idempotency-Replayed", "true")
		respond(ctx, *replay)
	default:
		h.first(ctx, next, call, run)
	}
}

// first runs a call and keeps its answer before it is given.
func (h *house) first(ctx huma.Context, next func(huma.Context), call records.Call, run string) {
	keeping := context.WithoutCancel(ctx.Context()) // a caller who left asks again
	done := false
	defer func() {
		if !done { // a panic
			_ = h.Records.EndCall(keeping, call, run, nil)
		}
	}()
	c := &repeatable{below: ctx, body: bytes.NewReader(call.Body)}
	next(c)
	reply := records.Reply{Status: max(c.status, http.StatusOK), ContentType: c.kind, Body: c.answer.Bytes()}
	keep := &reply
	if reply.Status < 200 || reply.Status > 299 {
		keep = nil
	}
	err := h.Records.EndCall(keeping, call, run, keep)
	done = true
	if err != nil { // it was done, and a repetition would not know
		h.Logger.Error("answer not kept for a repeated call", "error", err)
	}
	respond(ctx, reply)
}

func respond(ctx huma.Context, reply records.Reply) {
	if reply.ContentType != "" {
		ctx.SetHeader("Content-Type", reply.ContentType)
	}
	ctx.SetStatus(reply.Status)
	_, _ = ctx.BodyWriter().Write(reply.Body)
}

func printable(key string) bool {
	for _, c := range []byte(key) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(key) <= 255
}

// below is huma's context under a name that does not hide its method Context.
type below huma.Context

// repeatable is a call whose body was read already and whose answer is held
// back; straight lets the answer through.
type repeatable struct {
	below
	body     io.Reader
	straight bool
	status   int
	kind     string
	answer   bytes.Buffer
}

// Unwrap lets huma find the call below.
func (c *repeatable) Unwrap() huma.Context { return c.below }

// BodyReader is the body once more.
func (c *repeatable) BodyReader() io.Reader { return c.body }

// SetStatus, Status, SetHeader and BodyWriter hold the answer back.

func (c *repeatable) SetStatus(status int) {
	if c.status = status; c.straight {
		c.below.SetStatus(status)
	}
}

func (c *repeatable) Status() int { return c.status }

func (c *repeatable) SetHeader(name, value string) {
	if http.CanonicalHeaderKey(name) == "Content-Type" {
		c.kind = value
	}
	c.below.SetHeader(name, value)
}

func (c *repeatable) BodyWriter() io.Writer {
	if c.straight {
		return c.below.BodyWriter()
	}
	return &c.answer
}
