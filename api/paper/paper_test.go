package paper_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"rodada/api/paper"
	"rodada/domain/fare"
	"rodada/domain/money"
	"rodada/domain/receipt"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/geo"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func operator(t testing.TB, country string) receipt.Operator {
	t.Helper()
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	return receipt.Operator{
		Name: "Patinetes Ñandú, S.L.", TaxID: "B12345674", Address: "Calle Mayor 1, 28013 Madrid", Contact: "hola@example.org",
		Country: country, Zone: madrid, Tax: receipt.Tax{Name: "IVA", Hundredths: 2100},
	}
}

// ride is a ride with a pause and a zone that took something off.
func ride(currency string) rental.Rental {
	tariff := fare.Tariff{
		ID: "city", Version: 3, Name: "Ciudad", Currency: currency, Unlock: 100,
		Riding: []fare.Segment{{Rate: 23, Interval: 1}}, Paused: []fare.Segment{{Rate: 5, Interval: 1}},
	}
	used := fare.Usage{Riding: 12*time.Minute + 5*time.Second, Paused: 2 * time.Minute, Meters: 3240}
	bill := fare.Quote(tariff, used, fare.Adjustment{Amount: -50})
	return rental.Rental{
		ID: "5d0b2f0c-5a52-4a3e-8a86-0d7b2c1f7e55", RiderID: "ana", Code: "RD-7K2M9Q", Model: "M1", State: rental.Ended, Outcome: rental.Ridden,
		Tariff: tariff, UnlockedAt: noon, StoppedAt: noon.Add(14*time.Minute + 5*time.Second), Usage: used, Bill: &bill, ZoneVersion: 12,
	}
}

func written(t testing.TB, r rental.Rental, rider, lang, country string, moves ...wallet.Movement) paper.Receipt {
	t.Helper()
	by := operator(t, country)
	of, err := receipt.Of(r, moves, by.Tax)
	require.NoError(t, err)
	of.Issue = receipt.Issue{Number: 412, At: noon.Add(time.Hour)}
	return paper.Write(r, rider, of, by, lang)
}

func charged(r rental.Rental) wallet.Movement {
	return wallet.Movement{Kind: wallet.Ride, At: r.StoppedAt, Amount: r.Bill.Total.Negate()}
}

// textOf reads a PDF with another library than the one that wrote it: its rows, top down, with a bar between texts. The codes of
// its fonts are those of Unicode.
func textOf(t testing.TB, file []byte) (rows []string) {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	for n := 1; n <= r.NumPage(); n++ {
		height := math.Inf(1)
		show := func(raw string) {
			text, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().String(raw)
			require.NoError(t, err)
			rows[len(rows)-1] += text
		}
		pdf.Interpret(r.Page(n).V.Key("Contents"), func(stack *pdf.Stack, operator string) {
			args := make([]pdf.Value, stack.Len())
			for i := len(args) - 1; i >= 0; i-- {
				args[i] = stack.Pop()
			}
			switch operator {
			case "Td":
				if y := args[1].Float64(); math.Abs(y-height) > 3 {
					rows, height = append(rows, ""), y
				} else {
					rows[len(rows)-1] += "|"
				}
			case "Tj":
				show(args[0].RawString())
			case "TJ":
				for i := range args[0].Len() {
					show(args[0].Index(i).RawString())
				}
			}
		})
	}
	return rows
}

var way = []geo.Point{{Lat: 40.416, Lng: -3.703}, {Lat: 40.418, Lng: -3.701}, {Lat: 40.417, Lng: -3.698}}

func TestAReceiptOnPaper(t *testing.T) {
	r := ride("EUR")
	refund := wallet.Movement{Kind: wallet.Refund, At: noon.Add(time.Hour), Amount: money.Of(150, "EUR")}
	for lang, want := range map[string][]string{
		"es": {
			"Patinetes Ñandú, S.L.", "NIF B12345674", "Recibo", "Devuelto en parte", "Viaje|5d0b2f0c-5a52-4a3e-8a86-0d7b2c1f7e55", "Cliente|Ana Núñez", "Patinete|RD-7K2M9Q, M1",
			"Inicio|23/11/2026 13:00:00 CET", "Fin|23/11/2026 13:14:05 CET", "En marcha|0:12:05", "En pausa|0:02:00", "Distancia|3,2 km",
			"Tarifa|Ciudad (city), versión 3", "Zonas|versión 12", "Desbloqueo|× 1|1,00 €", "Tiempo en marcha|13 × 1 min a 0,23 €|2,99 €", "Tiempo en pausa|2 × 1 min a 0,05 €|0,10 €",
			"Zona donde terminó el viaje|× 1|-0,50 €", "Total|3,59 €", "Cobrado del monedero|23/11/2026 13:14:05 CET|-3,59 €",
			"Devuelto al monedero|23/11/2026 14:00:00 CET|1,50 €", "Coste final|2,09 €", "base imponible|1,73 €", "Número|R-000412", "Fecha de emisión|23/11/2026 14:00:00 CET", "incluye IVA 21 %|0,36 €",
		},
		"en": {
			"Receipt", "Refunded in part", "Distance|3.2 km", "Unlock|× 1|€1.00", "Zone where the ride ended|× 1|-€0.50", "Cost in the end|€2.09", "includes IVA 21 %|€0.36",
		},
	} {
		t.Run(lang, func(t *testing.T) {
			country := map[string]string{"es": "ES", "en": "IE"}[lang]
			shown := written(t, r, "Ana Núñez", lang, country, charged(r), refund)
			file, err := shown.PDF(way)
			require.NoError(t, err)
			rows := textOf(t, file)
			for _, row := range want {
				require.Contains(t, rows, strings.ReplaceAll(row, " €", "\u00a0€"))
			}
			again, err := written(t, r, "Ana Núñez", lang, country, charged(r), refund).PDF(way)
			require.NoError(t, err)
			require.Equal(t, file, again, "byte by byte")
			require.Less(t, len(file), 100<<10)
		})
	}
}

func TestAmountsHaveTheDecimalsOfTheirCurrency(t *testing.T) {
	for want, c := range map[string][3]string{
		"3,59 €": {"EUR", "es", "ES"}, "€3.59": {"EUR", "en", "IE"}, "¥359": {"JPY", "en", "JP"}, "359 ¥": {"JPY", "es", "ES"},
		"$359": {"CLP", "es", "CL"}, "CLP 359": {"CLP", "en", "CL"}, "KWD 0.359": {"KWD", "en", "KW"}, "0,359 KWD": {"KWD", "es", "ES"},
		"$3.59": {"MXN", "es", "MX"}, "359 XQQ": {"XQQ", "es", "ES"},
	} {
		r := ride(c[0])
		got := written(t, r, "", c[1], c[2], charged(r))
		require.Equal(t, want, strings.ReplaceAll(got.Total.Text, "\u00a0", " "), c)
		require.EqualValues(t, 359, got.Total.Minor)
	}
}

func TestReceiptsSayThatTheyCostNothing(t *testing.T) {
	r := ride("EUR")
	void := wallet.Movement{Kind: wallet.Void, At: noon, Amount: money.Of(0, "EUR")}
	file, err := written(t, r, "", "en", "ES", void).PDF(nil)
	require.NoError(t, err)
	text := strings.Join(textOf(t, file), "\n")
	require.Contains(t, text, "Not charged: this ride costs nothing")
	require.NotContains(t, text, "Rider", "nobody any more")
	require.NotContains(t, text, "route")

	back := wallet.Movement{Kind: wallet.Refund, At: noon, Amount: r.Bill.Total}
	require.Equal(t, "Devuelto", written(t, r, "Ana", "es", "ES", charged(r), back).StateText)
	require.Equal(t, "Todavía sin cobrar", written(t, r, "Ana", "es", "ES").StateText)
}

// Names in any script make a file that can be read; letters that the font has are there, and others are marked.
func TestNamesInAnyScript(t *testing.T) {
	r := ride("EUR")
	for name, want := range map[string]string{
		"Łucja Żółć": "Łucja Żółć", "Ελένη": "Ελένη", "Юрий Ёлкин": "Юрий Ёлкин", "Նարե": "Նարե", "ნინო": "ნინო",
		"田中 🛴": "\uFFFD\uFFFD \uFFFD", "a\u0000b\nc": "a\uFFFDb",
	} {
		file, err := written(t, r, name, "en", "ES", charged(r)).PDF(way)
		require.NoError(t, err, name)
		require.Contains(t, strings.Join(textOf(t, file), "\n"), "Rider|"+want, name)
	}
	text := rapid.String()
	for seed := range 20 {
		r.Bill.Lines[0].Item, r.Tariff.Name = text.Example(seed), strings.Repeat(text.Example(seed+100), 10)
		by := receipt.Operator{Name: text.Example(seed + 200), Address: text.Example(seed + 300), Zone: time.UTC}
		of, err := receipt.Of(r, nil, by.Tax)
		require.NoError(t, err)
		var line []geo.Point
		for i := range seed % 4 {
			line = append(line, geo.Point{Lat: rapid.Float64Range(-90, 90).Example(seed + i), Lng: rapid.Float64Range(-180, 180).Example(seed - i)})
		}
		file, err := paper.Write(r, text.Example(seed+400), of, by, "").PDF(line)
		require.NoError(t, err)
		require.Contains(t, textOf(t, file), "Total|€3.59")
	}
}

func TestManyLines(t *testing.T) {
	r := ride("EUR")
	for i := range 90 {
		r.Bill.Lines = append(r.Bill.Lines, fare.Line{Item: fmt.Sprint("more-", i), Quantity: 1})
	}
	file, err := written(t, r, "Ana", "en", "ES", charged(r)).PDF(way)
	require.NoError(t, err)
	text := strings.Join(textOf(t, file), "\n")
	for _, l := range r.Bill.Lines[4:] {
		require.Contains(t, text, "Other: "+l.Item)
	}
}

func TestWhatALineCounts(t *testing.T) {
	r := ride("EUR")
	r.Tariff.Riding = []fare.Segment{{Rate: 100, Interval: 5}}
	r.Tariff.Paused = append(r.Tariff.Paused, fare.Segment{Start: 10, Rate: 9, Interval: 1})
	r.Discount = &fare.Discount{Code: "WELCOME", Percent: 10}
	r.Bill.Lines = append(r.Bill.Lines, fare.Line{Item: "promotion", Quantity: 1, Amount: -5}, fare.Line{Item: "pass", Quantity: 12, Amount: -5})
	lines := written(t, r, "", "en", "IE").Lines
	by := map[string]paper.BillLine{}
	for _, l := range lines {
		by[l.Item] = l
	}
	require.Equal(t, "5 min", by["riding"].Unit)
	require.EqualValues(t, 100, by["riding"].Rate.Minor)
	require.Nil(t, by["paused"].Rate, "its intervals cost one or the other")
	require.Equal(t, "Promotion WELCOME", by["promotion"].Label)
	require.Equal(t, "min", by["pass"].Unit)
}

// A scooter that stands is seen at places some metres apart: that is no way.
func TestARideWithoutAWay(t *testing.T) {
	r := ride("EUR")
	for want, way := range map[bool][]geo.Point{
		false: {{Lat: 40.416, Lng: -3.703}, {Lat: 40.41605, Lng: -3.703}, {Lat: 40.416, Lng: -3.703}},
		true:  {{Lat: 40.416, Lng: -3.703}, {Lat: 40.4165, Lng: -3.703}, {Lat: 40.416, Lng: -3.703}},
	} {
		file, err := written(t, r, "", "en", "IE").PDF(way)
		require.NoError(t, err)
		require.Equal(t, want, strings.Contains(strings.Join(textOf(t, file), "\n"), "route"))
	}
}
