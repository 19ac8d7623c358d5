/*
 * named.c - see named.h.
 */
#include "result/named.h"

#include "base/err.h"

/* clang-format off */
/* Names that an interpreter or a compiler takes. */
static const char *const code_suffixes[] = {
	".sh", ".bash", ".zsh", ".ksh", ".fish", ".csh", ".py", ".pyw", ".pyx", ".pth", ".pl", ".pm",
	".t", ".rb", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".lua", ".tcl", ".php", ".awk",
	".sed", ".el", ".lisp", ".scm", ".r", ".jl", ".ps1", ".bat", ".cmd", ".vbs", ".hta", ".c",
	".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".inc", ".s", ".asm", ".rs", ".go", ".java",
	".kt", ".scala", ".hs", ".ml", ".mli", ".cs", ".swift", ".zig", ".m4", ".ac", ".am", ".mk",
	".cmake", ".gradle", ".sql", ".spec", ".wsf", ".vim", ".exp", ".d", ".nim", ".erl", ".ex",
	".pyc", ".pyo", ".class", ".beam", ".elc", ".luac", ".wasm", ".qml", ".ko", ".so", ".dll",
	".exe", ".bpf", ".service", ".socket", ".timer", ".desktop", ".rules", ".preinst",
	".postinst", ".prerm", ".postrm", ".config", ".init", ".jsa", ".jmod", ".efi", ".rom",
};

/* Names that a package manager, init or a build tool takes. */
static const char *const code_names[] = {
	"preinst", "postinst", "prerm", "postrm", "config", "makefile", "gnumakefile",
	"configure", "rules", "dockerfile", "cmakelists.txt", "meson.build", "package.json",
	"setup.cfg", "crontab", "sudoers", "ld.so.preload", "rakefile", "jenkinsfile", ".bashrc",
	".profile", "profile", "bash.bashrc", "buildinfo.sh", "__init__.py",
	"entry_points.txt", "cargo.toml", "pyproject.toml", "pom.xml", "build.bazel", "module.bazel",
	"workspace", "build.xml", "meson_options.txt", "vagrantfile", "gemfile", "procfile", ".npmrc",
	".gitlab-ci.yml", ".travis.yml", "action.yml", "docker-compose.yml", "kbuild", "justfile",
};

/* Folders whose files are run by somebody. */
static const char *const code_folders[] = {
	"etc/init.d/", "etc/cron.", "etc/profile.d/", "etc/pam.d/", "etc/sudoers.d/", "etc/rc",
	"etc/xdg/autostart/", "etc/ld.so.conf.d/", "etc/apt/apt.conf.d/", "etc/modprobe.d/",
	"etc/kernel/", "bash-completion/", "etc/x11/xsession", "lib/udev/rules.d/", "hooks/",
	".github/workflows/", "meta-inf/services/", "var/spool/cron/",
};
/* clang-format on */

bool
named_ends(struct bytes name, const char *suffix)
{
	size_t n = strlen(suffix);

	if (name.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (byte_lower(name.p[name.n - n + i]) != (uint8_t)suffix[i])
			return false;
	return true;
}

struct bytes
named_base(struct bytes name)
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/')
			return bytes_from(name, i);
	return name;
}

struct bytes
named_stem(struct bytes name)
{
	static const char *const ends[] = { ".gz", ".bz2", ".xz", ".lzma", ".zst", ".lz4",
		".z" };

	for (size_t i = 0; i < COUNT(ends); i++)
		if (name.n > strlen(ends[i]) && named_ends(name, ends[i]))
			return bytes_clip(name, 0, name.n - strlen(ends[i]));
	return name;
}

bool
named_holds(struct bytes name, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= name.n; i++)
		if (named_ends((struct bytes){ name.p + i, n }, part))
			return true;
	return false;
}

/* Which of the folders it is in, or COUNT of them. */
static size_t
code_folder(struct bytes name)
{
	size_t i = 0;

	while (i < COUNT(code_folders) && !named_holds(name, code_folders[i]))
		i++;
	return i;
}

bool
named_as_code(struct bytes name)
{
	struct bytes base = named_base(name);

	for (size_t i = 0; i < COUNT(code_suffixes); i++)
		if (named_ends(base, code_suffixes[i]) &&
		    base.n > strlen(code_suffixes[i]))
			return true;
	for (size_t i = 0; i < COUNT(code_names); i++)
		if (base.n == strlen(code_names[i]) && named_ends(base, code_names[i]))
			return true;
	return code_folder(name) < COUNT(code_folders);
}

size_t
named_form(struct bytes name, uint8_t *out)
{
	size_t n = 0;

	name = named_stem(name);
	for (size_t i = 0; i < name.n; i++) {
		bool digit = name.p[i] >= '0' && name.p[i] <= '9';

		if (!digit)
			out[n++] = name.p[i];
		else if (n == 0 || out[n - 1] != '0')
			out[n++] = '0';
	}
	return n;
}

static bool
same_form(struct bytes a, struct bytes b)
{
	uint8_t x[256], y[256];
	size_t n, m;

	if (a.n > sizeof(x) || b.n > sizeof(y))
		return bytes_eq(a, b);
	n = named_form(a, x);
	m = named_form(b, y);
	return n == m && memcmp(x, y, n) == 0;
}

bool
named_runs_else(struct bytes a, struct bytes b)
{
	bool x = named_as_code(a), y = named_as_code(b);

	return x != y || code_folder(a) != code_folder(b) ||
	       (x && !same_form(named_base(a), named_base(b)));
}
