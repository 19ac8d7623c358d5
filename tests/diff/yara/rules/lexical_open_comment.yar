rule lex_before { strings: $a = "beta" condition: $a }
/* the comment is never closed, so the file ends here
rule lex_after_never { condition: true }
