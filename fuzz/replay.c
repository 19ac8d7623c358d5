/* replay.c - runs a fuzz target over files and folders: the regression half of fuzzing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0)
		return (void)perror(path), 1;
	rewind(f);
	p = malloc(n ? (size_t)n : 1);
	if (p == NULL || fread(p, 1, (size_t)n, f) != (size_t)n)
		return (void)perror(path), 1;
	LLVMFuzzerTestOneInput(p, (size_t)n);
	free(p);
	fclose(f);
	return 0;
}

static int
replay_folder(DIR *d, const char *path)
{
	char name[4096];
	int bad = 0;

	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		bad |= replay_file(name);
	}
	closedir(d);
	return bad;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);

		bad |= d ? replay_folder(d, argv[i]) : replay_file(argv[i]);
	}
	return bad;
}
