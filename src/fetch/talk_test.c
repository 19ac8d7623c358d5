#include "fetch/talk.h"

#include "tests/tap.h"

static enum err
get_any(int kind, struct bytes p)
{
	struct talk_reach reach;
	struct talk_request request;
	struct talk_part part;
	struct talk_answer answer;

	switch (kind) {
	case 0: return talk_get_reach(p, &reach);
	case 1: return talk_get_request(p, &request);
	case 2: return talk_get_part(p, &part);
	default: return talk_get_answer(p, &answer);
	}
}

static void
put_any(int kind, struct buf *b)
{
	switch (kind) {
	case 0:
		talk_put_reach(b, &(struct talk_reach){ 1, 2, 3, 4, BYTES_LIT("a:80\n"),
				      BYTES_LIT("pem") });
		break;
	case 1:
		talk_put_request(
		    b, &(struct talk_request){ 7, true, 99, BYTES_LIT("http://a/"),
			   BYTES_LIT("text/plain"), BYTES_LIT("body") });
		break;
	case 2: talk_put_part(b, &(struct talk_part){ 5, BYTES_LIT("data") }); break;
	default:
		talk_put_answer(b, &(struct talk_answer){ 3, FETCH_SLOW, 200,
				       BYTES_LIT("text/html"), BYTES_LIT("late") });
	}
}

/* Whole it is read, shorter or longer it is refused: no frame has two meanings. */
TEST(every_cut)
{
	for (int kind = 0; kind < 4; kind++) {
		struct buf b = { 0 };

		put_any(kind, &b);
		for (size_t n = 0; n < b.n; n++) {
			ROW("%d, %zu of %zu bytes", kind, n, b.n);
			EQ_U(get_any(kind, test_copy((struct bytes){ b.p, n })),
			    ERR_PROTO);
		}
		EQ_U(get_any(kind, buf_bytes(&b)), OK);
		buf_u8(&b, 0);
		EQ_U(get_any(kind, buf_bytes(&b)), ERR_PROTO);
		buf_done(&b);
	}
}

TEST(flipped)
{
	for (int kind = 0; kind < 4; kind++) {
		struct buf b = { 0 };

		put_any(kind, &b);
		for (size_t bit = 0; bit < b.n * 8; bit++) {
			struct bytes copy = test_copy(buf_bytes(&b));

			((uint8_t *)(uintptr_t)copy.p)[bit / 8] ^=
			    (uint8_t)(1 << bit % 8);
			enum err e = get_any(kind, copy);

			CHECK(e == OK || e == ERR_PROTO);
		}
		buf_done(&b);
	}
}

TEST(what_was_put)
{
	struct talk_request q;
	struct talk_answer a;
	struct buf b = { 0 };

	put_any(1, &b);
	CHECK(talk_get_request(buf_bytes(&b), &q) == OK);
	EQ_U(q.id, 7);
	EQ_U(q.cap, 99);
	CHECK(q.post);
	EQ_B(q.body, BYTES_LIT("body"));
	buf_clear(&b);
	put_any(3, &b);
	CHECK(talk_get_answer(buf_bytes(&b), &a) == OK);
	EQ_U(a.fault, FETCH_SLOW);
	EQ_U(a.status, 200);
	EQ_B(a.why, BYTES_LIT("late"));
	/* a fault that there is not */
	put_le32(b.p + 4, FETCH_FAULTS);
	EQ_U(talk_get_answer(buf_bytes(&b), &a), ERR_PROTO);
	buf_done(&b);
}
