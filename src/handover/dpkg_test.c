/* The closure of a toolchain, from a database that is made here. */
#include "handover/dpkg.h"

#include "handover/lists.h"
#include "handover/rig.h"

#define INSTALLED "Status: install ok installed\nArchitecture: amd64\n"

static const char status[] =
    "Package: dpkg\n" INSTALLED "Version: 1.21\nEssential: yes\n\n"
    "Package: gcc\n" INSTALLED "Version: 4:12\nDepends: cpp (= 4:12), libc\n\n"
    "Package: cpp\n" INSTALLED "Version: 4:12\nPre-Depends: loop\n\n"
    "Package: loop\n" INSTALLED "Version: 1\nDepends: cpp, nowhere | mail-agent\n\n"
    "Package: exim\n" INSTALLED "Version: 4\nProvides: mail (= 1), mail-agent\n\n"
    "Package: postfix\n" INSTALLED "Version: 3\nProvides: mail-agent\n\n"
    "Package: libc\nStatus: install ok installed\nArchitecture: i386\nVersion: 2\n\n"
    "Package: libc\n" INSTALLED "Version: 2.36\nDescription: a library\n"
    " Depends: not-a-field\n\n"
    "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: "
    "1\n\n"
    "Package: data\nStatus: install ok installed\nArchitecture: all\nVersion: 1:5\n\n"
    "Package: other\n" INSTALLED "Version: 1\n";

static enum fault_kind
close_over(struct rig *r, const char *roots, struct dpkg *d)
{
	struct fault f = { 0 };

	rig_put(r, "dpkg/status", status, 0644);
	if (dpkg_open(r->dpkg, d, &f) == OK &&
	    dpkg_close_over(d, bytes_of(roots), &f) == OK)
		EQ_U(f.kind, FAULT_NONE);
	return f.kind;
}

/* clang-format off */
static const struct {
	const char *roots, *list; /* NULL: refused */
} rows[] = {
	{ "", "dpkg 1.21 amd64 -\n" },
	{ "data", "data 1:5 all -\ndpkg 1.21 amd64 -\n" },
	{ "libc:any (>= 2) [amd64] <!nocheck>", "dpkg 1.21 amd64 -\nlibc 2.36 amd64 -\n" },
	{ "gcc", "cpp 4:12 amd64 -\ndpkg 1.21 amd64 -\nexim 4 amd64 -\ngcc 4:12 amd64 -\n"
	  "libc 2.36 amd64 -\nloop 1 amd64 -\npostfix 3 amd64 -\n" },
	{ "nowhere | data, ", "data 1:5 all -\ndpkg 1.21 amd64 -\n" },
	{ "mail", "dpkg 1.21 amd64 -\nexim 4 amd64 -\n" },
	{ "gone", NULL },
	{ "data, nowhere", NULL },
};
/* clang-format on */

TEST(closures)
{
	struct rig r;

	rig_init(&r);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf list = { 0 };
		struct dpkg d;

		ROW("%s", rows[i].roots);
		EQ_U(close_over(&r, rows[i].roots, &d),
		    rows[i].list ? FAULT_NONE : FAULT_TOOLCHAIN);
		dpkg_put_packages(&d, &list);
		if (rows[i].list != NULL)
			EQ_S(buf_cstr(&list), rows[i].list);
		buf_done(&list);
		dpkg_close(&d);
	}
	rig_done(&r);
}

TEST(how_it_is_written)
{
	struct buf text = { 0 };
	struct dpkg d;
	struct rig r;

	rig_init(&r);
	EQ_U(close_over(&r, "data, libc", &d), FAULT_NONE);
	dpkg_put_installed(&d, &text);
	EQ_S(buf_cstr(&text), " data (= 1:5),\n dpkg (= 1.21),\n libc (= 2.36)\n");
	buf_clear(&text);
	list_put_deb(&text, d.package[1].name, d.package[1].version, d.package[1].arch);
	EQ_S(buf_cstr(&text), "data_1%3a5_all.deb");
	buf_clear(&text);
	dpkg_put_purl(&(struct dpkg_package){ .name = BYTES_LIT("g++"),
			  .version = BYTES_LIT("4:1+b1"),
			  .arch = BYTES_LIT("amd64") },
	    &text);
	EQ_S(buf_cstr(&text), "pkg:deb/debian/g%2B%2B@4:1%2Bb1?arch=amd64");
	buf_done(&text);
	dpkg_close(&d);
	rig_done(&r);
}

TEST(no_database)
{
	struct fault f = { 0 };
	struct dpkg d;
	struct rig r;

	rig_init(&r);
	EQ_U(dpkg_open("/nonexistent", &d, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_TOOLCHAIN);
	rig_put(&r, "dpkg/status", "", 0644);
	CHECK(dpkg_open(r.dpkg, &d, NULL) != OK);
	rig_put(&r, "dpkg/status", "Package: \n\n\nnonsense\n: \nStatus", 0644);
	CHECK(dpkg_open(r.dpkg, &d, NULL) != OK);
	rig_done(&r);
}
