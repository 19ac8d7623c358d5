/*
 * meta.h - what containers say about their members, apart from the bytes.
 *
 * One statement an aspect (times, modes, owners, ...) with the members it is true of, not
 * one a member: ten thousand files built a minute later are one line of a report.
 */
#pragma once

#include "diff/members.h"

/* Of members with a partner; and their order. */
void meta_diff(struct run *r, const struct members *a, const struct members *b);
