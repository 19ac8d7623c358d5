/* candor-fetch - talks to servers, locked in. Started by candor only. */
#include "net/net.h"

int
main(int argc, char **argv)
{
	return net_main(argc, argv);
}
