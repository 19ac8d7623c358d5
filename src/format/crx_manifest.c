/*
 * crx_manifest.c - manifest.json of an extension, and the table of messages in which
 * names such as "__MSG_appName__" are looked up.
 *
 * A manifest counts as a whole or not at all, as in YARA-X: one member of the wrong type,
 * or one that is there twice, and nothing of it is shown.
 */
#include "crypto/hash.h"
#include "format/crx.h"
#include "format/jread.h"

#define MESSAGE_BEFORE BYTES_LIT("__MSG_")
#define MESSAGE_BEHIND BYTES_LIT("__")

/* The members that are read: strings, and lists of them. */
struct member {
	const char *name;
	uint32_t at;
	bool list;
};

#define TEXT(f)                                    \
	{                                          \
#f, offsetof(struct crx, f), false \
	}
#define LIST(f)                                   \
	{                                         \
#f, offsetof(struct crx, f), true \
	}

/* clang-format off */
static const struct member members[] = {
	TEXT(version), TEXT(name), TEXT(description), TEXT(minimum_chrome_version),
	TEXT(homepage_url), TEXT(default_locale),
	LIST(permissions), LIST(host_permissions), LIST(optional_permissions),
	LIST(optional_host_permissions),
};
/* clang-format on */

/*
 * The last entry of that name, unpacked; ERR_FORMAT: there is none that can be read. The
 * last of several entries of one name counts, as for YARA-X and for Chrome's own
 * unpacking, which writes over.
 */
static enum err
unpack(const struct crx *x, struct bytes name, struct bytes *out)
{
	struct zip_dir dir = x->zip;
	struct zip_record r, found = { 0 };

	while (zip_dir_next(&dir, &r))
		if (bytes_eq(r.name, name))
			found = r;
	if (found.name.p == NULL)
		return ERR_FORMAT;
	return zip_unpack(&x->zip, &found, x->parse->arena, CRX_TEXT_MOST, out);
}

/* An array of strings. ERR_LIMIT: the arena, or CRX_ITEMS_MOST. */
static enum err
read_list(struct jread *j, struct fact_array *out)
{
	const struct bytes *list = NULL;
	size_t n = 0, cap = 0;

	jread_open(j, '[');
	while (jread_element(j)) {
		struct bytes *grown =
		    arena_grow(j->arena, list, &cap, n + 1, sizeof(*list));

		if (grown == NULL || n == CRX_ITEMS_MOST)
			return ERR_LIMIT;
		grown[n++] = jread_string(j);
		list = grown;
	}
	*out = (struct fact_array){ list, (uint32_t)n };
	return OK;
}

static enum err
read_member(struct crx *x, struct jread *j, const struct member *m)
{
	void *at = (uint8_t *)x + m->at;

	if (m->list) {
		struct fact_array list = { 0 };
		enum err e = read_list(j, &list);

		memcpy(at, &list, sizeof(list));
		return e;
	}
	if (jread_next(j) == '"') {
		struct bytes text = jread_string(j);

		memcpy(at, &text, sizeof(text));
	} else if (jread_next(j) == 'n') {
		jread_skip(j);
	} else {
		j->bad = true;
	}
	return OK;
}

static size_t
member_of(struct bytes key)
{
	size_t i = 0;

	while (i < COUNT(members) && !bytes_eq(key, bytes_of(members[i].name)))
		i++;
	return i;
}

static enum err
read_members(struct crx *x, struct jread *j)
{
	bool seen[COUNT(members)] = { false };
	struct bytes key;

	jread_open(j, '{');
	while (jread_member(j, &key)) {
		size_t i = member_of(key);

		if (i == COUNT(members)) {
			jread_skip(j);
			continue;
		}
		j->bad |= seen[i];
		seen[i] = true;
		TRY(read_member(x, j, &members[i]));
	}
	return jread_done(j) ? OK : ERR_FORMAT;
}

static void
forget(struct crx *x)
{
	_Static_assert(sizeof(struct fact_array) == sizeof(struct bytes), "one size");
	for (size_t i = 0; i < COUNT(members); i++)
		memset((uint8_t *)x + members[i].at, 0, sizeof(struct bytes));
}

/* One entry of the table: an object that has a message. */
static struct bytes
read_message(struct jread *j)
{
	struct bytes key, message = { 0 };

	jread_open(j, '{');
	while (jread_member(j, &key)) {
		if (!bytes_eq(key, BYTES_LIT("message"))) {
			jread_skip(j);
			continue;
		}
		j->bad |= message.p != NULL;
		message = jread_string(j);
	}
	j->bad |= message.p == NULL;
	return message;
}

/* The key in "__MSG_key__", or no bytes. */
static struct bytes
message_key(struct bytes text)
{
	size_t before = MESSAGE_BEFORE.n, both = before + MESSAGE_BEHIND.n;

	if (text.n < both || !bytes_eq(bytes_sub(text, 0, before), MESSAGE_BEFORE) ||
	    !bytes_eq(bytes_from(text, text.n - MESSAGE_BEHIND.n), MESSAGE_BEHIND))
		return (struct bytes){ 0 };
	return bytes_sub(text, before, text.n - both);
}

/* What the table has for name and description; ERR_FORMAT: it is none. */
static enum err
read_messages(struct crx *x, struct bytes text, struct bytes *name, struct bytes *about)
{
	struct bytes name_key = message_key(x->name);
	struct bytes about_key = message_key(x->description), key;
	struct jread j = jread_of(text, x->parse->arena);

	jread_open(&j, '{');
	while (jread_member(&j, &key)) {
		struct bytes message = read_message(&j);

		if (name_key.p != NULL && bytes_eq(key, name_key))
			*name = message;
		if (about_key.p != NULL && bytes_eq(key, about_key))
			*about = message;
	}
	return jread_done(&j) ? OK : ERR_FORMAT;
}

/* The table of the default language, or of English. With one, the raw texts are shown. */
static enum err
read_locale(struct crx *x)
{
	struct bytes name = x->name, about = x->description, text;
	struct bytes language = x->default_locale.p ? x->default_locale : BYTES_LIT("en");
	const char *path = arena_printf(x->parse->arena, "_locales/%.*s/messages.json",
	    (int)(language.n & INT16_MAX), (const char *)language.p);

	if (path == NULL)
		return ERR_LIMIT;
	TRY(unpack(x, bytes_of(path), &text));
	TRY(read_messages(x, text, &name, &about));
	x->raw_name = x->name;
	x->raw_description = x->description;
	x->name = name;
	x->description = about;
	return OK;
}

enum err
crx_read_manifest(struct crx *x)
{
	struct bytes text;
	struct jread j;
	enum err e;

	TRY(unpack(x, BYTES_LIT("manifest.json"), &text));
	j = jread_of(text, x->parse->arena);
	e = read_members(x, &j);
	if (e != OK) {
		forget(x);
		return e;
	}
	return read_locale(x);
}

/* The SHA-256 of all permissions, one behind the other, in hex. */
void
crx_permhash(struct fact_call *c)
{
	const struct crx *x = c->self;
	const struct bytes *p = x->permissions.p;
	uint8_t digest[HASH_MAX];
	char *hex = x->parse ? arena_alloc(c->arena, 2 * HASH_MAX + 1) : NULL;
	struct hash h;

	if (hex == NULL)
		return;
	hash_init(&h, HASH_SHA256);
	for (uint32_t i = 0; i < x->permissions.n; i++)
		hash_add(&h, p[i]);
	hash_done(&h, digest);
	hash_hex(digest, hash_size(HASH_SHA256), hex);
	c->ret.s = bytes_of(hex);
}
