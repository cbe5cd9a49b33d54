package api_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/postgres"
)

// maxImage is how large an image may be here.
const maxImage = 5000

func operatorKey(seed string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(seed, ed25519.SeedSize)))
}

// vault is the API on a real Postgres with an operator's key, for images.
type vault struct {
	*stage
	books  *postgres.Store
	model  fleet.Model
	bearer string
}

func newVault(t *testing.T) *vault {
	t.Helper()
	books, served, _ := openBooks(t)
	v := &vault{books: books}
	var err error
	v.model, err = books.CreateModel(t.Context(), fleet.Model{Name: "M1", MaxKmh: 25})
	require.NoError(t, err)
	require.NoError(t, books.CreateStaff(t.Context(), staff.Member{
		ID: support, FirstName: "Eva", LastName: "Staff", Email: "support@example.com", PasswordHash: "none", Permissions: []staff.Permission{staff.Firmware},
	}))
	v.stage = newStage(t, func(o *api.Options) { o.Store, o.Config.Firmware = served, firmwareConfig() })
	v.bearer = v.token(t, support, rider.ForStaff)
	return v
}

func firmwareConfig() config.Firmware {
	public := operatorKey("k").Public().(ed25519.PublicKey)
	return config.Firmware{Keys: "2026:" + base64.StdEncoding.EncodeToString(public), MaxSize: maxImage, UploadTimeout: time.Minute}
}

// upload sends an image that the key signed; changes are made to the query afterwards.
func (v *vault) upload(t *testing.T, version, content string, key ed25519.PrivateKey, changes ...string) *httptest.ResponseRecorder {
	t.Helper()
	signature := firmware.StatementOf(v.model.Name, version, []byte(content)).Sign(key)
	query := url.Values{"model": {fmt.Sprint(v.model.ID)}, "version": {version}}
	for i := 0; i+1 < len(changes); i += 2 {
		query.Set(changes[i], changes[i+1])
	}
	return v.do(t, "POST", "/admin/v1/firmware?"+query.Encode(), v.bearer, content,
		"Content-Type", "application/octet-stream", "Firmware-Signature", base64.StdEncoding.EncodeToString(signature))
}

func TestAnImageFromUploadToRetirement(t *testing.T) {
	v := newVault(t)
	content := strings.Repeat("\x00\xff{\"a\":1}\r\n", 300)
	res := v.upload(t, "1.9", content, operatorKey("k"), "notes", "Finds the GPS again.")
	image := body(t, res, 201)
	at := res.Header().Get("Location")
	require.Equal(t, "/admin/v1/firmware/"+image["id"].(string), at)
	require.Equal(t, []any{"M1", "1.9", "Finds the GPS again.", "2026", float64(len(content)), 4., false, "support@example.com"},
		[]any{image["model"], image["version"], image["notes"], image["key"], image["size"], image["packets"], image["downgrade"], image["created_by"]})
	require.Equal(t, string(firmware.StatementOf("M1", "1.9", []byte(content)).Text()), image["statement"])

	require.Equal(t, image, body(t, v.do(t, "GET", at, v.bearer, nil), 200))
	file := v.do(t, "GET", at+"/image", v.bearer, nil)
	require.Equal(t, 200, file.Code)
	require.Equal(t, content, file.Body.String(), "byte for byte")
	require.Equal(t, "application/octet-stream", file.Header().Get("Content-Type"))

	problem(t, v.do(t, "POST", at+"/retire", v.bearer, map[string]any{"reason": "x"}), 422, "request_invalid")
	retired := body(t, v.do(t, "POST", at+"/retire", v.bearer, map[string]any{"reason": "It was bad."}), 200)
	require.Equal(t, []any{"It was bad.", "support@example.com"}, []any{retired["retire_reason"], retired["retired_by"]})
	problem(t, v.do(t, "POST", at+"/retire", v.bearer, map[string]any{"reason": "It was bad."}), 409, "firmware_retired")
	require.Equal(t, content, v.do(t, "GET", at+"/image", v.bearer, nil).Body.String())

	log, _, _, err := v.books.AuditLog(t.Context(), staff.AuditFilter{Action: "firmware."}, newestFirst)
	require.NoError(t, err)
	require.Equal(t, []string{"firmware.retire", "firmware.upload"}, []string{log[0].Action, log[1].Action})
	require.Equal(t, "It was bad.", log[0].Reason)
}

func TestImagesThatAreRefusedLeaveNothing(t *testing.T) {
	v := newVault(t)
	other, err := v.books.CreateModel(t.Context(), fleet.Model{Name: "M2", MaxKmh: 25})
	require.NoError(t, err)
	body(t, v.upload(t, "1.9", "first", operatorKey("k")), 201)
	key := operatorKey("k")
	for name, c := range map[string]struct {
		res  func() *httptest.ResponseRecorder
		code int
		why  string
	}{
		"a stranger's key":    {func() *httptest.ResponseRecorder { return v.upload(t, "2.0", "x", operatorKey("s")) }, 422, "firmware_signature_invalid"},
		"another version":     {func() *httptest.ResponseRecorder { return v.upload(t, "2.0", "x", key, "version", "2.1") }, 422, "firmware_signature_invalid"},
		"another model":       {func() *httptest.ResponseRecorder { return v.upload(t, "2.0", "x", key, "model", fmt.Sprint(other.ID)) }, 422, "firmware_wrong_model"},
		"no such model":       {func() *httptest.ResponseRecorder { return v.upload(t, "2.0", "x", key, "model", "99") }, 422, "model_unknown"},
		"no version":          {func() *httptest.ResponseRecorder { return v.upload(t, "2 0", "x", key) }, 422, "firmware_version_invalid"},
		"the same version":    {func() *httptest.ResponseRecorder { return v.upload(t, "1.9", "second", key) }, 409, "firmware_version_taken"},
		"an older version":    {func() *httptest.ResponseRecorder { return v.upload(t, "1.10-rc1", "x", key, "version", "1.8") }, 422, "firmware_signature_invalid"},
		"an unsaid downgrade": {func() *httptest.ResponseRecorder { return v.upload(t, "1.8", "x", key) }, 409, "firmware_older"},
		"nothing":             {func() *httptest.ResponseRecorder { return v.upload(t, "2.0", "", key) }, 422, "firmware_size"},
		"too much":            {func() *httptest.ResponseRecorder { return v.upload(t, "2.0", strings.Repeat("x", maxImage+1), key) }, 422, "firmware_size"},
		"far too much":        {func() *httptest.ResponseRecorder { return v.upload(t, "2.0", strings.Repeat("x", 1<<20), key) }, 413, "body_too_large"},
		"no signature": {func() *httptest.ResponseRecorder {
			return v.do(t, "POST", "/admin/v1/firmware?model=1&version=2.0", v.bearer, "x", "Content-Type", "application/octet-stream")
		}, 422, "request_invalid"},
		"an image as JSON": {func() *httptest.ResponseRecorder {
			return v.do(t, "POST", "/admin/v1/firmware?model=1&version=2.0", v.bearer, `{"image":"x"}`, "Content-Type", "application/json; charset=utf-8")
		}, 415, "media_type_unsupported"},
		"an image as nonsense": {func() *httptest.ResponseRecorder {
			return v.do(t, "POST", "/admin/v1/firmware?model=1&version=2.0", v.bearer, "x", "Content-Type", "application")
		}, 415, "media_type_unsupported"},
		"a signature that is none": {func() *httptest.ResponseRecorder {
			return v.do(t, "POST", "/admin/v1/firmware?model=1&version=2.0", v.bearer, "x", "Content-Type", "application/octet-stream", "Firmware-Signature", "!!")
		}, 422, "firmware_signature_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			p := problem(t, c.res(), c.code, c.why)
			switch name {
			case "another model":
				require.Equal(t, "M1", p["signed_for"])
			case "an image as JSON":
				require.Equal(t, "Send the body as application/octet-stream.", p["detail"])
			case "an unsaid downgrade":
				require.Equal(t, "1.9", p["newest"])
			case "too much":
				require.EqualValues(t, maxImage, p["max_bytes"])
			}
			list := body(t, v.do(t, "GET", "/admin/v1/firmware", v.bearer, nil), 200)
			require.Len(t, list["images"], 1)
		})
	}
	older := body(t, v.upload(t, "1.8", "x", key, "downgrade", "true"), 201)
	require.Equal(t, true, older["downgrade"])
	body(t, v.upload(t, "2.0", strings.Repeat("x", maxImage), key), 201)

	list := body(t, v.do(t, "GET", "/admin/v1/firmware?sort=version&limit=2&retired=false", v.bearer, nil), 200)
	require.EqualValues(t, 3, list["total"])
	next := body(t, v.do(t, "GET", "/admin/v1/firmware?sort=version&limit=2&retired=false&cursor="+list["next"].(string), v.bearer, nil), 200)
	require.Equal(t, "2.0", next["images"].([]any)[0].(map[string]any)["version"])
	require.Empty(t, body(t, v.do(t, "GET", "/admin/v1/firmware?retired=true", v.bearer, nil), 200)["images"])
	problem(t, v.do(t, "GET", "/admin/v1/firmware/"+support, v.bearer, nil), 404, "firmware_unknown")
}

func TestWithoutAnOperatorsKeyNoImageIsTaken(t *testing.T) {
	v := newVault(t)
	o := v.options
	o.Config.Firmware.Keys, o.Registry = "", prometheus.NewRegistry()
	var err error
	v.handler, err = api.New(o)
	require.NoError(t, err)
	problem(t, v.upload(t, "2.0", "x", operatorKey("k")), 503, "firmware_keys_missing")
	o.Config.Firmware.Keys, o.Registry = "nonsense", prometheus.NewRegistry()
	_, err = api.New(o)
	require.Error(t, err)
}

func TestOnlyWhoMayUploads(t *testing.T) {
	v := newVault(t)
	require.NoError(t, v.books.CreateStaff(t.Context(), staff.Member{
		ID: eva, FirstName: "Ana", LastName: "Staff", Email: "view@example.com", PasswordHash: "none", Permissions: []staff.Permission{staff.Operate},
	}))
	v.bearer = v.token(t, eva, rider.ForStaff)
	problem(t, v.upload(t, "2.0", "x", operatorKey("k")), 403, "permission_missing")
	body(t, v.do(t, "GET", "/admin/v1/firmware", v.bearer, nil), 200)
	for _, at := range []string{"/admin/v1/firmware/" + eva + "/retire", "/admin/v1/upgrades/" + eva + "/abort", "/admin/v1/scooters/x/upgrades"} {
		problem(t, v.do(t, "POST", at, v.bearer, map[string]any{"reason": "Because."}), 403, "permission_missing")
	}
}
