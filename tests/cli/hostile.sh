# rules made to hurt: an error that says where, in bounded time and memory
. "$here/setup.inc"

bad f
python3 - <<'P'
def rule(name, body):
    with open(name + '.yar', 'w') as f:
        f.write('rule ok { condition: true }\nrule r {\n' + body + '}\n')

n = 300000
strings = 'strings: $a = %s\ncondition: $a\n'
rule('parentheses', 'condition: ' + '(' * n + 'true' + ')' * n)
rule('nots', 'condition: ' + 'not ' * n + 'true')
rule('minuses', 'condition: ' + '-' * n + '1 == 1')
rule('indices', 'strings: $a = "a"\ncondition: ' + '@a[' * n + '1' + ']' * n + ' > 1')
rule('fields', 'condition: ok' + '.a[0]' * n)
rule('loops', 'condition: ' + ''.join(f'for any i{i} in (1..2) : (' for i in range(n // 10)) +
     'true' + ')' * (n // 10))
rule('of_loops', 'strings: $a = "a"\ncondition: ' + 'for any of them : (' * n + '$' + ')' * n)
rule('groups', strings % ('/a' + '(' * n + 'b' + ')' * n + '/'))
rule('repeats', strings % '/a((((b{1000}){1000}){1000}){1000}){1000}/')
rule('ranges', strings % '/(a{1,30000}b?){1,30000}/')
rule('classes', strings % ('/' + '[a-z]{32767}' * 20 + '/'))
rule('hex_groups', strings % ('{ 61 ' + '( ' * n + '62' + ' )' * n + ' }'))
rule('hex_jumps', strings % ('{ 61 ' + '[1-100] 62 ' * (n // 3) + '}'))
rule('long_text', strings % ('"' + 'a' * 5000000 + '"'))
rule('long_name', 'condition: ' + 'a' * 5000000)
rule('many_strings', 'strings: ' + ' '.join(f'$s{i} = "abc{i}"' for i in range(20000)) +
     '\ncondition: any of them')
rule('matches', 'condition: "a" matches /a((((b{1000}){1000}){1000}){1000}){1000}/')
rule('token', 'condition: "' + 'a' * 5000000)
with open('self.yar', 'w') as f:
    f.write('\ninclude "self.yar"\n')
for name, other in ('ring', 'ring2'), ('ring2', 'ring'):
    with open(name + '.yar', 'w') as f:
        f.write(f'include "{other}.yar"\n' * 20)
def tree(name, depth, fan):
    """Files that include each other, fan times each: fan to the power of depth in all."""
    for i in range(depth):
        with open(name + ('.yar' if i == 0 else f'{i}.inc'), 'w') as f:
            f.write(f'include "{name}{i + 1}.inc"\n' * fan)
    open(f'{name}{depth}.inc', 'w').close()

tree('deep', 17, 1)
tree('wide', 15, 10)
P
# far from what any of them needs
ulimit -t 30
for rules in *.yar; do
	"$candor" compile --memory 200M "$rules" -o out.cdr 2>err
	echo "$rules: exit $?, $(grep -m1 -oE '(error|cannot)[^(]{0,60}' err | sed 's/ *$//' | cut -c1-70)"
done
truncate -s 1G large.yar
code "$candor" compile large.yar -o out.cdr 2>&1
