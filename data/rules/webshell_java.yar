/* Web shells for Java servers. */

rule jsp_command_of_request : webshell jsp
{
	meta:
		description = "JSP hands a request parameter to Runtime.exec or ProcessBuilder"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$page = /<%|<jsp:/
		$exec = /getRuntime\s?\(\s?\)\s?\.\s?exec\s?\([^;]{0,60}request\.getParameter\s?\(/
		$builder = /new\s+ProcessBuilder\s?\([^;]{0,80}request\.getParameter\s?\(/
		$later = /=\s?request\.getParameter\s?\(\s?"(cmd|c|command|exec|pwd|pass|i)"\s?\)/
		$run = /getRuntime\s?\(\s?\)\s?\.\s?exec\s?\(/
	condition:
		filesize < 256KB and $page in (0..4096) and ($exec or $builder or ($later and $run))
}

rule jsp_defines_class_of_request : webshell jsp
{
	meta:
		description = "JSP decrypts the request body and defines a class of it"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$page = /<%|<jsp:/
		$class = /extends\s+ClassLoader/
		$define = /\.?defineClass\s?\(/
		$aes = /Cipher\.getInstance\s?\(\s?"AES/
		$body = /request\.(getReader|getInputStream|getParameter)\s?\(/
	condition:
		filesize < 128KB and $page in (0..4096) and $class and $define and ($aes or $body)
}

rule jsp_writes_file_of_request : webshell jsp
{
	meta:
		description = "A short JSP that writes a request parameter to a file it also names"
		author = "candor"
		severity = "medium"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$page = /<%/
		$write = /new\s+(java\.io\.)?FileOutputStream\s?\([^;]{0,100}request\.getParameter\s?\([^;]{1,120}\)\.write\s?\(\s?request\.getParameter/
	condition:
		filesize < 16KB and all of them
}

rule java_memory_shell : webshell java
{
	meta:
		description = "Java text that adds a servlet filter at run time and runs commands there"
		author = "candor"
		severity = "high"
		technique = "T1505.003"
		date = "2025-06-02"
	strings:
		$add = /(addFilterMapBefore|addFilterDef|addServletMappingDecoded|addApplicationEventListener)\s?\(/
		$context = /StandardContext/
		$run = /(getRuntime\s?\(\s?\)\s?\.\s?exec|new\s+ProcessBuilder)\s?\(/
		$get = /getParameter\s?\(\s?"/
	condition:
		filesize < 256KB and all of them
}
