#include <unistd.h>

#include "lib/lib_rig.h"

#define TEXT                                                            \
	"global rule g : x { condition: true }\n"                       \
	"private rule p { meta: a = -1 a = \"two\" condition: true }\n" \
	"rule r { strings: $s = \"find\" condition: $s }"

static int
list(void *arg, const struct candor_rule *rule)
{
	struct buf *b = arg;

	buf_printf(b, "%s%s:%s/%u", b->n ? " " : "", rule->ns, rule->name, rule->flags);
	for (size_t i = 0; i < rule->ntags; i++)
		buf_printf(b, ".%s", rule->tags[i]);
	for (size_t i = 0; i < rule->nmetas; i++)
		rig_meta(b, &rule->metas[i]);
	return strcmp(rule->name, "stop") == 0 ? 42 : 0;
}

TEST(each)
{
	struct candor_rules *r = rig_rules(TEXT, 0);
	struct candor_rules *stop =
	    rig_rules("rule stop { condition: true } rule x { condition: true }", 0);
	struct buf b = { 0 };

	EQ_I(candor_rules_each(r, list, &b), CANDOR_OK);
	EQ_S(buf_cstr(&b), "default:g/1.x default:p/2 a=-1 a=\"two\" default:r/0");
	buf_clear(&b);
	EQ_I(candor_rules_each(stop, list, &b), 42);
	EQ_S(buf_cstr(&b), "default:stop/0");
	buf_done(&b);
	candor_rules_free(r);
	candor_rules_free(stop);
	candor_rules_free(NULL);
}

/* The same rules again, from a file and from memory. */
TEST(save_and_load)
{
	struct candor_rules *r = rig_rules(TEXT, 0), *from_file = NULL, *copy = NULL;
	char dir[] = "/tmp/candor-lib.XXXXXX", path[64];
	struct candor_scanner *s;
	const void *p;
	size_t n;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/db", dir);
	EQ_I(candor_rules_save(r, path), CANDOR_OK);
	EQ_I(candor_rules_load(path, &from_file), CANDOR_OK);
	p = candor_rules_data(r, &n);
	EQ_I(candor_rules_load_memory(p, n, &copy), CANDOR_OK);
	candor_rules_free(r);
	s = candor_scanner_new(from_file, 0);
	rig_scan(s, "find", CANDOR_OK, "default:g x\ndefault:r $s@0+4=find");
	candor_scanner_free(s);
	s = candor_scanner_new(copy, CANDOR_PRIVATE);
	rig_scan(s, "find", CANDOR_OK,
	    "default:g x\ndefault:p a=-1 a=\"two\"\ndefault:r $s@0+4=find");
	candor_scanner_free(s);
	EQ_I(candor_rules_save(copy, "/nowhere/db"), CANDOR_ERR_ACCESS);
	EQ_S(candor_error(), "cannot write '/nowhere/db': no such file or directory");
	candor_rules_free(from_file);
	candor_rules_free(copy);
	test_remove(dir);
}

/* Each byte matters: a database that is damaged anywhere, or cut, is refused. */
TEST(damaged)
{
	struct candor_rules *r = rig_rules(TEXT, 0), *bad = NULL;
	size_t n;
	const void *p = candor_rules_data(r, &n);
	struct bytes copy = test_copy((struct bytes){ p, n });
	uint8_t *at = (uint8_t *)(uintptr_t)copy.p;

	for (size_t i = 0; i < n; i += 1 + n / 200) {
		ROW("byte %zu", i);
		at[i] ^= 1;
		EQ_I(candor_rules_load_memory(copy.p, n, &bad), CANDOR_ERR_FORMAT);
		at[i] ^= 1;
		EQ_I(candor_rules_load_memory(copy.p, i, &bad), CANDOR_ERR_FORMAT);
	}
	EQ_I(candor_rules_load("/dev/null", &bad), CANDOR_ERR_FORMAT);
	EQ_S(candor_error(), "'/dev/null' is not a database of candor");
	CHECK(bad == NULL);
	candor_rules_free(r);
}

TEST(references)
{
	struct candor_rules *r = rig_rules(TEXT, 0);
	size_t n;

	CHECK(candor_rules_ref(r) == r);
	candor_rules_free(r);
	CHECK(candor_rules_data(r, &n) != NULL && n > 0);
	candor_rules_free(r);
}
