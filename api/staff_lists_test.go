package api_test

import (
	"bytes"
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// hire makes a member of staff with permissions and gives a token.
func (b *bureau) hire(t *testing.T, with ...staff.Permission) (token string) {
	t.Helper()
	id := uuid.NewString()
	require.NoError(t, b.books.CreateStaff(t.Context(), staff.Member{
		ID: id, FirstName: "Luis", LastName: "Staff", Email: id + "@example.com", PasswordHash: "none", Permissions: with,
	}))
	return b.token(t, id, rider.ForStaff)
}

func (b *bureau) register(t *testing.T, first, last string) (id string) {
	t.Helper()
	id = uuid.NewString()
	require.NoError(t, b.books.CreateRider(t.Context(), rider.Rider{
		ID: id, FirstName: first, LastName: last, Email: first + "@example.org", Language: "es", CreatedAt: noon,
	}))
	return id
}

func rowsOf(t *testing.T, res *httptest.ResponseRecorder) [][]string {
	t.Helper()
	require.Equal(t, 200, res.Code, res.Body.String())
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(res.Body.String(), "\uFEFF"))).ReadAll()
	require.NoError(t, err)
	return rows
}

func TestStaffListsOverREST(t *testing.T) {
	b := newBureau(t)
	ana, eva := b.register(t, "Ana", "Ruiz"), b.register(t, "=Eva", "Gil")
	require.NoError(t, b.books.Book(t.Context(), wallet.Deposit("d", ana, money.Of(2000, "EUR"))))
	require.NoError(t, b.books.Book(t.Context(), wallet.Adjust("a", eva, money.Of(-5, "EUR"), "put right")))
	all := b.hire(t, staff.Admin)
	_, err := b.books.Suspend(staff.Acting(t.Context(), staff.Actor{Email: "boss@example.com"}), eva, "Two in the river.", letter.Envelope{})
	require.NoError(t, err)
	get := func(path string) map[string]any {
		t.Helper()
		return body(t, b.do(t, "GET", path, all, nil), 200)
	}

	page := get("/admin/v1/riders?limit=1&sort=name")
	require.EqualValues(t, 2, page["total"])
	first := page["riders"].([]any)[0].(map[string]any)
	require.Equal(t, eva, first["id"])
	require.Equal(t, "suspended", first["state"])
	require.Equal(t, "Two in the river.", first["suspended_reason"])
	require.Equal(t, true, first["in_debt"])
	require.EqualValues(t, -5, first["balance"].(map[string]any)["amount"])
	page = get("/admin/v1/riders?limit=1&sort=name&cursor=" + page["next"].(string))
	require.Equal(t, ana, page["riders"].([]any)[0].(map[string]any)["id"])
	require.NotContains(t, page, "next")
	require.EqualValues(t, 1, get("/admin/v1/riders?in_debt=true&state=suspended&q=gil")["total"])
	one := get("/admin/v1/riders/" + ana)
	require.EqualValues(t, 2000, one["topped_up"])
	require.EqualValues(t, 0, one["sessions"])
	problem(t, b.do(t, "GET", "/admin/v1/riders/"+uuid.NewString(), all, nil), 404, "rider_unknown")

	ledger := get("/admin/v1/ledger?kind=adjustment&rider=" + eva)["transactions"].([]any)
	require.Len(t, ledger, 1)
	require.Equal(t, "put right", ledger[0].(map[string]any)["note"])
	require.Len(t, ledger[0].(map[string]any)["entries"], 2)
	require.Empty(t, get("/admin/v1/rentals?rider=" + ana + "&money=due,charged&failed=false&state=ended")["rentals"])
	log := get("/admin/v1/audit?who=boss@example.com&action=rider.")["entries"].([]any)
	require.Equal(t, eva, log[0].(map[string]any)["subject"])

	rows := rowsOf(t, b.do(t, "GET", "/admin/v1/riders.csv?sort=name", all, nil))
	require.Len(t, rows, 3)
	require.Equal(t, []string{eva, "'=Eva"}, rows[1][:2], "no formula")
	require.Len(t, rowsOf(t, b.do(t, "GET", "/admin/v1/ledger.csv", all, nil)), 1+4, "a row for each entry")
	require.Len(t, rowsOf(t, b.do(t, "GET", "/admin/v1/rentals.csv?rider="+ana, all, nil)), 1)
	require.Len(t, rowsOf(t, b.do(t, "GET", "/admin/v1/audit.csv?action=rider.suspend", all, nil)), 2)
	for _, name := range []string{"riders", "rentals", "ledger", "audit"} {
		res := b.do(t, "GET", "/admin/v1/"+name+".xlsx", all, nil)
		require.Equal(t, 200, res.Code)
		require.Contains(t, res.Header().Get("Content-Disposition"), name+"-2026-11-23.xlsx")
		book, err := excelize.OpenReader(bytes.NewReader(res.Body.Bytes()))
		require.NoError(t, err)
		table, err := book.GetRows(book.GetSheetName(0))
		require.NoError(t, err)
		require.Equal(t, rowsOf(t, b.do(t, "GET", "/admin/v1/"+name+".csv", all, nil))[0], table[0])
		for query, code := range map[string]string{"sort=colour": "sort_unknown", "limit=5": "request_invalid", "since=x": "request_invalid"} {
			problem(t, b.do(t, "GET", "/admin/v1/"+name+".csv?"+query, all, nil), 422, code)
		}
		problem(t, b.do(t, "GET", "/admin/v1/"+name+"?cursor=x", all, nil), 422, "cursor_invalid")
	}
	problem(t, b.do(t, "GET", "/admin/v1/rentals?zone=77", all, nil), 404, "zone_unknown")
}

func TestStaffListsNeedTheirPermissions(t *testing.T) {
	b := newBureau(t)
	for name, needs := range map[string]staff.Permission{"riders": staff.People, "ledger": staff.Money, "audit": staff.Admin, "rentals": staff.View} {
		other := staff.Operate
		if needs == staff.View {
			other = ""
		}
		for _, path := range []string{name, name + ".csv", name + ".xlsx"} {
			var with []staff.Permission
			if other != "" {
				with = append(with, other)
			}
			p := problem(t, b.do(t, "GET", "/admin/v1/"+path, b.hire(t, with...), nil), 403, "permission_missing")
			require.Equal(t, string(needs), p["permission"])
			require.Equal(t, 200, b.do(t, "GET", "/admin/v1/"+path, b.hire(t, needs), nil).Code)
		}
	}
}
