#include "format/identify.h"
#include "tests/tap.h"

/* Another format than the first one of equals would hide a wrong order: names do. */
static const char *
name_of(struct bytes file)
{
	const struct format *f = identify(file);

	return f ? f->name : "none";
}

TEST(by_first_bytes)
{
	uint8_t pe[512] = "MZ";

	EQ_S(name_of((struct bytes){ 0 }), "none");
	EQ_S(name_of(BYTES_LIT("text")), "none");
	EQ_S(name_of(BYTES_LIT("MZ")), "none");
	pe[0x3c] = 128;
	EQ_S(name_of((struct bytes){ pe, sizeof(pe) }), "none"); /* no header there */
	memcpy(pe + 128, "PE", 2);
	EQ_S(name_of((struct bytes){ pe, sizeof(pe) }), "pe");
}

/* A header behind what a probe sees: the name is tried, with less confidence. */
TEST(header_behind_the_head)
{
	static uint8_t pe[8192] = "MZ";

	pe[0x3d] = 0x18; /* 6144 */
	EQ_S(name_of((struct bytes){ pe, sizeof(pe) }), "pe");
	EQ_S(name_of((struct bytes){ pe, 4096 }), "none");
}
