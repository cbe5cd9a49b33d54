package rider

// Edit is what riders change of their account at once; nil stays as it is. An email is changed with a proof, a password with the old
// one.
type Edit struct {
	FirstName *string
	LastName  *string
	Phone     *string
	Language  *string
}
