/* Web shells in PHP: code that runs what a request carries. The shapes matter, not the names:
 * a request variable that reaches an evaluator or a command interpreter without a stop. */

rule php_eval_of_request : webshell php
{
	meta:
		description = "PHP evaluates a request variable"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$open = "<?" ascii
		$eval = /\b(eval|assert)\s{0,8}\(\s{0,8}@?(stripslashes\s{0,4}\(|trim\s{0,4}\()?\s{0,8}\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[/ nocase
	condition:
		filesize < 512KB and $open and $eval
}

rule php_eval_of_decoded_request : webshell php
{
	meta:
		description = "PHP evaluates a request variable after decoding it"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$eval = /\b(eval|assert)\s{0,8}\(\s{0,8}(base64_decode|gzinflate|gzuncompress|str_rot13|hex2bin|strrev)\s{0,4}\([^;]{0,60}\$_(GET|POST|REQUEST|COOKIE|SERVER)\s{0,4}\[/ nocase
	condition:
		filesize < 512KB and $eval
}

rule php_command_of_request : webshell php
{
	meta:
		description = "PHP hands a request variable to a command interpreter"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$run = /\b(system|passthru|shell_exec|popen|proc_open|pcntl_exec)\s{0,8}\(\s{0,8}@?\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[/ nocase
		$exec = /[^_a-z>]exec\s{0,8}\(\s{0,8}@?\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[/ nocase
		$tick = /(=|echo|print|\()\s{0,4}`\s{0,4}\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[[^`]{1,40}`/ nocase
	condition:
		filesize < 512KB and any of them
}

rule php_packed_eval : webshell php
{
	meta:
		description = "PHP evaluates a long text that it unpacks through nested decoders"
		author = "candor"
		severity = "high"
		technique = "T1027"
		date = "2025-06-02"
	strings:
		$nest = /eval\s{0,8}\(\s{0,8}(gzinflate|gzuncompress|str_rot13|strrev)\s{0,8}\(\s{0,8}(base64_decode|str_rot13|strrev|gzinflate)\s{0,8}\(\s{0,8}['"(a-z]/ nocase
		$plain = /eval\s{0,8}\(\s{0,8}base64_decode\s{0,8}\(\s{0,8}['"][A-Za-z0-9+\/=]{60}/ nocase
	condition:
		filesize < 2MB and any of them
}

rule php_request_names_function : webshell php
{
	meta:
		description = "PHP calls the function that one request variable names on another"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$call = /\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[[^\]]{1,20}\]\s{0,4}\(\s{0,4}\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[/
		$map = /(array_map|array_filter|array_walk|call_user_func|usort|uasort)\s{0,4}\(\s{0,4}@?(array\s?\(|\[)?\s?\$_(GET|POST|REQUEST|COOKIE)\s?\[[^\]\n]{1,20}\]\s?[)\]]?\s{0,4},\s{0,4}(array\s?\(|\[)?\s?\$_(GET|POST|REQUEST|COOKIE)\s?\[/ nocase
	condition:
		filesize < 256KB and any of them
}

rule php_regex_evaluator : webshell php
{
	meta:
		description = "PHP preg_replace with the /e flag on a request variable, or create_function of one"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$replace = /preg_replace\s{0,4}\(\s{0,4}['"][^'"]{1,30}[\/#~]i?e['"]\s{0,4},[^;]{0,60}\$_(GET|POST|REQUEST|COOKIE)/ nocase
		$create = /create_function\s{0,4}\([^;]{0,40}\$_(GET|POST|REQUEST|COOKIE)\s{0,4}\[/ nocase
	condition:
		filesize < 256KB and any of them
}

rule php_in_picture : webshell php
{
	meta:
		description = "A picture that carries PHP which evaluates something"
		author = "candor"
		severity = "high"
		technique = "T1027.003"
		date = "2025-06-02"
	strings:
		$code = /<\?(php|=)\s[^?]{0,200}(eval|assert|system|passthru|shell_exec)\s{0,4}\(/ nocase
	condition:
		filesize < 4MB and $code and
		(uint32be(0) == 0x47494638 or uint32be(0) == 0x89504E47 or uint16be(0) == 0xFFD8)
}

rule php_drops_upload : webshell php
{
	meta:
		description = "A few lines of PHP that store an uploaded file under the name its sender chose"
		author = "candor"
		severity = "medium"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$move = /(move_uploaded_file|copy)\s{0,4}\(\s{0,4}\$_FILES\s{0,4}\[[^,]{1,60}tmp_name['"]\s{0,4}\]\s{0,4},\s{0,4}[^,;]{0,40}\$_(FILES|POST|GET|REQUEST)\s{0,4}\[/ nocase
		$form = "multipart/form-data" ascii nocase
	condition:
		filesize < 4KB and all of them
}

rule php_built_function_name : webshell php
{
	meta:
		description = "PHP spells the name of an evaluator in pieces and calls it"
		author = "candor"
		severity = "medium"
		technique = "T1027"
		date = "2025-06-02"
	strings:
		$open = "<?php" ascii nocase
		$assert = /(a['"]\s?\.\s?['"]ssert|as['"]\s?\.\s?['"]sert|ass['"]\s?\.\s?['"]ert|asse['"]\s?\.\s?['"]rt)['"]/ nocase
		$decode = /['"](ba['"]\s?\.\s?['"]se|bas['"]\s?\.\s?['"]e6|base['"]\s?\.\s?['"]64|base6['"]\s?\.\s?['"]4)/ nocase
		$chain = /(chr\s?\(\s?\d{2,3}\s?\)\s?\.\s?){5,12}chr\s?\(\s?\d{2,3}\s?\)\s?;/ nocase
		$call = /[a-z_0-9]\s?\(\s?\$_(POST|GET|REQUEST|COOKIE)\b/ nocase
	condition:
		filesize < 256KB and $open and $call and any of ($assert, $decode, $chain)
}

rule php_shell_console : webshell php
{
	meta:
		description = "PHP file manager with command console, as large web shells have"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$a1 = /Safe[ _-]?Mod[e]/ nocase
		$a2 = /disable_function[s]/
		$a3 = /posix_getpwui[d]/
		$b1 = /Back[- ]?connec[t]/ nocase
		$b2 = /Bind[ -]?por[t]/ nocase
		$b3 = /Self[ -]?remov[e]/ nocase
		$b4 = /brute[ -]?forc[e]/ nocase
		$b5 = /Console|Execute command/ nocase
		$c = /(shell_exec|passthru|proc_open)\s?\(/
	condition:
		filesize > 2KB and filesize < 1MB and 2 of ($a*) and 3 of ($b*) and $c
}
