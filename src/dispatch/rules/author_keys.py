"""Says under which key an author is known: the same for every way that one name is written.

In: a name as bylines have it. Out: small Latin letters, digits and hyphens, fit for a path. Never:
a look at other names: a key that depended on who came first would change in another database.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from typing import Final

#: Cyrillic as passports write it (ICAO 9303), for Russian, Ukrainian and Belarusian; two letters
#: that passports leave out are signs of pronunciation.
_CYRILLIC: Final = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziiklmnoprstufye", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": ""}
    | {"ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "ie", "ґ": "g", "ў": "u"}
)
#: Latin letters that fall into no letter and accent.
_LATIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae"})

_NOT_IN_KEY: Final = re.compile(r"[^a-z0-9]+")
_DIGEST_LENGTH: Final = 10


#: A newsroom has a few hundred of them.
@functools.lru_cache(maxsize=4096)
def author_key(name: str) -> str:
    """The key of the author called `name`; never empty.

    A name in a script that is not spelled out here is known by a digest of itself.
    """
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    # Before the accents go: й and ё are letters, not и and е with something above.
    spelled = plain.translate(_CYRILLIC).translate(_LATIN)
    letters = unicodedata.normalize("NFKD", spelled)
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    # An apostrophe parts no words: O'Neill is one.
    bare = bare.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    if any(sign.isalpha() and not sign.isascii() for sign in bare):
        return hashlib.sha256(plain.encode()).hexdigest()[:_DIGEST_LENGTH]
    key = _NOT_IN_KEY.sub("-", bare).strip("-")
    return key or hashlib.sha256(plain.encode()).hexdigest()[:_DIGEST_LENGTH]
