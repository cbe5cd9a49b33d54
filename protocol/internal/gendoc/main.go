// Command gendoc writes docs/protocol.md from the catalogue, so that the words
// about the wire cannot drift from what is sent.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "", "file to write")
	flag.Parse()
	if err := os.WriteFile(*out, []byte(render()), 0o644); err != nil { //nolint:gosec // a page for everybody to read
		fmt.Fprintln(os.Stderr, "gendoc:", err)
		os.Exit(1)
	}
}
