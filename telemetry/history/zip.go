package history

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
)

// zipper compresses one body after the other in the same memory.
type zipper struct {
	buffer bytes.Buffer
	writer *gzip.Writer
}

func (z *zipper) of(lines []byte) (io.Reader, error) {
	z.buffer.Reset()
	if z.writer == nil {
		z.writer, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // a level that there is
	}
	z.writer.Reset(&z.buffer)
	if _, err := z.writer.Write(lines); err != nil {
		return nil, err
	}
	if err := z.writer.Close(); err != nil {
		return nil, err
	}
	return bytes.NewReader(z.buffer.Bytes()), nil
}

func gzipped(r *http.Request) {
	r.Header.Set("Content-Encoding", "gzip")
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
}

// discard lets the connection be used again.
func discard(r *http.Response) error {
	_, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return err
	}
	return r.Body.Close()
}
