/*
 * wire.h - the frames between the trusted half and a worker, and their bytes.
 *
 * A message of a SOCK_SEQPACKET socket holds one or more frames; a frame larger
 * than a message is cut into pieces. Descriptors go from the parent to the
 * worker only. Both directions decode with the cursor and refuse what is not
 * exactly as docs/worker-protocol.md says: a frame with bytes left over is as
 * wrong as one that is too short. Which frame is permitted when is not known
 * here; the tables of pool.c and worker.c say it.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/ext.h"
#include "result/difference.h"
#include "result/finding.h"

#define WIRE_VERSION     2
#define WIRE_MESSAGE_MAX 65536 /* bytes of one message */
#define WIRE_FDS_MAX     32    /* descriptors of one message */
#define WIRE_FRAME_MAX   (64u << 20)
#define WIRE_FINDING_MAX (1u << 20) /* a frame of a scanning worker, at most */
#define WIRE_HEAD        8          /* bytes before a frame's payload */

/* Bytes that an element of a finding takes when all that it names is empty. */
#define WIRE_TAG_LEAST   4
#define WIRE_META_LEAST  17
#define WIRE_MATCH_LEAST 29
#define WIRE_LINE_LEAST  13 /* of a difference */

enum wire_type {
	WIRE_NONE,
	/* to the worker */
	WIRE_SCAN,     /* struct wire_scan; one fd: the database */
	WIRE_FILE,     /* struct wire_file; one fd */
	WIRE_COMPILE,  /* struct wire_compile */
	WIRE_SOURCE,   /* struct wire_source; one fd */
	WIRE_GO,       /* nothing: all sources were sent */
	WIRE_INCLUDED, /* struct wire_source; one fd when found */
	/* from the worker */
	WIRE_READY,    /* nothing: confined, the database is open */
	WIRE_REFUSED,  /* text: why it cannot begin */
	WIRE_FINDING,  /* a finding about the oldest file not yet done */
	WIRE_DONE,     /* u32 id: that file is scanned */
	WIRE_LAST,     /* nothing: it wants to be replaced (a mapping failed it) */
	WIRE_STATS,    /* struct wire_stats since it began */
	WIRE_DIAG,     /* struct diag */
	WIRE_INCLUDE,  /* struct wire_include: please open */
	WIRE_DATABASE, /* bytes of the database, in order */
	WIRE_EXPLAIN,  /* text, in order */
	WIRE_COMPILED, /* u32 enum err */
	/* to candor-fetch (fetch/talk.h), which also takes GO */
	WIRE_REACH,   /* struct talk_reach */
	WIRE_REQUEST, /* struct talk_request */
	/* from candor-fetch, which also says READY and REFUSED */
	WIRE_SENT,    /* struct talk_part: bytes of a request, as they left */
	WIRE_CONTENT, /* struct talk_part: bytes of an answer */
	WIRE_ANSWER,  /* struct talk_answer: that request is done */
	/* from the worker, when the rules are to be listed */
	WIRE_RULE, /* struct wire_rule */
	/* to candor-compare, which also takes FILE and GO */
	WIRE_COMPARE, /* struct wire_compare */
	/* from candor-compare, which also says READY and REFUSED */
	WIRE_DIFFERENCE, /* struct difference */
	WIRE_COMPARED,   /* u32 enum err: that was all */
	/* to the worker, behind SCAN */
	WIRE_GIVEN, /* struct wire_given; one fd: what a module is given (yara -x) */
	WIRE_COUNT,
};

enum wire_scan_flag {
	WIRE_MATCHES = 1 << 0,
	WIRE_UNMATCHED = 1 << 1,
	WIRE_DUMP = 1 << 2,
	WIRE_FAST = 1 << 3,
	WIRE_PRIVATE = 1 << 4,
	WIRE_SEND_STATS = 1 << 5,
	WIRE_CHECK_SUM = 1 << 6, /* the database comes from a file, not from a compiler */
	WIRE_DUMP_YARA = 1 << 7, /* facts in the form of yara -D */
	WIRE_DUMP_JSON = 1 << 8, /* facts as JSON */
};

/* All of them; p is the owner's who made the list. */
struct wire_exts {
	const struct ext *p;
	uint32_t n;
};

struct wire_scan {
	uint32_t flags;                             /* enum wire_scan_flag */
	uint32_t timeout_ms, match_bytes, cpu_mask; /* as in struct scan_opts */
	uint64_t memory, db_size; /* bytes: of an object at most; of the database */
	uint32_t given;        /* so many GIVEN frames follow, WIRE_GIVEN_MAX at most */
	struct wire_exts exts; /* values instead of those that were compiled */
};

#define WIRE_GIVEN_MAX 16

struct wire_given {
	struct bytes module;
	uint64_t size; /* of the file */
};

struct wire_file {
	uint32_t id;
	uint32_t regions; /* so many, of a process (result/image.h); 0: a file */
	uint64_t size;
};

enum wire_compile_flag {
	WIRE_STRICT_ESCAPE = 1 << 0,
	WIRE_NO_INCLUDES = 1 << 1,
	WIRE_YARA_ONLY = 1 << 2,
	WIRE_WANT_EXPLAIN = 1 << 3,
	WIRE_NO_DATABASE = 1 << 4, /* only the messages are wanted */
	WIRE_ALL_MODULES = 1 << 5, /* a source that imports every module is added */
	WIRE_FIRST_ERROR = 1 << 6, /* read no source behind one with errors */
	WIRE_WANT_RULES = 1 << 7,  /* only read them, and say what rules there are */
	WIRE_YARAX = 1 << 8,       /* where values differ, as in YARA-X */
	WIRE_FORMAT = 1 << 9,      /* one source: its text laid out afresh, as EXPLAIN */
	WIRE_FIX = 1 << 10,        /* one source: its text, mended, as EXPLAIN */
};

struct wire_compile {
	uint32_t flags;            /* enum wire_compile_flag */
	uint32_t strings_per_rule; /* at most; 0: the default */
	uint32_t budget; /* of a string, in places of a MB: for hints; 0: the default */
	uint64_t memory; /* bytes that compiling may take */
	struct bytes explain_rule; /* only this one; empty: all */
	struct wire_exts exts;     /* that rules may name */
};

/* Names are what the user typed, made printable; never a path beyond that. */
struct wire_source {
	uint32_t found; /* of an include: 0 refused, 1 here */
	struct bytes name, ns;
	uint64_t off, size; /* where it lies in the descriptor's file */
};

/*
 * The rule file that asks, as its source was named, and the path as it stands there: any
 * bytes. What may be opened is the parent's decision alone.
 */
struct wire_include {
	struct bytes from, path;
};

/* A rule as it stands in its source: what it says of itself, and where it is. */
struct wire_rule {
	uint32_t flags;  /* enum finding_flag */
	uint32_t source; /* the number of the source it is in */
	uint32_t line;
	uint64_t off, len;   /* of its text, from its modifiers to its brace */
	struct bytes digest; /* SHA-256 of its tokens: layout and comments do not count */
	struct bytes ns, rule;
	const struct bytes *tags;
	const struct finding_meta *metas;
	uint32_t ntags, nmetas;
};

enum wire_compare_flag {
	WIRE_COMPARE_MEMBERS = 1 << 0, /* containers are opened; else only named */
};

/* FILEs that follow a COMPARE, by id: the two, and where members may be unpacked. */
enum wire_compare_file { WIRE_FILE_A, WIRE_FILE_B, WIRE_SCRATCH_A, WIRE_SCRATCH_B };

#define WIRE_NAME_MAX 1024

struct wire_compare {
	uint32_t flags; /* enum wire_compare_flag */
	uint32_t timeout_ms;
	uint32_t lines;          /* of detail in one difference, at most */
	uint32_t mode_a, mode_b; /* permission bits; 0: not known */
	uint64_t size_a, size_b;
	uint64_t scratch; /* bytes in each scratch file, at most; 0: there is none */
	uint64_t unpack;  /* bytes out of containers, at most */
	/* how they are called, without the folders that they lie in: a name says what
	 * runs a file; WIRE_NAME_MAX bytes at most */
	struct bytes name_a, name_b;
};

/* Counts are what the worker says: for people to see, nothing is decided by them. */
struct wire_stats {
	uint64_t objects, bytes, candidates, verified, rules_live, rules_run, passes,
	    steps;
	uint64_t load_ns, scan_ns; /* reading the file; the engine */
};

/*
 * The sending side. Frames gather in msg and leave when it is full or at
 * wire_flush. An err sticks: after it nothing is sent any more.
 */
struct wire_out {
	int fd;
	bool nowait; /* the parent: never waits for a worker longer than patience_ms */
	int patience_ms;
	enum err err;
	struct buf msg, payload;
	int fds[WIRE_FDS_MAX];
	uint32_t nfds;
};

/* Frees the buffers. fd is not closed: it belongs to whoever made the channel. */
void wire_out_done(struct wire_out *o);
/* Clears o->payload for the next frame; put into it, then wire_send. */
struct buf *wire_begin(struct wire_out *o);
/*
 * Queues the payload as one frame, flushing when the message is full. A failure is
 * kept in o->err and seen at the next wire_flush, so that writers need no check a
 * frame. A payload beyond WIRE_FRAME_MAX is a bug of ours, not an err.
 */
void wire_send(struct wire_out *o, enum wire_type type);
/* With a descriptor, which stays the caller's. It leaves with the same message. */
void wire_send_fd(struct wire_out *o, enum wire_type type, int fd);
/* ERR_IO: the peer is gone, or did not read for patience_ms. Sticks. */
MUST_USE enum err wire_flush(struct wire_out *o);

/*
 * A finding as one frame, or several of at most WIRE_FINDING_MAX bytes: matches that do
 * not fit follow with FINDING_MORE set, and without what was said before. A name or a
 * text beyond 64 kB, and tags and metadata beyond 256 kB, are cut; then a
 * FINDING_WARNING says so.
 */
void wire_send_finding(struct wire_out *o, const struct finding *f);

struct wire_frame {
	enum wire_type type;
	struct bytes payload; /* until the next wire_read */
};

/*
 * The receiving side. wire_read takes one message from the socket; wire_next
 * gives its frames until ERR_END. Pieces are put together in part, at most
 * frame_max bytes: that is what a peer can make us hold.
 */
struct wire_in {
	int fd;
	uint32_t frame_max; /* WIRE_FRAME_MAX from wire_in_init, or what the owner sets */
	bool nowait;
	bool fds_allowed;
	uint8_t *msg;
	size_t n, at;
	struct buf part;
	enum wire_type part_type;
	bool part_done;
	int fds[WIRE_FDS_MAX];
	uint32_t nfds, fd_at;
};

/* Takes WIRE_MESSAGE_MAX bytes for good; fd stays the caller's to close. */
void wire_in_init(struct wire_in *in, int fd);
void wire_in_done(struct wire_in *in); /* closes descriptors nobody took */
/* OK; ERR_END: the peer is gone; ERR_LIMIT: nothing there now; ERR_PROTO; ERR_IO. */
MUST_USE enum err wire_read(struct wire_in *in);
/* For tests and fuzzing: a message that did not come from a socket. */
MUST_USE enum err wire_feed(struct wire_in *in, struct bytes msg);
/* ERR_END: the message is used up. ERR_PROTO: the peer lies; do not read on. */
MUST_USE enum err wire_next(struct wire_in *in, struct wire_frame *out);
/*
 * The next descriptor of the message, now the caller's; -1: none. In the order in which
 * they were sent: a frame that has one takes one, at once, or the next frame gets it.
 */
int wire_take_fd(struct wire_in *in);

/* Payloads. Put appends to a wire_begin() buffer; get gives views into payload. */
void wire_put_scan(struct buf *b, const struct wire_scan *s);
void wire_put_given(struct buf *b, const struct wire_given *g);
void wire_put_file(struct buf *b, const struct wire_file *f);
void wire_put_compile(struct buf *b, const struct wire_compile *c);
void wire_put_source(struct buf *b, const struct wire_source *s);
void wire_put_include(struct buf *b, const struct wire_include *i);
void wire_put_stats(struct buf *b, const struct wire_stats *s);
void wire_put_diag(struct buf *b, const struct diag *d);
void wire_put_finding(struct buf *b, const struct finding *f);
void wire_put_rule(struct buf *b, const struct wire_rule *r);
void wire_put_compare(struct buf *b, const struct wire_compare *s);
void wire_put_difference(struct buf *b, const struct difference *d);

/* ERR_PROTO: not such a payload; ERR_LIMIT: more elements than the arena has room. */
MUST_USE enum err wire_get_scan(struct bytes p, struct arena *a, struct wire_scan *out);
MUST_USE enum err wire_get_given(struct bytes p, struct wire_given *out);
MUST_USE enum err wire_get_file(struct bytes p, struct wire_file *out);
MUST_USE enum err wire_get_compile(
    struct bytes p, struct arena *a, struct wire_compile *out);
MUST_USE enum err wire_get_source(struct bytes p, struct wire_source *out);
MUST_USE enum err wire_get_include(struct bytes p, struct wire_include *out);
MUST_USE enum err wire_get_stats(struct bytes p, struct wire_stats *out);
MUST_USE enum err wire_get_diag(struct bytes p, struct arena *a, struct diag *out);
MUST_USE enum err wire_get_finding(struct bytes p, struct arena *a, struct finding *out);
MUST_USE enum err wire_get_rule(struct bytes p, struct arena *a, struct wire_rule *out);
MUST_USE enum err wire_get_compare(struct bytes p, struct wire_compare *out);
MUST_USE enum err wire_get_difference(
    struct bytes p, struct arena *a, struct difference *out);
MUST_USE enum err wire_get_u32(struct bytes p, uint32_t *out);
