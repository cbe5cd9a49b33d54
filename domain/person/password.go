package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"rodada/domain/fault"
)

// The faults of passwords.
var (
	ErrPasswordText = fault.Declare(fault.Invalid, "password_unreadable", "A password has no control characters, and nothing that can't be seen.")
	ErrPasswordWeak = fault.Declare(fault.Invalid, "password_weak", "Anybody could guess that password. Take a longer one, such as four words of your own.")
)

// CheckPassword refuses a password that is among the first to be tried: ErrPasswordWeak. Known are what attackers know of the account,
// such as its address and names. How long one must be is another rule.
func CheckPassword(password string, known ...string) error {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Bidi_Control) }) {
		return ErrPasswordText
	}
	plain := strings.ToLower(norm.NFKC.String(password))
	unit := repeated(strings.TrimSpace(plain))
	stem := strings.TrimFunc(unit, func(r rune) bool { return !unicode.IsLetter(r) })
	if utf8.RuneCountInString(unit) <= 4 || number(unit) || common[stem] || common[unit] || row(unit) || stem != "" && row(stem) && len(stem) > 2 {
		return ErrPasswordWeak
	}
	for _, fact := range known {
		fact = strings.ToLower(norm.NFKC.String(fact))
		local, _, _ := strings.Cut(fact, "@")
		if fact != "" && (unit == fact || stem == fact || stem == local || unit == local) {
			return ErrPasswordWeak
		}
	}
	return nil
}

// repeated is the shortest text that a text is repetitions of.
func repeated(text string) string {
	runes := []rune(text)
	for n := 1; n <= len(runes)/2; n++ {
		unit := string(runes[:n])
		if strings.HasPrefix(strings.Repeat(unit, len(runes)/n+1), text) {
			return unit
		}
	}
	return text
}

// number reports whether a text is a number, a date or a telephone's.
func number(text string) bool { return strings.Trim(text, "0123456789 -./+") == "" }

// row reports whether a text goes along a row of keys, or through the alphabet, either way.
func row(text string) bool {
	for _, keys := range rows {
		if strings.Contains(keys, text) || strings.Contains(keys, backwards(text)) {
			return true
		}
	}
	return false
}

var rows = [...]string{
	"abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertyuiopasdfghjklñzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
}

func backwards(text string) string {
	runes := []rune(text)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

// common are the stems of passwords that head every list of leaked ones, in the languages of our riders, and what comes to mind here. Digits
// and signs around one change nothing.
var common = set(`
	password passwort passw0rd p@ssword p@ssw0rd pa55word pass word mypassword contraseña contrasena contrasenia clave micontraseña secret secreto
	qwerty qwertyuiop qwert asdfgh asdfghjkl zxcvbn zxcvbnm azerty qazwsx qweasd qweasdzxc changeme letmein welcome bienvenido bienvenida hola hello
	holamundo helloworld iloveyou iloveu loveyou lovely teamo tequiero tequieromucho teamomucho mylove miamor amor amorcito princess princesa sunshine
	superman batman spiderman pokemon starwars dragon monkey football futbol baseball basketball realmadrid barcelona barcelonafc atletico
	madrid sevilla valencia españa espana mexico argentina admin administrator administrador root test testing prueba guest invitado user usuario
	master maestro default trustno login abcdef abcd abc computer ordenador internet samsung google facebook michael jennifer jessica ashley daniel
	alejandro alejandra carlos antonio estrella mariposa chocolate whatever freedom scooter patinete rodada`)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}
