/*
 * explain_code.h - the back half of `candor explain`: what wakes a rule, its code.
 */
#pragma once

#include "rules/triggers.h"

/* The trigger set in words, with the cost of each pattern. */
/* What is not printable as <hh>: whoever shows the text escapes backslashes. */
void explain_text(struct buf *out, struct bytes s);

/* The trigger set in words, with the cost of each pattern. Appended. */
void explain_trigger(struct buf *out, const struct ir *ir, const struct ir_rule *rule,
    const struct trigger *t, const struct trigger_costs *costs);

/* The code that code_rule has appended: n bytes of out's layout. */
void explain_code(
    struct buf *out, const struct ir *ir, struct bytes code, const uint32_t *modules);
