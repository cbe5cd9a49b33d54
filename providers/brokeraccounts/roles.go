package brokeraccounts

// The plugin has no patterns before Mosquitto 2.1, so every number has a role of its own: the rights that go with it. Who
// holds the role may use the number.
const (
	roleScooter = "scooter" // what all scooters may: report
	roleBackend = "backend" // everything but this language
	roleAdmin   = "accounts"
	numberRole  = "number/"
)

// ControlTopic is where the plugin listens, ResponseTopic where it answers.
const (
	ControlTopic  = "$CONTROL/dynamic-security/v1"
	ResponseTopic = ControlTopic + "/response"
)

// The plugin's kinds of rights.
const (
	send        = "publishClientSend"
	receive     = "publishClientReceive"
	subscribe   = "subscribeLiteral"
	subscribeTo = "subscribePattern"
)

type acl struct {
	Type  string `json:"acltype"`
	Topic string `json:"topic"`
	Allow bool   `json:"allow"`
}

type role struct {
	Name string `json:"rolename"`
	ACLs []acl  `json:"acls,omitempty"`
}

func allow(topic string, kinds ...string) []acl {
	acls := make([]acl, len(kinds))
	for i, kind := range kinds {
		acls[i] = acl{Type: kind, Topic: topic, Allow: true}
	}
	return acls
}

func scooterRole(t Topics) role {
	return role{roleScooter, append(allow(t.Bike, send), allow(t.Other, send)...)}
}

// ofNumber is what goes with a number: its topic, both ways. That a box may receive is said, and not left to what it
// subscribed to: a session outlives the rights that it was opened with.
func ofNumber(number string) role {
	return role{numberRole + number, allow(number, subscribe, receive, send)}
}

func backendRole() role {
	return role{roleBackend, append(allow("#", send, receive, subscribeTo), allow("$share/#", subscribeTo)...)}
}

func adminRole() role {
	return role{roleAdmin, append(allow(ControlTopic, send), allow(ResponseTopic, subscribe, receive)...)}
}

// rolesOf names the roles of a scooter's account.
func rolesOf(a Account) []role {
	names := []role{{Name: roleScooter}}
	for _, n := range a.Numbers {
		names = append(names, role{Name: numberRole + n})
	}
	return names
}
