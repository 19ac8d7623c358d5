/*
 * warn.h - what YARA warns of when it reads a rule.
 */
#pragma once

#include "rules/ir.h"

struct parser;
struct token;

/* What there is to say of the string `name` with this body, in YARA's order. */
void warn_pattern(struct parser *p, const struct token *name, const struct token *body,
    const struct ir_pattern *pattern);

/* `-E`: a backslash before a letter that means nothing. */
void warn_escapes(struct parser *p, const struct token *regex);
