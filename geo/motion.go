package geo

// estimate is what is known of a moving thing: its place and its speed in a plane, with their covariance.
type estimate struct {
	mean [4]float64 // x, y in m; east, north in m/s
	cov  matrix
}

func (e *estimate) place() vector { return vector{e.mean[0], e.mean[1]} }
func (e *estimate) speed() vector { return vector{e.mean[2], e.mean[3]} }

// startAt knows nothing but roughly where it begins.
func startAt(at vector) estimate {
	const unsure, fastest = 100, 10 // m, m/s
	e := estimate{mean: [4]float64{at.x, at.y}}
	for i := range 2 {
		e.cov[i][i], e.cov[i+2][i+2] = unsure*unsure, fastest*fastest
	}
	return e
}

// after is the estimate some seconds later: the speed stays as it was, but for pushes that come at random (white noise of
// acceleration, of the given density in m²/s³).
func (e *estimate) after(seconds, density float64) estimate {
	f := step(seconds)
	next := estimate{mean: f.apply(e.mean), cov: f.times(e.cov).times(f.transposed())}
	for i := range 2 {
		next.cov[i][i] += density * seconds * seconds * seconds / 3
		next.cov[i][i+2] += density * seconds * seconds / 2
		next.cov[i+2][i] += density * seconds * seconds / 2
		next.cov[i+2][i+2] += density * seconds
	}
	return next
}

// learn takes in that a weighted sum of the state was measured (Kalman's update with one number).
func (e *estimate) learn(weights [4]float64, measured, sigma float64) {
	along := e.cov.apply(weights)
	spread, miss := sigma*sigma, measured
	for i, w := range weights {
		spread += w * along[i]
		miss -= w * e.mean[i]
	}
	for i := range 4 {
		e.mean[i] += along[i] * miss / spread
		for j := range 4 {
			e.cov[i][j] -= along[i] * along[j] / spread
		}
	}
}

func (e *estimate) learnPlace(at vector, sigma float64) {
	e.learn([4]float64{1, 0, 0, 0}, at.x, sigma)
	e.learn([4]float64{0, 1, 0, 0}, at.y, sigma)
}

func (e *estimate) learnSpeed(direction vector, measured, sigma float64) {
	e.learn([4]float64{0, 0, direction.x, direction.y}, measured, sigma)
}

// before is the estimate improved by what became known later: foretold is what it led one to expect some seconds later, and
// known the best knowledge of that moment (Rauch, Tung and Striebel).
func (e *estimate) before(seconds float64, foretold, known *estimate) estimate {
	gain := e.gain(seconds, foretold)
	var miss [4]float64
	var change matrix
	for i := range 4 {
		miss[i] = known.mean[i] - foretold.mean[i]
		for j := range 4 {
			change[i][j] = known.cov[i][j] - foretold.cov[i][j]
		}
	}
	better := *e
	miss, change = gain.apply(miss), gain.times(change).times(gain.transposed())
	for i := range 4 {
		better.mean[i] += miss[i]
		for j := range 4 {
			better.cov[i][j] += (change[i][j] + change[j][i]) / 2
		}
	}
	return better
}

// gain is how much of what becomes known some seconds later holds for this estimate.
func (e *estimate) gain(seconds float64, foretold *estimate) matrix {
	return e.cov.times(step(seconds).transposed()).times(foretold.cov.inverse())
}

// pushed is the expected square of what happened on the way from one moment to another, beside going on at the same speed. The
// estimate is the filtered one of the first moment, from and to are the smoothed ones of both.
func (e *estimate) pushed(seconds float64, foretold, from, to *estimate) (square matrix) {
	f := step(seconds)
	straight := f.apply(from.mean)
	spread := f.times(from.cov).times(f.transposed())
	common := f.times(e.gain(seconds, foretold)).times(to.cov)
	for i := range 4 {
		for j := range 4 {
			square[i][j] = (to.mean[i]-straight[i])*(to.mean[j]-straight[j]) + to.cov[i][j] + spread[i][j] - common[i][j] - common[j][i]
		}
	}
	return square
}

// surprise is how far a measured place lies from what all other measurements say, in squares of the spread that it should
// have. It is 0 where they say nothing.
func (e *estimate) surprise(at vector, sigma float64) float64 {
	off := at.minus(e.place())
	xx, yy, xy := sigma*sigma-e.cov[0][0], sigma*sigma-e.cov[1][1], -e.cov[0][1]
	area := xx*yy - xy*xy
	if least := 1e-6 * sigma * sigma; xx < least || yy < least || area < least*least {
		return 0
	}
	return (off.x*off.x*yy - 2*off.x*off.y*xy + off.y*off.y*xx) / area
}
