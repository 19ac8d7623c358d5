/*
 * installed.h - the rules that are in use when nobody names any.
 *
 * The installed release if there is one, else the base rules that candor came with; and
 * beside either the owner's own (rules-dir of candor.conf), in the namespace "local".
 * Only what comes from rules-dir gets that namespace, so a finding in it is the owner's,
 * and every report can say of each finding where its rule comes from.
 */
#pragma once

#include "cli/job.h"
#include "report/report.h"
#include "update/about.h"
#include "update/conf.h"

struct installed {
	bool release; /* else the base rules */
	struct about about;
	size_t nlocal;
	char *local; /* the folder, when there are rules in it */
};

/*
 * Loads them for a scan; j has the program, options and callbacks. As job_rules_load;
 * also ERR_ACCESS when the installed release cannot be read (told).
 */
MUST_USE enum err installed_load(const struct conf_where *w, const struct job_rules *j,
    struct installed *out, struct job_db *db);
void installed_done(struct installed *i);

/* For the report: borrows from i. */
struct report_origin installed_origin(const struct installed *i);
