/*
 * rpm.h - RPM packages: the header with its scripts, and the payload.
 *
 * Layout: a lead of 96 bytes, a signature header padded to 8, the header, the payload
 * (a compressed cpio). Headers: magic, be32 entries, be32 bytes of data, then 16 bytes an
 * entry (tag, type, offset, count) and the data (RPM file format, version 4).
 */
#pragma once

#include "diff/members.h"

/* Two members: "header" and "payload". */
MUST_USE enum err rpm_members(
    struct run *r, unsigned side, const struct span *s, struct members *out);

/* Two "header" members, tag by tag. ERR_FORMAT: one is broken; nothing was said. */
MUST_USE enum err rpm_diff(struct run *r, struct bytes a, struct bytes b);
