/*
 * hearing.h - what examiners say is weighed, locked in, by the files of this machine.
 *
 * The statements lie in STATE/statements.tar, as candor update fetched them; docket.h
 * says what is in there. They are believed no more than a stranger's file, whoever owns
 * it.
 */
#pragma once

#include "evidence/weigh.h"
#include "update/conf.h"

#define HEARING_DOCKET "statements.tar"

/* Reads the trust file and the file of examiners. FAULT_CONF, FAULT_EXAMINERS: none. */
MUST_USE enum err hearing_files(
    const struct conf *c, struct arena *a, struct weigh_ask *ask, struct fault *f);

/* The statements that are at hand; none were fetched yet: no bytes. FAULT_IO. */
MUST_USE enum err hearing_docket(
    const struct conf *c, struct arena *a, struct bytes *out, struct fault *f);

/*
 * FAULT_VERIFIER, and said.fault, as a fault of its own. *out then holds nothing; else
 * weigh_done ends it.
 */
MUST_USE enum err hearing_run(
    const struct weigh_ask *ask, struct weigh_said *out, struct fault *f);
