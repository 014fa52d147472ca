package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"vesper/rooms"
	"vesper/rooms/records"
)

// NewProgram is what POST and PATCH /programs take.
type NewProgram struct {
	Name string `json:"name" minLength:"1" maxLength:"120"`
}

// Program is a clinic's group offering.
type Program struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Programs are all of a clinic, by name.
type Programs struct {
	Programs []Program `json:"programs"`
	Next     string    `json:"next,omitempty" doc:"give it as after for the next page"`
}

type programChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body NewProgram
}

func (h *house) programs(api huma.API) {
	huma.Register(api, operation("GET", "/programs", "list-programs", "The clinic's programs by name", mayRead),
		func(ctx context.Context, in *LongPage) (*body[Programs], error) {
			list, err := h.Records.Programs(ctx, callerOf(ctx).clinic)
			if err != nil {
				return nil, h.problemOf("list programs", err)
			}
			list, next, err := pageOf(list, *in, func(p records.Program) string { return string(p.ID) })
			out := Programs{Programs: make([]Program, len(list)), Next: next}
			for i, p := range list {
				out.Programs[i] = Program{string(p.ID), p.Name}
			}
			return &body[Programs]{out}, h.problemOf("list programs", err)
		})
	huma.Register(api, operation("POST", "/programs", "create-program", "Add a program", mayWrite),
		func(ctx context.Context, in *body[NewProgram]) (*body[Program], error) {
			p, err := h.Records.CreateProgram(noting(ctx, "program.create", of("")), records.Program{Clinic: callerOf(ctx).clinic, Name: in.Body.Name})
			return &body[Program]{Program{string(p.ID), p.Name}}, h.problemOf("create program", err)
		})
	huma.Register(api, operation("PATCH", "/programs/{id}", "rename-program", "Give a program another name", mayWrite),
		func(ctx context.Context, in *programChange) (*body[Program], error) {
			err := h.Records.RenameProgram(noting(ctx, "program.update", of(in.ID)), callerOf(ctx).clinic, rooms.ProgramID(in.ID), in.Body.Name)
			return &body[Program]{Program{in.ID, in.Body.Name}}, h.problemOf("rename program", err)
		})
}
