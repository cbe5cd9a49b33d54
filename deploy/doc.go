// Package deploy is what it takes to run Rodada for real: settings of the services it leans on, and the script that makes
// their secrets. It holds no code but the tests that prove those settings and the Compose file.
package deploy
