/* verifier.c - see verifier.h. */
#include "update/verifier.h"

#include "crypto/init.h"
#include "crypto/sign.h"
#include "evidence/jsonin.h"
#include "sandbox/jail.h"

/* libcrypto makes its tables at the first signature it looks at: not in there. */
static void
warm_up(void)
{
	static const uint8_t key[SIGN_PUBLIC];

	crypto_init();
	(void)sign_holds(key, BYTES_LIT("x"), BYTES_LIT("y"));
	jsonin_prepare();
}

enum err
verifier_run(void (*work)(void *arg, struct buf *out), void *arg, size_t limit,
    struct buf *out, struct fault *f)
{
	char why[JAIL_WHY];
	enum err e;

	warm_up();
	e = jail_run(work, arg, limit, out, why);
	if (e == OK)
		return OK;
	return fault_set(
	    f, e == ERR_IO ? FAULT_IO : FAULT_VERIFIER, "the verifier %s", why);
}

enum err
verifier_fault(const struct fault *from, struct fault *f)
{
	char text[sizeof(from->text)];

	memcpy(text, from->text, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	return fault_set(
	    f, from->kind < FAULT_KINDS ? from->kind : FAULT_VERIFIER, "%s", text);
}
