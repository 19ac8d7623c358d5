/*
 * warn.c - YARA's warnings about strings and rules, by its words, where YARA tells them.
 */
#include "rules/warn.h"

#include "rules/parse.h"

void
warn_escapes(struct parser *p, const struct token *regex)
{
	static const char known[] = "tnrfaxwWsSdDbB";
	const struct bytes s = regex->s;

	if (!(p->env->flags & RULES_STRICT_ESCAPE))
		return;
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (s.p[i] != '\\')
			continue;
		i++;
		/* Letters only: a sign behind a backslash is that sign. */
		if ((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z' &&
		    strchr(known, s.p[i]) == NULL) {
			parse_warning(p, place_of(regex), "unknown escape sequence");
			return;
		}
	}
}

void
warn_pattern(struct parser *p, const struct token *name, const struct token *body,
    const struct ir_pattern *pattern)
{
	const char *id;

	if (pattern->kind == IR_RE)
		warn_escapes(p, body);
	if (!pattern->dot_star && !pattern->slow)
		return;
	id = parse_str(p, name->text);
	if (pattern->dot_star)
		parse_warning(p, place_of(name),
		    "%s contains .*, .+ or .{x,} consider using .{,N}, .{1,N} or {x,N} "
		    "with a reasonable value for N",
		    id);
	if (pattern->slow)
		parse_warning(
		    p, place_of(name), "string \"%s\" may slow down scanning", id);
}
