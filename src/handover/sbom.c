/*
 * sbom.c - see compose.h: the list of parts, SPDX 2.3 (ISO/IEC 5962) as JSON.
 *
 * Small on purpose: buyers ask for one, and nothing here depends on it. The product is a
 * package that was not analysed file by file, its artefacts are files, and every package
 * of the toolchain built it. Licences are NOASSERTION: a vendor who knows better brings
 * an SBOM of his own.
 */
#include <inttypes.h>

#include "base/json.h"
#include "base/utc.h"
#include "crypto/hash.h"
#include "handover/compose.h"
#include "handover/layout.h"

#define NAMESPACE "https://spdx.org/spdxdocs/"
#define PRODUCT   "SPDXRef-Package-product"

/* An id of SPDX has letters, digits, dots and hyphens (clause 7.2): others go as -hh. */
static void
put_id(struct buf *out, const char *kind, struct bytes name)
{
	buf_printf(out, "SPDXRef-%s-", kind);
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i], low = c | 32;

		if ((low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '.')
			buf_u8(out, c);
		else
			buf_printf(out, "-%02x", c);
	}
}

static void
checksum(struct json *j, const char *algorithm, const uint8_t *digest, size_t n)
{
	json_open(j, NULL, '{');
	json_str(j, "algorithm", algorithm);
	json_hex(j, "checksumValue", (struct bytes){ digest, n });
	json_close(j, '}');
}

/* A document's namespace is unique (clause 6.5): made of what the document is about. */
static void
put_namespace(const struct making *m, struct buf *out)
{
	char hex[2 * LABEL_DIGEST + 1];
	uint8_t digest[HASH_MAX];
	struct hash h;

	hash_init(&h, HASH_SHA256);
	for (size_t i = 0; i < m->pieces.n; i++) {
		const struct piece *p = &m->pieces.piece[i];

		hash_add(&h, p->name);
		hash_add(&h, (struct bytes){ p->sha256, LABEL_DIGEST });
	}
	hash_done(&h, digest);
	hash_hex(digest, LABEL_DIGEST, hex);
	buf_str(out, NAMESPACE);
	buf_put(out, m->label.product.p, m->label.product.n);
	buf_printf(out, "-%s", hex);
}

static void
document(struct json *j, const struct making *m)
{
	struct buf text = { 0 };
	char date[UTC_SIZE];

	utc_print(m->label.date, date);
	json_str(j, "spdxVersion", "SPDX-2.3");
	json_str(j, "dataLicense", "CC0-1.0");
	json_str(j, "SPDXID", "SPDXRef-DOCUMENT");
	json_bytes(j, "name", m->label.product);
	put_namespace(m, &text);
	json_str(j, "documentNamespace", buf_cstr(&text));
	buf_done(&text);
	json_open(j, "creationInfo", '{');
	json_str(j, "created", date);
	json_open(j, "creators", '[');
	json_str(j, NULL, "Tool: candor");
	json_close(j, ']');
	json_close(j, '}');
}

/* Two architectures of one package may be installed: gcc.amd64. */
static void
put_tool(struct buf *out, const struct dpkg_package *p)
{
	put_id(out, "Tool", p->name);
	buf_u8(out, '.');
	buf_put(out, p->arch.p, p->arch.n);
}

/* What every package says. */
static void
package(struct json *j, struct bytes name, struct bytes version)
{
	json_bytes(j, "name", name);
	json_bytes(j, "versionInfo", version);
	json_str(j, "downloadLocation", "NOASSERTION");
	json_bool(j, "filesAnalyzed", false);
	json_str(j, "licenseConcluded", "NOASSERTION");
	json_str(j, "licenseDeclared", "NOASSERTION");
	json_str(j, "copyrightText", "NOASSERTION");
}

static void
purl(struct json *j, const struct dpkg_package *p)
{
	struct buf text = { 0 };

	dpkg_put_purl(p, &text);
	json_open(j, "externalRefs", '[');
	json_open(j, NULL, '{');
	json_str(j, "referenceCategory", "PACKAGE-MANAGER");
	json_str(j, "referenceType", "purl");
	json_str(j, "referenceLocator", buf_cstr(&text));
	json_close(j, '}');
	json_close(j, ']');
	buf_done(&text);
}

static void
packages(struct json *j, const struct making *m)
{
	struct buf id = { 0 };

	json_open(j, "packages", '[');
	json_open(j, NULL, '{');
	json_str(j, "SPDXID", PRODUCT);
	package(j, m->label.product, m->label.version);
	json_close(j, '}');
	for (size_t i = 0; i < m->dpkg.n; i++) {
		const struct dpkg_package *p = &m->dpkg.package[i];

		if (!p->taken)
			continue;
		buf_clear(&id);
		put_tool(&id, p);
		json_open(j, NULL, '{');
		json_str(j, "SPDXID", buf_cstr(&id));
		package(j, p->name, p->version);
		if (p->known) {
			json_open(j, "checksums", '[');
			checksum(j, "SHA256", p->sha256, sizeof(p->sha256));
			json_close(j, ']');
		}
		purl(j, p);
		json_close(j, '}');
	}
	json_close(j, ']');
	buf_done(&id);
}

static void
files(struct json *j, const struct making *m)
{
	struct buf path = { 0 }, id = { 0 };

	json_open(j, "files", '[');
	for (size_t i = 0; i < m->pieces.n; i++) {
		const struct piece *p = &m->pieces.piece[i];

		if (!layout_below(p->name, LAYOUT_ARTEFACT, NULL))
			continue;
		buf_clear(&path);
		buf_str(&path, "./");
		buf_put(&path, p->name.p, p->name.n);
		buf_clear(&id);
		put_id(&id, "File", p->name);
		json_open(j, NULL, '{');
		json_str(j, "SPDXID", buf_cstr(&id));
		json_bytes(j, "fileName", buf_bytes(&path));
		json_open(j, "checksums", '[');
		checksum(j, "SHA1", p->sha1, sizeof(p->sha1));
		checksum(j, "SHA256", p->sha256, LABEL_DIGEST);
		json_close(j, ']');
		json_str(j, "licenseConcluded", "NOASSERTION");
		json_str(j, "copyrightText", "NOASSERTION");
		json_close(j, '}');
	}
	json_close(j, ']');
	buf_done(&id);
	buf_done(&path);
}

static void
relation(struct json *j, struct bytes from, const char *type, struct bytes to)
{
	json_open(j, NULL, '{');
	json_bytes(j, "spdxElementId", from);
	json_str(j, "relationshipType", type);
	json_bytes(j, "relatedSpdxElement", to);
	json_close(j, '}');
}

static void
relations(struct json *j, const struct making *m)
{
	struct buf id = { 0 };

	json_open(j, "relationships", '[');
	relation(j, BYTES_LIT("SPDXRef-DOCUMENT"), "DESCRIBES", BYTES_LIT(PRODUCT));
	for (size_t i = 0; i < m->pieces.n; i++) {
		if (!layout_below(m->pieces.piece[i].name, LAYOUT_ARTEFACT, NULL))
			continue;
		buf_clear(&id);
		put_id(&id, "File", m->pieces.piece[i].name);
		relation(j, BYTES_LIT(PRODUCT), "GENERATES", buf_bytes(&id));
	}
	for (size_t i = 0; i < m->dpkg.n; i++) {
		if (!m->dpkg.package[i].taken)
			continue;
		buf_clear(&id);
		put_tool(&id, &m->dpkg.package[i]);
		relation(j, buf_bytes(&id), "BUILD_TOOL_OF", BYTES_LIT(PRODUCT));
	}
	json_close(j, ']');
	buf_done(&id);
}

void
sbom_print(const struct making *m, struct buf *out)
{
	struct json j = { .out = out };

	json_open(&j, NULL, '{');
	document(&j, m);
	packages(&j, m);
	files(&j, m);
	relations(&j, m);
	json_close(&j, '}');
	buf_u8(out, '\n');
}
