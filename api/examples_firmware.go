package api

import (
	"bytes"
	"encoding/hex"
	"time"

	"rodada/domain/firmware"
)

// firmwareExamples are an image, and a scooter that gets it, is stuck on the way, and is given up.
func firmwareExamples() map[string]any {
	const eva, mail = "0f0c5a52-4a3e-4a86-8d7b-2c1f7e555d0b", "eva@example.com"
	began := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	image := firmware.Image{
		ID: "8b1f6d6e-7c3a-4f0e-9b52-3d8a6c1e4f77", ModelID: 2, Model: "M1", Version: "1.4.2", Notes: "Holds its GPS.", Size: 307_200,
		SHA256: hex.EncodeToString(bytes.Repeat([]byte{0xa5}, 32)), Key: "2026", Signature: bytes.Repeat([]byte{0x5a}, 64),
		CreatedAt: began.Add(-24 * time.Hour), CreatedBy: mail,
	}
	retired := image
	retired.RetiredAt, retired.RetiredBy, retired.RetireReason = began.Add(48*time.Hour), mail, "1.4.3 is out."
	stored := imagesOut{}.Body
	stored.Images, stored.Total = []FirmwareImage{showImage(image)}, 1

	checking := firmware.Upgrade{
		ID: "2f6d0a4e-1c55-4d7e-a3b8-9e0f7c6b5a41", ScooterID: 12, Plate: "12AB", ImageID: image.ID, Version: image.Version, ModelID: 2,
		Model: image.Model, From: "1.3.0", StaffID: eva, StaffEmail: mail, Reason: "It loses the GPS.", State: firmware.Checking,
		Packets: image.Packets(), StartedAt: began, UpdatedAt: began,
	}
	sending := checking
	sending.State, sending.Attempt, sending.Sent, sending.Failures = firmware.Sending, 1, 128, 2
	sending.UpdatedAt = began.Add(40 * time.Second)
	at := began.Add(42 * time.Second)
	fresh := storedUpgrade(sending)
	fresh.Progress = UpgradeProgress{Packets: sending.Packets, Sent: 140, Failures: 2, Rate: 3.5, SecondsLeft: 46, At: &at}
	parked := sending
	parked.State, parked.Trouble, parked.Detail = firmware.Parked, firmware.TroubleSilent, "The scooter fell silent after 140 of 300 packets."
	parked.Sent, parked.UpdatedAt, parked.ParkedAt = 140, began.Add(10*time.Minute), began.Add(10*time.Minute)
	restarted := parked
	restarted.State, restarted.Trouble, restarted.Detail = firmware.Starting, "", "Restarted by staff."
	restarted.UpdatedAt, restarted.ParkedAt = began.Add(time.Hour), time.Time{}
	resumed := restarted
	resumed.State, resumed.Detail = firmware.Sending, "Tried again by staff."
	aborting := restarted
	aborting.State, aborting.Trouble, aborting.Detail = firmware.Aborting, firmware.TroubleStaff, "Aborted by staff."
	aborted := aborting
	aborted.State, aborted.UpdatedAt, aborted.EndedAt = firmware.Aborted, began.Add(61*time.Minute), began.Add(61*time.Minute)
	list := upgradesOut{}.Body
	list.Upgrades, list.Total = []UpgradeBody{storedUpgrade(parked), fresh}, 2

	return map[string]any{
		"upload-firmware 201": showImage(image), "get-firmware 200": showImage(image), "retire-firmware 200": showImage(retired),
		"list-firmware 200": stored,
		"start-upgrade 202": storedUpgrade(checking), "get-upgrade 200": fresh, "list-upgrades 200": list,
		"retry-upgrade 200": storedUpgrade(resumed), "restart-upgrade 200": storedUpgrade(restarted), "abort-upgrade 200": storedUpgrade(aborted),
		"retry-upgrade 202": storedUpgrade(parked), "restart-upgrade 202": storedUpgrade(parked), "abort-upgrade 202": storedUpgrade(aborting),
	}
}
