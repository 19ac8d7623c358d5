/* yara.md 3.1: base64 and base64wide, alphabets, short strings, wide and ascii before it. */
rule b6_plain { strings: $a = "This is a dog" base64 condition: $a }
rule b6_long { strings: $a = "This is a dog that nobody sees" base64 condition: $a }
rule b6_wide { strings: $a = "This is a dog" base64wide condition: $a }
rule b6_both { strings: $a = "This is a dog" base64 base64wide condition: $a }
rule b6_of_wide { strings: $a = "This is a dog" wide base64 condition: $a }
rule b6_of_both { strings: $a = "This is a dog" wide ascii base64 condition: $a }
rule b6_ascii { strings: $a = "nobody sees" ascii base64 condition: $a }
rule b6_wide_wide { strings: $a = "dog" wide base64wide condition: $a }
rule b6_three { strings: $a = "dog" base64 condition: $a }
rule b6_four { strings: $a = "dog " base64 condition: $a }
rule b6_five { strings: $a = "a dog" base64 condition: $a }
rule b6_six { strings: $a = " a dog" base64 condition: $a }
rule b6_alphabet { strings: $a = "This is a dog" base64("!@#$%^&*(){}[].,|ABCDEFGHIJ\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu") condition: $a }
rule b6_alphabet_wide { strings: $a = "This is a dog" base64wide("!@#$%^&*(){}[].,|ABCDEFGHIJ\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu") condition: $a }
rule b6_alphabet_same { strings: $a = "This is a dog" base64("!@#$%^&*(){}[].,|ABCDEFGHIJ\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu") base64wide("!@#$%^&*(){}[].,|ABCDEFGHIJ\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu") condition: $a }
rule b6_url { strings: $a = ">>>???\xff" base64("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") condition: $a }
rule b6_url_plain { strings: $a = ">>>???\xff" base64 condition: $a }
rule b6_private { strings: $a = "nobody" base64 private condition: $a }
rule b6_not_plain { strings: $a = "This is a dog that nobody sees" base64 $b = "This is a dog that nobody sees" condition: not $a and $b }
rule b6_count { strings: $a = "This is a dog" base64 condition: #a == 1 }
