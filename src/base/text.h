/*
 * text.h - strangers' bytes in our output.
 *
 * File names, rule names and matched data may hold anything: newlines that would
 * forge a line, escape sequences that would rewrite a terminal, bidi marks that
 * would show another name. What is printed goes through here.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"

/*
 * The length of the UTF-8 sequence at the start of s, with its code point; 0 when
 * there is none (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
 */
size_t text_utf8(struct bytes s, uint32_t *code);
bool text_is_utf8(struct bytes s);

/*
 * Printable characters as they are, a backslash doubled, everything else as \n
 * \r \t or \xHH a byte. One line, and no two inputs give the same output.
 */
void text_escape(struct buf *out, struct bytes s);

/*
 * The same, but a backslash stays as it is: for source lines and messages about them,
 * which people compare with what they wrote. There is no way back.
 */
void text_show(struct buf *out, struct bytes s);

/* What a hexadecimal digit of either case stands for; -1: c is none. */
static inline int
text_hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * A number in its one spelling: decimal, no sign, no leading zero, at most INT64_MAX, as
 * logs, statements and our own files have them. false: another text; *out is not touched.
 */
bool text_number(struct bytes s, uint64_t *out);

/* Does name match the shell pattern (* ? [set])? Case counts; a / is a letter. */
bool text_glob(const char *pattern, struct bytes name);
