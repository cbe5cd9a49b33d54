package fault

// ErrAway is the answer while a part of ours, such as the database, is down: nothing is wrong with the request.
var ErrAway = Declare(Unavailable, "service_away", "A part of the service is not available at the moment. Try again.")

// ErrText is the answer to text that can't be stored.
var ErrText = Declare(Invalid, "text_invalid", "A text holds a character that is not allowed.")
