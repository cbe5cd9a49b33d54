package history

import (
	"errors"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	influx "github.com/influxdata/influxdb-client-go/v2/api/http"
)

// verdict is what to do with a batch that was not taken.
type verdict int

const (
	tryAgain      verdict = iota // nothing speaks against the batch
	restIsWritten                // all but so many points are stored
	someAreBad                   // nothing is stored because of some of them
)

var droppedCount = regexp.MustCompile(`dropped=(\d+)`)

// judge reads a refusal, as 1.8 and 2.7 word it. Both answer 400 to what they can't parse: 1.8 after it has stored the rest,
// which it calls a partial write, as both do after a conflict of types. Whatever they do not say of the points themselves,
// such as a wrong token or bucket, somebody will mend.
func judge(err *influx.Error) (dropped int, v verdict) {
	switch err.StatusCode {
	case http.StatusRequestEntityTooLarge:
		return 0, someAreBad
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
	default:
		return 0, tryAgain
	}
	said := err.Message
	if strings.Contains(said, "partial write") {
		dropped = strings.Count(said, "unable to parse")
		for _, m := range droppedCount.FindAllStringSubmatch(said, -1) {
			n, _ := strconv.Atoi(m[1])
			dropped += n
		}
		return max(dropped, 1), restIsWritten
	}
	if strings.Contains(said, "unable to parse") || err.StatusCode == http.StatusUnprocessableEntity {
		return 0, someAreBad
	}
	return 0, tryAgain
}

// kindOf is a failure as metrics name it.
func kindOf(err *influx.Error) string {
	var timeout net.Error
	switch {
	case err.StatusCode != 0:
		return strconv.Itoa(err.StatusCode)
	case errors.As(err.Err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return "unreachable"
}
