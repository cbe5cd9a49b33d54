package postgres_test

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/internal/testkit"
	"rodada/migrations"
)

// verify is what the check of the audit log finds, and where the chain ends.
func (b *books) verify(heads ...staff.Head) (flaws []string, end staff.Head) {
	b.t.Helper()
	end, err := b.VerifyAudit(b.ctx, heads, func(f staff.Flaw) { flaws = append(flaws, f.String()) })
	require.NoError(b.t, err)
	return flaws, end
}

// deeds writes n entries down, each of which says something of everything.
func (b *books) deeds(n int) {
	b.t.Helper()
	act := b.as(b.member())
	for i := range n {
		require.NoError(b.t, act.Audit(act.ctx, staff.Deed{
			Action: "zone.change", Subject: fmt.Sprintf("z%d", i), Reason: fmt.Sprintf("because %d", i),
			Before: map[string]any{"name": "ñandú", "n": i}, After: map[string]any{"name": "東西", "n": []int{i}},
		}))
	}
}

// unlocked takes the locks off that keep the log from being changed, as who owns the database can.
func (b *books) unlocked() *books {
	b.t.Helper()
	for _, table := range []string{"audit_log", "audit_chain", "audit_heads"} {
		require.NoError(b.t, b.exec(`ALTER TABLE `+table+` DISABLE TRIGGER ALL`))
	}
	return b
}

func TestTheChainIsWhole(t *testing.T) {
	b := newBooks(t)
	flaws, end := b.verify()
	require.Empty(t, flaws)
	require.Equal(t, staff.Beginning(), end)

	b.deeds(3)
	require.NoError(t, b.Audit(staff.Acting(b.ctx, staff.Actor{Email: "console"}), staff.Deed{Action: "staff.create", Subject: "x"}), "most is null")
	flaws, end = b.verify(staff.Beginning())
	require.Empty(t, flaws)
	require.EqualValues(t, 4, end.Seq)
	again, err := staff.ParseHead(end.String())
	require.NoError(t, err)
	require.Equal(t, end, again)
	b.deeds(2)
	flaws, _ = b.verify(end)
	require.Empty(t, flaws, "what goes on from a head is no flaw")
}

// What fails leaves no gap, although it takes a number of the log.
func TestWhatWasRolledBackIsNotInTheChain(t *testing.T) {
	b := newBooks(t)
	b.deeds(1)
	tx, err := b.db.BeginTxx(b.ctx, nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(b.ctx, `INSERT INTO audit_log (staff_email, action, subject) VALUES ('x', 'zone.change', 'y')`)
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	b.deeds(1)
	flaws, end := b.verify()
	require.Empty(t, flaws)
	require.EqualValues(t, 2, end.Seq)
	require.Equal(t, 3, b.count(`SELECT max(id) FROM audit_log`))
}

// The chain is locked while a transaction commits, not while it works.
func TestNobodyWaitsForAnothersWork(t *testing.T) {
	b := newBooks(t)
	slow, err := b.db.BeginTxx(b.ctx, nil)
	require.NoError(t, err)
	_, err = slow.ExecContext(b.ctx, `INSERT INTO audit_log (staff_email, action, subject) VALUES ('x', 'zone.change', 'slow')`)
	require.NoError(t, err)
	b.deeds(3) // hangs here if it waits
	require.NoError(t, slow.Commit())
	flaws, end := b.verify()
	require.Empty(t, flaws)
	require.EqualValues(t, 4, end.Seq)
	require.Equal(t, 4, b.count(`SELECT seq FROM audit_chain JOIN audit_log ON id = entry WHERE subject = 'slow'`))
}

func TestThirtyTwoWriters(t *testing.T) {
	b := newBooks(t)
	const writers, each = 32, 10
	act := b.as(b.member())
	var all sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		all.Go(func() {
			for n := 0; n < each && errs[i] == nil; n++ {
				errs[i] = act.Audit(act.ctx, staff.Deed{Action: "zone.change", Subject: fmt.Sprintf("%d/%d", i, n)})
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	flaws, end := b.verify()
	require.Empty(t, flaws)
	require.EqualValues(t, writers*each, end.Seq)
}

// Entries from before there was a chain are in it, as if it had always been there.
func TestOldEntriesAreChained(t *testing.T) {
	url := testkit.Postgres(t)
	require.NoError(t, migrations.Up(t.Context(), url))
	b := newBooksAt(t, url)
	b.deeds(3)
	_, end := b.verify()
	names, err := fs.Glob(migrations.Files, "*_audit_chain.sql")
	require.NoError(t, err)
	version, err := strconv.ParseInt(names[0][:5], 10, 64)
	require.NoError(t, err)
	require.NoError(t, migrations.Down(b.ctx, url, version-1))
	require.NoError(t, migrations.Up(b.ctx, url))
	flaws, again := b.verify()
	require.Empty(t, flaws)
	require.Equal(t, end, again)
	b.deeds(1)
	flaws, end = b.verify(again)
	require.Empty(t, flaws)
	require.EqualValues(t, 4, end.Seq)
}

// Whatever single thing is done to the log or to its chain is found.
func TestAnySingleMutationIsFound(t *testing.T) {
	b := newBooks(t).unlocked()
	require.NoError(t, b.exec(`ALTER TABLE audit_log ENABLE TRIGGER audit_log_linked`))
	const entries = 5
	b.deeds(entries)
	require.NoError(t, b.exec(`ALTER TABLE audit_log DISABLE TRIGGER audit_log_linked`))
	_, end := b.verify()
	var columns []string
	require.NoError(t, b.db.Select(&columns, `
		SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_log' AND column_name <> 'id' ORDER BY 1`))
	require.Len(t, columns, 11)
	other := map[string]string{
		"at": `at + interval '1 microsecond'`, "staff_id": `gen_random_uuid()`, "service_id": `gen_random_uuid(), staff_id = NULL`, "before": `before || '{"n": 77}'`, "after": `NULL`,
		"action": `action || '-x'`,
	}
	set := func(column string) string {
		if value, ok := other[column]; ok {
			return column + ` = ` + value
		}
		return column + ` = ` + column + ` || ' '`
	}
	keep := `CREATE TABLE kept_log AS TABLE audit_log; CREATE TABLE kept_chain AS TABLE audit_chain`
	restore := `DELETE FROM audit_chain; DELETE FROM audit_log;
		INSERT INTO audit_log OVERRIDING SYSTEM VALUE SELECT * FROM kept_log; INSERT INTO audit_chain SELECT * FROM kept_chain`
	require.NoError(t, b.exec(keep))
	for one := 1; one <= entries; one++ {
		two := one%entries + 1
		entry := func(seq int) string { return fmt.Sprintf(`(SELECT entry FROM kept_chain WHERE seq = %d)`, seq) }
		mutations := map[string]string{
			"delete an entry": `DELETE FROM audit_log WHERE id = ` + entry(one),
			"delete a link":   fmt.Sprintf(`DELETE FROM audit_chain WHERE seq = %d`, one),
			"delete both":     fmt.Sprintf(`DELETE FROM audit_chain WHERE seq = %d; DELETE FROM audit_log WHERE id = `, one) + entry(one),
			"delete both and close the gap": fmt.Sprintf(`DELETE FROM audit_chain WHERE seq = %d; DELETE FROM audit_log WHERE id = %s;
				UPDATE audit_chain SET seq = -seq WHERE seq > %d; UPDATE audit_chain SET seq = -seq - 1 WHERE seq < 0`, one, entry(one), one),
			"swap what two entries say": fmt.Sprintf(`UPDATE audit_log e SET subject = o.subject, at = o.at, before = o.before, after = o.after, reason = o.reason
				FROM kept_log o WHERE (e.id = %[1]s AND o.id = %[2]s) OR (e.id = %[2]s AND o.id = %[1]s)`, entry(one), entry(two)),
			"swap two hashes": fmt.Sprintf(`UPDATE audit_chain c SET hash = o.hash
				FROM kept_chain o WHERE (c.seq = %[1]d AND o.seq = %[2]d) OR (c.seq = %[2]d AND o.seq = %[1]d)`, one, two),
			"swap two links": fmt.Sprintf(`DELETE FROM audit_chain WHERE seq IN (%[1]d, %[2]d);
				INSERT INTO audit_chain SELECT %[1]d + %[2]d - seq, entry, hash FROM kept_chain WHERE seq IN (%[1]d, %[2]d)`, one, two),
			"put an entry in past the chain": `INSERT INTO audit_log (staff_email, action, subject) VALUES ('x', 'zone.change', 'y')`,
			"put an entry in and a link": fmt.Sprintf(`UPDATE audit_chain SET seq = -seq WHERE seq > %[1]d; UPDATE audit_chain SET seq = 1 - seq WHERE seq < 0;
				WITH e AS (INSERT INTO audit_log (staff_email, action, subject) VALUES ('x', 'zone.change', 'y') RETURNING *)
				INSERT INTO audit_chain SELECT %[1]d + 1, e.id, audit_hash((SELECT hash FROM kept_chain WHERE seq = %[1]d), %[1]d + 1, e::audit_log) FROM e`, one),
			"alter a hash":      fmt.Sprintf(`UPDATE audit_chain SET hash = set_byte(hash, %[1]d, get_byte(hash, %[1]d) # 1) WHERE seq = %[1]d`, one),
			"renumber a link":   fmt.Sprintf(`UPDATE audit_chain SET seq = %d WHERE seq = %d`, entries+two, one),
			"renumber an entry": `UPDATE audit_log SET id = DEFAULT WHERE id = ` + entry(one),
		}
		for _, column := range columns {
			mutations["alter "+column] = `UPDATE audit_log SET ` + set(column) + ` WHERE id = ` + entry(one)
		}
		for name, mutation := range mutations {
			require.NoError(t, b.exec(restore))
			require.NoError(t, b.exec(mutation), name)
			// What is done at the very end of the chain can be told by a head alone.
			atEnd := one == entries && (strings.HasPrefix(name, "delete both") || name == "put an entry in and a link")
			flaws, now := b.verify()
			require.Equal(t, atEnd, len(flaws) == 0, "%s, link %d: %v", name, one, flaws)
			flaws, _ = b.verify(end)
			require.Equal(t, now.Seq > end.Seq && atEnd, len(flaws) == 0, "%s, link %d: %v", name, one, flaws)
		}
	}
	require.NoError(t, b.exec(restore))
	flaws, _ := b.verify(end)
	require.Empty(t, flaws)
}

// Who owns the database can write a chain that is whole in itself. What was written down elsewhere gives it away.
func TestARewrittenChainIsFoundByAHead(t *testing.T) {
	b := newBooks(t).unlocked()
	require.NoError(t, b.exec(`ALTER TABLE audit_log ENABLE TRIGGER audit_log_linked`))
	b.deeds(5)
	_, end := b.verify()
	require.NoError(t, b.exec(`UPDATE audit_log SET reason = 'nothing happened' WHERE subject = 'z2'`))
	require.NoError(t, b.exec(`DELETE FROM audit_chain`))
	require.NoError(t, b.exec(`
		DO $$ DECLARE e audit_log; n bigint := 0; h bytea := decode(repeat('00', 32), 'hex');
		BEGIN
			FOR e IN SELECT * FROM audit_log ORDER BY id LOOP
				n := n + 1; h := audit_hash(h, n, e); INSERT INTO audit_chain VALUES (n, e.id, h);
			END LOOP;
		END $$`))
	flaws, now := b.verify()
	require.Empty(t, flaws)
	require.Equal(t, end.Seq, now.Seq)
	flaws, _ = b.verify(end)
	require.Equal(t, []string{"link 5: rewritten: its hash was " + end.String()[2:]}, flaws)
}

func TestWhatWasCutOffIsFound(t *testing.T) {
	b := newBooks(t).unlocked()
	require.NoError(t, b.exec(`ALTER TABLE audit_log ENABLE TRIGGER audit_log_linked`))
	b.deeds(3)
	var told staff.Head
	require.NoError(t, b.AuditHead(b.ctx, time.Hour, 1000, func(h staff.Head) error { told = h; return nil }))
	require.NoError(t, b.exec(`DELETE FROM audit_chain WHERE seq = 3`))
	require.NoError(t, b.exec(`DELETE FROM audit_log WHERE subject = 'z2'`))
	flaws, end := b.verify()
	require.EqualValues(t, 2, end.Seq)
	require.Len(t, flaws, 1)
	require.Contains(t, flaws[0], "link 3: cut off: the chain went on to here at ")
	require.NoError(t, b.exec(`DELETE FROM audit_heads`))
	flaws, _ = b.verify()
	require.Empty(t, flaws)
	flaws, _ = b.verify(told)
	require.Equal(t, []string{"link 2: the chain ends here, and once went on to link 3"}, flaws)
}

// Of many workers one tells the head, and again when it is time.
func TestTheHeadIsToldOnceAnHour(t *testing.T) {
	b := newBooks(t)
	tell := func() (heads []staff.Head) {
		var (
			mutex sync.Mutex
			all   sync.WaitGroup
			errs  [8]error
		)
		for i := range errs {
			all.Go(func() {
				errs[i] = b.AuditHead(b.ctx, time.Hour, 1000, func(h staff.Head) error {
					mutex.Lock()
					defer mutex.Unlock()
					heads = append(heads, h)
					return nil
				})
			})
		}
		all.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		return heads
	}
	require.Equal(t, []staff.Head{staff.Beginning()}, tell())
	b.deeds(2)
	require.Empty(t, tell())
	b.unlocked()
	require.NoError(t, b.exec(`UPDATE audit_heads SET at = at - interval '1 hour'`))
	_, end := b.verify()
	require.Equal(t, []staff.Head{end}, tell())

	require.NoError(t, b.exec(`UPDATE audit_heads SET at = at - interval '1 hour'`))
	require.Error(t, b.AuditHead(b.ctx, time.Hour, 1000, func(staff.Head) error { return fmt.Errorf("no log") }))
	require.Len(t, tell(), 1, "what could not be told is told by the next")
}

func TestTheChainCannotBeChanged(t *testing.T) {
	b := newBooks(t)
	b.deeds(1)
	require.NoError(t, b.AuditHead(b.ctx, time.Hour, 1000, func(staff.Head) error { return nil }))
	for _, table := range []string{"audit_chain", "audit_heads"} {
		require.ErrorContains(t, b.exec(`UPDATE `+table+` SET seq = 9`), table)
		require.ErrorContains(t, b.exec(`DELETE FROM `+table), table)
		require.Error(t, b.exec(`TRUNCATE `+table))
	}
}
