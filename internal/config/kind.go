package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"rodada/domain/limit"
)

// wrongKinds reports every variable whose text can't be read as its setting's kind, before the parser does in words of Go.
func wrongKinds(vars map[string]string) error {
	var errs []error
	for _, s := range Settings() {
		text := vars[s.Name]
		if text == "" { // the default
			continue
		}
		var want string
		var err error
		switch s.Type.Kind() {
		case reflect.Struct:
			_, err = limit.Parse(text)
			want = "a number and a time such as 60/1m, or 0 for no limit"
		case reflect.Slice:
			if s.Type == reflect.TypeFor[[]time.Duration]() {
				for one := range strings.SplitSeq(text, ",") {
					_, wrong := time.ParseDuration(one)
					err = errors.Join(err, wrong)
				}
				want = "durations with commas such as 1h,24h"
			}
		case reflect.Bool:
			_, err = strconv.ParseBool(text)
			want = "true or false"
		case reflect.Float64:
			_, err = strconv.ParseFloat(text, 64)
			want = "a number such as 21 or 10.5"
		case reflect.Int:
			_, err = strconv.Atoi(text)
			want = "a whole number"
		case reflect.Int64:
			if s.Type == reflect.TypeFor[time.Duration]() {
				_, err = time.ParseDuration(text)
				want = "a duration such as 90s, 15m or 2h30m"
				break
			}
			_, err = strconv.ParseInt(text, 10, 64)
			want = "a whole number"
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s must be %s, not %q", s.Name, want, text))
		}
	}
	return oneLine(errs)
}

// oneLine makes one error of what is wrong, in one line; of nothing, nil.
func oneLine(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	texts := make([]string, len(errs))
	for i, err := range errs {
		texts[i] = err.Error()
	}
	return errors.New("configuration: " + strings.Join(texts, "; "))
}
