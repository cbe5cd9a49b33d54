package staff

import (
	"net/netip"
	"slices"
	"time"

	"rodada/domain/fault"
)

// Service is the account of a machine: an export that runs at night, a city that reads where scooters stand, a tool of support. It
// logs in with a secret of its own and has permissions as a member of staff has, though fewer.
type Service struct {
	ID              string // UUID; what OAuth calls the client ID
	Name            string
	Permissions     []Permission
	Networks        []netip.Prefix // that it may come from; none: from anywhere
	CreatedAt       time.Time
	ExpiresAt       time.Time // zero: never
	SuspendedAt     time.Time // zero: may work
	SuspendedReason string
	UsedAt          time.Time // when it last asked for a token; zero: never
	UsedFrom        string    // the address of then
	Secrets         []ServiceSecret
}

// ServiceSecret is what is known of a secret: not the secret.
type ServiceSecret struct {
	ID        string // UUID
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
}

// ServiceSecrets is how many secrets a service has at most: the one in use, and the one that takes its place.
const ServiceSecrets = 2

// The faults of services.
var (
	ErrServiceUnknown    = fault.Declare(fault.NotFound, "service_unknown", "There is no such service.")
	ErrServiceTaken      = fault.Declare(fault.Conflict, "service_taken", "Another service has this name.")
	ErrServicePermission = fault.Declare(fault.Invalid, "service_permission", "A service may have the permissions view, operate, pricing and money alone.")
	ErrServiceNetwork    = fault.Declare(fault.Invalid, "service_network", "That is no address, and no network such as 192.0.2.0/24.")
	ErrServiceEnd        = fault.Declare(fault.Invalid, "service_end", "A service ends in the future.")
	ErrServiceSecrets    = fault.Declare(fault.Conflict, "service_secrets", "A service has two secrets at most. Take the old one away first.")
	ErrSecretUnknown     = fault.Declare(fault.NotFound, "service_secret_unknown", "The service has no such secret.")
	ErrServiceSuspended  = fault.Declare(fault.Forbidden, "service_suspended", "This service is suspended.")
	ErrServiceExpired    = fault.Declare(fault.Forbidden, "service_expired", "This service was for a time that is over.")
	ErrServiceAddress    = fault.Declare(fault.Forbidden, "service_address", "This service may not come from this address.")
)

// ServicePermissions are those that a service may have. None of the others is for machines: they are about people, or open scooters.
func ServicePermissions() []Permission { return []Permission{View, Operate, Pricing, Money} }

// ParseServicePermissions reads permissions, each once: ErrServicePermission.
func ParseServicePermissions(names []string) ([]Permission, error) {
	list, err := ParsePermissions(names)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if !slices.Contains(ServicePermissions(), p) {
			return nil, ErrServicePermission.With("field", "permissions").With("known", ServicePermissions())
		}
	}
	return list, nil
}

// ParseNetworks reads networks and single addresses, each once: ErrServiceNetwork.
func ParseNetworks(texts []string) (list []netip.Prefix, err error) {
	for _, text := range texts {
		network, ok := parseNetwork(text)
		if !ok {
			return nil, ErrServiceNetwork.With("field", "networks").With("network", text)
		}
		if !slices.Contains(list, network) {
			list = append(list, network)
		}
	}
	return list, nil
}

func parseNetwork(text string) (netip.Prefix, bool) {
	network, err := netip.ParsePrefix(text)
	if one, wrong := netip.ParseAddr(text); wrong == nil && one.Zone() == "" {
		network, err = netip.PrefixFrom(one.Unmap(), one.Unmap().BitLen()), nil
	}
	return network.Masked(), err == nil && !network.Addr().Is4In6() // which no client ever has
}

// Suspended reports whether the service may do nothing for now.
func (s Service) Suspended() bool { return !s.SuspendedAt.IsZero() }

// Ready is the reason why a service may do nothing now, or not from an address: ErrServiceSuspended, ErrServiceExpired, ErrServiceAddress.
func (s Service) Ready(address string, now time.Time) error {
	switch {
	case s.Suspended():
		return ErrServiceSuspended
	case !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt):
		return ErrServiceExpired
	case !s.from(address):
		return ErrServiceAddress
	}
	return nil
}

func (s Service) from(address string) bool {
	at, err := netip.ParseAddr(address)
	at = at.Unmap()
	return len(s.Networks) == 0 || err == nil && slices.ContainsFunc(s.Networks, func(n netip.Prefix) bool { return n.Contains(at) })
}

// Need is the reason why a service may not do what a permission lets: Lacking.
func (s Service) Need(p Permission) error {
	if (Member{Permissions: s.Permissions}).May(p) && slices.Contains(ServicePermissions(), p) {
		return nil
	}
	return Lacking(p)
}

// ServiceEdit is what is changed of a service; nil stays.
type ServiceEdit struct {
	Name        *string
	Permissions *[]Permission
	Networks    *[]netip.Prefix
	ExpiresAt   *time.Time // zero: never
}

// Apply makes the change.
func (e ServiceEdit) Apply(s *Service) {
	if e.Name != nil {
		s.Name = *e.Name
	}
	if e.Permissions != nil {
		s.Permissions = *e.Permissions
	}
	if e.Networks != nil {
		s.Networks = *e.Networks
	}
	if e.ExpiresAt != nil {
		s.ExpiresAt = *e.ExpiresAt
	}
}

// ServiceFilter picks services; what is empty picks all.
type ServiceFilter struct {
	Text       string // part of the name
	Permission Permission
	Suspended  *bool
}
