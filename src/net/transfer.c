/*
 * transfer.c - see transfer.h.
 *
 * Eight connections at most, two to a server; the rest of the requests wait and reuse
 * them. Everything is bounded twice: by curl's options here, and by the parent, which
 * counts bytes and time itself.
 */
#include "net/transfer.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/sys.h"

#define CONNECTIONS      8
#define CONNECTIONS_HOST 2
#define POLL_MS          1000

struct transfer {
	const struct transfer_job *j;
	const struct talk_request *q;
	CURL *easy;
	uint64_t got;
	bool large; /* the answer was cut at cap */
	bool gone;  /* the parent is */
	bool head;  /* the answer's came to its end */
	char error[CURL_ERROR_SIZE];
	struct curl_slist *headers;
	char *url;
};

void
transfer_init(void)
{
	/* dates of certificates; without a zone libc would look for a file each time */
	setenv("TZ", "UTC0", 1);
	tzset();
	/* the rest of OpenSSL is made ready by the first handle that is set up */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		bug("libcurl cannot begin");
}

/* --- curl's callbacks -------------------------------------------------------- */

/* Whatever curl believes a name to mean: only addresses that were looked up for us. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	const struct transfer_job *j = arg;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !resolve_permits(j->hosts, &a->addr, a->addrlen))
		return CURL_SOCKET_BAD;
	return socket(a->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
}

static void
send_part(struct transfer *t, enum wire_type type, const void *p, size_t n)
{
	const struct talk_part part = { t->q->id, { p, n } };
	struct wire_out *out = t->j->out;

	talk_put_part(wire_begin(out), &part);
	wire_send(out, type);
	if (wire_flush(out) != OK)
		t->gone = true;
}

/*
 * got <= cap always, so the difference does not wrap. curl checks what the head announces
 * (MAXFILESIZE); this checks what comes.
 */
static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	if (n > t->q->cap - t->got) {
		t->large = true;
		return 0; /* curl ends the transfer */
	}
	t->got += n;
	if (n > 0)
		send_part(t, WIRE_CONTENT, p, n);
	return t->gone ? 0 : n;
}

/*
 * curl takes a head that ends in the middle for a whole one of an empty answer, and so
 * would whoever asked: "200, nothing" instead of a broken connection. Only the empty line
 * ends a head (RFC 9112, 2.1); each of several (100, 103, then the answer's) begins anew.
 */
static void
on_head_line(struct transfer *t, struct bytes line)
{
	if (bytes_eq(bytes_sub(line, 0, 5), BYTES_LIT("HTTP/")))
		t->head = false;
	else if (bytes_eq(line, BYTES_LIT("\r\n")) || bytes_eq(line, BYTES_LIT("\n")))
		t->head = true;
}

/* The bytes of the request's head, as they leave: --print-requests shows them. */
static int
on_debug(CURL *easy, curl_infotype kind, char *p, size_t n, void *arg)
{
	(void)easy;
	if (kind == CURLINFO_HEADER_OUT)
		send_part(arg, WIRE_SENT, p, n);
	if (kind == CURLINFO_HEADER_IN)
		on_head_line(arg, (struct bytes){ (const uint8_t *)p, n });
	return 0;
}

/* --- one request ------------------------------------------------------------- */

#define SET(option, value) ok = ok && curl_easy_setopt(t->easy, option, value) == CURLE_OK

/* What every request has in common, which is all but the path and the body. */
static bool
set_common(struct transfer *t, struct curl_slist *resolved)
{
	const struct talk_reach *r = &t->j->reach;
	struct curl_blob ca = { (void *)(uintptr_t)r->ca.p, r->ca.n, CURL_BLOB_NOCOPY };
	bool ok = true;

	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L); /* a redirect is an answer, and no good one */
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_USERAGENT, "candor");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_RESOLVE, resolved);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, (void *)(uintptr_t)t->j);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L); /* a ticket would tell who came before */
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_CAINFO, NULL);
	if (ca.len > 0)
		SET(CURLOPT_CAINFO_BLOB, &ca);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)r->connect_ms);
	SET(CURLOPT_TIMEOUT_MS, (long)r->deadline_ms);
	SET(CURLOPT_LOW_SPEED_TIME, (long)r->slow_s);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)r->min_speed);
	return ok;
}

static bool
set_request(struct transfer *t)
{
	const struct talk_request *q = t->q;
	bool ok = true;

	t->url = xprintf("%.*s", (int)q->url.n, (const char *)q->url.p);
	SET(CURLOPT_URL, t->url);
	SET(CURLOPT_MAXFILESIZE_LARGE,
	    (curl_off_t)(q->cap < INT64_MAX ? q->cap : INT64_MAX));
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, t);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_PRIVATE, t);
	if (!q->post)
		return ok;

	char *type =
	    xprintf("Content-Type: %.*s", (int)q->type.n, (const char *)q->type.p);

	t->headers = curl_slist_append(NULL, type);
	free(type);
	/* no asking whether a body is welcome: it is small, and servers differ in it */
	t->headers = curl_slist_append(t->headers, "Expect:");
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_HTTPHEADER, t->headers);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
	SET(CURLOPT_POSTFIELDS,
	    (const char *)(q->body.p ? q->body.p : (const uint8_t *)""));
	return ok;
}

static void
answer(struct transfer *t, enum fetch_fault fault, const char *why)
{
	struct talk_answer a = { .id = t->q->id, .fault = fault, .why = bytes_of(why) };
	struct wire_out *out = t->j->out;
	char *type = NULL;
	long status = 0;

	if (t->easy != NULL) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
	}
	a.status = status > 0 && status < 1000 ? (uint32_t)status : 0;
	a.type = bytes_clip(bytes_of(type), 0, FETCH_TYPE);
	talk_put_answer(wire_begin(out), &a);
	wire_send(out, WIRE_ANSWER);
	if (wire_flush(out) != OK)
		t->gone = true;
}

static enum fetch_fault
fault_of(const struct transfer *t, CURLcode code)
{
	static const struct {
		CURLcode code;
		enum fetch_fault fault;
	} faults[] = {
		{ CURLE_OK, FETCH_OK },
		{ CURLE_URL_MALFORMAT, FETCH_URL },
		{ CURLE_COULDNT_RESOLVE_HOST, FETCH_RESOLVE },
		{ CURLE_COULDNT_CONNECT, FETCH_CONNECT },
		{ CURLE_OPERATION_TIMEDOUT, FETCH_SLOW },
		{ CURLE_FILESIZE_EXCEEDED, FETCH_LARGE },
		{ CURLE_SSL_CONNECT_ERROR, FETCH_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, FETCH_TLS },
		{ CURLE_SSL_CACERT_BADFILE, FETCH_TLS },
		{ CURLE_SSL_CERTPROBLEM, FETCH_TLS },
	};

	if (t->large)
		return FETCH_LARGE;
	if (code == CURLE_OK && !t->head)
		return FETCH_CUT;
	for (size_t i = 0; i < COUNT(faults); i++)
		if (faults[i].code == code)
			return faults[i].fault;
	return FETCH_CUT;
}

static void
finish(struct transfer *t, CURLcode code)
{
	enum fetch_fault f = fault_of(t, code);
	char why[FETCH_WHY] = "";

	if (f == FETCH_LARGE)
		snprintf(why, sizeof(why), "more than %llu bytes",
		    (unsigned long long)t->q->cap);
	else if (f != FETCH_OK)
		snprintf(why, sizeof(why), "%.150s",
		    t->error[0]        ? t->error
		    : code == CURLE_OK ? "the head of the answer is cut"
				       : curl_easy_strerror(code));
	answer(t, f, why);
}

/* --- all of them --------------------------------------------------------------- */

/* The host is one of ours, and has an address; else that is the answer. */
static bool
reachable(struct transfer *t)
{
	const struct resolve_host *h = NULL;
	struct url u;

	if (url_parse(t->q->url, &u) == OK)
		h = resolve_find(t->j->hosts, u.host, u.port);
	if (h == NULL)
		answer(t, FETCH_URL, "this host is not one of the configured");
	else if (h->naddrs == 0)
		answer(t, FETCH_RESOLVE, "the host has no address");
	return h != NULL && h->naddrs > 0;
}

static void
begin(struct transfer *t, CURLM *multi, struct curl_slist *resolved)
{
	if (!reachable(t))
		return;
	t->easy = curl_easy_init();
	if (t->easy == NULL || !set_common(t, resolved) || !set_request(t) ||
	    curl_multi_add_handle(multi, t->easy) != CURLM_OK)
		answer(t, FETCH_CUT, "libcurl refuses the request");
}

static void
end(struct transfer *t, CURLM *multi)
{
	if (t->easy != NULL) {
		curl_multi_remove_handle(multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->headers);
	free(t->url);
}

/*
 * Transfers that ended, told one by one. true: the parent is gone, and nobody waits for
 * the rest.
 */
static bool
collect(CURLM *multi)
{
	CURLMsg *m;
	bool gone = false;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL) {
		struct transfer *t = NULL;
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		finish(t, code);
		gone |= t->gone;
	}
	return gone;
}

/*
 * curl's own time limits end each transfer, so running falls to 0; POLL_MS only bounds
 * how late a limit is seen.
 */
static enum err
drive(CURLM *multi)
{
	int running = 1;

	while (running > 0) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return ERR_IO;
		if (collect(multi))
			return ERR_IO;
		if (running > 0 &&
		    curl_multi_poll(multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
			return ERR_IO;
	}
	return OK;
}

enum err
transfer_run(const struct transfer_job *j)
{
	struct transfer *t = xcalloc(j->n, sizeof(*t));
	struct curl_slist *resolved = NULL;
	CURLM *multi = curl_multi_init();
	enum err e;

	if (multi == NULL)
		return ERR_NOMEM;
	curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS);
	curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CONNECTIONS_HOST);
	for (size_t i = 0; i < j->hosts->n; i++)
		if (j->hosts->host[i].naddrs > 0)
			resolved = curl_slist_append(resolved, j->hosts->host[i].entry);
	for (size_t i = 0; i < j->n; i++) {
		t[i].j = j;
		t[i].q = &j->request[i];
		begin(&t[i], multi, resolved);
	}
	e = drive(multi);
	for (size_t i = 0; i < j->n; i++)
		end(&t[i], multi);
	curl_multi_cleanup(multi);
	curl_slist_free_all(resolved);
	free(t);
	return e;
}
