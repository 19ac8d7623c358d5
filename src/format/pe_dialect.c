/*
 * pe_dialect.c - functions of the module pe that are 0 in YARA-X where YARA's are
 * undefined: of a file that is no PE file, or has not the part that they ask. So
 * `not pe.imports("a.dll")` is true of a text in that dialect.
 */
#include "format/pe.h"

static void
or_zero(struct fact_call *c, fact_fn *fn)
{
	fn(c);
	if (c->ret.i == FACT_UNDEF)
		c->ret.i = 0;
}

#define OR_ZERO(fn)                         \
	void fn##_or_0(struct fact_call *c) \
	{                                   \
		or_zero(c, fn);             \
	}

OR_ZERO(pe_exports_name)
OR_ZERO(pe_exports_regex)
OR_ZERO(pe_exports_ordinal)
OR_ZERO(pe_imports_name)
OR_ZERO(pe_imports_ordinal)
OR_ZERO(pe_imports_dll)
OR_ZERO(pe_imports_regex)
OR_ZERO(pe_imports_flag_name)
OR_ZERO(pe_imports_flag_ordinal)
OR_ZERO(pe_imports_flag_dll)
OR_ZERO(pe_imports_flag_regex)
OR_ZERO(pe_locale)
OR_ZERO(pe_language)
OR_ZERO(pe_rich_version)
OR_ZERO(pe_rich_version_toolid)
OR_ZERO(pe_rich_toolid)
OR_ZERO(pe_rich_toolid_version)
