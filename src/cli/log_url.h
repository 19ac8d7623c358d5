/*
 * log_url.h - a log behind a web server, as a source.
 *
 * candor-fetch brings the files; starting it once a file would be slow, so whoever asks
 * for a tile or a bundle gets its successors fetched, too, within a bound of memory.
 */
#pragma once

#include "log/source.h"

struct log_url;

/* FAULT_IO: candor-fetch is not there. The caller closes; NULL may be closed. */
MUST_USE enum err log_url_open(const char *url, struct log_url **out, struct fault *f);
void log_url_close(struct log_url *u);
struct log_source log_url_source(struct log_url *u);

/*
 * So many entries are there, as a signed checkpoint says: nothing beyond is fetched
 * ahead. Before it is called nothing is.
 */
void log_url_expect(struct log_url *u, uint64_t size);
