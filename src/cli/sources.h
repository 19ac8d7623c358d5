/*
 * sources.h - what the user called rules, as the compiler's sources.
 *
 * A name is a file of rules, a folder (all *.yar and *.yara below it), or an archive of
 * rules (release/archive.h), which counts as the folder that was packed; each may begin
 * with "ns:". Files are opened here and read by a worker only. What cannot be opened is
 * told on stderr, and the rest goes on.
 */
#pragma once

#include "cli/job.h"
#include "release/archive.h"
#include "sandbox/compile.h"

struct sources;

/* The list and its strings must outlive it. */
struct sources *sources_new(const char *const *rules, size_t n);
/* The sources of one archive that is open; both must outlive it. name: for messages. */
struct sources *sources_of_archive(const struct archive *a, const char *name);
/* Texts that come before all others; they outlive it. Include only each other. */
void sources_hold(struct sources *s, const struct job_source *held, size_t n);
void sources_free(struct sources *s);

/* As compile_job has them; arg is the struct sources. */
enum err sources_next(void *arg, struct compile_source *out);
enum err sources_include(
    void *arg, unsigned from, struct bytes path, struct compile_source *out);

/* The number of sources so far, included ones too. */
unsigned sources_count(const struct sources *s);
/* How the user knows source number i; "rules" when there is no such. */
const char *sources_path(const struct sources *s, unsigned i);
/* The member that it is; NULL: it is a file of its own. */
const struct archive_member *sources_member(const struct sources *s, unsigned i);
/* Something could not be opened. */
bool sources_failed(const struct sources *s);
