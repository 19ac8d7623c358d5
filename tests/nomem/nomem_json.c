/* nomem_json.c - jansson's memory, refused as ours is. Its names meet those of
 * base/json.h. */
#include <jansson.h>
#include <stdlib.h>

#include "tests/nomem/nomem.h"

void
nomem_jansson(void)
{
	json_set_alloc_funcs(nomem_malloc, free);
}
