#!/usr/bin/env python3
"""Windows Installer packages, signed and not, for golden tests.

    msi.py OUTDIR    writes every sample there

The signatures were made by `osslsigncode sign` with a throw-away key over what package()
builds. What is signed does not depend on where the sectors lie, so they hold for other
layouts too.
"""
import base64
import importlib.util
import os
import sys

spec = importlib.util.spec_from_file_location(
    'gen_olecf', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'olecf.py'))
olecf = importlib.util.module_from_spec(spec)
spec.loader.exec_module(olecf)

SIGNATURE, EX = '\5DigitalSignature', '\5MsiDigitalSignatureEx'
CLSID = bytes.fromhex('84100c0000000000c000000000000046')


def package(version=3):
    f = olecf.File(version)
    f.root.clsid = CLSID
    f.stream(['Property'], b'ProductName').stream(['\u4840\u3f3f\u4577'], olecf.word(700)).stream(['Data.cab'], olecf.word(9000, 3))
    f.stream(['Data'], b'a name that begins another one').stream(['Empty'], b'')
    f.storage(['Inner'], bytes(range(16)))
    return f.stream(['Inner', 'z'], b'last').stream(['Inner', 'a'], b'first')


SHA256 = base64.b64decode('''
MIIEPwYJKoZIhvcNAQcCoIIEMDCCBCwCAQExDzANBglghkgBZQMEAgEFADB3BgorBgEEAYI3AgEEoGkwZzAyBgorBgEEAYI3AgEeMCQCAQEEEPEQDAAA
AAAAwAAAAAAAAEYCAQACAQACAQACAQACAQAwMTANBglghkgBZQMEAgEFAAQgke6HlrTjaIOmFVkQ1+HM1rz6kBkVtJqZ5yrHQCEi4WigggISMIICDjCC
AXegAwIBAgIUKo9v/uxsR1N017RXyV+cTLwvu68wDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOU2lnbnMgUGFja2FnZXMwHhcNMjYxMTI5MTUxMTU2
WhcNMzYxMTI2MTUxMTU2WjAZMRcwFQYDVQQDDA5TaWducyBQYWNrYWdlczCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAuekEQzA8cHOa1EXe29xU
MbEM1etIfxqUXMse5BQA77xjBBan/KKFZZaPkWMmybsPKfUp5V/VHyuAiJJ620jEras8DTUn06svvzZ+Ul2q1Dy8ukxMG4PuG0jja0SB7eqZXqHBqQMX
pHwPFM7G85Oo0R4W/L2YhRsnoNem5pw6mGUCAwEAAaNTMFEwHQYDVR0OBBYEFA+fE1DEz6lJa+rbSYUc0zvKnM7jMB8GA1UdIwQYMBaAFA+fE1DEz6lJ
a+rbSYUc0zvKnM7jMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADgYEAshrTyZvVLzdMBpjolADApaEPtRSVeETpE6/lQjZJwDdJLmjYWWBb
zVYnWqgbmkNt8PqSgqH9+mayaqZ/lmshUan5wKsiv3dRYGl+pDMZEimByi/b++To5LHtoCGYcaVk6Tb5TvTRDOAXfhiO0b5F8ZBK3/r+AwoJ0Y0WW8BY
PSsxggGFMIIBgQIBATAxMBkxFzAVBgNVBAMMDlNpZ25zIFBhY2thZ2VzAhQqj2/+7GxHU3TXtFfJX5xMvC+7rzANBglghkgBZQMEAgEFAKCBpzAZBgkq
hkiG9w0BCQMxDAYKKwYBBAGCNwIBBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTI5MTUxMjI0WjAcBgorBgEEAYI3AgELMQ4wDAYKKwYBBAGCNwIBFTAdBgor
BgEEAYI3AgEMMQ8wDaALgQlBIHBhY2thZ2UwLwYJKoZIhvcNAQkEMSIEIJKHzjlc2JBgnRsdLL7mUSUvR0Hwd6YFvsESfK/6CeNWMA0GCSqGSIb3DQEB
AQUABIGAGRGo9HxjRCUtYZ1TNok9lg547RmYNjRtTVEV+wFiFRB4JocEy61ZaHPBNzWvZ+BX547AMooSqFqK0AgQagltoWH4GidRvwWb6P2Auyrc/dME
EQcqZvvHwID9t2d2F1+XJMhmxpYU5GL8/z6iEXyG5+Q7p2O7biwa9uDNgS2MnKY=''')
WITH_EX = base64.b64decode('''
MIIEIAYJKoZIhvcNAQcCoIIEETCCBA0CAQExDzANBglghkgBZQMEAgEFADB3BgorBgEEAYI3AgEEoGkwZzAyBgorBgEEAYI3AgEeMCQCAQEEEPEQDAAA
AAAAwAAAAAAAAEYCAQACAQACAQACAQACAQAwMTANBglghkgBZQMEAgEFAAQgr6dxpPRt9iB3on10q4sjC2WedxvITAHB2r1iSfGWq0egggISMIICDjCC
AXegAwIBAgIUKo9v/uxsR1N017RXyV+cTLwvu68wDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOU2lnbnMgUGFja2FnZXMwHhcNMjYxMTI5MTUxMTU2
WhcNMzYxMTI2MTUxMTU2WjAZMRcwFQYDVQQDDA5TaWducyBQYWNrYWdlczCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAuekEQzA8cHOa1EXe29xU
MbEM1etIfxqUXMse5BQA77xjBBan/KKFZZaPkWMmybsPKfUp5V/VHyuAiJJ620jEras8DTUn06svvzZ+Ul2q1Dy8ukxMG4PuG0jja0SB7eqZXqHBqQMX
pHwPFM7G85Oo0R4W/L2YhRsnoNem5pw6mGUCAwEAAaNTMFEwHQYDVR0OBBYEFA+fE1DEz6lJa+rbSYUc0zvKnM7jMB8GA1UdIwQYMBaAFA+fE1DEz6lJ
a+rbSYUc0zvKnM7jMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADgYEAshrTyZvVLzdMBpjolADApaEPtRSVeETpE6/lQjZJwDdJLmjYWWBb
zVYnWqgbmkNt8PqSgqH9+mayaqZ/lmshUan5wKsiv3dRYGl+pDMZEimByi/b++To5LHtoCGYcaVk6Tb5TvTRDOAXfhiO0b5F8ZBK3/r+AwoJ0Y0WW8BY
PSsxggFmMIIBYgIBATAxMBkxFzAVBgNVBAMMDlNpZ25zIFBhY2thZ2VzAhQqj2/+7GxHU3TXtFfJX5xMvC+7rzANBglghkgBZQMEAgEFAKCBiDAZBgkq
hkiG9w0BCQMxDAYKKwYBBAGCNwIBBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTI5MTUxMjI0WjAcBgorBgEEAYI3AgELMQ4wDAYKKwYBBAGCNwIBFTAvBgkq
hkiG9w0BCQQxIgQgBRD7Qs3S/uAhMHpXLslyGI6uAttrsPBDM13RXEt/q4IwDQYJKoZIhvcNAQEBBQAEgYARpDJ0sj/STlgXFto/3+/b1lx9qeYteAYB
8eDUswvOM+89CCzZ2cE37vsVaxXl64VHM/IcsTFumDjQNNCRdpTc12IY/etuucMoYJ1k+04VJOuIcWRBe3+l3uJd34j6qC1Z0EKHBdrBpLvnqEgbFXzk
Q+4kQsP7aR8/B45qcvZ68w==''')
EX_DIGEST = bytes.fromhex('7f2d47fe6136dea0d3a632edcb800ed00e55cc6af4b4d64ea26164afcec9a94f')
NESTED = base64.b64decode('''
MIIISgYJKoZIhvcNAQcCoIIIOzCCCDcCAQExCzAJBgUrDgMCGgUAMGcGCisGAQQBgjcCAQSgWTBXMDIGCisGAQQBgjcCAR4wJAIBAQQQ8RAMAAAAAADA
AAAAAAAARgIBAAIBAAIBAAIBAAIBADAhMAkGBSsOAwIaBQAEFBFlFVbRjsvVP9gpPhSpV+EChlR6oIICEjCCAg4wggF3oAMCAQICFCqPb/7sbEdTdNe0
V8lfnEy8L7uvMA0GCSqGSIb3DQEBCwUAMBkxFzAVBgNVBAMMDlNpZ25zIFBhY2thZ2VzMB4XDTI2MTEyOTE1MTE1NloXDTM2MTEyNjE1MTE1NlowGTEX
MBUGA1UEAwwOU2lnbnMgUGFja2FnZXMwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBALnpBEMwPHBzmtRF3tvcVDGxDNXrSH8alFzLHuQUAO+8YwQW
p/yihWWWj5FjJsm7Dyn1KeVf1R8rgIiSettIxK2rPA01J9OrL782flJdqtQ8vLpMTBuD7htI42tEge3qmV6hwakDF6R8DxTOxvOTqNEeFvy9mIUbJ6DX
puacOphlAgMBAAGjUzBRMB0GA1UdDgQWBBQPnxNQxM+pSWvq20mFHNM7ypzO4zAfBgNVHSMEGDAWgBQPnxNQxM+pSWvq20mFHNM7ypzO4zAPBgNVHRMB
Af8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBALIa08mb1S83TAaY6JQAwKWhD7UUlXhE6ROv5UI2ScA3SS5o2FlgW81WJ1qoG5pDbfD6koKh/fpmsmqm
f5ZrIVGp+cCrIr93UWBpfqQzGRIpgcov2/vk6OSx7aAhmHGlZOk2+U700QzgF34YjtG+RfGQSt/6/gMKCdGNFlvAWD0rMYIFpDCCBaACAQEwMTAZMRcw
FQYDVQQDDA5TaWducyBQYWNrYWdlcwIUKo9v/uxsR1N017RXyV+cTLwvu68wCQYFKw4DAhoFAKB8MBkGCSqGSIb3DQEJAzEMBgorBgEEAYI3AgEEMBwG
CSqGSIb3DQEJBTEPFw0yNjExMjkxNTEyMjRaMBwGCisGAQQBgjcCAQsxDjAMBgorBgEEAYI3AgEVMCMGCSqGSIb3DQEJBDEWBBS7vPtv92oyRF8Y1v7w
0VkMiA2RADANBgkqhkiG9w0BAQEFAASBgF5EkiJUDdbCYnnwNN33clYKJHWUMKgJv4rvmPI5ysv2WcSEb8ov+a9TijEz5J4RlI+yOPJ5V5fMHFq5JIsb
Kf52YCV66sQy6SpevOEz8PQ5h8QReQi4YOMtKmYQUKp6/jhDO2EON9CeJr1xydaqTFTOHUJprWy6HN35nQ3tgcchoYIESzCCBEcGCisGAQQBgjcCBAEx
ggQ3MIIEMwYJKoZIhvcNAQcCoIIEJDCCBCACAQExDzANBglghkgBZQMEAgEFADB3BgorBgEEAYI3AgEEoGkwZzAyBgorBgEEAYI3AgEeMCQCAQEEEPEQ
DAAAAAAAwAAAAAAAAEYCAQACAQACAQACAQACAQAwMTANBglghkgBZQMEAgEFAAQgke6HlrTjaIOmFVkQ1+HM1rz6kBkVtJqZ5yrHQCEi4WigggISMIIC
DjCCAXegAwIBAgIUKo9v/uxsR1N017RXyV+cTLwvu68wDQYJKoZIhvcNAQELBQAwGTEXMBUGA1UEAwwOU2lnbnMgUGFja2FnZXMwHhcNMjYxMTI5MTUx
MTU2WhcNMzYxMTI2MTUxMTU2WjAZMRcwFQYDVQQDDA5TaWducyBQYWNrYWdlczCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAuekEQzA8cHOa1EXe
29xUMbEM1etIfxqUXMse5BQA77xjBBan/KKFZZaPkWMmybsPKfUp5V/VHyuAiJJ620jEras8DTUn06svvzZ+Ul2q1Dy8ukxMG4PuG0jja0SB7eqZXqHB
qQMXpHwPFM7G85Oo0R4W/L2YhRsnoNem5pw6mGUCAwEAAaNTMFEwHQYDVR0OBBYEFA+fE1DEz6lJa+rbSYUc0zvKnM7jMB8GA1UdIwQYMBaAFA+fE1DE
z6lJa+rbSYUc0zvKnM7jMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADgYEAshrTyZvVLzdMBpjolADApaEPtRSVeETpE6/lQjZJwDdJLmjY
WWBbzVYnWqgbmkNt8PqSgqH9+mayaqZ/lmshUan5wKsiv3dRYGl+pDMZEimByi/b++To5LHtoCGYcaVk6Tb5TvTRDOAXfhiO0b5F8ZBK3/r+AwoJ0Y0W
W8BYPSsxggF5MIIBdQIBATAxMBkxFzAVBgNVBAMMDlNpZ25zIFBhY2thZ2VzAhQqj2/+7GxHU3TXtFfJX5xMvC+7rzANBglghkgBZQMEAgEFAKCBmzAR
BgoqhkiG9w0BCRkEMQMCAQEwGQYJKoZIhvcNAQkDMQwGCisGAQQBgjcCAQQwHAYJKoZIhvcNAQkFMQ8XDTI2MTEyOTE1MTIyNFowHAYKKwYBBAGCNwIB
CzEOMAwGCisGAQQBgjcCARUwLwYJKoZIhvcNAQkEMSIEIJKHzjlc2JBgnRsdLL7mUSUvR0Hwd6YFvsESfK/6CeNWMA0GCSqGSIb3DQEBAQUABIGAVL2c
rc+g4i/kzlyDWhFRI6NZVRNhEaUFdrEoet7AeXLF5iL+q7xYaZuZqEFwf8yVKbCm+e39RQYTR7qOTDO282azskfs8/NDP1HaZyuiaHkvHQsz8q50hSYI
ZaRE+ZTYVQzCGZzzC1pNhVk0uPzLGWI3igPC6TwDVCCKPtzpDJ0=''')


def signed(der, f=None, ex=None, name=SIGNATURE):
    f = f or package()
    if ex is not None:
        f.stream([EX], ex)
    return f.stream([name], der)


def change(f, name, data):
    for e in f.root.children:
        if e.name == name:
            e.data, e.size = data, len(data)
    return f


def make():
    out = {'not-signed': package().build(), 'signed': signed(SHA256).build()}
    out['signed-version-4'] = signed(SHA256, package(4)).build()
    f = signed(SHA256)
    f.fragment = True
    out['signed-fragmented'] = f.build()
    out['signed-with-directory'] = signed(WITH_EX, ex=EX_DIGEST).build()
    out['signed-twice'] = signed(NESTED).build()
    out['content-changed'] = change(signed(SHA256), 'Property', b'ProductNamf').build()
    out['stream-added'] = signed(SHA256).stream(['More'], b'x').build()
    out['stream-emptied'] = change(signed(SHA256), 'Data', b'').build()
    f = signed(SHA256)
    f.root.clsid = bytes(16)
    out['class-changed'] = f.build()
    # without a digest of the directory a stream's name is not signed, only its place
    f = signed(SHA256)
    f.root.children[0].name = 'PropertY'
    out['renamed'] = f.build()
    f = signed(WITH_EX, ex=EX_DIGEST)
    f.root.children[0].name = 'PropertY'
    out['renamed-with-directory'] = f.build()
    out['directory-digest-missing'] = signed(WITH_EX).build()
    out['directory-digest-other'] = signed(WITH_EX, ex=bytes(32)).build()
    out['name-in-capitals'] = signed(SHA256, name=SIGNATURE.upper()).build()
    out['name-without-5'] = signed(SHA256, name=SIGNATURE[1:]).build()
    out['signature-in-storage'] = package().stream(['Inner', SIGNATURE], SHA256).build()
    out['signature-cut'] = signed(SHA256[:-50]).build()
    out['signature-empty'] = signed(b'').build()
    out['signature-is-text'] = signed(b'Signed, Nobody').build()
    f = signed(SHA256)
    f.change = lambda f: setattr([e for e in f.entries if e.name == 'Data.cab'][0], 'size', 90000)
    out['stream-cut'] = f.build()
    f = signed(SHA256)
    f.stream(['S'] * 20 + ['x'], b'deep')
    out['too-deep'] = f.build()
    return out


if __name__ == '__main__':
    for name, data in make().items():
        with open(os.path.join(sys.argv[1], name + '.msi'), 'wb') as f:
            f.write(data)
