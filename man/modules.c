/*
 * modules.c - prints candor-modules(7): every name a rule may read, from the
 * same tables that the compiler and the condition machine use.
 */
#include <inttypes.h>
#include <stdio.h>

#include "modules/modules.h"

#define NAME_MAX_LEN 160
#define COLUMN       46 /* where the types stand */
#define DEPTH_MAX    8  /* tables are ours; deeper would be a loop */

static const char *
type_name(char c)
{
	switch (c) {
	case 'i': return "integer";
	case 'f': return "float";
	case 's': return "string";
	case 'r': return "regexp";
	case 'b': return "boolean";
	default: return "?";
	}
}

static const char *
value_name(enum fact_type type)
{
	return type_name(type == FACT_INT ? 'i' : type == FACT_FLOAT ? 'f' : 's');
}

static void
print_function(const char *path, const char *sig)
{
	const char *sep = "";
	int n = printf("%s(", path) + 1;

	for (; *sig != '\0' && *sig != ':'; sig++, sep = ", ")
		n += printf("%s%s", sep, type_name(*sig));
	printf(")%*s %s\n", n < COLUMN ? COLUMN - n : 0, "",
	    *sig == ':' ? type_name(sig[1]) : "?");
}

static void
print_constant(const char *path, const struct fact *f)
{
	if (f->type == FACT_STR)
		printf("%-*s = \\(dq%s\\(dq\n", COLUMN, path, f->text);
	else if (f->type == FACT_FLOAT)
		printf("%-*s = %g\n", COLUMN, path, f->flt);
	else
		printf("%-*s = %" PRId64 "\n", COLUMN, path, f->value);
}

/* Values first and constants behind, because there are so many of those. */
static void
print_table(const struct fact *table, const char *prefix, bool constants, int depth)
{
	char path[NAME_MAX_LEN];

	for (const struct fact *f = table; f && f->type != FACT_END; f++) {
		const char *dot = *prefix && *f->name ? "." : "";
		bool constant = (f->flags & FACT_CONST) != 0;

		snprintf(path, sizeof(path), "%s%s%s%s", prefix, dot, f->name,
		    f->type == FACT_ARRAY  ? "[integer]"
		    : f->type == FACT_DICT ? "[string]"
					   : "");
		if (constant && constants)
			print_constant(path, f);
		if (constant || f->flags & FACT_DIALECT ||
		    (f->flags & FACT_HIDDEN && f->type != FACT_FN))
			continue;
		if (f->sub != NULL && depth < DEPTH_MAX)
			print_table(f->sub, path, constants, depth + 1);
		else if (f->type == FACT_FN && !constants)
			print_function(path, f->sig);
		else if (!constants)
			printf("%-*s %s\n", COLUMN, path, value_name(f->type));
	}
}

int
main(void)
{
	puts(
	    ".\\\" Made by man/modules.c from the tables of the modules.\n"
	    ".Dd November 22, 2026\n"
	    ".Dt CANDOR-MODULES 7\n"
	    ".Os\n"
	    ".Sh NAME\n"
	    ".Nm candor-modules\n"
	    ".Nd what rules can read of a file\n"
	    ".Sh DESCRIPTION\n"
	    "A rule file that says\n"
	    ".Ql import \\(dqNAME\\(dq\n"
	    "may use what is listed under that name, with the name and a dot before it.\n"
	    "A value that a file does not have is undefined: see\n"
	    ".Xr candor-rules 7 .\n"
	    "Brackets hold an index that counts from 0, or a key.");
	for (const struct format *const *m = modules; *m != NULL; m++) {
		if ((*m)->facts == NULL || (*m)->unlisted)
			continue;
		printf(".Ss %s\n.Bd -literal\n", (*m)->name);
		print_table((*m)->facts, "", false, 0);
		print_table((*m)->facts, "", true, 0);
		puts(".Ed");
	}
	puts(".Sh SEE ALSO\n.Xr candor 1 ,\n.Xr candor-dump 1 ,\n.Xr candor-rules 7");
	return 0;
}
