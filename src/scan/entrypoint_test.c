#include "scan/entrypoint.h"

#include "base/fact.h"
#include "tests/tap.h"

TEST(no_program)
{
	EQ_I(entrypoint_of(test_hex("")), FACT_UNDEF);
	EQ_I(entrypoint_of(test_hex("4d5a")), FACT_UNDEF);
	EQ_I(entrypoint_of(test_hex("7f454c46")), FACT_UNDEF);
}

/* A 64-bit ELF with one segment: entry 0x400080, segment 0x400000 at offset 0. */
TEST(elf64)
{
	uint8_t f[64 + 56] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	struct bytes b = { f, sizeof(f) };

	put_le16(f + 16, 2);
	put_le64(f + 24, 0x400080);
	put_le64(f + 32, 64);
	put_le16(f + 54, 56);
	put_le16(f + 56, 1);
	put_le64(f + 64 + 16, 0x400000);
	put_le64(f + 64 + 40, 0x1000);
	EQ_I(entrypoint_of(test_copy(b)), 0x80);
	for (size_t n = 0; n < sizeof(f); n++)
		entrypoint_of(test_copy(bytes_sub(b, 0, n)));
	put_le64(f + 24, 0x500000);
	EQ_I(entrypoint_of(test_copy(b)), 0);
}

/* What is no executable goes by its sections; one without bytes holds nothing. */
TEST(elf32_sections)
{
	uint8_t f[52 + 2 * 40] = { 0x7f, 'E', 'L', 'F', 1, 1, 1 };
	struct bytes b = { f, sizeof(f) };
	uint8_t *s = f + 52;

	put_le16(f + 16, 3);
	put_le32(f + 24, 0x110);
	EQ_I(entrypoint_of(test_copy(b)), 0);
	put_le32(f + 32, 52);
	put_le16(f + 48, 2);
	for (int i = 0; i < 2; i++) {
		put_le32(s + 40 * i + 4, i == 0 ? 8 : 1);
		put_le32(s + 40 * i + 12, 0x100);
		put_le32(s + 40 * i + 16, i == 0 ? 0x1000 : 0x40);
		put_le32(s + 40 * i + 20, 0x20);
	}
	EQ_I(entrypoint_of(test_copy(b)), 0x50);
	put_le16(f + 48, 3); /* a table that leaves the file is none */
	EQ_I(entrypoint_of(test_copy(b)), 0);
}

TEST(pe)
{
	uint8_t f[0x40 + 24 + 224 + 41] = { 'M', 'Z' };
	struct bytes b = { f, sizeof(f) };
	uint8_t *section = f + 0x40 + 24 + 224;

	put_le32(f + 0x3c, 0x40);
	put_le32(f + 0x40, 0x4550);
	put_le16(f + 0x44, 0x14c);
	put_le16(f + 0x46, 1);
	put_le16(f + 0x40 + 20, 224);
	put_le32(f + 0x40 + 24 + 16, 0x1010);
	put_le32(section + 8, 0x100);
	put_le32(section + 12, 0x1000);
	put_le32(section + 20, 0x200);
	EQ_I(entrypoint_of(test_copy(b)), 0x210);
	for (size_t n = 0; n < sizeof(f); n++)
		entrypoint_of(test_copy(bytes_sub(b, 0, n)));
	put_le32(f + 0x40 + 24 + 16, 0x5010); /* far behind the section's end */
	EQ_I(entrypoint_of(test_copy(b)), 0x4210);
	put_le32(f + 0x40 + 24 + 16, 0x10);
	EQ_I(entrypoint_of(test_copy(b)), 0x10);
	EQ_I(entrypoint_of(test_copy(bytes_sub(b, 0, b.n - 1))), 0);
	put_le16(f + 0x44, 0xaa64);
	EQ_I(entrypoint_of(test_copy(b)), FACT_UNDEF);
	put_le16(f + 0x44, 0x8664);
	put_le32(f + 0x3c, UINT32_MAX);
	EQ_I(entrypoint_of(test_copy(b)), FACT_UNDEF);
}
