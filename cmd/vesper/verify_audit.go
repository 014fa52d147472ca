package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"vesper/rooms/ledger"
)

// auditStart is how an exported audit log begins.
const auditStart = `{"format":"vesper-audit/`

// verifyAudit walks an exported audit log and holds it against the checkpoint,
// if one is given.
func verifyAudit(r *bufio.Reader, against proofs, out *streams) error {
	lines := json.NewDecoder(r)
	lines.DisallowUnknownFields()
	var head ledger.AuditFile
	if err := lines.Decode(&head); err != nil {
		return fmt.Errorf("read audit log: %w", err)
	}
	if head.Format != ledger.AuditFormat {
		return fmt.Errorf("read audit log: its format is %q, want %q", head.Format, ledger.AuditFormat)
	}
	var chain *ledger.AuditChain
	switch given := against.checkpoint; {
	case given == nil:
		chain = ledger.NewAuditChain()
	case given.Clinic != head.Clinic:
		return &ledger.BrokenError{Place: "checkpoint", Reason: "it is another clinic's"}
	case given.Audit.N == 0:
		return errors.New("the checkpoint says nothing of an audit log: it is of before there were entries, or of an older release")
	default:
		chain = ledger.NewAuditChain(*given)
	}
	for {
		var line ledger.AuditLine
		err := lines.Decode(&line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &ledger.BrokenError{Place: chain.Place(), Reason: "it can't be read: " + err.Error()}
		}
		if err := chain.Add(line); err != nil {
			return err
		}
	}
	if err := chain.End(); err != nil {
		return err
	}
	if chain.Head() != head.AuditHead {
		return &ledger.BrokenError{Place: "audit log", Reason: fmt.Sprintf("the file holds %d entries, its first line speaks of %d with another end", chain.Head().N, head.N)}
	}
	describeAudit(head, against, out)
	return nil
}

func describeAudit(head ledger.AuditFile, against proofs, out *streams) {
	fmt.Fprintf(out.out, "Audit log of clinic %s: %d entries, an unbroken chain.\n", head.Clinic, head.N)
	switch given := against.checkpoint; {
	case given == nil:
		fmt.Fprintln(out.out, "No checkpoint was given: what was cut off its end, or written anew from an entry on, is not noticed.")
	case given.Proven:
		fmt.Fprintf(out.out, "It goes on from the checkpoint of %s, which covers the first %d and is signed by the given key.\n", given.At.Format(moment), given.Audit.N)
	default:
		fmt.Fprintf(out.out, "It goes on from the checkpoint of %s, which covers the first %d. Not proven who signed that: no key was given.\n", given.At.Format(moment), given.Audit.N)
	}
}
