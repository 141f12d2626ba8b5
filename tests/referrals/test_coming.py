"""Every kind of touch on its way from a visit to the credit, and a candidate's second thoughts."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from careers.base import clock
from careers.base.people import person_by_email
from careers.blog.models import Article, CoAuthor
from careers.hiring.models import Application
from experts.models import Expert
from feeds.models import Entry, EntryText, Feed
from referrals.crediting import settled
from referrals.models import Credit, Receipt, Touch
from referrals.naming import names_like, person_named
from referrals.sharing import share
from referrals.targets import job_target
from tests.cast import Cast
from tests.documents import pdf
from tests.referrals.conftest import BROWSER


def shown(db, email: str, slug: str):
    person = person_by_email(db, email)
    now = clock.now()
    db.add(
        Expert(person=person, slug=slug, state="shown", headline="Builds things", shown_since=now)
    )
    person.page = slug
    db.commit()
    return person


@pytest.fixture
def ada(db):
    return shown(db, Cast.ENGINEER, "ada-engel")


@pytest.fixture
def edith(db):
    return shown(db, Cast.EDITOR, "edith-martin")


@pytest.fixture
def carls(db, job):
    made = share(db, person_by_email(db, Cast.COLLEAGUE), job_target(job), "qr")
    db.commit()
    return made


def text(answer) -> str:
    return answer.get_data(as_text=True).replace("&amp;", "&")


def via_of(page: str) -> str:
    """What the page's link to the jobs carries."""
    found = re.search(r'href="(/(?:fr/)?jobs\?[^"]*via=[^"]+)"', page)
    return parse_qs(urlsplit(found[1]).query)["via"][0] if found else ""


def apply(visitor, job, via="", **more):
    """Fill in the form, again when it asks about somebody; the page before the last, the answer."""
    address = f"/jobs/{job.slug}/apply"
    page = text(visitor.get(address + (f"?via={via}" if via else ""), headers=BROWSER))
    while True:
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        data = {"name": "Nadia Rossi", "email": "nadia@mail.example", **hidden, **more}
        data["cv"] = (io.BytesIO(pdf("Nadia")), "cv.pdf")
        answer = visitor.client.post(address, data=data)
        if answer.status_code != 200:
            assert answer.status_code == 303, text(answer)
            return page, answer.location
        page = text(answer)


def newest(db) -> Receipt:
    db.expire_all()
    return db.scalars(select(Receipt).where(Receipt.is_newest)).one()


def shares(receipt) -> set:
    return {(one.person.name, one.kind, one.part, one.whole) for one in receipt.credits}


# -- who told you about us? ----------------------------------------------------------------------


def test_only_names_of_those_who_show_themselves_are_found(visitor, db, ada, edith):
    assert names_like(db, "ad") == ["Ada Engel"]
    assert names_like(db, "MART") == ["Edith Martin"]
    assert names_like(db, "a") == []
    assert names_like(db, "Carl") == []
    assert visitor.get("/named?q=eng").json == ["Ada Engel"]
    assert visitor.get("/named?q=%25%25").json == []
    assert person_named(db, " ada  ENGEL ") is ada
    assert person_named(db, "Ada") is None
    assert person_named(db, "Carl Bauer") is None


def test_of_two_with_one_name_the_job_tells_them_apart(db, ada, edith):
    edith.name = "Ada Engel"
    db.commit()
    assert names_like(db, "engel") == ["Ada Engel, Engineer", "Ada Engel, Editor"]
    assert person_named(db, "Ada Engel") is None
    assert person_named(db, "ada engel, editor") is edith


def test_a_named_colleague_is_told_before_it_is_sent_and_credited(visitor, db, job, ada, work):
    page, _ = apply(visitor, job, told_by="ada engel", sharer_sees="steps")
    assert "You named Ada Engel." in page
    assert "Ada would be credited with bringing you." in page
    work()
    assert shares(newest(db)) == {("Ada Engel", "referral", 1, 1)}
    assert newest(db).touches[0]["kind"] == "answer"
    assert db.scalar(select(Application)).sharer_sees == "steps"


def test_other_words_are_kept_for_the_recruiter_alone(visitor, visit_as, db, job, ada, work):
    _, mine = apply(visitor, job, told_by="My aunt Carla")
    work()
    receipt = newest(db)
    assert [row["dropped"] for row in receipt.touches] == ["nobody_named"]
    assert receipt.outcome == "none_counts"
    assert "aunt" not in str(receipt.touches)
    code = db.scalar(select(Application.code))
    assert "My aunt Carla" in text(visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}"))
    visitor.post(f"{mine}/erasure", form_on=mine)
    db.expire_all()
    assert [touch.said for touch in db.scalars(select(Touch))] == [""]


# -- pages read on the way -----------------------------------------------------------------------


def test_an_article_of_several_inspires_for_each_whose_name_stands_under_it(
    visitor, db, job, ada, edith, work
):
    carl = person_by_email(db, Cast.COLLEAGUE)
    made = Article(author_id=edith.id, slug="meters", title="Meters", body_html="<p>x</p>",
                   state="published", published_at=clock.now())  # fmt: skip
    made.coauthors = [
        CoAuthor(person=ada, accepted_at=clock.now()),
        CoAuthor(person=carl, accepted_at=clock.now(), is_anonymous=True),
        CoAuthor(person=person_by_email(db, Cast.ADMIN)),  # has not agreed yet
    ]
    db.add(made)
    db.commit()
    read = via_of(text(visitor.get("/blog/meters", headers=BROWSER)))
    page, _ = apply(visitor, job, via=read, sharer_sees="steps")
    assert page.count("Leave this out") == 2
    assert "Carl" not in page
    work()
    assert shares(newest(db)) == {
        ("Edith Martin", "inspiration", 1, 2),
        ("Ada Engel", "inspiration", 1, 2),
    }
    assert [row["article"] for row in newest(db).touches] == [made.code] * 2


def test_what_an_expert_republishes_here_inspires_as_their_page_does(visitor, db, job, ada, work):
    feed = Feed(person_id=ada.id, url="https://ada.example/feed", is_theirs=True, keeps_texts=True)
    entry = Entry(
        key="k", url="https://ada.example/clocks", title="Of clocks", has_title=True, excerpt="x",
        published_at=clock.now(), content_hash="h", state="visible", minutes=3,
    )  # fmt: skip
    feed.entries = [entry]
    db.add(feed)
    db.flush()
    db.add(EntryText(entry_id=entry.id, html="<p>Long</p>", html_hash="h"))
    db.commit()
    read = via_of(text(visitor.get(f"/fr/entries/{entry.code}", headers=BROWSER)))
    page, _ = apply(visitor, job, via=read, sharer_sees="steps")
    assert page.count("Leave this out") == 1
    work()
    assert shares(newest(db)) == {("Ada Engel", "inspiration", 1, 1)}


def test_of_several_authors_a_candidate_leaves_out_one(visitor, db, job, ada, edith, work):
    made = Article(author_id=edith.id, slug="meters", title="Meters", body_html="<p>x</p>",
                   state="published", published_at=clock.now())  # fmt: skip
    made.coauthors = [CoAuthor(person=ada, accepted_at=clock.now())]
    db.add(made)
    db.commit()
    read = via_of(text(visitor.get("/blog/meters", headers=BROWSER)))
    page = text(visitor.get(f"/jobs/{job.slug}/apply?via={read}", headers=BROWSER))
    keys = re.findall(r'name="without" value="([^"]+)"', page)
    assert len(set(keys)) == 2
    apply(visitor, job, via=read, without=keys[1])
    work()
    assert shares(newest(db)) == {("Edith Martin", "inspiration", 1, 1)}


def test_a_page_and_an_article_read_on_the_way_are_inspirations(
    visitor, visit_as, db, job, link, ada, edith, work
):
    db.add(
        Article(author_id=edith.id, slug="meters", title="Meters", body_html="<p>x</p>",
                state="published", published_at=clock.now())
    )  # fmt: skip
    db.commit()
    with clock.set_to(clock.now() - timedelta(seconds=5)):
        read = via_of(text(visitor.get("/fr/experts/ada-engel", headers=BROWSER)))
    read = via_of(text(visitor.get(f"/blog/meters?via={read}", headers=BROWSER)))
    assert via_of(text(visitor.get(f"/experts?via={read}", headers=BROWSER))) == read
    assert read.count("~") == 1
    # A search in between, and a share link at the end.
    found = text(visitor.get(f"/search?q=engineer&via={read}", headers=BROWSER))
    assert f'name="via" value="{read}"' in found
    page, mine = apply(visitor, job, f"{read}~{link.code}", sharer_sees="applied")
    for words in ("You read Ada Engel’s page", "You read “Meters” by Edith Martin",
                  "The address you came by has Ada Engel’s code",
                  "Edith is named as an inspiration, and is paid nothing for it."):  # fmt: skip
        assert words in page
    work()
    receipt = newest(db)
    # Of kind inspiration the last read has all, as of kind referral the last link.
    assert shares(receipt) == {
        ("Ada Engel", "referral", 1, 1), ("Edith Martin", "inspiration", 1, 1),
    }  # fmt: skip
    assert [row["dropped"] for row in receipt.touches] == ["another_was_later", None, None]
    code = db.scalar(select(Application.code))
    for seen in (
        visit_as(Cast.RECRUITER).get(f"/recruiting/receipts/{code}"),
        visit_as(Cast.EDITOR).get(f"/me/receipts/{code}"),
        visitor.get(f"{mine}/receipt"),
    ):
        assert "Inspired by" in text(seen)
        assert "Someone read “Meters” by Edith Martin" in text(seen)
    # Only who signs in can save the file.
    assert "Save this receipt" not in text(visitor.get(f"{mine}/receipt"))
    own = text(visit_as(Cast.EDITOR).get("/me/links"))
    assert "Who had read you" in own and "earns no bonus" in own
    assert "all of it" not in own and "Nobody has applied through your links yet" in own
    board = text(visit_as(Cast.RECRUITER).get("/recruiting/referrals?by=employee"))
    assert "Ada Engel" in board
    assert "Edith Martin" not in re.search(r"<tbody>(.*?)</tbody>", board, re.DOTALL)[1]


def test_who_was_only_read_sees_nothing_unless_the_candidate_says_so(visitor, db, job, ada, work):
    read = via_of(text(visitor.get("/experts/ada-engel", headers=BROWSER)))
    page, _ = apply(visitor, job, read)
    assert re.search(r'checked[^>]*value="nothing"', page)
    assert db.scalar(select(Application)).sharer_sees == "nothing"
    work()
    assert newest(db).outcome == "no_touch"


@pytest.mark.parametrize(
    "headers",
    [{"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
     {**BROWSER, "Sec-Purpose": "prefetch"}],
)  # fmt: skip
def test_robots_and_prefetches_read_nothing(visitor, ada, headers):
    assert via_of(text(visitor.get("/experts/ada-engel", headers=headers))) == ""


def test_a_forged_read_names_nobody(visitor, db, job, ada, work):
    apply(visitor, job, f"e{ada.code}-6922d0c0-00000000")
    work()
    assert newest(db).touches == []


def test_who_hid_their_page_meanwhile_is_not_named(visitor, db, job, ada, work):
    read = via_of(text(visitor.get("/experts/ada-engel", headers=BROWSER)))
    ada.page = None
    db.commit()
    page, _ = apply(visitor, job, read)
    assert "Ada" not in page
    assert db.scalar(select(Touch)) is None


# -- several links -------------------------------------------------------------------------------


def test_a_second_link_followed_on_our_own_page_keeps_the_first(
    visitor, db, job, link, carls, ingested, work
):
    first = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    second = visitor.get(f"/r/{carls.code}", headers=BROWSER).location
    own = {**BROWSER, "Referer": f"http://{urlsplit(first).netloc or 'localhost'}{first}"}
    landing = text(visitor.get(second, headers=own))
    both = via_of(landing)
    assert both == f"{first.partition('via=')[2]}~{second.partition('via=')[2]}"
    foreign = {**BROWSER, "Referer": f"https://elsewhere.example{first}"}
    assert via_of(text(visitor.get(second, headers=foreign))) == second.partition("via=")[2]
    apply(visitor, job, both)
    ingested()
    work()
    receipt = newest(db)
    assert [(row["kind"], row["dropped"]) for row in receipt.touches] == [
        ("click", "another_was_later"), ("click", None),
    ]  # fmt: skip


def test_a_code_typed_on_the_way_keeps_the_link_that_was_followed(visitor, link, carls):
    answer = visitor.post(f"/code?via={link.code}", {"code": carls.typed_code})
    assert answer.location.endswith(f"?via={link.code}~{carls.code}.typed")


def test_each_touch_can_be_left_out(visitor, db, job, link, carls, ada, work):
    page, _ = apply(
        visitor, job, f"{link.code}~{carls.code}", told_by="Ada Engel", without=[carls.code]
    )
    assert "The address you came by has Carl Bauer’s code" in page
    assert sorted(touch.how for touch in db.scalars(select(Touch))) == ["answer", "carried"]
    work()
    assert shares(newest(db)) == {("Ada Engel", "referral", 1, 1)}


def test_a_receipt_shows_its_candidate_no_portrait_that_is_kept_from_them(
    visitor, db, job, link, carls, ada, work
):
    _, mine = apply(visitor, job, f"{link.code}~{carls.code}")
    work()
    page = text(visitor.get(f"{mine}/receipt"))
    assert "Carl Bauer shared the job" in page
    assert "Ada Engel shared the job" in page
    portraits = set(re.findall(r"/portraits/\w+/\d+", page))
    assert {address.split("/")[2] for address in portraits} == {ada.code}, "Carl has no page"
    for portrait in portraits:
        assert visitor.get(portrait).status_code == 200


# -- second thoughts -----------------------------------------------------------------------------


def test_a_change_of_mind_is_decided_anew_beside_the_old_receipt(
    visitor, visit_as, db, job, link, edith, work
):
    _, mine = apply(visitor, job, link.code, sharer_sees="applied")
    work()
    old = newest(db).sha256
    assert "Ada is credited with bringing you." in text(visitor.get(mine))
    visitor.post(f"{mine}/touches/removal", {"number": "1"}, form_on=mine)
    visitor.post(f"{mine}/touches", {"told_by": "edith martin"}, form_on=mine)
    assert "being worked out" in text(visitor.get(mine))
    work()
    receipt = newest(db)
    assert shares(receipt) == {("Edith Martin", "referral", 1, 1)}
    assert [row["dropped"] for row in receipt.touches] == ["taken_out", None]
    before = db.scalars(select(Receipt).where(~Receipt.is_newest)).all()
    assert [one.sha256 for one in before] == [old]
    code = db.scalar(select(Application.code))
    rosa = visit_as(Cast.RECRUITER)
    assert "Decided more than once" in text(rosa.get(f"/recruiting/receipts/{code}"))
    earlier = text(rosa.get(f"/recruiting/receipts/{code}?decision=1"))
    assert old in earlier
    assert rosa.get(f"/recruiting/receipts/{code}?decision=3").status_code == 404
    board = text(rosa.get("/recruiting/referrals?by=employee"))
    row = re.search(r"Edith Martin.*?</tr>", board, re.DOTALL)[0]
    assert re.findall(r'class="number"[^>]*>(?:<a[^>]*>)?(\d+)', row)[:2] == ["0", "1"]
    assert visit_as(Cast.ENGINEER).get(f"/me/receipts/{code}").status_code == 404
    # Back again, by a code this time.
    visitor.post(f"{mine}/touches/removal", {"number": "1", "back": "1"}, form_on=mine)
    assert "the candidate took it out" not in text(visitor.get(mine))
    visitor.post(f"{mine}/touches", {"told_by": "K7F 2QX"}, form_on=mine)
    visitor.post(f"{mine}/touches", {"told_by": link.typed_code}, form_on=mine)
    visitor.post(f"{mine}/touches", {"told_by": link.typed_code}, form_on=mine)
    work()
    # Ada's code, Edith's name: said of the same moment, and both came after nothing else.
    assert shares(newest(db)) == {
        ("Ada Engel", "referral", 1, 2), ("Edith Martin", "referral", 1, 2),
    }  # fmt: skip
    assert len(newest(db).touches) == 4


def test_nothing_changes_where_nothing_comes_out_differently(visitor, db, job, link, work):
    _, mine = apply(visitor, job, link.code)
    work()
    visitor.post(f"{mine}/touches/removal", {"number": "1"}, form_on=mine)
    visitor.post(f"{mine}/touches/removal", {"number": "1", "back": "1"}, form_on=mine)
    work()
    assert len(db.scalars(select(Receipt)).all()) == 1


def test_what_is_settled_stays(visitor, db, job, link, work):
    _, mine = apply(visitor, job, link.code)
    work()

    def paid(application, **_):
        return True

    with settled.connected_to(paid):
        page = text(visitor.get(mine))
        assert "Take it out" not in page
        visitor.post(f"{mine}/touches/removal", {"number": "1"}, form_on=mine)
        visitor.post(f"{mine}/touches", {"told_by": "K7F 2QX"}, form_on=mine)
    work()
    assert [touch.taken_out_at for touch in db.scalars(select(Touch))] == [None]
    assert len(db.scalars(select(Credit)).all()) == 1


@pytest.mark.parametrize("number", ["", "0", "2", "x", "9" * 30])
def test_a_touch_that_is_not_there_cannot_be_taken_out(visitor, job, link, number):
    _, mine = apply(visitor, job, link.code)
    answer = visitor.post(f"{mine}/touches/removal", {"number": number}, form_on=mine)
    assert answer.status_code == 400


def test_only_the_answer_would_be_credited_beside_a_click_that_was_just_made(visitor, edith, link):
    """The click is still in a journal: it came before what is said in the form."""
    form = visitor.get(f"/r/{link.code}", headers=BROWSER).location.replace("?", "/apply?")
    sent = visitor.post(form, {"submission": "x" * 32, "told_by": "Edith Martin"}, headers=BROWSER)
    page = text(sent)
    assert "Edith would be credited" in page
    assert "Ada would be credited" not in page


@pytest.mark.parametrize("is_stored", [False, True])
def test_of_two_clicks_the_form_credits_the_later(visitor, link, carls, ingested, is_stored):
    """Carl's was just made and is still in a journal; Ada's, before it, is there too or stored."""
    first = visitor.get(f"/r/{link.code}", headers=BROWSER).location
    if is_stored:
        ingested()
    then = visitor.get(f"/r/{carls.code}", headers=BROWSER).location
    trail = f"{first}~{parse_qs(urlsplit(then).query)['via'][0]}"
    page = text(visitor.get(trail.replace("?", "/apply?"), headers=BROWSER))
    assert "Carl would be credited" in page
    assert "Ada would be credited" not in page


def test_what_was_done_is_told_without_a_cookie_and_the_next_form_is_taken(visitor, job, link):
    """A session that ends with the words it told would take the page's forms with it."""
    _, mine = apply(visitor, job, link.code)
    said = visitor.post(f"{mine}/sharer", {"sharer_sees": "steps"}, form_on=mine)
    assert "Set-Cookie" not in said.headers
    page = visitor.get(said.location)
    assert "this is what they see from now on" in text(page)
    assert "Set-Cookie" not in page.headers
    for fields, words in (
        ({"told_by": " "}, "Please write a name or a code."),
        ({"told_by": "My aunt"}, "We know nobody of this name"),
        ({"told_by": link.typed_code}, "Noted. Thank you"),
    ):
        said = visitor.post(f"{mine}/touches", fields, form_on=said.location)
        assert said.status_code == 303, text(said)
        assert words in text(visitor.get(said.location))
    assert "Noted" not in text(visitor.get(f"{mine}?said=nonsense"))
