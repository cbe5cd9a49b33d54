// Package archtest holds the rules of the repository that a compiler does not
// check, as tests: who may import whom, who speaks SQL, who reads the
// environment, and that every package says why it exists. A rule that only stands
// in a document is broken by the first hurried change.
package archtest
