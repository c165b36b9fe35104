"""Guesses whom a text is on that tells of an outage and says of nobody in plain words that it fails.

Example: in "Events sent to Sentry were refused" a word of the language is written as a name inside of a sentence. That
is no evidence of an outage, so that relevance never sees it; of a text that tells of one it says whom.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.catalogue import Catalogue
from pipeline.components.candidates import is_cased, is_mere
from pipeline.components.choose_services import ServiceChoice, outside
from pipeline.components.finds import Find, Meta
from pipeline.components.guessed_names import guessed_name
from pipeline.components.no_names import is_plain
from pipeline.components.plain_words import SHORT, goes_with_thing, has_thing_near, may_be_name
from pipeline.components.shown_name import shown_name
from pipeline.components.weighing import Weighing
from pipeline.terms import SourceKind

LEAST, LEAST_BESIDE, LEAST_BEFORE = 1.0, 0.75, 1.0
ACRONYM, INSIDE, OPENING, HANDLE, SMALL = 3.0, 2.0, 1.0, 2.0, 1.0
TOLD = {"failed": 2.0, "users": 2.0, "named": 1.5, "speaker": 1.0, "cause": -0.5}
OWNS, AGAIN, HEADS = 1.0, 0.5, 1.5
HEADING = (": ", " – ", " - ", " — ", " | ")
LEAST_ACRONYM = 2


def guess_services(
    text: str,
    found: Sequence[Find],
    meta: Meta,
    catalogue: Catalogue,
    places: Sequence[Find] = (),
    *,
    small: bool = True,
) -> ServiceChoice:
    """The service that a text most likely means, for one that names none for sure, or only beside it. Pure.

    `small` tells that a word in lower case may be the name: where the text tells of an outage for sure. A story
    writes names with a capital.
    """
    small = small and (meta.kind == SourceKind.SOCIAL or not meta.title_end)
    scales = Weighing(text, found, meta, catalogue)
    scales.weigh()
    if scales.own is not None:
        return ServiceChoice()
    likely_finds = [find for _, find in scales.left if small or not find.text.islower()]
    weighed = [(likelihood(scales, find), -find.start, find) for find in likely_finds]
    likely, _, best = max(weighed, default=(0.0, 0, None), key=lambda entry: entry[:2])
    spoken_of = any(candidate.spoken_of for candidate in scales.candidates.values())
    if best is not None and likely >= LEAST and not spoken_of:
        slug = scales.pick(best)
        scales.take(slug, likely, best, ())
        service = catalogue.services[slug]
        name = shown_name(scales.candidates[slug], service, text, page=False)
        return ServiceChoice((slug,), (name,), service.provider, (best.as_mention(value=slug),))
    taken = [(find.start, find.end) for find in places]
    taken += [(find.start, find.end) for find in found if find.text.islower()]
    taken += [(find.start, find.end) for candidate in scales.candidates.values() for _, find in candidate.finds]

    def known(start: int, end: int) -> bool:
        return any(first < end and start < last for first, last in taken)

    guess = guessed_name(text, scales.flat, scales.title_end, known, small=small)
    if guess is None or not outweighs(guess, scales):
        return ServiceChoice()
    return outside(guess[1], (), catalogue)


def outweighs(guess: tuple[float, Find], scales: Weighing) -> bool:
    """Whether a guessed name goes before the known ones: it stands out, or is spoken of before any of them is."""
    if not scales.candidates:
        return True
    weight, find = guess
    if all(not candidate.spoken_of for candidate in scales.candidates.values()):
        return weight >= LEAST_BESIDE
    first = min(other.start for candidate in scales.candidates.values() for _, other in candidate.finds)
    return scales.title_end <= find.start < first and weight >= LEAST_BEFORE


def likelihood(scales: Weighing, find: Find) -> float:
    """How likely a word that may be a name is the service that a text is on; 0 where it is none."""
    slug = scales.pick(find)
    service = scales.catalogue.services[slug]
    told = scales.parts_of(find)
    if service.category == "cloud_product" or find.data.get("listed") or is_mere(told) or scales.is_no_name(find, slug):
        return 0.0
    standing = HANDLE if find.data.get("sign") == "handle" else written(scales, find, cased=is_cased(find, service))
    if not standing:
        return 0.0
    said = max((TOLD[part.value] for part in told if part.value in TOLD), default=0.0)
    thing = goes_with_thing(scales.flat, find.end)
    owns = scales.flat.startswith("'s ", find.end)
    heads = find.start == 0 and scales.text.startswith(HEADING, find.end)
    again = sum(other.value == find.value and other.start != find.start for _, other in scales.left)
    return standing + max(said, 1.5 * thing) + OWNS * owns + HEADS * heads + AGAIN * min(again, 2)


def written(scales: Weighing, find: Find, *, cased: bool) -> float:
    """What the letters of a name tell: an acronym, a capital inside of a sentence, or one where each word has it."""
    if not cased:
        placed = may_be_name(scales.flat, find.start, find.end) or has_thing_near(scales.flat, find.end)
        if len(scales.text) > SHORT or not placed:
            return 0.0
        return SMALL
    if find.text.isupper() and len(find.text) >= LEAST_ACRONYM and not scales.text.isupper():
        return ACRONYM
    if scales.is_inside(find):
        return INSIDE
    return 0.0 if is_plain(scales.text, find.text) else OPENING
