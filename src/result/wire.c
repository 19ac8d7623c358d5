/* wire.c - messages: packing frames, cutting large ones, taking them apart. */
#include "result/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define MORE 1 /* flag of a piece that others follow */

/* Pieces smaller than this are not worth their head. */
#define PIECE_MIN 256

void
wire_out_done(struct wire_out *o)
{
	buf_done(&o->msg);
	buf_done(&o->payload);
	*o = (struct wire_out){ .fd = -1 };
}

struct buf *
wire_begin(struct wire_out *o)
{
	buf_clear(&o->payload);
	return &o->payload;
}

/*
 * One message with its descriptors; waits at most patience_ms for room. Sockets are
 * SOCK_SEQPACKET: a message arrives whole or not at all, so a frame's head never stands
 * in another message than its payload. The union aligns what CMSG_DATA points into.
 */
static enum err
send_message(struct wire_out *o)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int) * WIRE_FDS_MAX)];
	} control = { 0 };
	struct iovec iov = { o->msg.p, o->msg.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct pollfd p = { o->fd, POLLOUT, 0 };

	if (o->nfds > 0) {
		m.msg_control = control.space;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * o->nfds);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int) * o->nfds);
		memcpy(CMSG_DATA(&control.head), o->fds, sizeof(int) * o->nfds);
	}
	for (;;) {
		int flags = MSG_NOSIGNAL | (o->nowait ? MSG_DONTWAIT : 0);

		if (sendmsg(o->fd, &m, flags) >= 0)
			return OK;
		if (errno == EAGAIN && poll(&p, 1, o->patience_ms) == 1)
			continue;
		if (errno != EINTR)
			return ERR_IO;
	}
}

/* After an err nothing is sent, so a peer never sees a gap: it sees the end. */
enum err
wire_flush(struct wire_out *o)
{
	if (o->err == OK && o->msg.n > 0)
		o->err = send_message(o);
	buf_clear(&o->msg);
	o->nfds = 0;
	return o->err;
}

static void
put_head(struct buf *b, size_t n, enum wire_type type, bool more)
{
	buf_le32(b, (uint32_t)n);
	buf_le16(b, (uint16_t)type);
	buf_le16(b, more ? MORE : 0);
}

/*
 * Fills the message up before it leaves. A frame that does not fit is cut: all pieces but
 * the last carry MORE, and nothing else comes between them.
 */
void
wire_send(struct wire_out *o, enum wire_type type)
{
	struct bytes rest = buf_bytes(&o->payload);

	if (rest.n > WIRE_FRAME_MAX || o->payload.full)
		bug("a frame too long to send");
	for (;;) {
		size_t room = WIRE_MESSAGE_MAX - o->msg.n;

		if (room < WIRE_HEAD + rest.n && room < WIRE_HEAD + PIECE_MIN) {
			if (wire_flush(o) != OK)
				return;
			continue;
		}

		size_t n = rest.n < room - WIRE_HEAD ? rest.n : room - WIRE_HEAD;

		put_head(&o->msg, n, type, n < rest.n);
		buf_put(&o->msg, rest.p, n);
		if (n == rest.n)
			return;
		rest = bytes_from(rest, n);
	}
}

void
wire_send_fd(struct wire_out *o, enum wire_type type, int fd)
{
	/* the descriptor must travel with the whole frame: cut frames have none */
	if (o->nfds == WIRE_FDS_MAX ||
	    o->msg.n + WIRE_HEAD + o->payload.n > WIRE_MESSAGE_MAX)
		if (wire_flush(o) != OK)
			return;
	if (WIRE_HEAD + o->payload.n > WIRE_MESSAGE_MAX) {
		o->err = ERR_LIMIT;
		return;
	}
	o->fds[o->nfds++] = fd;
	wire_send(o, type);
}

void
wire_in_init(struct wire_in *in, int fd)
{
	*in = (struct wire_in){
		.fd = fd, .frame_max = WIRE_FRAME_MAX, .msg = malloc(WIRE_MESSAGE_MAX)
	};
	if (in->msg == NULL)
		bug("out of memory");
}

/* Those of the last message that no frame asked for: a peer cannot fill our table. */
static void
close_fds(struct wire_in *in)
{
	while (in->fd_at < in->nfds)
		close(in->fds[in->fd_at++]);
	in->nfds = in->fd_at = 0;
}

void
wire_in_done(struct wire_in *in)
{
	close_fds(in);
	free(in->msg);
	buf_done(&in->part);
	*in = (struct wire_in){ .fd = -1 };
}

/*
 * Descriptors come in any number of control messages; more than a batch has are a lie.
 * The kernel gives at most as many as there is room for, and says when there were more
 * (MSG_CTRUNC). cmsg_len is the kernel's own number.
 */
static enum err
take_control(struct wire_in *in, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
		    n > WIRE_FDS_MAX - in->nfds)
			return ERR_PROTO;
		memcpy(in->fds + in->nfds, CMSG_DATA(c), n * sizeof(int));
		in->nfds += (uint32_t)n;
	}
	return m->msg_flags & (MSG_CTRUNC | MSG_TRUNC) ? ERR_PROTO : OK;
}

enum err
wire_read(struct wire_in *in)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int) * WIRE_FDS_MAX)];
	} control;
	struct iovec iov = { in->msg, WIRE_MESSAGE_MAX };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	close_fds(in);
	/* without room for them the kernel drops what a worker sends, and says so */
	if (in->fds_allowed) {
		m.msg_control = control.space;
		m.msg_controllen = sizeof(control.space);
	}
	in->n = in->at = 0;
	do
		n = recvmsg(
		    in->fd, &m, MSG_CMSG_CLOEXEC | (in->nowait ? MSG_DONTWAIT : 0));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN       ? ERR_LIMIT
		       : errno == ECONNRESET ? ERR_END
					     : ERR_IO;
	if (n == 0)
		return ERR_END;
	in->n = (size_t)n;
	return take_control(in, &m);
}

/* As if it had been read: tests and the fuzzer have no peer. */
enum err
wire_feed(struct wire_in *in, struct bytes msg)
{
	if (msg.n > WIRE_MESSAGE_MAX)
		return ERR_PROTO;
	close_fds(in);
	if (msg.n > 0)
		memcpy(in->msg, msg.p, msg.n);
	in->n = msg.n;
	in->at = 0;
	return OK;
}

int
wire_take_fd(struct wire_in *in)
{
	return in->fd_at < in->nfds ? in->fds[in->fd_at++] : -1;
}

/*
 * The last piece makes the frame; it stays in part until the next call. An empty piece,
 * or one of another frame, is a lie: pieces of nothing could go on for ever.
 */
static enum err
add_piece(struct wire_in *in, struct wire_frame *f, bool more)
{
	if (in->part_type != WIRE_NONE && in->part_type != f->type)
		return ERR_PROTO;
	if (f->payload.n == 0 || f->payload.n > in->frame_max - in->part.n)
		return ERR_PROTO;
	in->part_type = f->type;
	buf_put(&in->part, f->payload.p, f->payload.n);
	if (more)
		return OK;
	f->payload = buf_bytes(&in->part);
	in->part_type = WIRE_NONE;
	in->part_done = true;
	return OK;
}

/* Keeps a small buffer only: one large frame must not cost memory for ever. */
static void
drop_part(struct wire_in *in)
{
	if (!in->part_done)
		return;
	if (in->part.cap > 1 << 20)
		buf_done(&in->part);
	buf_clear(&in->part);
	in->part_done = false;
}

/*
 * The next frame of this message. ERR_END: it is used up, and what is in part waits for
 * the rest. The payload is a view: of the message, or of part.
 */
enum err
wire_next(struct wire_in *in, struct wire_frame *out)
{
	struct bytes all = { in->msg, in->n };

	drop_part(in);
	while (in->at < in->n) {
		CHECKED struct cur c = cur_at(all, in->at);
		struct wire_frame f;
		uint32_t n = cur_le32(&c);
		uint16_t type = cur_le16(&c);
		uint16_t flags = cur_le16(&c);
		bool piece = (flags & MORE) != 0 || in->part_type != WIRE_NONE;

		f.payload = cur_take(&c, n);
		if (!cur_ok(&c) || type == WIRE_NONE || type >= WIRE_COUNT ||
		    flags > MORE)
			return ERR_PROTO;
		f.type = (enum wire_type)type;
		in->at += WIRE_HEAD + n;
		if (piece)
			TRY(add_piece(in, &f, flags & MORE));
		if (flags & MORE)
			continue;
		*out = f;
		return OK;
	}
	return ERR_END;
}
