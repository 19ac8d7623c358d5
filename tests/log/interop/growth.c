/* growth.c - DIR VKEY OLD: candor's consistency proof of a log, a hash a line. */
#include <stdio.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/text.h"
#include "log/checkpoint.h"
#include "log/tile.h"

int
main(int argc, char **argv)
{
	struct source_folder folder;
	struct fault f = { 0 };
	struct buf b = { 0 };
	struct note_key key;
	struct note note;
	struct checkpoint c;
	struct merkle_reader r;
	struct merkle_proof p;
	struct tile_reader *t;
	struct log_source s;
	uint64_t old;

	if (argc != 4 || source_folder_open(argv[1], &folder, &f) != OK)
		return 2;
	s = source_of_folder(&folder);
	if (note_key_parse(bytes_of(argv[2]), &key, &f) != OK ||
	    source_read(&s, "checkpoint", NOTE_MOST, &b, &f) != OK ||
	    checkpoint_open(buf_bytes(&b), &key, &note, &c, &f) != OK ||
	    tile_reader_new(&s, &c.head, &t, &f) != OK ||
	    !text_number(bytes_of(argv[3]), &old)) {
		fprintf(stderr, "%s\n", f.text);
		return 1;
	}
	r = tile_hashes(t, &f);
	if (merkle_prove_growth(&r, old, c.head.size, &p) != OK)
		return 1;
	buf_clear(&b);
	for (size_t i = 0; i < p.n; i++) {
		b64_put(&b, (struct bytes){ p.hash[i].b, MERKLE_HASH });
		buf_u8(&b, '\n');
	}
	fwrite(b.p, 1, b.n, stdout);
	tile_reader_free(t);
	source_folder_close(&folder);
	buf_done(&b);
	return 0;
}
