/*
 * crx_facts.c - the schema of the module crx: YARA-X's fields and its function.
 */
#include "format/crx.h"

/* clang-format off */
#define LATE(f) { .name = #f, .type = FACT_STR, .at = offsetof(struct crx, f), .load = crx_load_manifest }
#define LIST(f)                                                           \
	{ .name = #f, .type = FACT_ARRAY, .at = offsetof(struct crx, f),  \
		.stride = sizeof(struct bytes), .sub = text_facts, .load = crx_load_manifest }

static const struct fact text_facts[] = {
	{ .name = "", .type = FACT_STR },
	FACT_LAST,
};

static const struct fact signature_facts[] = {
	FACT_S(struct crx_signature, key),
	FACT_I(struct crx_signature, verified),
	FACT_LAST,
};

const struct fact crx_facts[] = {
	FACT_I(struct crx, is_crx),
	FACT_I(struct crx, crx_version),
	FACT_I(struct crx, header_size),
	FACT_S(struct crx, id),
	LATE(version),
	LATE(name),
	LATE(description),
	LATE(raw_name),
	LATE(raw_description),
	LATE(minimum_chrome_version),
	LATE(homepage_url),
	LIST(permissions),
	LIST(host_permissions),
	LIST(optional_permissions),
	LIST(optional_host_permissions),
	{ .name = "signatures", .type = FACT_ARRAY, .at = offsetof(struct crx, signatures),
		.stride = sizeof(struct crx_signature), .sub = signature_facts,
		.load = crx_load_signatures },
	{ .name = "permhash", .type = FACT_FN, .sig = ":s", .fn = crx_permhash,
		.load = crx_load_manifest },
	FACT_LAST,
};
/* clang-format on */
