/*
 * pdf.h - two PDF files, object by object.
 *
 * Objects are found by their words ("7 0 obj" ... "endobj"), not by the cross-reference
 * table, which a broken or hostile file may lie in; pairs have one number. Dictionaries
 * are compared as text, with the causes of cause.h (dates, identifiers), streams by what
 * they hold when unpacked. What a reader would run (JavaScript, actions) is code.
 */
#pragma once

#include "diff/run.h"

/* ERR_FORMAT: no objects were found; nothing was said. ERR_LIMIT: too many. */
MUST_USE enum err pdf_diff(struct run *r, struct bytes a, struct bytes b);
