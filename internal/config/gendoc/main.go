// Command gendoc writes docs/configuration.md from the configuration's own tags and comments, so that the words about a
// setting cannot drift from what is read.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "", "`file` to write")
	flag.Parse()
	// go generate runs it in internal/config.
	if err := write(*out, "."); err != nil {
		fmt.Fprintln(os.Stderr, "gendoc:", err)
		os.Exit(1)
	}
}

func write(file, source string) error {
	words, err := readComments(source)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(render(words)), 0o644) //nolint:gosec // a document, for everybody
}
