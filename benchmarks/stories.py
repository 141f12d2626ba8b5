"""Who brought whom, and what is left of it: the stories of `attribution_world`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from referrals.attribution import By, TouchFact
from referrals.classifying import classify
from referrals.passing_on import DEEPEST, Hop, Outsider
from referrals.typed_codes import ALPHABET, LENGTH, check_digit, read_typed_code

AGENTS = Path(__file__).parents[1] / "tests" / "referrals" / "agents"
NOBODY = -1
LINKS = (By.CLICK, By.CARRIED)
WINDOW = timedelta(days=30)  # of the product, by default, and of the plain cookie


@dataclass(frozen=True)
class Assumptions:
    """How the world behaves. Parts are of 1; times are in days."""

    # Where applications come from
    employees: int = 300
    driven: float = 0.45  # of all applications: there would be none without a certain employee
    by_link: float = 0.60  # of those: by a link that the employee posted or sent
    by_passing_on: float = 0.10  # by such a link that somebody else passed on
    by_print: float = 0.10  # by a poster, card or badge of theirs; the rest: by word of mouth

    # When and how somebody comes back
    minutes_to_apply: tuple[float, float] = (4, 40)  # from coming to sending
    at_once: float = 0.55  # apply during the visit that began with the link
    days_later: float = 6.0  # else after so long, on average (exponential)
    by_same_link: float = 0.40  # come back by the same link, still at hand in a chat or mail
    by_kept_address: float = 0.20  # by a tab, a bookmark, an address sent to themself
    shortened: float = 0.10  # of kept addresses: the click is gone from it, the code is not
    other_device: float = 0.35  # come back on another device; the rest find the site by search

    # What happens to links and clicks
    in_app: float = 0.40  # of visits by a link: in an app's own browser, which shares no cookies
    stripped: float = 0.02  # of visits by a link: an app or proxy cuts the code off the address
    scanned: float = 0.003  # of visits by a link: a scanner followed it and handed on where it led
    copied: float = 0.10  # of what is passed on: the page's address instead of the link
    prefetched: float = 0.02  # of candidates: their browser loaded somebody else's link ahead
    stuffed: float = 0.01  # of candidates: a page hid somebody else's link in an image
    machines: float = 6.0  # requests by machines for each request by a person (Poisson)

    # Other employees
    others_known: float = 0.8  # sharing employees that a driven candidate knows beside (Poisson)
    others_known_to_anybody: float = 0.3  # and that any other candidate knows
    others_clicked: float = 0.03  # of those: clicked their link too, at some time within 30 days
    goes_on_to_apply: float = 0.5  # of later such clicks: the candidate applies in that visit

    # What candidates read and say
    reads: float = 0.15  # read an expert page or an article on the way
    answers: float = 0.50  # say who told them, when asked because no link came with them
    answers_though_nobody: float = 0.003  # name somebody though nobody told them
    misnames: float = 0.01  # of answers: pick the wrong one of the names that the form completes
    corrects: float = 0.50  # say so when the form names an employee who isn't the one
    takes_out: float = 0.02  # take the right one out

    # Codes to type, and links to scan
    typed: float = 0.30  # of prints: typed, not scanned
    mistyped: float = 0.05  # of typed codes: one character wrong
    types_again: float = 0.70  # when told that a code is wrong
    scans_and_moves: float = 0.40  # of scans: the application follows later, by search
    told_a_code: float = 0.10  # of word of mouth: was told a code, too

    # Chains
    presses: float = 0.60  # of passers: press "pass it on"; others hand on the link they came by
    passers: float = 1.5  # people in a chain that was passed on, at least one (1 + Poisson of less)
    verified: float = 0.20  # of passers: have a name and a mailbox that answered
    inventing: float = 0.10  # of passers: put up to five invented hops behind themselves

    # The plain cookie, and the product's own where a company turns it on
    cookie_refused: float = 0.10  # browsers that keep no cookie
    consents: float = 0.40  # of candidates, to the product's own


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a share link by one of a candidate's browsers, as the product kept it."""

    browser: str  # which cookies it shares
    fact: TouchFact


@dataclass
class Story:
    """How an application came about, and what is left of that."""

    truth: int  # the employee, or NOBODY
    origin: str
    came_at: datetime  # when the visit began that ended in the application
    applied_at: datetime
    applied_on: str = "desktop"
    requests: list[Request] = field(default_factory=list)
    carried: list[TouchFact] = field(default_factory=list)  # what the application brings with it
    read: list[TouchFact] = field(default_factory=list)  # pages and articles on the way
    is_taken_out: bool = False  # the candidate took the right link out
    remembered: list[TouchFact] = field(default_factory=list)  # what a consented cookie adds
    cookie: int = NOBODY  # whom the plain cookie credits
    # Who passed the employee's link on by a link of their own; and who of these really did.
    chain: tuple[Hop, ...] = ()
    honest_chain: tuple[Hop, ...] = ()


class World:
    """Tells stories, one after another, always the same from the same seed."""

    def __init__(self, seed: int, assumptions: Assumptions) -> None:
        self.chance = Random(seed)  # noqa: S311  a story, not a secret
        self.a = assumptions
        self.people = _agents("browsers.txt")
        self.machines = _agents("bots.txt") + _agents("previews.txt")
        # A few share much, most a little.
        self.weights = [self.chance.paretovariate(1.5) for _ in range(assumptions.employees)]
        self.seen: Counter[str] = Counter()

    def story(self) -> Story:
        """The next one."""
        a = self.a
        applied_at = datetime(2026, 1, 31, tzinfo=UTC) + timedelta(
            seconds=self.chance.randrange(300 * 86_400)
        )
        came_at = applied_at - timedelta(minutes=self.chance.uniform(*a.minutes_to_apply))
        if not self._happens(a.driven):
            story = Story(NOBODY, "nobody", came_at, applied_at)
            self._by_search(story)
        else:
            tell, origin = self.chance.choices(
                [
                    (self._by_link, "link"),
                    (self._passed_on, "passed on"),
                    (self._printed, "print"),
                    (self._told, "word of mouth"),
                ],
                [
                    a.by_link,
                    a.by_passing_on,
                    a.by_print,
                    1 - a.by_link - a.by_passing_on - a.by_print,
                ],
            )[0]
            story = Story(self._somebody(), origin, came_at, applied_at)
            tell(story)
        self._also_loaded(story)
        self._read(story)
        self._say_what_is_wrong(story)
        self._keep_cookies(story)
        return story

    # By a link

    def _by_link(self, story: Story) -> None:
        a = self.a
        device = self.chance.choice(["phone", "desktop"])
        browser = f"{device} app" if self._happens(a.in_app) else device
        if self._happens(a.at_once):
            story.applied_on = browser
            self._others(story, a.others_known, None)
            self._arrive(story, self._request(story, story.truth, story.came_at, browser))
            return
        first_at = story.came_at - timedelta(days=self.chance.expovariate(1 / a.days_later))
        first = self._request(story, story.truth, first_at, browser)
        other = "desktop" if device == "phone" else "phone"
        story.applied_on = other if self._happens(a.other_device) else device
        if self._others(story, a.others_known, first_at):
            return
        way = self.chance.random()
        if way < a.by_same_link:
            again = self._request(story, story.truth, story.came_at, story.applied_on)
            self._arrive(story, again)
        elif way < a.by_same_link + a.by_kept_address:
            self._by_kept_address(story, first)
        else:
            self._asked(story)

    def _by_kept_address(self, story: Story, first: TouchFact) -> None:
        """The address still names the first click, or the link's code alone."""
        is_shortened = self._happens(self.a.shortened)
        self._arrive(
            story, replace(first, by=By.CARRIED, at=story.came_at) if is_shortened else first
        )

    def _arrive(self, story: Story, fact: TouchFact) -> None:
        """The visit that ends in the application began by this click."""
        if self._happens(self.a.stripped):
            self._asked(story)
        elif self._happens(self.a.scanned):
            verdict = classify("GET", self.chance.choice(self.machines))
            story.carried.append(replace(fact, is_person=verdict.kind == "human"))
        elif self._happens(self.a.takes_out):
            story.is_taken_out = True
        else:
            story.carried.append(fact)

    def _others(self, story: Story, known: float, decided_at: datetime | None) -> bool:
        """Clicks on other employees' links; whether the candidate applies by one of those."""
        for _ in range(self._poisson(known)):
            if not self._happens(self.a.others_clicked):
                continue
            at = story.came_at - timedelta(days=self.chance.uniform(0, 30))
            is_later = decided_at is not None and at > decided_at
            if is_later and self._happens(self.a.goes_on_to_apply):
                other = self._request(story, self._somebody(), story.came_at, story.applied_on)
                story.carried.append(other)
                return True
            self._request(story, self._somebody(), at, story.applied_on)
        return False

    # Without one

    def _by_search(self, story: Story) -> None:
        """Nobody told them. They may know somebody, even come by a link, all the same."""
        story.applied_on = self.chance.choice(["phone", "desktop"])
        if self._others(story, self.a.others_known_to_anybody, story.came_at - WINDOW):
            return
        if self._happens(self.a.answers_though_nobody):
            self._say(story, self._somebody(), By.ANSWER)

    def _told(self, story: Story) -> None:
        story.applied_on = self.chance.choice(["phone", "desktop"])
        if self._others(story, self.a.others_known, story.came_at - WINDOW):
            return
        if self._happens(self.a.told_a_code) and self._type(story):
            return
        self._asked(story)

    def _printed(self, story: Story) -> None:
        if self._happens(self.a.typed):
            story.applied_on = "desktop"
            if not self._type(story):
                self._asked(story)
            return
        later = self._happens(self.a.scans_and_moves)
        ago = self.chance.expovariate(1 / self.a.days_later) if later else 0
        scan = self._request(story, story.truth, story.came_at - timedelta(days=ago), "phone")
        if later:
            self._asked(story)
        else:
            story.applied_on = "phone"
            self._arrive(story, scan)

    def _type(self, story: Story) -> bool:
        """Whether a code was typed and understood."""
        stem = "".join(self.chance.choices(ALPHABET, k=LENGTH - 1))
        code = stem + check_digit(stem)
        typed = code
        if self._happens(self.a.mistyped):
            place = self.chance.randrange(LENGTH)
            wrong = self.chance.choice([c for c in ALPHABET if c != code[place]])
            typed = code[:place] + wrong + code[place + 1 :]
        read = read_typed_code(typed)
        if read is None and self._happens(self.a.types_again):
            read = read_typed_code(code)
        if read is None:
            return False
        # Another's code could be meant by mistake only if the check digit let it through.
        self._say(story, story.truth if read == code else self._somebody(), By.CODE)
        return True

    def _asked(self, story: Story) -> None:
        """No link came with them, so the form asks who told them."""
        if self._happens(self.a.answers):
            misnames = self._happens(self.a.misnames)
            self._say(story, self._somebody() if misnames else story.truth, By.ANSWER)

    # Passed on

    def _passed_on(self, story: Story) -> None:
        hops: list[Hop] = []
        invented: list[Hop] = []
        for number in range(min(1 + self._poisson(self.a.passers - 1), DEEPEST)):
            if not self._happens(self.a.presses):
                continue
            hop = Hop(Outsider(f"passer {number}"), self._happens(self.a.verified))
            hops.append(hop)
            invented.append(hop)
            if self._happens(self.a.inventing):
                room = max(DEEPEST - len(invented), 0)
                count = min(self.chance.randint(1, 5), room)
                invented += [
                    self.chance.choice([hop, Hop(Outsider(f"nobody {number} {n}"), False)])
                    for n in range(count)
                ]
        story.honest_chain, story.chain = tuple(hops), tuple(invented)
        if self._happens(self.a.copied):
            # The address names the click of whoever copied it, from some days before.
            story.applied_on = self.chance.choice(["phone", "desktop"])
            ago = timedelta(days=self.chance.expovariate(1 / self.a.days_later))
            fact = self._request(story, story.truth, story.came_at - ago, "somebody else's")
            self._arrive(story, fact)
        else:
            self._by_link(story)

    # What machines and pages do

    def _also_loaded(self, story: Story) -> None:
        """Links of others that the candidate's browser asked for without the candidate."""
        for part, purpose, dest, mode in (
            (self.a.prefetched, "prefetch", "", ""),
            (self.a.stuffed, "", "image", "no-cors"),
        ):
            if self._happens(part):
                at = story.came_at - timedelta(days=self.chance.uniform(0, 30))
                self._request(story, self._somebody(), at, story.applied_on, purpose, dest, mode)

    def _request(
        self,
        story: Story,
        person: int,
        at: datetime,
        browser: str,
        purpose: str = "",
        dest: str = "document",
        mode: str = "navigate",
    ) -> TouchFact:
        """A browser asks for the link of `person`, and machines do, before and after."""
        for _ in range(self._poisson(self.a.machines)):
            machine = classify("GET", self.chance.choice(self.machines))
            self.seen[f"machine: {machine.kind}"] += 1
        verdict = classify("GET", self.chance.choice(self.people), purpose, dest, mode)
        self.seen[f"browser: {verdict.kind}"] += 1
        fact = _fact(
            f"click {len(story.requests)}",
            person,
            at,
            is_person=verdict.kind == "human",
            is_opened=verdict.navigates,
        )
        if person == story.truth:
            fact = replace(fact, chain=story.chain)
        story.requests.append(Request(browser, fact))
        return fact

    # The form

    def _say(self, story: Story, person: int, by: By) -> None:
        key = f"said {len(story.carried)}"
        story.carried.append(_fact(key, person, story.applied_at, by=by))

    def _read(self, story: Story) -> None:
        if self._happens(self.a.reads):
            story.read.append(_fact("read", self._somebody(), story.came_at, by=By.READ))

    def _say_what_is_wrong(self, story: Story) -> None:
        """The form says through whose link they came; if that isn't so, they may correct it."""
        wrong = [f for f in story.carried if f.by in LINKS and f.person != story.truth]
        if wrong and self._happens(self.a.corrects):
            if story.truth == NOBODY:
                story.carried = [fact for fact in story.carried if fact not in wrong]
            else:
                self._say(story, story.truth, By.ANSWER)

    def _keep_cookies(self, story: Story) -> None:
        """What cookies know of the browser in which the application was written."""
        here = sorted(
            (r.fact for r in story.requests if r.browser == story.applied_on),
            key=lambda fact: fact.at,
        )
        if self._happens(self.a.consents):
            story.remembered = [fact for fact in here if fact not in story.carried]
        recent = [fact for fact in here if fact.at >= story.applied_at - WINDOW]
        if recent and not self._happens(self.a.cookie_refused):
            story.cookie = recent[-1].person

    # Chance

    def _happens(self, part: float) -> bool:
        return self.chance.random() < part

    def _somebody(self) -> int:
        return self.chance.choices(range(self.a.employees), self.weights)[0]

    def _poisson(self, mean: float) -> int:
        """A Poisson number: how many exponential steps of mean 1 fit into `mean`."""
        count = 0
        left = mean - self.chance.expovariate(1)
        while left > 0:
            count += 1
            left -= self.chance.expovariate(1)
        return count


def _fact(
    key: str,
    person: int,
    at: datetime,
    *,
    is_person: bool = True,
    is_opened: bool = True,
    by: By = By.CLICK,
) -> TouchFact:
    return TouchFact(
        key=key,
        person=person,
        at=at,
        is_person=is_person,
        is_opened=is_opened,
        is_known=True,
        is_own=False,
        sharer_left_at=None,
        link_off_since=None,
        by=by,
    )


def _agents(name: str) -> list[str]:
    lines = (AGENTS / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[-1] for line in lines if line and not line.startswith("#")]
