"""Check a draw by yourself: python verify_draw.py FILE [what was published before the first sale]

FILE is a draw's bundle, or the proof of an instant ticket; what was published is the commitment, or
for a ticket the Merkle root, copied as it is shown. Python 3.8 is enough. It ends with a sentence
and 0 for what holds, 1 for what does not, 2 where nothing could be checked. The format is draw/v1
(docs/draw-v1.md); this was written apart from the box office, as a second opinion.
"""

import hmac
import json
import re
import sys
from hashlib import sha256

HASH, COUNT = "[0-9a-f]{64}", "[1-9][0-9]{0,7}"


class Refused(Exception):
    pass


def need(holds, sentence):
    if not holds:
        raise Refused(sentence)


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(label, *fields):
    fields = (b"draw/v1/" + label, *fields)
    return sha256(b"\2" + b"".join(len(f).to_bytes(8, "big") + f for f in fields)).digest()


def keyed(key, label, number):
    return hmac.new(key, label + number.to_bytes(8, "big"), "sha256").digest()


def words(seed):
    for count in range(2**64):
        block = keyed(seed, b"draw/v1", count)
        yield from (int.from_bytes(block[at : at + 8], "big") for at in (0, 8, 16, 24))


def below(source, end):
    return next(word for word in source if word < 2**64 // end * end) % end


def shuffled(cells, source):
    for last in range(len(cells) - 1, 0, -1):
        other = below(source, last + 1)
        cells[last], cells[other] = cells[other], cells[last]
    return cells


def leaf(commitment, size, position, prize, salt):
    numbers = size.to_bytes(8, "big") + position.to_bytes(8, "big") + prize.to_bytes(4, "big")
    return sha256(b"\0" + commitment + numbers + salt).digest()


def node(left, right):
    return sha256(b"\1" + left + right).digest()


def tree_root(level):
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node(*pair) for pair in zip(level[::2], level[1::2])] + odd
    return level[0] if level else b""


def climbed(found, index, size, path):
    while size > 1:
        if index ^ 1 < size:
            found = node(path[0], found) if index % 2 else node(found, path[0])
            path = path[1:]
        index, size = index // 2, (size + 1) // 2
    return None if path else found


def is_public(rule, value):
    if rule["how"] == "numbers":
        pairs = list(zip(rule["sources"], value))
        ranges = [(s["low"], s["high"], one) for s, drawn in pairs for one in drawn]
        whole = all(type(one) is int and low <= one <= high for low, high, one in ranges)
        sorts = all(len(d) == s["count"] and d == sorted(d) for s, d in pairs)
        return whole and sorts and len(value) == len(rule["sources"])
    if rule["how"] == "beacon":
        return len(value) == 1 and re.fullmatch(f"[0-9a-f]{{{rule['digits']}}}", value[0])
    if rule["how"] == "contributions":
        return value and value == sorted(set(value)) and all(re.fullmatch(HASH, v) for v in value)
    return rule["how"] == "none" and value == []


def draw_prizes(rules, lines, seed):
    sold = [re.fullmatch(f"({COUNT}) ({COUNT}) {HASH}", line) for line in lines]
    ends = [0] + [int(one[1]) + int(one[2]) - 1 for one in sold]
    apart = all(end < int(one[1]) for end, one in zip(ends, sold))
    need(apart and ends[-1] <= rules["size"], "The list of sold tickets is wrong.")
    prizes = [number for number, tier in enumerate(rules["tiers"], 1) for _ in range(tier["count"])]
    prizes = shuffled(prizes + [0] * (rules["size"] - len(prizes)), words(seed))
    need(len(prizes) == rules["size"], "There are more prizes than tickets.")
    winners = [[] for _ in [None, *rules["tiers"]]]
    for position, prize in enumerate(prizes, 1):
        winners[prize].append(position)
    return prizes, winners[1:]


def draw_order(rules, lines, seed):
    entries = [re.fullmatch(f"({HASH}) ({COUNT}) ({COUNT})", line).groups() for line in lines]
    rising = all(one[0] < other[0] for one, other in zip(entries, entries[1:]))
    limits = rules["group_limit"], rules["weight_limit"]
    fair = all(int(size) <= limits[0] and int(weight) <= limits[1] for _, size, weight in entries)
    need(rising and fair, "The list of entries is wrong.")
    chances = [at for at, entry in enumerate(entries, 1) for _ in range(int(entry[2]))]
    return list(dict.fromkeys(shuffled(chances, words(seed))))


def check_bundle(raw, file):
    rules, lines, public = file["params"], file["list"], file["public"]
    server_seed = bytes.fromhex(file["server_seed"])
    need(re.fullmatch(HASH, file["server_seed"]), "The server seed is wrong.")
    need(rules["kind"] in ("evening", "instant", "ballot"), "The kind of draw is unknown.")
    need(is_public(rules["public"], public), "The public value is wrong.")
    committed = digest(b"commitment", server_seed, file["batch"].encode(), canonical(rules))
    listed = digest(b"list", "".join(line + "\n" for line in lines).encode())
    seed = digest(b"seed", server_seed, committed, canonical(public), listed)
    root = b""
    if rules["kind"] == "ballot":
        result = draw_order(rules, lines, seed)
    else:
        prizes, result = draw_prizes(rules, lines, seed)
        instant = rules["kind"] == "instant"
        need(instant == (rules["public"]["how"] == "none"), "This kind has no such public value.")
        need(not (instant and lines), "An instant draw has no list.")
        salts = [keyed(server_seed, b"draw/v1/salt", at) for at in range(1, len(prizes) + 1)]
        tickets = enumerate(zip(prizes, salts), 1) if instant else []
        root = tree_root([leaf(committed, len(prizes), at, *ticket) for at, ticket in tickets])
    found = {"batch": file["batch"], "params": rules, "list": lines, "public": public}
    found.update(server_seed=server_seed.hex(), version="draw/v1", commitment=committed.hex())
    found.update(list_hash=listed.hex(), seed=seed.hex(), merkle_root=root.hex(), result=result)
    found["digest"] = digest(b"bundle", canonical(found)).hex()
    need(canonical(found) == raw, "Something in the file does not follow from the rest of it.")
    return found["commitment"], f"Result: {json.dumps(result)}"


def check_ticket(raw, file):
    need(file["version"] == "draw/v1" and len(file) == 8, "This is no ticket of draw/v1.")
    whole = all(type(file[name]) is int for name in ("position", "prize", "size"))
    need(whole and 1 <= file["position"] <= file["size"], "There is no such position.")
    names = ("commitment", "salt", "merkle_root")
    need(all(re.fullmatch(HASH, v) for v in [file[n] for n in names] + file["path"]), "Bad hash.")
    commitment, salt, root = (bytes.fromhex(file[name]) for name in names)
    found = leaf(commitment, file["size"], file["position"], file["prize"], salt)
    path = [bytes.fromhex(one) for one in file["path"]]
    found = climbed(found, file["position"] - 1, file["size"], path)
    need(found == root and canonical(file) == raw, "The ticket does not lead to the root.")
    return root.hex(), f"Ticket {file['position']}: prize tier {file['prize']} (0 is none)"


def judge(raw, published=""):
    """The exit code, and the sentences to say."""
    published = "".join(published.split()).lower()
    published = published[:-1] if published.endswith(".") else published
    try:
        file = json.loads(raw.decode())
        anchor, result = (check_ticket if "path" in file else check_bundle)(raw, file)
        need(published in ("", anchor), "It is not the one that was published.")
    except Refused as refused:
        return 1, f"REFUSED: {refused}"
    except Exception:  # whatever else happens, it is the file's fault
        return 1, "REFUSED: This is not a file as draw/v1 writes it."
    if published:
        return 0, f"{result}\nHOLDS, and belongs to what was published as {anchor}"
    return 0, f"{result}\nHOLDS, if this is what was published before the first sale: {anchor}"


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        return 2, __doc__.splitlines()[0]
    try:
        with open(arguments[0], "rb") as opened:
            raw = opened.read()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", error)
        return 2, f"{arguments[0]} cannot be read ({why}), so nothing was checked."
    return judge(raw, "".join(arguments[1:]))


if __name__ == "__main__":
    code, sentences = main(sys.argv[1:])
    print(sentences)
    sys.exit(code)
