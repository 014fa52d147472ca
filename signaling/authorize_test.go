package signaling

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"vesper/rooms"
	"vesper/signaling/wire"
)

// requestTypes reads the request types from wire's source, so that a new one
// without a row fails here.
func requestTypes(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "wire/wire.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, d := range file.Decls {
		block, ok := d.(*ast.GenDecl)
		if !ok || block.Tok != token.CONST || block.Doc == nil || block.Doc.Text() != "Request types, client to server.\n" {
			continue
		}
		for _, s := range block.Specs {
			text, err := strconv.Unquote(s.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			types = append(types, text)
		}
	}
	if len(types) < 20 {
		t.Fatalf("found %d request types in wire.go", len(types))
	}
	return types
}

func TestEveryRequestHasARowAndAHandler(t *testing.T) {
	types := requestTypes(t)
	for _, request := range types {
		if _, ok := table[request]; !ok {
			t.Errorf("%s has no row in the table of authorize", request)
		}
		if handlers[request] == nil {
			t.Errorf("%s has no handler", request)
		}
	}
	if len(table) != len(types) || len(handlers) != len(types) {
		t.Errorf("%d rows and %d handlers for %d request types", len(table), len(handlers), len(types))
	}
}

// staffOnly are the requests that moderate.
var staffOnly = map[string]bool{
	wire.TypeAdmit: true, wire.TypeAdmitAll: true, wire.TypeDeny: true, wire.TypeBackToLobby: true, wire.TypeMute: true,
	wire.TypeStopCamera: true, wire.TypeLowerHand: true, wire.TypeLock: true, wire.TypeUnlock: true, wire.TypeRemove: true,
	wire.TypeUndoRemove: true, wire.TypeMoveDevice: true, wire.TypeSegment: true, wire.TypeEnd: true,
	wire.TypeLink: true, wire.TypeSendLink: true, wire.TypeGuest: true, wire.TypeAbsence: true,
}

// fromLobby are what somebody who waits may ask.
var fromLobby = map[string]bool{
	wire.TypePing: true, wire.TypeLeave: true, wire.TypeOffer: true, wire.TypeDeviceAnswer: true,
}

func TestAuthorize(t *testing.T) {
	for _, request := range requestTypes(t) {
		for _, role := range rooms.Roles {
			for _, at := range []place{atDoor, waiting, inLobby, inRoom} {
				want := true
				switch {
				case at == atDoor:
					want = request == wire.TypeHello
				case request == wire.TypeHello:
					want = false
				case at == waiting:
					want = request == wire.TypePing || request == wire.TypeLeave
				case at == inLobby:
					want = fromLobby[request]
				case staffOnly[request]:
					want = role == rooms.Facilitator || role == rooms.Cofacilitator
				}
				if err := authorize(role, at, request); (err == nil) != want {
					t.Errorf("%s by %s at %d: %v, want allowed %v", request, role, at, err, want)
				}
			}
		}
	}
	var refusal *rooms.Refusal
	if err := authorize(rooms.Facilitator, inRoom, "sudo"); !errors.As(err, &refusal) || refusal.Code != "unknown_type" {
		t.Errorf("an unknown request: %v", err)
	}
}
