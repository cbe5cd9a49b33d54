package postgres_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
)

// upload is an image of a version for the fleet's model, made up of its name.
func (b *books) upload(version string, changes ...func(*firmware.Image)) (firmware.Image, error) {
	b.t.Helper()
	content := bytes.Repeat([]byte(version+"\x00\xff"), 500)
	s := firmware.StatementOf(b.model.Name, version, content)
	i := firmware.Image{
		ID: uuid.NewString(), ModelID: b.model.ID, Version: version, Notes: "Notes of " + version, Size: s.Size, SHA256: s.SHA256, Key: "2026",
		Signature: make([]byte, ed25519.SignatureSize),
	}
	for _, change := range changes {
		change(&i)
	}
	return b.CreateImage(b.ctx, i, b.member().ID, content)
}

func (b *books) image(version string) firmware.Image {
	b.t.Helper()
	i, err := b.upload(version)
	require.NoError(b.t, err)
	return i
}

func downgrade(i *firmware.Image) { i.Downgrade = true }

func TestAnImageIsKeptAsItCame(t *testing.T) {
	b := newBooks(t)
	actor, ctx := b.actor()
	b.ctx = ctx
	i := b.image("1.9")
	require.Equal(t, b.model.Name, i.Model)
	require.NotEmpty(t, i.CreatedBy)
	content, err := b.ImageBytes(ctx, i.ID)
	require.NoError(t, err)
	require.Equal(t, firmware.Statement{Model: i.Model, Version: "1.9", Size: i.Size, SHA256: i.SHA256}, firmware.StatementOf(i.Model, i.Version, content))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'firmware.upload' AND subject = $1 AND staff_id = $2
		AND after ->> 'sha256' = $3`, i.ID, actor.StaffID, i.SHA256))

	retired, err := b.RetireImage(ctx, i.ID, actor.StaffID, "It loses the GPS.")
	require.NoError(t, err)
	require.False(t, retired.RetiredAt.IsZero())
	require.Equal(t, "It loses the GPS.", retired.RetireReason)
	require.Equal(t, actor.Email, retired.RetiredBy)
	_, err = b.RetireImage(ctx, i.ID, actor.StaffID, "Again.")
	require.ErrorIs(t, err, firmware.ErrRetired)
	again, err := b.ImageBytes(ctx, i.ID)
	require.NoError(t, err, "what has begun with it ends with it")
	require.Equal(t, content, again)

	for _, id := range []string{"", "x", uuid.NewString()} {
		_, err = b.Image(ctx, id)
		require.ErrorIs(t, err, firmware.ErrImageUnknown)
		_, err = b.ImageBytes(ctx, id)
		require.ErrorIs(t, err, firmware.ErrImageUnknown)
		_, err = b.RetireImage(ctx, id, actor.StaffID, "x")
		require.ErrorIs(t, err, firmware.ErrImageUnknown)
	}
}

func TestImagesThatAreNotTaken(t *testing.T) {
	b := newBooks(t)
	b.image("1.9")
	count := func() int {
		return b.count(`SELECT (SELECT count(*) FROM firmware_images) + (SELECT count(*) FROM firmware_bytes)`)
	}
	before := count()
	for name, c := range map[string]struct {
		version string
		change  func(*firmware.Image)
		want    error
	}{
		"no such model":      {"2", func(i *firmware.Image) { i.ModelID = 9999 }, fleet.ErrModelUnknown},
		"the same version":   {"1.9", downgrade, firmware.ErrVersionTaken},
		"an older version":   {"1.8", func(*firmware.Image) {}, firmware.ErrOlder},
		"one that is no one": {"1 9", func(*firmware.Image) {}, firmware.ErrVersion},
	} {
		_, err := b.upload(c.version, c.change)
		require.ErrorIs(t, err, c.want, name)
	}
	_, err := b.upload("3", func(i *firmware.Image) { i.Size++ })
	require.Error(t, err, "another size than the bytes have")
	_, err = b.upload("3", func(i *firmware.Image) { i.SHA256 = firmware.StatementOf("", "", []byte("else")).SHA256 })
	require.Error(t, err, "another digest than the bytes have")
	require.Equal(t, before, count(), "nothing was stored")

	_, err = b.upload("1.8", downgrade)
	require.NoError(t, err, "an older one on purpose")
	newest := b.image("2.0")
	_, err = b.RetireImage(b.ctx, newest.ID, b.member().ID, "It was bad.")
	require.NoError(t, err)
	b.image("1.9.1")
	b.image("1.10")
	b.image("1.11")
	_, err = b.upload("1.0")
	older, _ := fault.From(err)
	require.ErrorIs(t, older, firmware.ErrOlder)
	require.Equal(t, "1.11", older.Details["newest"], "of many, the newest is named")
	_, err = b.upload("2.0")
	require.ErrorIs(t, err, firmware.ErrVersionTaken, "boxes may still report the retired one")
}

// Two models may have the same bytes, which are stored once, and the same version.
func TestTheSameBytesForTwoModels(t *testing.T) {
	b := newBooks(t)
	one := b.image("1.0")
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 20})
	require.NoError(t, err)
	two, err := b.upload("1.0", func(i *firmware.Image) { i.ModelID = other.ID })
	require.NoError(t, err)
	require.Equal(t, one.SHA256, two.SHA256)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM firmware_bytes`))
}

func TestOfManyUploadsOfAVersionOneIsTaken(t *testing.T) {
	b := newBooks(t)
	const many = 8
	member := b.member().ID
	errs := make([]error, many)
	var all sync.WaitGroup
	for n := range many {
		all.Go(func() {
			content := fmt.Appendf(nil, "content %d", n)
			s := firmware.StatementOf("M1", "1.0", content)
			_, errs[n] = b.CreateImage(b.ctx, firmware.Image{
				ID: uuid.NewString(), ModelID: b.model.ID, Version: "1.0", Size: s.Size, SHA256: s.SHA256, Key: "k", Signature: make([]byte, 64),
			}, member, content)
		})
	}
	all.Wait()
	taken := 0
	for _, err := range errs {
		if err == nil {
			taken++
			continue
		}
		require.ErrorIs(t, err, firmware.ErrVersionTaken)
	}
	require.Equal(t, 1, taken)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM firmware_bytes`), "those of the others are not kept")
}

func TestTheLawsOfFirmware(t *testing.T) {
	b := newBooks(t)
	i := b.image("1.0")
	for _, never := range []string{
		`UPDATE firmware_bytes SET bytes = 'x'`, `DELETE FROM firmware_bytes`, `TRUNCATE firmware_bytes CASCADE`, `DELETE FROM firmware_images`, `TRUNCATE firmware_images CASCADE`,
	} {
		require.Error(t, b.exec(never), never)
	}
	b.breaks("firmware_bytes_digest", `INSERT INTO firmware_bytes VALUES (repeat('0', 64), 1, 'x')`)
	b.breaks("firmware_bytes_size", `INSERT INTO firmware_bytes VALUES (encode(sha256('x'), 'hex'), 2, 'x')`)
	b.breaks("firmware_bytes_limit", `INSERT INTO firmware_bytes VALUES (encode(sha256(''), 'hex'), 0, '')`)
	for _, change := range []string{`version = '2'`, `sha256 = 'x'`, `size = 1`, `model_id = 9`, `signature = 'x'`, `notes = 'x'`, `key_name = 'x'`} {
		b.breaks("firmware_images_fixed", `UPDATE firmware_images SET `+change)
	}
	b.breaks("firmware_images_retired", `UPDATE firmware_images SET retired_at = now()`)
	_, err := b.RetireImage(b.ctx, i.ID, b.member().ID, "Bad.")
	require.NoError(t, err)
	b.breaks("firmware_images_fixed", `UPDATE firmware_images SET retired_at = NULL, retired_by = NULL, retire_reason = ''`)
}

func TestPagesOfImages(t *testing.T) {
	b := newBooks(t)
	for n := range 5 {
		i := b.image(fmt.Sprint(n + 1))
		if n == 2 {
			_, err := b.RetireImage(b.ctx, i.ID, b.member().ID, "Bad.")
			require.NoError(t, err)
		}
	}
	for by := range map[string]bool{"created": true, "model": true, "version": true} {
		for _, descending := range []bool{false, true} {
			q := listing.Query{Order: listing.Order{By: by, Descending: descending}, Limit: 2}
			var versions []string
			for pages := 1; ; pages++ {
				list, places, total, err := b.Images(b.ctx, firmware.ImageFilter{ModelID: b.model.ID}, q)
				require.NoError(t, err)
				require.Equal(t, 5, total)
				for _, i := range list[:min(2, len(list))] {
					versions = append(versions, i.Version)
				}
				if len(list) < 3 {
					require.Equal(t, 3, pages)
					break
				}
				q.After = &places[1]
			}
			require.ElementsMatch(t, []string{"1", "2", "3", "4", "5"}, versions)
			if by == "version" && descending {
				require.Equal(t, []string{"5", "4", "3", "2", "1"}, versions)
			}
		}
	}
	yes := true
	list, _, total, err := b.Images(b.ctx, firmware.ImageFilter{Retired: &yes}, listing.Query{Order: listing.Order{By: "created"}, Limit: 9})
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Equal(t, "3", list[0].Version)
	_, _, _, err = b.Images(b.ctx, firmware.ImageFilter{}, listing.Query{Order: listing.Order{By: "size"}})
	require.ErrorIs(t, err, listing.ErrSort)
}
