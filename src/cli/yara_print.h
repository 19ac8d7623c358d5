/*
 * yara_print.h - a finding as the line that YARA 4.5 prints for it.
 */
#pragma once

#include "base/buf.h"
#include "cli/yara_opts.h"
#include "result/finding.h"

/* Is it a rule that -i and -t let through? */
bool yara_shows(const struct yara_opts *o, const struct finding *f);

/* "rule file" and its strings, as the options say. */
void yara_print(const struct yara_opts *o, const struct finding *f, struct bytes path,
    struct buf *out);
/* The strings only: of a finding that is FINDING_MORE. */
void yara_print_matches(
    const struct yara_opts *o, const struct finding *f, struct buf *out);
