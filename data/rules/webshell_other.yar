/* Web shells in the other languages that servers run. */

rule perl_cgi_command : webshell perl
{
	meta:
		description = "A Perl CGI program that runs what the query names"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$perl = /^#!\s?\/usr\/(local\/)?bin\/(env )?perl/
		$type = "Content-type: text/" ascii nocase
		$run = /(system|exec|qx|open\s?\(\s?[A-Z]{1,8}\s?,)\s?[("{\/`]?\s?[^;\n]{0,20}(\$ENV\{['"]?QUERY_STRING|param\s?\(\s?['"](cmd|c|command|exec)['"]\s?\))/
	condition:
		filesize < 64KB and all of them
}

rule python_cgi_command : webshell python
{
	meta:
		description = "A Python CGI or Flask program that runs what the request names"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$cgi = /(os\.(system|popen)|subprocess\.(check_output|getoutput|Popen|run|call))\s?\(\s?[a-z_.]{0,20}(getvalue|getfirst)\s?\(\s?['"](cmd|c|command|exec)['"]/
		$flask = /(os\.(system|popen)|subprocess\.(check_output|getoutput|Popen|run|call)|eval|exec)\s?\(\s?request\.(args|form|values|headers|cookies)(\.get\s?\(|\s?\[)/
	condition:
		filesize < 64KB and any of them
}

rule node_command_of_request : webshell javascript
{
	meta:
		description = "A Node.js server that runs what the query names"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$module = /require\s?\(\s?['"](node:)?child_process['"]\s?\)/
		$run = /\b(exec|execSync|spawn|spawnSync)\s?\(\s?(req(uest)?\.(query|body|headers|params)|url\.parse\([^)]{1,40}\)\.query)(\.|\[)/
	condition:
		filesize < 128KB and all of them
}

rule coldfusion_command : webshell coldfusion
{
	meta:
		description = "ColdFusion page that executes a form or URL variable"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$run = /<cfexecute\s[^>]{0,160}(name|arguments)\s?=\s?["']#?\s?(form|url)\./ nocase
	condition:
		filesize < 64KB and $run
}

rule htaccess_runs_itself : webshell apache
{
	meta:
		description = ".htaccess that makes itself or pictures executable as PHP"
		author = "candor"
		severity = "medium"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$type = /(AddType|AddHandler|SetHandler)\s{1,4}application\/x-httpd-php[0-9]?\s{1,4}\.?(jpe?g|png|gif|ico|txt|htaccess|pdf)\b/ nocase
		$self = /php_value\s{1,4}auto_(prepend|append)_file\s{1,4}["']?(\.htaccess|php:\/\/input|data:)/ nocase
	condition:
		filesize < 16KB and any of them
}
