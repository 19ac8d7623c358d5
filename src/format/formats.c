/* The list of formats, made from formats.def. */
#include "format/format.h"

#define FORMAT(name) extern const struct format format_##name;
#include "format/formats.def"
#undef FORMAT

const struct format *const formats[] = {
#define FORMAT(name) &format_##name,
#include "format/formats.def"
#undef FORMAT
	NULL,
};
