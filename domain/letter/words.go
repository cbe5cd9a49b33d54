package letter

import "strings"

// text is a letter's subject and body. {code}, {service} and {amount} stand for what the letter says of them; nothing that a person typed is ever in one.
type text struct{ subject, body string }

// words are every letter in English and Spanish.
var words = map[Kind][2]text{
	Register: {
		{"Your code for Rodada", "Welcome to Rodada.\n\nYour code is {code}. Type it in the app; it is good for 30 minutes.\n\nIf you did not ask for an account, ignore this mail: without the code there is none."},
		{"Tu código de Rodada", "Te damos la bienvenida a Rodada.\n\nTu código es {code}. Escríbelo en la app; vale durante 30 minutos.\n\nSi no has pedido una cuenta, ignora este correo: sin el código no hay ninguna."},
	},
	Known: {
		{"You have an account with Rodada", "Somebody wanted to use this address for an account with Rodada. There is one already, and nothing has changed.\n\nIf that was you, log in, or ask for a new password in the app.\n\nIf it was not you, there is nothing to do."},
		{"Ya tienes una cuenta de Rodada", "Alguien ha querido usar esta dirección para una cuenta de Rodada. Ya hay una, y nada ha cambiado.\n\nSi has sido tú, entra con ella o pide una contraseña nueva en la app.\n\nSi no has sido tú, no tienes que hacer nada."},
	},
	Reset: {
		{"A new password for Rodada", "Your code for a new password is {code}. Type it in the app; it is good for 30 minutes.\n\nIf you did not ask for it, ignore this mail: your password stays as it is. Give the code to nobody, whoever asks."},
		{"Una contraseña nueva para Rodada", "Tu código para una contraseña nueva es {code}. Escríbelo en la app; vale durante 30 minutos.\n\nSi no lo has pedido, ignora este correo: tu contraseña sigue siendo la misma. No des el código a nadie, te lo pida quien te lo pida."},
	},
	ProveSelf: {
		{"Your code for Rodada", "Your code is {code}. With it your account can be changed or deleted; it is good for 30 minutes.\n\nIf you did not ask for it, somebody is using your account: log out everywhere else in the app. Give the code to nobody, whoever asks."},
		{"Tu código de Rodada", "Tu código es {code}. Con él se puede cambiar o borrar tu cuenta; vale durante 30 minutos.\n\nSi no lo has pedido, alguien está usando tu cuenta: cierra las demás sesiones en la app. No des el código a nadie, te lo pida quien te lo pida."},
	},
	ChangeEmail: {
		{"Confirm your address for Rodada", "Your code is {code}. Type it in the app, and this is the address of your account from then on; it is good for 30 minutes.\n\nIf you did not ask for that, ignore this mail."},
		{"Confirma tu dirección para Rodada", "Tu código es {code}. Escríbelo en la app y esta será la dirección de tu cuenta; vale durante 30 minutos.\n\nSi no lo has pedido, ignora este correo."},
	},
	EmailChanged: {
		{"The address of your Rodada account has changed", "Your account with Rodada has another email address now; this one is no longer part of it.\n\nIf that was not you, write to our support at once."},
		{"La dirección de tu cuenta de Rodada ha cambiado", "Tu cuenta de Rodada tiene ahora otra dirección de correo; esta ya no forma parte de ella.\n\nSi no has sido tú, escribe enseguida a nuestro soporte."},
	},
	PasswordChanged: {
		{"The password of your Rodada account has changed", "Your account with Rodada has a new password, and every other session has ended.\n\nIf that was not you, ask for a new password in the app at once."},
		{"La contraseña de tu cuenta de Rodada ha cambiado", "Tu cuenta de Rodada tiene una contraseña nueva, y todas las demás sesiones han terminado.\n\nSi no has sido tú, pide enseguida una contraseña nueva en la app."},
	},
	LoginLinked: {
		{"Another way into your Rodada account", "You can log in to Rodada with {service} from now on.\n\nIf that was not you, take it away in the app and change your password at once."},
		{"Otra forma de entrar en tu cuenta de Rodada", "Desde ahora puedes entrar en Rodada con {service}.\n\nSi no has sido tú, quítalo en la app y cambia enseguida tu contraseña."},
	},
	Deleted: {
		{"Your Rodada account is gone", "Your account with Rodada has been deleted, and your personal data with it. What the law has us keep of rides and payments no longer says whose they were.\n\nGoodbye, and thank you for riding."},
		{"Tu cuenta de Rodada ya no existe", "Tu cuenta de Rodada se ha borrado, y con ella tus datos personales. Lo que la ley nos obliga a guardar de viajes y pagos ya no dice de quién fueron.\n\nAdiós, y gracias por viajar con nosotros."},
	},
	DeletedLeft: {
		{"Your Rodada account is gone", "Your account with Rodada has been deleted, and your personal data with it. What the law has us keep of rides and payments no longer says whose they were.\n\nThere were {amount} left in your wallet, which you have given up.\n\nGoodbye, and thank you for riding."},
		{"Tu cuenta de Rodada ya no existe", "Tu cuenta de Rodada se ha borrado, y con ella tus datos personales. Lo que la ley nos obliga a guardar de viajes y pagos ya no dice de quién fueron.\n\nEn tu monedero quedaban {amount}, a los que has renunciado.\n\nAdiós, y gracias por viajar con nosotros."},
	},
	Suspended: {
		{"Your Rodada account is suspended", "Your account with Rodada is suspended for now: you can't begin a ride. A ride that runs can still be ended in the app.\n\nIf you think that is a mistake, write to our support."},
		{"Tu cuenta de Rodada está suspendida", "Tu cuenta de Rodada está suspendida por ahora: no puedes empezar ningún viaje. Un viaje en marcha todavía se puede terminar en la app.\n\nSi crees que es un error, escribe a nuestro soporte."},
	},
	Reinstated: {
		{"Your Rodada account is back", "Your account with Rodada is no longer suspended. Log in again in the app, and ride."},
		{"Tu cuenta de Rodada vuelve a estar activa", "Tu cuenta de Rodada ya no está suspendida. Entra otra vez en la app y vuelve a viajar."},
	},
	DebtFailed: {
		{"Your ride could not be paid", "Your wallet is {amount} short, and your card did not pay it. We will try again; until it is paid there is no new ride.\n\nYou can pay it in the app at once, or save another card there."},
		{"No se ha podido cobrar tu viaje", "A tu monedero le faltan {amount} y tu tarjeta no los ha pagado. Lo intentaremos otra vez; hasta que esté pagado no puedes empezar otro viaje.\n\nPuedes pagarlo ya en la app, o guardar allí otra tarjeta."},
	},
	DebtConfirm: {
		{"Your bank wants you to confirm a payment", "Your wallet is {amount} short, and your bank does not let us collect it without you. Until it is paid there is no new ride.\n\nOpen the app, choose to pay what you owe, and confirm it with your bank."},
		{"Tu banco quiere que confirmes un pago", "A tu monedero le faltan {amount}, y tu banco no nos deja cobrarlos sin ti. Hasta que esté pagado no puedes empezar otro viaje.\n\nAbre la app, elige pagar lo que debes y confírmalo con tu banco."},
	},
	DebtNoCard: {
		{"You owe a ride", "Your wallet is {amount} short, and there is no card that could pay it. Until it is paid there is no new ride.\n\nSave a card in the app, and we collect it at once."},
		{"Debes un viaje", "A tu monedero le faltan {amount}, y no hay ninguna tarjeta con la que cobrarlos. Hasta que esté pagado no puedes empezar otro viaje.\n\nGuarda una tarjeta en la app y los cobraremos enseguida."},
	},
	DebtLast: {
		{"You still owe a ride", "Your wallet is still {amount} short. We have tried to collect it for the last time; until you pay it there is no new ride.\n\nPay it in the app, save another card there, or write to our support."},
		{"Sigues debiendo un viaje", "A tu monedero le siguen faltando {amount}. Hemos intentado cobrarlos por última vez; hasta que los pagues no puedes empezar otro viaje.\n\nPágalos en la app, guarda allí otra tarjeta o escribe a nuestro soporte."},
	},
}

// Words are the subject and the body, in Spanish ("es") or English.
func (l Letter) Words() (subject, body string) {
	said := words[l.Kind][0]
	if l.Language == "es" {
		said = words[l.Kind][1]
	}
	fill := strings.NewReplacer("{code}", l.Code, "{service}", l.Service, "{amount}", l.Amount)
	return said.subject, fill.Replace(said.body) + "\n"
}
