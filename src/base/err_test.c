#include "base/err.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

/* Every error has a word, and what is none has none either. */
TEST(names)
{
	for (int e = OK; e <= ERR_ACCESS; e++) {
		ROW("%d", e);
		CHECK(err_name((enum err)e)[0] != '\0');
		CHECK(strcmp(err_name((enum err)e), "?") != 0);
	}
	EQ_S(err_name(OK), "ok");
	EQ_S(err_name((enum err)99), "?");
}

/* A bug ends the process, by SIGABRT, and names the place. */
TEST(bugs_end_it)
{
	char text[200] = "";
	int fds[2], status = 0;
	pid_t pid;

	CHECK(pipe(fds) == 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		bug("nothing is right");
	}
	close(fds[1]);
	CHECK(read(fds[0], text, sizeof(text) - 1) > 0);
	close(fds[0]);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(strstr(text, "nothing is right") != NULL &&
	      strstr(text, "err_test.c:") != NULL);
}
