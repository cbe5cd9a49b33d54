package api

import (
	"context"
	"time"

	"rodada/api/onetime"
	"rodada/api/password"
	"rodada/domain/fault"
	"rodada/domain/limit"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

// factorStore is what second factors need of the books.
type factorStore interface {
	UseCode(ctx context.Context, id, typed string, now time.Time, check staff.CodeCheck) error
	ProposeFactor(ctx context.Context, id, sealed string) error
	ConfirmFactor(ctx context.Context, id string, recovery [][]byte, check staff.CodeCheck) error
	RemoveFactor(ctx context.Context, id string) error
}

// factors is the second factors of staff.
type factors struct {
	store  factorStore
	sealer Sealer // nil: there can be none
	open   func(sealed, purpose string) (string, error)
	hasher *password.Hasher
	tries  *tries
	now    func() time.Time
}

// use spends a code of an account.
func (s *factors) use(ctx context.Context, id, code string) error {
	if code == "" {
		return staff.ErrCodeMissing
	}
	return s.store.UseCode(ctx, id, code, s.now(), s.check(id, code))
}

// check reads a code with the secret of an account.
func (s *factors) check(id, code string) staff.CodeCheck {
	return func(sealed string) (int64, bool, error) {
		if s.open == nil {
			return 0, false, staff.ErrFactorNoKey
		}
		secret, err := s.open(sealed, staff.FactorPurpose(id))
		if err != nil {
			return 0, false, staff.ErrFactorNoKey.Because(err)
		}
		return onetime.Step(secret, code, s.now())
	}
}

// beginFactor is POST /admin/v1/me/second-factor.
type beginFactor struct{ *factors }

type beginFactorIn struct {
	Body struct {
		Current string `json:"current_password" maxLength:"200"`
		Code    string `json:"code,omitempty" maxLength:"40" doc:"Of the second factor that the account has, if it is to get another."`
	}
}

type beginFactorOut struct {
	Body struct {
		Secret string `json:"secret" example:"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" doc:"For typing, in base32."`
		URI    string `json:"uri" doc:"The same for a QR code: otpauth://totp/…"`
	}
}

func (beginFactor) Meta() meta {
	return meta{
		ID: "begin-second-factor", Class: classPassword, Summary: "Set up a second factor", Own: true,
		Description: "Codes by time, as authenticator apps make them: six digits, every 30 seconds. It counts once a code confirms it.",
		Faults:      []*fault.Error{rider.ErrPassword, limit.ErrWait, staff.ErrCodeMissing, staff.ErrCodeWrong, staff.ErrCodeWait, staff.ErrFactorNoKey, password.ErrBusy},
	}
}

func (e beginFactor) Execute(ctx context.Context, in *beginFactorIn) (*beginFactorOut, error) {
	member := memberFrom(ctx)
	if err := e.tries.own(ctx, e.hasher, in.Body.Current, member.PasswordHash); err != nil {
		return nil, err
	}
	if e.sealer == nil {
		return nil, staff.ErrFactorNoKey
	}
	if member.SecondFactor {
		if err := e.use(ctx, member.ID, in.Body.Code); err != nil {
			return nil, err
		}
	}
	secret, uri, err := onetime.New(member.Email)
	if err != nil {
		return nil, err
	}
	out := &beginFactorOut{}
	out.Body.Secret, out.Body.URI = secret, uri
	sealed, err := e.sealer.Seal(out.Body.Secret, staff.FactorPurpose(member.ID))
	if err != nil {
		return nil, staff.ErrFactorNoKey
	}
	return out, e.store.ProposeFactor(ctx, member.ID, sealed)
}

type factorCodeIn struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40" example:"287082"`
	}
}

// confirmFactor is POST /admin/v1/me/second-factor/confirm.
type confirmFactor struct {
	*factors
	sessions *sessions
}

type confirmFactorOut struct {
	Body struct {
		RecoveryCodes []string `json:"recovery_codes" nullable:"false" doc:"Shown once. Each takes the place of one code, for when the device is gone."`
		Session       Session  `json:"session"`
	}
}

func (confirmFactor) Meta() meta {
	return meta{
		ID: "confirm-second-factor", Class: classPassword, Summary: "Confirm a second factor by its first code", Own: true,
		Description: "From now on the account logs in with a code. Every session of yours ends, and the answer has a new one.",
		Faults:      []*fault.Error{staff.ErrCodeWrong, staff.ErrFactorNone, staff.ErrFactorNoKey},
	}
}

func (e confirmFactor) Execute(ctx context.Context, in *factorCodeIn) (*confirmFactorOut, error) {
	member := memberFrom(ctx)
	shown, hashes := staff.RecoveryCodes()
	if err := e.store.ConfirmFactor(ctx, member.ID, hashes, e.check(member.ID, in.Body.Code)); err != nil {
		return nil, err
	}
	session, err := e.sessions.open(ctx, member.ID)
	if err != nil {
		return nil, err
	}
	out := &confirmFactorOut{}
	out.Body.RecoveryCodes, out.Body.Session = shown, session.Body
	return out, nil
}

// disableFactor is POST /admin/v1/me/second-factor/disable.
type disableFactor struct{ *factors }

type disableFactorIn struct {
	Body struct {
		Current string `json:"current_password" maxLength:"200"`
		Code    string `json:"code" minLength:"1" maxLength:"40" example:"287082"`
	}
}

func (disableFactor) Meta() meta {
	return meta{
		ID: "disable-second-factor", Class: classPassword, Summary: "Do without a second factor", Own: true, Status: 204,
		Description: "Takes the password and a code. Permissions that count only with a second factor do not count any more.",
		Faults:      []*fault.Error{rider.ErrPassword, limit.ErrWait, staff.ErrCodeWrong, staff.ErrCodeWait, staff.ErrFactorNone, staff.ErrFactorNoKey, password.ErrBusy},
	}
}

// Execute looks at no code before the password is right: else whoever has stolen a token could make its owner wait with wrong ones.
func (e disableFactor) Execute(ctx context.Context, in *disableFactorIn) (*struct{}, error) {
	member := memberFrom(ctx)
	if err := e.tries.own(ctx, e.hasher, in.Body.Current, member.PasswordHash); err != nil {
		return nil, err
	}
	if err := e.use(ctx, member.ID, in.Body.Code); err != nil {
		return nil, err
	}
	return nil, e.store.RemoveFactor(ctx, member.ID)
}

// resetMemberFactor is POST /admin/v1/staff/{id}/reset-second-factor.
type resetMemberFactor struct{ *members }

func (resetMemberFactor) Meta() meta {
	return meta{
		ID: "reset-staff-second-factor", Summary: "Take the second factor off an account", Needs: staff.Admin,
		Description: "For a member who has lost the device and the recovery codes. Its sessions end.",
		Faults:      []*fault.Error{staff.ErrMemberUnknown},
	}
}

func (e resetMemberFactor) Execute(ctx context.Context, in *memberReasonIn) (*memberOut, error) {
	m, err := e.store.ResetFactor(ctx, in.ID, string(in.Body.Reason))
	return &memberOut{Body: showMember(m)}, err
}
