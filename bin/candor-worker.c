/* candor-worker - reads strangers' bytes, locked in. Started by candor only. */
#include "worker/worker.h"

int
main(int argc, char **argv)
{
	return worker_main(argc, argv);
}
