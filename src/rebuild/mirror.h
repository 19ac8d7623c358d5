/*
 * mirror.h - the packages that a bundle names, from a Debian mirror.
 *
 * apt fetches them: it knows mirrors, proxies and the signatures of Debian's lists. It
 * gets a sources list and state of its own, so the machine's configuration stays as it is
 * and counts only where apt's own settings do (proxies, keys). What it brought is checked
 * by root.h like any other folder: against the digests in the bundle.
 */
#pragma once

#include "handover/bundle.h"

struct mirror {
	char *folder; /* where the .debs are; removed by mirror_done() */
	char *debs;
};

/*
 * sources: lines of sources.list(5) without the word deb: "http://deb.debian.org/debian
 * bookworm main". Faults: FAULT_TOOLCHAIN, with what apt said on stderr before; FAULT_IO.
 * On failure there is nothing to end. After kill -9 a folder candor-apt-* stays in
 * TMPDIR.
 */
MUST_USE enum err mirror_fetch(const struct bundle *b, const char *const *sources,
    size_t n, struct mirror *out, struct fault *f);
void mirror_done(struct mirror *m);
