#include "lib/rules.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sys.h"
#include "lib/results.h"
#include "lib/why.h"

#define DB_MAX   (2ull << 30) /* it is copied to memory */
#define RULE_MAX (64u << 20)  /* bytes of what one rule says of itself */

static struct candor_rules *
rules_new(int fd)
{
	struct candor_rules *r = xcalloc(1, sizeof(*r));

	why_init();
	atomic_init(&r->refs, 1);
	r->fd = fd;
	return r;
}

int
rules_adopt(int fd, uint64_t size, enum rules_trust trust, struct candor_rules **out)
{
	struct candor_rules *r = rules_new(fd);
	void *p = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED) {
		int e = why_system(ERR_IO, "map", "the database");

		candor_rules_free(r);
		return e;
	}
	r->map = (struct bytes){ p, (size_t)size };
	if (db_open(r->map, &r->db) != OK ||
	    (trust == RULES_CHECK && db_check_sum(&r->db) != OK)) {
		candor_rules_free(r);
		return why_fail(CANDOR_ERR_FORMAT,
		    "it is not a database of this version of candor, or damaged");
	}
	*out = r;
	return CANDOR_OK;
}

int
rules_copy(struct bytes db, enum rules_trust trust, struct candor_rules **out)
{
	CLEAN(fd_closep) int fd = -1;
	enum err e = sys_memfd("candor-db", &fd);

	/* an empty file cannot be mapped, and is no database */
	if (db.n == 0 || db.n > DB_MAX)
		return why_fail(CANDOR_ERR_FORMAT, "it is not a database of candor");
	if (e == OK)
		e = sys_write_all(fd, db.p, db.n);
	if (e == OK)
		e = sys_seal(fd);
	if (e != OK)
		return why_system(ERR_IO, "make", "a file in memory");

	int copy = fd;

	fd = -1;
	return rules_adopt(copy, db.n, trust, out);
}

int
candor_rules_load_memory(const void *p, size_t n, struct candor_rules **out)
{
	return rules_copy((struct bytes){ p, n }, RULES_CHECK, out);
}

int
candor_rules_load(const char *path, struct candor_rules **out)
{
	CLEAN(fd_closep) int file = -1;
	int copy = -1;
	uint64_t got = 0;
	struct stat st;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &file);

	if (e == OK)
		e = sys_stat(file, &st);
	if (e != OK)
		return why_system(e, "open", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0 || (uint64_t)st.st_size > DB_MAX)
		return why_fail(
		    CANDOR_ERR_FORMAT, "'%s' is not a database of candor", path);
	e = sys_memfd("candor-db", &copy);
	if (e == OK)
		e = sys_copy(file, copy, (uint64_t)st.st_size, &got);
	if (e == OK)
		e = sys_seal(copy);
	if (e != OK || got == 0) {
		fd_closep(&copy);
		return why_system(e, "read", path);
	}
	return rules_adopt(copy, got, RULES_CHECK, out);
}

int
candor_rules_save(const struct candor_rules *r, const char *path)
{
	struct sys_atomic a;
	enum err e = sys_atomic_open(&a, path);

	if (e == OK) {
		e = sys_write_all(a.fd, r->map.p, r->map.n);
		if (e == OK)
			e = sys_atomic_commit(&a);
	}
	if (e == OK)
		return CANDOR_OK;

	int code = why_system(e, "write", path);

	sys_atomic_drop(&a);
	return code;
}

const void *
candor_rules_data(const struct candor_rules *r, size_t *n)
{
	*n = r->map.n;
	return r->map.p;
}

struct candor_rules *
candor_rules_ref(struct candor_rules *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

/* The last owner must see what the others did: hence acquire and release. */
void
candor_rules_free(struct candor_rules *r)
{
	if (r == NULL ||
	    atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (r->map.p != NULL)
		munmap((void *)(uintptr_t)r->map.p, r->map.n);
	fd_closep(&r->fd);
	free(r);
}

/* --- what the rules say of themselves ------------------------------------------------
 */

static const struct bytes *
tags_of(const struct db *db, const struct db_rule *d, struct arena *a, uint32_t *n)
{
	struct db_list l = db_list(db, d->tags, d->ntags);
	struct bytes *tags = ARENA_ARRAY(a, l.n + 1, struct bytes);

	for (uint32_t i = 0; i < l.n && tags != NULL; i++)
		tags[i] = db_text(db, l.p[i]);
	*n = tags ? l.n : 0;
	return tags;
}

static const struct finding_meta *
metas_of(const struct db *db, const struct db_rule *d, struct arena *a, uint32_t *out)
{
	size_t there = db->section[DB_METAS].n / sizeof(struct db_meta);
	uint32_t n = d->nmetas <= there ? d->nmetas : 0;
	struct finding_meta *m = ARENA_ARRAY(a, n + 1, struct finding_meta);

	for (uint32_t i = 0; i < n && m != NULL; i++) {
		const struct db_meta *from = db_meta(db, d->metas + i);

		m[i] = (struct finding_meta){ .name = db_text(db, from->name),
			.type = (enum meta_type)from->type };
		if (from->type == DB_META_STR)
			m[i].s = db_text(db, (uint32_t)from->value);
		else
			m[i].i = (int64_t)from->value;
	}
	*out = m ? n : 0;
	return m;
}

static const struct candor_rule *
describe(const struct db *db, uint32_t i, struct arena *a)
{
	const struct db_rule *d = db_rule(db, i);
	struct finding f = { .kind = FINDING_RULE,
		.rule = db_text(db, d->name),
		.ns = db_text(db, db_space(db, d->space)->name) };

	f.flags |= d->flags & DB_RULE_PRIVATE ? FINDING_PRIVATE : 0;
	f.flags |= d->flags & DB_RULE_GLOBAL ? FINDING_GLOBAL : 0;
	f.tags = tags_of(db, d, a, &f.ntags);
	f.metas = metas_of(db, d, a, &f.nmetas);
	return results_rule(a, &f);
}

int
candor_rules_each(const struct candor_rules *r,
    int (*fn)(void *arg, const struct candor_rule *rule), void *arg)
{
	struct arena a;
	int said = CANDOR_OK;

	arena_init(&a, RULE_MAX);
	for (uint32_t i = 0; i < r->db.nrules && said == CANDOR_OK; i++) {
		const struct candor_rule *rule;

		arena_reset(&a);
		rule = describe(&r->db, i, &a);
		said = rule ? fn(arg, rule)
			    : why_fail(CANDOR_ERR_LIMIT,
				  "what a rule says of itself is beyond 64 MB");
	}
	arena_done(&a);
	return said;
}
