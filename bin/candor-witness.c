/* candor-witness - cosigns what logs say, locked in. Started by `candor witness`. */
#include "witness/witness.h"

int
main(int argc, char **argv)
{
	return witness_main(argc, argv);
}
