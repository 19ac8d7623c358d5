/*
 * room_in.h - shared by room.c (outside) and its other half (inside): what they tell
 * each other, and the steps the room's first process takes.
 */
#pragma once

#include "rebuild/room.h"

/* In this order, but that ROOM_FAILED may come instead of any of its own. */
enum room_word {
	ROOM_GO,     /* to it: ids are mapped, it is traced; make the room */
	ROOM_READY,  /* from it: made; with three descriptors: root, out, log */
	ROOM_FAILED, /* from it: text tells */
	ROOM_START,  /* to it: begin the build */
	ROOM_ENDED,  /* from it: value is the build's status */
};

/*
 * One message, whole in one packet (SOCK_SEQPACKET): both halves are this program, so it
 * is a plain struct.
 */
struct room_msg {
	enum room_word word;
	int value; /* ROOM_FAILED: errno */
	char text[300];
};

/* The signal that init sends itself, for the tracer to see, when the build is over. */
#define ROOM_OVER SIGUSR1

/* What the pieces in the room say when a step fails: the step, then the reason. */
struct room_step {
	char what[200];
};

/* false, with step->what set: for "return room_fails(...)". Keeps errno. */
bool room_fails(struct room_step *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* room_mount.c: builds the new root and moves there; the old one is gone. */
bool room_mount(const struct room_plan *p, struct room_step *s);

/* room_init.c: the life of the first process. */
_Noreturn void room_init(const struct room_plan *p, int channel);

/* room.c: messages. fds: n descriptors that go along (or come, at most 3). */
bool room_send(int channel, const struct room_msg *m, const int *fds, size_t n);
bool room_recv(int channel, struct room_msg *m, int *fds, size_t n);
