/*
 * filter.h - system call filters, made from tables; the worker's is policy.def.
 *
 * A plain BPF program (seccomp(2)), built without a library and without malloc,
 * so that it can be made in the last moment before confinement, and read as a
 * table by whoever checks it.
 */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#define WORKER_CHANNEL 3 /* the descriptor of a worker's only socket */
#define FILTER_MAX     512

/* FILTER_ONLY: no bits but those of value; FILTER_IS: just value. */
enum filter_op { FILTER_END, FILTER_ONLY, FILTER_IS };

/*
 * A condition on argument arg (0 to 5), by its lower 32 bits; all checks of a row must
 * hold.
 */
struct filter_check {
	enum filter_op op;
	uint8_t arg;
	uint32_t value;
};

struct filter_row {
	const char *name, *why;
	uint32_t nr;
	struct filter_check check[4]; /* ends with FILTER_END */
};

/*
 * For tables of rows: a file that includes one, as policy.def, names these ALLOW, ONLY
 * and IS. It includes <sys/syscall.h>.
 */
#define FILTER_ROW(call, why, ...) { #call, why, SYS_##call, { __VA_ARGS__ } },
#define FILTER_ARG(op, arg, value) \
	{                          \
		op, arg, value     \
	}

extern const struct filter_row filter_rows[]; /* a worker's */
extern const size_t filter_nrows;

/* Writes the program for these rows; gives its length, 0 when cap is too small. */
size_t filter_make(
    const struct filter_row *rows, size_t n, struct sock_filter *out, size_t cap);

/* The worker's. */
size_t filter_build(struct sock_filter *out, size_t cap);
