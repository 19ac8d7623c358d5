/*
 * survey.h - why a file is no handover bundle: the sentence and the code.
 *
 * The reader of archives stops at the first byte that is not of the one form, and of a
 * tar that another program wrote that is the first header's owner. What matters more is
 * what stands behind: a link, a device, a name that leads out. So when an archive was
 * refused, all of its headers are read as any tar would (said.h), and what would do harm
 * is named before what is only written otherwise. Nothing is unpacked.
 *
 * Memory: some 16 bytes a member, at most 2 million of them.
 */
#pragma once

#include "log/fault.h"
#include "release/archive.h"

/* Of the file that archive_open refused as why says. Returns what fault_set does. */
enum err survey_refused(int fd, const struct archive_refusal *why, struct fault *f);
