package wire

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The examples of docs/protocol.md are the fixtures: each fenced block marked
// json client, json server or json http is one message.
const protocolPage = "../../docs/protocol.md"

// clientMessages and serverMessages say which struct a type is decoded into.
var clientMessages = map[string]any{
	TypeHello: Hello{}, TypeOffer: Offer{}, TypeView: View{},
	TypeMicrophone: Switch{}, TypeCamera: Switch{}, TypeHand: Hand{},
	TypeLeave: Plain{}, TypePing: Plain{}, TypeDeviceAnswer: DeviceAnswer{},
	TypeAdmit: About{}, TypeAdmitAll: Plain{}, TypeDeny: About{}, TypeBackToLobby: About{},
	TypeMute: About{}, TypeStopCamera: About{}, TypeLowerHand: About{},
	TypeLock: Plain{}, TypeUnlock: Plain{}, TypeRemove: About{}, TypeUndoRemove: About{},
	TypeMoveDevice: About{}, TypeSegment: Segment{}, TypeEnd: Plain{},
	TypeLink: About{}, TypeSendLink: About{}, TypeGuest: Guest{}, TypeAbsence: Absence{},
}

var serverMessages = map[string]any{
	TypeWelcome: Welcome{}, TypeAnswer: Answer{}, TypeOK: OK{}, TypeError: Error{},
	TypeYou: YouChanged{}, TypeState: State{}, TypeParticipant: ParticipantChanged{},
	TypeGone: Gone{}, TypeRoom: RoomChanged{}, TypeBoard: BoardChanged{},
	TypeSlots: Slots{}, TypeSpeakers: Speakers{}, TypeDeviceQuestion: DeviceQuestion{}, TypeBye: Bye{},
}

// httpBodies have no type field; a block must fit at least one of them.
var httpBodies = []any{
	OpenRequest{}, Invitation{}, TicketRequest{}, Ticket{}, AfterRequest{}, After{}, SignInRequest{}, SignedIn{}, Problem{},
}

type example struct {
	line int
	side string // client, server, http
	body string
}

var fence = regexp.MustCompile("(?s)```json (client|server|http)\n(.*?)```")

func examples(t *testing.T) []example {
	t.Helper()
	page, err := os.ReadFile(protocolPage)
	if err != nil {
		t.Fatal(err)
	}
	var found []example
	for _, at := range fence.FindAllSubmatchIndex(page, -1) {
		found = append(found, example{
			line: 1 + bytes.Count(page[:at[0]], []byte("\n")),
			side: string(page[at[2]:at[3]]),
			body: string(page[at[4]:at[5]]),
		})
	}
	if len(found) == 0 {
		t.Fatal("the page has no examples")
	}
	return found
}

func TestExamplesAreTheMessages(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.side+"_line_"+strconv.Itoa(e.line), func(t *testing.T) {
			if e.side == "http" {
				checkHTTP(t, e.body)
				return
			}
			var envelope Envelope
			if err := json.Unmarshal([]byte(e.body), &envelope); err != nil {
				t.Fatal(err)
			}
			table := clientMessages
			if e.side == "server" {
				table = serverMessages
			}
			shape, ok := table[envelope.Type]
			if !ok {
				t.Fatalf("type %q is no message of the %s", envelope.Type, e.side)
			}
			if err := roundTrip(e.body, shape); err != nil {
				t.Error(err)
			}
		})
	}
}

func checkHTTP(t *testing.T, body string) {
	t.Helper()
	var reasons []string
	for _, shape := range httpBodies {
		err := roundTrip(body, shape)
		if err == nil {
			return
		}
		reasons = append(reasons, reflect.TypeOf(shape).Name()+": "+err.Error())
	}
	t.Errorf("fits no body:\n%s", strings.Join(reasons, "\n"))
}

// roundTrip decodes body strictly into a new value of shape's type, encodes it
// again and compares what both say.
func roundTrip(body string, shape any) error {
	value := reflect.New(reflect.TypeOf(shape))
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value.Interface()); err != nil {
		return err
	}
	again, err := json.Marshal(value.Interface())
	if err != nil {
		return err
	}
	var want, got any
	if err := json.Unmarshal([]byte(body), &want); err != nil {
		return err
	}
	if err := json.Unmarshal(again, &got); err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return &mismatch{got: string(again), want: body}
	}
	return nil
}

type mismatch struct{ got, want string }

func (m *mismatch) Error() string {
	return "encoded again it differs\n got: " + m.got + "\nwant: " + m.want
}

func TestEveryTypeHasAnExample(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range examples(t) {
		var envelope Envelope
		if json.Unmarshal([]byte(e.body), &envelope) == nil && e.side != "http" {
			seen[e.side+" "+envelope.Type] = true
		}
	}
	for name, value := range typeConstants(t) {
		_, client := clientMessages[value]
		_, server := serverMessages[value]
		if !client && !server {
			t.Errorf("%s (%q) is in neither table of this test", name, value)
		}
		if client && !seen["client "+value] {
			t.Errorf("%s has no ```json client example in docs/protocol.md", name)
		}
		if server && !seen["server "+value] {
			t.Errorf("%s has no ```json server example in docs/protocol.md", name)
		}
	}
}

// typeConstants reads the Type… constants from the package's source, so that a
// new one can't be forgotten here.
func typeConstants(t *testing.T) map[string]string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, entry := range files {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if general, ok := decl.(*ast.GenDecl); ok && general.Tok == token.CONST {
				for _, spec := range general.Specs {
					collectTypes(t, spec.(*ast.ValueSpec), found)
				}
			}
		}
	}
	if len(found) < 30 {
		t.Fatalf("found only %d message types", len(found))
	}
	return found
}

func collectTypes(t *testing.T, spec *ast.ValueSpec, into map[string]string) {
	t.Helper()
	for i, name := range spec.Names {
		if !strings.HasPrefix(name.Name, "Type") || i >= len(spec.Values) {
			continue
		}
		literal, ok := spec.Values[i].(*ast.BasicLit)
		if !ok {
			t.Fatalf("%s is not a literal", name.Name)
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		into[name.Name] = value
	}
}
