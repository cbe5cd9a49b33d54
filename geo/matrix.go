package geo

// matrix is of the size of the state.
type matrix [4][4]float64

// step leads from one state to the one some seconds later.
func step(seconds float64) matrix {
	return matrix{{1, 0, seconds, 0}, {0, 1, 0, seconds}, {0, 0, 1, 0}, {0, 0, 0, 1}}
}

func (m *matrix) apply(v [4]float64) (out [4]float64) {
	for i := range 4 {
		for j := range 4 {
			out[i] += m[i][j] * v[j]
		}
	}
	return out
}

func (m matrix) times(n matrix) (out matrix) {
	for i := range 4 {
		for j := range 4 {
			for k := range 4 {
				out[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return out
}

func (m matrix) transposed() (out matrix) {
	for i := range 4 {
		for j := range 4 {
			out[i][j] = m[j][i]
		}
	}
	return out
}

// inverse is that of a covariance, by Gauss and Jordan: all its pivots are positive.
func (m matrix) inverse() matrix {
	out := matrix{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}
	for i := range 4 {
		pivot := max(m[i][i], 1e-12)
		for j := range 4 {
			m[i][j] /= pivot
			out[i][j] /= pivot
		}
		for k := range 4 {
			if k == i {
				continue
			}
			f := m[k][i]
			for j := range 4 {
				m[k][j] -= f * m[i][j]
				out[k][j] -= f * out[i][j]
			}
		}
	}
	return out
}
