package brokeraccounts

import "encoding/json"

// request is one command to the plugin. It has many fields because the commands share them.
type request struct {
	Command  string `json:"command"`
	Tag      string `json:"correlationData"`
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
	Rolename string `json:"rolename,omitempty"`
	Roles    []role `json:"roles,omitempty"`
	ACLs     []acl  `json:"acls,omitempty"`
	Verbose  *bool  `json:"verbose,omitempty"`
	Count    int    `json:"count,omitempty"`
	Offset   int    `json:"offset,omitempty"`
}

// response answers one command. An empty Error is success.
type response struct {
	Command string          `json:"command"`
	Tag     string          `json:"correlationData"`
	Error   string          `json:"error"`
	Data    json.RawMessage `json:"data"`
}

// The plugin says in words what is wrong, the same since 2.0.
const (
	clientExists  = "Client already exists"
	clientMissing = "Client not found"
	roleExists    = "Role already exists"
	roleMissing   = "Role not found"
)

// client is an account as the plugin shows it.
type client struct {
	Username string `json:"username"`
	Disabled bool   `json:"disabled"`
	Roles    []role `json:"roles"`
}
