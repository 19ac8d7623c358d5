/*
 * macho.c - headers, load commands and fat tables of Mach-O files.
 *
 * Apple's loader.h and fat.h are the specification; names of fields are theirs.
 */
#include "format/macho.h"

#define MH_MAGIC     0xfeedface
#define MH_CIGAM     0xcefaedfe
#define MH_MAGIC_64  0xfeedfacf
#define MH_CIGAM_64  0xcffaedfe
#define FAT_MAGIC    0xcafebabe
#define FAT_MAGIC_64 0xcafebabf

#define LC_SEGMENT    0x1
#define LC_UNIXTHREAD 0x5
#define LC_SEGMENT_64 0x19
#define LC_MAIN       0x80000028

#define HEADER_32  28
#define HEADER_64  32
#define SEGMENT_32 56
#define SEGMENT_64 72
#define SECTION_32 68
#define SECTION_64 80
#define COMMAND    8  /* cmd and cmdsize */
#define THREAD     16 /* and flavor and count */
#define NAME       16

bool
macho_spend(struct macho *m, uint64_t n)
{
	m->steps = num_add(m->steps, n);
	return m->steps <= m->budget;
}

uint32_t
macho_u32(const struct macho_image *i, struct cur *c)
{
	return i->big ? cur_be32(c) : cur_le32(c);
}

uint64_t
macho_u64(const struct macho_image *i, struct cur *c)
{
	return i->big ? cur_be64(c) : cur_le64(c);
}

/* A field as wide as an address. */
static int64_t
word(const struct macho_image *i, struct cur *c)
{
	return i->wide ? (int64_t)macho_u64(i, c) : macho_u32(i, c);
}

/* Sixteen bytes, padded with NULs. */
static struct bytes
name_at(struct cur *c)
{
	struct bytes b = cur_take(c, NAME);
	const uint8_t *nul = b.n ? memchr(b.p, 0, b.n) : NULL;

	return nul ? (struct bytes){ b.p, (size_t)(nul - b.p) } : b;
}

static size_t
header_size(const struct macho_image *i)
{
	return i->wide ? HEADER_64 : HEADER_32;
}

/* Is there an image, and of what kind? */
static bool
is_thin(struct bytes file, bool *wide, bool *big)
{
	uint32_t magic = rec_le32(file, 0);

	*wide = magic == MH_MAGIC_64 || magic == MH_CIGAM_64;
	*big = magic == MH_CIGAM || magic == MH_CIGAM_64;
	return *wide || *big || magic == MH_MAGIC;
}

/*
 * loader.h: struct mach_header. magic is shown as it stands, not in the file's order. In
 * a fat file YARA takes any magic: for 64 bits, and the low byte first, when it is none.
 */
static bool
read_header(struct macho_image *i, struct bytes file)
{
	CHECKED struct cur c = cur_at(file, 4);

	if (!is_thin(file, &i->wide, &i->big)) {
		i->wide = true;
		i->big = false;
	}
	if (file.n < HEADER_64) { /* whatever the class, as in YARA */
		cur_ok(&c);
		return false;
	}
	i->file = file;
	i->magic = rec_le32(file, 0);
	i->magic_read = rec_be32(file, 0);
	i->cputype = macho_u32(i, &c);
	i->cpusubtype = macho_u32(i, &c);
	i->filetype = macho_u32(i, &c);
	i->ncmds = macho_u32(i, &c);
	i->sizeofcmds = macho_u32(i, &c);
	i->flags = macho_u32(i, &c);
	if (i->wide)
		i->reserved = macho_u32(i, &c);
	return cur_ok(&c);
}

/* loader.h: struct section and section_64. */
static void
read_section(const struct macho_image *i, struct cur *c, struct macho_section *s)
{
	s->sectname = name_at(c);
	s->segname = name_at(c);
	s->addr = word(i, c);
	s->size = word(i, c);
	s->offset = macho_u32(i, c);
	s->align = macho_u32(i, c);
	s->reloff = macho_u32(i, c);
	s->nreloc = macho_u32(i, c);
	s->flags = macho_u32(i, c);
	s->reserved1 = macho_u32(i, c);
	s->reserved2 = macho_u32(i, c);
	s->reserved3 = i->wide ? macho_u32(i, c) : FACT_UNDEF;
}

/*
 * The sections that the command holds whole, nsects at most: n is cut to rows.n / size
 * first, so the cursor does not fail and needs no question.
 */
static enum err
read_sections(struct macho *m, const struct macho_image *i, struct bytes rows,
    struct macho_segment *g)
{
	size_t size = i->wide ? SECTION_64 : SECTION_32;
	size_t n = rows.n / size;
	struct cur c = cur_at(rows, 0);
	struct macho_section *s;

	if (n > (uint64_t)g->nsects)
		n = (size_t)g->nsects;
	s = ARENA_ARRAY(m->parse->arena, n, struct macho_section);
	if (s == NULL && n > 0)
		return ERR_LIMIT;
	for (size_t k = 0; k < n && macho_spend(m, 1); k++)
		read_section(i, &c, &s[k]);
	g->sections = (struct fact_array){ s, (uint32_t)n };
	return OK;
}

/* A command and all that follows it in the file. */
static struct bytes
to_end(const struct macho_image *i, struct bytes command)
{
	return bytes_from(i->file, (uint64_t)(command.p - i->file.p));
}

/*
 * loader.h: struct segment_command and segment_command_64. A command that is too short
 * for it goes on into the next one, as in YARA; it has no sections then.
 */
static enum err
read_segment(struct macho *m, const struct macho_image *i, struct bytes command,
    struct macho_segment *g)
{
	CHECKED struct cur c = cur_at(to_end(i, command), COMMAND);

	g->segname = name_at(&c);
	g->vmaddr = word(i, &c);
	g->vmsize = word(i, &c);
	g->fileoff = word(i, &c);
	g->fsize = word(i, &c);
	g->maxprot = macho_u32(i, &c);
	g->initprot = macho_u32(i, &c);
	g->nsects = macho_u32(i, &c);
	g->flags = macho_u32(i, &c);
	if (!cur_ok(&c))
		return ERR_FORMAT;
	return read_sections(
	    m, i, bytes_from(command, i->wide ? SEGMENT_64 : SEGMENT_32), g);
}

/*
 * The offset of an address, by the segments that were read. start + vmsize may wrap: then
 * the segment holds nothing.
 */
static int64_t
offset_of(const struct macho_image *i, uint64_t address)
{
	const struct macho_segment *g = i->segments.p;

	for (uint32_t k = 0; k < i->segments.n; k++) {
		uint64_t start = (uint64_t)g[k].vmaddr;

		if (address >= start && address < start + (uint64_t)g[k].vmsize)
			return (int64_t)((uint64_t)g[k].fileoff + (address - start));
	}
	return FACT_UNDEF;
}

/* Where the program counter lies in the state of a thread, by processor. */
struct thread {
	uint32_t cputype;
	uint16_t at, size; /* size: of the whole state */
	bool wide;
};

/* clang-format off */
static const struct thread threads[] = {
	{ 6, 68, 72, false },           /* MC680x0: pc */
	{ 7, 40, 64, false },           /* x86: eip */
	{ 12, 60, 68, false },          /* ARM: pc */
	{ 13, 124, 136, false },        /* MC88000: xip */
	{ 14, 4, 76, false },           /* SPARC: pc */
	{ 18, 0, 160, false },          /* PowerPC: srr0 */
	{ 0x1000007, 128, 168, true },  /* x86-64: rip */
	{ 0x100000c, 256, 272, true },  /* ARM64: pc */
	{ 0x1000012, 0, 304, true },    /* PowerPC 64: srr0 */
};
/* clang-format on */

static const struct thread *
thread_of(int64_t cputype)
{
	for (size_t k = 0; k < COUNT(threads); k++)
		if (threads[k].cputype == cputype)
			return &threads[k];
	return NULL;
}

/* 0 when the state is too short. */
static uint64_t
program_counter(const struct macho_image *i, const struct thread *t, struct bytes state)
{
	struct macho_image as = { .big = i->big, .wide = t->wide };
	struct cur c = cur_at(state, t->at);

	return state.n < t->size ? 0 : (uint64_t)word(&as, &c);
}

/*
 * loader.h: struct thread_command; the state stands behind flavor and count. YARA takes
 * the command's size here as it stands in memory, so in a file of the other byte order
 * the state goes on as far as the file does.
 */
static void
read_thread(struct macho_image *i, struct bytes rest)
{
	struct bytes command = bytes_clip(rest, 0, rec_le32(rest, 4));
	const struct thread *t = thread_of(i->cputype);
	int64_t at;

	if (t == NULL || command.n < THREAD)
		return;
	at = offset_of(i, program_counter(i, t, bytes_from(command, THREAD)));
	if (at != FACT_UNDEF)
		i->entry_point = at;
}

/* loader.h: struct entry_point_command, whatever size it says it has. */
static void
read_main(struct macho_image *i, struct bytes rest)
{
	CHECKED struct cur c = cur_at(rest, COMMAND);
	uint64_t entry = macho_u64(i, &c), stack = macho_u64(i, &c);

	if (!cur_ok(&c))
		return;
	i->entry_point = (int64_t)entry;
	i->stack_size = (int64_t)stack;
}

/*
 * One turn takes eight bytes at least, so there are fewer commands than the file has
 * bytes, whatever ncmds says.
 */
bool
macho_next_command(const struct macho_image *i, struct macho_commands *c, uint32_t *cmd,
    struct bytes *command)
{
	CHECKED struct cur at = cur_at(c->left, 0);
	uint32_t size;

	*cmd = macho_u32(i, &at);
	size = macho_u32(i, &at);
	if (!cur_ok(&at) || c->n-- <= 0 || size < COMMAND || size > c->left.n)
		return false;
	*command = bytes_sub(c->left, 0, size);
	c->left = bytes_from(c->left, size);
	return true;
}

struct macho_commands
macho_commands_of(const struct macho_image *i)
{
	return (struct macho_commands){ bytes_from(i->file, header_size(i)), i->ncmds };
}

static bool
is_segment(uint32_t cmd)
{
	return cmd == LC_SEGMENT || cmd == LC_SEGMENT_64;
}

static enum err
read_segments(struct macho *m, struct macho_image *i)
{
	struct macho_commands walk = macho_commands_of(i);
	struct macho_segment *g;
	struct bytes command;
	size_t most = 0, n = 0;
	uint32_t cmd;

	while (macho_next_command(i, &walk, &cmd, &command) && macho_spend(m, 1))
		most += is_segment(cmd);
	g = ARENA_ARRAY(m->parse->arena, most, struct macho_segment);
	if (g == NULL && most > 0)
		return ERR_LIMIT;
	walk = macho_commands_of(i);
	/* there may be more now: a mapped file may be written to */
	while (n < most && macho_next_command(i, &walk, &cmd, &command) &&
	       macho_spend(m, 1)) {
		if (is_segment(cmd) && read_segment(m, i, command, &g[n]) == OK)
			n++;
	}
	i->segments = (struct fact_array){ g, (uint32_t)n };
	i->number_of_segments = (int64_t)n;
	return OK;
}

static enum err
read_commands(struct macho *m, struct macho_image *i)
{
	struct macho_commands walk = macho_commands_of(i);
	struct bytes command;
	uint32_t cmd;

	TRY(read_segments(m, i));
	while (macho_next_command(i, &walk, &cmd, &command) && macho_spend(m, 1)) {
		struct bytes rest = to_end(i, command);

		if (cmd == LC_UNIXTHREAD)
			read_thread(i, rest);
		else if (cmd == LC_MAIN)
			read_main(i, rest);
	}
	return OK;
}

/* fat.h: struct fat_arch and fat_arch_64, always with the high byte first. */
static void
read_arch(struct cur *c, bool wide, struct macho_arch *a)
{
	a->cputype = cur_be32(c);
	a->cpusubtype = cur_be32(c);
	a->offset = wide ? (int64_t)cur_be64(c) : cur_be32(c);
	a->size = wide ? (int64_t)cur_be64(c) : cur_be32(c);
	a->align = cur_be32(c);
	a->reserved = wide ? cur_be32(c) : 0;
}

/*
 * fat.h: images lie anywhere, over each other and over the table. n rows lie in the file,
 * but an image here is many times as large as a row there: the arena bounds that,
 * the steps what is read of them.
 */
static enum err
read_fat(struct macho *m)
{
	bool wide = m->fat_magic == FAT_MAGIC_64;
	size_t size = wide ? 32 : 20, n = (size_t)m->nfat_arch;
	struct bytes file = m->parse->file, rows = bytes_from(file, 8);
	struct macho_arch *a;
	struct macho_image *i;

	/* YARA reads none of a table that leaves the file. */
	if (n > rows.n / size)
		return OK;
	a = ARENA_ARRAY(m->parse->arena, n, struct macho_arch);
	i = ARENA_ARRAY(m->parse->arena, n, struct macho_image);
	if ((a == NULL || i == NULL) && n > 0)
		return ERR_LIMIT;
	for (size_t k = 0; k < n && macho_spend(m, 1); k++) {
		struct cur c = cur_at(rows, k * size);
		struct bytes image;

		read_arch(&c, wide, &a[k]);
		fact_clear(macho_image_facts, &i[k]);
		image = bytes_sub(file, (uint64_t)a[k].offset, (uint64_t)a[k].size);
		if (image.p != NULL && read_header(&i[k], image))
			TRY(read_commands(m, &i[k]));
	}
	m->fat_arch = (struct fact_array){ a, (uint32_t)n };
	m->files = (struct fact_array){ i, (uint32_t)n };
	return OK;
}

static bool
is_fat(struct bytes head)
{
	uint32_t magic = rec_le32(head, 0);

	magic = __builtin_bswap32(magic);
	return head.n >= 8 && (magic == FAT_MAGIC || magic == FAT_MAGIC_64);
}

static enum err
macho_open(struct parse *p)
{
	struct macho *m = p->facts;

	if (is_fat(p->file)) {
		m->fat_magic = be32(p->file.p);
		m->nfat_arch = be32(p->file.p + 4);
	} else if (!is_thin(p->file, &m->image.wide, &m->image.big) ||
		   !read_header(&m->image, p->file))
		return ERR_FORMAT;
	m->parse = p;
	m->budget = num_add(1 << 16, p->file.n);
	return OK;
}

static int
macho_probe(struct bytes head, uint64_t size)
{
	bool wide, big;

	if (is_thin(head, &wide, &big))
		return size >= HEADER_64 ? 90 : 0;
	/* Java classes begin with the same four bytes: no file has so many images. */
	return is_fat(head) ? (be32(head.p + 4) < 32 ? 80 : 10) : 0;
}

enum err
macho_ended(struct macho *m, enum err e)
{
	if (e == OK && m->steps <= m->budget && !m->parse->arena->spent)
		return OK;
	m->spent = true;
	m->parse->notes |= MACHO_NOTE_LIMIT;
	return ERR_LIMIT;
}

enum err
macho_load_commands(void *facts)
{
	struct macho *m = facts;

	if (m->parse == NULL || m->image.file.p == NULL)
		return OK;
	if (m->commands)
		return m->spent ? ERR_LIMIT : OK;
	m->commands = true;
	return macho_ended(m, read_commands(m, &m->image));
}

enum err
macho_load_fat(void *facts)
{
	struct macho *m = facts;

	if (m->parse == NULL || m->image.file.p != NULL)
		return OK;
	if (m->fat)
		return m->spent ? ERR_LIMIT : OK;
	m->fat = true;
	return macho_ended(m, read_fat(m));
}

const struct format format_macho = {
	.name = "macho",
	.facts = macho_facts,
	.facts_size = sizeof(struct macho),
	.probe = macho_probe,
	.open = macho_open,
};
