package staff

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrHead is the answer to what is no head of the chain.
var ErrHead = errors.New("staff: a head is written as <number>:<64 hexadecimal digits>")

// Head is how far the chain of the audit log goes: the number of its last link, and the hash that this link has. Whoever knows a head
// knows whether all that was written until then is still what it was.
type Head struct {
	Seq  int64
	Hash []byte
}

// String writes a head as ParseHead reads it.
func (h Head) String() string { return fmt.Sprintf("%d:%x", h.Seq, h.Hash) }

// ParseHead reads a head: ErrHead.
func ParseHead(text string) (Head, error) {
	number, digits, _ := strings.Cut(strings.TrimSpace(text), ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	hash, wrong := hex.DecodeString(digits)
	if err != nil || wrong != nil || seq < 0 || len(hash) != sha256.Size {
		return Head{}, ErrHead
	}
	return Head{Seq: seq, Hash: hash}, nil
}

// Beginning is the head of a chain without a link.
func Beginning() Head { return Head{Hash: make([]byte, sha256.Size)} }

// Link is one entry in the chain, as the books have it.
type Link struct {
	Head
	EntryID int64
	Content []*string // the columns of the entry as text; nil is null; none at all: the entry is gone
}

// Digest is the hash that a link must have after the one with the hash before it: SHA-256 over that hash, the number of the link and
// every column of the entry, each with its length before it, so that no two contents are written the same.
func (l Link) Digest(before []byte) []byte {
	h := sha256.New()
	h.Write(before)
	seq := strconv.FormatInt(l.Seq, 10)
	for i, field := range append([]*string{&seq}, l.Content...) {
		if i > 0 {
			h.Write([]byte{','})
		}
		if field == nil {
			h.Write([]byte{'-'})
			continue
		}
		fmt.Fprintf(h, "%d:%s", len(*field), *field)
	}
	return h.Sum(nil)
}

// Flaw is something that was done to the audit log behind its back.
type Flaw struct {
	Seq     int64 // the link where it shows; 0: none
	EntryID int64 // 0: none
	Why     string
}

func (f Flaw) String() string {
	switch {
	case f.Seq == 0 && f.EntryID == 0:
		return f.Why
	case f.Seq == 0:
		return fmt.Sprintf("entry %d: %s", f.EntryID, f.Why)
	case f.EntryID == 0:
		return fmt.Sprintf("link %d: %s", f.Seq, f.Why)
	}
	return fmt.Sprintf("link %d, entry %d: %s", f.Seq, f.EntryID, f.Why)
}

// Check walks along the chain. It keeps the last link alone, however long the chain is.
type Check struct {
	last  Head
	heads []Head // to come across
	found func(Flaw)
}

// NewCheck begins at the beginning. Flaws are told to found as they are found; heads are what was known of the chain at some time.
func NewCheck(found func(Flaw), heads ...Head) *Check {
	c := &Check{last: Beginning(), heads: heads, found: found}
	c.compare()
	return c
}

// Next takes the link after the last one.
func (c *Check) Next(l Link) {
	switch missing := l.Seq - c.last.Seq - 1; {
	case missing == 1:
		c.found(Flaw{Seq: c.last.Seq + 1, Why: "taken out of the chain"})
	case missing > 1:
		c.found(Flaw{Seq: c.last.Seq + 1, Why: fmt.Sprintf("taken out of the chain, with all up to link %d", l.Seq-1)})
	case missing < 0:
		c.found(Flaw{Seq: l.Seq, EntryID: l.EntryID, Why: "in the chain a second time"})
	}
	switch {
	case len(l.Content) == 0:
		c.found(Flaw{Seq: l.Seq, EntryID: l.EntryID, Why: "the entry was deleted"})
	case l.Seq == c.last.Seq+1 && !bytes.Equal(l.Hash, l.Digest(c.last.Hash)): // after a gap nobody knows what went before
		c.found(Flaw{Seq: l.Seq, EntryID: l.EntryID, Why: "altered, moved or put in: its hash is not that of what it says and of the link before"})
	}
	c.last = l.Head
	c.compare()
}

// compare holds the last link against the heads that have its number.
func (c *Check) compare() {
	for _, h := range c.heads {
		if h.Seq == c.last.Seq && !bytes.Equal(h.Hash, c.last.Hash) {
			c.found(Flaw{Seq: h.Seq, Why: "rewritten: its hash was " + hex.EncodeToString(h.Hash)})
		}
	}
}

// End says where the chain ends. What a head knew beyond that was cut off.
func (c *Check) End() Head {
	for _, h := range c.heads {
		if h.Seq > c.last.Seq {
			c.found(Flaw{Seq: c.last.Seq, Why: fmt.Sprintf("the chain ends here, and once went on to link %d", h.Seq)})
		}
	}
	return c.last
}
