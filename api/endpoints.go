package api

import (
	"rodada/domain/firmware"
	"rodada/workflows"
)

// endpoints is the table of contents of the API: every operation, in one line, with who may use it.
func endpoints(m *mounter, a *app) {
	m.about("Riders")
	mount(m, forAll, "POST /v1/riders", registerRider{a.accounts})
	mount(m, forRider, "GET /v1/me", me{a.accounts})

	m.about("Riders' sessions")
	mount(m, forAll, "POST /v1/sessions", openSession{a.riderSessions})
	mount(m, forAll, "POST /v1/sessions/refresh", refreshSession{a.riderSessions})
	mount(m, forAll, "DELETE /v1/sessions", closeSession{a.riderSessions})

	m.about("Wallet")
	mount(m, forRider, "GET /v1/wallet", getWallet{a.wallets})
	if a.development {
		mount(m, forRider, "POST /v1/wallet/topups", topUp{a.wallets})
	}

	m.about("Scooters")
	mount(m, forRider, "GET /v1/scooters", nearScooters{a.scooters})
	mount(m, forRider, "GET /v1/zones", mapZones{a.zones, "map-zones"})

	m.about("Reservations")
	mount(m, forRider, "POST /v1/reservations", openReservation{a.rentals})
	mount(m, forRider, "DELETE /v1/reservations/{id}", cancelReservation{a.rentals})

	m.about("Rentals")
	mount(m, forRider, "POST /v1/rentals", openRental{a.rentals})
	mount(m, forRider, "GET /v1/rentals", listRentals{a.rentals})
	mount(m, forRider, "GET /v1/rentals/current", currentRental{a.rentals})
	mount(m, forRider, "GET /v1/rentals/{id}", getRental{a.rentals})
	mount(m, forRider, "GET /v1/rentals/{id}/route", rentalRoute{a.rentalRoutes})
	mount(m, forRider, "POST /v1/rentals/{id}/pause", pauseRental{a.rentals})
	mount(m, forRider, "POST /v1/rentals/{id}/resume", resumeRental{a.rentals})
	mount(m, forRider, "POST /v1/rentals/{id}/end", endRental{a.rentals})

	m.about("Staff: sessions")
	mount(m, forAll, "POST /admin/v1/sessions", openSession{a.staffSessions})
	mount(m, forAll, "POST /admin/v1/sessions/refresh", refreshSession{a.staffSessions})
	mount(m, forAll, "DELETE /admin/v1/sessions", closeSession{a.staffSessions})

	m.about("Staff: alerts")
	mount(m, forStaff, "GET /admin/v1/alerts", listAlerts{a.alerts})
	mount(m, forStaff, "POST /admin/v1/alerts/{id}/close", closeAlert{a.alerts})

	m.about("Staff: rentals")
	mount(m, forStaff, "GET /admin/v1/rentals/{id}", getStaffRental{a.adminRentals})
	mount(m, forStaff, "GET /admin/v1/rentals/{id}/route", staffRentalRoute{a.rentalRoutes})
	mount(m, forStaff, "POST /admin/v1/rentals/{id}/end", endStaffRental{a.adminRentals})

	m.about("Staff: scooters")
	mount(m, forStaff, "GET /admin/v1/scooters", listStaffScooters{a.registry})
	mount(m, forStaff, "POST /admin/v1/scooters", createScooter{a.registry})
	mount(m, forStaff, "GET /admin/v1/scooters/stream", a.watch)
	mount(m, forStaff, "GET /admin/v1/scooters.csv", exportCSV{exportScooters{a.registry}})
	mount(m, forStaff, "GET /admin/v1/scooters.xlsx", exportXLSX{exportScooters{a.registry}})
	mount(m, forStaff, "POST /admin/v1/scooters/import", importScooters{a.registry})
	mount(m, forStaff, "POST /admin/v1/scooters/qr-sheet", qrSheet{a.labels})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/qr.png", qrPicture{a.labels})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}", getStaffScooter{a.registry})
	mount(m, forStaff, "PATCH /admin/v1/scooters/{plate}", changeScooter{a.registry})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/events", scooterEvents{a.registry})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/service", setService{a.registry})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/station", stationScooter{a.registry})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/code", replaceCode{a.registry})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/release", releaseScooter{a.adminScooters})

	m.about("Staff: history")
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/track", scooterTrack{a.histories})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/battery", scooterBattery{a.histories})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/speed", scooterSpeed{a.histories})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/status", scooterStatus{a.histories})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/signal", scooterSignal{a.histories})

	m.about("Staff: taking scooters in")
	mount(m, forStaff, "GET /admin/v1/onboardings", listOnboardings{a.onboardings})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/onboard", onboardScooter{a.onboardings})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/onboarding", getOnboarding{a.onboardings})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/onboarding/retry", decideOnboarding{a.onboardings, workflows.OnboardRetry})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/onboarding/abort", decideOnboarding{a.onboardings, workflows.OnboardAbort})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/renumber", renumberScooter{a.onboardings})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/renumbering", getRenumbering{a.onboardings})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/renumbering/abort", abortRenumbering{a.onboardings})

	m.about("Staff: models and stations")
	mount(m, forStaff, "GET /admin/v1/models", listModels{a.registry})
	mount(m, forStaff, "POST /admin/v1/models", createModel{a.registry})
	mount(m, forStaff, "PATCH /admin/v1/models/{id}", changeModel{a.registry})
	mount(m, forStaff, "GET /admin/v1/stations", listStations{a.registry})
	mount(m, forStaff, "POST /admin/v1/stations", createStation{a.registry})
	mount(m, forStaff, "POST /admin/v1/stations/import", importStations{a.registry})
	mount(m, forStaff, "GET /admin/v1/stations/{id}", getStation{a.registry})
	mount(m, forStaff, "PATCH /admin/v1/stations/{id}", changeStation{a.registry})
	mount(m, forStaff, "POST /admin/v1/stations/{id}/close", closeStation{a.registry})

	m.about("Staff: zones")
	mount(m, forStaff, "GET /admin/v1/zones", listZones{a.zones})
	mount(m, forStaff, "POST /admin/v1/zones", createZone{a.zones})
	mount(m, forStaff, "GET /admin/v1/zones/geojson", mapZones{a.zones, "map-zones-staff"})
	mount(m, forStaff, "POST /admin/v1/zones/import", importZones{a.zones})
	mount(m, forStaff, "PUT /admin/v1/zones/order", orderZones{a.zones})
	mount(m, forStaff, "GET /admin/v1/zones/{id}", getZone{a.zones})
	mount(m, forStaff, "PUT /admin/v1/zones/{id}", changeZone{a.zones})
	mount(m, forStaff, "DELETE /admin/v1/zones/{id}", retireZone{a.zones})
	mount(m, forStaff, "GET /admin/v1/zones/{id}/versions", zoneVersions{a.zones})

	m.about("Staff: commands")
	mount(m, forStaff, "GET /admin/v1/commands", listCommands{})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/commands", listSends{a.commands})
	mount(m, forStaff, "GET /admin/v1/scooters/{plate}/commands/{id}", getCommand{a.commands})
	for _, spec := range givenHere() {
		mount(m, forStaff, "POST /admin/v1/scooters/{plate}/commands/"+spec.Name, sendCommand{a.commands, spec})
	}
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/commands/{name}", otherCommand{a.commands})

	m.about("Staff: firmware")
	mount(m, forStaff, "GET /admin/v1/firmware", listImages{a.images})
	mount(m, forStaff, "POST /admin/v1/firmware", uploadImage{a.images})
	mount(m, forStaff, "GET /admin/v1/firmware/{id}", getImage{a.images})
	mount(m, forStaff, "GET /admin/v1/firmware/{id}/image", imageBytes{a.images})
	mount(m, forStaff, "POST /admin/v1/firmware/{id}/retire", retireImage{a.images})
	mount(m, forStaff, "POST /admin/v1/scooters/{plate}/upgrades", startUpgrade{a.upgrades})
	mount(m, forStaff, "GET /admin/v1/upgrades", listUpgrades{a.upgrades})
	mount(m, forStaff, "GET /admin/v1/upgrades/{id}", getUpgrade{a.upgrades})
	mount(m, forStaff, "GET /admin/v1/upgrades/{id}/stream", upgradeStream{a.upgrades})
	mount(m, forStaff, "POST /admin/v1/upgrades/{id}/retry", decideUpgrade{a.upgrades, workflows.UpdateUpgradeRetry})
	mount(m, forStaff, "POST /admin/v1/upgrades/{id}/restart", decideUpgrade{a.upgrades, workflows.UpdateUpgradeRestart})
	mount(m, forStaff, "POST /admin/v1/upgrades/{id}/abort", decideUpgrade{a.upgrades, workflows.UpdateUpgradeAbort})

	m.about("Staff: rollouts")
	mount(m, forStaff, "GET /admin/v1/rollouts", listRollouts{a.rollouts})
	mount(m, forStaff, "POST /admin/v1/rollouts", createRollout{a.rollouts})
	mount(m, forStaff, "GET /admin/v1/rollouts/{id}", getRollout{a.rollouts})
	mount(m, forStaff, "PATCH /admin/v1/rollouts/{id}", changeRollout{a.rollouts})
	mount(m, forStaff, "GET /admin/v1/rollouts/{id}/stream", rolloutStream{a.rollouts})
	mount(m, forStaff, "GET /admin/v1/rollouts/{id}/targets", listTargets{a.rollouts})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/submit", decideRollout{a.rollouts, firmware.Submit})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/approve", decideRollout{a.rollouts, firmware.Approve})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/deny", decideRollout{a.rollouts, firmware.Deny})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/start", decideRollout{a.rollouts, firmware.Start})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/pause", decideRollout{a.rollouts, firmware.Pause})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/resume", decideRollout{a.rollouts, firmware.Resume})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/stop", decideRollout{a.rollouts, firmware.Stop})
	mount(m, forStaff, "POST /admin/v1/rollouts/{id}/retry-failed", decideRollout{a.rollouts, firmware.Retry})

	m.about("Staff: audit")
	mount(m, forStaff, "GET /admin/v1/audit", listAudit{a.audits})
}
