#include "modules/modules.h"

#ifndef CHECK_MODULE /* meson.build: the modules for tests, where there are tests */
#define CHECK_MODULE(name)
#endif

#define FORMAT(name) extern const struct format format_##name;
#include "format/formats.def"
#undef FORMAT
#define MODULE(name) extern const struct format module_##name;
#include "modules/modules.def"
#undef MODULE

const struct format *const modules[] = {
#define FORMAT(name) &format_##name,
#include "format/formats.def"
#undef FORMAT
#define MODULE(name) &module_##name,
#include "modules/modules.def"
#undef MODULE
	NULL,
};

const struct fact_module *
modules_tables(struct arena *a, size_t *n)
{
	struct fact_module *list;

	for (*n = 0; modules[*n] != NULL;)
		++*n;
	list = ARENA_ARRAY(a, *n + 1, struct fact_module);
	for (size_t i = 0; list != NULL && i < *n; i++)
		list[i] = (struct fact_module){ modules[i]->name, modules[i]->facts,
			modules[i]->facts_size, modules[i]->needs, modules[i]->yarax };
	return list;
}

const struct format *
module_find(struct bytes name)
{
	for (const struct format *const *m = modules; *m != NULL; m++)
		if (bytes_eq(bytes_of((*m)->name), name))
			return *m;
	return NULL;
}
