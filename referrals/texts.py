"""Texts to share a page of ours with: three to choose from, in its language, and one's own.

`{title}` and `{place}` in a text stand for those of the page; everything else is plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from zlib import crc32

from flask_babel import force_locale, gettext
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from careers.base.database import inserting
from careers.base.languages import LANGUAGES
from careers.base.people import Person
from careers.blog.models import Article
from experts.models import Expert
from referrals.models import ShareLink, ShareText
from referrals.targets import Target, language_of, target_of, title_in

VARIANTS = 3
LONGEST = 1000  # characters of a text, without the link
_PLACEHOLDER = re.compile(r"\{(title|place)\}")
_NO_PLACE = re.compile(r"(?:\s*\(\{place\}\)|[\s,;:–—-]*\{place\})")


class TextRefused(ValueError):
    """A text that cannot be kept; its words say why, fit for people."""


def voice_of(db: Session, person: Person, target: Target) -> str:
    """In which voice `person` speaks of `target`: its kind, or `written` for an article of their
    own, `myself` for their own page. The target was read in this session, so nothing is asked.
    """
    if target.kind == "article":
        article = db.get(Article, target.key)
        wrote = article is not None and person in article.writers
        return "written" if wrote else "article"
    if target.kind == "expert":
        expert = db.get(Expert, target.key)
        return "myself" if expert and expert.person_id == person.id else "expert"
    return target.kind


def defaults(voice: str) -> tuple[str, str, str]:
    """Our own three texts for a voice, in the language of the moment."""
    return {
        "job": (
            gettext(
                "We are looking for someone: {title}, {place}. I work there, so ask me anything."
            ),
            gettext(
                "Do you know someone for this? {title}, {place}. I can tell you what it is "
                "really like here."
            ),
            gettext(
                "{title}, {place}: open where I work. If it sounds like you, or like someone "
                "you know, have a look."
            ),
        ),
        "jobs": (
            gettext(
                "We have jobs open where I work. Have a look, and ask me what it is really like."
            ),
            gettext(
                "Looking for something new, or know someone who is? Here are our open jobs; I "
                "answer questions."
            ),
            gettext(
                "All the jobs open at my company. I like telling people how it is here, the "
                "dull parts too."
            ),
        ),
        "article": (
            gettext("A colleague of mine wrote this: “{title}”. It is worth the few minutes."),
            gettext("“{title}”: if you wonder what we do all day, this is a good place to start."),
            gettext("I work with the people behind this: “{title}”. Tell me what you think of it."),
        ),
        "written": (
            gettext("I wrote down something I learned at work: “{title}”. Tell me what you think."),
            gettext("“{title}”, written by me for our blog. How do you do it where you are?"),
            gettext("If you do work like mine, tell me where you see it differently: “{title}”."),
        ),
        "expert": (
            gettext(
                "I work with {title}. If you want to know how we do things, this is whom to ask."
            ),
            gettext(
                "Curious who my colleagues are? Meet {title}: what they do, and what they "
                "write about it."
            ),
            gettext("{title} is someone I learn from at work. Here is their page."),
        ),
        "myself": (
            gettext("What I do at work, and what I write about it, is all here. Ask me anything."),
            gettext("If you want to know what my job is really like, start here and then ask me."),
            gettext("I have a page at work now: what I know, what I write, and how to find me."),
        ),
    }[voice]


def fill(text: str, title: str, place: str) -> str:
    """`text` with the title and the place of a page; without one the place falls away, together
    with what parts it from the rest.

    >>> fill("{title}, {place}: open.", "Engineer", "")
    'Engineer: open.'
    """
    if not place:
        text = _NO_PLACE.sub("", text)
    return _PLACEHOLDER.sub(lambda found: {"title": title, "place": place}[found[1]], text)


def generalised(words: str, title: str, place: str) -> str:
    """`words` said of one page, as a text for others: where its title and place stand in them,
    those of any page will."""
    whole = {title: "{title}", place: "{place}"}
    named = "|".join(re.escape(name) for name in (title, place) if name)
    if not named:
        return words
    return re.sub(rf"(?<!\w)(?:{named})(?!\w)", lambda found: whole[found[0]], words)


def plain(words: str) -> str:
    """What a person wrote, as it is kept: plain text, line breaks included, at most one empty line
    in a row.

    Raises TextRefused when it is too long.
    """
    lines = re.sub(r"\r\n?", "\n", words).split("\n")
    kept = "\n".join("".join(s for s in line if unicodedata.category(s) != "Cc") for line in lines)
    kept = re.sub(r"[ \t]+\n", "\n", kept)
    kept = re.sub(r"\n{3,}", "\n\n", kept).strip()
    if len(kept) > LONGEST:
        raise TextRefused(gettext("Please stay under %(count)s characters.", count=LONGEST))
    return kept


def place_of(target: Target) -> str:
    """Where a job is, short enough for a text."""
    return ", ".join(target.places[:2])


def said_of(target: Target, language: str, text: str) -> str:
    """`text` filled in for `target`."""
    return fill(text, title_in(target, language), place_of(target))


def own_texts(db: Session, person: Person, voice: str, language: str) -> dict[int, str]:
    """The texts that `person` keeps for a voice, by the variant whose place they take."""
    rows = db.execute(
        select(ShareText.variant, ShareText.text).where(
            ShareText.person_id == person.id,
            ShareText.target == voice,
            ShareText.language == language,
        )
    )
    return {row.variant: row.text for row in rows}


def texts_for(target: Target, language: str, voice: str, own: dict[int, str]) -> list[str]:
    """The three texts about `target`, filled in: the person's `own` ones in place of ours."""
    with force_locale(language):
        ours = defaults(voice)
    return [said_of(target, language, own.get(n, ours[n])) for n in range(VARIANTS)]


def first_offered(person_code: str, texts: Sequence[str], last: int | None, used: str) -> int:
    """Which text is offered first: the one after `last`, which was offered before; in the
    beginning, colleagues are spread by their codes. The one that was `used` here is passed over.
    """
    start = crc32(person_code.encode()) if last is None else last + 1
    order = [(start + step) % len(texts) for step in range(len(texts))]
    return next((n for n in order if texts[n] != used), order[0])


def own_words(target: Target, voice: str, own: Collection[str], used: str) -> str:
    """The words `used` for `target` before if they are the person's, "" if one of the texts is
    the same in whatever language."""
    known = {said_of(target, language, text) for language in LANGUAGES for text in own}
    for language in LANGUAGES:
        known |= set(texts_for(target, language, voice, {}))
    return "" if used in known else used


def keep_text(
    db: Session, person: Person, target: Target, voice: str, language: str, variant: int, words: str
) -> None:
    """Keep `words`, said of `target`, as one of the person's own texts for pages like it.

    Raises TextRefused for an empty text and for placeholders that nothing fills in.
    """
    text = generalised(words, title_in(target, language), place_of(target))
    unknown = re.search(r"\{\w*\}", _PLACEHOLDER.sub("", text))
    if unknown:
        raise TextRefused(
            gettext(
                "Only {title} and {place} are filled in; %(found)s means nothing here.",
                found=unknown[0],
            )
        )
    if not text:
        raise TextRefused(gettext("There are no words to keep yet."))
    row = {
        "person_id": person.id, "target": voice, "language": language, "variant": variant,
        "text": text,
    }  # fmt: skip
    key = ("person_id", "target", "language", "variant")
    kept = inserting(db, ShareText).values(row)
    db.execute(kept.on_conflict_do_update(index_elements=key, set_={"text": text}))


def drop_text(db: Session, person: Person, voice: str, language: str, variant: int) -> None:
    """Give one of our texts its place back."""
    db.execute(
        delete(ShareText).where(
            ShareText.person_id == person.id,
            ShareText.target == voice,
            ShareText.language == language,
            ShareText.variant == variant,
        )
    )


def words_of(db: Session, link: ShareLink) -> str:
    """What goes with a link: the words it was shared with, else the text that its owner would be
    offered for it."""
    if link.words:
        return link.words
    target, language = target_of(link), language_of(link)
    voice = voice_of(db, link.person, target)
    texts = texts_for(target, language, voice, own_texts(db, link.person, voice, language))
    return texts[crc32(link.code.encode()) % len(texts)]


def with_link(words: str, address: str) -> str:
    """`words` and the link after them: on a line of its own where the words have lines."""
    if not words:
        return address
    return f"{words}\n{address}" if "\n" in words else f"{words} {address}"


# -- how long a text is ------------------------------------------------------------------------

LIMITS = {"x": 280, "bluesky": 300, "mastodon": 500}
SHORTENED = 23  # characters that X and Mastodon count for any link
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # X counts others twice
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")


def length_on(channel: str, words: str, address: str) -> int:
    """How much of a network's limit a text takes with its link; of a text message, how many parts.

    Sources: X's twitter-text configuration v3 (weights, links at 23), Mastodon's instance entity
    (`characters_reserved_per_url`), Bluesky's post lexicon (300 graphemes; code points, counted
    here, are never fewer), GSM 03.38 (160 or 70 characters, 153 or 67 in each of several parts).
    """
    between = 1 if words else 0
    if channel == "x":
        return sum(_x_weight(ord(sign)) for sign in words) + between + SHORTENED
    if channel == "mastodon":
        return len(words) + between + SHORTENED
    if channel == "bluesky":
        return len(words) + between + len(address)
    text = with_link(words, address)
    if set(text) <= _GSM | _GSM_TWICE:
        return _parts(len(text) + sum(sign in _GSM_TWICE for sign in text), 160, 153)
    return _parts(len(text.encode("utf-16-le")) // 2, 70, 67)


def _x_weight(sign: int) -> int:
    return 1 if any(low <= sign <= high for low, high in _LIGHT) else 2


def _parts(length: int, alone: int, together: int) -> int:
    return 1 if length <= alone else -(-length // together)
