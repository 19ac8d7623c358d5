#include "diff/kind.h"

#include "base/err.h"
#include "objdiff/objdiff.h"
#include "result/named.h"

struct magic {
	const char *bytes;
	uint16_t n, at;
	uint8_t kind;
	bool code;
	const char *type;
};

#define MAGIC(at_, s, kind_, code_, type_)                 \
	{                                                  \
		s, sizeof(s) - 1, at_, kind_, code_, type_ \
	}

/* The first that fits. Formats that only name code are here, too: they are not opened. */
/* clang-format off */
static const struct magic magics[] = {
	MAGIC(0, "!<arch>\n", KIND_AR, false, "ar"),
	MAGIC(0, "\x1f\x8b\x08", KIND_GZIP, false, "gzip"),
	MAGIC(0, "BZh", KIND_BZIP2, false, "bzip2"),
	MAGIC(0, "\xfd" "7zXZ\0", KIND_XZ, false, "xz"),
	MAGIC(0, "\x28\xb5\x2f\xfd", KIND_ZSTD, false, "zstd"),
	MAGIC(0, "\x04\x22\x4d\x18", KIND_LZ4, false, "lz4"),
	MAGIC(0, "\x1f\x9d", KIND_COMPRESS, false, "compress"),
	MAGIC(0, "PK\x03\x04", KIND_ZIP, false, "zip"),
	MAGIC(0, "PK\x05\x06", KIND_ZIP, false, "zip"),
	MAGIC(0, "7z\xbc\xaf\x27\x1c", KIND_7Z, false, "7z"),
	MAGIC(0, "MSCF\0\0\0\0", KIND_CAB, false, "cab"),
	MAGIC(0, "Rar!\x1a\x07", KIND_RAR, false, "rar"),
	MAGIC(0, "\xed\xab\xee\xdb", KIND_RPM, false, "rpm"),
	MAGIC(0, "hsqs", KIND_SQUASHFS, false, "squashfs"),
	MAGIC(0, "070701", KIND_CPIO, false, "cpio"),
	MAGIC(0, "070702", KIND_CPIO, false, "cpio"),
	MAGIC(0, "070707", KIND_CPIO, false, "cpio"),
	MAGIC(0, "\xc7\x71", KIND_CPIO, false, "cpio"),
	MAGIC(257, "ustar", KIND_TAR, false, "tar"),
	MAGIC(32769, "CD001", KIND_ISO, false, "iso 9660"),
	MAGIC(0, "\x89PNG\r\n\x1a\n", KIND_PNG, false, "PNG image"),
	MAGIC(0, "%PDF-", KIND_PDF, false, "PDF document"),
	MAGIC(0, "\xca\xfe\xba\xbe", KIND_DATA, true, "Java class"),
	MAGIC(0, "\xca\xfe\xda\xda", KIND_DATA, true, "Java image"),
	MAGIC(0, "\xda\xda\xfe\xca", KIND_DATA, true, "Java image"),
	MAGIC(0, "\xa2\xab\x0b\xf0", KIND_DATA, true, "Java class data"),
	MAGIC(0, "MZ", KIND_DATA, true, "DOS or PE program"),
	MAGIC(0, "\xfe\xed\xfa", KIND_DATA, true, "Mach-O"),
	MAGIC(1, "\xfa\xed\xfe", KIND_DATA, true, "Mach-O"),
	MAGIC(0, "\0asm", KIND_DATA, true, "WebAssembly"),
	MAGIC(0, "\x1bLua", KIND_DATA, true, "Lua bytecode"),
	MAGIC(0, "\x1bLJ", KIND_DATA, true, "LuaJIT bytecode"),
	MAGIC(0, ";ELC", KIND_DATA, true, "Emacs bytecode"),
	MAGIC(0, "dex\n", KIND_DATA, true, "Android bytecode"),
	MAGIC(0, "BC\xc0\xde", KIND_DATA, true, "LLVM bitcode"),
	MAGIC(0, "Caml1999", KIND_DATA, true, "OCaml object"),
	MAGIC(0, "\x1f\x8b", KIND_DATA, false, "gzip"),
	MAGIC(0, "GIF8", KIND_DATA, false, "GIF image"),
	MAGIC(0, "\xff\xd8\xff", KIND_DATA, false, "JPEG image"),
	MAGIC(0, "\xde\x12\x04\x95", KIND_DATA, false, "message catalog"),
	MAGIC(0, "\x95\x04\x12\xde", KIND_DATA, false, "message catalog"),
	MAGIC(0, "SQLite format 3\0", KIND_DATA, false, "SQLite database"),
};
/* clang-format on */

bool
kind_is_text(struct bytes head)
{
	size_t odd = 0;

	if (head.n >= 2 && (le16(head.p) == 0xfeff || be16(head.p) == 0xfeff))
		return false; /* UTF-16: its lines are not ours */
	for (size_t i = 0; i < head.n; i++) {
		uint8_t c = head.p[i];

		if (c == 0)
			return false;
		odd += c < ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f' &&
		       c != 0x1b && c != '\b';
	}
	return odd * 50 <= head.n;
}

static bool
has(struct bytes head, const struct magic *m)
{
	return bytes_eq(bytes_sub(head, m->at, m->n),
	    (struct bytes){ (const uint8_t *)m->bytes, m->n });
}

/* A tar of before POSIX has no magic, but a sum of its header's bytes, in octal. */
static bool
old_tar(struct bytes head)
{
	struct bytes h = bytes_sub(head, 0, 512);
	uint32_t sum = 0, told = 0;

	if (h.p == NULL || h.p[0] == 0)
		return false;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : h.p[i];
	for (size_t i = 148; i < 156; i++)
		if (h.p[i] >= '0' && h.p[i] <= '7')
			told = told * 8 + (h.p[i] - '0');
	return sum == told;
}

static bool
is_pyc(struct bytes head, struct bytes name)
{
	return head.n >= 16 && head.p[2] == '\r' && head.p[3] == '\n' &&
	       (named_ends(name, ".pyc") || named_ends(name, ".pyo"));
}

/* "#!" is for the kernel, and "<script" for a browser; so is what it does "onload". */
static bool
says_code(struct bytes head)
{
	return bytes_eq(bytes_clip(head, 0, 2), BYTES_LIT("#!")) ||
	       named_holds(bytes_clip(head, 0, 4096), "<?php") ||
	       named_holds(head, "<script") ||
	       (named_holds(bytes_clip(head, 0, 4096), "<svg") &&
		   (named_holds(head, "javascript:") || named_holds(head, " onload=") ||
		       named_holds(head, " onclick=") || named_holds(head, " onbegin=") ||
		       named_holds(head, " onerror="))) ||
	       named_holds(bytes_clip(head, 0, 512), "#compdef");
}

static struct kind_found
of_object(struct bytes head)
{
	return (struct kind_found){ KIND_OBJECT, true,
		objdiff_kind(head) == OBJDIFF_ELF ? "ELF" : "PE" };
}

struct kind_found
kind_of(struct bytes head, uint64_t size, struct bytes name, uint32_t mode)
{
	bool code = (mode & 0111) != 0 || named_as_code(name);

	if (size == 0)
		return (struct kind_found){ KIND_EMPTY, code, "empty file" };
	if (objdiff_kind(bytes_clip(head, 0, 64)) != OBJDIFF_NONE)
		return of_object(bytes_clip(head, 0, 64));
	for (size_t i = 0; i < COUNT(magics); i++)
		if (has(head, &magics[i]))
			return (struct kind_found){ (enum kind)magics[i].kind,
				magics[i].code || code, magics[i].type };
	if (is_pyc(head, name))
		return (struct kind_found){ KIND_PYC, true, "Python bytecode" };
	if (old_tar(head))
		return (struct kind_found){ KIND_TAR, code, "tar" };
	if (named_ends(name, ".lzma") && head.n > 13 && head.p[0] == 0x5d)
		return (struct kind_found){ KIND_LZMA, code, "lzma" };
	if (kind_is_text(head)) {
		code |= says_code(head);
		return (
		    struct kind_found){ KIND_TEXT, code, code ? "program text" : "text" };
	}
	return (struct kind_found){ KIND_DATA, code, code ? "binary code" : "data" };
}
