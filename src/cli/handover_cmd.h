/*
 * handover_cmd.h - what the sub-verbs of `candor handover` have in common.
 *
 * Options and operands are parsed by log_parse, refusals are said by log_refused
 * (log_cmd.h): the same sentences and codes as everywhere.
 */
#pragma once

#include "cli/log_cmd.h"
#include "handover/bundle.h"

/* "4.2 MB", for people: appended. */
void handover_size(struct buf *out, uint64_t bytes);
