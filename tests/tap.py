"""tap.py - tests written in Python say what they found in TAP: check(), ok() or skip(), then
done().

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    from tap import check, done
"""
import sys

_count = _bad = 0


def check(good, name, *why):
    """One result; what is in why is shown when it is bad. Gives good back."""
    global _count, _bad
    _count += 1
    _bad += not good
    print(f'{"" if good else "not "}ok {_count} - {name}', flush=True)
    for w in () if good else why:
        print('# ' + str(w)[:3000].rstrip().replace('\n', '\n# '), flush=True)
    return good


def ok(name, good, *why):
    """The same, name first, for conditions that take lines."""
    return check(good, name, *why)


def skip(name, why):
    """What cannot be tried here, and why."""
    global _count
    _count += 1
    print(f'ok {_count} - {name} # SKIP {why}', flush=True)


def done():
    """The plan, at the end; exits 1 when something was bad."""
    print(f'1..{_count}')
    sys.exit(_bad != 0)
