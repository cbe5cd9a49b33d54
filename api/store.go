package api

// Store is all that the API needs of the books; each noun's file says what it needs of it.
type Store interface {
	accountStore
	exportStore
	adminRiderStore
	sessionStore
	loginStore
	staffStore
	membersStore
	factorStore
	serviceStore
	memberStore
	scooterStore
	pricingStore
	estimateStore
	promotionStore
	passStore
	traceStore
	walletStore
	paymentStore
	methodStore
	debtStore
	adminDebtStore
	adminWalletStore
	ledgerStore
	receiptStore
	failedStore
	rentalStore
	adminScooterStore
	registryStore
	adminRentalStore
	alertStore
	webhookStore
	zoneStore
	auditStore
	commandStore
	onboardingStore
	firmwareStore
	upgradeStore
	rolloutStore
	historyStore
}
