/* owner_test.c - packages by dpkg's lists: merged folders, architectures, nobody's files.
 */
#include "rebuild/owner.h"

#include "rebuild/closure_rig.h"

#define INFO "/var/lib/dpkg/info/"

static void
put_dpkg(struct rig *r)
{
	rig_put(r, "/var/lib/dpkg/status",
	    "Package: libc6\nStatus: install ok installed\nArchitecture: i386\n"
	    "Version: 1-old\n\n"
	    "Package: libc6\nArchitecture: amd64\nVersion: 2.36-9\n"
	    "Description: many\n lines\n\n"
	    "Package: tools\nVersion: 1:3\nArchitecture: all\n");
	rig_put(r, INFO "libc6:amd64.list", "/.\n/lib\n/lib/libc.so.6\n/usr/share/doc\n");
	rig_put(r, INFO "tools.list", "/usr/bin/tool\n/usr/bin/other\n");
	rig_put(r, INFO "unused.list", "/usr/bin/unused\n");
	rig_put(r, INFO "tools.md5sums", "not a list\n");
}

TEST(packages)
{
	struct closure c = { 0 };
	struct owner o = { 0 };
	struct rig r = { 0 };

	rig_init(&r);
	put_dpkg(&r);
	rig_read(&r, "/usr/lib/libc.so.6", "libc");
	rig_read(&r, "/usr/bin/tool", "tool");
	rig_read(&r, "/usr/bin/other", "other");
	rig_read(&r, "/usr/bin/nobody", "nobody");
	rig_read(&r, RIG_BASE "/source/a.c", "a");
	flow_read(r.flow, r.proc, "/var/lib/dpkg/status");
	rig_read(&r, "/etc/passwd", "made by the room");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	owner_find(&c, r.root, &o);
	EQ_U(o.n, 2);
	if (o.n == 2) {
		EQ_S(o.package[0].name, "libc6");
		EQ_S(o.package[0].version, "2.36-9");
		EQ_S(o.package[0].arch, "amd64");
		EQ_U(o.package[0].files, 1);
		EQ_S(o.package[1].name, "tools");
		EQ_S(o.package[1].version, "1:3");
		EQ_U(o.package[1].files, 2);
		CHECK(memcmp(o.package[0].digest, o.package[1].digest, 32) != 0);
	}
	/* the source, dpkg's lists and what the room made are not asked for a package */
	EQ_U(o.nobodies, 1);
	EQ_S(c.file[o.nobody[0]].name, "/usr/bin/nobody");
	owner_done(&o);
	closure_done(&c);
	rig_done(&r);
}

TEST(no_dpkg)
{
	struct closure c = { 0 };
	struct owner o = { 0 };
	struct rig r = { 0 };

	rig_init(&r);
	rig_read(&r, "/usr/bin/tool", "tool");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	owner_find(&c, r.root, &o);
	EQ_U(o.n, 0);
	EQ_U(o.nobodies, 1);
	owner_done(&o);
	closure_done(&c);
	rig_done(&r);
}

/* Lists come from a root that somebody made: cut, without newlines, without versions. */
TEST(odd_lists)
{
	struct closure c = { 0 };
	struct owner o = { 0 };
	struct rig r = { 0 };

	rig_init(&r);
	rig_put(&r, "/var/lib/dpkg/status", "\n\nVersion: 1\n\nPackage: tool");
	rig_put(&r, INFO "tool.list", "\n\n/usr/bin/tool");
	rig_put(&r, INFO ".list", "/usr/bin/tool\n");
	rig_read(&r, "/usr/bin/tool", "tool");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	owner_find(&c, r.root, &o);
	EQ_U(o.n, 1);
	CHECK(o.package[0].version == NULL);
	EQ_U(o.nobodies, 0);
	owner_done(&o);
	closure_done(&c);
	rig_done(&r);
}
