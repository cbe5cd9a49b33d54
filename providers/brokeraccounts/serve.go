package brokeraccounts

import (
	"encoding/json"
	"strings"
)

// Book is the accounts of a broker that is no Mosquitto: what Serve changes in the plugin's stead. Whoever loses a right
// there loses the connection too.
type Book interface {
	// Has reports whether there is an account of this user.
	Has(user string) bool
	// Set makes an account what it says; without a password it keeps the one it has. A new one, or one with a password, is enabled.
	Set(a Account)
	// Suspend lets nobody in with an account, or again.
	Suspend(user string, suspended bool)
	Delete(user string)
	// Release takes a number from whoever has it.
	Release(number string)
	// All lists the accounts by user.
	All() []Listed
}

// Serve obeys what Broker sends to ControlTopic and returns the answer to publish to ResponseTopic: the part of the plugin's
// language that Broker speaks, so that a broker for development is provisioned as the real one is.
func Serve(book Book, payload []byte) []byte {
	var message struct {
		Commands []request `json:"commands"`
	}
	answers := []map[string]any{}
	if err := json.Unmarshal(payload, &message); err != nil {
		answers = append(answers, map[string]any{"command": "Unknown command", "error": "Payload not valid JSON"})
	}
	for _, c := range message.Commands {
		answer := map[string]any{"command": c.Command, "correlationData": c.Tag}
		if data, problem := obey(book, c); problem != "" {
			answer["error"] = problem
		} else if data != nil {
			answer["data"] = data
		}
		answers = append(answers, answer)
	}
	reply, err := json.Marshal(map[string]any{"responses": answers})
	if err != nil { // texts and flags always are JSON
		return []byte(`{"responses":[]}`)
	}
	return reply
}

func obey(book Book, c request) (data any, problem string) {
	switch c.Command {
	case "createRole": // what a role allows is fixed here
		return nil, ""
	case "deleteRole":
		if number, is := strings.CutPrefix(c.Rolename, numberRole); is {
			book.Release(number)
			return nil, ""
		}
		return nil, roleMissing
	case "listClients":
		return list(book, c), ""
	case "createClient":
		if book.Has(c.Username) {
			return nil, clientExists
		}
		book.Set(account(c))
		return nil, ""
	}
	if !book.Has(c.Username) {
		return nil, clientMissing
	}
	switch c.Command {
	case "getClient":
		return one(book, c.Username), ""
	case "modifyClient":
		book.Set(account(c))
	case "disableClient", "enableClient":
		book.Suspend(c.Username, c.Command == "disableClient")
	case "deleteClient":
		book.Delete(c.Username)
	default:
		return nil, "Unknown command"
	}
	return nil, ""
}

func account(c request) Account {
	a := Account{User: c.Username, Password: c.Password}
	for _, r := range c.Roles {
		if number, is := strings.CutPrefix(r.Name, numberRole); is {
			a.Numbers = append(a.Numbers, number)
		}
	}
	return a
}

func one(book Book, user string) any {
	for _, a := range book.All() {
		if a.User == user {
			return map[string]any{"client": shown(a)}
		}
	}
	return map[string]any{}
}

func shown(a Listed) client {
	return client{Username: a.User, Disabled: a.Suspended, Roles: rolesOf(Account{Numbers: a.Numbers})}
}

func list(book Book, c request) any {
	all := book.All()
	from := min(c.Offset, len(all))
	clients := []client{}
	for _, a := range all[from:min(from+c.Count, len(all))] {
		clients = append(clients, shown(a))
	}
	return map[string]any{"totalCount": len(all), "clients": clients}
}
