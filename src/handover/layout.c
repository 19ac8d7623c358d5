/* layout.c - see layout.h. */
#include "handover/layout.h"

#define MB (UINT64_C(1) << 20)

/* clang-format off */
const struct layout_row layout_rows[] = {
	{ LAYOUT_MANIFEST,    LAYOUT_NEEDED | LAYOUT_SEAL | LAYOUT_TEXT, 512 * MB, "digests of all that follows" },
	{ LAYOUT_NOTE,        LAYOUT_NEEDED | LAYOUT_SEAL | LAYOUT_TEXT, MB, "the vendor's signature, as a note" },
	{ LAYOUT_SSHSIG,      LAYOUT_NEEDED | LAYOUT_SEAL | LAYOUT_TEXT, 65536, "the vendor's signature, for ssh-keygen" },
	{ LAYOUT_ABOUT,       LAYOUT_NEEDED | LAYOUT_TEXT, 65536, "what is handed over" },
	{ LAYOUT_ARTEFACT,    LAYOUT_NEEDED, INT64_MAX, "what the vendor built" },
	{ LAYOUT_CLAIMS,      LAYOUT_NEEDED | LAYOUT_TEXT, 16 * MB, "what the vendor claims" },
	{ LAYOUT_EXECUTABLES, LAYOUT_NEEDED | LAYOUT_TEXT, 256 * MB, "which members are executable" },
	{ LAYOUT_LEFT_OUT,    LAYOUT_NEEDED | LAYOUT_TEXT, 64 * MB, "what is not here, and why" },
	{ LAYOUT_PROVENANCE,  LAYOUT_NEEDED | LAYOUT_SEAL, 32 * MB, "how it was built (SLSA v1)" },
	{ LAYOUT_PROMISED,    LAYOUT_NEEDED | LAYOUT_TEXT, 16 * MB, "what the recipe must make" },
	{ LAYOUT_BUILD,       LAYOUT_NEEDED, 16 * MB, "how to build it" },
	{ LAYOUT_BUILDINFO,   LAYOUT_NEEDED | LAYOUT_TEXT, 16 * MB, "the toolchain, as deb-buildinfo" },
	{ LAYOUT_PACKAGES,    LAYOUT_NEEDED | LAYOUT_TEXT, 16 * MB, "the toolchain's packages, with digests" },
	{ LAYOUT_TOOLCHAIN,   0, INT64_MAX, "the toolchain's packages themselves" },
	{ LAYOUT_RULES,       0, INT64_MAX, "rules that the product uses" },
	{ LAYOUT_SBOM,        LAYOUT_NEEDED | LAYOUT_TEXT, 32 * MB, "its parts (SPDX 2.3)" },
	{ LAYOUT_SOURCE,      LAYOUT_NEEDED, INT64_MAX, "the source" },
	{ LAYOUT_FOLDERS,     LAYOUT_NEEDED | LAYOUT_TEXT, 256 * MB, "empty folders of the source" },
	{ LAYOUT_LINKS,       LAYOUT_NEEDED | LAYOUT_TEXT, 256 * MB, "symbolic links of the source" },
	{ LAYOUT_UPDATES,     0, INT64_MAX, "updates since the last handover" },
};
/* clang-format on */
const size_t layout_count = sizeof(layout_rows) / sizeof(layout_rows[0]);

bool
layout_below(struct bytes name, const char *folder, struct bytes *rest)
{
	struct bytes f = bytes_of(folder);

	if (name.n <= f.n || memcmp(name.p, f.p, f.n) != 0)
		return false;
	if (rest != NULL)
		*rest = bytes_from(name, f.n);
	return true;
}

const struct layout_row *
layout_of(struct bytes name)
{
	for (size_t i = 0; i < layout_count; i++) {
		struct bytes row = bytes_of(layout_rows[i].name);

		if (row.p[row.n - 1] == '/'
			? layout_below(name, layout_rows[i].name, NULL)
			: bytes_eq(row, name))
			return &layout_rows[i];
	}
	return NULL;
}
