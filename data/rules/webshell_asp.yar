/* Web shells for classic ASP and ASP.NET. */

rule asp_eval_of_request : webshell asp
{
	meta:
		description = "Classic ASP evaluates a request variable"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$page = /<%|<script[^>]{0,40}runat/ nocase
		$eval = /\b(eval|execute|executeglobal)\s{0,4}\(?\s{0,4}request\s{0,4}(\.(form|item|querystring))?\s{0,4}[(\[]\s{0,4}["'(a-z0-9]/ nocase
	condition:
		filesize < 256KB and $page and $eval
}

rule aspx_eval_unsafe : webshell aspx
{
	meta:
		description = "ASP.NET in JScript evaluates a request item in unsafe mode"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$lang = /Language\s?=\s?["']?JScript/ nocase
		$eval = /eval\s?\([^;]{0,80}Request(\.Item|\.Form)?\s?\[[^;]{1,80},\s?"?unsafe/ nocase
	condition:
		filesize < 256KB and all of them
}

rule aspx_starts_process_of_request : webshell aspx
{
	meta:
		description = "ASP.NET starts cmd or powershell with a request value as its arguments"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$page = /<%@\s{0,4}(Page|WebHandler|WebService)/ nocase
		$info = /ProcessStartInfo/
		$shell = /(cmd|powershell)\.exe/ nocase
		$args = /Arguments\s?=\s?[^;]{0,60}(Request|Text|context\.Request)/
		$in = /Request(\.(Form|QueryString|Params|Item|Headers))?\s?\[\s?"/ nocase
	condition:
		filesize < 256KB and $page in (0..2048) and $info and $shell and ($args or $in)
}

rule asp_runs_shell_of_request : webshell asp
{
	meta:
		description = "Classic ASP gives a request value to WScript.Shell"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$page = "<%" ascii
		$shell = /CreateObject\s?\(\s?["']WScript\.Shell["']\s?\)/ nocase
		$run = /\.(exec|run)\s?\(?[^\r\n]{0,60}request\s?(\.(form|querystring))?\s?\(/ nocase
		$var = /=\s?request\s?(\.(form|querystring))?\s?\(\s?"[a-z.]{1,12}"\s?\)/ nocase
		$run2 = /\.(exec|run)\s?\(\s?(szCMD|cmd|"cmd(\.exe)? \/c)/ nocase
	condition:
		filesize < 128KB and $page and $shell and ($run or ($var and $run2))
}

rule aspx_loads_assembly_of_request : webshell aspx
{
	meta:
		description = "ASP.NET loads an assembly that arrives in a request"
		author = "candor"
		severity = "high"
		technique = "T1620"
		date = "2025-06-02"
	strings:
		$page = /<%@\s{0,4}(Page|WebHandler|WebService)/ nocase
		$load = /Assembly\.Load\s?\(|GetMethod\s?\(\s?"Load"/
		$in = /Request\.(BinaryRead|InputStream)|FromBase64String\s?\(\s?(Context\.)?Request/
		$make = /\.CreateInstance\s?\(/
	condition:
		filesize < 64KB and $page in (0..2048) and $load and $in and $make
}
