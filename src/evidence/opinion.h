/*
 * opinion.h - what people found, as text that people write, and as part of a predicate.
 *
 * A review:                              The vendor's claims, one by one:
 *
 *	# a comment                            no-network holds
 *	scope src/log, src/update              no-parser  fails see finding 2
 *	hours 12.5                             rebuilds   open  no clang here
 *	method read, fuzzed for an hour
 *	finding high the index is not checked
 *	result passed
 *
 * One fact a line, the first word says which. docs/attest.md.
 */
#pragma once

#include "base/json.h"
#include "evidence/attest.h"

#define OPINION_BYTES 32768 /* of a text: what is said must fit into a log entry */

/*
 * Writes the members of the predicate; *result: what it comes to. FAULT_EVIDENCE, with
 * the line. A review has one result line, and one scope at least; claims fail when one
 * fails, and are inconclusive when one is open.
 */
MUST_USE enum err opinion_review(
    struct bytes text, struct json *j, enum attest_result *result, struct fault *f);
MUST_USE enum err opinion_claims(
    struct bytes text, struct json *j, enum attest_result *result, struct fault *f);
