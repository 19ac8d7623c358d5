/*
 * attacks.h - every attack on updates that we know of, and how it must end.
 *
 * The names of the first part are those of TUF's specification, section 1.5; the second
 * part is what a log and its witnesses could do to us. A row tells what the attacker did
 * (in code: strike), and which refusal it must meet. After every one of them the release
 * in use is the same as before, byte for byte, and an honest update still works: so an
 * attack cannot lock a client out either.
 */
#pragma once

#include "log/fault.h"
#include "selftest/lab.h"
#include "selftest/server.h"

struct attack {
	const char *name, *what;
	void (*strike)(struct lab *l);
	enum fault_kind want;
	enum server_mood mood; /* other than honest: by HTTP */
	const char *conf;      /* more lines of candor.conf, or NULL */
	bool folder;           /* of a folder only: a server has no such files */
	bool program;          /* of the program's releases and their examiners */
};

extern const struct attack attacks[];
extern const size_t attacks_count;
/* Those on releases of the program: attacks_program.c. */
extern const struct attack attacks_program[];
extern const size_t attacks_program_count;
