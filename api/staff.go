package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/listing"
	"rodada/domain/person"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// membersStore is what the accounts of staff need of the books.
type membersStore interface {
	Members(ctx context.Context, f staff.Filter, q listing.Query) ([]staff.Member, []listing.Place, int, error)
	Member(ctx context.Context, id string) (staff.Member, error)
	CreateStaffFor(ctx context.Context, m staff.Member, reason string) error
	ChangeMember(ctx context.Context, id string, e staff.Edit, reason string) (staff.Member, error)
	SuspendMember(ctx context.Context, id, reason string, at time.Time) (staff.Member, error)
	ReinstateMember(ctx context.Context, id, reason string) (staff.Member, error)
	ResetFactor(ctx context.Context, id, reason string) (staff.Member, error)
	ResetPassword(ctx context.Context, id, hash string, expires time.Time, reason string) (staff.Member, error)
	SetOwnPassword(ctx context.Context, m staff.Member, hash string) error
}

// members is the accounts of staff.
type members struct {
	store  membersStore
	hasher *password.Hasher
	tries  *tries
	now    func() time.Time
}

// StaffAccount is an account of staff.
type StaffAccount struct {
	ID              string             `json:"id" format:"uuid"`
	FirstName       string             `json:"first_name"`
	LastName        string             `json:"last_name"`
	Email           string             `json:"email"`
	Permissions     []staff.Permission `json:"permissions" nullable:"false"`
	CreatedAt       time.Time          `json:"created_at"`
	PasswordExpires *time.Time         `json:"password_expires_at,omitempty" doc:"The password was given by somebody else and ends then; absent: it is the member's own."`
	SuspendedAt     *time.Time         `json:"suspended_at,omitempty" doc:"Absent: may work."`
	SuspendedReason string             `json:"suspended_reason,omitempty"`
	SecondFactor    bool               `json:"second_factor" doc:"Logs in with a code too."`
	Withheld        []staff.Permission `json:"withheld,omitempty" doc:"Of your own: what counts only once you have a second factor."`
}

func showMember(m staff.Member) StaffAccount {
	return StaffAccount{
		ID: m.ID, FirstName: m.FirstName, LastName: m.LastName, Email: m.Email, Permissions: append([]staff.Permission{}, m.Permissions...),
		CreatedAt: m.CreatedAt.UTC(), PasswordExpires: happened(m.PasswordExpires), SuspendedAt: happened(m.SuspendedAt), SuspendedReason: m.SuspendedReason,
		SecondFactor: m.SecondFactor, Withheld: m.Withheld,
	}
}

type memberOut struct{ Body StaffAccount }

// MemberID is the account that an address means.
type MemberID struct {
	ID string `path:"id" format:"uuid"`
}

// MemberFilter narrows the list of staff.
type MemberFilter struct {
	Text       string           `query:"q" maxLength:"254" doc:"Part of the names or of the email."`
	Permission staff.Permission `query:"permission" enum:"view,operate,pricing,money,people,firmware,dangerous_commands,admin" doc:"Who has it in so many words."`
	Suspended  string           `query:"suspended" enum:"true,false" doc:"Absent: both."`
}

// listMembers is GET /admin/v1/staff.
type listMembers struct{ *members }

type listMembersIn struct {
	Listing
	MemberFilter
}

type membersOut struct {
	Body struct {
		Staff []StaffAccount `json:"staff" nullable:"false"`
		Paging
	}
}

var memberSorts = sorts{"name", "email", "created"}

func (listMembers) Meta() meta {
	return meta{ID: "list-staff", Summary: "The accounts of staff", Needs: staff.Admin, Description: memberSorts.describe(), Faults: listFaults}
}

func (e listMembers) Execute(ctx context.Context, in *listMembersIn) (*membersOut, error) {
	q, err := in.page(memberSorts, in.MemberFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.Members(ctx, staff.Filter{Text: in.Text, Permission: in.Permission, Suspended: choice(in.Suspended)}, q)
	if err != nil {
		return nil, err
	}
	out := &membersOut{}
	places, out.Body.Paging = cut(places, total, q, in.MemberFilter, func(p listing.Place) listing.Place { return p })
	out.Body.Staff = make([]StaffAccount, len(places))
	for i, m := range list[:len(places)] {
		out.Body.Staff[i] = showMember(m)
	}
	return out, nil
}

// getMember is GET /admin/v1/staff/{id}.
type getMember struct{ *members }

func (getMember) Meta() meta {
	return meta{ID: "get-staff", Summary: "One account of staff", Needs: staff.Admin, Faults: []*fault.Error{staff.ErrMemberUnknown}}
}

func (e getMember) Execute(ctx context.Context, in *MemberID) (*memberOut, error) {
	m, err := e.store.Member(ctx, in.ID)
	return &memberOut{Body: showMember(m)}, err
}

// createMember is POST /admin/v1/staff.
type createMember struct{ *members }

type createMemberIn struct {
	Body struct {
		FirstName   Name     `json:"first_name" minLength:"1" maxLength:"80" example:"Eva"`
		LastName    Name     `json:"last_name" minLength:"1" maxLength:"80" example:"Gil"`
		Email       string   `json:"email" maxLength:"254" example:"eva@example.org"`
		Permissions []string `json:"permissions" maxItems:"20" example:"[\"view\",\"operate\"]"`
		Reason      Reason   `json:"reason" minLength:"3" maxLength:"500" example:"New in the workshop."`
	}
}

// GivenPassword is an account with the password that it was given.
type GivenPassword struct {
	StaffAccount
	Password string `json:"password" doc:"Shown once. Hand it over; it opens nothing but the way to a password of one's own, and ends after three days."`
}

type givenPasswordOut struct{ Body GivenPassword }

func (createMember) Meta() meta {
	return meta{
		ID: "create-staff", Summary: "Make an account for a member of staff", Status: http.StatusCreated, Needs: staff.Admin,
		Description: "The answer has a password that the new member changes at once.",
		Faults:      []*fault.Error{rider.ErrEmailTaken, person.ErrEmail, staff.ErrPermissionUnknown, password.ErrBusy},
	}
}

func (e createMember) Execute(ctx context.Context, in *createMemberIn) (*givenPasswordOut, error) {
	email, err := person.Email(in.Body.Email)
	if err != nil {
		return nil, err
	}
	permissions, err := staff.ParsePermissions(in.Body.Permissions)
	if err != nil {
		return nil, err
	}
	given, hash, expires, err := e.temporary(ctx)
	if err != nil {
		return nil, err
	}
	m := staff.Member{
		ID: uuid.NewString(), FirstName: string(in.Body.FirstName), LastName: string(in.Body.LastName), Email: email, Permissions: permissions,
		PasswordHash: hash, PasswordExpires: expires, CreatedAt: e.now().UTC().Truncate(time.Microsecond),
	}
	if err := e.store.CreateStaffFor(ctx, m, string(in.Body.Reason)); err != nil {
		return nil, err
	}
	return &givenPasswordOut{Body: GivenPassword{StaffAccount: showMember(m), Password: given}}, nil
}

// temporary makes a password to hand over.
func (s *members) temporary(ctx context.Context) (given, hash string, expires time.Time, err error) {
	given = staff.TemporaryPassword()
	hash, err = s.hasher.Hash(ctx, given)
	return given, hash, s.now().AddDate(0, 0, staff.PasswordDays).UTC().Truncate(time.Second), err
}
