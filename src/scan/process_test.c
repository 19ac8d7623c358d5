/* process_test.c - objects in regions: what YARA says of a process, in small. */
#include "scan/scan_rig.h"

#define AT_A 0x1000u
#define AT_B 0x1008u /* right behind A: nothing crosses all the same */
#define AT_C 0x7fff00000000u

/* Three regions: "..needle", "le..ABCD", and letters far away. */
static const struct region regions[] = {
	{ AT_A, BYTES_LIT("..needle") },
	{ AT_B, BYTES_LIT("needABCD") },
	{ AT_C, BYTES_LIT("far xxxxxxxx needle") },
};
static const struct regions process = { regions, COUNT(regions) };

/* clang-format off */
static const struct {
	const char *rule;
	bool is;
} rows[] = {
	{ "strings: $a = \"needle\" condition: #a == 2", true },
	{ "strings: $a = \"needle\" condition: @a[1] == 0x1002 and @a[2] == 0x7fff0000000d", true },
	{ "strings: $a = \"needle\" condition: $a at 0x1002", true },
	{ "strings: $a = \"needle\" condition: $a at 2", false },
	{ "strings: $a = \"needle\" condition: $a in (0x1000..0x1002)", true },
	{ "strings: $a = \"needle\" condition: $a in (0x1003..0x7fff0000000c)", false },
	{ "strings: $a = \"leneed\" condition: $a", false },
	{ "strings: $a = /needle?need/ condition: $a", false },
	{ "strings: $a = /d[a-z]*n/ condition: $a", false },
	{ "strings: $a = { 6c 65 [0-4] 6e 65 } condition: $a", false },
	{ "strings: $a = { 2e 6e 65 [0-200] 41 42 } condition: $a", false },
	{ "strings: $a = { 66 61 72 [4-200] 6e 65 } condition: #a == 1 and !a == 15", true },
	{ "strings: $a = { 6e 65 65 64 [0-2000] 65 } condition: #a == 2", true },
	{ "strings: $a = \"needle\" fullword condition: #a == 2", true },
	{ "strings: $a = /^needABCD/ condition: $a", true },
	{ "strings: $a = /ABCD$/ condition: $a", true },
	{ "strings: $a = /[A-D]{4}/ condition: $a at 0x100c", true },
	{ "condition: uint8(0x1008) == 0x6e", true },
	{ "condition: uint16be(0x1007) == 0x656e", false },
	{ "condition: uint32be(0x7fff00000000) == 0x66617220", true },
	{ "condition: defined uint8(0)", false },
	{ "condition: defined uint8(0x1010)", false },
	{ "condition: filesize >= 0", false },
	{ "condition: defined filesize", false },
	{ "condition: defined entrypoint", false },
	{ "condition: hash.md5(0x1002, 6) == \"13f235d9e60e5cb067edea80a6bfc0d8\"", false },
	{ "condition: hash.md5(0x1002, 6) == hash.md5(0x7fff0000000d, 6)", true },
	{ "condition: defined hash.md5(0, 6)", false },
	{ "condition: math.entropy(0x7fff00000004, 8) == 0.0", true },
	{ "condition: defined math.entropy(0x2000, 8)", false },
	{ "condition: pe.is_pe", false },
};
/* clang-format on */

/* A rule of its own, among others that share the passes. */
static const char *
scan_text(const char *body, const struct regions *what)
{
	struct buf text = { 0 };
	struct rig r;
	const char *said;

	buf_printf(&text,
	    "import \"hash\" import \"math\" import \"pe\" import \"elf\"\n"
	    "rule r { %s }",
	    body);
	rig_open(&r, buf_cstr(&text), &(struct scan_opts){ .flags = SCAN_MATCHES });
	struct sink to = { &r.heard, hear };
	EQ_U(scan_regions(r.scan, what, &to), OK);
	said = strcmp(buf_cstr(&r.heard.text), "r") == 0 ? "r"
	       : r.heard.text.n == 0                     ? ""
							 : "something else";
	rig_close(&r);
	buf_done(&text);
	return said;
}

TEST(rules)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].rule);
		EQ_S(scan_text(rows[i].rule, &process), rows[i].is ? "r" : "");
	}
}

/* The first program counts, not the libraries before it. */
TEST(modules)
{
	uint8_t elf[3][128] = { { 0 } };
	struct region r[3];
	const struct regions three = { r, 3 };

	for (unsigned i = 0; i < 3; i++) {
		memcpy(elf[i],
		    "\x7f"
		    "ELF\x02\x01\x01",
		    7);
		put_le16(elf[i] + 16, i == 0 ? 3 : 2); /* ET_DYN, then two of ET_EXEC */
		put_le16(elf[i] + 18, (uint16_t)(0x3e + i));
		put_le32(elf[i] + 20, 1);
		put_le64(elf[i] + 24, 0x400010 + i);
		put_le16(elf[i] + 52, 64);
		r[i] =
		    (struct region){ 0x400000 + i * 0x1000, { elf[i], sizeof(elf[i]) } };
	}
	EQ_S(scan_text(
		 "condition: elf.machine == 0x3f and elf.type == elf.ET_EXEC", &three),
	    "r");
	EQ_S(scan_text("condition: entrypoint == 0x400011", &three), "r");
	EQ_S(scan_text("condition: elf.entry_point == 0x801011", &three),
	    "r"); /* as YARA */
	EQ_S(scan_text("condition: defined elf.type", &(struct regions){ r, 1 }), "");
}

/* Files and processes in turn, by one scanner: nothing of the one stays for the other. */
TEST(in_turn)
{
	struct rig r;
	struct sink to;

	rig_open(&r,
	    "rule a { strings: $a = \"needle\" condition: $a at 0x1002 }\n"
	    "rule f { strings: $a = \"needle\" condition: $a at 2 and filesize == 8 }\n"
	    "rule n { condition: not defined filesize }",
	    &(struct scan_opts){ .flags = SCAN_MATCHES });
	to = (struct sink){ &r.heard, hear };
	for (int i = 0; i < 3; i++) {
		EQ_S(rig_scan(&r, regions[0].data), "f");
		buf_clear(&r.heard.text);
		EQ_U(scan_regions(r.scan, &process, &to), OK);
		EQ_S(buf_cstr(&r.heard.text), "a n");
		buf_clear(&r.heard.text);
		EQ_U(scan_regions(r.scan, &(struct regions){ 0 }, &to), OK);
		EQ_S(buf_cstr(&r.heard.text), "n");
	}
	rig_close(&r);
}
