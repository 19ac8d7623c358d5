/*
 * crx.h - Chrome extensions, as the rule module `crx` shows them.
 *
 * A CRX is a ZIP archive behind a head with keys and signatures: of version 2 (one RSA
 * key) or 3 (a protocol buffer with any number). The module is YARA-X's, and so are its
 * values; docs/formats/crx.md lists the choices. open() finds the archive; signatures are
 * verified, and the manifest is unpacked, when a rule first asks. Private to crx*.c.
 */
#pragma once

#include "format/format.h"
#include "format/zip.h"

enum crx_note {
	CRX_NOTE_LIMIT = 1 << 0, /* a budget or the arena was spent */
};

#define CRX_TEXT_MOST  (1u << 20) /* bytes of a manifest, or of a table of messages */
#define CRX_KEYS_MOST  64    /* signatures that are verified; the rest is not shown */
#define CRX_ITEMS_MOST 65536 /* permissions of one kind */

/*
 * verified: 1 when the signature holds with the key that stands beside it in the file. So
 * anybody's may: which keys are Google's is for a rule to say.
 */
struct crx_signature {
	struct bytes key; /* in base64 */
	int64_t verified;
};

struct crx {
	int64_t is_crx, crx_version, header_size;
	struct bytes id;
	struct bytes version, name, description, raw_name, raw_description;
	struct bytes minimum_chrome_version, homepage_url;
	struct fact_array permissions, host_permissions; /* of struct bytes, these four */
	struct fact_array optional_permissions, optional_host_permissions;
	struct fact_array signatures; /* struct crx_signature */

	/* From here on private. */
	struct parse *parse; /* NULL: no extension */
	struct zip_dir zip;
	struct bytes header; /* version 3: the protocol buffer */
	struct bytes signed_data;
	struct bytes key, signature; /* version 2 */
	struct bytes default_locale;
	bool signatures_read, manifest_read, limited;
};

extern const struct fact crx_facts[];

/* The loads that fact rows name. */
enum err crx_load_signatures(void *facts);
enum err crx_load_manifest(void *facts);

/* crx_manifest.c: what the manifest says, and the messages that it refers to. */
enum err crx_read_manifest(struct crx *x);

/* The function of the module. */
fact_fn crx_permhash;
