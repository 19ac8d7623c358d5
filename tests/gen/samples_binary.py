"""Harmless samples for the rules about programs and documents: headers with zeros for code."""
import base64

from shapes import elf, filler, letters, lnk, ole, pdf, pe, rtf, wide

IP = '192.0.2.7'
DOS = b'This program cannot be run in DOS mode'
# Assembled here so that this source is not itself the test file.
EICAR = b'X5O!P%@AP[4' + b'\\PZX54(P^)7CC)7}$' + b'EICAR-STANDARD-' + b'ANTIVIRUS-TEST-FILE!' + b'$H+H*'


def text(*parts):
    return b'\0'.join(p if isinstance(p, bytes) else p.encode() for p in parts) + b'\0'


SAMPLES = {
    # eicar.yar
    'eicar_test_file': EICAR,
    'eicar_carried': b'Subject: test\r\n\r\n' + base64.b64encode(EICAR) + b'\r\n' + EICAR,
    # miner.yar
    'miner_linux_program': elf(text('stratum+tcp://', 'cryptonight', '--donate-level', 'hashrate')),
    'miner_windows_program': pe(text('stratum+tcp://', 'mining.subscribe', '--donate-level', 'hashrate')),
    # lure_office.yar
    'office_macro_autorun_shell': ole(text(
        'Attribute VB_Name = "This"', '_VBA_PROJECT', 'Document_Open', 'WScript.Shell', 'powershell')),
    'office_excel4_macro': ole(
        b'\x85\0\x0e\0\x10\x20\0\0\1\1' + b'Auto_Open\0 EXEC URLDownloadToFileA \0'),
    'rtf_equation_object': rtf(b'{\\object\\objemb{\\*\\objclass Equation.3}{\\*\\objdata 0105}}'),
    'rtf_packaged_program': rtf(
        b'{\\object\\objupdate{\\*\\objdata 0105000002000000080000005061636b6167650000 5061636b61676500}}'),
    'rtf_broken_header_object': b'{\\rt1{\\object{\\*\\objdata 0105{\\*\\x}}}}',
    'onenote_carries_script':
        bytes.fromhex('e4525c7b8cd8a74daeb15378d02996d3') + bytes(64) +
        bytes.fromhex('e716e3bd65261145a4c48d4d0b7a9eac') + bytes(8) + b'@echo off\r\n',
    # lure_pdf.yar
    'pdf_launches_program': pdf(b'1 0 obj << /Type /Action /S /Launch /Win << /F (cmd.exe) >> >>'),
    'pdf_script_at_opening': pdf(
        b'1 0 obj << /OpenAction 2 0 R >>\n2 0 obj << /S /JavaScript /JS (x = unescape("%u0000%u0000")) >>'),
    'pdf_exports_program': pdf(
        b'<< /Type /EmbeddedFile >> this.exportDataObject({ cName: "a.txt", nLaunch: 2 });'),
    'pdf_hides_names': pdf(b'<< /S /J#61v#61Script /JS (1) >>'),
    'pdf_one_page_link': pdf(b'<< /Type /Page /A << /S /URI /URI (http://192.0.2.7/a.zip) >> >>'),
    # lure_link.yar
    'lnk_starts_interpreter': lnk('powershell.exe -w hidden -c exit'),
    'lnk_hides_arguments': lnk('/c' + ' ' * 200 + 'exit'),
    'lnk_carries_payload': lnk('/c findstr x a.lnk', filler(17000) + DOS),
    # elf.yar
    'elf_upx_packed': elf(
        bytes(60) + b'UPX!' + filler(900) + b'$Info: This file is packed with the UPX executable packer'),
    'elf_upx_tampered': elf(
        bytes(60) + b'YTS!' + filler(900) + b'PROT_EXEC|PROT_WRITE failed.\n\0'),
    'elf_tiny_loader': elf(bytes(64), segments=1, sections=0, flags=7),
    'elf_botnet_router': elf(text(
        '/bin/busybox ABCDE', 'ABCDE: applet not found', '/dev/watchdog', 'xc3511', 'vizxv')),
    'elf_botnet_flood_commands': elf(text('UDPFLOOD', 'TCPFLOOD', 'KILLATTK', 'GETLOCALIP', 'PONG!')),
    'elf_preload_rootkit': elf(text(
        '/etc/ld.so.preload', 'dlsym', 'readdir64', '__xstat64', '__lxstat', 'fopen64', 'hide_me'), kind=3),
    'elf_kernel_rootkit': elf(text(
        '.gnu.linkonce.this_module', 'kallsyms_lookup_name', 'getdents64', 'hide_pid', 'commit_creds'),
        kind=1),
    'elf_runs_from_memory': elf(text(
        '/proc/self/fd/%d', 'memfd_create', 'execve', '[kworker/0:1]', 'RC4')),
    'elf_hypervisor_ransom': elf(text(
        'esxcli --formatter=csv vm process list', 'esxcli vm process kill', '.vmdk', '/vmfs/volumes')),
    'elf_disguised_thread': elf(b'\0[kworker/0:0]\0' + text('POST /a', 'PRIVMSG', '/bin/sh')),
    'elf_ssh_backdoor': elf(text(
        'pam_sm_authenticate', 'user=%s pass=%s', '%s:%s', '/tmp/.sessions')),
    # pe.yar
    'pe_upx_packed': pe(b'UPX!' + filler(64), names=(b'UPX0', b'UPX1')),
    'pe_upx_renamed_sections': pe(b'\x33\x2e\x39\x36\0UPX!\x0d\x09\x08\x0a', names=(b'aaa', b'bbb')),
    'pe_other_packers': pe(names=(b'.MPRESS1', b'.MPRESS2')),
    'pe_protectors': pe(names=(b'.text', b'.vmp0')),
    'pe_section_writable_executable': pe(first=(0x8000, 0, 0xe0000080)),
    'pe_hidden_by_xor': filler(100) + bytes(c ^ 0x35 for c in DOS) + filler(100, 2),
    'pe_as_base64_text': b'$x = "' + base64.b64encode(
        b'MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0@' + bytes(39) + DOS + bytes(64)) + b'"\n',
    'pe_reversed': pe(filler(512))[::-1],
    'pe_two_dos_headers': pe(pe() + text(
        'NtUnmapViewOfSection', 'WriteProcessMemory', 'SetThreadContext', 'ResumeThread')),
    'pe_keylogger_mailer': pe(wide('[CAPSLOCK] [ENTER] smtp.example.org ') + b'GetAsyncKeyState\0'),
    'pe_browser_stealer': pe(wide(
        '\\Google\\Chrome\\User Data \\Microsoft\\Edge\\User Data \\Opera Software\\Opera Stable '
        'Login Data encrypted_key wallet.dat')),
    # shellcode.yar: fragments without their ends
    'shellcode_block_api_x86':
        bytes.fromhex('31d2648b52308b520c8b5214') + bytes(8) + bytes.fromhex('ac3c617c022c20c1cf0d01c7'),
    'shellcode_block_api_x64':
        bytes.fromhex('65488b5260488b5218488b5220') + bytes(8) +
        bytes.fromhex('ac3c617c022c2041c1c90d4101c1'),
    'shellcode_linux_connect_back':
        bytes.fromhex('6a2958996a025f') + bytes(8) + bytes.fromhex('6a21580f05') + bytes(8) +
        bytes.fromhex('48bb2f62696e2f736800'),
    'shellcode_egg_hunter': bytes.fromhex(
        '6681caff0f42526a0258cd2e3c055a74efb8000000008bfaaf75eaaf75e7'),
    # ransom.yar
    'ransom_extension_list': pe(wide(
        'HOW_TO_DECRYPT.txt .docx .xlsx .sqlite .vmdk .pst System Volume Information')),
    # hacktool.yar
    'hacktool_beacon_configuration': bytes.fromhex(
        '00010001000200000002000100020000000300020004000000000004000200040000'),
    'hacktool_credential_dumper': pe(wide('sekurlsa:: lsadump:: wdigest privilege::debug')),
}

assert len(EICAR) == 68 and letters(1)
