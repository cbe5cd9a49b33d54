package spool

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"time"
)

// A block in the log: magic, checksum of the rest, time in milliseconds, number of points, body.
const (
	magic      = "RSB1"
	headerSize = len(magic) + 4 + 8 + 4
	sumAt      = len(magic)
	restAt     = sumAt + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type block struct {
	at     time.Time
	points int
	body   []byte
}

func (b block) append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, magic...)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(b.at.UnixMilli()))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(b.points))
	dst = append(dst, b.body...)
	binary.LittleEndian.PutUint32(dst[start+sumAt:], crc32.Checksum(dst[start+restAt:], castagnoli))
	return dst
}

// parse reads a block; its body is a part of data.
func parse(data []byte) (block, bool) {
	if len(data) < headerSize || string(data[:sumAt]) != magic {
		return block{}, false
	}
	if binary.LittleEndian.Uint32(data[sumAt:]) != crc32.Checksum(data[restAt:], castagnoli) {
		return block{}, false
	}
	rest := data[restAt:]
	return block{
		at:     time.UnixMilli(int64(binary.LittleEndian.Uint64(rest))),
		points: int(binary.LittleEndian.Uint32(rest[8:])),
		body:   rest[12:],
	}, true
}

// salvage finds the whole blocks in the bytes of a segment and returns them as a segment has them, each behind its length; kept
// says whether that is all there was.
func salvage(data []byte) (good []byte, kept bool) {
	kept = true
	for len(data) > 0 {
		size, n := binary.Uvarint(data)
		if n > 0 && size <= uint64(len(data)-n) {
			end := n + int(size)
			if _, ok := parse(data[n:end]); ok {
				good, data = append(good, data[:end]...), data[end:]
				continue
			}
		}
		kept = false
		data = data[1:]
		next := bytes.Index(data, []byte(magic))
		if next < 0 {
			break
		}
		// Its length stands before it, in one to five bytes.
		data = data[max(0, next-frontOf(data[:next])):]
	}
	return good, kept
}

// frontOf is how many bytes at the end of data are a length, of which only the last has no high bit.
func frontOf(data []byte) int {
	n := min(1, len(data))
	for n < len(data) && n < binary.MaxVarintLen32 && data[len(data)-n-1]&0x80 != 0 {
		n++
	}
	return n
}
